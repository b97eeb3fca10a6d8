// covers src/checkpoint/checkpointer.ts, src/checkpoint/receiver.ts, src/checkpoint/options.ts
import { expect, test } from "vitest";
import { chainCheck } from "../../src/checkpoint/chain-check.ts";
import { decodeMessage } from "../../src/checkpoint/decode-message.ts";
import { encodeCommit, encodeGroup } from "../../src/checkpoint/encode-message.ts";
import type { Message } from "../../src/checkpoint/message.ts";
import type { CheckpointDefects } from "../../src/checkpoint/options.ts";
import { Receiver } from "../../src/checkpoint/receiver.ts";
import { ms } from "../../src/sim/time.ts";
import { pageRig } from "./primary-rig.ts";
import { rig } from "./rig.ts";

/** Runs a primary with a defect through its first checkpoint, then lets it go on with requests. */
function primary(broken: CheckpointDefects) {
  const on = pageRig({ broken });
  on.start();
  on.engine.run({ until: ms(9) });
  return on;
}

test.each([
  [{}, ["checkpoint.copied", "checkpoint.resumed", "commit.sent", "output.released"]],
  [
    { releaseAtStop: true },
    ["checkpoint.copied", "output.released", "checkpoint.resumed", "commit.sent"],
  ],
])("checkpoint defects: with %o, output leaves in the order %j", (broken, order) => {
  const on = primary(broken);
  on.request(1);
  on.engine.run({ until: ms(15) });
  const kinds = on.said(2).map(({ kind }) => kind);
  expect(kinds.filter((kind) => order.includes(kind))).toEqual(order);
});

test.each([
  [{}, [7]],
  [{ noTlbInvalidate: true }, []],
])(
  "checkpoint defects: with %o, a page written in two epochs is sent again: %j",
  (broken, again) => {
    const on = primary(broken);
    on.request(7);
    on.engine.run({ until: ms(19) });
    expect(on.groups(2).flat()).toEqual([7]);
    on.request(7);
    on.engine.run({ until: ms(25) });
    expect(on.groups(3).flat()).toEqual(again);
  },
);

test.each([
  [{}, [9]],
  [{ clearDirtyAfterCopy: true }, []],
])(
  "checkpoint defects: with %o, what is written while a copy is sent comes next: %j",
  (broken, next) => {
    const on = primary(broken);
    on.request(7);
    on.engine.trace.addSink({
      record(_atNs, _position, { kind, epoch }) {
        if (kind === "group.sent" && epoch === 2) on.running.vm.guest.memory.store8(9 * 4096, 1);
      },
    });
    on.engine.run({ until: ms(25) });
    expect(on.groups(2).flat()).toEqual([7]);
    expect(on.groups(3).flat()).toEqual(next);
  },
);

test.each([
  [{}, [0, 1, 2]],
  [{ staleRegisters: true }, [0, 0, 1]],
])(
  "checkpoint defects: with %o, commit records carry the registers of %j requests",
  (broken, values) => {
    const on = primary(broken);
    on.request();
    on.engine.run({ until: ms(19) });
    on.request();
    on.engine.run({ until: ms(25) });
    const commits = on.messages.filter((message) => message.type === "commit");
    expect(commits.map(({ registers }) => registers[0])).toEqual(values);
  },
);

test.each([
  [{}, [1, 2, 3, 4]],
  [{ reuseEpochNumber: true }, [1, 1, 2, 2]],
])("checkpoint defects: with %o, checkpoints are numbered %j", (broken, numbers) => {
  const on = primary(broken);
  on.engine.run({ until: ms(35) });
  expect(on.messages.map(({ epoch }) => epoch)).toEqual(numbers);
});

test.each([
  [{}, 10],
  [{ wallClockInterval: true }, 510],
])(
  "checkpoint defects: with %o, a clock set back by 500 ms makes the interval %i ms",
  (broken, length) => {
    const on = primary(broken);
    on.engine.trace.addSink({
      record(_atNs, _position, { kind, epoch }) {
        if (kind === "commit.sent" && epoch === 2) on.a.clock.setOffset(-ms(500));
      },
    });
    on.engine.run({ until: ms(15) });
    const second = on.lastNs("checkpoint.started");
    while (on.said(3).length === 0) on.engine.step();
    expect(on.lastNs("checkpoint.started") - second).toBe(ms(length));
  },
);

/** Sends a secondary with a defect the first checkpoint, of two groups with a page each. */
function secondary(broken: CheckpointDefects) {
  const on = rig({ broken });
  const receiver = new Receiver(on.secondary, on.settings);
  on.engine.spawn("reception", on.b.owner, () => receiver.run());
  const of = { term: 1, epoch: 1 };
  const groups = [40, 41].map((page, group) =>
    encodeGroup({ ...of, group, pages: [{ page, bytes: new Uint8Array(4096).fill(7) }] }),
  );
  const commit = encodeCommit({
    ...of,
    groupCount: 2,
    check: chainCheck(groups.map(({ check }) => check)),
    regionPages: on.image.guest.memory.regions.map(({ pageCount }) => pageCount),
    registers: on.image.guest.saveRegisters(),
  });
  const answers: (Message | undefined)[] = [];
  on.engine.spawn("answers", on.a.owner, function* () {
    for (;;) answers.push(decodeMessage(yield* on.streams.a.receive()));
  });
  const send = (...messages: readonly Uint8Array[]): void => {
    on.engine.spawn("sender", on.a.owner, function* () {
      for (const message of messages) yield* on.streams.a.send(message);
    });
    on.engine.run({ until: on.engine.now + ms(5) });
  };
  return { ...on, groups: groups.map(({ bytes }) => bytes), commit, answers, send };
}

test.each([
  [{}, []],
  [{ ackBeforeStaged: true }, [{ type: "acknowledge", term: 1, epoch: 1 }]],
])(
  "checkpoint defects: with %o, groups without their commit record are answered %j",
  (broken, answers) => {
    const on = secondary(broken);
    on.send(on.groups[0]!);
    expect(on.answers).toEqual(answers);
    on.send(on.groups[1]!);
    expect(on.answers).toEqual(answers);
    expect(on.image.complete).toBe(false);
  },
);

test.each([
  [{}, ["reject", "reject"], undefined],
  [{ noCheckValue: true }, ["acknowledge"], 6],
])("checkpoint defects: with %o, a damaged group is answered %j", (broken, answers, contents) => {
  const on = secondary(broken);
  on.groups[0]![100]! ^= 1;
  on.send(...on.groups, on.commit);
  expect(on.answers.map((message) => message?.type)).toEqual(answers);
  const page = on.image.guest.memory.page(40);
  expect(page.find((byte) => byte !== 7 && byte !== 0)).toBe(contents);
  expect(on.image.complete).toBe(contents !== undefined);
});
