#include "text_strings.h"

uint32_t sl_text_find(const sl_string_table *table, const uint8_t *string, size_t length) {
  size_t i = sl_probe(table, sl_hash(string, length), string, length);
  uint32_t code_plus_one = table->slots[i].code_plus_one;
  return code_plus_one == 0 ? SL_TEXT_UNKNOWN : code_plus_one - 1;
}

uint32_t sl_text_insert(sl_string_table *table, const uint8_t *string, size_t length) {
  return sl_insert_hashed(table, sl_hash(string, length), string, length);
}

void sl_text_rehash(const sl_string_slot *from, size_t from_count, sl_string_slot *to,
                    size_t to_count) {
  size_t mask = to_count - 1;
  for (size_t s = 0; s < from_count; s++) {
    if (from[s].code_plus_one == 0) continue;
    size_t i = from[s].hash & mask;
    while (to[i].code_plus_one != 0) i = (i + 1) & mask;
    to[i] = from[s];
  }
}

static inline uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

uint64_t sl_text_xxh64(const void *bytes, size_t n, uint64_t seed) {
  const uint64_t p1 = 0x9e3779b185ebca87u, p2 = 0xc2b2ae3d27d4eb4fu, p3 = 0x165667b19e3779f9u,
                 p4 = 0x85ebca77c2b2ae63u, p5 = 0x27d4eb2f165667c5u;
  const uint8_t *p = bytes;
  size_t left = n;
  uint64_t h;
  if (n >= 32) {
    uint64_t lane[4] = {seed + p1 + p2, seed + p2, seed, seed - p1};
    for (; left >= 32; left -= 32)
      for (int k = 0; k < 4; k++, p += 8) lane[k] = rotate(lane[k] + sl_load8(p) * p2, 31) * p1;
    h = rotate(lane[0], 1) + rotate(lane[1], 7) + rotate(lane[2], 12) + rotate(lane[3], 18);
    for (int k = 0; k < 4; k++) h = (h ^ (rotate(lane[k] * p2, 31) * p1)) * p1 + p4;
  } else {
    h = seed + p5;
  }
  h += n;
  for (; left >= 8; left -= 8, p += 8)
    h = rotate(h ^ (rotate(sl_load8(p) * p2, 31) * p1), 27) * p1 + p4;
  if (left >= 4) {
    h = rotate(h ^ (sl_load_short(p, 4) * p1), 23) * p2 + p3;
    p += 4;
    left -= 4;
  }
  for (; left > 0; left--, p++) h = rotate(h ^ (*p * p5), 11) * p1;
  h = (h ^ (h >> 33)) * p2;
  h = (h ^ (h >> 29)) * p3;
  return h ^ (h >> 32);
}
