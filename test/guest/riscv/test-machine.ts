import type { MmioDevice } from "../../../src/guest/riscv/devices/mmio-device.ts";
import { Hart } from "../../../src/guest/riscv/hart.ts";
import { Processor, type ProcessorOptions } from "../../../src/guest/riscv/processor.ts";
import { ContiguousBacking } from "../../../src/memory/contiguous-backing.ts";
import { Memory, type MemoryOptions } from "../../../src/memory/memory.ts";
import type { Region } from "../../../src/memory/region.ts";
import { ByteReader } from "../../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../../src/sim/byte-writer.ts";

/** Address of the first byte of memory. */
export const BASE = 0x8000_0000;

/** Pages of memory. */
export const PAGES = 16;

/** Address behind the last byte. */
export const END: number = BASE + PAGES * 4096;

/** A device that keeps what is stored to it and answers loads with it: 64 words at 0x10000000. */
export class NoteDevice implements MmioDevice {
  readonly name = "note";
  readonly base = 0x1000_0000;
  readonly sizeBytes = 0x100;
  readonly log: string[] = [];
  onAccess: () => void = () => undefined;
  #value = 0xfedc_ba98;

  load(offset: number, sizeBytes: number): number {
    this.log.push(`load${sizeBytes * 8} ${offset}`);
    this.onAccess();
    return sizeBytes === 4 ? this.#value : this.#value % 2 ** (8 * sizeBytes);
  }

  store(offset: number, sizeBytes: number, value: number): void {
    this.log.push(`store${sizeBytes * 8} ${offset} ${value}`);
    this.onAccess();
    this.#value = value;
  }
}

/** Options of {@link machine}. */
export interface TestMachineOptions extends MemoryOptions {
  readonly harts?: number;
  readonly time?: () => number;
  readonly watched?: number;
  readonly broken?: NonNullable<ProcessorOptions["broken"]>;
}

/** Harts with {@link PAGES} pages of memory, all of them starting at its beginning. */
export class TestMachine {
  readonly memory: Memory;
  readonly ram: Region;
  readonly device: NoteDevice = new NoteDevice();
  readonly harts: Hart[] = [];
  readonly processors: Processor[] = [];

  constructor({ harts = 1, time = () => 0, watched, broken, ...options }: TestMachineOptions = {}) {
    this.memory = new Memory(options);
    const backing = new ContiguousBacking(PAGES);
    this.ram = this.memory.addRegion({ name: "ram", basePage: 0x8_0000, backing, stores: "seen" });
    const find = (address: number): MmioDevice | undefined =>
      address >= this.device.base && address < this.device.base + this.device.sizeBytes
        ? this.device
        : undefined;
    for (let id = 0; id < harts; id += 1) {
      const hart = new Hart(id);
      hart.pc = BASE;
      const [peer] = this.processors;
      this.harts.push(hart);
      this.processors.push(
        new Processor({
          hart,
          memory: this.memory,
          ram: this.ram,
          bus: { find },
          time,
          ...(peer && { peer }),
          ...(watched !== undefined && { watched }),
          ...(broken && { broken }),
        }),
      );
    }
  }

  get hart(): Hart {
    return this.harts[0]!;
  }

  get processor(): Processor {
    return this.processors[0]!;
  }

  /** Writes a program, from the beginning of memory by default, as the host does. */
  program(words: readonly number[], address = BASE): this {
    const bytes = new Uint8Array(new Uint32Array(words).buffer);
    this.memory.dmaWrite(address, bytes);
    return this;
  }

  /** Sets registers by number. */
  set(registers: Readonly<Record<number, number>>): this {
    for (const [number, value] of Object.entries(registers)) this.hart.x[Number(number)] = value;
    return this;
  }

  /** The word at an address, unsigned, read past the processor. */
  word(address: number): number {
    return new DataView(this.memory.dmaRead(address, 4).buffer).getUint32(0, true);
  }
}

/** A machine with a program at the beginning of its memory. */
export function machine(
  words: readonly number[] = [],
  options: TestMachineOptions = {},
): TestMachine {
  return new TestMachine(options).program(words);
}

/** The state of a hart as its bytes. */
export function saved(hart: Hart): Uint8Array {
  const writer = new ByteWriter();
  hart.save(writer);
  return writer.finish();
}

/** Puts bytes that {@link saved} gave into a hart. */
export function restore(hart: Hart, bytes: Uint8Array): void {
  hart.parse(new ByteReader(bytes))();
}
