import type { CrewListener, CrewMember } from "./crew.ts";
import type { Chunk, WorkerMessage, WorkerTask } from "./message.ts";

type Threads = typeof import("node:worker_threads");

// From dist/workers/ beside this file; from src/workers/ the built one, because a thread of Node runs
// JavaScript.
const IS_BUILT = import.meta.url.endsWith(".js");
const WORKER_URL = new URL(
  IS_BUILT ? "./worker.js" : "../../dist/workers/worker.js",
  import.meta.url,
);

/**
 * Starts a worker thread.
 *
 * @param threads The module of Node, which is not everywhere.
 * @throws Whatever the thread's constructor throws.
 */
export function startThread(
  { Worker }: Threads,
  task: Omit<WorkerTask, "current">,
  listener: CrewListener,
): CrewMember {
  const current = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT)).fill(-1);
  const worker = new Worker(WORKER_URL, { workerData: { ...task, current } satisfies WorkerTask });
  worker.on("message", (message: WorkerMessage) => listener.said(message));
  worker.on("messageerror", (error) => listener.ended(error.message));
  worker.on("error", (error: unknown) => {
    listener.ended(error instanceof Error ? error.message : String(error));
  });
  worker.on("exit", (code) => listener.ended(`exit code ${code}`));
  return {
    get current() {
      return current[0] ?? -1;
    },
    make: (chunk: Chunk) => worker.postMessage(chunk),
    async stop() {
      await worker.terminate();
    },
  };
}
