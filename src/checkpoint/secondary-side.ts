import type { Host } from "../host/host.ts";
import type { ReliableStream } from "../host/reliable-stream.ts";
import type { VirtualMachine } from "../host/virtual-machine.ts";
import type { MemoryDigest } from "../memory/memory-digest.ts";
import type { Engine } from "../sim/engine.ts";
import type { StandByImage } from "./stand-by-image.ts";

/** What a secondary's replication works with. */
export interface SecondarySide {
  readonly engine: Engine;
  readonly host: Host;
  readonly machine: string;
  /** Term of the primary that is listened to. */
  readonly term: number;
  /** The stand-by machine that `image` is of; not started. */
  readonly vm: VirtualMachine;
  readonly image: StandByImage;
  /** To the primary and back. */
  readonly stream: ReliableStream;
  /** More streams from the primary, for groups only; as many as the scheme asks for. */
  readonly moreStreams?: readonly ReliableStream[];
  /** For the memory-identity check only: no step of a protocol looks at it. */
  readonly digest: MemoryDigest;
}
