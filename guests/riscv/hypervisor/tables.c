#include "tables.h"

#include "../common/bytes.h"
#include "../common/machine.h"

#define POOL_PAGES 28u

#define FAILED_POOL 101

#define HGATP_SV32X4 (1u << 31)

#define PTE_VALID 0x001u
#define PTE_READ 0x002u
#define PTE_WRITE 0x004u
#define PTE_EXECUTE 0x008u
#define PTE_USER 0x010u
#define PTE_ACCESSED 0x040u
#define PTE_DIRTY 0x080u
// Left to software: the page exists, and an entry that is not valid still says where.
#define PTE_ASIDE 0x100u

#define PTE_DATA (PTE_VALID | PTE_READ | PTE_WRITE | PTE_USER | PTE_ACCESSED)
#define PTE_PROGRAM (PTE_VALID | PTE_READ | PTE_EXECUTE | PTE_USER | PTE_ACCESSED)

volatile uint32_t pages_mapped, pages_moved, pages_aside, pages_returned, pages_dirtied;

// A root has four pages for 34 bits of address; here only the first of its 4096 entries is used.
#define ROOT __attribute__((section(".sbss.tables"), aligned(16384)))
ROOT static uint32_t roots[INNERS][4096];
TABLE static uint32_t leaves[INNERS][1024];

TABLE static uint32_t pool[POOL_PAGES][1024];
static bool taken[POOL_PAGES];
// The next place that is looked at: the place that was given back last is taken last.
static uint32_t next_place;

static uint32_t entry_for(const void *page, uint32_t flags) {
  return (uint32_t)(uintptr_t)page >> 12 << 10 | flags;
}

static uint32_t *page_of(uint32_t entry) {
  return (uint32_t *)(uintptr_t)(entry >> 10 << 12);
}

// Zeroed.
static uint32_t *allocate(void) {
  for (uint32_t tried = 0; tried < POOL_PAGES; tried += 1) {
    uint32_t place = next_place;
    next_place = (next_place + 1) % POOL_PAGES;
    if (taken[place]) continue;
    taken[place] = true;
    for (uint32_t word = 0; word < 1024; word += 1) pool[place][word] = 0;
    return pool[place];
  }
  fail(FAILED_POOL, "hypervisor: no page is left");
}

static void release(const uint32_t *page) {
  taken[(page - pool[0]) / 1024] = false;
}

// Cached translations of an inner page go: hfence.gvma, which takes the address shifted right by two.
static void fence_page(uint32_t page) {
  __asm__ volatile(".insn r 0x73, 0, 0x31, x0, %0, x0" : : "r"(page << 10) : "memory");
}

uint32_t tables_start(uint32_t inner) {
  roots[inner][0] = entry_for(leaves[inner], PTE_VALID);
  return HGATP_SV32X4 | (uint32_t)(uintptr_t)roots[inner] >> 12;
}

void tables_load(uint32_t inner, const uint8_t *program, uint32_t bytes) {
  uint32_t *page = allocate();
  memcpy(page, program, bytes);
  leaves[inner][0] = entry_for(page, PTE_PROGRAM);
}

bool tables_fault(uint32_t inner, uint32_t address, bool store) {
  uint32_t page = address >> 12;
  if (page >= INNER_PAGES) return false;
  uint32_t *entry = &leaves[inner][page];
  if (*entry == 0) {
    if (page == 0) return false;
    *entry = entry_for(allocate(), PTE_DATA);
    pages_mapped += 1;
  } else if ((*entry & PTE_ASIDE) != 0) {
    *entry = (*entry & ~PTE_ASIDE) | PTE_VALID;
    pages_returned += 1;
  } else if (store && (*entry & PTE_WRITE) != 0 && (*entry & PTE_DIRTY) == 0) {
    *entry |= PTE_DIRTY;
    pages_dirtied += 1;
  } else {
    return false;
  }
  fence_page(page);
  return true;
}

void tables_move(uint32_t inner, uint32_t page) {
  uint32_t *entry = &leaves[inner][page];
  if ((*entry & PTE_VALID) == 0) return;
  const uint32_t *from = page_of(*entry);
  uint32_t *to = allocate();
  memcpy(to, from, PAGE_BYTES);
  *entry = entry_for(to, *entry & 0x3ff & ~PTE_DIRTY);
  fence_page(page);
  release(from);
  pages_moved += 1;
}

void tables_set_aside(uint32_t inner, uint32_t page) {
  uint32_t *entry = &leaves[inner][page];
  if ((*entry & PTE_VALID) == 0) return;
  *entry = (*entry & ~PTE_VALID) | PTE_ASIDE;
  fence_page(page);
  pages_aside += 1;
}
