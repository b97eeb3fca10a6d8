import { expect, test } from "vitest";
import { atCommit } from "../../../src/checkpoint/release/at-commit.ts";
import { gateRules } from "../../../src/checkpoint/release/gate-rules.ts";
import { withDefects } from "../../../src/checkpoint/release/release-defects.ts";
import { encodePacket } from "../../../src/guest/packet.ts";

const reply = (client: number): Uint8Array =>
  encodePacket({ client, number: 1, payload: new Uint8Array(0) });

test("release defects: without any the release is the same", () => {
  const release = atCommit();
  expect(withDefects(release, {})).toBe(release);
  expect(withDefects(release, { bypassReplies: false })).toBe(release);
});

test("release defects: replies bypass; what is allowed stays as it was", () => {
  const release = atCommit({
    rules: [
      gateRules.clients({ numbers: [1], verdict: "defer" }),
      gateRules.clients({ numbers: [2], verdict: "bypass" }),
    ],
  });
  const broken = withDefects(release, { bypassReplies: true });
  expect([1, 2, 3].map((client) => broken.classify(reply(client)))).toEqual([
    "defer",
    "bypass",
    "bypass",
  ]);
  const { name, mostDelayNs, bypassClients } = release;
  expect(broken).toMatchObject({ name, mostDelayNs });
  expect(broken.bypassClients).toBe(bypassClients);
});
