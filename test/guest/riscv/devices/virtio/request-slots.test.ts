// covers src/guest/riscv/devices/virtio/request-slots.ts, src/guest/riscv/devices/virtio/saved-state.ts
import { expect, test } from "vitest";
import type { BlockRequest } from "../../../../../src/guest/riscv/devices/virtio/block-request.ts";
import {
  parseSlots,
  REQUESTS_MAX,
  RequestSlots,
  saveNoSlots,
} from "../../../../../src/guest/riscv/devices/virtio/request-slots.ts";
import { ByteReader } from "../../../../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../../../../src/sim/byte-writer.ts";

function request(head: number): BlockRequest {
  const data = Array.from({ length: head % 9 }, (_, at) => ({
    address: 0xffff_0000 + at,
    length: at + 1,
  }));
  return {
    action: "read",
    head,
    sector: 0xffff_fff0 + (head % 8),
    data,
    statusAddress: 0x8000_0000,
  };
}

function saved(slots: RequestSlots): Uint8Array {
  const writer = new ByteWriter();
  slots.save(writer);
  return writer.finish();
}

const parse = (bytes: Uint8Array): ReturnType<typeof parseSlots> =>
  parseSlots(new ByteReader(bytes), () => true);

test("request slots: requests come out in order, each when it is due", () => {
  const slots = new RequestSlots();
  slots.push(request(1), 10);
  slots.push(request(2), 10);
  slots.push(request(3), 12);
  expect([slots.nextTick, slots.takeDue(9)]).toEqual([10, undefined]);
  expect([slots.takeDue(11)?.head, slots.takeDue(11)?.head, slots.takeDue(11)]).toEqual([
    1,
    2,
    undefined,
  ]);
  expect(slots.nextTick).toBe(12);
  slots.clear();
  expect([slots.nextTick, slots.length]).toEqual([Infinity, 0]);
});

test("request slots: their number and order are kept", () => {
  const slots = new RequestSlots();
  slots.push(request(1), 10);
  expect(() => slots.push(request(2), 9)).toThrow("requests are done in order");
  expect(() => slots.push(request(2), Infinity)).toThrow("a request is done at a whole tick");
  while (!slots.isFull) slots.push(request(2), 10);
  expect(slots.length).toBe(REQUESTS_MAX);
  expect(() => slots.push(request(2), 11)).toThrow("only with a slot for it");
});

test("request slots: any number of them takes the same room and is read back", () => {
  const none = new ByteWriter();
  saveNoSlots(none);
  for (let count = 0; count <= REQUESTS_MAX; count += 1) {
    const slots = new RequestSlots();
    for (let head = 0; head < count; head += 1) slots.push(request(head), 2 ** 52 + head);
    const bytes = saved(slots);
    expect(bytes.length).toBe(none.length);
    const parsed = parse(bytes);
    expect(parsed.inFlight).toHaveLength(count);
    const copy = new RequestSlots();
    copy.restore(parsed.inFlight);
    expect(saved(copy)).toEqual(bytes);
    for (let head = 0; head < count; head += 1) {
      expect(copy.takeDue(Infinity)).toEqual(request(head));
    }
  }
});

test("request slots: that there may be more takes no room", () => {
  const slots = new RequestSlots();
  while (!slots.isFull) slots.push(request(2), 10);
  const told = new ByteWriter();
  slots.save(told, true);
  const bytes = told.finish();
  expect(bytes.length).toBe(saved(slots).length);
  expect([parse(bytes).hasMore, parse(saved(slots)).hasMore]).toEqual([true, false]);
  expect(parse(bytes).inFlight).toEqual(parse(saved(slots)).inFlight);
});

test.each<[string, number, number]>([
  ["too many requests", 0, 17],
  ["too many requests and more", 0, 0x91],
  ["an unknown action", 1, 6],
  ["too many pieces", 2, 9],
  ["a tick that is not exact", 15, 0x40],
  ["requests out of order", 9, 0xff],
  ["something behind the pieces", 1 + 83, 1],
  ["something behind the requests", 1 + 2 * 84, 1],
])("request slots: %s are refused", (_, at, value) => {
  const slots = new RequestSlots();
  slots.push({ ...request(0), data: [] }, 10);
  slots.push(request(1), 10);
  const bytes = saved(slots);
  expect(parse(bytes).inFlight).toHaveLength(2);
  bytes[at] = value;
  expect(() => parse(bytes)).toThrow(expect.objectContaining({ code: "GUEST_REGISTERS" }));
});

test("request slots: what the disk cannot have taken is refused", () => {
  const slots = new RequestSlots();
  slots.push(request(4), 10);
  const reader = new ByteReader(saved(slots));
  expect(() => parseSlots(reader, ({ head }) => head < 4)).toThrow(
    "virtio: expected a request that the disk can have taken, got read",
  );
});
