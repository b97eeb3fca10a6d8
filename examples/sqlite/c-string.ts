import type { WasmMachine } from "standin/guests";

/** The text at an address of a machine's memory, up to the zero behind it. */
export function readCString({ memory }: WasmMachine, address: number): string {
  let end = address;
  while (memory.load8(end) !== 0) end += 1;
  return new TextDecoder().decode(memory.read(address, end - address));
}
