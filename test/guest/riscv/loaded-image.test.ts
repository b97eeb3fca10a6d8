import { expect, test } from "vitest";
import { flatImage } from "../../../src/guest/riscv/flat-image.ts";
import {
  expectLoadable,
  type LoadedImage,
  rangeHolds,
  rangesOverlap,
} from "../../../src/guest/riscv/loaded-image.ts";
import { thrownCode } from "./thrown-code.ts";

const MEMORY = { address: 0x8000_0000, sizeBytes: 0x10000 };

function image(
  entry: number,
  ...places: [address: number, bytes: number, zeros?: number][]
): LoadedImage {
  const segments = places.map(([address, length, zeroBytes = 0]) => ({
    address,
    bytes: new Uint8Array(length),
    zeroBytes,
  }));
  return { entry, segments, symbols: new Map() };
}

const codeOf = (...images: LoadedImage[]): unknown =>
  thrownCode(() => expectLoadable(images, MEMORY));

test("loaded image: segments that lie apart in memory are taken, several images too", () => {
  const main = image(0x8000_0000, [0x8000_0000, 8, 8], [0x8000_0010, 4]);
  const disk = flatImage(new Uint8Array(0x100), 0x8000_ff00);
  expect(expectLoadable([main, disk], MEMORY)).toEqual([
    { address: 0x8000_0000, sizeBytes: 16 },
    { address: 0x8000_0010, sizeBytes: 4 },
    { address: 0x8000_ff00, sizeBytes: 0x100 },
  ]);
  expect(codeOf(image(0x8000_0000, [0x8000_0000, 0x10000]))).toBeUndefined();
});

test("loaded image: one that does not fit is refused, with the place", () => {
  expect(codeOf()).toBe("IMAGE_MISSING");
  expect(codeOf(image(0x8000_0000, [0x8000_0000, 4, 0xfffd]))).toBe("IMAGE_TOO_LARGE");
  expect(codeOf(image(0x8000_0000, [0x8000_0000, 4], [0x8000_fffd, 4]))).toBe(
    "IMAGE_OUTSIDE_MEMORY",
  );
  expect(codeOf(image(0x1_0000, [0x1_0000, 8]))).toBe("IMAGE_OUTSIDE_MEMORY");
  expect(codeOf(image(0x8000_0000, [0x8000_0000, 4, 4], [0x8000_0007, 4]))).toBe("IMAGE_OVERLAP");
  expect(
    codeOf(image(0x8000_0000, [0x8000_0000, 8]), flatImage(new Uint8Array(4), 0x8000_0004)),
  ).toBe("IMAGE_OVERLAP");
  expect(() => expectLoadable([image(0, [0x7fff_fffc, 8])], MEMORY)).toThrow(
    "expected segments within the memory of 65536 bytes at 0x80000000, got 8 bytes at 0x7ffffffc",
  );
});

test("loaded image: the entry is a whole instruction of the first image", () => {
  const code = image(0x8000_0008, [0x8000_0000, 12, 8]);
  const at = (entry: number): unknown => codeOf({ ...code, entry });
  expect(at(0x8000_0000)).toBeUndefined();
  expect(at(0x8000_0008)).toBeUndefined();
  expect(at(0x8000_0006)).toBe("IMAGE_ENTRY");
  expect(at(0x8000_000c)).toBe("IMAGE_ENTRY");
  expect(at(0x7fff_fffc)).toBe("IMAGE_ENTRY");
  expect(at(0)).toBe("IMAGE_ENTRY");
  const second = flatImage(new Uint8Array(8), 0x8000_1000);
  expect(codeOf({ ...code, entry: 0x8000_1000 }, second)).toBe("IMAGE_ENTRY");
});

test("loaded image: ranges overlap when they have a byte in common, and hold what ends with them", () => {
  const range = (address: number, sizeBytes: number) => ({ address, sizeBytes });
  expect(rangesOverlap(range(0, 4), range(4, 4))).toBe(false);
  expect(rangesOverlap(range(4, 4), range(0, 4))).toBe(false);
  expect(rangesOverlap(range(0, 5), range(4, 4))).toBe(true);
  expect(rangesOverlap(range(0, 8), range(2, 1))).toBe(true);
  expect(rangesOverlap(range(0, 8), range(4, 0))).toBe(false);
  expect(rangeHolds(range(4, 4), range(4, 4))).toBe(true);
  expect(rangeHolds(range(4, 4), range(3, 4))).toBe(false);
  expect(rangeHolds(range(4, 4), range(5, 4))).toBe(false);
});
