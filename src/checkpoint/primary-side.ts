import type { Host } from "../host/host.ts";
import type { ReliableStream } from "../host/reliable-stream.ts";
import type { VirtualMachine } from "../host/virtual-machine.ts";
import type { MemoryDigest } from "../memory/memory-digest.ts";
import type { Engine } from "../sim/engine.ts";
import type { Signal } from "../sim/signal.ts";
import type { KeptEncoders } from "./encode/kept-encoders.ts";
import type { OutputGate } from "./output-gate.ts";

/** What a primary's replication works with. */
export interface PrimarySide {
  readonly engine: Engine;
  readonly host: Host;
  readonly term: number;
  readonly vm: VirtualMachine;
  readonly gate: OutputGate;
  /** To the secondary and back. */
  readonly stream: ReliableStream;
  /** More streams to the secondary, for groups only; as many as the scheme asks for. */
  readonly moreStreams?: readonly ReliableStream[];
  /** Those of this machine on this host, whichever secondary it has. */
  readonly encoders: KeptEncoders;
  /** Set while the gate holds output that asks for a checkpoint. */
  readonly held: Signal;
  /** Set by whoever asks for a checkpoint; cleared when one begins. */
  readonly requested: Signal;
  /** For the memory-identity check only: no step of a protocol looks at it. */
  readonly digest: MemoryDigest;
}
