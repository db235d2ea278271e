// Counting and collecting scores by threshold.

static void count_greater(const float *x, size_t n, float threshold, size_t *greater,
                          size_t *equal) {
  size_t above = 0, same = 0, i = 0;
  while (i + LANES <= n) {
    // Lanes count in 32 bits: no more than 2^30 vectors at a time.
    const size_t limit = (n - i) / LANES < (1u << 30) ? n : i + ((size_t)LANES << 30);
    ints over = 0, level = 0;
    for (; i + LANES <= limit; i += LANES) {
      const floats v = load(x + i, LANES);
      over -= v > threshold;
      level -= v == threshold;
    }
    for (int lane = 0; lane < LANES; lane++) {
      above += (size_t)over[lane];
      same += (size_t)level[lane];
    }
  }
  for (; i < n; i++) {
    above += x[i] > threshold;
    same += x[i] == threshold;
  }
  *greater = above;
  *equal = same;
}

/// Appends the lanes of v whose bit is set; may write a whole vector.
INLINE size_t append_lanes(floats v, uint32_t found, uint32_t row, float *scores, uint32_t *rows) {
#if LANES == 16
  const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i all = _mm512_add_epi32(_mm512_set1_epi32((int)row), lane);
  const __mmask16 mask = (__mmask16)found;
  _mm512_storeu_ps(scores, _mm512_maskz_compress_ps(mask, (__m512)v));
  _mm512_storeu_si512(rows, _mm512_maskz_compress_epi32(mask, all));
  return (size_t)__builtin_popcount(found);
#else
  size_t count = 0;
  for (; found; found &= found - 1, count++) {
    const int lane = __builtin_ctz(found);
    scores[count] = v[lane];
    rows[count] = row + (uint32_t)lane;
  }
  return count;
#endif
}

static size_t select_above(const float *x, size_t n, float threshold, uint32_t base, float *scores,
                           uint32_t *rows, size_t capacity, size_t *position) {
  size_t count = 0, i = *position;
  // Most vectors hold nothing: two are looked at together.
  for (; i + 2 * LANES <= n && count + 2 * LANES <= capacity; i += 2 * LANES) {
    const floats a = load(x + i, LANES), b = load(x + i + LANES, LANES);
    const uint32_t low = mask_bits(a >= threshold), high = mask_bits(b >= threshold);
    if (!(low | high)) continue;
    const uint32_t row = base + (uint32_t)i;
    count += append_lanes(a, low, row, scores + count, rows + count);
    count += append_lanes(b, high, row + LANES, scores + count, rows + count);
  }
  if (i + 2 * LANES > n)
    for (; i < n && count < capacity; i++)
      if (x[i] >= threshold) {
        scores[count] = x[i];
        rows[count++] = base + (uint32_t)i;
      }
  *position = i;
  return count;
}
