import { partCatalogue } from "../schemes/part-catalogue.ts";
import { type PartChoice, stages } from "../schemes/part-choice.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { EXPONENTIAL_MEAN_MAX } from "../sim/exponential.ts";
import { formatTime, ms, type Nanoseconds, seconds } from "../sim/time.ts";
import { ARRAY_HOST, COORDINATOR_HOST, WITNESS_HOST } from "../simulation/machine-room.ts";
import { AVAILABILITY_YEARS_MAX, expectYears } from "./availability.ts";
import type {
  ClusterPlan,
  PlannedFailures,
  PlannedHost,
  PlannedMachine,
  PlannedOperation,
  PlannedYears,
} from "./cluster-plan.ts";
import { PlanFields, TIME_MAX_NS } from "./plan-fields.ts";
import { type LongTimeBounds, show } from "./quantity-text.ts";

/** Most characters of a plan's text. */
export const CLUSTER_CHARS_MAX = 1_048_576;

/** Most hosts of a plan; each has a link with each. */
const HOSTS_MAX = 256;

/** Most machines of a plan. */
const MACHINES_MAX = 4_096;

/** Most machines that get their first copy at a time. */
const SYNCS_MAX = 10_000;

/** Longest run: a day of virtual time. */
const RUN_MAX_NS: Nanoseconds = seconds(86_400);

/** Names of hosts that every cluster has, or may have. */
const RESERVED: ReadonlySet<string> = new Set([WITNESS_HOST, COORDINATOR_HOST, ARRAY_HOST]);

/** Longest mean of a failure or a repair: 39 hours. */
const MEAN_MAX_NS: Nanoseconds = EXPONENTIAL_MEAN_MAX - (EXPONENTIAL_MEAN_MAX % seconds(3_600));

/** Names that a plan may use. */
export interface KnownNames {
  readonly guests: readonly string[];
  readonly schemes: readonly string[];
  readonly profiles: readonly string[];
}

/**
 * Reads a cluster from the text of a file. What is missing has its default; nothing unknown, misspelt or out of
 * range passes.
 *
 * @throws StandinTypeError `CLUSTER_FIELD` for a field of the wrong kind, StandinRangeError `CLUSTER_JSON`,
 *   `CLUSTER_VALUE`; each begins with the path of the field.
 */
export function parseClusterPlan(text: string, known: KnownNames): ClusterPlan {
  if (text.length > CLUSTER_CHARS_MAX) {
    const expected = `expected at most ${CLUSTER_CHARS_MAX} characters, got ${text.length}`;
    throw new StandinRangeError("CLUSTER_JSON", `cluster: ${expected}`);
  }
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    const start = show(text.trim().slice(0, 40));
    throw new StandinRangeError(
      "CLUSTER_JSON",
      `cluster: expected an object in JSON, got text that is none: ${start}`,
    );
  }
  const fields = new PlanFields("cluster", given);
  expectVersion(fields);
  const untilNs = fields.time("until", { leastNs: ms(1), mostNs: RUN_MAX_NS });
  const plan: ClusterPlan = {
    name: fields.name("name"),
    seed: fields.count("seed", 0, Number.MAX_SAFE_INTEGER, 1),
    untilNs,
    profile: fields.word("profile", known.profiles, known.profiles[0]),
    link: fields.has("link") ? linkOf(fields.object("link")) : {},
    detection: fields.has("detection") ? detectionOf(fields.object("detection")) : {},
    coordinator: coordinatorOf(
      fields.has("coordinator") ? fields.object("coordinator") : undefined,
    ),
    ...(fields.has("protectedWithin") && { protectedWithinNs: fields.time("protectedWithin") }),
    hosts: hostsOf(fields),
    machines: machinesOf(fields, known),
    ...(fields.has("failures") && { failures: failuresOf(fields.object("failures"), untilNs) }),
    schedule: fields.list("schedule").map((operation) => operationOf(operation, untilNs)),
    ...(fields.has("availability") && { availability: yearsOf(fields.object("availability")) }),
  };
  fields.end();
  checkNames(plan);
  expectYears(plan);
  return plan;
}

/** A file says for which version of these fields it is written, so that none is ever read as something else. */
function expectVersion(fields: PlanFields): void {
  const version = fields.count("version", 1, Number.MAX_SAFE_INTEGER);
  if (version !== 1) fields.refuse("version", "1, the only one that there is", version);
}

function linkOf(fields: PlanFields): ClusterPlan["link"] {
  const link = {
    ...(fields.has("latency") && { latency: fields.time("latency", { leastNs: 0 }) }),
    ...(fields.has("bandwidth") && { bandwidth: fields.rate("bandwidth") }),
    ...(fields.has("jitter") && { jitter: fields.time("jitter", { leastNs: 0 }) }),
    ...(fields.has("loss") && { loss: fields.chance("loss") }),
  };
  fields.end();
  return link;
}

function detectionOf(fields: PlanFields): ClusterPlan["detection"] {
  const detection = {
    ...(fields.has("heartbeat") && { heartbeat: fields.time("heartbeat") }),
    ...(fields.has("timeout") && { timeout: fields.time("timeout") }),
  };
  fields.end();
  return detection;
}

function coordinatorOf(fields: PlanFields | undefined): ClusterPlan["coordinator"] {
  const of = fields ?? new PlanFields("cluster.coordinator", {});
  const coordinator = {
    syncsMost: of.count("syncsMost", 1, SYNCS_MAX, 2),
    reportNs: of.time("report", {}, ms(100)),
    lookNs: of.time("look", {}, ms(50)),
    silenceNs: of.time("silence", {}, ms(500)),
  };
  of.end();
  return coordinator;
}

function hostsOf(fields: PlanFields): PlannedHost[] {
  const hosts: PlannedHost[] = [];
  for (const item of fields.list("hosts")) {
    const shared = {
      ...(item.has("memory") && { memoryBytes: item.size("memory") }),
      ...(item.has("domain") && { domain: item.name("domain") }),
    };
    for (const name of namesOf(item, HOSTS_MAX)) hosts.push({ name, ...shared });
    item.end();
    expectMembers("cluster.hosts", hosts, HOSTS_MAX);
  }
  if (hosts.length < 2) fields.refuse("hosts", "at least 2", hosts.length);
  const reserved = hosts.find(({ name }) => RESERVED.has(name));
  if (reserved !== undefined) {
    const words = `names other than ${[...RESERVED].join(", ")}`;
    fields.refuse("hosts", words, reserved.name);
  }
  return hosts;
}

function machinesOf(fields: PlanFields, known: KnownNames): PlannedMachine[] {
  const machines: PlannedMachine[] = [];
  for (const item of fields.list("machines")) {
    const shared = {
      guest: item.word("guest", known.guests),
      scheme: item.word("scheme", known.schemes, known.schemes[0]),
      ...(item.has("memory") && { memoryBytes: item.size("memory") }),
      ...(item.has("interval") && { intervalNs: item.time("interval") }),
      ...(item.has("parts") && { parts: partsOf(item.object("parts")) }),
      ...(item.has("primary") && { primary: item.name("primary") }),
      ...(item.has("secondary") && { secondary: item.name("secondary") }),
      clients: item.count("clients", 0, 32, 1),
      thinkNs: item.time("think", { mostNs: seconds(3_600) }, ms(100)),
      ...(item.has("requests") && { requests: item.count("requests", 0, 65_535) }),
    };
    const { primary, secondary } = shared;
    if (primary !== undefined && primary === secondary) {
      item.refuse("secondary", "another host than the primary", secondary);
    }
    for (const name of namesOf(item, MACHINES_MAX)) machines.push({ name, ...shared });
    item.end();
    expectMembers("cluster.machines", machines, MACHINES_MAX);
  }
  if (machines.length === 0) fields.refuse("machines", "at least 1", 0);
  return machines;
}

function partsOf(fields: PlanFields): PartChoice {
  const parts: { -readonly [Key in keyof PartChoice]: PartChoice[Key] } = {};
  for (const stage of stages) {
    if (fields.has(stage)) parts[stage] = fields.word(stage, Object.keys(partCatalogue[stage]));
  }
  fields.end();
  return parts;
}

/** `{ "name": "h", "count": 3 }` are h1, h2 and h3. */
function namesOf(item: PlanFields, most: number): string[] {
  const name = item.name("name");
  if (!item.has("count")) return [name];
  const count = item.count("count", 1, most);
  return Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
}

function failuresOf(fields: PlanFields, untilNs: Nanoseconds): PlannedFailures {
  const mean = { leastNs: ms(10), mostNs: MEAN_MAX_NS };
  const failures = {
    betweenNs: fields.time("meanBetween", mean),
    repairNs: fields.time("meanRepair", mean),
    fromNs: fields.time("from", { leastNs: 0, mostNs: untilNs }, Math.min(seconds(1), untilNs)),
    ...(fields.has("until") && { untilNs: fields.time("until", { mostNs: untilNs }) }),
  };
  fields.end();
  const { fromNs, untilNs: endNs = untilNs } = failures;
  if (endNs < fromNs) {
    fields.refuse("until", `not before ${formatTime(fromNs)}, when they begin`, formatTime(endNs));
  }
  return failures;
}

function yearsOf(fields: PlanFields): PlannedYears {
  const years = {
    betweenMs: fields.longTime("meanBetween", LONG_TIME),
    repairMs: fields.longTime("meanRepair", LONG_TIME),
    restoreMs: fields.longTime("restore", LONG_TIME),
    years: fields.count("years", 1, AVAILABILITY_YEARS_MAX, 1_000),
  };
  fields.end();
  return years;
}

const LONG_TIME: LongTimeBounds = {
  leastMs: 1_000,
  mostMs: 1_000 * 365 * 86_400_000,
  words: "from 1s to 1000y",
};

const OPERATIONS = [
  "crash",
  "restart",
  "evacuate",
  "use",
  "pause",
  "partition",
  "hand-over",
  "dismiss",
  "rolling-restart",
] as const;

function operationOf(fields: PlanFields, runNs: Nanoseconds): PlannedOperation {
  const atNs = fields.time("at", { leastNs: 0, mostNs: runNs });
  const name = fields.word("do", OPERATIONS);
  const forNs = (): Nanoseconds => fields.time("for", { mostNs: TIME_MAX_NS });
  const operation = ((): PlannedOperation => {
    switch (name) {
      case "pause":
        return { atNs, do: name, host: fields.name("host"), forNs: forNs() };
      case "partition":
        return { atNs, do: name, between: fields.pair("between"), forNs: forNs() };
      case "hand-over":
      case "dismiss":
        return { atNs, do: name, machine: fields.name("machine") };
      case "rolling-restart":
        return { atNs, do: name, offNs: fields.time("off", {}, seconds(1)) };
      default:
        return { atNs, do: name, host: fields.name("host") };
    }
  })();
  fields.end();
  return operation;
}

function expectMembers(
  path: string,
  members: readonly { readonly name: string }[],
  most: number,
): void {
  const refuse = (expected: string, got: string): never => {
    throw new StandinRangeError("CLUSTER_VALUE", `${path}: expected ${expected}, got ${got}`);
  };
  if (members.length > most) refuse(`at most ${most}`, String(members.length));
  const seen = new Set<string>();
  for (const { name } of members) {
    if (seen.has(name)) refuse("each name once", `"${name}" twice`);
    seen.add(name);
  }
}

/** Hosts and machines that are named somewhere must be there. */
function checkNames({ hosts, machines, schedule }: ClusterPlan): void {
  const known = new Set(hosts.map(({ name }) => name));
  const running = new Set(machines.map(({ name }) => name));
  const expect = (path: string, name: string, of: ReadonlySet<string>): void => {
    if (of.has(name)) return;
    const shown = [...of].slice(0, 10).join(", ") || "none";
    const more = of.size > 10 ? ` and ${of.size - 10} more` : "";
    throw new StandinRangeError(
      "CLUSTER_VALUE",
      `${path}: expected one of ${shown}${more}, got ${show(name)}`,
    );
  };
  for (const [index, { primary, secondary }] of machines.entries()) {
    if (primary !== undefined) expect(`cluster.machines[${index}].primary`, primary, known);
    if (secondary !== undefined) expect(`cluster.machines[${index}].secondary`, secondary, known);
  }
  for (const [index, operation] of schedule.entries()) {
    const path = `cluster.schedule[${index}]`;
    if ("host" in operation) expect(`${path}.host`, operation.host, known);
    if ("machine" in operation) expect(`${path}.machine`, operation.machine, running);
    if ("between" in operation) {
      for (const name of operation.between) expect(`${path}.between`, name, known);
    }
  }
}
