#include <string.h>

#include "text_strings.h"

static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// Eight digits at once, the first one in the lowest byte.

static const uint64_t zeros = 0x3030303030303030u;

static inline bool are_digits(uint64_t word) {
  const uint64_t high = 0xf0f0f0f0f0f0f0f0u;
  return ((word & high) | (((word + 0x0606060606060606u) & high) >> 4)) == 0x3333333333333333u;
}

static inline uint64_t eight_digits(uint64_t word) {
  word -= zeros;
  word = word * 10 + (word >> 8);
  const uint64_t pairs = 0x000000ff000000ffu;
  return (((word & pairs) * 0x000f424000000064u) + (((word >> 16) & pairs) * 0x0000271000000001u)) >>
         32;
}

/// The first n of eight characters moved to the end, with zeros before them; n is 1...8.
static inline uint64_t right_aligned(uint64_t word, size_t n) {
  return (word << (64 - 8 * n)) | (zeros >> (4 * n) >> (4 * n));
}

/// A number of one to eight characters without a sign: true if it is one.
static inline bool short_float(const uint8_t *p, size_t n, float *out) {
  uint64_t word = sl_load8(p);
  uint64_t marks = word ^ 0x2e2e2e2e2e2e2e2eu;  // a point becomes zero
  marks = (marks - 0x0101010101010101u) & ~marks & 0x8080808080808080u;
  size_t fraction = 0;
  size_t point = marks == 0 ? 8 : (size_t)__builtin_ctzll(marks) / 8;
  if (point < n) {
    uint64_t before = ((uint64_t)1 << (8 * point)) - 1;
    word = (word & before) | ((word >> 8) & ~before);
    n--;
    fraction = n - point;
    if (n == 0) return false;
  }
  word = right_aligned(word, n);
  if (!are_digits(word)) return false;
  // At most eight digits: both the quotient and its rounding to a float are exact enough, but for
  // doubles that lie halfway between two floats.
  double value = (double)eight_digits(word) / powers_of_ten[fraction];
  uint64_t bits;
  memcpy(&bits, &value, 8);
  if ((bits & 0x1fffffff) == 0x10000000 && fraction > 0) return false;
  *out = (float)value;
  return true;
}

static inline bool long_float(const uint8_t *p, const uint8_t *end, float *out) {
  bool negative = p < end && *p == '-';
  p += negative;
  uint64_t mantissa = 0;
  const uint8_t *digits = p;
  for (; p < end && (uint8_t)(*p - '0') < 10; p++) mantissa = mantissa * 10 + (*p - '0');
  size_t count = (size_t)(p - digits), fraction = 0;
  if (p < end && *p == '.') {
    const uint8_t *point = ++p;
    for (; p < end && (uint8_t)(*p - '0') < 10; p++) mantissa = mantissa * 10 + (*p - '0');
    fraction = (size_t)(p - point);
    count += fraction;
  }
  // An exponent, other characters, no digits or too many of them are for the careful parser.
  if (p != end || count == 0 || count > 15) return false;
  double value = (double)mantissa / powers_of_ten[fraction];
  uint64_t bits;
  memcpy(&bits, &value, 8);
  // `value` is the nearest double; if it lies halfway between two floats, rounding again may err.
  if ((bits & 0x1fffffff) == 0x10000000 && fraction > 0) return false;
  *out = (float)(negative ? -value : value);
  return true;
}

size_t sl_text_floats(const uint8_t *bytes, const sl_text_field *fields, size_t n, float *out) {
  for (size_t i = 0; i < n; i++) {
    const uint8_t *p = bytes + fields[i].begin;
    size_t length = fields[i].length;
    bool is_short = length - 1 < 8 && *p != '-';
    if (!(is_short ? short_float(p, length, out + i) : long_float(p, p + length, out + i)))
      return i;
  }
  return n;
}

size_t sl_text_integers(const uint8_t *bytes, const sl_text_field *fields, size_t n, int64_t *out) {
  for (size_t i = 0; i < n; i++) {
    const uint8_t *p = bytes + fields[i].begin;
    size_t length = fields[i].length;
    bool negative = length > 0 && *p == '-';
    p += negative;
    length -= negative;
    if (length - 1 >= 18) return i;
    uint64_t value = 0;
    if (length > 16) {  // the digits beyond sixteen first
      for (; length > 16; length--, p++) {
        if ((uint8_t)(*p - '0') > 9) return i;
        value = value * 10 + (*p - '0');
      }
    }
    if (length > 8) {
      uint64_t word = right_aligned(sl_load8(p), length - 8);
      if (!are_digits(word)) return i;
      value = value * 100000000 + eight_digits(word);
      p += length - 8;
      length = 8;
    }
    uint64_t word = right_aligned(sl_load8(p), length);
    if (!are_digits(word)) return i;
    value = value * 100000000 + eight_digits(word);
    out[i] = negative ? -(int64_t)value : (int64_t)value;
  }
  return n;
}

bool sl_text_is_utf8(const uint8_t *bytes, size_t n) {
  size_t i = 0;
  while (i < n) {
    if (n - i >= 8 && (sl_load8(bytes + i) & 0x8080808080808080u) == 0) {
      i += 8;
      continue;
    }
    uint8_t lead = bytes[i++];
    if (lead < 0x80) continue;
    // The permitted range of the second byte keeps out overlong forms, surrogates and what is
    // beyond U+10FFFF.
    uint8_t low = 0x80, high = 0xbf;
    size_t more;
    if (lead >= 0xc2 && lead <= 0xdf) {
      more = 1;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      more = 2;
      if (lead == 0xe0) low = 0xa0;
      if (lead == 0xed) high = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      more = 3;
      if (lead == 0xf0) low = 0x90;
      if (lead == 0xf4) high = 0x8f;
    } else {
      return false;
    }
    if (n - i < more) return false;
    if (bytes[i] < low || bytes[i] > high) return false;
    for (size_t k = 1; k < more; k++)
      if ((bytes[i + k] & 0xc0) != 0x80) return false;
    i += more;
  }
  return true;
}

/// As `sl_hash` of a text that is padded: no branch on the length of a short string.
static inline uint64_t hash_padded(const uint8_t *p, size_t n) {
  if (n > 8) return sl_hash(p, n);
  uint64_t word = sl_load8(p);
  return sl_mix(n == 0 ? 0 : word & (~(uint64_t)0 >> (64 - 8 * n)));
}

size_t sl_text_codes(sl_string_table *table, const uint8_t *bytes, const sl_text_field *fields,
                     size_t n, int32_t *codes) {
  enum { group = 32 };
  uint64_t hashes[group];
  size_t mask = table->slot_count - 1;
  uint64_t last_hash = 0;
  uint32_t last_code = 0, last_length = UINT32_MAX;
  for (size_t base = 0; base < n; base += group) {
    size_t count = n - base < group ? n - base : group;
    // Hashing ahead lets the slots of a table that is larger than the cache arrive together.
    for (size_t i = 0; i < count; i++) {
      sl_text_field field = fields[base + i];
      hashes[i] = hash_padded(bytes + field.begin, field.length);
      __builtin_prefetch(table->slots + (hashes[i] & mask));
    }
    for (size_t i = 0; i < count; i++) {
      sl_text_field field = fields[base + i];
      // Rows of one user mostly stand together.
      if (hashes[i] == last_hash && field.length == last_length && field.length <= 8) {
        codes[base + i] = (int32_t)last_code;
        continue;
      }
      uint32_t code =
          sl_insert_hashed(table, hashes[i], bytes + field.begin, field.length);
      if (code == SL_TEXT_UNKNOWN) return base + i;
      codes[base + i] = (int32_t)code;
      last_hash = hashes[i];
      last_length = field.length;
      last_code = code;
    }
  }
  return n;
}
