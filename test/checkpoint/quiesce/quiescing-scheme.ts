import { type CheckpointOptions, checkpointSettings } from "../../../src/checkpoint/options.ts";
import type { PrimarySide } from "../../../src/checkpoint/primary-side.ts";
import type { Quiesce, QuiesceContext } from "../../../src/checkpoint/quiesce/quiesce.ts";
import type { Scheme } from "../../../src/cluster/scheme.ts";
import { checkpoint } from "../../../src/schemes/checkpoint.ts";
import type { Process } from "../../../src/sim/process.ts";
import { sleep } from "../../../src/sim/process.ts";
import { type Nanoseconds, us } from "../../../src/sim/time.ts";

/**
 * Periodic checkpoints, all but the first with a machine that came to rest: what the checkpointer does with
 * such a part, put round it from outside. The secondary says that it is ready after a fixed time.
 */
export function quiescingScheme(
  quiesce: Quiesce,
  options: CheckpointOptions & { readonly readyNs?: Nanoseconds } = {},
): Scheme {
  const { readyNs = us(150) } = options;
  const { trigger } = checkpointSettings(options);
  return {
    ...checkpoint(options),
    primary(side) {
      let epoch = 1;
      const context = (): QuiesceContext => ({
        ...{ engine: side.engine, host: side.host, vm: side.vm, machine: side.vm.name },
        ...{ term: side.term, epoch },
        *secondaryReady(): Process {
          yield* sleep(readyNs);
        },
      });
      quiesce.expect?.(side.vm.guest, side.vm.name);
      afterwards(side, () => quiesce.end(context()));
      const resting = {
        name: trigger.name,
        *wait(about: Parameters<typeof trigger.wait>[0]): Process {
          yield* trigger.wait(about);
          epoch += 1;
          yield* quiesce.begin(context());
        },
      };
      return checkpoint({ ...options, trigger: resting }).primary(side);
    },
  };
}

/** Calls `end` when the machine was resumed, and when it is protected no more. */
function afterwards({ vm }: PrimarySide, end: () => void): void {
  const resume = vm.resume.bind(vm);
  const setPenalty = vm.setPenalty.bind(vm);
  vm.resume = () => {
    resume();
    end();
  };
  vm.setPenalty = (ppm) => {
    setPenalty(ppm);
    if (ppm === 0) end();
  };
}
