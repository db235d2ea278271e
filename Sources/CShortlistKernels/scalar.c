// The plain twin of every kernel. Sums are taken in double, so that what the vector sets are held
// to is better than they are.
#include "sets.h"

#include <math.h>

// --- products -----------------------------------------------------------------------------------

static float dot(const float *a, const float *b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)a[i] * b[i];
  return (float)sum;
}

static void dot_rows(const float *query, const float *rows, size_t ld, size_t count, size_t n,
                     float *out) {
  for (size_t i = 0; i < count; i++) out[i] = dot(query, rows + i * ld, n);
}

static size_t packed_size(size_t n, size_t k) { return n * k; }

// Packed is B itself, compact: element (p, j) at p * n + j.
static void pack(size_t n, size_t k, const float *b, size_t ldb, bool transposed, float *packed) {
  for (size_t p = 0; p < k; p++)
    for (size_t j = 0; j < n; j++) packed[p * n + j] = transposed ? b[j * ldb + p] : b[p * ldb + j];
}

static void product(size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column,
                    const float *packed, float *c, size_t ldc, bool accumulate, float *workspace) {
  (void)workspace;
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0;
      for (size_t p = 0; p < k; p++)
        sum += (double)a[i * a_row + p * a_column] * packed[p * n + j];
      c[i * ldc + j] = (accumulate ? c[i * ldc + j] : 0) + (float)sum;
    }
}

// --- rows ---------------------------------------------------------------------------------------

static float scale_bias_max(float *x, size_t n, float scale, const float *bias) {
  float largest = -INFINITY;
  for (size_t i = 0; i < n; i++) {
    x[i] = bias ? x[i] * scale + bias[i] : x[i] * scale;
    if (x[i] > largest) largest = x[i];
  }
  return largest;
}

static double exp_sum(float *x, size_t n, float shift) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    x[i] = expf(x[i] - shift);
    sum += x[i];
  }
  return sum;
}

static void exponential(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = expf(x[i]);
}

static void max_update(float *x, const float *y, uint8_t *which, uint8_t row, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (y[i] > x[i]) {
      x[i] = y[i];
      which[i] = row;
    }
}

static void axpy(float a, const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

static void scale(float a, float *x, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] *= a;
}

static void multiply(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] *= x[i];
}

static double sum_of_squares(const float *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * x[i];
  return sum;
}

static double sum(const float *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i];
  return sum;
}

// --- activations --------------------------------------------------------------------------------

static void relu(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = x[i] < 0 ? 0 : x[i];
}

static void sigmoid(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = (float)(1 / (1 + exp(-(double)x[i])));
}

static void hyperbolic_tangent(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = tanhf(x[i]);
}

// The normal distribution function, by erfc to keep the digits of the lower tail.
static double normal_below(double x) { return 0.5 * erfc(-x * M_SQRT1_2); }

static void gelu(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++)
    y[i] = x[i] == -INFINITY ? -0.0f : (float)(x[i] * normal_below(x[i]));
}

static void relu_gradient(const float *y, float *g, size_t n) {
  for (size_t i = 0; i < n; i++) g[i] = y[i] > 0 ? g[i] : 0;
}

static void sigmoid_gradient(const float *y, float *g, size_t n) {
  for (size_t i = 0; i < n; i++) g[i] *= y[i] * (1 - y[i]);
}

static void tanh_gradient(const float *y, float *g, size_t n) {
  for (size_t i = 0; i < n; i++) g[i] *= 1 - y[i] * y[i];
}

static void gelu_gradient(const float *x, float *g, size_t n) {
  const double density_at_0 = 0.39894228040143267794;
  for (size_t i = 0; i < n; i++) {
    double z = x[i];
    double tail = isinf(x[i]) ? 0 : z * density_at_0 * exp(-0.5 * z * z);
    g[i] *= (float)(normal_below(z) + tail);
  }
}

// --- optimizers ---------------------------------------------------------------------------------

static void adagrad(float *w, float *accumulator, const float *g, size_t n, float rate,
                    float epsilon) {
  for (size_t i = 0; i < n; i++) {
    accumulator[i] += g[i] * g[i];
    w[i] -= rate * g[i] / sqrtf(accumulator[i] + epsilon);
  }
}

static void adam(float *w, float *m, float *v, const float *g, size_t n, float alpha, float beta1,
                 float beta2, float epsilon) {
  for (size_t i = 0; i < n; i++) {
    m[i] += (g[i] - m[i]) * (1 - beta1);
    v[i] += (g[i] * g[i] - v[i]) * (1 - beta2);
    w[i] -= m[i] * alpha / (sqrtf(v[i]) + epsilon);
  }
}

static void momentum_step(float *w, float *velocity, const float *g, size_t n, float rate,
                          float momentum, bool nesterov) {
  for (size_t i = 0; i < n; i++) {
    velocity[i] = momentum * velocity[i] - rate * g[i];
    w[i] += nesterov ? momentum * velocity[i] - rate * g[i] : velocity[i];
  }
}

// --- selection ----------------------------------------------------------------------------------

static void count_greater(const float *x, size_t n, float threshold, size_t *greater,
                          size_t *equal) {
  size_t above = 0, same = 0;
  for (size_t i = 0; i < n; i++) {
    above += x[i] > threshold;
    same += x[i] == threshold;
  }
  *greater = above;
  *equal = same;
}

static size_t select_above(const float *x, size_t n, float threshold, uint32_t base, float *scores,
                     uint32_t *rows, size_t capacity, size_t *position) {
  size_t count = 0, i = *position;
  for (; i < n && count < capacity; i++)
    if (x[i] >= threshold) {
      scores[count] = x[i];
      rows[count++] = base + (uint32_t)i;
    }
  *position = i;
  return count;
}

// --- machine ------------------------------------------------------------------------------------

static double peak(size_t iterations) {
  float a[12];
  for (int j = 0; j < 12; j++) a[j] = (float)j;
  float factor = 0.999f, term = 0.001f;
  SL_OPAQUE(factor);
  SL_OPAQUE(term);
  for (size_t i = 0; i < iterations; i++)
    _Pragma("clang loop unroll(full)") for (int j = 0; j < 12; j++) {
      a[j] = a[j] * factor + term;
      SL_OPAQUE(a[j]);
    }
  double sum = 0;
  for (int j = 0; j < 12; j++) sum += a[j];
  return sum;
}

const sl_kernels sl_scalar_kernels = {
    .set = sl_scalar,
    .dot = dot,
    .dot_rows = dot_rows,
    .packed_size = packed_size,
    .pack = pack,
    .product = product,
    .workspace_size = 0,
    .scale_bias_max = scale_bias_max,
    .exp_sum = exp_sum,
    .exp = exponential,
    .max_update = max_update,
    .axpy = axpy,
    .scale = scale,
    .multiply = multiply,
    .sum_of_squares = sum_of_squares,
    .sum = sum,
    .relu = relu,
    .sigmoid = sigmoid,
    .tanh = hyperbolic_tangent,
    .gelu = gelu,
    .relu_gradient = relu_gradient,
    .sigmoid_gradient = sigmoid_gradient,
    .tanh_gradient = tanh_gradient,
    .gelu_gradient = gelu_gradient,
    .adagrad = adagrad,
    .adam = adam,
    .momentum = momentum_step,
    .count_greater = count_greater,
    .select = select_above,
    .peak = peak,
    .lanes = 1,
};
