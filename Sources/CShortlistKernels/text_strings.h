// The hash and the comparison that the string table rests on; private to the text kernels.
#pragma once
#include <string.h>

#include "shortlist_text.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#error "the text kernels read words in little-endian order"
#endif

static inline uint64_t sl_load8(const uint8_t *p) {
  uint64_t word;
  memcpy(&word, p, 8);
  return word;
}

/// Up to 8 bytes as a word filled up with zeros, without touching a byte beyond them.
static inline uint64_t sl_load_short(const uint8_t *p, size_t n) {
  uint64_t word = 0;
  if (n >= 4) {
    uint32_t low, high;
    memcpy(&low, p, 4);
    memcpy(&high, p + n - 4, 4);
    word = low | ((uint64_t)high << (8 * (n - 4)));
  } else if (n > 0) {
    word = p[0] | ((uint64_t)p[n / 2] << (8 * (n / 2))) | ((uint64_t)p[n - 1] << (8 * (n - 1)));
  }
  return word;
}

/// A bijection of 64-bit words.
static inline uint64_t sl_mix(uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 29;
  x *= 0xd6e8feb86659fd93u;
  return x ^ (x >> 32);
}

/// Strings of up to 8 bytes with equal length have equal hashes only if they are equal.
static inline uint64_t sl_hash(const uint8_t *p, size_t n) {
  if (n <= 8) return sl_mix(sl_load_short(p, n));
  uint64_t h = 0x9e3779b97f4a7c15u ^ n;
  size_t i = 0;
  for (; i + 8 < n; i += 8) h = sl_mix(h ^ sl_load8(p + i));
  return sl_mix(h ^ sl_load8(p + n - 8));
}

static inline bool sl_same(const sl_string_table *table, uint32_t code, const uint8_t *p,
                           size_t n) {
  if (n <= 8) return true;
  return memcmp(table->bytes + table->ends[code] - n, p, n) == 0;
}

/// The slot that holds the string, or the empty slot where it would go.
static inline size_t sl_probe(const sl_string_table *table, uint64_t hash, const uint8_t *p,
                              size_t n) {
  size_t mask = table->slot_count - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    const sl_string_slot *slot = table->slots + i;
    if (slot->code_plus_one == 0) return i;
    if (slot->hash == hash && slot->length == n && sl_same(table, slot->code_plus_one - 1, p, n))
      return i;
  }
}

/// The code of a string whose hash is known; SL_TEXT_UNKNOWN where there is no room for a new one.
static inline uint32_t sl_insert_hashed(sl_string_table *table, uint64_t hash, const uint8_t *p,
                                        size_t n) {
  size_t i = sl_probe(table, hash, p, n);
  sl_string_slot *slot = table->slots + i;
  if (slot->code_plus_one != 0) return slot->code_plus_one - 1;
  size_t code = table->count;
  size_t used = code == 0 ? 0 : table->ends[code - 1];
  if (code == table->maximum_count || table->byte_capacity - used < n) return SL_TEXT_UNKNOWN;
  if (n > 0) memcpy(table->bytes + used, p, n);
  table->ends[code] = used + n;
  table->count = code + 1;
  *slot = (sl_string_slot){hash, (uint32_t)code + 1, (uint32_t)n};
  return (uint32_t)code;
}
