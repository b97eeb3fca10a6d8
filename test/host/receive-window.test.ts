import fc from "fast-check";
import { expect, test } from "vitest";
import { ReceiveWindow, SEGMENTS_AHEAD_MAX } from "../../src/host/receive-window.ts";
import type { Segment } from "../../src/host/segment.ts";

function segment(sequence: number, text: string, messageBytes = text.length, offset = 0): Segment {
  return {
    flags: 0,
    source: 1,
    destination: 2,
    sequence,
    acknowledged: 0,
    roomBytes: 0,
    stampUs: 0,
    echoUs: 0,
    messageBytes,
    offset,
    payload: Uint8Array.from(text, (character) => character.charCodeAt(0)),
  };
}

function receiver(windowBytes = 1_000): { window: ReceiveWindow; messages: string[] } {
  const messages: string[] = [];
  const window = new ReceiveWindow(windowBytes, (message) =>
    messages.push(String.fromCharCode(...message)),
  );
  return { window, messages };
}

test("receive window: messages are handed on as they are complete", () => {
  const { window, messages } = receiver();
  expect(window.accept(segment(1, "one"))).toBe("next");
  expect(window.accept(segment(2, "tw", 5, 0))).toBe("next");
  expect(messages).toEqual(["one"]);
  expect(window.accept(segment(3, "o+3", 5, 2))).toBe("next");
  expect(window.accept(segment(4, ""))).toBe("next");
  expect(messages).toEqual(["one", "two+3", ""]);
  expect(window.received).toBe(4);
});

test("receive window: what comes too early waits for what is before it", () => {
  const { window, messages } = receiver();
  expect(window.accept(segment(3, "3"))).toBe("ahead");
  expect(window.accept(segment(2, "2"))).toBe("ahead");
  expect([window.aheadCount, window.received]).toEqual([2, 0]);
  expect(window.accept(segment(1, "1"))).toBe("next");
  expect(messages).toEqual(["1", "2", "3"]);
  expect([window.aheadCount, window.received]).toEqual([0, 3]);
});

test("receive window: what came before is not taken again", () => {
  const { window, messages } = receiver();
  window.accept(segment(1, "1"));
  window.accept(segment(3, "3"));
  expect(window.accept(segment(1, "1"))).toBe("repeated");
  expect(window.accept(segment(3, "3"))).toBe("repeated");
  window.accept(segment(2, "2"));
  expect(messages).toEqual(["1", "2", "3"]);
});

test("receive window: what waits is bounded in bytes and number", () => {
  const { window } = receiver(10);
  expect(window.accept(segment(3, "12345678"))).toBe("ahead");
  expect(window.accept(segment(4, "123"))).toBe("no-room");
  expect(window.accept(segment(4, "12"))).toBe("ahead");
  expect(window.accept(segment(SEGMENTS_AHEAD_MAX, ""))).toBe("ahead");
  expect(window.accept(segment(SEGMENTS_AHEAD_MAX + 1, ""))).toBe("no-room");
});

test("receive window: room is there again when what waited is taken", () => {
  const { window } = receiver(10);
  window.accept(segment(2, "1234567890"));
  window.accept(segment(1, "1"));
  expect(window.accept(segment(4, "1234567890"))).toBe("ahead");
});

test("receive window: a segment that contradicts those before it is not taken", () => {
  const { window, messages } = receiver();
  expect(window.accept(segment(1, "x", 5, 1))).toBe("contradictory");
  window.accept(segment(1, "ab", 5, 0));
  expect(window.accept(segment(2, "cde", 6, 2))).toBe("contradictory");
  expect(window.accept(segment(2, "cde", 5, 1))).toBe("contradictory");
  // One that waited is thrown away, to be sent again.
  window.accept(segment(3, "x", 5, 4));
  expect(window.accept(segment(2, "c", 5, 2))).toBe("next");
  expect([window.received, window.aheadCount]).toEqual([2, 0]);
  expect(window.accept(segment(3, "de", 5, 3))).toBe("next");
  expect(messages).toEqual(["abcde"]);
});

test("receive window: any order and repetition gives the messages once, in order", () => {
  const texts = fc.array(fc.string({ unit: "binary-ascii", maxLength: 12 }), {
    minLength: 1,
    maxLength: 12,
  });
  const scenario = texts.chain((messages) => {
    let sequence = 0;
    const segments = messages.flatMap((text) => {
      const parts: Segment[] = [];
      for (let offset = 0; offset === 0 || offset < text.length; offset += 5) {
        sequence += 1;
        parts.push(segment(sequence, text.slice(offset, offset + 5), text.length, offset));
      }
      return parts;
    });
    const disorder = fc.array(fc.constantFrom(...segments), { maxLength: 100 });
    return fc.record({
      messages: fc.constant(messages),
      segments: fc.constant(segments),
      disorder,
    });
  });
  fc.assert(
    fc.property(scenario, ({ messages: sent, segments, disorder }) => {
      const { window, messages } = receiver();
      for (const each of disorder) window.accept(each);
      for (const each of segments) window.accept(each);
      expect(messages).toEqual(sent);
    }),
  );
});
