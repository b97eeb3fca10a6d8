import { ms, Simulation, seconds } from "standin";
import {
  type GuestImage,
  PROGRAM_AREA_ADDRESS,
  programGuest,
  recordLayout,
  u64,
} from "standin/guests";
import { expect, test } from "vitest";

// All state lies in the machine's memory: what is kept in a variable is lost with the host.
const Till = recordLayout({ cents: u64, sales: u64 });

function till(): GuestImage {
  return programGuest({
    name: "till",
    boot({ memory }) {
      const state = Till.at(memory, PROGRAM_AREA_ADDRESS);
      return {
        replyBytesMax: 8,
        execute(payload) {
          state.cents += payload[0] ?? 0;
          state.sales += 1;
          return new Uint8Array([state.sales & 0xff]);
        },
      };
    },
    workload: (_client, random) => ({ request: () => new Uint8Array([random.below(100)]) }),
  });
}

test("own machine: a till loses no sale when its host dies", () => {
  const sim = new Simulation({ seed: 1 });
  const { a, b } = sim.hosts(["a", "b"]);
  const machine = sim.protect(till(), { primary: a, secondary: b });
  const client = sim.client(machine, { requests: 200 });
  sim.at(ms(80), () => a.crash());
  sim.run({ until: seconds(1) });

  const asked = client.history.reduce((sum, { request }) => sum + request[0]!, 0);
  const { memory } = sim.inspect(machine)!;
  expect(Till.at(memory, PROGRAM_AREA_ADDRESS)).toMatchObject({ cents: asked, sales: 200 });
});
