import type { GuestImage, GuestServices } from "../../src/guest/guest.ts";
import { decodePacket, encodePacket } from "../../src/guest/packet.ts";
import { PacketGuest } from "../../src/guest/packet-guest.ts";
import { RECEIVE_RING_BYTES, ReceiveRing } from "../../src/guest/receive-ring.ts";
import { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import { us } from "../../src/sim/time.ts";

const NOTES_ADDRESS = PAGE_SIZE + RECEIVE_RING_BYTES;

const NOTE_PAGES = 8;

/** A machine that notes and answers the time and a random number at each request. */
class ClockGuest extends PacketGuest {
  readonly memory: Memory = new Memory();
  protected readonly ring: ReceiveRing;

  constructor(services: GuestServices) {
    super(services);
    const backing = new SparseBacking(16);
    this.memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
    this.ring = new ReceiveRing(this.memory, 0, PAGE_SIZE);
  }
  protected costNs(): number {
    return us(250);
  }
  protected serve(packet: Uint8Array): void {
    const request = decodePacket(packet);
    if (request === undefined) return;
    const { client, number } = request;
    const payload = new Uint8Array(16);
    const view = new DataView(payload.buffer);
    view.setFloat64(0, this.services.now(), true);
    view.setUint32(8, this.services.random32(), true);
    view.setUint32(12, number, true);
    // Where it writes depends on the time, too: machines that read other clocks write other pages.
    const page = Math.abs(Math.floor(view.getFloat64(0, true) / us(10))) % NOTE_PAGES;
    this.memory.write(NOTES_ADDRESS + page * PAGE_SIZE + (number % 256) * 16, payload);
    this.services.transmit(encodePacket({ client, number, payload }));
  }
  protected isFault(): boolean {
    return false;
  }
  protected saveOwnRegisters(): Uint8Array {
    return new Uint8Array(0);
  }
  protected checkOwnRegisters(): void {
    // none
  }
  protected loadOwnRegisters(): void {
    // none
  }
}

/** An image of it. Nothing of what it executed can be read. */
export function clockImage(): GuestImage {
  return {
    name: "clock",
    create: (services) => new ClockGuest(services),
    executions: () => new Map(),
    workload: () => ({ request: () => new Uint8Array(4) }),
  };
}
