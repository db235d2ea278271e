// Inner products with rows of bytes and halves, with rows that lie apart, and the largest of scores.

/// Asks for a row of `bytes` bytes before it is needed.
INLINE void prefetch_row(const void *row, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch((const char *)row + i, 0, 3);
}

/// Rows asked for ahead of the one that is read.
enum { rows_ahead = 12 };

static void dot_gather(const float *query, const float *base, size_t ld, const uint32_t *rows,
                       size_t count, size_t n, float *out) {
  const size_t first = count < rows_ahead ? count : rows_ahead;
  for (size_t i = 0; i < first; i++) prefetch_row(base + rows[i] * ld, n * sizeof(float));
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (size_t j = i + rows_ahead; j < i + rows_ahead + 4 && j < count; j++)
      prefetch_row(base + rows[j] * ld, n * sizeof(float));
    const four sums = dot_four(query, base + rows[i] * ld, base + rows[i + 1] * ld,
                               base + rows[i + 2] * ld, base + rows[i + 3] * ld, n);
    memcpy(out + i, &sums, sizeof sums);
  }
  for (; i < count; i++) out[i] = dot(query, base + rows[i] * ld, n);
}

typedef uint16_t halves __attribute__((ext_vector_type(LANES)));
typedef halves halves_anywhere __attribute__((aligned(2), may_alias));

/// Elements that follow each other as floats; the last may be fewer than a vector.
INLINE floats load_bytes(const int8_t *p, size_t part) {
  bytes v = 0;
  if (part == LANES) v = *(const bytes_anywhere *)p;
  else __builtin_memcpy(&v, p, part);
  return __builtin_convertvector(v, floats);
}

INLINE floats load_halves(const uint16_t *p, size_t part) {
  halves v = 0;
  if (part == LANES) v = *(const halves_anywhere *)p;
  else __builtin_memcpy(&v, p, part * sizeof(uint16_t));
  return (floats)(__builtin_convertvector(v, ints) << 16);
}

INLINE float sum_of_lanes(floats v) {
  const four w = fold(v);
  return (w[0] + w[1]) + (w[2] + w[3]);
}

#define DOT_NARROW(name, element, load_narrow)                                                   \
  static void name(const float *query, const element *base, size_t ld, const uint32_t *rows,     \
                   size_t count, size_t n, float *out) {                                         \
    for (size_t i = 0; i < count && i < rows_ahead && rows; i++)                                 \
      prefetch_row(base + rows[i] * ld, n * sizeof(element));                                    \
    for (size_t i = 0; i < count; i++) {                                                         \
      if (rows && i + rows_ahead < count)                                                        \
        prefetch_row(base + rows[i + rows_ahead] * ld, n * sizeof(element));                     \
      const element *row = base + (rows ? rows[i] : i) * ld;                                     \
      floats even = 0, odd = 0;                                                                  \
      size_t j = 0;                                                                              \
      for (; j + 2 * LANES <= n; j += 2 * LANES) {                                               \
        even = load(query + j, LANES) * load_narrow(row + j, LANES) + even;                      \
        odd = load(query + j + LANES, LANES) * load_narrow(row + j + LANES, LANES) + odd;        \
      }                                                                                          \
      if (j + LANES <= n) {                                                                      \
        even = load(query + j, LANES) * load_narrow(row + j, LANES) + even;                      \
        j += LANES;                                                                              \
      }                                                                                          \
      if (j < n) odd = load(query + j, n - j) * load_narrow(row + j, n - j) + odd;               \
      out[i] = sum_of_lanes(even + odd);                                                         \
    }                                                                                            \
  }

DOT_NARROW(dot_gather_bytes, int8_t, load_bytes)
DOT_NARROW(dot_gather_halves, uint16_t, load_halves)

#if defined(SL_VNNI)
static void dot_rows_bytes(const int8_t *query, const int8_t *rows, size_t ld, size_t count, size_t n,
                           int32_t *out) {
  // The instruction multiplies unsigned by signed bytes: the rows are moved up by 128, and what that
  // adds is taken off again.
  const __m512i sign = _mm512_set1_epi8((char)0x80);
  __m512i query_sum = _mm512_setzero_si512();
  const size_t whole = n / 64 * 64;
  const __mmask64 rest = n > whole ? ~(__mmask64)0 >> (64 - (n - whole)) : 0;
  for (size_t j = 0; j < n; j += 64) {
    const __mmask64 mask = j < whole ? ~(__mmask64)0 : rest;
    query_sum = _mm512_dpbusd_epi32(query_sum, sign, _mm512_maskz_loadu_epi8(mask, query + j));
  }
  const int32_t moved = _mm512_reduce_add_epi32(query_sum);
  size_t i = 0;
  for (; i + 4 <= count; i += 4, rows += 4 * ld) {
    __m512i sums[4] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(),
                       _mm512_setzero_si512()};
    for (size_t j = 0; j < n; j += 64) {
      const __mmask64 mask = j < whole ? ~(__mmask64)0 : rest;
      const __m512i q = _mm512_maskz_loadu_epi8(mask, query + j);
      UNROLL for (int r = 0; r < 4; r++) {
        const __m512i v = _mm512_maskz_loadu_epi8(mask, rows + (size_t)r * ld + j);
        sums[r] = _mm512_dpbusd_epi32(sums[r], _mm512_xor_si512(v, sign), q);
      }
    }
    UNROLL for (int r = 0; r < 4; r++) out[i + (size_t)r] = _mm512_reduce_add_epi32(sums[r]) - moved;
  }
  for (; i < count; i++, rows += ld) {
    __m512i sum = _mm512_setzero_si512();
    for (size_t j = 0; j < n; j += 64) {
      const __mmask64 mask = j < whole ? ~(__mmask64)0 : rest;
      const __m512i v = _mm512_maskz_loadu_epi8(mask, rows + j);
      sum = _mm512_dpbusd_epi32(sum, _mm512_xor_si512(v, sign), _mm512_maskz_loadu_epi8(mask, query + j));
    }
    out[i] = _mm512_reduce_add_epi32(sum) - moved;
  }
}
#else
static void dot_rows_bytes(const int8_t *query, const int8_t *rows, size_t ld, size_t count, size_t n,
                           int32_t *out) {
  for (size_t i = 0; i < count; i++, rows += ld) {
    int32_t sum = 0;
    for (size_t j = 0; j < n; j++) sum += (int32_t)query[j] * rows[j];
    out[i] = sum;
  }
}
#endif

/// Integers in the order of the floats whose bits they are made of.
INLINE ints ordered(floats v) {
  const ints bits = (ints)(v + 0.0f);  // Both zeros are one.
  return bits ^ ((bits >> 31) & INT32_MAX);
}

/// The floats of which `ordered` makes these integers.
INLINE floats unordered(ints key) { return (floats)(key ^ ((key >> 31) & INT32_MAX)); }

static float keep_largest(float *scores, uint32_t *positions, size_t n, size_t k) {
  int32_t low = INT32_MAX, high = INT32_MIN;
  {
    ints least = INT32_MAX, most = INT32_MIN;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
      const ints key = ordered(load(scores + i, LANES));
      least = key < least ? key : least;
      most = key > most ? key : most;
    }
    low = __builtin_reduce_min(least);
    high = __builtin_reduce_max(most);
    for (; i < n; i++) {
      const int32_t key = ordered(load(scores + i, 1))[0];
      low = key < low ? key : low;
      high = key > high ? key : high;
    }
  }
  // The largest bound that at least k keys reach: low always is one.
  size_t reached = n;
  for (int round = 0; low < high && reached != k; round++) {
    int32_t middle = low + (int32_t)(((int64_t)high - low + 1) / 2);
    if (round < 12) {
      // Scores lie even on the scale of floats rather than on that of their keys.
      const floats value = 0.5f * (unordered((ints)low) + unordered((ints)high));
      const int32_t key = ordered(value)[0];
      if (key > low && key <= high) middle = key;
    }
    ints total = 0, other = 0;
    size_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
      total -= ordered(load(scores + i, LANES)) >= middle;
      other -= ordered(load(scores + i + LANES, LANES)) >= middle;
    }
    for (; i + LANES <= n; i += LANES) total -= ordered(load(scores + i, LANES)) >= middle;
    size_t count = (size_t)__builtin_reduce_add(total + other);
    for (; i < n; i++) count += ordered(load(scores + i, 1))[0] >= middle;
    if (count >= k) {
      low = middle;
      reached = count;
    } else {
      high = middle - 1;
    }
  }
  // All above the bound, and of those at the bound the first.
  size_t at_bound = 0;
  if (reached > k) {
    size_t above = 0;
    for (size_t i = 0; i < n; i++) above += ordered(load(scores + i, 1))[0] > low;
    at_bound = k - above;
  }
  size_t kept = 0;
  float least = INFINITY;
  for (size_t i = 0; i < n; i += LANES) {
    const size_t part = n - i < LANES ? n - i : LANES;
    uint32_t found = mask_bits(ordered(load(scores + i, part)) >= low);
    if (part < LANES) found &= (1u << part) - 1;
    for (; found; found &= found - 1) {
      const size_t place = i + (size_t)__builtin_ctz(found);
      const float score = scores[place];
      if (reached > k && ordered((floats)score)[0] == low) {
        if (at_bound == 0) continue;
        at_bound--;
      }
      if (score < least) least = score;
      scores[kept] = score;
      positions[kept++] = positions[place];
    }
  }
  return least;
}

static size_t argmax(const float *x, const float *bias, size_t n) {
  floats best = -INFINITY;
  ints where = 0, at;
  for (int lane = 0; lane < LANES; lane++) at[lane] = lane;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES, at += LANES) {
    const floats v = load(x + i, LANES) + load(bias + i, LANES);
    const ints better = v > best;
    best = better ? v : best;
    where = better ? at : where;
  }
  float largest = -INFINITY;
  size_t result = 0;
  for (int lane = 0; lane < LANES; lane++)
    if (best[lane] > largest || (best[lane] == largest && (size_t)where[lane] < result)) {
      largest = best[lane];
      result = (size_t)where[lane];
    }
  for (; i < n; i++)
    if (x[i] + bias[i] > largest) {
      largest = x[i] + bias[i];
      result = i;
    }
  return result;
}

static size_t argmin_spill(const float *x, const float *along, const float *squares, size_t n,
                           float target, float lambda, size_t exclude) {
  float least = INFINITY;
  size_t result = exclude == 0 ? 1 : 0;
  floats best = INFINITY;
  ints where = (int32_t)result, at;
  for (int lane = 0; lane < LANES; lane++) at[lane] = lane;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES, at += LANES) {
    const floats off = target - load(along + i, LANES);
    const floats cost = (load(squares + i, LANES) - 2.0f * load(x + i, LANES)) + lambda * (off * off);
    const ints better = (cost < best) & (at != (int32_t)exclude);
    best = better ? cost : best;
    where = better ? at : where;
  }
  for (int lane = 0; lane < LANES; lane++)
    if (best[lane] < least || (best[lane] == least && (size_t)where[lane] < result)) {
      least = best[lane];
      result = (size_t)where[lane];
    }
  for (; i < n; i++) {
    const float off = target - along[i];
    const float cost = (squares[i] - 2.0f * x[i]) + lambda * (off * off);
    if (cost < least && i != exclude) {
      least = cost;
      result = i;
    }
  }
  return result;
}
