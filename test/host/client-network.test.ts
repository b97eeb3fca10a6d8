// covers src/host/client-network.ts, src/host/client-endpoint.ts, src/host/client-cable.ts
import { expect, test } from "vitest";
import { encodePacket } from "../../src/guest/packet.ts";
import { REQUESTS_WAITING_MAX, SWITCH_NAME } from "../../src/host/client-cable.ts";
import { type ClientEndpoint, REPLIES_WAITING_MAX } from "../../src/host/client-endpoint.ts";
import { ClientNetwork } from "../../src/host/client-network.ts";
import type { Host } from "../../src/host/host.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { remus2008 } from "../../src/host/profiles/remus2008.ts";
import type { Channel } from "../../src/sim/channel.ts";
import { ms, us } from "../../src/sim/time.ts";
import { type Rig, twoHosts } from "./rig.ts";

const ADDRESS = "machine";

interface ClientRig extends Rig {
  readonly clients: ClientNetwork;
  readonly client: ClientEndpoint;
}

/** Two hosts, a client with number 7, and the machine's address at host a. */
function withClient(): ClientRig {
  const rig = twoHosts();
  const clients = new ClientNetwork(rig.engine);
  clients.attach(ADDRESS, rig.a);
  return { ...rig, clients, client: clients.endpoint(7) };
}

function packet(client: number, number: number): Uint8Array {
  return encodePacket({ client, number, payload: new Uint8Array(100) });
}

function all(channel: Channel<Uint8Array>): Uint8Array[] {
  const items: Uint8Array[] = [];
  for (let item = channel.tryReceive(); item !== undefined; item = channel.tryReceive()) {
    items.push(item);
  }
  return items;
}

/** One way, with the transmissions of a packet of 108 bytes. */
const WAY_NS = 2 * (modern.clientLink.latencyNs + 864);

test("client network: a request reaches the host that has the address, a reply the client", () => {
  const { engine, clients, client, a } = withClient();
  const requests = clients.listen(ADDRESS, a);
  const times: number[] = [];
  engine.spawn("machine", a.owner, function* () {
    const request = yield* requests.receive();
    times.push(engine.now);
    clients.reply(a, request);
  });
  engine.spawn("client", engine.createOwner("client"), function* () {
    client.send(ADDRESS, packet(7, 1));
    expect(yield* client.inbox.receive()).toEqual(packet(7, 1));
    times.push(engine.now);
  });
  engine.run();
  expect(times).toEqual([WAY_NS, 2 * WAY_NS]);
});

test("client network: bytes are copied on the way", () => {
  const { engine, clients, client, a } = withClient();
  const requests = clients.listen(ADDRESS, a);
  const request = packet(7, 1);
  client.send(ADDRESS, request);
  request.fill(0);
  engine.run();
  const received = requests.tryReceive() ?? new Uint8Array();
  expect(received).toEqual(packet(7, 1));
  clients.reply(a, received);
  received.fill(0);
  engine.run();
  expect(client.inbox.tryReceive()).toEqual(packet(7, 1));
});

test("client network: replies go to the client whose number they begin with", () => {
  const { engine, clients, client, a, of } = withClient();
  const other = clients.endpoint(0xffff_ffff, { name: "other" });
  clients.reply(a, packet(0xffff_ffff, 1));
  clients.reply(a, packet(8, 1));
  clients.reply(a, Uint8Array.of(7, 0, 0));
  engine.run();
  expect([all(client.inbox).length, all(other.inbox).length]).toEqual([0, 1]);
  expect(of("link.dropped")).toMatchObject([
    { from: "a", to: SWITCH_NAME, port: "nobody", reason: "no-port" },
    { from: "a", to: SWITCH_NAME, port: "nobody", reason: "no-port" },
  ]);
});

test("client network: numbers and names of clients", () => {
  const { clients, client } = withClient();
  expect([client.name, client.client]).toEqual(["client 7", 7]);
  expect(clients.endpoint(8, { name: "web" }).name).toBe("web");
  for (const number of [7, -1, 0.5, 2 ** 32]) {
    expect(() => clients.endpoint(number)).toThrow(
      expect.objectContaining({ code: "CLIENT_NUMBER" }),
    );
  }
});

test("client network: cables are as the profiles and the options say", () => {
  const { engine, network } = withClient();
  const clients = new ClientNetwork(engine, remus2008);
  const old = remus2008.clientLink;
  const near = clients.endpoint(1, { link: { latency: us(1) } });
  expect(near.up.settings).toMatchObject({
    latency: us(1),
    bandwidth: old.bandwidthBitsPerSecond,
  });
  expect(near.down.settings).toEqual(near.up.settings);
  const host = network.addHost("c", { profile: modern });
  expect(clients.cable(host).up.settings.latency).toBe(modern.clientLink.latencyNs);
  expect(clients.cable(host).down.settings).toEqual(clients.cable(host).up.settings);
});

test("client network: an announcement moves the address after its latency", () => {
  const { engine, clients, a, b, of } = withClient();
  clients.announce(ADDRESS, b);
  engine.run({ until: modern.announceNs - 1 });
  expect(clients.holder(ADDRESS)).toBe(a);
  engine.run({ until: modern.announceNs });
  expect(clients.holder(ADDRESS)).toBe(b);
  expect(of("address.moved")).toEqual([
    { kind: "address.moved", address: ADDRESS, host: "a" },
    { kind: "address.moved", address: ADDRESS, host: "b" },
  ]);
});

test("client network: a request goes where the address is when it reaches the switch", () => {
  const { engine, clients, client, a, b } = withClient();
  const [atA, atB] = [clients.listen(ADDRESS, a), clients.listen(ADDRESS, b)];
  clients.announce(ADDRESS, b);
  engine.at(modern.announceNs - us(60), () => client.send(ADDRESS, packet(7, 1)));
  engine.at(modern.announceNs - us(40), () => client.send(ADDRESS, packet(7, 2)));
  engine.run();
  expect([all(atA), all(atB)]).toEqual([[packet(7, 1)], [packet(7, 2)]]);
});

test("client network: the switch fences nobody, a superseded host still reaches clients", () => {
  const { engine, clients, client, a, b } = withClient();
  clients.announce(ADDRESS, b);
  engine.run();
  clients.reply(a, packet(7, 1));
  clients.reply(b, packet(7, 1));
  engine.run();
  expect(all(client.inbox).length).toBe(2);
});

test("client network: requests to nobody, to a host that does not listen, and to one that is off", () => {
  const { engine, client, clients, a, of } = withClient();
  client.send("elsewhere", packet(7, 1));
  client.send(ADDRESS, packet(7, 2));
  engine.run();
  clients.listen(ADDRESS, a);
  a.crash();
  client.send(ADDRESS, packet(7, 3));
  engine.run();
  expect(of("link.dropped")).toMatchObject([
    { from: "client 7", to: SWITCH_NAME, port: "elsewhere", reason: "no-port" },
    { from: SWITCH_NAME, to: "a", port: ADDRESS, reason: "no-port" },
    { from: SWITCH_NAME, to: "a", port: ADDRESS, reason: "powered-off" },
  ]);
});

test("client network: full inboxes lose the newest", () => {
  const { engine, clients, client, a, of } = withClient();
  const requests = clients.listen(ADDRESS, a);
  for (let number = 1; number <= REQUESTS_WAITING_MAX + 1; number += 1) {
    client.send(ADDRESS, packet(7, number));
  }
  engine.run();
  expect(requests.length).toBe(REQUESTS_WAITING_MAX);
  for (let number = 1; number <= REPLIES_WAITING_MAX + 2; number += 1) {
    clients.reply(a, packet(7, number));
  }
  engine.run();
  expect(client.inbox.length).toBe(REPLIES_WAITING_MAX);
  expect(of("link.dropped").map(({ to, reason }) => `${to} ${reason}`)).toEqual([
    "a queue-full",
    "client 7 queue-full",
    "client 7 queue-full",
  ]);
});

test("client network: a crash closes what the host listened to; then it may listen again", () => {
  const { engine, clients, client, a } = withClient();
  const before = clients.listen(ADDRESS, a);
  expect(() => clients.listen(ADDRESS, a)).toThrow(
    expect.objectContaining({ code: "ADDRESS_TAKEN" }),
  );
  a.crash();
  clients.listen(ADDRESS, a);
  a.restart();
  const after = clients.listen(ADDRESS, a);
  client.send(ADDRESS, packet(7, 1));
  engine.run();
  expect([before.length, after.length]).toEqual([0, 1]);
  clients.unlisten(ADDRESS, a);
  expect(clients.listen(ADDRESS, a).length).toBe(0);
});

test("client network: a host that is off or paused sends and announces nothing", () => {
  const { engine, clients, a, b, count } = withClient();
  a.pause();
  b.crash();
  for (const host of [a, b]) {
    clients.reply(host, packet(7, 1));
    clients.announce(ADDRESS, host);
  }
  engine.run();
  expect([count("link.sent"), count("address.moved")]).toEqual([0, 1]);
});

test("client network: requests wait for a paused host", () => {
  const { engine, clients, client, a } = withClient();
  const requests = clients.listen(ADDRESS, a);
  a.pause();
  client.send(ADDRESS, packet(7, 1));
  engine.run();
  expect(requests.length).toBe(1);
});

test("client network: with its cable cut a host neither gets nor sends", () => {
  const { engine, clients, client, a, of } = withClient();
  const requests = clients.listen(ADDRESS, a);
  clients.cutCable(a);
  clients.cutCable(a);
  client.send(ADDRESS, packet(7, 1));
  clients.reply(a, packet(7, 1));
  engine.run();
  expect([requests.length, client.inbox.length]).toEqual([0, 0]);
  clients.mendCable(a);
  clients.mendCable(a);
  client.send(ADDRESS, packet(7, 1));
  clients.reply(a, packet(7, 1));
  engine.run();
  expect([requests.length, client.inbox.length]).toEqual([1, 1]);
  expect(of("link.dropped").map(({ reason }) => reason)).toEqual(["partition", "partition"]);
  expect(of("cable.cut", "cable.mended")).toEqual([
    { kind: "cable.cut", host: "a" },
    { kind: "cable.mended", host: "a" },
  ]);
});

test("client network: an announcement over a cut cable is heard when it is mended", () => {
  const { engine, clients, a, b, count } = withClient();
  clients.cutCable(b);
  clients.announce(ADDRESS, b);
  engine.run({ until: ms(10) });
  expect(clients.holder(ADDRESS)).toBe(a);
  clients.mendCable(b);
  expect(clients.holder(ADDRESS)).toBe(b);
  // Heard once: the next repair has nothing to repeat.
  clients.cutCable(b);
  clients.mendCable(b);
  expect(count("address.moved")).toBe(2);
});

test("client network: an announcement that was overtaken is not heard later", () => {
  const { engine, network, clients, b } = withClient();
  const c = network.addHost("c", { profile: { ...modern, announceNs: ms(50) } });
  clients.cutCable(b);
  clients.announce(ADDRESS, b);
  engine.run({ until: ms(10) });
  clients.announce(ADDRESS, c);
  engine.run({ until: ms(20) });
  clients.announce("another", c);
  engine.run({ until: ms(100) });
  expect(clients.holder(ADDRESS)).toBe(c);
  clients.mendCable(b);
  expect(clients.holder(ADDRESS)).toBe(c);
});

test("client network: who crashes after announcing was not heard", () => {
  const { engine, clients, a, b } = withClient();
  const crash = (host: Host): void => {
    host.crash();
    host.restart();
  };
  clients.announce(ADDRESS, b);
  engine.at(1, () => crash(b));
  engine.run();
  expect(clients.holder(ADDRESS)).toBe(a);
  clients.cutCable(b);
  clients.announce(ADDRESS, b);
  engine.run();
  crash(b);
  clients.mendCable(b);
  expect(clients.holder(ADDRESS)).toBe(a);
});

test("client network: a crash loses replies that have not left", () => {
  const { engine, clients, client, a } = withClient();
  for (let number = 1; number <= 3; number += 1) clients.reply(a, packet(7, number));
  engine.at(2 * 864 + 1, () => a.crash());
  engine.run();
  expect(client.inbox.length).toBe(2);
});

test("client network: damaged packets are lost where they arrive, on every wire", () => {
  const { engine, clients, client, a, of } = withClient();
  const requests = clients.listen(ADDRESS, a);
  const { up, down } = clients.cable(a);
  for (const wire of [client.up, down, up, client.down]) {
    const heal = wire.addRule(() => "corrupt");
    client.send(ADDRESS, packet(7, 1));
    clients.reply(a, packet(7, 1));
    engine.run();
    heal();
  }
  expect([requests.length, client.inbox.length]).toEqual([2, 2]);
  expect(of("link.dropped").map(({ from, to, reason }) => `${from} > ${to} ${reason}`)).toEqual([
    `client 7 > ${SWITCH_NAME} damaged`,
    `${SWITCH_NAME} > a damaged`,
    `a > ${SWITCH_NAME} damaged`,
    `${SWITCH_NAME} > client 7 damaged`,
  ]);
});

test("client network: every packet is delivered or dropped on every wire", () => {
  const { engine, clients, client, a, count } = withClient();
  clients.listen(ADDRESS, a);
  const faults = { loss: 0.2, duplication: 0.2, corruption: 0.2, reordering: 0.2, jitter: us(50) };
  const { up, down } = clients.cable(a);
  for (const wire of [client.up, client.down, up, down]) wire.change(faults);
  for (let number = 1; number <= 300; number += 1) {
    engine.at(us(20 * number), () => {
      client.send(ADDRESS, packet(7, number));
      clients.reply(a, packet(7, number));
    });
  }
  engine.run();
  expect(count("link.sent", "link.duplicated")).toBe(count("link.delivered", "link.dropped"));
  expect(client.inbox.length).toBeGreaterThan(100);
});

test("client network: a client takes no packet from a machine that it does not talk with", () => {
  const { engine, clients, a, b } = withClient();
  const other = clients.endpoint(8, { peer: ADDRESS });
  const kinds: string[] = [];
  engine.trace.addSink({ record: (_atNs, _position, { kind }) => kinds.push(kind) });
  clients.reply(b, packet(8, 1), "another address");
  expect(kinds).toEqual(["reply.foreign"]);
  clients.reply(a, packet(8, 2), ADDRESS);
  clients.reply(a, packet(8, 3));
  // A client without a peer takes what comes.
  clients.reply(b, packet(7, 4), "another address");
  engine.run();
  expect(all(other.inbox)).toEqual([packet(8, 2), packet(8, 3)]);
});

test("client network: hosts send to each other over the switch, at addresses that never move", () => {
  const { engine, clients, a, b } = withClient();
  const atB = clients.listenAsHost("station b", b);
  const bytes = new Uint8Array([1, 2, 3]);
  clients.sendToHost(a, "station b", bytes);
  clients.sendToHost(a, "nobody's", bytes);
  bytes[0] = 9;
  engine.run({ until: ms(1) });
  expect(all(atB)).toEqual([new Uint8Array([1, 2, 3])]);
  clients.cutCable(a);
  clients.sendToHost(a, "station b", bytes);
  engine.run({ until: ms(2) });
  clients.mendCable(a);
  a.pause();
  clients.sendToHost(a, "station b", bytes);
  engine.run({ until: ms(3) });
  expect(all(atB)).toEqual([]);
});

test("client network: an address of a host is no other host's, and no client's name", () => {
  const { clients, a, b } = withClient();
  clients.listenAsHost("station b", b);
  const taken: unknown = expect.objectContaining({ code: "ADDRESS_TAKEN" });
  expect(() => clients.listenAsHost("station b", a)).toThrow(taken);
  expect(() => clients.listenAsHost("station b", b)).toThrow(taken);
  expect(() => clients.listenAsHost("client 7", a)).toThrow(taken);
  expect(() => clients.endpoint(8, { name: "station b" })).toThrow(
    'endpoint: expected an address that nobody else has, got "station b"',
  );
  clients.unlisten("station b", b);
  expect(clients.listenAsHost("station b", b).length).toBe(0);
});
