// Activations and their derivatives.

static void relu(const float *x, float *y, size_t n) {
  FOR_VECTORS(n, {
    const floats v = load(x + i, part);
    store(y + i, v < 0.0f ? (floats)0.0f : v, part);
  });
}

static void relu_gradient(const float *y, float *g, size_t n) {
  FOR_VECTORS(n, {
    const ints passes = load(y + i, part) > 0.0f;
    store(g + i, passes ? load(g + i, part) : (floats)0.0f, part);
  });
}

static void sigmoid(const float *x, float *y, size_t n) {
  FOR_VECTORS(n, store(y + i, 1.0f / (1.0f + exponential_of(-load(x + i, part))), part););
}

static void sigmoid_gradient(const float *y, float *g, size_t n) {
  FOR_VECTORS(n, {
    const floats v = load(y + i, part);
    store(g + i, load(g + i, part) * (v * (1.0f - v)), part);
  });
}

/// Below 0.625 the polynomial of Cephes's tanhf, which keeps the digits near 0.
INLINE floats tanh_of(floats x) {
  const ints sign = (ints)x & INT32_MIN;
  const floats size = (floats)((ints)x & INT32_MAX);
  const floats large = 1.0f - 2.0f / (exponential_of(size + size) + 1.0f);
  const floats z = x * x;
  floats p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const floats small = p * (z * size) + size;
  return (floats)((ints)(size < 0.625f ? small : large) | sign);
}

static void hyperbolic_tangent(const float *x, float *y, size_t n) {
  FOR_VECTORS(n, store(y + i, tanh_of(load(x + i, part)), part););
}

static void tanh_gradient(const float *y, float *g, size_t n) {
  FOR_VECTORS(n, {
    const floats v = load(y + i, part);
    store(g + i, load(g + i, part) * (1.0f - v * v), part);
  });
}

/// The normal distribution function, by the Chebyshev fit to erfc of Press et al., Numerical Recipes,
/// section 6.2 (relative error 1.2e-7).
INLINE floats normal_below(floats x) {
  const floats size = (floats)((ints)x & INT32_MAX);
  const floats z = (size > 15.0f ? (floats)15.0f : size) * 0.70710678f;
  const floats t = 1.0f / (1.0f + 0.5f * z);
  floats p = 0.17087277f;
  p = p * t - 0.82215223f;
  p = p * t + 1.48851587f;
  p = p * t - 1.13520398f;
  p = p * t + 0.27886807f;
  p = p * t - 0.18628806f;
  p = p * t + 0.09678418f;
  p = p * t + 0.37409196f;
  p = p * t + 1.00002368f;
  p = p * t - 1.26551223f;
  const floats tail = 0.5f * t * exponential_of(p - z * z);
  return x > 0.0f ? 1.0f - tail : tail;
}

static void gelu(const float *x, float *y, size_t n) {
  FOR_VECTORS(n, {
    const floats v = load(x + i, part);
    store(y + i, (v < -15.0f ? (floats)-15.0f : v) * normal_below(v), part);
  });
}

static void gelu_gradient(const float *x, float *g, size_t n) {
  FOR_VECTORS(n, {
    floats v = load(x + i, part);
    v = v > 15.0f ? (floats)15.0f : v;
    v = v < -15.0f ? (floats)-15.0f : v;
    const floats density = 0.39894228f * exponential_of(-0.5f * (v * v));
    store(g + i, load(g + i, part) * (v * density + normal_below(v)), part);
  });
}
