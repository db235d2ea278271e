// The vector form of the scanner: 64 bytes at a time, one bit each. Included once per instruction set
// with SL_SCAN naming the function and SL_TARGET its attribute.

static SL_TARGET sl_text_scan SL_SCAN(const uint8_t *bytes, size_t n, sl_text_dialect dialect,
                                      uint32_t *boundaries) {
  sl_text_scan scan = {0, SIZE_MAX, false};
  uint64_t inside_carry = 0;                       // all ones inside quotes
  uint64_t opener_carry = 1, closed_carry = 0;     // may a quote open here; did one just close
  uint64_t single_carry = 0;                       // the first byte of a doubled delimiter
  size_t count = 0;
  for (size_t base = 0; base < n; base += 64) {
    sl_bytes64 block;
    memcpy(&block, bytes + base, 64);
    uint64_t valid = n - base >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << (n - base)) - 1;
    uint64_t delimiters = SL_MASK(block == dialect.delimiter) & valid;
    uint64_t newlines = SL_MASK(block == '\n') & valid;
    if (dialect.delimiter_length == 2) {
      uint64_t singles = delimiters;
      delimiters = singles & ((singles << 1) | single_carry);
      single_carry = singles >> 63;
    }
    if (dialect.quote != 0) {
      uint64_t quotes = SL_MASK(block == dialect.quote) & valid;
      if ((quotes | inside_carry | closed_carry) == 0) {
        opener_carry = (delimiters | newlines) >> 63;
      } else {
        uint64_t inside = sl_prefix_xor(quotes) ^ inside_carry;
        uint64_t breaks = delimiters | newlines | quotes;
        uint64_t may_open = (breaks << 1) | opener_carry;
        uint64_t closed = quotes & ~inside;
        uint64_t after = (closed << 1) | closed_carry;
        uint64_t returns = SL_MASK(block == '\r');
        uint64_t wrong = (quotes & inside & ~may_open) | (after & valid & ~breaks & ~returns);
        delimiters &= ~inside;
        newlines &= ~inside;
        opener_carry = breaks >> 63;
        closed_carry = closed >> 63;
        inside_carry = (uint64_t)0 - (inside >> 63);
        if (valid != ~(uint64_t)0) inside_carry = (uint64_t)0 - ((inside >> (n - base - 1)) & 1);
        if (wrong != 0) {
          scan.malformed = base + (size_t)__builtin_ctzll(wrong);
          valid = 0;
        }
      }
    }
    for (uint64_t left = delimiters | newlines; left != 0; left &= left - 1) {
      unsigned bit = (unsigned)__builtin_ctzll(left);
      boundaries[count++] =
          (uint32_t)(base + bit) | ((uint32_t)((newlines >> bit) & 1) << 31);
    }
    if (valid == 0) break;
  }
  scan.count = count;
  scan.in_quotes = inside_carry != 0;
  return scan;
}
