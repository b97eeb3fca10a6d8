/** A device that has work to do at a later time, in ticks of the machine. */
export interface TimedDevice {
  /** When it wants {@link TimedDevice.advance} next; infinity if never. */
  readonly nextTick: number;
  /** Does what is due at `now`; afterwards `nextTick` is later than `now`. */
  advance(now: number): void;
}
