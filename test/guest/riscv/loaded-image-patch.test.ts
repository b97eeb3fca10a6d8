import { expect, test } from "vitest";
import type { LoadedImage } from "../../../src/guest/riscv/loaded-image.ts";
import { patchImage } from "../../../src/guest/riscv/loaded-image-patch.ts";
import { thrownCode } from "./thrown-code.ts";

/** Two segments of eight bytes, each with zeros behind it. */
function image(): LoadedImage {
  return {
    entry: 0x8000_0000,
    segments: [
      { address: 0x8000_0000, bytes: new Uint8Array(8).fill(0x11), zeroBytes: 8 },
      { address: 0x8000_1000, bytes: new Uint8Array(8).fill(0x22), zeroBytes: 8 },
    ],
    symbols: new Map([
      ["first", 0x8000_0000],
      ["odd", 0x8000_0003],
      ["last", 0x8000_1004],
      ["across", 0x8000_1005],
      ["zeros", 0x8000_1008],
      ["elsewhere", 0x9000_0000],
    ]),
  };
}

const hex = ({ segments }: LoadedImage): string[] =>
  segments.map(({ bytes }) => Buffer.from(bytes).toString("hex"));

test("image patch: words at symbols get values, little endian, and nothing else changes", () => {
  const original = image();
  const patched = patchImage(original, { first: 0xdead_beef, last: 1 });
  expect(hex(patched)).toEqual(["efbeadde11111111", "2222222201000000"]);
  expect({ ...patched, segments: [] }).toEqual({ ...original, segments: [] });
  expect(patched.segments.map(({ address, zeroBytes }) => [address, zeroBytes])).toEqual([
    [0x8000_0000, 8],
    [0x8000_1000, 8],
  ]);
});

test("image patch: the image given stays as it is, and what is not written is shared", () => {
  const original = image();
  const patched = patchImage(original, { last: 5 });
  expect(hex(original)).toEqual(["11".repeat(8), "22".repeat(8)]);
  expect(patched.segments[0]).toBe(original.segments[0]);
  expect(patchImage(original, {}).segments).toEqual(original.segments);
});

test("image patch: a later word sees the earlier ones of its segment", () => {
  expect(hex(patchImage(image(), { first: 0xffff_ffff, odd: 0 }))[0]).toBe("ffffff0000000011");
});

test("image patch: bytes that are a view of a file are copied from their place in it", () => {
  const file = Uint8Array.from({ length: 32 }, (_, index) => index);
  const [code] = image().segments;
  const viewed = { ...image(), segments: [{ ...code!, bytes: file.subarray(8, 16) }] };
  expect(hex(patchImage(viewed, { first: 0 }))).toEqual(["000000000c0d0e0f"]);
  expect(file[8]).toBe(8);
});

test.each(["across", "zeros", "elsewhere"])("image patch: no word of the file at %s", (name) => {
  expect(thrownCode(() => patchImage(image(), { [name]: 1 }))).toBe("IMAGE_WORD");
});

test.each([-1, 0.5, 2 ** 32, Number.NaN])("image patch: %d is no word", (value) => {
  expect(thrownCode(() => patchImage(image(), { first: value }))).toBe("IMAGE_WORD");
});

test("image patch: a symbol that there is not", () => {
  expect(() => patchImage(image(), { nowhere: 1 })).toThrow("got nowhere, which is none of its 6");
  expect(thrownCode(() => patchImage(image(), { nowhere: 1 }))).toBe("IMAGE_SYMBOL");
});
