import type { Host } from "../../host/host.ts";
import type { MachineNode } from "../machine-node.ts";
import { ProtectedMachine } from "../protected-machine.ts";
import type { Protection } from "../protection.ts";
import type { CheckedRequest, CheckedTarget } from "./check-request.ts";
import { Duplicate } from "./duplicate.ts";
import type { DuplicationDefects } from "./options.ts";
import { sourceRole } from "./source-role.ts";
import { targetRole } from "./target-role.ts";

/** What a duplication is made of. */
export interface DuplicationParts {
  readonly source: ProtectedMachine;
  readonly request: CheckedRequest;
  readonly operation: number;
  readonly patienceNs: number;
  /** Settings of a duplicate at an address. */
  readonly protectionOf: (address: string) => Protection;
  readonly broken: DuplicationDefects;
  /** A duplicate has become a machine of its own. */
  readonly onMachine: (machine: ProtectedMachine) => boolean;
}

/**
 * The duplication of a running machine to some hosts, under way or over: what its processes on these hosts
 * came to. They share nothing but messages.
 */
export class Duplication {
  readonly source: ProtectedMachine;
  /** One for each target, in the order in which they were given. */
  readonly duplicates: readonly Duplicate[];

  /** Puts the profiles into the targets' protected memory and begins. */
  constructor(parts: DuplicationParts) {
    const { source, request } = parts;
    this.source = source;
    this.duplicates = request.targets.map((target) => {
      target.host.protectedMemory.store(source.name, target.bytes);
      const duplicate = new Duplicate(target.host, target.profile);
      this.#receive(parts, target, duplicate);
      return duplicate;
    });
    this.#send(parts);
  }

  /** The duplicate on a host. */
  on(host: Host): Duplicate | undefined {
    return this.duplicates.find((duplicate) => duplicate.host === host);
  }

  /** True when every duplicate runs or never will. */
  get over(): boolean {
    return this.duplicates.every(({ pending }) => !pending);
  }

  #receive(parts: DuplicationParts, target: CheckedTarget, duplicate: Duplicate): void {
    const { source, request, operation, patienceNs, broken } = parts;
    const { host, roomBytes } = target;
    const protection = parts.protectionOf(target.profile.address);
    const { image } = source;
    const onRunning = (node: MachineNode, own: Protection): void => {
      const machine = ProtectedMachine.alone(own, image, node);
      duplicate.run(parts.onMachine(machine) ? machine : undefined);
    };
    const sourceHost = request.node.host.name;
    const from = { source: source.name, sourceHost, operation, patienceNs };
    const job = { protection, image, host, roomBytes, broken, duplicate, onRunning, ...from };
    const name = `${source.name} on ${host.name}: duplicate ${operation}`;
    protection.engine.spawn(name, host.owner, () => targetRole(job));
  }

  #send({ source, request, operation, patienceNs, broken, protectionOf }: DuplicationParts): void {
    const { node, targets } = request;
    const protection = protectionOf(source.name);
    const image = source.image.name;
    const hosts = targets.map(({ host }) => host);
    const job = { protection, node, image, targets: hosts, operation, patienceNs, broken };
    const name = `${source.name} on ${node.host.name}: duplication ${operation}`;
    protection.engine.spawn(name, node.host.owner, () => sourceRole(job));
  }
}
