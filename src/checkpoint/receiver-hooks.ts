/** What a scheme that does more than checkpoints adds to their reception. Each part is optional. */
export interface ReceiverHooks {
  /** The commit point: the checkpoint has replaced the previous one; no time passes here. */
  readonly committed?: (epoch: number) => void;
  /** Memory holds all of a checkpoint that makes a machine; no time passes here. */
  readonly applied?: (epoch: number) => void;
}
