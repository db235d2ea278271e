// Kernels over bytes: where records and fields begin and end, what numbers they hold, and which
// strings. Nothing here allocates, keeps state, or starts a thread; all memory is the caller's.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shortlist_kernels.h"

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

// --- records and fields ---------------------------------------------------------------------------

/// Readable bytes that must follow every text handed to a kernel that says "padded".
#define SL_TEXT_PADDING 64
/// Set in a boundary that ends a record.
#define SL_TEXT_RECORD_END 0x80000000u

/// The length of a field that is none.
#define SL_TEXT_MALFORMED UINT32_MAX

/// How fields are told apart. A delimiter of length 2 is its byte doubled ("::"). `quote` is 0 where
/// quotes mean nothing; otherwise fields may stand in quotes as in RFC 4180.
typedef struct sl_text_dialect {
  uint8_t delimiter;
  uint8_t delimiter_length;
  uint8_t quote;
} sl_text_dialect;

typedef struct sl_text_scan {
  size_t count;     // boundaries written
  size_t malformed; // a quote inside an unquoted field, or text after a closing one; SIZE_MAX if none
  bool in_quotes;   // the text ends inside a quoted field
} sl_text_scan;

/// Writes the position of every delimiter (its last byte) and newline outside quotes, in order, the
/// newlines with SL_TEXT_RECORD_END set; stops soon after a malformed quote, whose later boundaries
/// mean nothing. `bytes` begins with a record and is padded, n is less than 2^31, `boundaries` has
/// room for n.
typedef sl_text_scan (*sl_text_scanner)(const uint8_t *bytes, size_t n, sl_text_dialect dialect,
                                        uint32_t *boundaries);
/// The scanner for an instruction set, or NULL where this processor or build lacks it.
sl_text_scanner _Nullable sl_text_scanner_for(sl_instruction_set set);
/// The fastest scanner this processor runs.
sl_text_scanner sl_text_scanner_best(void);

/// How many records, from the first on, have exactly `fields` fields.
size_t sl_text_regular_records(const uint32_t *boundaries, size_t count, size_t fields);
/// How many of n bytes are equal to `byte`.
size_t sl_text_count(const uint8_t *bytes, size_t n, uint8_t byte);

/// A field of a text: bytes[begin ..< begin + length].
typedef struct sl_text_field {
  uint32_t begin;
  uint32_t length;
} sl_text_field;

/// Finds field `column` of records that have `fields` fields each and begin at `start`. Quotes around
/// a field are left out and doubled quotes are halved in place (so a column is looked at once); the
/// carriage return before a newline is dropped. Returns how many fields have malformed quotes; their
/// length is SL_TEXT_MALFORMED.
size_t sl_text_fields(uint8_t *bytes, const uint32_t *boundaries, size_t records, size_t fields,
                      size_t column, size_t start, sl_text_dialect dialect, sl_text_field *out);

// --- values ---------------------------------------------------------------------------------------

/// Parses decimal numbers, correctly rounded. Stops before a field that needs a slower or more
/// forgiving parser, or is no number, and returns how many were parsed. `bytes` is padded.
size_t sl_text_floats(const uint8_t *bytes, const sl_text_field *fields, size_t n, float *out);
/// Parses decimal integers of up to 18 digits; stops as `sl_text_floats` does.
size_t sl_text_integers(const uint8_t *bytes, const sl_text_field *fields, size_t n, int64_t *out);
/// Whether n bytes are well-formed UTF-8 (Unicode 15, table 3-7).
bool sl_text_is_utf8(const uint8_t *bytes, size_t n);

// --- JSON -----------------------------------------------------------------------------------------

typedef enum sl_json_kind {
  sl_json_missing = 0,
  sl_json_null = 1,
  sl_json_string = 2,  // the field is the text without quotes and escapes
  sl_json_number = 3,
  sl_json_array = 4,   // the field is the text with its brackets
  sl_json_other = 5,   // true, false, or an object
} sl_json_kind;

typedef struct sl_json_value {
  sl_json_kind kind;
  sl_text_field field;
} sl_json_value;

/// Parses the JSON object (RFC 8259) that is all of bytes[begin ..< end] and writes the value of each
/// of the wanted keys, the last one where a key stands twice; strings lose their escapes in place.
/// Key k is names[keys[k].begin ...]. Returns SIZE_MAX, or the position of what is wrong.
size_t sl_text_json_object(uint8_t *bytes, size_t begin, size_t end, const uint8_t *names,
                           const sl_text_field *keys, size_t key_count, sl_json_value *values);
/// Parses an array of strings and numbers found by `sl_text_json_object` and writes its values, at
/// most `capacity`; `count` becomes their number. Returns SIZE_MAX, or the position of a value that
/// is neither.
size_t sl_text_json_array(uint8_t *bytes, sl_text_field array, sl_json_value *values,
                          size_t capacity, size_t *count);

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
/// The codes of many strings, with new ones added; stops where the table has no room and returns how
/// many codes were written. `bytes` is padded.
size_t sl_text_codes(sl_string_table *table, const uint8_t *bytes, const sl_text_field *fields,
                     size_t n, int32_t *codes);
/// Puts the strings of `from` into the empty slots of a larger table.
void sl_text_rehash(const sl_string_slot *from, size_t from_count, sl_string_slot *to,
                    size_t to_count);
/// XXH64 (Yann Collet) of n bytes.
uint64_t sl_text_xxh64(const void *bytes, size_t n, uint64_t seed);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
