import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteWriter } from "../../src/sim/byte-writer.ts";
import { sealed, unsealed } from "../../src/sim/sealed-bytes.ts";

test("sealed bytes: what was sealed is read, and nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(), fc.nat(7), (body, at, bit) => {
      const bytes = sealed(new ByteWriter().bytes(body));
      const reader = unsealed(bytes)!;
      expect([...reader.bytes(body.length)]).toEqual([...body]);
      expect(reader.complete).toBe(true);
      bytes[at % bytes.length]! ^= 1 << bit;
      expect(unsealed(bytes)).toBeUndefined();
    }),
  );
});

test.each([0, 1, 3])("sealed bytes: %i bytes are too few", (length) => {
  expect(unsealed(new Uint8Array(length))).toBeUndefined();
});
