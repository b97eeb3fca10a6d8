import { StandinRangeError, StandinTypeError } from "../sim/errors.ts";

/** An error as plain data: cloning one between threads loses its class and its code. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}

/** Takes an error apart. */
export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack } = error;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
  };
}

/** Puts it together again, with the class if it is one of the library's refusals. */
export function receivedError({ name, message, code, stack }: SentError): Error {
  const error = made(name, message, code ?? "");
  if (stack !== undefined) error.stack = stack;
  return error;
}

function made(name: string, message: string, code: string): Error {
  if (name === "StandinRangeError") return new StandinRangeError(code, message);
  if (name === "StandinTypeError") return new StandinTypeError(code, message);
  const error = new Error(message);
  error.name = name;
  return code === "" ? error : Object.assign(error, { code });
}
