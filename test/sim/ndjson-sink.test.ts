import { expect, test } from "vitest";
import { NdjsonSink } from "../../src/sim/ndjson-sink.ts";
import { Trace } from "../../src/sim/trace.ts";

test("ndjson sink: writes one line of JSON for each record", () => {
  const trace = new Trace({ now: 12_345_000 });
  const lines: string[] = [];
  trace.addSink(new NdjsonSink((line) => lines.push(line)));
  trace.emit({ kind: "role", host: 'a "quoted"\nname', serving: true });
  trace.emit({ kind: "page", page: 7 });
  expect(lines).toEqual([
    '{"atNs":12345000,"position":1,"kind":"role","host":"a \\"quoted\\"\\nname","serving":true}',
    '{"atNs":12345000,"position":2,"kind":"page","page":7}',
  ]);
});
