import type { Tally } from "../explore/explore.ts";
import type { Sweep } from "../explore/sweep.ts";
import { assert } from "../sim/assert.ts";
import { ChunkDealer } from "./chunk-dealer.ts";
import type { Chunk, WorkerMessage } from "./message.ts";
import { receivedError } from "./sent-error.ts";
import { WorkerError } from "./worker-error.ts";

/** Chunks that a worker has at a time: the one it makes, and one for when that is done. */
const CHUNKS_EACH = 2;

/** Hears what becomes of a worker. */
export interface CrewListener {
  said(message: WorkerMessage): void;
  /** It is no more, and nobody stopped it. */
  ended(reason: string): void;
}

/** A worker, wherever it runs. */
export interface CrewMember {
  /** Number of the run that it is making or made last; -1 before the first. */
  readonly current: number;
  make(chunk: Chunk): void;
  stop(): Promise<void>;
}

/** Starts a worker; throws where none can be started. */
export type StartMember = (listener: CrewListener) => CrewMember;

/** How a crew's work ended: all was done, it was stopped on the way, or nobody could begin. */
export type CrewEnd =
  | { readonly ended: "done" | "aborted" }
  | { readonly ended: "not-started"; readonly reason: string };

interface Hired {
  readonly number: number;
  member: CrewMember | undefined;
  state: "starting" | "ready" | "gone";
  /** Chunks that it has. */
  chunks: number;
}

/** What a crew works on. */
export interface CrewWork {
  readonly sweep: Sweep;
  /** Gets what came of the runs, in their order, until it is full. */
  readonly tally: Tally;
  progress?(done: number, total: number, findings: number): void;
  readonly signal?: AbortSignal | undefined;
}

/** Workers that share the runs of one sweep. The tally gets the same as from one thread. */
export class Crew {
  readonly #work: CrewWork;
  readonly #hired: readonly Hired[];
  readonly #dealer: ChunkDealer;
  #finish: ((end: CrewEnd | Error) => void) | undefined;
  #isOver = false;

  constructor(work: CrewWork, workers: number) {
    this.#work = work;
    this.#dealer = new ChunkDealer(work.sweep.size, workers);
    this.#hired = Array.from({ length: workers }, (_, index) => {
      return { number: index + 1, member: undefined, state: "starting", chunks: 0 };
    });
  }

  /**
   * Starts the workers, has the runs made, and stops the workers, however it ends.
   *
   * @throws WorkerError when a worker ends in the middle or differs from the others; whatever the first
   *   run that throws throws.
   */
  async run(start: StartMember): Promise<CrewEnd> {
    assert(this.#finish === undefined, "a crew works once");
    const { signal } = this.#work;
    let stop: (() => void) | undefined;
    const end = await new Promise<CrewEnd | Error>((resolve) => {
      this.#finish = resolve;
      stop = () => this.#end({ ended: "aborted" });
      signal?.addEventListener("abort", stop);
      if (signal?.aborted === true) stop();
      for (const hired of this.#hired) this.#start(hired, start);
    });
    if (stop !== undefined) signal?.removeEventListener("abort", stop);
    await Promise.all(this.#hired.map(async ({ member }) => await member?.stop()));
    if (end instanceof Error) throw end;
    return end;
  }

  #end(end: CrewEnd | Error): void {
    this.#isOver = true;
    this.#finish?.(end);
  }

  #start(hired: Hired, start: StartMember): void {
    if (this.#isOver) return;
    try {
      hired.member = start({
        said: (message) => {
          if (this.#isOver) return;
          try {
            this.#hear(hired, message);
          } catch (error) {
            // Of a failed assertion or of whoever watches the progress.
            this.#end(error instanceof Error ? error : new Error(String(error)));
          }
        },
        ended: (reason) => {
          if (!this.#isOver) this.#lose(hired, reason);
        },
      });
    } catch (error) {
      this.#lose(hired, error instanceof Error ? error.message : String(error));
    }
  }

  #hear(hired: Hired, message: WorkerMessage): void {
    switch (message.type) {
      case "refused":
        this.#lose(hired, message.error.message);
        break;
      case "ready": {
        const { name, size } = this.#work.sweep;
        if (message.sweep !== name || message.size !== size) {
          const got = `got ${message.size} runs (${message.sweep})`;
          const why = "is the scenario a function of its seed alone, and the build up to date?";
          const text = `worker ${hired.number}: expected ${size} runs (${name}), ${got}: ${why}`;
          this.#end(new WorkerError("WORKER_DIFFERS", text));
          return;
        }
        hired.state = "ready";
        this.#deal(hired);
        break;
      }
      case "outcomes":
        hired.chunks -= 1;
        this.#dealer.take(message);
        this.#count();
        if (this.#isOver) return;
        this.#deal(hired);
        // Those that had to wait for this chunk.
        for (const each of this.#hired) this.#deal(each);
        break;
    }
  }

  /** Counts what is back, in order; what comes behind the last finding is left. */
  #count(): void {
    const { sweep, tally } = this.#work;
    let last: number | undefined;
    while (!tally.isFull) {
      const next = this.#dealer.next();
      if (next === undefined) break;
      if ("error" in next) {
        this.#end(receivedError(next.error));
        return;
      }
      last = next.index;
      tally.add(last, sweep.caseAt(last), next.outcome);
    }
    if (last !== undefined) this.#work.progress?.(last + 1, sweep.size, tally.findings);
    if (tally.isFull || this.#dealer.isDone) this.#end({ ended: "done" });
  }

  #deal(hired: Hired): void {
    while (hired.state === "ready" && hired.chunks < CHUNKS_EACH) {
      const chunk = this.#dealer.deal();
      if (chunk === undefined) return;
      hired.chunks += 1;
      hired.member?.make(chunk);
    }
  }

  #lose(hired: Hired, reason: string): void {
    const { state, member, number } = hired;
    hired.state = "gone";
    if (state === "ready") {
      const index = member?.current ?? -1;
      const where = index < 0 ? "before its first run" : `in run ${index + 1}`;
      const text = `worker ${number}: expected it to finish its work, it ended ${where}: ${reason}`;
      this.#end(new WorkerError("WORKER_DIED", text, index < 0 ? undefined : index));
    } else if (this.#hired.every((each) => each.state === "gone")) {
      this.#end({ ended: "not-started", reason });
    }
  }
}
