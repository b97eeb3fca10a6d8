/**
 * Machines to protect, and what is needed to write one.
 *
 * @module
 */
export {
  CONSOLE_RING_BYTES,
  ConsoleLine,
  type ConsoleLineOptions,
} from "./guest/console-line.ts";
export {
  CONSOLE_BYTES_MAX,
  CONSOLE_CLIENT,
  type ConsolePacket,
  decodeConsolePacket,
  encodeConsolePacket,
} from "./guest/console-packet.ts";
export { cloneGuest, copyGuest } from "./guest/copy-guest.ts";
export { type CounterOptions, counter, counterValue } from "./guest/counter.ts";
export type { DriverName, DuplicationOptions } from "./guest/drivers.ts";
export type {
  DiskRead,
  Guest,
  GuestImage,
  GuestRun,
  GuestServices,
  Workload,
} from "./guest/guest.ts";
export { GuestPanic } from "./guest/guest-panic.ts";
export { type KeyValueOptions, keyValue } from "./guest/key-value.ts";
export {
  decodeKeyValueReply,
  decodeKeyValueRequest,
  encodeKeyValueReply,
  encodeKeyValueRequest,
  KEY_BYTES_MAX,
  type KeyValueReply,
  type KeyValueRequest,
  VALUE_BYTES_MAX,
} from "./guest/key-value-protocol.ts";
export {
  decodePacket,
  encodePacket,
  PACKET_BYTES_MAX,
  PACKET_HEADER_BYTES,
  PAYLOAD_BYTES_MAX,
  type Packet,
} from "./guest/packet.ts";
export type { PageAllocator } from "./guest/page-allocator.ts";
export {
  PROGRAM_AREA_ADDRESS,
  PROGRAM_AREA_BYTES,
  type Program,
  type ProgramDefinition,
  type ProgramMachine,
  type ProgramOptions,
  programGuest,
} from "./guest/program-guest.ts";
export {
  type ArrayField,
  array,
  type BytesField,
  bytes,
  type Field,
  type NumberField,
  u8,
  u16,
  u32,
  u64,
} from "./guest/record-field.ts";
export {
  type ArrayView,
  type BytesView,
  type RecordFields,
  type RecordLayout,
  type RecordView,
  recordLayout,
} from "./guest/record-layout.ts";
export { parseElf } from "./guest/riscv/elf.ts";
export { flatImage } from "./guest/riscv/flat-image.ts";
export type { HaltReason, Hart } from "./guest/riscv/hart.ts";
export type { KeyValueServerOptions } from "./guest/riscv/key-value-server.ts";
export type { AddressRange, ImageSegment, LoadedImage } from "./guest/riscv/loaded-image.ts";
export { patchImage } from "./guest/riscv/loaded-image-patch.ts";
export type {
  DiskOptions,
  MachineClock,
  MachineDefects,
  RiscvMachineOptions,
} from "./guest/riscv/machine-options.ts";
export type { MachineRun } from "./guest/riscv/machine-run.ts";
export { type RiscvDiskReaderOptions, riscvDiskReader } from "./guest/riscv/riscv-disk-reader.ts";
export { RiscvGuest, type RiscvGuestOptions, riscvGuest } from "./guest/riscv/riscv-guest.ts";
export { type RiscvHypervisorOptions, riscvHypervisor } from "./guest/riscv/riscv-hypervisor.ts";
export { type RiscvJournalOptions, riscvJournal } from "./guest/riscv/riscv-journal.ts";
export { riscvKeyValue } from "./guest/riscv/riscv-key-value.ts";
export { RiscvMachine } from "./guest/riscv/riscv-machine.ts";
export { type RiscvMuncherOptions, riscvMuncher } from "./guest/riscv/riscv-muncher.ts";
export { CLIENTS_MAX, REQUEST_NUMBER_MAX } from "./guest/session-directory.ts";
export { SessionStatus, sessionStatusOf } from "./guest/session-status.ts";
export type { StoreMarkDefects } from "./guest/wasm/code-instrumenter.ts";
export {
  type ExportStateOptions,
  exportState,
  type ReachableGlobal,
  type ReachableModule,
} from "./guest/wasm/export-rewriter.ts";
export type { WasmMemoryOutline, WasmValueType } from "./guest/wasm/module-outline.ts";
export { type InstrumentedModule, instrumentStores } from "./guest/wasm/store-instrumentation.ts";
export { WasmBinary, type WasmImportName, type WasmImports } from "./guest/wasm/wasm-binary.ts";
export {
  WASM_RECEIVE_BYTES,
  type WasmDefinition,
  type WasmMachine,
  type WasmService,
  wasmGuest,
} from "./guest/wasm/wasm-guest.ts";
export type { Memory } from "./memory/memory.ts";
export type { RandomStream } from "./sim/random.ts";
export type { Nanoseconds } from "./sim/time.ts";
