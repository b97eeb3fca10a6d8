import { counter } from "../guest/counter.ts";
import type { Guest, GuestImage } from "../guest/guest.ts";
import { decodePacket, encodePacket } from "../guest/packet.ts";
import { PROGRAM_AREA_ADDRESS, PROGRAM_AREA_BYTES } from "../guest/program-guest.ts";
import { xxh32 } from "../sim/hash.ts";
import { us } from "../sim/time.ts";

/** Where it remembers what it last drew: behind all that a counter keeps there. */
const DRAWN_ADDRESS = PROGRAM_AREA_ADDRESS + PROGRAM_AREA_BYTES - 4;

const DRAWN_BYTES = 4;
const HASHES = 0x1_0000_0000;

/**
 * A counter that adds bits of its own random source to some of its replies, and remembers them: two of them
 * given the same requests differ in these replies and in no others. Which they are is decided by client
 * and number, so that the same ones differ whatever protects the machine.
 *
 * @param chance The part of the replies that differ, from 0 to 1.
 */
export function differingCounter(chance: number): GuestImage {
  const image = counter({ serviceNs: us(100), touchPages: 64 });
  return {
    ...image,
    name: "differing counter",
    deterministic: false,
    create(services): Guest {
      const guest: Guest = image.create({
        now: () => services.now(),
        random32: () => services.random32(),
        transmit(packet) {
          const decoded = decodePacket(packet);
          if (decoded === undefined || !isDiffering(decoded, chance)) {
            services.transmit(packet);
            return;
          }
          const { client, number, payload } = decoded;
          const drawn = services.random32();
          guest.memory.store32(DRAWN_ADDRESS, drawn);
          const shown = new Uint8Array(payload.length + DRAWN_BYTES);
          shown.set(payload);
          new DataView(shown.buffer).setUint32(payload.length, drawn, true);
          services.transmit(encodePacket({ client, number, payload: shown }));
        },
      });
      return guest;
    },
  };
}

/** Whether the reply to this request is one of those that differ. */
function isDiffering(
  { client, number }: { readonly client: number; readonly number: number },
  chance: number,
): boolean {
  const key = new Uint8Array(8);
  const view = new DataView(key.buffer);
  view.setUint32(0, client, true);
  view.setUint32(4, number, true);
  return xxh32(key) < chance * HASHES;
}
