import { expect, test } from "vitest";
import { OneWriter } from "../../../src/verify/invariants/one-writer.ts";

const named = (kind: "witness.registered" | "witness.granted", host: string, term: number) =>
  ({ kind, machine: "m", host, term }) as const;
const written = (host: string, term: number, machine = "m") =>
  ({ kind: "array.written", machine, host, term, page: 4 }) as const;

test("one writer: whoever holds the reservation writes, with the key of its term", () => {
  const invariant = new OneWriter();
  expect(invariant.observe(named("witness.registered", "a", 1))).toBeUndefined();
  expect(invariant.observe(written("a", 1))).toBeUndefined();
  invariant.observe(named("witness.granted", "b", 2));
  expect(invariant.observe(written("b", 2))).toBeUndefined();
  expect(invariant.observe(written("b", 1))).toMatch("with its key of term 1");
  expect(invariant.observe(written("a", 1))).toBe(
    "a wrote page 4 of the disk of m with its key of term 1; b in term 2 holds the reservation",
  );
});

test("one writer: a disk that nobody was given is written by nobody", () => {
  expect(new OneWriter().observe(written("a", 1, "n"))).toMatch("; nobody holds the reservation");
});
