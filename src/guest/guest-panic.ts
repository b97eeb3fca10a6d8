/**
 * The guest cannot go on: its state contradicts itself, as after a damaged checkpoint, or its
 * program faulted. Thrown by a guest's own code and caught by the machine around it, which stops
 * for good: a simulated failure is a state of the machine, not an exception.
 */
export class GuestPanic extends Error {
  /** Always `"GUEST_PANIC"`. */
  readonly code: "GUEST_PANIC" = "GUEST_PANIC" as const;

  /** @param message What the guest found, for people. */
  constructor(message: string) {
    super(message);
    this.name = "GuestPanic";
  }
}
