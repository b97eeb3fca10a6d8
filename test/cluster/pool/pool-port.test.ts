import { expect, test } from "vitest";
import { type Answer, PoolPort } from "../../../src/cluster/pool/pool-port.ts";
import { Network } from "../../../src/host/network.ts";
import { POOL_PORT, replyPort } from "../../../src/host/pool/memory-pool.ts";
import { decodeRequest, encodeReply } from "../../../src/host/pool/pool-message.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { sleep } from "../../../src/sim/process.ts";
import { ms, us } from "../../../src/sim/time.ts";

/** A host, and a controller that answers a request as a test says. */
function rig(delayNs: (attempt: number) => number | undefined, session?: number) {
  const engine = new Engine({ seed: 1 });
  const network = new Network(engine);
  const [host, pool] = [network.addHost("a"), network.addHost("pool")];
  network.connect(host, pool, { latency: us(1) });
  const seen: number[] = [];
  engine.spawn("controller", pool.owner, function* () {
    const requests = pool.open(POOL_PORT);
    for (;;) {
      const request = decodeRequest((yield* requests.receive()).bytes);
      if (request === undefined) continue;
      seen.push(request.number);
      const waitNs = delayNs(seen.length);
      if (waitNs === undefined) continue;
      const { number, machine, term } = request;
      const entry = { holder: "a", term, reader: "", silentNs: 0, from: "", present: [] };
      engine.spawn("answers", pool.owner, function* () {
        yield* sleep(waitNs);
        const of = { session: session ?? request.session, number, machine };
        network.send(pool, "a", replyPort("m"), encodeReply({ ...of, verdict: "done", ...entry }));
      });
    }
  });
  const port = new PoolPort({ network, host, pool: "pool", machine: "m", retryNs: ms(10) });
  const answers: (Answer | undefined)[] = [];
  const ask = (limitNs?: number): void => {
    engine.spawn("asks", host.owner, function* () {
      const asked = { operation: "renew", term: 1 } as const;
      answers.push(
        limitNs === undefined ? yield* port.ask(asked) : yield* port.ask(asked, limitNs),
      );
    });
  };
  return { engine, ask, answers, seen };
}

test("pool port: asks again until there is an answer, and knows when that was asked for", () => {
  const { engine, ask, answers, seen } = rig((attempt) => (attempt < 4 ? undefined : 0));
  ask();
  engine.run({ until: ms(100) });
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(answers).toMatchObject([{ verdict: "done", askedAtNs: ms(30) }]);
});

test("pool port: an answer to an earlier attempt answers the question", () => {
  const { engine, ask, answers } = rig(() => ms(25));
  ask();
  engine.run({ until: ms(100) });
  expect(answers).toMatchObject([{ askedAtNs: 0 }]);
});

test("pool port: gives up at its limit, and takes no late answer for that of the next question", () => {
  const { engine, ask, answers } = rig((attempt) => (attempt === 1 ? ms(7) : ms(1)));
  ask(ms(5));
  engine.run({ until: ms(6) });
  expect(answers).toEqual([undefined]);
  ask();
  engine.run({ until: ms(100) });
  // the answer to the first question came at 7 ms
  expect(answers[1]).toMatchObject({ askedAtNs: ms(6) });
});

test("pool port: answers to a program that ran here before are not its own", () => {
  const { engine, ask, answers } = rig(() => 0, 999);
  ask(ms(50));
  engine.run({ until: ms(100) });
  expect(answers).toEqual([undefined]);
});
