import { expect, test } from "vitest";
import { decodeBase64 } from "../../../../src/guest/riscv/images/base64.ts";
import { RandomStream } from "../../../../src/sim/random.ts";
import { thrownCode } from "../thrown-code.ts";

test("base64: the test vectors of RFC 4648", () => {
  const vectors = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
  const decoded = vectors.map((text) => Buffer.from(decodeBase64([text])).toString());
  expect(decoded).toEqual(["", "f", "fo", "foo", "foob", "fooba", "foobar"]);
});

test("base64: any bytes, in lines cut anywhere", () => {
  const random = new RandomStream(1, "bytes");
  for (let length = 0; length < 300; length += 1) {
    const bytes = Uint8Array.from({ length }, () => random.below(256));
    const text = Buffer.from(bytes).toString("base64");
    const cut = random.below(text.length + 1);
    expect(decodeBase64([text.slice(0, cut), text.slice(cut)])).toEqual(bytes);
  }
});

test.each(["Zg", "Zg=", "Z===", "=Zm8", "Zg==Zg==", "Zm9\n", "Zm9-", "Zm9v\n", "Zmé="])(
  "base64: %j is refused",
  (text) => {
    expect(thrownCode(() => decodeBase64([text]))).toBe("BASE64");
  },
);
