import fc from "fast-check";
import { expect, test } from "vitest";
import { SEGMENT_HEADER_BYTES, SEGMENT_PAYLOAD_MAX } from "../../src/host/segment.ts";
import { SEGMENTS_IN_FLIGHT_MAX, SendWindow } from "../../src/host/send-window.ts";

const WIDE = 1_000_000;

test("send window: a message is cut into segments that cover it", () => {
  const window = new SendWindow(WIDE);
  const message = new Uint8Array(SEGMENT_PAYLOAD_MAX * 2 + 5);
  window.begin(message);
  const taken = [window.take(), window.take(), window.take()];
  expect(taken.map(({ sequence, offset, length }) => [sequence, offset, length])).toEqual([
    [1, 0, SEGMENT_PAYLOAD_MAX],
    [2, SEGMENT_PAYLOAD_MAX, SEGMENT_PAYLOAD_MAX],
    [3, 2 * SEGMENT_PAYLOAD_MAX, 5],
  ]);
  expect(taken.every((segment) => segment.message === message)).toBe(true);
  expect([window.hasUnsent(), window.canSend()]).toEqual([false, false]);
});

test("send window: an empty message is one segment", () => {
  const window = new SendWindow(WIDE);
  window.begin(new Uint8Array(0));
  expect([window.hasUnsent(), window.canSend()]).toEqual([true, true]);
  expect(window.take()).toMatchObject({ sequence: 1, offset: 0, length: 0 });
  expect(window.hasUnsent()).toBe(false);
});

test("send window: it closes when full and opens with acknowledgements", () => {
  const window = new SendWindow(2 * (SEGMENT_PAYLOAD_MAX + SEGMENT_HEADER_BYTES));
  window.begin(new Uint8Array(SEGMENT_PAYLOAD_MAX * 4));
  window.take();
  window.take();
  expect(window.canSend()).toBe(false);
  expect(window.acknowledge(1, WIDE)).toBe("progress");
  expect([window.canSend(), window.oldest?.sequence]).toEqual([true, 2]);
  window.take();
  expect(window.canSend()).toBe(false);
});

test("send window: smaller than a segment it still lets one go", () => {
  const window = new SendWindow(10);
  window.begin(new Uint8Array(100));
  expect(window.canSend()).toBe(true);
  window.take();
  window.begin(new Uint8Array(100));
  expect(window.canSend()).toBe(false);
});

test("send window: a peer without room closes it, more room opens it", () => {
  const window = new SendWindow(WIDE);
  window.begin(new Uint8Array(100));
  window.take();
  expect(window.acknowledge(1, 0)).toBe("progress");
  window.begin(new Uint8Array(100));
  expect(window.canSend()).toBe(false);
  expect(window.acknowledge(1, 0)).toBe("nothing");
  expect(window.acknowledge(1, 1)).toBe("room");
  expect(window.canSend()).toBe(true);
});

test("send window: an acknowledgement that was overtaken changes nothing", () => {
  const window = new SendWindow(WIDE);
  window.begin(new Uint8Array(SEGMENT_PAYLOAD_MAX + 1));
  window.take();
  window.take();
  expect(window.acknowledge(2, WIDE)).toBe("progress");
  expect(window.acknowledge(1, 0)).toBe("nothing");
  window.begin(new Uint8Array(1));
  expect(window.canSend()).toBe(true);
});

test("send window: what was never sent cannot be acknowledged", () => {
  const window = new SendWindow(WIDE);
  window.begin(new Uint8Array(1));
  window.take();
  expect(window.acknowledge(2, WIDE)).toBe("impossible");
  expect([window.acknowledged, window.isInFlight]).toEqual([0, true]);
});

test("send window: the number of small segments in flight is bounded", () => {
  const window = new SendWindow(WIDE);
  for (let i = 0; i < SEGMENTS_IN_FLIGHT_MAX; i += 1) {
    window.begin(new Uint8Array(0));
    window.take();
  }
  window.begin(new Uint8Array(0));
  expect(window.canSend()).toBe(false);
  window.acknowledge(1, WIDE);
  expect(window.canSend()).toBe(true);
});

test("send window: misuse is noticed", () => {
  const window = new SendWindow(WIDE);
  expect(() => window.take()).toThrow(/window/);
  window.begin(new Uint8Array(1));
  expect(() => window.begin(new Uint8Array(1))).toThrow(/one message/);
});

test("send window: never more in flight than the window, and all of it in the end", () => {
  const lengths = fc.array(fc.nat(200_000), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 70_000, max: 300_000 }), (all, windowBytes) => {
      const window = new SendWindow(windowBytes);
      let sentBytes = 0;
      for (const length of all) {
        window.begin(new Uint8Array(length));
        while (window.hasUnsent()) {
          while (window.canSend()) sentBytes += window.take().length;
          expect(window.inFlightBytes).toBeLessThanOrEqual(windowBytes);
          if (window.isInFlight) window.acknowledge(window.acknowledged + 1, windowBytes);
        }
      }
      expect(sentBytes).toBe(all.reduce((sum, length) => sum + length, 0));
      window.acknowledge(window.lastSent, windowBytes);
      expect([window.isInFlight, window.inFlightBytes, window.oldest]).toEqual([
        false,
        0,
        undefined,
      ]);
    }),
  );
});
