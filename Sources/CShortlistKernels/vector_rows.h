// Kernels along rows: dot products, sums, and updates in place.

/// The sums of four rows' products with the query; a row's sum does not depend on the others.
INLINE four dot_four(const float *query, const float *a, const float *b, const float *c,
                     const float *d, size_t n) {
  floats even[4] = {0, 0, 0, 0}, odd[4] = {0, 0, 0, 0};
  const float *rows[4] = {a, b, c, d};
  size_t i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES) {
    const floats p = load(query + i, LANES), q = load(query + i + LANES, LANES);
    UNROLL for (int r = 0; r < 4; r++) even[r] = p * load(rows[r] + i, LANES) + even[r];
    UNROLL for (int r = 0; r < 4; r++) odd[r] = q * load(rows[r] + i + LANES, LANES) + odd[r];
  }
  if (i + LANES <= n) {
    const floats p = load(query + i, LANES);
    UNROLL for (int r = 0; r < 4; r++) even[r] = p * load(rows[r] + i, LANES) + even[r];
    i += LANES;
  }
  if (i < n) {
    const floats q = load(query + i, n - i);
    UNROLL for (int r = 0; r < 4; r++) odd[r] = q * load(rows[r] + i, n - i) + odd[r];
  }
  return lane_sums(even[0] + odd[0], even[1] + odd[1], even[2] + odd[2], even[3] + odd[3]);
}

static float dot(const float *a, const float *b, size_t n) { return dot_four(a, b, b, b, b, n)[0]; }

INLINE void dot_rows_of(const float *query, const float *rows, size_t ld, size_t count, size_t n,
                        float *out) {
  // Four short rows beside each other are no stream that the processor recognises: it is told what
  // comes 4 KiB later. Four long ones are.
  const size_t ahead = n < 128 ? 1024 : 0;
  size_t i = 0;
  for (; i + 4 <= count; i += 4, rows += 4 * ld) {
    if (ahead)
      for (size_t j = 0; j < 4 * ld; j += 16) __builtin_prefetch(rows + ahead + j);
    const four sums = dot_four(query, rows, rows + ld, rows + 2 * ld, rows + 3 * ld, n);
    memcpy(out + i, &sums, sizeof sums);
  }
  for (; i < count; i++, rows += ld) out[i] = dot(query, rows, n);
}

static void dot_rows(const float *query, const float *rows, size_t ld, size_t count, size_t n,
                     float *out) {
  // The usual dimensions get loops that the compiler unrolls.
  switch (n) {
  case 32:
    return dot_rows_of(query, rows, ld, count, 32, out);
  case 64:
    return dot_rows_of(query, rows, ld, count, 64, out);
  case 100:
    return dot_rows_of(query, rows, ld, count, 100, out);
  default:
    return dot_rows_of(query, rows, ld, count, n, out);
  }
}

INLINE float largest_lane(floats v, float largest) {
  for (int lane = 0; lane < LANES; lane++)
    if (v[lane] > largest) largest = v[lane];
  return largest;
}

INLINE float scale_bias_max_of(float *x, size_t n, float scale, const float *bias) {
  floats largest = -INFINITY;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    const floats v = load(x + i, LANES);
    const floats y = bias ? v * scale + load(bias + i, LANES) : v * scale;
    store(x + i, y, LANES);
    largest = y > largest ? y : largest;
  }
  float result = largest_lane(largest, -INFINITY);
  for (; i < n; i++) {
    x[i] = bias ? x[i] * scale + bias[i] : x[i] * scale;
    if (x[i] > result) result = x[i];
  }
  return result;
}

static float scale_bias_max(float *x, size_t n, float scale, const float *bias) {
  return bias ? scale_bias_max_of(x, n, scale, bias) : scale_bias_max_of(x, n, scale, NULL);
}

static void max_update(float *x, const float *y, uint8_t *which, uint8_t row, size_t n) {
  const bytes winner = (int8_t)row;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    const floats old = load(x + i, LANES), new = load(y + i, LANES);
    const ints won = new > old;
    store(x + i, won ? new : old, LANES);
    const bytes mask = __builtin_convertvector(won, bytes);
    bytes_anywhere *rows = (bytes_anywhere *)(which + i);
    *rows = (winner & mask) | (*rows & ~mask);
  }
  for (; i < n; i++)
    if (y[i] > x[i]) {
      x[i] = y[i];
      which[i] = row;
    }
}

static void axpy(float a, const float *x, float *y, size_t n) {
  FOR_VECTORS(n, store(y + i, a * load(x + i, part) + load(y + i, part), part););
}

static void scale(float a, float *x, size_t n) {
  FOR_VECTORS(n, store(x + i, a * load(x + i, part), part););
}

static void multiply(const float *x, float *y, size_t n) {
  FOR_VECTORS(n, store(y + i, load(y + i, part) * load(x + i, part), part););
}

static double sum_of_squares(const float *x, size_t n) {
  doubles total = 0;
  FOR_VECTORS(n, {
    const doubles v = __builtin_convertvector(load(x + i, part), doubles);
    total = v * v + total;
  });
  return doubles_sum(&total);
}

static double sum(const float *x, size_t n) {
  doubles total = 0;
  FOR_VECTORS(n, ADD_DOUBLES(total, load(x + i, part)););
  return doubles_sum(&total);
}
