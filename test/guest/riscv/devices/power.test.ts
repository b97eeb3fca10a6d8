import { expect, test } from "vitest";
import { Power } from "../../../../src/guest/riscv/devices/power.ts";
import { thrownCode } from "../thrown-code.ts";
import { expectStateContract, loadState, savedState } from "./state-copy.ts";

function after(...values: number[]): Power {
  const power = new Power();
  for (const value of values) power.store(0, 4, value);
  return power;
}

test("power: a machine passes, fails with a code, or asks for a reset", () => {
  expect(after().off).toBeUndefined();
  expect(after(0x5555).off).toEqual({ code: 0, reset: false });
  expect(after(0x002a_3333).off).toEqual({ code: 42, reset: false });
  expect(after(0xffff_3333).off).toEqual({ code: 65_535, reset: false });
  expect(after(0x7777).off).toEqual({ code: 0, reset: true });
});

test("power: the first word that means something counts", () => {
  expect(after(0, 1, 0x5554, 0x1_3333, 0x5555).off).toEqual({ code: 1, reset: false });
  expect(after(0x5555, 0x1_3333, 0x7777).off).toEqual({ code: 0, reset: false });
});

test("power: other registers and single bytes mean nothing", () => {
  const power = new Power();
  power.store(4, 4, 0x5555);
  power.store(0, 1, 0x55);
  expect(power.off).toBeUndefined();
  power.store(0, 2, 0x5555);
  expect(power.off).toEqual({ code: 0, reset: false });
  expect(power.load()).toBe(0);
});

test("power: its state is copied whole", () => {
  for (const power of [after(), after(0x5555), after(0x1234_3333), after(0x7777)]) {
    expectStateContract(power, () => new Power());
  }
});

test("power: a code without a failure is no state of it", () => {
  const code = (power: Power, at: number): unknown => {
    const bytes = savedState(power);
    bytes[at] = 1;
    return thrownCode(() => loadState(new Power(), bytes));
  };
  expect(code(after(0x2_3333), 2)).toBeUndefined();
  for (const power of [after(), after(0x5555), after(0x7777)]) {
    expect(code(power, 2)).toBe("GUEST_REGISTERS");
  }
});
