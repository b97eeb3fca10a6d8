import { chainCheck } from "../../src/checkpoint/chain-check.ts";
import { decodeMessage } from "../../src/checkpoint/decode-message.ts";
import type { PageEncoder } from "../../src/checkpoint/encode/page-encoder.ts";
import { encodeCommit, encodeContents, encodeGroup } from "../../src/checkpoint/encode-message.ts";
import type { Message } from "../../src/checkpoint/message.ts";
import type { CheckpointOptions } from "../../src/checkpoint/options.ts";
import { Receiver } from "../../src/checkpoint/receiver.ts";
import type { ReliableStream } from "../../src/host/reliable-stream.ts";
import { ms } from "../../src/sim/time.ts";
import { type RigParts, rig } from "./rig.ts";

/** Contents of pages by number: the first 64 bytes of each page are its value, the others 0. */
export type Fill = Readonly<Record<number, number>>;

/** What a scripted checkpoint may be given. */
export interface ScriptedOptions {
  readonly term?: number;
  readonly encoder?: PageEncoder;
  readonly complete?: boolean;
  /** Pages of the first region. Default as many as it has. */
  readonly regionPages?: number;
}

/** A receiver on host b, and messages for it that a test makes by hand and sends as it likes. */
export function scripted(options: CheckpointOptions = {}, parts: RigParts = {}) {
  const on = rig(options, parts);
  const more = Array.from({ length: on.settings.transfer.streams - 1 }, (_, lane) =>
    on.anotherStream(`m ${lane + 1}`),
  );
  const side = { ...on.secondary, moreStreams: more.map(({ b }) => b) };
  const receiver = new Receiver(side, on.settings);
  const process = on.engine.spawn("reception", on.b.owner, () => receiver.run());
  const answers: Message[] = [];
  on.engine.spawn("answers", on.a.owner, function* () {
    for (;;) answers.push(decodeMessage(yield* on.streams.a.receive())!);
  });
  const { memory } = on.image.guest;
  const streams: readonly ReliableStream[] = [on.streams.a, ...more.map(({ a }) => a)];
  return {
    ...on,
    receiver,
    answers,
    memory,
    /** Sends messages by a stream, one after the other, and lets everything happen. */
    send(messages: readonly Uint8Array[], lane = 0): void {
      on.engine.spawn("sender", on.a.owner, function* () {
        for (const message of messages) yield* streams[lane]!.send(message);
      });
      on.engine.run({ until: on.engine.now + ms(5) });
    },
    /** Sends messages by a stream; nothing happens yet. */
    post(messages: readonly Uint8Array[], lane = 0): void {
      on.engine.spawn("sender", on.a.owner, function* () {
        for (const message of messages) yield* streams[lane]!.send(message);
      });
    },
    /** The messages of a checkpoint, a group for each element. */
    checkpoint(epoch: number, fills: readonly Fill[], made: ScriptedOptions = {}) {
      const { term = 1, complete, encoder } = made;
      const groups = fills.map((fill, group) => {
        const pages = Object.entries(fill).map(([page, value]) => ({
          page: Number(page),
          bytes: new Uint8Array(4096).fill(value, 0, 64),
        }));
        return encodeGroup({ term, epoch, group, pages }, encoder);
      });
      const checks = groups.map(({ check }) => check);
      const regionPages = memory.regions.map(({ pageCount }) => pageCount);
      if (made.regionPages !== undefined) regionPages[0] = made.regionPages;
      const commit = encodeCommit({
        ...{ term, epoch, groupCount: groups.length, check: chainCheck(checks), regionPages },
        registers: on.image.guest.saveRegisters(),
        ...(complete === undefined ? {} : { complete }),
      });
      const contents = encodeContents({ term, epoch, checks });
      return { groups: groups.map(({ bytes }) => bytes), contents, commit };
    },
    /** First byte of each of these pages. */
    contents: (...pages: readonly number[]) => pages.map((page) => memory.page(page)[0]!),
    /** Types of the answers so far. */
    types: () => answers.map(({ type }) => type),
    /** Stops receiving where it stands, as a promotion does, and settles. */
    settle(): void {
      process.kill();
      receiver.close();
      on.engine.spawn("promotion", on.b.owner, () => receiver.settle());
      on.engine.run({ until: on.engine.now + ms(20) });
    },
    /** Stops receiving where it stands. */
    kill: () => {
      process.kill();
      receiver.close();
    },
  };
}

/** A message with one bit of its middle the other way round. */
export function damaged(message: Uint8Array): Uint8Array {
  const bytes = message.slice();
  bytes[bytes.length >> 1]! ^= 1;
  return bytes;
}
