/** Why a network lost a packet. */
export type DropReason =
  /** The way was cut when it was sent, or when it would have arrived. */
  | "partition"
  /** Bad luck: the wire's loss probability. */
  | "loss"
  /** No room, in the queue before the wire or in the receiver's inbox. */
  | "queue-full"
  /** A fault rule said so. */
  | "rule"
  /** The receiver is off, or the sender died with the packet still in its queue. */
  | "powered-off"
  /** It arrived damaged where damage is noticed: clients and what serves them check their packets. */
  | "damaged"
  /** Nobody listens there. */
  | "no-port";

/** Power and processor of a host changed. */
export type HostStateRecord =
  | { readonly kind: "host.crashed"; readonly host: string }
  | { readonly kind: "host.restarted"; readonly host: string }
  | { readonly kind: "host.paused"; readonly host: string }
  | { readonly kind: "host.resumed"; readonly host: string }
  | { readonly kind: "host.processor-share"; readonly host: string; readonly sharePpm: number }
  | {
      readonly kind: "clock.changed";
      readonly host: string;
      readonly offsetNs: number;
      readonly driftPpm: number;
    };

/**
 * What happened to a packet on one wire. Every packet sent or duplicated is later delivered or
 * dropped, once.
 */
export type PacketRecord =
  | {
      readonly kind: "link.sent" | "link.delivered" | "link.duplicated" | "link.corrupted";
      readonly from: string;
      readonly to: string;
      readonly port: string;
      readonly bytes: number;
    }
  | {
      readonly kind: "link.dropped";
      readonly from: string;
      readonly to: string;
      readonly port: string;
      readonly bytes: number;
      readonly reason: DropReason;
    };

/** A wire changed. */
export type WireRecord =
  | {
      readonly kind: "link.partitioned" | "link.healed";
      readonly from: string;
      readonly to: string;
    }
  | {
      readonly kind: "link.changed";
      readonly from: string;
      readonly to: string;
      readonly latencyNs: number;
      readonly bandwidthBitsPerSecond: number;
      readonly jitterNs: number;
      readonly lossPpm: number;
      readonly duplicationPpm: number;
      readonly reorderingPpm: number;
      readonly corruptionPpm: number;
    };

/** A reliable stream did something that an undisturbed one does not do. */
export type StreamRecord =
  | {
      readonly kind: "stream.retransmitted";
      readonly from: string;
      readonly to: string;
      readonly port: string;
      /** Sequence number of the segment, from 1. */
      readonly segment: number;
    }
  | {
      readonly kind: "stream.rejected";
      readonly host: string;
      readonly port: string;
      readonly reason: string;
    };

/** The network between clients and hosts changed. */
export type ClientNetworkRecord =
  | { readonly kind: "address.moved"; readonly address: string; readonly host: string }
  | { readonly kind: "cable.cut" | "cable.mended"; readonly host: string }
  | {
      readonly kind: "reply.foreign";
      readonly host: string;
      readonly address: string;
      readonly client: number;
    };

/**
 * A virtual machine was given an input: from here on it is part of the machine's state. Or it is told
 * that there is none for a while, and no longer; `waiting` counts the packets that wait for it then.
 */
export type MachineRecord =
  | {
      readonly kind: "request.delivered";
      readonly machine: string;
      readonly host: string;
      readonly client: number;
      readonly number: number;
    }
  | {
      readonly kind: "input.refused" | "input.taken";
      readonly machine: string;
      readonly host: string;
      readonly waiting: number;
    };

/** Every record that this layer emits. */
export type HostRecord =
  | HostStateRecord
  | MachineRecord
  | PacketRecord
  | WireRecord
  | StreamRecord
  | ClientNetworkRecord;
