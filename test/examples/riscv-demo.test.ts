import { expect, test } from "vitest";
import { riscvDemo } from "../../examples/demos/riscv-demo.ts";
import { plain } from "../../src/report/style.ts";

test("riscv demo: everything that it compares is as it must be", async () => {
  const lines: string[] = [];
  const print = (text: string): void => void lines.push(...text.split("\n"));
  expect(await riscvDemo.run({ print, style: plain, trace: undefined })).toBe(true);
  const text = lines.join("\n");
  expect(text).toMatch(/✗ a crashes/);
  for (const what of ["memory, pages", "registers and devices, bytes", "console, bytes"]) {
    expect(text).toMatch(new RegExp(`✓ ${what}.* (\\d+) of \\1 equal`));
  }
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
});
