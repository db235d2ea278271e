#include <string.h>

#include "text_strings.h"

static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

size_t sl_text_floats(const uint8_t *bytes, const sl_text_field *fields, size_t n, float *out) {
  for (size_t i = 0; i < n; i++) {
    const uint8_t *p = bytes + fields[i].begin, *end = p + fields[i].length;
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
    if (p != end || count == 0 || count > 15) return i;
    double value = (double)mantissa / powers_of_ten[fraction];
    uint64_t bits;
    memcpy(&bits, &value, 8);
    // `value` is the nearest double; if it lies halfway between two floats, rounding again may err.
    if ((bits & 0x1fffffff) == 0x10000000 && fraction > 0) return i;
    out[i] = (float)(negative ? -value : value);
  }
  return n;
}

size_t sl_text_integers(const uint8_t *bytes, const sl_text_field *fields, size_t n, int64_t *out) {
  for (size_t i = 0; i < n; i++) {
    const uint8_t *p = bytes + fields[i].begin, *end = p + fields[i].length;
    bool negative = p < end && *p == '-';
    p += negative;
    if (end - p < 1 || end - p > 18) return i;
    int64_t value = 0;
    for (; p < end; p++) {
      uint8_t digit = (uint8_t)(*p - '0');
      if (digit > 9) return i;
      value = value * 10 + digit;
    }
    out[i] = negative ? -value : value;
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
      uint32_t code =
          sl_insert_hashed(table, hashes[i], bytes + field.begin, field.length);
      if (code == SL_TEXT_UNKNOWN) return base + i;
      codes[base + i] = (int32_t)code;
    }
  }
  return n;
}
