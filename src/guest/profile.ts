import { PAGE_SIZE } from "../memory/page.ts";
import { assert } from "../sim/assert.ts";
import { ByteWriter } from "../sim/byte-writer.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { sealed, unsealed } from "../sim/sealed-bytes.ts";

/** "PROF", little endian: the first bytes of every profile behind its length. */
const MAGIC = 0x464f_5250;
const VERSION = 1;

/** Most characters of a text of a profile. */
export const PROFILE_TEXT_MAX = 64;

/** Most storage paths of a profile. */
export const PROFILE_PATHS_MAX = 8;

/** Bytes of a hardware address. */
const HARDWARE_BYTES = 6;

/** Where one of a machine's volumes is to be found by the machine that has the profile. */
export interface StoragePath {
  /** Name of the volume, the same in the source and in its copies. */
  readonly volume: string;
  readonly path: string;
}

/**
 * Who a machine is that has the state of another: what a duplicate must not take over from its source.
 * All texts are 1 to 64 printable ASCII characters.
 *
 * Source: US11620196 (the profile in protected memory of the target).
 */
export interface Profile {
  /** What the machine is for. */
  readonly role: string;
  readonly hostName: string;
  /** Its address on the clients' network. */
  readonly address: string;
  /** Address of its network card: six bytes in hexadecimal with colons. Default: as the machine was built. */
  readonly hardwareAddress?: string;
  /** At most 8. Default none: as the machine was built. */
  readonly storage?: readonly StoragePath[];
}

/** What lies where a profile may: one, nothing at all, or something that is none. */
export type FoundProfile = Profile | "missing" | "damaged";

/**
 * A profile as it lies in protected memory: its length, itself, a check value. New bytes that the caller
 * keeps; they fit a page.
 *
 * @throws StandinRangeError `PROFILE` for a text, a hardware address or a number of paths out of bounds.
 */
export function encodeProfile(profile: Profile): Uint8Array {
  const { role, hostName, address, hardwareAddress, storage = [] } = profile;
  const writer = new ByteWriter(256).u32(MAGIC).u8(VERSION);
  writer.text(expectText("role", role)).text(expectText("hostName", hostName));
  writer.text(expectText("address", address)).bytes(hardwareBytes(hardwareAddress));
  if (storage.length > PROFILE_PATHS_MAX) {
    refuse(`storage: expected at most ${PROFILE_PATHS_MAX} paths, got ${storage.length}`);
  }
  writer.u8(storage.length);
  for (const { volume, path } of storage) {
    writer.text(expectText("volume", volume)).text(expectText("path", path));
  }
  const body = sealed(writer);
  const bytes = new ByteWriter(body.length + 2).u16(body.length).bytes(body).finish();
  assert(bytes.length <= PAGE_SIZE, "the largest profile fits a page");
  return bytes;
}

/**
 * Reads a profile, whatever the bytes are; what lies behind it is ignored.
 *
 * @param bytes Read in place; the caller keeps them.
 */
export function decodeProfile(bytes: Uint8Array): FoundProfile {
  const length = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  if (length === 0) return "missing";
  if (length > bytes.length - 2) return "damaged";
  const reader = unsealed(bytes.subarray(2, 2 + length));
  if (reader === undefined || reader.u32() !== MAGIC || reader.u8() !== VERSION) return "damaged";
  const [role, hostName, address] = [reader.text(), reader.text(), reader.text()];
  const hardware = reader.bytes(HARDWARE_BYTES);
  const pathCount = reader.u8();
  if (pathCount > PROFILE_PATHS_MAX) return "damaged";
  const storage = Array.from({ length: pathCount }, () => ({
    volume: reader.text(),
    path: reader.text(),
  }));
  const texts = [role, hostName, address, ...storage.flatMap(({ volume, path }) => [volume, path])];
  if (!reader.complete || !texts.every(isText)) return "damaged";
  const isSet = hardware.some((byte) => byte !== 0);
  if (isSet && (hardware[0]! & 1) !== 0) return "damaged";
  return {
    ...{ role, hostName, address },
    ...(isSet ? { hardwareAddress: shownHardware(hardware) } : {}),
    ...(pathCount > 0 ? { storage } : {}),
  };
}

/**
 * The six bytes of a hardware address; zeros if there is none.
 *
 * @throws StandinRangeError `PROFILE` for anything but the address of one card.
 */
export function hardwareBytes(address: string | undefined): Uint8Array {
  const bytes = new Uint8Array(HARDWARE_BYTES);
  if (address === undefined) return bytes;
  const parts = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(address) ? address.split(":") : [];
  bytes.set(parts.map((part) => Number.parseInt(part, 16)));
  if (
    parts.length === HARDWARE_BYTES &&
    (bytes[0]! & 1) === 0 &&
    bytes.some((byte) => byte !== 0)
  ) {
    return bytes;
  }
  return refuse(
    `hardwareAddress: expected six bytes such as 02:5d:00:00:00:02, the first even, got "${address}"`,
  );
}

function shownHardware(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function isText(text: string): boolean {
  return text.length <= PROFILE_TEXT_MAX && /^[ -~]+$/.test(text);
}

function expectText(name: string, text: string): string {
  if (isText(text)) return text;
  return refuse(
    `${name}: expected 1 to ${PROFILE_TEXT_MAX} printable ASCII characters, got "${text.slice(0, PROFILE_TEXT_MAX)}"`,
  );
}

function refuse(message: string): never {
  throw new StandinRangeError("PROFILE", `profile: ${message}`);
}
