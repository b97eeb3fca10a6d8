/*
 * The load of the RISC-V bench: hashing, a sieve, sorting, products of matrices and a CRC, over and
 * over. It has no input, no output and no end. compute.ts holds it as words, made by
 *
 *   riscv64-unknown-elf-gcc -O2 -march=rv32im -mabi=ilp32 -ffreestanding -nostdlib -mno-relax \
 *     -Wl,--section-start=.start=0x80000000,-Ttext=0x80000010,--section-start=.bss=0x80002000 \
 *     -o compute.elf compute.c
 *   riscv64-unknown-elf-objcopy -O binary -j .start -j .text compute.elf compute.bin
 */
typedef unsigned int u32;
typedef unsigned char u8;

static u32 crc_table[256];
static u8 composite[8192];
static u32 values[1024];
static u32 left[16 * 16], right[16 * 16], product[16 * 16];
static u32 random_state;
volatile u32 result;

__attribute__((section(".start"), naked)) void _start(void) {
  __asm__("lui sp, 0x80020\n j run");
}

static u32 draw(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static u32 hash(u32 count) {
  u32 state = 2166136261u;
  for (u32 i = 0; i < count; i++) {
    state = (state ^ i) * 16777619u;
    state = (state << 7) | (state >> 25);
    state += i ^ (state >> 3);
  }
  return state;
}

static u32 sieve(void) {
  u32 primes = 0;
  for (u32 i = 0; i < sizeof composite; i++) composite[i] = 0;
  for (u32 i = 2; i < sizeof composite; i++) {
    if (composite[i]) continue;
    primes++;
    for (u32 j = i + i; j < sizeof composite; j += i) composite[j] = 1;
  }
  return primes;
}

static void sort(u32 *array, int low, int high) {
  while (low < high) {
    u32 pivot = array[(low + high) >> 1];
    int i = low, j = high;
    while (i <= j) {
      while (array[i] < pivot) i++;
      while (array[j] > pivot) j--;
      if (i > j) break;
      u32 kept = array[i];
      array[i++] = array[j];
      array[j--] = kept;
    }
    sort(array, low, j);
    low = i;
  }
}

static u32 multiply(void) {
  for (int row = 0; row < 16; row++) {
    for (int column = 0; column < 16; column++) {
      u32 sum = 0;
      for (int k = 0; k < 16; k++) sum += left[row * 16 + k] * right[k * 16 + column];
      product[row * 16 + column] = sum;
    }
  }
  return product[5];
}

static u32 crc(const u8 *bytes, u32 length) {
  u32 value = ~0u;
  for (u32 i = 0; i < length; i++) value = crc_table[(value ^ bytes[i]) & 255] ^ (value >> 8);
  return ~value;
}

void run(void) {
  random_state = 1;
  for (u32 i = 0; i < 256; i++) {
    u32 value = i;
    for (int bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320u ^ (value >> 1) : value >> 1;
    crc_table[i] = value;
  }
  for (;;) {
    u32 sum = hash(20000) + sieve();
    for (int i = 0; i < 1024; i++) values[i] = draw();
    sort(values, 0, 1023);
    for (int i = 0; i < 256; i++) left[i] = draw(), right[i] = draw() % 1000;
    for (int i = 0; i < 4; i++) sum += multiply();
    result += sum + values[7] + crc(composite, sizeof composite);
  }
}
