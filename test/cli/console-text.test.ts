import { expect, test } from "vitest";
import { ConsoleText } from "../../src/cli/console-text.ts";

test("console text: shown as it comes, a character of several bytes as a whole", () => {
  const shown: string[] = [];
  const console = new ConsoleText((text) => shown.push(text));
  const [first, second, third] = new TextEncoder().encode("€") as unknown as [
    number,
    number,
    number,
  ];
  console.flush();
  console.add(65);
  console.add(first);
  console.add(second);
  console.flush();
  console.add(third);
  console.flush();
  expect(shown.join("")).toBe("A€");
  expect(shown[0]).toBe("A");
  expect([...console.bytes]).toEqual([65, first, second, third]);
});

test("console text: without anybody to show it to it is kept, up to a MiB", () => {
  const console = new ConsoleText();
  for (let count = 0; count < (1 << 20) + 5; count += 1) console.add(count & 0xff);
  console.flush();
  expect(console.bytes).toHaveLength(1 << 20);
});
