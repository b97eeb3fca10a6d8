import type { InterruptLine } from "../../../../src/guest/riscv/devices/interrupt-line.ts";

/** A wire that remembers its level and how often it was set to another one. */
export class TestLine implements InterruptLine {
  raised = false;
  changes = 0;

  set(raised: boolean): void {
    if (raised !== this.raised) this.changes += 1;
    this.raised = raised;
  }
}
