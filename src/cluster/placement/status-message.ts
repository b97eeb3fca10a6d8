import { ByteWriter } from "../../sim/byte-writer.ts";
import { sealed, unsealed } from "../../sim/sealed-bytes.ts";
import type { Role } from "../machine-node.ts";

/** Most parts of machines that one host tells of; a host with more tells of the first ones. */
export const PARTS_MAX = 4_096;

const STATUS = 0x53;

/** One more than 32 bits hold. */
const U32_RANGE = 0x1_0000_0000;

const ROLES: readonly Role[] = ["primary", "secondary", "fenced", "abandoned"];
const ALONE = 1;
const MIRRORED = 2;

/** A machine's presence on a host, as the host tells of it. */
export interface PartStatus {
  readonly machine: string;
  readonly role: Role;
  /** The term in which it serves or follows. */
  readonly term: number;
  /** It serves without a secondary, and nothing is being decided. */
  readonly isAlone: boolean;
  /** It serves, and a secondary has a whole copy. */
  readonly isMirrored: boolean;
  /** Who protects it, or whom it stands by; empty if nobody. */
  readonly peer: string;
  readonly memoryBytes: number;
}

/** What a host tells its coordinator. */
export interface HostStatus {
  /** How often the host was started. */
  readonly incarnation: number;
  /** Counts what it has told since: what is overtaken on the way is old. */
  readonly sequence: number;
  readonly parts: readonly PartStatus[];
}

/** A host's status as bytes. */
export function encodeStatus({ incarnation, sequence, parts }: HostStatus): Uint8Array {
  const told = parts.slice(0, PARTS_MAX);
  const writer = new ByteWriter().u8(STATUS).u32(incarnation).u32(sequence).u32(told.length);
  for (const { machine, role, term, isAlone, isMirrored, peer, memoryBytes } of told) {
    const flags = (isAlone ? ALONE : 0) | (isMirrored ? MIRRORED : 0);
    writer.text(machine).u8(ROLES.indexOf(role)).u32(term).u8(flags).text(peer);
    // 64 GiB at most, which is more than 32 bits hold
    writer.u32(Math.floor(memoryBytes / U32_RANGE)).u32(memoryBytes % U32_RANGE);
  }
  return sealed(writer);
}

/** Reads a status; `undefined` for anything else. */
export function decodeStatus(bytes: Uint8Array): HostStatus | undefined {
  const reader = unsealed(bytes);
  if (reader?.u8() !== STATUS) return undefined;
  const [incarnation, sequence, count] = [reader.u32(), reader.u32(), reader.u32()];
  if (count > PARTS_MAX) return undefined;
  const parts: PartStatus[] = [];
  for (let part = 0; part < count && !reader.failed; part += 1) {
    const machine = reader.text();
    const role = ROLES[reader.u8()];
    const term = reader.u32();
    const flags = reader.u8();
    const peer = reader.text();
    const memoryBytes = reader.u32() * U32_RANGE + reader.u32();
    if (role === undefined) return undefined;
    const [isAlone, isMirrored] = [(flags & ALONE) !== 0, (flags & MIRRORED) !== 0];
    parts.push({ machine, role, term, isAlone, isMirrored, peer, memoryBytes });
  }
  return reader.complete ? { incarnation, sequence, parts } : undefined;
}
