import { expect, test } from "vitest";
import { type TerminalInput, terminalKeyboard } from "../../src/cli/keyboard.ts";

function terminal() {
  const calls: string[] = [];
  let listener: ((bytes: Uint8Array) => void) | undefined;
  const input: TerminalInput = {
    setRawMode: (raw) => calls.push(`raw ${raw}`),
    resume: () => calls.push("resume"),
    pause: () => calls.push("pause"),
    on: (_event, added) => {
      listener = added;
    },
    off: (_event, removed) => {
      if (listener === removed) listener = undefined;
    },
  };
  const press = (text: string) => listener?.(new TextEncoder().encode(text));
  return { input, calls, press };
}

test("keyboard: what is typed waits until it is taken, the rest for the next time", () => {
  const { input, calls, press } = terminal();
  const keyboard = terminalKeyboard(input, () => undefined);
  press("abc");
  const taken: string[] = [];
  const take = (bytes: Uint8Array) => {
    taken.push(String.fromCharCode(...bytes));
    return 2;
  };
  keyboard.type(take);
  keyboard.type(take);
  expect(taken).toEqual(["abc", "c"]);
  keyboard.close();
  press("d");
  expect(calls).toEqual(["raw true", "resume", "pause", "raw false"]);
});

test("keyboard: waiting ends when something is typed, and Ctrl-C interrupts", async () => {
  const { input, press } = terminal();
  let interruptions = 0;
  const keyboard = terminalKeyboard(input, () => {
    interruptions += 1;
  });
  const waiting = keyboard.wait();
  press("\u0003");
  await waiting;
  await keyboard.wait();
  expect(interruptions).toBe(1);
  keyboard.close();
});
