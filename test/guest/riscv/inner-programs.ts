/** What the inner programs of `guests/riscv/hypervisor` come to, computed without a machine. */

const WORDS = 8_192;
const REPORT_ROUNDS = 16;

/** Marsaglia's xorshift, as `common/random.h` has it. */
function randomOf(seed: number): { next: () => number; below: (bound: number) => number } {
  let state = seed;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const below = (bound: number): number => Number((BigInt(next()) * BigInt(bound)) >> 32n);
  return { next, below };
}

const isReported = (round: number, rounds: number): boolean =>
  round % REPORT_ROUNDS === 0 || round === rounds;

/** The lines of "writer". */
export function writerLines(rounds: number, seed: number): string[] {
  const random = randomOf(seed);
  const words = new Uint32Array(WORDS);
  const bytes = new Uint8Array(words.buffer);
  const lines: string[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (let left = 48; left > 0; left -= 1) {
      const index = random.below(WORDS);
      const value = random.next();
      if (value % 8 === 0) bytes[4 * index + (Math.floor(value / 8) % 4)] = value >>> 24;
      else if (value % 8 === 1) words[index]! += value;
      else words[index] = value;
    }
    const sum = words.reduce((total, word) => (total + word) >>> 0, 0);
    if (isReported(round, rounds)) lines.push(line("writer", round, sum));
  }
  return lines;
}

/** The lines of "sorter". */
export function sorterLines(rounds: number, seed: number): string[] {
  const random = randomOf(seed);
  let checksum = 2_166_136_261;
  const add = (sum: number, word: number): number => Math.imul(sum ^ word, 16_777_619) >>> 0;
  let exchanges = 0;
  const lines: string[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    random.below(3_072);
    const words = Array.from({ length: 96 }, () => random.next());
    for (let gap = 48; gap > 0; gap = Math.floor(gap / 2)) {
      for (let index = gap; index < words.length; index += 1) {
        const value = words[index]!;
        let place = index;
        for (; place >= gap && words[place - gap]! > value; place -= gap) {
          words[place] = words[place - gap]!;
          exchanges += 1;
        }
        words[place] = value;
      }
    }
    for (const word of words) checksum = add(checksum, word);
    if (isReported(round, rounds)) lines.push(line("sorter", round, add(checksum, exchanges)));
  }
  return lines;
}

function line(name: string, round: number, checksum: number): string {
  return `hypervisor: ${name} round ${round} checksum 0x${checksum.toString(16).padStart(8, "0")}`;
}
