import { expect, test } from "vitest";
import { counter } from "../../src/guest/counter.ts";
import { OneCopy } from "../../src/verify/one-copy.ts";

const delivered = (host: string, number: number) => ({
  kind: "request.delivered",
  machine: "counter",
  host,
  client: 1,
  number,
});
const copied = (epoch: number) => ({
  kind: "checkpoint.copied",
  machine: "counter",
  host: "a",
  term: 1,
  epoch,
  pages: 1,
  digest: "",
});
const failover = (epoch: number) => ({
  kind: "failover.started",
  machine: "counter",
  host: "b",
  from: "a",
  term: 2,
  epoch,
});

function observed(...records: readonly { kind: string; [field: string]: string | number }[]) {
  const oneCopy = new OneCopy();
  for (const record of records) oneCopy.record(0, 1, record);
  return oneCopy;
}

/** A client that was told these values, by request number; 0: no answer. */
function client(...values: readonly number[]) {
  const history = values.map((value, index) => {
    const reply = new Uint8Array(8);
    reply[0] = value;
    const asked = { number: index + 1, request: new Uint8Array(0), invokedAtNs: 0, attempts: 1 };
    return value === 0 ? asked : { ...asked, reply };
  });
  return [{ id: 1, history }];
}

const difference = (oneCopy: OneCopy, host: string, clients: ReturnType<typeof client>) =>
  oneCopy.difference(counter(), "counter", host, clients);

test("one copy: answers that a single machine gives are right, in the order it was asked", () => {
  const oneCopy = observed(delivered("a", 1), delivered("a", 3), delivered("a", 2));
  expect(difference(oneCopy, "a", client(1, 3, 2))).toBeUndefined();
  expect(difference(oneCopy, "a", client(1, 2, 3))).toContain("request 2 of client 1");
});

test("one copy: what a console sends is no request", () => {
  const console = { ...delivered("a", 7), client: 0xffff_ffff };
  const oneCopy = observed(delivered("a", 1), console, delivered("a", 2));
  expect(difference(oneCopy, "a", client(1, 2))).toBeUndefined();
});

test("one copy: a request that came twice was executed once", () => {
  const oneCopy = observed(delivered("a", 1), delivered("a", 1), delivered("a", 2));
  expect(difference(oneCopy, "a", client(1, 2))).toBeUndefined();
  expect(difference(oneCopy, "a", client(1, 3))).toContain("was answered 0300000000000000");
});

test("one copy: what came after the checkpoint that a successor went on from never happened", () => {
  const oneCopy = observed(
    delivered("a", 1),
    copied(1),
    delivered("a", 2),
    copied(2),
    delivered("a", 3),
    failover(1),
    delivered("b", 3),
    delivered("b", 2),
  );
  expect(difference(oneCopy, "b", client(1, 3, 2))).toBeUndefined();
  expect(difference(oneCopy, "b", client(1, 2, 3))).toBeDefined();
});

test("one copy: an answer to a request that the server never took in is reported", () => {
  const oneCopy = observed(delivered("a", 1), copied(1), delivered("a", 2), failover(1));
  expect(difference(oneCopy, "b", client(1, 2))).toContain("was never asked it");
  expect(difference(oneCopy, "b", client(1, 0))).toBeUndefined();
});

const replayed = (number: number) => ({
  ...{ kind: "request.replayed", machine: "counter", host: "b", term: 1, position: number },
  ...{ client: 1, number },
});

test("one copy: what was replayed after its checkpoint is a part of the stand-in's order", () => {
  const primary = [delivered("a", 1), copied(1), delivered("a", 3), delivered("a", 2)];
  const before = observed(...primary, replayed(3), failover(1), replayed(2), delivered("b", 4));
  expect(difference(before, "b", client(1, 3, 2, 4))).toBeUndefined();
  const none = observed(...primary, failover(1), delivered("b", 4));
  expect(difference(none, "b", client(1, 3, 2, 4))).toContain("was never asked it");
});

test("one copy: what was replayed before a checkpoint that came later is in that", () => {
  const applied = {
    ...{ kind: "checkpoint.applied", machine: "counter", host: "b", term: 1, epoch: 2 },
    ...{ pages: 1, digest: "" },
  };
  const oneCopy = observed(
    ...[delivered("a", 1), delivered("a", 2), copied(2), replayed(3), applied],
    ...[delivered("a", 4), delivered("a", 3), replayed(4), replayed(3), failover(2)],
  );
  expect(difference(oneCopy, "b", client(1, 2, 4, 3))).toBeUndefined();
});
