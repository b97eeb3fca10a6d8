/** What a call throws, as far as users rely on it. */
export interface Caught {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** What `run` throws; an error of its own if it throws nothing. */
export function caught(run: () => unknown): Caught {
  try {
    run();
  } catch (error) {
    const { name, code, message } = error as Caught;
    return { name, code, message };
  }
  throw new Error("expected an error, got none");
}
