// covers src/cli/trace-export.ts, src/cli/output-file.ts
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkTraceName, exportTrace } from "../../src/cli/trace-export.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { ms } from "../../src/sim/time.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-trace-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const record = { kind: "host.crashed", host: "a" };

test("trace export: the name says the format", () => {
  for (const name of ["a.json", "b/c.ndjson", ".json"])
    expect(() => checkTraceName(name)).not.toThrow();
  for (const name of ["a", "a.txt", "a.json.gz", "json", ""]) {
    expect(() => checkTraceName(name)).toThrow(
      new UsageError(
        "--trace: expected a name that ends in .json (Chrome Trace) or .ndjson (one record per line), " +
          `got "${name}"`,
      ),
    );
  }
});

test("trace export: records as lines", () => {
  const exported = exportTrace("t.ndjson", folder);
  // What comes before the file is opened is not lost.
  exported.sink.record(5, 1, record);
  exported.open();
  exported.sink.record(6, 2, record);
  exported.finish(ms(1), {});
  expect(readFileSync(join(folder, "t.ndjson"), "utf8")).toBe(
    '{"atNs":5,"position":1,"kind":"host.crashed","host":"a"}\n' +
      '{"atNs":6,"position":2,"kind":"host.crashed","host":"a"}\n',
  );
});

test("trace export: a Chrome Trace with what it is about", () => {
  const exported = exportTrace("t.json", folder);
  exported.open();
  exported.sink.record(5, 1, record);
  exported.finish(ms(1), { seed: 7 });
  const trace = JSON.parse(readFileSync(join(folder, "t.json"), "utf8")) as Record<string, unknown>;
  expect(trace["otherData"]).toEqual({ seed: 7 });
  expect(trace["traceEvents"]).toHaveLength(6);
});

test("trace export: a long trace is written whole, characters of several bytes too", () => {
  const exported = exportTrace("t.ndjson", folder);
  exported.open();
  for (let number = 1; number <= 5_000; number += 1) {
    exported.sink.record(number, number, { kind: "ü€😀", number });
  }
  exported.finish(ms(1), {});
  const lines = readFileSync(join(folder, "t.ndjson"), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { number: number }).number)).toEqual(
    Array.from({ length: 5_000 }, (_, index) => index + 1),
  );
});

test("trace export: until it is finished an older file stays, and nothing else is left", () => {
  writeFileSync(join(folder, "t.json"), "old");
  const exported = exportTrace("t.json", folder);
  exported.open();
  exported.sink.record(5, 1, record);
  expect(readFileSync(join(folder, "t.json"), "utf8")).toBe("old");
  exported.discard();
  expect(readdirSync(folder)).toEqual(["t.json"]);
  expect(readFileSync(join(folder, "t.json"), "utf8")).toBe("old");

  const second = exportTrace("t.json", folder);
  second.open();
  second.finish(ms(1), {});
  second.discard();
  expect(readdirSync(folder)).toEqual(["t.json"]);
  expect(readFileSync(join(folder, "t.json"), "utf8")).toMatch(/^\{"displayTimeUnit"/);
});

test("trace export: places where no file can be", () => {
  mkdirSync(join(folder, "d.json"));
  expect(() => exportTrace("d.json", folder).open()).toThrow(
    new UsageError('--trace: expected a file to write to, got the folder "d.json"'),
  );
  expect(() => exportTrace("none/t.json", folder).open()).toThrow(
    new UsageError(
      '--trace: expected a place where a file can be made, got "none/t.json" (ENOENT)',
    ),
  );
  expect(existsSync(join(folder, "none"))).toBe(false);
  expect(readdirSync(folder)).toEqual(["d.json"]);
});

test("trace export: what was never opened leaves nothing", () => {
  const exported = exportTrace("t.json", folder);
  exported.sink.record(5, 1, record);
  exported.discard();
  expect(readdirSync(folder)).toEqual([]);
});
