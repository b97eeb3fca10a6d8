// Builds the RISC-V guests: bin/<name>.elf, and src/guest/riscv/images/<name>.ts with the same bytes.
// usage: node guests/riscv/build.mjs [--check]
// --check writes nothing: exit code 1 if what is committed is not what the sources give, 3 without the compiler.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const images = join(root, "src/guest/riscv/images");
const check = process.argv.includes("--check");

const PREFIX = "riscv64-unknown-elf-";
const PACKAGE = "gcc-riscv64-unknown-elf";
const EXIT_DIFFERENT = 1;
const EXIT_NO_COMPILER = 3;

const FLAGS = [
  "-march=rv32ima_zicsr_zifencei",
  "-mabi=ilp32",
  "-mcmodel=medany",
  "-mno-relax",
  "-msmall-data-limit=0",
  "-std=c11",
  "-O2",
  "-ffreestanding",
  "-fno-common",
  "-fno-pic",
  "-fno-tree-loop-distribute-patterns",
  "-fno-asynchronous-unwind-tables",
  "-ffunction-sections",
  "-fdata-sections",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-nostdlib",
  "-static",
  // file offsets need not match addresses: no padding in the file
  "-Wl,--nmagic,--gc-sections,--build-id=none,--no-warn-rwx-segments,--fatal-warnings",
  "-Wl,-T,common/link.ld",
];

const COMMON = ["common/start.S", "common/machine.c", "common/uart.c", "common/bytes.c"];

// Kept in every guest.
const SYMBOLS = ["_start", "main", "trap_entry", "stacks", "image_end"];

// Sources are all files of the folder; `symbols` are kept for whoever loads, patches or audits the guest.
const GUESTS = [
  { name: "sort", what: "a compute load", symbols: ["options", "sort_words"] },
  {
    name: "muncher",
    what: "a memory muncher",
    symbols: [
      "muncher_pages",
      "muncher_writes_per_round",
      "muncher_rounds",
      "muncher_period",
      "muncher_report_rounds",
      "muncher_seed",
      "muncher_round",
      "muncher_sum",
    ],
  },
  {
    name: "self-modifying",
    what: "a program that rewrites its own instructions",
    symbols: ["self_modifying_rounds", "patch_add", "patch_itself", "across_pages", "copied"],
  },
  {
    name: "key-value",
    what: "a key-value server on the network card",
    sources: ["common/virtio-net.c"],
    symbols: [
      "execute_retries",
      "session_clients",
      "session_journal",
      "session_replies",
      "store_slots",
      "store_entries",
      "store_count",
      "frames_answered",
      "frames_ignored",
      "network_queues",
      "network_receive_buffers",
      "network_transmit_buffers",
    ],
  },
  {
    name: "journal",
    what: "a key-value server that writes a journal to its disk before it answers",
    sources: [
      "common/virtio-blk.c",
      "key-value/request.c",
      "key-value/sessions.c",
      "key-value/store.c",
    ],
    symbols: [
      "execute_retries",
      "session_clients",
      "session_journal",
      "session_replies",
      "store_slots",
      "store_entries",
      "store_count",
      "batch_time",
      "batches",
      "generation",
      "generation_in_code",
      "generation_requests",
      "requests_taken",
      "frames_ignored",
      "journal_records",
      "block_queue",
      "network_queues",
      "network_receive_buffers",
      "network_transmit_buffers",
    ],
  },
  {
    name: "disk-reader",
    what: "a program that reads its disk",
    sources: ["common/virtio-blk.c"],
    symbols: [
      "reader_sectors",
      "reader_period",
      "reader_write_reads",
      "reader_report_reads",
      "reader_seed",
      "reader_buffer",
      "reader_reads",
      "reader_checksum",
      "block_queue",
    ],
  },
  {
    name: "timer-echo",
    what: "a program of timer interrupts, echoed input and atomic additions",
    symbols: [
      "timer_period",
      "additions_per_wake",
      "timer_ticks",
      "wakes",
      "echoed",
      "additions",
      "addition_slots",
    ],
  },
  {
    name: "hypervisor",
    what: "a hypervisor with two inner machines",
    symbols: [
      "hypervisor_rounds",
      "hypervisor_period",
      "hypervisor_slice",
      "hypervisor_seed",
      "hypervisor_ticks",
      "hypervisor_turns",
      "pages_mapped",
      "pages_moved",
      "pages_aside",
      "pages_returned",
      "pages_dirtied",
      "__start_inner_writer",
      "__start_inner_sorter",
    ],
  },
  {
    name: "two-harts",
    what: "a program whose two harts share counters",
    symbols: [
      "two_harts_rounds",
      "amo_total",
      "lrsc_total",
      "locked_total",
      "log_entries",
      "log_length",
      "switches",
    ],
  },
  {
    name: "race",
    what: "a server whose two harts race at each request",
    sources: ["common/virtio-net.c", "journal/frame.c", "key-value/sessions.c"],
    symbols: [
      "execute_retries",
      "session_clients",
      "session_journal",
      "session_replies",
      "race_rounds",
      "log_entries",
      "log_length",
      "frames_answered",
      "frames_ignored",
      "network_queues",
      "network_receive_buffers",
      "network_transmit_buffers",
    ],
  },
];

function run(tool, args) {
  const result = spawnSync(`${PREFIX}${tool}`, args, { cwd: here, encoding: "utf8" });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) {
    process.stderr.write(`build:riscv: ${tool} failed\n${result.stderr}`);
    process.exit(EXIT_DIFFERENT);
  }
  return result.stdout;
}

function compilerVersion() {
  const result = spawnSync(`${PREFIX}gcc`, ["-dumpfullversion"], { encoding: "utf8" });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** The bytes of a guest's ELF file, made in a folder that is gone afterwards. */
function build({ name, sources = [], symbols }, folder) {
  const own = readdirSync(join(here, name))
    .filter((file) => /\.[cS]$/.test(file))
    .sort()
    .map((file) => `${name}/${file}`);
  const linked = join(folder, `${name}.linked`);
  const stripped = join(folder, `${name}.elf`);
  run("gcc", [...FLAGS, "-o", linked, ...COMMON, ...sources, ...own]);
  const kept = [...SYMBOLS, ...symbols];
  const defined = run("nm", ["--defined-only", linked]);
  for (const symbol of kept) {
    if (new RegExp(` ${symbol}$`, "m").test(defined)) continue;
    process.stderr.write(`build:riscv: ${name} has no symbol ${symbol}\n`);
    process.exit(EXIT_DIFFERENT);
  }
  run("objcopy", ["-S", ...kept.flatMap((symbol) => ["-K", symbol]), linked, stripped]);
  return readFileSync(stripped);
}

function camelCase(name) {
  return name.replace(/-./g, (match) => match[1].toUpperCase());
}

/** The source of the module that holds a guest, as the formatter leaves it. */
function moduleText({ name, what }, bytes) {
  const lines = bytes.toString("base64").match(/.{1,92}/g);
  return [
    `// Written by guests/riscv/build.mjs from guests/riscv/${name}: do not edit.`,
    "",
    `/** The ELF file of ${what}, ${bytes.length} bytes, in Base64. */`,
    `export const ${camelCase(name)}Image: readonly string[] = [`,
    ...lines.map((line) => `  "${line}",`),
    "];",
    "",
  ].join("\n");
}

const version = compilerVersion();
if (version === undefined) {
  console.error(`build:riscv: ${PREFIX}gcc is missing (Debian: apt-get install ${PACKAGE})`);
  process.exit(EXIT_NO_COMPILER);
}

const results = new Map();
const folder = mkdtempSync(join(tmpdir(), "guests-"));
try {
  for (const guest of GUESTS) {
    const bytes = build(guest, folder);
    results.set(join(here, `bin/${guest.name}.elf`), bytes);
    results.set(join(images, `${guest.name}.ts`), Buffer.from(moduleText(guest, bytes)));
    console.log(`build:riscv: ${guest.name} ${bytes.length} bytes`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
results.set(join(here, "bin/compiler.txt"), Buffer.from(`${PREFIX}gcc ${version}\n`));

let different = 0;
for (const [path, bytes] of results) {
  if (existsSync(path) && readFileSync(path).equals(bytes)) continue;
  if (check) {
    different += 1;
    console.error(`build:riscv: ${relative(root, path)} is not what the sources give`);
    continue;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}
if (different > 0) process.exitCode = EXIT_DIFFERENT;
