// What a worker thread runs: it prepares the same sweep as everybody else and makes the runs it is dealt.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { exploration } from "../explore/explore.ts";
import { loadScenario } from "./load-scenario.ts";
import type { Chunk, WorkerMessage, WorkerTask } from "./message.ts";
import { runChunk } from "./run-chunk.ts";
import { sentError } from "./sent-error.ts";

async function work(port: MessagePort, { scenario: ref, options, current }: WorkerTask) {
  const say = (message: WorkerMessage): void => port.postMessage(message);
  try {
    const scenario = await loadScenario(ref);
    const prepared = exploration(scenario, options);
    port.on("message", (chunk: Chunk) => {
      say(runChunk(scenario, prepared, chunk, (index) => (current[0] = index)));
    });
    say({ type: "ready", sweep: prepared.sweep.name, size: prepared.sweep.size });
  } catch (error) {
    say({ type: "refused", error: sentError(error) });
  }
}

if (parentPort !== null) await work(parentPort, workerData as WorkerTask);
