import { expect, test } from "vitest";
import { decodeOrder, encodeOrder } from "../../../src/cluster/placement/order-message.ts";
import { ByteWriter } from "../../../src/sim/byte-writer.ts";
import { sealed } from "../../../src/sim/sealed-bytes.ts";

const ORDERS = ["stand-by", "protect", "dismiss", "hand-over", "remove"] as const;

test("order message: each order is read as it was written", () => {
  for (const order of ORDERS) {
    const given = { order, machine: "m", term: 7, peer: order === "remove" ? "" : "b" };
    expect(decodeOrder(encodeOrder(given))).toEqual(given);
  }
});

test("order message: whatever is damaged, cut, longer or no order is refused", () => {
  const bytes = encodeOrder({ order: "protect", machine: "m", term: 7, peer: "b" });
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1;
    expect(decodeOrder(damaged)).toBeUndefined();
    expect(decodeOrder(bytes.subarray(0, at))).toBeUndefined();
  }
  const unknown = new ByteWriter().u8(0x4f).u8(5).text("m").u32(7).text("b");
  expect(decodeOrder(sealed(unknown))).toBeUndefined();
  const longer = new ByteWriter().u8(0x4f).u8(1).text("m").u32(7).text("b").u8(0);
  expect(decodeOrder(sealed(longer))).toBeUndefined();
});
