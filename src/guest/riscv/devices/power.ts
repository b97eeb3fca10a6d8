import type { ByteReader } from "../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../sim/byte-writer.ts";
import { StandinRangeError } from "../../../sim/errors.ts";
import type { DeviceState } from "./device-state.ts";
import type { AccessBytes, MmioDevice } from "./mmio-device.ts";

/** Physical address of the register. */
export const POWER_BASE = 0x0010_0000;

/** Bytes of the window. */
export const POWER_BYTES = 0x1000;

/** What a program writes to pass; also what Linux's `syscon-poweroff` writes. */
export const POWER_PASS = 0x5555;

/** What a program writes, below its code in the upper 16 bits, to fail. */
export const POWER_FAIL = 0x3333;

/** What a program writes to start anew. */
export const POWER_RESET = 0x7777;

const STATES = [0, POWER_PASS, POWER_FAIL, POWER_RESET];

/** How a machine was switched off. */
export interface PowerOff {
  /** 0, or what the program gave with a failure, up to 65535. */
  readonly code: number;
  /** Whether the program asked for a reset. The machine stays off all the same. */
  readonly reset: boolean;
}

/**
 * The register that ends the machine, as SiFive's test finisher. The first word that means something
 * counts; the machine is off from then on.
 */
export class Power implements MmioDevice, DeviceState {
  readonly name: string = "power";
  readonly base: number = POWER_BASE;
  readonly sizeBytes: number = POWER_BYTES;
  #state = 0;
  #code = 0;

  /** How the machine was switched off; `undefined` while it is on. */
  get off(): PowerOff | undefined {
    if (this.#state === 0) return undefined;
    return { code: this.#code, reset: this.#state === POWER_RESET };
  }

  load(): number {
    return 0;
  }

  store(offset: number, sizeBytes: AccessBytes, value: number): void {
    if (offset !== 0 || sizeBytes === 1 || this.#state !== 0) return;
    const state = value & 0xffff;
    if (!STATES.includes(state)) return;
    this.#state = state;
    if (state === POWER_FAIL) this.#code = value >>> 16;
  }

  save(writer: ByteWriter): void {
    writer.u16(this.#state).u16(this.#code);
  }

  parse(reader: ByteReader): () => void {
    const [state, code] = [reader.u16(), reader.u16()];
    if (reader.failed || !STATES.includes(state) || (state !== POWER_FAIL && code !== 0)) {
      throw new StandinRangeError(
        "GUEST_REGISTERS",
        `expected a machine that is on or was switched off, got state ${state} with code ${code}`,
      );
    }
    return () => {
      this.#state = state;
      this.#code = code;
    };
  }
}
