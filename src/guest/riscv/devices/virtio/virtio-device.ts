import type { Memory } from "../../../../memory/memory.ts";
import type { ByteReader } from "../../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../../sim/byte-writer.ts";
import type { GuestRam } from "./guest-ram.ts";
import type { QueueRegisters } from "./queue-registers.ts";
import type { VirtQueue } from "./virt-queue.ts";

/** What the transport is to the device behind it. */
export interface VirtioPort {
  /** All memory of the machine. Addresses that a guest gave go through `ram` instead. */
  readonly memory: Memory;
  readonly ram: GuestRam;
  readonly queues: readonly VirtQueue[];
  /** Whether the driver is up and nothing is wrong: otherwise the device touches no buffer. */
  readonly running: boolean;
  /** Virtual time in ticks of the machine. */
  readonly now: () => number;
  /** Tells the driver that buffers were given back, if it wants to know. */
  readonly interrupt: (queue: VirtQueue) => void;
  /** The guest did what no driver may do: the device needs a reset and drops what it works on. */
  readonly fail: (reason: string) => void;
}

/** What a virtio device is apart from the transport, which is the same for all. */
export interface VirtioDevice {
  /** Begins the name in errors, such as `"virtio-net"`. */
  readonly kind: string;
  /** Type of the device, as VIRTIO 1.2, chapter 5, numbers them. */
  readonly deviceId: number;
  /** The lower 32 feature bits offered, 0 to 2^32 - 1. VERSION_1 is added by the transport. */
  readonly features: number;
  readonly queueCount: number;
  /** The configuration space; never changes. */
  readonly config: Uint8Array;
  /** When it has work to do; infinity if never. */
  readonly nextTick: number;
  /** Called once, by the transport, before anything else. */
  attach(port: VirtioPort): void;
  /** The driver says that a ready queue has buffers; called only while running. */
  notify(queue: number): void;
  /** Does what is due at `now`; afterwards `nextTick` is later than `now`. */
  advance(now: number): void;
  /** Forgets everything in flight: after a reset, when a queue is stopped, or when it failed. */
  drop(): void;
  /** Writes all state behind the transport; always the same number of bytes. */
  save(writer: ByteWriter): void;
  /**
   * Reads what `save` wrote; it may be anything. Changes nothing yet.
   *
   * @param queues As they will be if the state is taken over; `undefined` if then it is not running.
   * @returns Takes the state over.
   * @throws StandinRangeError `GUEST_REGISTERS`.
   */
  parse(reader: ByteReader, queues: readonly QueueRegisters[] | undefined): () => void;
}
