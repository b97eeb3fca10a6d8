import { expect, test } from "vitest";
import {
  decodeStatus,
  encodeStatus,
  PARTS_MAX,
  type PartStatus,
} from "../../../src/cluster/placement/status-message.ts";
import { ByteWriter } from "../../../src/sim/byte-writer.ts";
import { sealed } from "../../../src/sim/sealed-bytes.ts";

const part: PartStatus = {
  ...{ machine: "m", role: "primary", term: 3, isAlone: false, isMirrored: true },
  ...{ peer: "b", memoryBytes: 5 * 2 ** 32 + 17 },
};
const status = {
  ...{ incarnation: 2, sequence: 9 },
  parts: [part, { ...part, machine: "n", role: "abandoned", isMirrored: false, peer: "" } as const],
};

test("status message: a host's parts are read as they were written", () => {
  expect(decodeStatus(encodeStatus(status))).toEqual(status);
  const alone = { ...status, parts: [{ ...part, isAlone: true, isMirrored: false }] };
  expect(decodeStatus(encodeStatus(alone))).toEqual(alone);
});

test("status message: whatever is damaged, cut or longer is refused", () => {
  const bytes = encodeStatus(status);
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = bytes.slice();
    damaged[at]! ^= 4;
    expect(decodeStatus(damaged)).toBeUndefined();
    expect(decodeStatus(bytes.subarray(0, at))).toBeUndefined();
  }
});

test("status message: a count or a role that cannot be is refused, whatever its check value", () => {
  const head = (): ByteWriter => new ByteWriter().u8(0x53).u32(1).u32(1);
  expect(decodeStatus(sealed(head().u32(0)))).toEqual({ incarnation: 1, sequence: 1, parts: [] });
  expect(decodeStatus(sealed(head().u32(PARTS_MAX + 1)))).toBeUndefined();
  expect(decodeStatus(sealed(head().u32(2)))).toBeUndefined();
  const role = head().u32(1).text("m").u8(9).u32(1).u8(0).text("").u32(0).u32(1);
  expect(decodeStatus(sealed(role))).toBeUndefined();
});

test("status message: a host with more parts than fit tells of the first ones", () => {
  const parts = Array.from({ length: PARTS_MAX + 3 }, (_, index) => ({
    ...part,
    machine: `${index}`,
  }));
  expect(decodeStatus(encodeStatus({ ...status, parts }))?.parts).toEqual(
    parts.slice(0, PARTS_MAX),
  );
});
