// covers src/checkpoint/transfer/transfer.ts, src/checkpoint/transfer/transfers.ts
import { expect, test } from "vitest";
import { transfers } from "../../../src/checkpoint/transfer/transfers.ts";

const { groups, packets } = transfers;

test.each([
  [groups(), "groups, 1 in flight, 1 stream"],
  [groups({ inFlight: 4 }), "groups, 4 in flight, 1 stream"],
  [groups({ inFlight: 4, streams: 2 }), "groups, 4 in flight, 2 streams"],
  [groups({ bitsPerSecond: 5_000 }), "groups, 1 in flight, 1 stream, at most 5000 bit/s"],
  [packets({ inFlight: 2 }), "packets with a table of contents, 2 in flight, 1 stream"],
])("transfer: %o is called %s", (transfer, name) => {
  expect(transfer.name).toBe(name);
});

test("transfer: packets have a table of contents, groups have none; defaults are those of Remus", () => {
  expect(groups()).toMatchObject({ inFlight: 1, streams: 1, contents: false });
  expect(groups().bitsPerSecond).toBe(Number.POSITIVE_INFINITY);
  expect(packets()).toMatchObject({ inFlight: 1, streams: 1, contents: true });
});

test.each([
  [{ inFlight: 0 }, "inFlight: expected a whole number from 1 to 256, got 0"],
  [{ inFlight: 257 }, "inFlight: expected a whole number from 1 to 256, got 257"],
  [{ streams: 0 }, "streams: expected a whole number from 1 to 1, got 0"],
  [{ streams: 2 }, "streams: expected a whole number from 1 to 1, got 2"],
  [{ streams: 17, inFlight: 256 }, "streams: expected a whole number from 1 to 16, got 17"],
  [{ bitsPerSecond: 0 }, "bitsPerSecond: expected a whole number of at least 1, got"],
  [{ bitsPerSecond: 1.5 }, "got 1.5"],
])("transfer: %o is refused", (options, message) => {
  for (const make of [groups, packets]) {
    expect(() => make(options)).toThrow(message);
    expect(() => make(options)).toThrow(expect.objectContaining({ code: "TRANSFER_OPTION" }));
  }
});
