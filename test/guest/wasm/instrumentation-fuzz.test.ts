// covers src/guest/wasm/code-instrumenter.ts, src/guest/wasm/data-shifter.ts, src/guest/wasm/instruction-reader.ts
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { instrumentCode } from "../../../src/guest/wasm/code-instrumenter.ts";
import { shiftData } from "../../../src/guest/wasm/data-shifter.ts";
import { exportState, type ReachableModule } from "../../../src/guest/wasm/export-rewriter.ts";
import { outlineModule } from "../../../src/guest/wasm/module-outline.ts";
import { replaceSections } from "../../../src/guest/wasm/section-writer.ts";
import { instrumentStores } from "../../../src/guest/wasm/store-instrumentation.ts";
import { MAP_BYTES } from "../../../src/guest/wasm/store-map.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { assemble, I32, op } from "./assembler.ts";
import { randomStores } from "./random-stores.ts";

const isValid = (bytes: Uint8Array): boolean =>
  WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>);

/** The code of what is thrown, and nothing else than errors that have one may be thrown. */
function codeOf(act: () => void): string {
  try {
    act();
    return "none";
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code === "string" && error instanceof TypeError) return code;
    throw error;
  }
}

/** A program with some bytes changed, taken out or put in. */
const damaged = fc
  .record({
    seed: fc.nat(200),
    changes: fc.array(
      fc.record({ at: fc.nat(), kind: fc.nat(5), value: fc.oneof(fc.nat(255), fc.nat(16)) }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ seed, changes }) => {
    const bytes = [...randomStores(new RandomStream(seed, "stores"))];
    for (const { at, kind, value } of changes) {
      const place = 8 + (at % (bytes.length - 8));
      if (kind === 0) bytes.splice(place, 1 + (value % 3));
      else if (kind === 1) bytes.splice(place, 0, value);
      else bytes[place] = value;
    }
    return Uint8Array.from(bytes);
  });

test("instrumentation: a damaged program is refused, or becomes one that the engine accepts", () => {
  const verdicts = { none: 0, WASM_MALFORMED: 0, WASM_UNSUPPORTED: 0 };
  fc.assert(
    fc.property(damaged, (bytes) => {
      const code = codeOf(() => {
        expect(isValid(instrumentStores(exportState(bytes)).bytes)).toBe(true);
      });
      expect(Object.keys(verdicts)).toContain(code);
      verdicts[code as keyof typeof verdicts] += 1;
    }),
    { numRuns: 1_000 },
  );
  expect(verdicts.none).toBeGreaterThan(10);
  expect(verdicts.WASM_MALFORMED).toBeGreaterThan(50);
});

test("instrumentation: code that nobody has validated ends and gives an error or other code", () => {
  const codes = new Set<string>();
  fc.assert(
    fc.property(damaged, (bytes) => {
      const code = codeOf(() => {
        const outline = outlineModule(bytes);
        const rewritten = replaceSections(
          bytes,
          outline,
          new Map([[10, instrumentCode(bytes, outline)]]),
        );
        shiftData(bytes, outline, MAP_BYTES);
        // The rewriting makes nothing valid that was not.
        if (!isValid(bytes)) expect(isValid(rewritten)).toBe(false);
      });
      codes.add(code);
    }),
    { numRuns: 1_000 },
  );
  expect([...codes].sort()).toEqual(["WASM_MALFORMED", "WASM_UNSUPPORTED", "none"]);
});

describe("instrumentation: SQLite as npm ships it", () => {
  let sqlite: ReachableModule;

  beforeAll(() => {
    const path = createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm.wasm");
    sqlite = exportState(readFileSync(path));
  });

  test("instrumentation: every function survives, and is there once", () => {
    const { bytes } = instrumentStores(sqlite);
    expect(isValid(bytes)).toBe(true);
    const sections = (of: Uint8Array): number[] => outlineModule(of).sections.map(({ id }) => id);
    expect(sections(bytes)).toEqual(sections(sqlite.bytes).filter((id) => id !== 0));
    const kept = (of: Uint8Array, id: number): Uint8Array => {
      const { start, end } = outlineModule(of).sections.find((section) => section.id === id)!;
      return of.subarray(start, end);
    };
    for (const id of [1, 2, 3, 4, 6, 9]) expect(kept(bytes, id)).toEqual(kept(sqlite.bytes, id));
  });

  test("instrumentation: a stack that no engine would have is refused", () => {
    const many = { takes: [], gives: new Array<number>(1_000).fill(I32) };
    const callers = new Array<readonly number[]>(200).fill(op.call(0));
    const bytes = assemble({
      types: [many, { takes: [], gives: [] }],
      imports: [{ name: "many", description: [0, 0] }],
      functions: [{ type: 1, code: [...callers, op.unreachable] }],
      memories: [[0, 1]],
    });
    expect(isValid(bytes)).toBe(true);
    expect(() => instrumentStores(exportState(bytes))).toThrow("a stack too high");
  });

  test("instrumentation: it is the same each time", () => {
    const [first, second] = [instrumentStores(sqlite), instrumentStores(sqlite)];
    expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
  });

  test("instrumentation: damage to its code is refused, or leaves valid code", () => {
    const random = new RandomStream(1, "damage");
    const { start, end } = outlineModule(sqlite.bytes).sections.find(({ id }) => id === 10)!;
    let refused = 0;
    for (let run = 0; run < 25; run += 1) {
      const bytes = sqlite.bytes.slice();
      bytes[random.between(start, end - 1)] = random.below(256);
      const code = codeOf(() => {
        expect(isValid(instrumentStores({ ...sqlite, bytes }).bytes)).toBe(true);
      });
      if (code !== "none") refused += 1;
    }
    expect(refused).toBeGreaterThan(2);
  });
});
