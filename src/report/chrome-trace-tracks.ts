import type { MetadataEvent, Track } from "./chrome-trace-event.ts";

interface ProcessTracks {
  readonly pid: number;
  readonly title: string;
  readonly threads: Map<string, Track>;
}

/** Gives processes and threads their numbers, from 1, in the order in which they appear. */
export class ChromeTraceTracks {
  readonly #processes = new Map<string, ProcessTracks>();

  /** The line of an activity of a host. */
  host(host: string, activity: string): Track {
    return this.#track(`host ${host}`, `host ${host}`, activity);
  }

  /** The line of a client; all clients are one process. */
  client(client: string): Track {
    return this.#track("clients", "clients", client);
  }

  /** The events that name everything. Clients stand above the hosts. */
  metadata(): MetadataEvent[] {
    return [...this.#processes].flatMap(([key, { pid, title, threads }]) => {
      const place = { sort_index: key === "clients" ? 0 : pid };
      return [
        { ph: "M", name: "process_name", pid, tid: 1, args: { name: title } } as const,
        { ph: "M", name: "process_sort_index", pid, tid: 1, args: place } as const,
        ...[...threads].flatMap(([name, { tid }]) => [
          { ph: "M", name: "thread_name", pid, tid, args: { name } } as const,
          { ph: "M", name: "thread_sort_index", pid, tid, args: { sort_index: tid } } as const,
        ]),
      ];
    });
  }

  #track(key: string, title: string, thread: string): Track {
    let process = this.#processes.get(key);
    if (process === undefined) {
      process = { pid: this.#processes.size + 1, title, threads: new Map() };
      this.#processes.set(key, process);
    }
    let track = process.threads.get(thread);
    if (track === undefined) {
      track = { pid: process.pid, tid: process.threads.size + 1 };
      process.threads.set(thread, track);
    }
    return track;
  }
}
