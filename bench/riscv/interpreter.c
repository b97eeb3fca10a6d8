/*
 * The reference point of the RISC-V bench: a plain interpreter of RV32IMA with Zicsr and Zifencei in
 * machine and user mode, which fetches, decodes and executes one instruction after another. It has
 * memory at 0x80000000 and no devices.
 *
 *   interpreter PROGRAM MEBIBYTES ROUNDS INSTRUCTIONS
 *
 * runs a program that lies at the beginning of memory, and prints for each round the seconds of
 * processor time that it took and a hash of the registers after it.
 */
#define _POSIX_C_SOURCE 199309L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { USER = 0, MACHINE = 3 };

static const uint32_t BASE = 0x80000000u;
static uint8_t *memory;
static uint32_t size;

static struct {
  uint32_t x[32], pc, privilege, reservation;
  uint32_t mstatus, mie, mip, mtvec, mscratch, mepc, mcause, mtval, mcounteren;
  uint64_t ticks;
} hart;

static uint32_t load(uint32_t offset, uint32_t width) {
  uint32_t value = 0;
  switch (width) {
    case 1: value = memory[offset]; break;
    case 2: memcpy(&value, memory + offset, 2); break;
    default: memcpy(&value, memory + offset, 4);
  }
  return value;
}

static void store(uint32_t offset, uint32_t width, uint32_t value) {
  switch (width) {
    case 1: memory[offset] = (uint8_t)value; break;
    case 2: memcpy(memory + offset, &value, 2); break;
    default: memcpy(memory + offset, &value, 4);
  }
}

static uint32_t *find_csr(uint32_t number) {
  switch (number) {
    case 0x300: return &hart.mstatus;
    case 0x304: return &hart.mie;
    case 0x305: return &hart.mtvec;
    case 0x306: return &hart.mcounteren;
    case 0x340: return &hart.mscratch;
    case 0x341: return &hart.mepc;
    case 0x342: return &hart.mcause;
    case 0x343: return &hart.mtval;
    case 0x344: return &hart.mip;
    default: return NULL;
  }
}

static int read_csr(uint32_t number, uint32_t *value) {
  const uint32_t *csr = find_csr(number);
  if (((number >> 8) & 3) > hart.privilege) return 0;
  if (csr != NULL) *value = *csr;
  else if (number == 0x301) *value = 0x40101101u;
  else if (number >= 0xf11 && number <= 0xf15) *value = 0;
  else if (number >= 0xc00 && number <= 0xc02) *value = (uint32_t)hart.ticks;
  else if (number >= 0xc80 && number <= 0xc82) *value = (uint32_t)(hart.ticks >> 32);
  else return 0;
  return 1;
}

static void write_csr(uint32_t number, uint32_t value) {
  uint32_t *csr = find_csr(number);
  if (csr == NULL || number == 0x344) return;
  switch (number) {
    case 0x300: value &= 0x221888; break;
    case 0x304: value &= 0x888; break;
    case 0x305: value &= ~2u; break;
    case 0x306: value &= 7; break;
    case 0x341: value &= ~3u; break;
  }
  *csr = value;
}

static uint32_t trap(uint32_t pc, uint32_t cause, uint32_t value) {
  hart.mepc = pc;
  hart.mcause = cause;
  hart.mtval = value;
  hart.mstatus = (hart.mstatus & ~0x1888u) | ((hart.mstatus & 8) << 4) | (hart.privilege << 11);
  hart.privilege = MACHINE;
  uint32_t base = hart.mtvec & ~3u;
  return (hart.mtvec & 1) && (cause >> 31) ? base + 4 * (cause & 31) : base;
}

static uint32_t modify(uint32_t kind, uint32_t old, uint32_t operand) {
  switch (kind) {
    case 0: return old + operand;
    case 4: return old ^ operand;
    case 8: return old | operand;
    case 12: return old & operand;
    case 16: return (int32_t)old < (int32_t)operand ? old : operand;
    case 20: return (int32_t)old > (int32_t)operand ? old : operand;
    case 24: return old < operand ? old : operand;
    case 28: return old > operand ? old : operand;
    default: return operand;
  }
}

static uint32_t multiply(uint32_t funct3, uint32_t a, uint32_t b) {
  int32_t sa = (int32_t)a, sb = (int32_t)b;
  int overflows = a == 0x80000000u && b == 0xffffffffu;
  switch (funct3) {
    case 0: return a * b;
    case 1: return (uint32_t)(((int64_t)sa * sb) >> 32);
    case 2: return (uint32_t)(((int64_t)sa * (int64_t)(uint64_t)b) >> 32);
    case 3: return (uint32_t)(((uint64_t)a * b) >> 32);
    case 4: return b == 0 ? ~0u : overflows ? a : (uint32_t)(sa / sb);
    case 5: return b == 0 ? ~0u : a / b;
    case 6: return b == 0 ? a : overflows ? 0 : (uint32_t)(sa % sb);
    default: return b == 0 ? a : a % b;
  }
}

static uint32_t compute(uint32_t funct3, uint32_t a, uint32_t b, int is_other) {
  switch (funct3) {
    case 0: return is_other ? a - b : a + b;
    case 1: return a << (b & 31);
    case 2: return (int32_t)a < (int32_t)b;
    case 3: return a < b;
    case 4: return a ^ b;
    case 5: return is_other ? (uint32_t)((int32_t)a >> (b & 31)) : a >> (b & 31);
    case 6: return a | b;
    default: return a & b;
  }
}

/* Executes instructions until the count is reached or the hart waits. */
static void run(uint64_t count) {
  uint32_t *const x = hart.x;
  uint32_t pc = hart.pc;
  const uint64_t from = hart.ticks, end = from + count;
  int looks_for_interrupts = 1;
  for (uint64_t ticks = from; ticks < end; ticks++) {
    if (looks_for_interrupts) {
      uint32_t ready = hart.mip & hart.mie;
      looks_for_interrupts = 0;
      if (ready != 0 && (hart.privilege == USER || (hart.mstatus & 8))) {
        uint32_t number = ready & 0x800 ? 11 : ready & 8 ? 3 : 7;
        pc = trap(pc, 0x80000000u | number, 0);
      }
    }
    uint32_t at = pc - BASE;
    if (at > size - 4) {
      pc = trap(pc, 1, pc);
      continue;
    }
    uint32_t word;
    memcpy(&word, memory + at, 4);
    const uint32_t rd = (word >> 7) & 31, funct3 = (word >> 12) & 7, funct7 = word >> 25;
    const uint32_t a = x[(word >> 15) & 31], b = x[(word >> 20) & 31];
    const int32_t immediate = (int32_t)word >> 20;
    uint32_t next = pc + 4, result = 0, target = rd;
    int illegal = 0;
    switch (word & 0x7f) {
      case 0x37: result = word & ~0xfffu; break;
      case 0x17: result = pc + (word & ~0xfffu); break;
      case 0x6f: {
        uint32_t high = ((uint32_t)((int32_t)word >> 31) << 20) | (word & 0xff000);
        result = next;
        next = pc + (high | ((word >> 9) & 0x800) | ((word >> 20) & 0x7fe));
        break;
      }
      case 0x67:
        result = next;
        next = (a + (uint32_t)immediate) & ~1u;
        illegal = funct3 != 0;
        break;
      case 0x63: {
        uint32_t high = ((uint32_t)((int32_t)word >> 31) << 12) | ((word << 4) & 0x800);
        uint32_t distance = high | ((word >> 20) & 0x7e0) | ((word >> 7) & 0x1e);
        int taken = 0;
        switch (funct3) {
          case 0: taken = a == b; break;
          case 1: taken = a != b; break;
          case 4: taken = (int32_t)a < (int32_t)b; break;
          case 5: taken = (int32_t)a >= (int32_t)b; break;
          case 6: taken = a < b; break;
          case 7: taken = a >= b; break;
          default: illegal = 1;
        }
        if (taken) next = pc + distance;
        target = 0;
        break;
      }
      case 0x03: {
        uint32_t offset = a + (uint32_t)immediate - BASE, width = 1u << (funct3 & 3);
        if ((funct3 & 3) == 3 || funct3 == 6) {
          illegal = 1;
          break;
        }
        if (offset > size - width) {
          pc = trap(pc, 5, offset + BASE);
          continue;
        }
        result = load(offset, width);
        if (funct3 == 0) result = (uint32_t)(int8_t)result;
        if (funct3 == 1) result = (uint32_t)(int16_t)result;
        break;
      }
      case 0x23: {
        uint32_t distance = ((uint32_t)((int32_t)word >> 25) << 5) | rd;
        uint32_t offset = a + distance - BASE, width = 1u << funct3;
        if (funct3 > 2) {
          illegal = 1;
          break;
        }
        if (offset > size - width) {
          pc = trap(pc, 7, offset + BASE);
          continue;
        }
        store(offset, width, b);
        target = 0;
        break;
      }
      case 0x13:
        if (funct3 == 1 || funct3 == 5) illegal = (funct7 & ~(funct3 == 5 ? 0x20u : 0u)) != 0;
        result = compute(funct3, a, (uint32_t)immediate, funct3 == 5 && funct7 == 0x20);
        break;
      case 0x33:
        if (funct7 == 1) result = multiply(funct3, a, b);
        else if (funct7 == 0 || (funct7 == 0x20 && (funct3 == 0 || funct3 == 5)))
          result = compute(funct3, a, b, funct7 == 0x20);
        else illegal = 1;
        break;
      case 0x0f:
        illegal = funct3 > 1;
        target = 0;
        break;
      case 0x2f: {
        uint32_t kind = word >> 27, offset = a - BASE;
        static const uint32_t known = 0x1111111f;
        if (funct3 != 2 || !((known >> kind) & 1)) {
          illegal = 1;
          break;
        }
        if ((a & 3) != 0 || offset > size - 4) {
          pc = trap(pc, ((a & 3) != 0 ? 4 : 5) + (kind == 2 ? 0 : 2), a);
          continue;
        }
        result = load(offset, 4);
        if (kind == 2) {
          hart.reservation = a;
        } else if (kind == 3) {
          result = hart.reservation != a;
          hart.reservation = 1;
          if (result == 0) store(offset, 4, b);
        } else {
          store(offset, 4, modify(kind, result, b));
        }
        break;
      }
      case 0x73:
        hart.ticks = ticks;
        looks_for_interrupts = 1;
        if (funct3 == 0) {
          target = 0;
          if (word == 0x00000073 || word == 0x00100073) {
            uint32_t call = hart.privilege == USER ? 8 : 11;
            pc = word == 0x00000073 ? trap(pc, call, 0) : trap(pc, 3, pc);
            continue;
          }
          if (word == 0x10500073) break;
          if (word == 0x30200073 && hart.privilege == MACHINE) {
            hart.privilege = (hart.mstatus >> 11) & 3;
            hart.mstatus = (hart.mstatus & ~0x1888u) | 0x80 | ((hart.mstatus >> 4) & 8);
            hart.reservation = 1;
            next = hart.mepc;
            break;
          }
          illegal = 1;
        } else {
          uint32_t number = word >> 20, source = (word >> 15) & 31;
          uint32_t operand = funct3 & 4 ? source : a;
          int writes = (funct3 & 3) == 1 || source != 0;
          if ((funct3 & 3) == 0 || (writes && number >> 10 == 3) || !read_csr(number, &result)) {
            illegal = 1;
            break;
          }
          uint32_t values[4] = {0, operand, result | operand, result & ~operand};
          if (writes) write_csr(number, values[funct3 & 3]);
        }
        break;
      default: illegal = 1;
    }
    if (illegal) {
      pc = trap(pc, 2, word);
    } else if ((next & 3) != 0) {
      pc = trap(pc, 0, next);
    } else {
      x[target] = result;
      x[0] = 0;
      pc = next;
    }
  }
  hart.pc = pc;
  hart.ticks = end;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  size = (uint32_t)atoi(arguments[2]) << 20;
  memory = calloc(1, size);
  FILE *program = fopen(arguments[1], "rb");
  if (memory == NULL || program == NULL) return 2;
  if (fread(memory, 1, size, program) == 0) return 2;
  fclose(program);
  hart.pc = BASE;
  hart.privilege = MACHINE;
  hart.reservation = 1;
  for (int round = atoi(arguments[3]); round > 0; round--) {
    double started = now();
    run(strtoull(arguments[4], NULL, 10));
    double seconds = now() - started;
    uint32_t hash = hart.pc;
    for (int number = 1; number < 32; number++) hash = hash * 31 + hart.x[number];
    printf("%.6f %u\n", seconds, hash);
    fflush(stdout);
  }
  return 0;
}
