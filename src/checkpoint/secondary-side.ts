import type { Host } from "../host/host.ts";
import type { ReliableStream } from "../host/reliable-stream.ts";
import type { VirtualMachine } from "../host/virtual-machine.ts";
import type { MemoryDigest } from "../memory/memory-digest.ts";
import type { Channel } from "../sim/channel.ts";
import type { Engine } from "../sim/engine.ts";
import type { OutputGate } from "./output-gate.ts";
import type { StandByImage } from "./stand-by-image.ts";

/** What a secondary's replication works with. */
export interface SecondarySide {
  readonly engine: Engine;
  readonly host: Host;
  readonly machine: string;
  /** Term of the primary that is listened to. */
  readonly term: number;
  readonly image: StandByImage;
  /** The machine of the image, for schemes whose stand-by runs: booted, and not started. */
  readonly vm: VirtualMachine;
  /** Its inbox, which gets nothing from clients before the host has the machine's address. */
  readonly inbox: Channel<Uint8Array>;
  /** Its gate, open; a machine that is to be silent needs a delegate there before it is started. */
  readonly gate: OutputGate;
  /** To the primary and back. */
  readonly stream: ReliableStream;
  /** More streams from the primary, for groups only; as many as the scheme asks for. */
  readonly moreStreams?: readonly ReliableStream[];
  /** For the memory-identity check only: no step of a protocol looks at it. */
  readonly digest: MemoryDigest;
}
