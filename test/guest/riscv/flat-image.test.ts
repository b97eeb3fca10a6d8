import { expect, test } from "vitest";
import { flatImage } from "../../../src/guest/riscv/flat-image.ts";
import { thrownCode } from "./thrown-code.ts";

test("flat image: begins at the first byte of memory unless told otherwise", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const segments = [{ address: 0x8000_0000, bytes, zeroBytes: 0 }];
  expect(flatImage(bytes)).toEqual({ entry: 0x8000_0000, segments, symbols: new Map() });
  expect(flatImage(bytes, 0x8020_0000)).toMatchObject({ entry: 0x8020_0000 });
});

test("flat image: nothing, and what does not lie at a word below 2^32, is refused", () => {
  const four = new Uint8Array(4);
  expect(thrownCode(() => flatImage(new Uint8Array(0)))).toBe("FLAT_IMAGE_EMPTY");
  expect(thrownCode(() => flatImage(four, 0x8000_0002))).toBe("FLAT_IMAGE_ADDRESS");
  expect(thrownCode(() => flatImage(four, -4))).toBe("FLAT_IMAGE_ADDRESS");
  expect(thrownCode(() => flatImage(four, Number.NaN))).toBe("FLAT_IMAGE_ADDRESS");
  expect(thrownCode(() => flatImage(new Uint8Array(5), 0xffff_fffc))).toBe("FLAT_IMAGE_ADDRESS");
  expect(thrownCode(() => flatImage(four, 0xffff_fffc))).toBeUndefined();
});
