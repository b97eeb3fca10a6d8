import { expect, test } from "vitest";
import { Client, type ClientOptions } from "../../src/client/client.ts";
import { decodePacket, encodePacket, type Packet } from "../../src/guest/packet.ts";
import { ClientNetwork } from "../../src/host/client-network.ts";
import { Network } from "../../src/host/network.ts";
import { Engine } from "../../src/sim/engine.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";

type Answer = (request: Packet, times: number) => "reply" | "silence" | "twice";

/** A client and a server that answers as told; it is told how often it was asked the same. */
function setUp(options: ClientOptions, answer: Answer = () => "reply") {
  const engine = new Engine({ seed: 1 });
  const sink = new MemorySink();
  engine.trace.addSink(sink);
  const host = new Network(engine).addHost("server");
  const clients = new ClientNetwork(engine);
  clients.attach("m", host);
  const asked = new Map<number, number>();
  const order: number[] = [];
  const inbox = clients.listen("m", host);
  engine.spawn("server", host.owner, function* () {
    for (;;) {
      const request = decodePacket(yield* inbox.receive());
      if (request === undefined) throw new Error("a client sent something unreadable");
      const times = (asked.get(request.number) ?? 0) + 1;
      asked.set(request.number, times);
      order.push(request.number);
      const does = answer(request, times);
      const reply = encodePacket({ ...request, payload: new Uint8Array([request.number]) });
      if (does !== "silence") clients.reply(host, reply);
      if (does === "twice") clients.reply(host, reply);
    }
  });
  const endpoint = clients.endpoint(9, { name: "client" });
  const request = (number: number): Uint8Array => new Uint8Array([number, number]);
  const client = new Client({ engine, endpoint, id: 9, machine: "m", request }, options);
  const kinds = (kind: string) =>
    sink.records.map(({ record }) => record).filter((record) => record.kind === kind);
  return { engine, client, asked, order, kinds };
}

test("client: asks everything once, in order, and notes what it was told", () => {
  const { engine, client, order } = setUp({ requests: 50 });
  engine.run({ until: seconds(1) });
  expect([client.issued, client.acknowledged]).toEqual([50, 50]);
  expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  expect(client.history[6]).toMatchObject({
    number: 7,
    attempts: 1,
    request: new Uint8Array([7, 7]),
    reply: new Uint8Array([7]),
  });
  expect([...client.acknowledgedNumbers()]).toHaveLength(50);
});

test("client: thinks before each request, evenly drawn around its mean", () => {
  const { engine, client } = setUp({ requests: 400, think: ms(3) });
  engine.run({ until: seconds(3) });
  const times = client.history.map(({ invokedAtNs }) => invokedAtNs);
  const pauses = times.map((atNs, index) => atNs - (times[index - 1] ?? 0));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(ms(1.5));
  expect(Math.max(...pauses)).toBeLessThanOrEqual(ms(4.5));
  expect(Math.abs((times.at(-1) ?? 0) - 400 * ms(3))).toBeLessThan(ms(60));
});

test("client: keeps no more outstanding than its window, counted from the oldest", () => {
  const { engine, client, order } = setUp(
    { requests: 50, window: 4, timeout: ms(500) },
    ({ number }) => (number === 1 ? "silence" : "reply"),
  );
  engine.run({ until: ms(400) });
  expect(order).toEqual([1, 2, 3, 4]);
  expect([client.issued, client.acknowledged]).toEqual([4, 3]);
});

test("client: asks again with the same number when its time-out is over, until it is answered", () => {
  const { engine, client, asked, kinds } = setUp(
    { requests: 5, timeout: ms(20) },
    ({ number }, times) => (number === 3 && times < 4 ? "silence" : "reply"),
  );
  engine.run({ until: seconds(1) });
  expect(client.acknowledged).toBe(5);
  expect(asked.get(3)).toBe(4);
  expect(client.history[2]?.attempts).toBe(4);
  expect(kinds("request.retried").map((record) => record["attempt"])).toEqual([2, 3, 4]);
  expect(kinds("request.acknowledged").at(-1)?.["latencyNs"]).toBeGreaterThanOrEqual(ms(60));
});

test("client: a reply that comes twice counts once", () => {
  const { engine, client, kinds } = setUp({ requests: 5 }, () => "twice");
  engine.run({ until: seconds(1) });
  expect(client.acknowledged).toBe(5);
  expect(kinds("reply.repeated")).toHaveLength(5);
});

test("client: what was not answered is not acknowledged", () => {
  const { engine, client } = setUp({ requests: 3, think: us(10) }, () => "silence");
  engine.run({ until: seconds(1) });
  expect([client.issued, client.acknowledged]).toEqual([3, 0]);
  expect([...client.acknowledgedNumbers()]).toEqual([]);
  expect(client.history[0]?.repliedAtNs).toBeUndefined();
});

test.each([
  [{ requests: -1 }, "requests: expected a whole number from 0 to 65535, got -1"],
  [{ requests: 65_536 }, "got 65536"],
  [{ think: 0.5 }, "think: expected a whole number"],
  [{ window: 0 }, "window: expected a whole number from 1 to 32, got 0"],
  [{ window: 33 }, "got 33"],
  [{ timeout: 0 }, "timeout: expected a whole number from 1"],
])("client: options %o are refused", (options, message) => {
  expect(() => setUp(options)).toThrow(message);
  expect(() => setUp(options)).toThrow(expect.objectContaining({ code: "CLIENT_OPTION" }));
});
