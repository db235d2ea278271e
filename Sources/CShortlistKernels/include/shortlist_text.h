// Kernels over bytes: strings to codes. Nothing here allocates, keeps state, or starts a thread; all
// memory is the caller's.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

// --- strings to codes -----------------------------------------------------------------------------

/// One slot of an open-addressing hash table: the hash, the length and the code + 1 of a string; a
/// slot whose `code_plus_one` is 0 is empty.
typedef struct sl_string_slot {
  uint64_t hash;
  uint32_t code_plus_one;
  uint32_t length;
} sl_string_slot;

/// Distinct byte strings, numbered in order of first appearance. String c occupies
/// bytes[c == 0 ? 0 : ends[c - 1] ..< ends[c]]. `slot_count` is a power of two greater than
/// `maximum_count`, and `ends` has room for `maximum_count` strings.
typedef struct sl_string_table {
  sl_string_slot *slots;
  size_t slot_count;
  uint8_t *bytes;
  size_t byte_capacity;
  uint64_t *ends;
  size_t count;
  size_t maximum_count;
} sl_string_table;

#define SL_TEXT_UNKNOWN UINT32_MAX

/// The code of a string, or SL_TEXT_UNKNOWN.
uint32_t sl_text_find(const sl_string_table *table, const uint8_t *string, size_t length);
/// The code of a string, which is added if it is new; SL_TEXT_UNKNOWN where the table has no room.
uint32_t sl_text_insert(sl_string_table *table, const uint8_t *string, size_t length);
/// Puts the strings of `from` into the empty slots of a larger table.
void sl_text_rehash(const sl_string_slot *from, size_t from_count, sl_string_slot *to,
                    size_t to_count);
/// XXH64 (Yann Collet) of n bytes.
uint64_t sl_text_xxh64(const void *bytes, size_t n, uint64_t seed);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
