// exp(x) = 2^k exp(r) with k the integer nearest x / ln 2: the scheme and the polynomial are those of
// Cephes's expf (Moshier). NaN passes; results below the least subnormal are 0.
INLINE floats exponential_of(floats x) {
  const floats high = 89.0f, low = -104.0f;
  x = x > high ? high : x;
  x = x < low ? low : x;
  // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits.
  const floats shifter = 12582912.0f;
  const floats shifted = x * 1.44269504f + shifter;
  const floats k = shifted - shifter;
  floats r = k * -0.693359375f + x;
  r = k * 2.12194440e-4f + r;
  floats p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r;
  p += 1.0f;
#if LANES == 16
  return (floats)_mm512_scalef_ps((__m512)p, (__m512)k);
#else
  // In two steps: 2^k itself may be out of range where the result is not.
  const ints exponent = (ints)shifted - (ints)shifter;
  const ints half = exponent >> 1;
  return p * (floats)((half + 127) << 23) * (floats)((exponent - half + 127) << 23);
#endif
}

static void exponential(const float *x, float *y, size_t n) {
  FOR_VECTORS(n, store(y + i, exponential_of(load(x + i, part)), part););
}

static double exp_sum(float *x, size_t n, float shift) {
  doubles total = 0;
  size_t i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES) {
    const floats a = exponential_of(load(x + i, LANES) - shift);
    const floats b = exponential_of(load(x + i + LANES, LANES) - shift);
    store(x + i, a, LANES);
    store(x + i + LANES, b, LANES);
    // One addition in float costs at most 2^-24 of the sum and saves half of the conversions.
    ADD_DOUBLES(total, a + b);
  }
  double sum = doubles_sum(&total);
  for (; i < n; i += LANES) {
    const size_t part = n - i < LANES ? n - i : LANES;
    const floats a = exponential_of(load(x + i, part) - shift);
    store(x + i, a, part);
    for (size_t lane = 0; lane < part; lane++) sum += a[lane];
  }
  return sum;
}
