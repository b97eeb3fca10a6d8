import { expect, test } from "vitest";
import { StandinRangeError, StandinTypeError } from "../../src/sim/errors.ts";
import { receivedError, sentError } from "../../src/workers/sent-error.ts";

const sent = (error: unknown): Error => receivedError(structuredClone(sentError(error)));

test("sent error: a refusal of the library keeps class, code, message and stack", () => {
  for (const error of [new StandinRangeError("A", "x"), new StandinTypeError("B", "y")]) {
    const back = sent(error);
    expect(back).toBeInstanceOf(error.constructor);
    expect(back).toMatchObject({ code: error.code, message: error.message, name: error.name });
    expect(back.stack).toBe(error.stack);
  }
});

test("sent error: any other keeps its name, message and code", () => {
  const named = Object.assign(new SyntaxError("no"), { code: "ERR_X" });
  expect(sent(named)).toMatchObject({ name: "SyntaxError", message: "no", code: "ERR_X" });
  expect(Object.hasOwn(sent(new Error("plain")), "code")).toBe(false);
});

test("sent error: what is no error becomes one", () => {
  expect(sent("just a text").message).toBe("just a text");
  expect(sent(undefined)).toBeInstanceOf(Error);
  expect(sent({ stack: undefined }).message).toBe("[object Object]");
});
