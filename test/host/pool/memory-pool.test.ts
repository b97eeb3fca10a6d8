// covers src/host/pool/memory-pool.ts, src/host/pool/pool-window.ts
import { expect, test } from "vitest";
import { Network } from "../../../src/host/network.ts";
import { MemoryPool, POOL_PORT, replyPort } from "../../../src/host/pool/memory-pool.ts";
import {
  decodeReply,
  encodeRequest,
  type PoolReply,
  type PoolRequest,
} from "../../../src/host/pool/pool-message.ts";
import { mapVersion, PoolWindow, versionOf } from "../../../src/host/pool/pool-window.ts";
import { Memory } from "../../../src/memory/memory.ts";
import { SparseBacking } from "../../../src/memory/sparse-backing.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { ms, us } from "../../../src/sim/time.ts";

const PAGES = 8;

function memoryOf(): Memory {
  const memory = new Memory();
  const backing = new SparseBacking(PAGES);
  memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
  return memory;
}

/** A pool of so many pages with a machine that host a writes; hosts b and c are linked with it, too. */
function rig(capacityPages = 64) {
  const engine = new Engine({ seed: 1 });
  const network = new Network(engine);
  const node = network.addHost("pool");
  const pool = new MemoryPool({ engine, network, host: node, capacityBytes: capacityPages * 4096 });
  const hosts = ["a", "b", "c"].map((name) => network.addHost(name));
  for (const host of hosts) network.connect(node, host, { latency: us(1) });
  const memory = memoryOf();
  memory.store8(0, 1);
  const make = (machine: string) =>
    pool.makePartition({
      ...{ machine, holder: "a", reader: "b", hosts: ["a", "b", "c"], leaseNs: ms(100) },
      ...{ pagesMax: PAGES, first: versionOf(memory, new Uint8Array([1]), "a"), digest: "" },
    });
  const partition = make("m");
  const kinds: string[] = [];
  engine.trace.addSink({ record: (_atNs, _position, { kind }) => kinds.push(kind) });
  const [a, b] = hosts as [(typeof hosts)[0], (typeof hosts)[0]];
  /** Has a host ask, and waits for the answer; `undefined` if there is none for 5 ms. */
  const ask = (host: typeof a, asked: Partial<PoolRequest>): PoolReply | undefined => {
    const request = { operation: "renew", machine: "m", term: 1, epoch: 0, reader: "" } as const;
    let reply: PoolReply | undefined;
    const port = host.open(replyPort("m"));
    engine.spawn("asks", host.owner, function* () {
      network.send(
        host,
        "pool",
        POOL_PORT,
        encodeRequest({ ...request, ...asked, session: 1, number: 1 }),
      );
      reply = decodeReply((yield* port.receive()).bytes);
    });
    engine.run({ until: engine.now + ms(5) });
    host.close(replyPort("m"));
    return reply;
  };
  const window = new PoolWindow({ pool, partition, host: a, term: 1, memory });
  return { engine, network, pool, node, a, b, make, partition, memory, window, kinds, ask };
}

test("memory pool: reserves both versions of all that a machine may come to have", () => {
  const { pool, make } = rig(40);
  expect(pool.reservedBytes).toBe(2 * PAGES * 4096);
  make("n");
  const before = pool.reservedBytes;
  expect(() => make("o")).toThrow(
    expect.objectContaining({
      code: "POOL_CAPACITY",
      message: "pool: expected 65536 free bytes in pool for two versions of o, got 32768 of 163840",
    }),
  );
  expect(() => make("m")).toThrow(expect.objectContaining({ code: "POOL_CAPACITY" }));
  expect([pool.reservedBytes, pool.partition("o")]).toEqual([before, undefined]);
});

test("memory pool: refuses a second partition of a name, a size that is none, and work without power", () => {
  const { engine, network, make, node } = rig();
  expect(() => make("m")).toThrow(expect.objectContaining({ code: "MACHINE_EXISTS" }));
  for (const capacityBytes of [0, 4095, 1e20, Number.NaN]) {
    expect(() => new MemoryPool({ engine, network, host: node, capacityBytes })).toThrow(
      expect.objectContaining({ code: "POOL_CAPACITY" }),
    );
  }
  node.crash();
  expect(() => make("n")).toThrow(expect.objectContaining({ code: "POOL_OFF" }));
});

test("memory pool: an epoch is committed by a flip, and mapped as it was then", () => {
  const { memory, window, partition, ask, a, kinds } = rig();
  memory.store8(5 * 4096, 7);
  window.collect();
  expect(window.writtenCount).toBe(1);
  expect(window.write(new Uint8Array([2]))).toBe("granted");
  expect(partition.committed.epoch).toBe(0);
  expect(ask(a, { operation: "commit", epoch: 1 })?.verdict).toBe("done");
  window.committed();
  expect(kinds.filter((kind) => kind === "checkpoint.committed")).toHaveLength(1);
  // the same again
  expect(ask(a, { operation: "commit", epoch: 1 })?.verdict).toBe("done");
  expect(kinds.filter((kind) => kind === "checkpoint.committed")).toHaveLength(1);

  memory.store8(0, 99);
  const other = memoryOf();
  other.store8(3 * 4096, 4);
  const { committed } = partition;
  mapVersion(committed, other);
  expect([other.load8(0), other.load8(3 * 4096), other.load8(5 * 4096)]).toEqual([1, 0, 7]);
  expect(committed.registers).toEqual(new Uint8Array([2]));
});

test("memory pool: what a host that loses power has written is in the pool, and nobody's", () => {
  const { memory, window, partition } = rig();
  memory.store8(4096, 3);
  window.cutOff();
  expect(partition.freshCount).toBe(1);
  expect(partition.committed.pages.has(1)).toBe(false);
});

test("memory pool: gives access when the holder was silent, and fences it", () => {
  const { engine, window, ask, a, b, kinds, partition } = rig();
  expect(window.state).toBe("granted");
  expect(ask(b, { operation: "take", term: 2 })?.verdict).toBe("held");
  engine.run({ until: ms(101) });
  // looking renews nothing
  expect(ask(a, { operation: "look" })?.verdict).toBe("done");
  const taken = ask(b, { operation: "take", term: 2 });
  expect(taken).toMatchObject({ verdict: "done", holder: "b", term: 2, from: "a" });
  expect(taken?.silentNs).toBeGreaterThanOrEqual(ms(100));
  expect(window.state).toBe("revoked");
  expect(window.write(new Uint8Array([9]))).toBe("revoked");
  expect(ask(a, { operation: "look" })?.verdict).toBe("refused");
  expect(ask(a, { operation: "renew" })?.verdict).toBe("refused");
  expect(ask(a, { operation: "commit", epoch: 1 })?.verdict).toBe("refused");
  expect(ask(a, { operation: "appoint", reader: "c" })?.verdict).toBe("refused");
  expect(kinds.filter((kind) => kind === "access.refused")).toHaveLength(3);
  expect(partition.committed.epoch).toBe(0);
});

test("memory pool: is reached over links that are whole, both ways, while it runs", () => {
  const { network, window, node, a } = rig();
  network.partition(a, node, { oneWay: true });
  expect(window.state).toBe("unreachable");
  expect(window.write(new Uint8Array([2]))).toBe("unreachable");
  network.heal(a, node);
  node.pause();
  expect(window.state).toBe("unreachable");
  node.resume();
  expect(window.state).toBe("granted");
});

test("memory pool: without power everything in it is gone, and stays so", () => {
  const { pool, node, window, ask, a, kinds } = rig();
  node.crash();
  expect(pool.partition("m")).toBeUndefined();
  expect(ask(a, { operation: "renew" })).toBeUndefined();
  node.restart();
  expect(kinds).toContain("partition.lost");
  expect(window.state).toBe("revoked");
  expect(ask(a, { operation: "renew" })?.verdict).toBe("unknown");
});

test("memory pool: a controller overlooks what is no request", () => {
  const { network, a, ask } = rig();
  network.send(a, "pool", POOL_PORT, new Uint8Array([1, 2, 3]));
  expect(ask(a, { operation: "renew" })?.verdict).toBe("done");
});
