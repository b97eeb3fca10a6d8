// covers src/guest/riscv/riscv-key-value.ts, src/guest/riscv/key-value-server.ts
import { describe, expect, test } from "vitest";
import type { GuestImage } from "../../../src/guest/guest.ts";
import { keyValue } from "../../../src/guest/key-value.ts";
import type { KeyValueServerOptions } from "../../../src/guest/riscv/key-value-server.ts";
import { riscvJournal } from "../../../src/guest/riscv/riscv-journal.ts";
import { riscvKeyValue } from "../../../src/guest/riscv/riscv-key-value.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { MachineDriver } from "../machine-driver.ts";
import { thrownCode } from "./thrown-code.ts";

const CONSOLE = 0xffff_ffff;

describe.each<[string, (options?: KeyValueServerOptions) => GuestImage]>([
  ["riscv-kv", riscvKeyValue],
  ["riscv-journal", riscvJournal],
])("%s", (name, make) => {
  test("server: booted, it waits for its first request", () => {
    const image = make();
    const { guest, sent } = new MachineDriver(image);
    expect(image.name).toBe(name);
    expect(sent.map(({ client }) => client)).toEqual([CONSOLE]);
    expect(guest.run(1_000_000_000)).toEqual({ usedNs: 0, boundary: "idle" });
    expect(guest.panic).toBeUndefined();
  });

  test("server: two machines of an image boot alike", () => {
    const image = make();
    const [first, second] = [new MachineDriver(image), new MachineDriver(image)];
    expect(first.guest.saveRegisters()).toEqual(second.guest.saveRegisters());
  });

  test("server: the workload is that of the key-value store, and is answered as there", () => {
    const [image, reference] = [make(), keyValue()];
    const [machine, other] = [new MachineDriver(image), new MachineDriver(reference)];
    const workload = image.workload(3, new RandomStream(1, "workload"));
    const expected = reference.workload(3, new RandomStream(1, "workload"));
    for (let number = 1; number <= 60; number += 1) {
      const payload = workload.request(number);
      expect(payload).toEqual(expected.request(number));
      expect(machine.answerTo(3, number, payload)).toEqual(other.answerTo(3, number, payload));
    }
    expect([...image.executions(machine.guest, 3).values()]).toEqual(Array(60).fill(1));
    expect(image.executions(machine.guest, 4)).toEqual(new Map());
  });

  test("server: a retry is executed once, unless it is broken to execute it again", () => {
    for (const [options, times] of [
      [{}, 1],
      [{ executeRetries: false }, 1],
      [{ executeRetries: true }, 3],
    ] as const) {
      const image = make(options);
      const machine = new MachineDriver(image);
      const payload = image.workload(1, new RandomStream(1, "workload")).request(1);
      for (let round = 0; round < 3; round += 1) machine.answerTo(1, 1, payload);
      expect(image.executions(machine.guest, 1)).toEqual(new Map([[1, times]]));
    }
  });

  test("server: memory as asked for, if it is enough", () => {
    const pages = (memoryBytes?: number): number | undefined => {
      const { guest } = new MachineDriver(make(memoryBytes === undefined ? {} : { memoryBytes }));
      return guest.memory.regions.find((region) => region.name === "ram")?.pageCount;
    };
    expect([pages(), pages(4 << 20)]).toEqual([512, 1024]);
    expect(thrownCode(() => pages(1 << 20))).toBe("IMAGE_TOO_LARGE");
  });
});
