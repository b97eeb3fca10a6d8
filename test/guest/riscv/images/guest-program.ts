import { parseElf } from "../../../../src/guest/riscv/elf.ts";
import { decodeBase64 } from "../../../../src/guest/riscv/images/base64.ts";
import type { LoadedImage } from "../../../../src/guest/riscv/loaded-image.ts";
import type { RiscvMachineOptions } from "../../../../src/guest/riscv/machine-options.ts";
import type { MachineRun } from "../../../../src/guest/riscv/machine-run.ts";
import { RiscvMachine } from "../../../../src/guest/riscv/riscv-machine.ts";

/** One of the guest programs on a machine, with what it printed. */
export class GuestProgram {
  readonly image: LoadedImage;
  readonly machine: RiscvMachine;
  #printed = "";

  /** @param words What is written at symbols before the first instruction; "options[1]" is the second word. */
  constructor(
    lines: readonly string[],
    words: Readonly<Record<string, number>> = {},
    options: Omit<RiscvMachineOptions, "image"> = {},
  ) {
    this.image = parseElf(decodeBase64(lines));
    this.machine = new RiscvMachine({
      image: this.image,
      onConsole: (byte) => {
        this.#printed += String.fromCharCode(byte);
      },
      ...options,
    });
    for (const [place, value] of Object.entries(words)) {
      const [, name, index = "0"] = /^(\w+)(?:\[(\d+)\])?$/.exec(place)!;
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, value, true);
      this.machine.memory.dmaWrite(this.address(name!) + 4 * Number(index), bytes);
    }
  }

  get printed(): string {
    return this.#printed;
  }

  address(symbol: string): number {
    const address = this.image.symbols.get(symbol);
    if (address === undefined) throw new Error(`no symbol ${symbol}`);
    return address;
  }

  word(symbol: string, index = 0): number {
    const bytes = this.machine.memory.dmaRead(this.address(symbol) + 4 * index, 4);
    return new DataView(bytes.buffer).getUint32(0, true);
  }

  run(maxTicks = 100_000_000): MachineRun {
    return this.machine.run(maxTicks);
  }
}
