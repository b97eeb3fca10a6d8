import type { Datagram } from "../../host/datagram.ts";
import { PageSet } from "../../memory/page-set.ts";
import type { Region } from "../../memory/region.ts";
import { assert } from "../../sim/assert.ts";
import type { Channel } from "../../sim/channel.ts";
import type { Process } from "../../sim/process.ts";
import { race } from "../../sim/race.ts";
import type { MachineNode } from "../machine-node.ts";
import type { Protection } from "../protection.ts";
import { ARRAY_PORT, answerPort, decodeAnswer, encodeWrite } from "./array-message.ts";
import { FENCE_RETRY_NS } from "./fence.ts";

/**
 * Brings what a machine writes to its disk to the array, as long as its node serves, with the key of the
 * node's term. Nothing happens for a machine without a disk, or without an array.
 *
 * The machine does not wait for it: what its requests are worth is decided by the copies of its memory,
 * of which the disk is a part. So the array may have what a primary wrote in an epoch that was never
 * committed; who stands in begins by writing its whole disk.
 */
export function startVolumeWriter(protection: Protection, node: MachineNode): void {
  const { engine, machine, array } = protection;
  const { host, vm } = node;
  const disk = vm.guest.memory.regions.find(({ medium }) => medium === "disk");
  if (array === undefined || disk === undefined) return;
  const writer = new VolumeWriter(protection, node, disk, array);
  engine.spawn(`${machine} on ${host.name}: disk`, host.owner, () => writer.run());
}

class VolumeWriter {
  readonly #protection: Protection;
  readonly #node: MachineNode;
  readonly #disk: Region;
  readonly #array: string;
  /** Pages to look at. */
  readonly #changed: PageSet = new PageSet();
  /** What the array was last given of each page. */
  readonly #given: Map<number, Uint8Array> = new Map();
  #generation = 0;
  #orders = 0;

  constructor(protection: Protection, node: MachineNode, disk: Region, array: string) {
    assert(disk.backing.marks !== undefined, "a disk's writes leave marks");
    this.#protection = protection;
    this.#node = node;
    this.#disk = disk;
    this.#array = array;
  }

  /** Writes until the node does not serve any more. */
  *run(): Process {
    const { vm } = this.#node;
    // 1. All of it, so that nothing is left of who served before.
    this.#changed.addRange(this.#disk.basePage, this.#disk.pageCount);
    while (this.#node.serving) {
      // 2. Then what the machine has written since.
      const pages = [...this.#changed];
      this.#changed.clear();
      for (const page of pages) {
        const bytes = vm.guest.memory.page(page).slice();
        if (isSame(bytes, this.#given.get(page))) continue;
        yield* this.#write(page, bytes);
        this.#given.set(page, bytes);
      }
      // With a limit: a node that serves no more comes to no boundary.
      yield* race({ changed: vm.untilBoundary(() => this.#look()) }, FENCE_RETRY_NS);
    }
  }

  #look(): boolean {
    const { memory } = this.#node.vm.guest;
    this.#generation = memory.collectMarked(this.#disk, this.#generation, this.#changed);
    return this.#changed.size > 0;
  }

  /** Writes a page, again and again until it is written or the node serves no more. */
  *#write(page: number, bytes: Uint8Array): Process {
    const { network, machine } = this.#protection;
    const { host } = this.#node;
    this.#orders += 1;
    const order = this.#orders;
    const answers = host.open(answerPort(machine));
    let isWritten = false;
    while (!isWritten && this.#node.serving) {
      // Refused: between the array's grant and this host's knowing of it, or for ever. The next attempt
      // carries the term that the node has then.
      const { term } = this.#node;
      const message = encodeWrite({ machine, term, order, page, bytes });
      network.send(host, this.#array, ARRAY_PORT, message);
      isWritten = yield* this.#isAnswered(answers, order);
    }
    host.close(answerPort(machine));
  }

  /** Waits for the array's word on a write; false if it refused, or said nothing for a while. */
  *#isAnswered(answers: Channel<Datagram>, order: number): Process<boolean> {
    const { host } = this.#node;
    const untilNs = host.clock.monotonic() + FENCE_RETRY_NS;
    for (;;) {
      const leftNs = untilNs - host.clock.monotonic();
      if (leftNs <= 0) return false;
      const next = yield* race({ answer: answers.receive() }, leftNs);
      if (next.key === "timeout") return false;
      const answer = decodeAnswer(next.value.bytes);
      if (
        answer?.machine === this.#protection.machine &&
        answer.order === order &&
        answer.written
      ) {
        return true;
      }
    }
  }
}

function isSame(bytes: Uint8Array, given: Uint8Array | undefined): boolean {
  return given !== undefined && bytes.every((byte, index) => byte === given[index]);
}
