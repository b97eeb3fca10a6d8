import { expect, test } from "vitest";
import { keyValue } from "../../src/guest/key-value.ts";
import {
  decodeKeyValueReply,
  decodeKeyValueRequest,
  encodeKeyValueRequest,
  type KeyValueReply,
  type KeyValueRequest,
} from "../../src/guest/key-value-protocol.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { MachineDriver } from "./machine-driver.ts";

const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value));

class Store {
  readonly machine: MachineDriver;
  #number = 0;

  constructor(image = keyValue()) {
    this.machine = new MachineDriver(image);
  }

  ask(request: KeyValueRequest): KeyValueReply | undefined {
    return this.send(encodeKeyValueRequest(request));
  }

  send(payload: Uint8Array): KeyValueReply | undefined {
    this.#number += 1;
    return decodeKeyValueReply(this.machine.answerTo(1, this.#number, payload));
  }
}

test("key-value: put, get and delete", () => {
  const store = new Store();
  const key = text("name");
  expect(store.ask({ op: "get", key })).toEqual({ status: "not-found" });
  expect(store.ask({ op: "put", key, value: text("one") })).toEqual({ status: "ok" });
  expect(store.ask({ op: "get", key })).toEqual({ status: "ok", value: text("one") });
  expect(store.ask({ op: "put", key, value: text("") })).toEqual({ status: "ok" });
  expect(store.ask({ op: "get", key })).toEqual({ status: "ok", value: text("") });
  expect(store.ask({ op: "delete", key })).toEqual({ status: "ok" });
  expect(store.ask({ op: "delete", key })).toEqual({ status: "not-found" });
  expect(store.ask({ op: "get", key })).toEqual({ status: "not-found" });
});

test("key-value: compare-and-swap finds what is there, or that nothing is", () => {
  const store = new Store();
  const key = text("k");
  const cas = (expected: string | undefined, value: string) =>
    store.ask({
      op: "cas",
      key,
      expected: expected === undefined ? undefined : text(expected),
      value: text(value),
    })?.status;
  expect(cas("a", "b")).toBe("mismatch");
  expect(cas(undefined, "a")).toBe("ok");
  expect(cas(undefined, "c")).toBe("mismatch");
  expect(cas("", "c")).toBe("mismatch");
  expect(cas("a", "b")).toBe("ok");
  expect(store.ask({ op: "get", key })).toEqual({ status: "ok", value: text("b") });
});

test("key-value: a full table refuses new keys and keeps the others", () => {
  const store = new Store(keyValue({ capacity: 2 }));
  const put = (key: string) => store.ask({ op: "put", key: text(key), value: text("v") })?.status;
  expect([put("a"), put("b"), put("c"), put("a")]).toEqual(["ok", "ok", "full", "ok"]);
  expect(store.ask({ op: "cas", key: text("c"), expected: undefined, value: text("v") })).toEqual({
    status: "full",
  });
  store.ask({ op: "delete", key: text("a") });
  expect(put("c")).toBe("ok");
});

test("key-value: a request that is none is answered", () => {
  const store = new Store();
  expect(store.send(new Uint8Array(0))).toEqual({ status: "malformed" });
  expect(store.send(new Uint8Array(1_000).fill(0xff))).toEqual({ status: "malformed" });
});

test("key-value: agrees with a map over a long workload of three clients", () => {
  const image = keyValue({ capacity: 12 });
  const store = new Store(image);
  const model = new Map<string, string>();
  const seen = new Set<string>();
  const workloads = [1, 2, 3].map((client) =>
    image.workload(client, new RandomStream(client, "workload")),
  );
  for (let number = 1; number <= 700; number += 1) {
    for (const workload of workloads) {
      const payload = workload.request(number);
      const asked = decodeKeyValueRequest(payload)!;
      const reply = store.send(payload);
      expect(reply).toEqual(expected(asked, model, 12));
      seen.add(`${asked.op} ${reply?.status}`);
    }
  }
  expect([...seen].sort()).toEqual(
    [
      ["cas full", "cas mismatch", "cas ok", "delete not-found", "delete ok"],
      ["get not-found", "get ok", "put full", "put ok"],
    ].flat(),
  );
});

function expected(
  request: KeyValueRequest,
  model: Map<string, string>,
  capacity: number,
): KeyValueReply {
  const key = Buffer.from(request.key).toString();
  const current = model.get(key);
  if (request.op === "get") {
    return current === undefined ? { status: "not-found" } : { status: "ok", value: text(current) };
  }
  if (request.op === "delete") return { status: model.delete(key) ? "ok" : "not-found" };
  const wanted = request.op === "cas" ? request.expected : undefined;
  const same = current === (wanted && Buffer.from(wanted).toString());
  if (request.op === "cas" && !same) return { status: "mismatch" };
  if (current === undefined && model.size >= capacity) return { status: "full" };
  model.set(key, Buffer.from(request.value).toString());
  return { status: "ok" };
}

test("key-value: the workload is the same for the same client and stream, and another for others", () => {
  const draw = (client: number, seed: number): string[] => {
    const workload = keyValue().workload(client, new RandomStream(seed, "workload"));
    return Array.from({ length: 50 }, (_, index) =>
      Buffer.from(workload.request(index + 1)).toString(),
    );
  };
  expect(draw(1, 1)).toEqual(draw(1, 1));
  expect(draw(1, 1)).not.toEqual(draw(1, 2));
  expect(draw(1, 1)).not.toEqual(draw(2, 1));
});

test("key-value: a table that contradicts its count stops the machine", () => {
  const store = new Store();
  const key = text("k");
  store.ask({ op: "put", key, value: text("v") });
  store.machine.guest.memory.store32(3_072, 0);
  const payload = encodeKeyValueRequest({ op: "delete", key });
  expect(store.machine.ask(1, 9, payload)).toEqual([]);
  expect(store.machine.guest.panic).toContain("counts none");
});

test("key-value: options out of range are refused", () => {
  for (const capacity of [0, 1.5, 65_537]) expect(() => keyValue({ capacity })).toThrow(RangeError);
  expect(() => keyValue({ workloadKeys: 0 })).toThrow(RangeError);
  expect(() => keyValue({ workloadValueBytes: 257 })).toThrow(RangeError);
  expect(() => new Store(keyValue({ capacity: 65_536 }))).toThrow("fits the memory");
});
