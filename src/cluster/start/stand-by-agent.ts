import type { Host } from "../../host/host.ts";
import type { Process } from "../../sim/process.ts";
import type { Protection } from "../protection.ts";
import { decodeStartMessage, encodeStartMessage, preparePort, readyPort } from "./start-message.ts";

/** What an agent is told by whoever asked for protection. */
export interface StandByAgentOptions {
  readonly host: Host;
  /** Which attempt of the machine's it is for. */
  readonly attempt: number;
  readonly term: number;
  /** Boots the stand-by machine and begins to follow. Called once. */
  readonly follow: (primary: string) => void;
}

/**
 * What the host that is to stand by does until the primary's monitor is in place: it waits to be asked,
 * follows, and says so, as often as it is asked.
 */
export function* standByAgent(
  { engine, network, machine }: Protection,
  { host, attempt, term, follow }: StandByAgentOptions,
): Process<never> {
  host.close(preparePort(machine));
  const questions = host.open(preparePort(machine));
  let isFollowing = false;
  for (;;) {
    const { from, bytes } = yield* questions.receive();
    const question = decodeStartMessage(bytes);
    if (question?.what !== "prepare" || question.attempt !== attempt) continue;
    if (!isFollowing) {
      isFollowing = true;
      follow(from);
      const about = { machine, host: host.name, term, primary: from };
      yield* engine.announce({ kind: "start.prepared", ...about });
    }
    network.send(
      host,
      from,
      readyPort(machine),
      encodeStartMessage({ ...question, what: "ready" }),
    );
  }
}
