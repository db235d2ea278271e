#include <string.h>

#include "shortlist_text.h"

/// The plain twin: one byte and one state at a time.
static sl_text_scan scan_scalar(const uint8_t *bytes, size_t n, sl_text_dialect dialect,
                                uint32_t *boundaries) {
  enum { field_start, unquoted, quoted, closed } state = field_start;
  sl_text_scan scan = {0, SIZE_MAX, false};
  for (size_t i = 0; i < n; i++) {
    uint8_t byte = bytes[i];
    if (state == quoted) {
      if (byte == dialect.quote) state = closed;
      continue;
    }
    if (dialect.quote != 0 && byte == dialect.quote) {
      if (state == unquoted) {
        scan.malformed = i;
        break;
      }
      state = quoted;
      continue;
    }
    bool is_delimiter = byte == dialect.delimiter &&
                        (dialect.delimiter_length == 1 || (i > 0 && bytes[i - 1] == byte));
    if (byte == '\n') {
      boundaries[scan.count++] = (uint32_t)i | SL_TEXT_RECORD_END;
      state = field_start;
    } else if (is_delimiter) {
      boundaries[scan.count++] = (uint32_t)i;
      state = field_start;
    } else if (state == closed && byte != '\r') {
      scan.malformed = i;
      break;
    } else {
      state = unquoted;
    }
  }
  scan.in_quotes = state == quoted;
  return scan;
}

#if defined(__clang__)
typedef uint8_t sl_bytes64 __attribute__((ext_vector_type(64)));
typedef bool sl_bits64 __attribute__((ext_vector_type(64)));
#define SL_MASK(comparison) \
  __builtin_bit_cast(uint64_t, __builtin_convertvector((comparison), sl_bits64))

/// Bit i of the result: whether an odd number of the bits 0...i is set.
static inline __attribute__((always_inline)) uint64_t sl_prefix_xor(uint64_t x) {
  for (int k = 1; k < 64; k *= 2) x ^= x << k;
  return x;
}

#define SL_SCAN scan_portable
#define SL_TARGET
#include "text_scan.inc.h"
#undef SL_SCAN
#undef SL_TARGET

#if defined(__x86_64__)
#define SL_SCAN scan_avx2
#define SL_TARGET __attribute__((target("avx2,bmi")))
#include "text_scan.inc.h"
#undef SL_SCAN
#undef SL_TARGET

#define SL_SCAN scan_avx512
#define SL_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi")))
#include "text_scan.inc.h"
#undef SL_SCAN
#undef SL_TARGET
#endif
#endif

sl_text_scanner _Nullable sl_text_scanner_for(sl_instruction_set set) {
  switch (set) {
    case sl_scalar: return scan_scalar;
#if defined(__clang__)
    case sl_portable: return scan_portable;
#if defined(__x86_64__)
    case sl_avx2: return __builtin_cpu_supports("avx2") ? scan_avx2 : NULL;
    case sl_avx512: return __builtin_cpu_supports("avx512bw") ? scan_avx512 : NULL;
#endif
#endif
    default:
      return NULL;
  }
}

sl_text_scanner sl_text_scanner_best(void) {
  for (int set = sl_avx512; set > sl_scalar; set--) {
    sl_text_scanner scanner = sl_text_scanner_for((sl_instruction_set)set);
    if (scanner != NULL) return scanner;
  }
  return scan_scalar;
}

size_t sl_text_regular_records(const uint32_t *boundaries, size_t count, size_t fields) {
  size_t records = 0;
  for (size_t i = 0; i + fields <= count; i += fields, records++) {
    uint32_t inner = 0;
    for (size_t f = 0; f + 1 < fields; f++) inner |= boundaries[i + f];
    if ((inner & SL_TEXT_RECORD_END) != 0) break;
    if ((boundaries[i + fields - 1] & SL_TEXT_RECORD_END) == 0) break;
  }
  return records;
}

size_t sl_text_count(const uint8_t *bytes, size_t n, uint8_t byte) {
  size_t total = 0;
  // Blocks of 255 keep the partial counts in bytes, which the compiler turns into vectors.
  while (n > 0) {
    size_t block = n < 255 ? n : 255;
    uint8_t count = 0;
    for (size_t i = 0; i < block; i++) count += bytes[i] == byte;
    total += count;
    bytes += block;
    n -= block;
  }
  return total;
}

/// Halves doubled quotes in place and fills what is left over with zeros; the new length, or
/// SIZE_MAX where a quote stands alone.
static size_t halve_quotes(uint8_t *field, size_t n, uint8_t quote) {
  // Most fields are short and have no quote; a call would cost more than the search.
  uint8_t *first = NULL;
  if (n <= 16) {
    for (size_t i = 0; i < n; i++)
      if (field[i] == quote) {
        first = field + i;
        break;
      }
  } else {
    first = memchr(field, quote, n);
  }
  if (first == NULL) return n;
  size_t to = (size_t)(first - field);
  for (size_t from = to; from < n; from++, to++) {
    if (field[from] == quote) {
      if (from + 1 == n || field[from + 1] != quote) return SIZE_MAX;
      from++;
    }
    field[to] = field[from];
  }
  memset(field + to, 0, n - to);
  return to;
}

/// The fields of a column where quotes mean nothing.
static void plain_fields(const uint8_t *bytes, const uint32_t *boundaries, size_t records,
                         size_t fields, size_t column, size_t start, size_t delimiter_length,
                         sl_text_field *out) {
  const uint32_t *end_of = boundaries + column;
  bool is_last = column + 1 == fields;
  size_t shorter = is_last ? 0 : delimiter_length - 1;
  uint32_t begin = column == 0 ? (uint32_t)start : (end_of[-1] & ~SL_TEXT_RECORD_END) + 1;
  for (size_t r = 0; r < records; r++, end_of += fields) {
    if (r > 0) begin = (end_of[-1] & ~SL_TEXT_RECORD_END) + 1;
    uint32_t length = (*end_of & ~SL_TEXT_RECORD_END) - begin;
    // A doubled delimiter may overlap the one before it (":::").
    length = length < shorter ? 0 : length - (uint32_t)shorter;
    if (is_last && length > 0) length -= bytes[begin + length - 1] == '\r';
    out[r] = (sl_text_field){begin, length};
  }
}

size_t sl_text_fields(uint8_t *bytes, const uint32_t *boundaries, size_t records, size_t fields,
                      size_t column, size_t start, sl_text_dialect dialect, sl_text_field *out) {
  plain_fields(bytes, boundaries, records, fields, column, start, dialect.delimiter_length, out);
  if (dialect.quote == 0) return 0;
  size_t malformed = 0;
  for (size_t r = 0; r < records; r++) {
    size_t begin = out[r].begin, length = out[r].length;
    if (length == 0 || bytes[begin] != dialect.quote) continue;
    bool closes = length >= 2 && bytes[begin + length - 1] == dialect.quote;
    length = closes ? halve_quotes(bytes + begin + 1, length - 2, dialect.quote) : SIZE_MAX;
    malformed += length == SIZE_MAX;
    out[r] = (sl_text_field){(uint32_t)begin + 1, (uint32_t)length};
  }
  return malformed;
}
