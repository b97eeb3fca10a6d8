// `npm run build:linux`: a Linux kernel for the RISC-V machine with the init program of guests/riscv/linux-init in
// its image, from Debian's packages. Writes build/linux/: Image, vmlinux, kernel.config and, for later runs, the
// source and objects. The kernel is under the GPL and large, so that it is built and never committed.
// usage: node scripts/build-linux.mjs [--jobs N] [--clean]
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const recipe = join(root, "guests/riscv/linux-init");
const out = join(root, "build/linux");
const source = join(out, "linux-source-6.1");
const objects = join(out, "objects");

const TARBALL = "/usr/src/linux-source-6.1.tar.xz";
const PREFIX = "riscv64-linux-gnu-";
/** What this script was tried with; another one is named, not refused. */
const TRIED = { kernel: "6.1.192", gcc: "12.2.0" };
/** Debian's package for each command that is needed. */
const COMMANDS = {
  [`${PREFIX}gcc`]: "gcc-riscv64-linux-gnu",
  [`${PREFIX}ld`]: "binutils-riscv64-linux-gnu",
  gcc: "gcc",
  make: "make",
  flex: "flex",
  bison: "bison",
  bc: "bc",
  tar: "tar",
  xz: "xz-utils",
};

const SHOWN_LINES = 40;
const EXIT_FAILED = 1;
const EXIT_MISSING = 3;

/** The kernel's build writes these into the image: pinned, so that equal sources give equal bytes. */
const PINNED = {
  KBUILD_BUILD_TIMESTAMP: "2024-01-01 00:00:00 UTC",
  KBUILD_BUILD_USER: "standin",
  KBUILD_BUILD_HOST: "standin",
  KBUILD_BUILD_VERSION: "1",
  SOURCE_DATE_EPOCH: "1704067200",
  LC_ALL: "C",
  TZ: "UTC",
};

/**
 * The kernel allows 32 bits without a memory management unit on other architectures; on this one its
 * configuration does not say so. Each edit: file, text that must be there, what replaces it.
 */
const EDITS = [
  {
    file: "arch/riscv/Kconfig",
    from: "\tselect GENERIC_LIB_UCMPDI2\n\tselect MMU\n",
    to: "\tselect GENERIC_LIB_UCMPDI2\n",
  },
  {
    file: "arch/riscv/Kconfig",
    from: "config PAGE_OFFSET\n\thex\n\tdefault 0xC0000000 if 32BIT\n",
    to: "config PAGE_OFFSET\n\thex\n\tdefault 0x80000000 if !MMU\n\tdefault 0xC0000000 if 32BIT\n",
  },
];

/** Flags of the init program: wherever the kernel puts it, it finds its data relative to its code. */
const INIT_FLAGS = [
  "-march=rv32ima_zicsr_zifencei",
  "-mabi=ilp32",
  "-mcmodel=medany",
  "-mno-relax",
  "-msmall-data-limit=0",
  "-std=c11",
  "-Os",
  "-ffreestanding",
  "-fno-pic",
  "-fno-stack-protector",
  "-fno-tree-loop-distribute-patterns",
  "-fno-asynchronous-unwind-tables",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-nostdlib",
  "-static",
  "-no-pie",
  "-Wl,--build-id=none,--no-warn-rwx-segments,--emit-relocs",
  "-Wl,-T,linux-init/link.ld",
];

const INIT_SOURCES = [
  "linux-init/start.S",
  "linux-init/init.c",
  "linux-init/compile.c",
  "linux-init/files.c",
  "linux-init/text.c",
  "common/bytes.c",
];
const INIT_STACK_BYTES = 8192;

function fail(message, code = EXIT_FAILED) {
  console.error(`build:linux: ${message}`);
  process.exit(code);
}

/** Runs a command; the end of what it says about its failure is shown. */
function run(command, args, cwd) {
  const env = { ...process.env, ...PINNED };
  const options = { cwd, env, encoding: "utf8", maxBuffer: 1 << 28 };
  const { status, stdout, stderr } = spawnSync(command, args, options);
  if (status === 0) return stdout;
  process.stderr.write(`${(stderr ?? "").split("\n").slice(-SHOWN_LINES).join("\n")}\n`);
  return fail(`${command} ${args.join(" ")} failed`);
}

function make(jobs, ...args) {
  const common = ["-s", "ARCH=riscv", `CROSS_COMPILE=${PREFIX}`, `O=${objects}`, `-j${jobs}`];
  return run("make", [...common, ...args], source);
}

function missingPackages() {
  const missing = Object.entries(COMMANDS)
    .filter(([command]) => spawnSync(command, ["--version"]).error !== undefined)
    .map(([, name]) => name);
  if (!existsSync(TARBALL)) missing.unshift("linux-source-6.1");
  return missing;
}

function unpack() {
  if (existsSync(join(source, ".edited"))) return;
  rmSync(source, { recursive: true, force: true });
  run("tar", ["xf", TARBALL, "-C", out], out);
  for (const { file, from, to } of EDITS) {
    const path = join(source, file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(from)) fail(`${file} is not as expected: another version of the kernel?`);
    writeFileSync(path, text.replace(from, to));
  }
  writeFileSync(join(source, ".edited"), "");
}

function kernelVersion() {
  const text = readFileSync(join(source, "Makefile"), "utf8");
  return ["VERSION", "PATCHLEVEL", "SUBLEVEL"]
    .map((name) => new RegExp(`^${name} = (.*)$`, "m").exec(text)?.[1])
    .join(".");
}

/** The init program in the flat format: 16 words, big endian, then the program as it lies in memory. */
function buildInit() {
  const elf = join(objects, "init.elf");
  const flat = join(objects, "init.bin");
  run(`${PREFIX}gcc`, [...INIT_FLAGS, "-o", elf, ...INIT_SOURCES], dirname(recipe));
  const absolute = run(`${PREFIX}readelf`, ["-rW", elf], objects).match(
    /R_RISCV_(32|HI20|GOT_HI20)\b.*/g,
  );
  if (absolute !== null) fail(`the init program holds addresses: ${absolute.join("; ")}`);
  run(`${PREFIX}objcopy`, ["-O", "binary", elf, flat], objects);
  const symbols = run(`${PREFIX}nm`, [elf], objects);
  const value = (name) =>
    Number.parseInt(new RegExp(`^([0-9a-f]+) . ${name}$`, "m").exec(symbols)[1], 16);
  const body = readFileSync(flat);
  const [dataStart, dataEnd, bssEnd] = ["data_start", "data_end", "bss_end"].map(value);
  const header = Buffer.alloc(64);
  header.write("bFLT", "latin1");
  const loadIntoRam = 1;
  const words = [4, value("_start"), dataStart, dataEnd, bssEnd, INIT_STACK_BYTES, dataEnd, 0];
  for (const [index, word] of [...words, loadIntoRam].entries()) {
    header.writeUInt32BE(word, 4 + 4 * index);
  }
  const file = Buffer.alloc(dataEnd);
  header.copy(file);
  body.copy(file, 64);
  writeFileSync(join(objects, "init.flat"), file);
  // the archive in the image holds the file's time
  const pinned = Number(PINNED.SOURCE_DATE_EPOCH);
  utimesSync(join(objects, "init.flat"), pinned, pinned);
  writeFileSync(
    join(objects, "initramfs.txt"),
    [
      "dir /dev 0755 0 0",
      "nod /dev/console 0600 0 0 c 5 1",
      "dir /proc 0755 0 0",
      "file /init init.flat 0755 0 0",
      "",
    ].join("\n"),
  );
  return file.length;
}

/** The configuration: the kernel's own for this machine, ours on top, and what follows from both. */
function configure(jobs) {
  const fragments = ["nommu_virt_defconfig", "32-bit.config"].map((name) =>
    join(source, "arch/riscv/configs", name),
  );
  const wanted = join(recipe, "kernel.config");
  const text = [...fragments, wanted].map((path) => readFileSync(path, "utf8")).join("\n");
  // of two lines about one option the last counts, without a warning only if there is no other
  const lines = new Map();
  for (const line of text.split("\n")) {
    const name = /^(?:# )?(CONFIG_\w+)/.exec(line)?.[1];
    if (name !== undefined) lines.set(name, line);
  }
  writeFileSync(join(objects, ".config"), `${[...lines.values()].join("\n")}\n`);
  make(jobs, "olddefconfig");
  const config = readFileSync(join(objects, ".config"), "utf8").split("\n");
  const ignored = readFileSync(wanted, "utf8")
    .split("\n")
    .filter((line) => /^(# )?CONFIG_/.test(line))
    .filter((line) => {
      if (config.includes(line)) return false;
      // an option that does not even come up is off
      const off = /^# (CONFIG_\w+) is not set$/.exec(line)?.[1];
      return off === undefined || config.some((other) => other.startsWith(`${off}=`));
    });
  if (ignored.length > 0) fail(`the kernel's configuration ignores ${ignored.join(", ")}`);
}

const { values } = parseArgs({
  options: { jobs: { type: "string", default: "2" }, clean: { type: "boolean", default: false } },
});
if (!/^[1-9]\d*$/.test(values.jobs)) fail(`--jobs: expected a number, got ${values.jobs}`, 2);

const missing = missingPackages();
if (missing.length > 0) {
  fail(`not installed: apt-get install --no-install-recommends ${missing.join(" ")}`, EXIT_MISSING);
}
if (values.clean) rmSync(out, { recursive: true, force: true });
mkdirSync(objects, { recursive: true });

const started = performance.now();
unpack();
const versions = {
  kernel: kernelVersion(),
  gcc: run(`${PREFIX}gcc`, ["-dumpfullversion"], out).trim(),
};
for (const [what, version] of Object.entries(versions)) {
  if (version !== TRIED[what])
    console.log(`build:linux: ${what} ${version}, tried with ${TRIED[what]}`);
}
console.log(`build:linux: init program, ${buildInit()} bytes`);
configure(values.jobs);
make(values.jobs, "Image");
copyFileSync(join(objects, "arch/riscv/boot/Image"), join(out, "Image"));
copyFileSync(join(objects, "vmlinux"), join(out, "vmlinux"));
copyFileSync(join(objects, ".config"), join(out, "kernel.config"));

const image = readFileSync(join(out, "Image"));
const hash = createHash("sha256").update(image).digest("hex");
const elapsedSeconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(`build:linux: build/linux/Image, ${statSync(join(out, "Image")).size} bytes`);
console.log(`build:linux: sha256 ${hash} (${elapsedSeconds} s)`);
