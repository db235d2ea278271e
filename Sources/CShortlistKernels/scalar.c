// The plain twin of every kernel. Sums are taken in double, so that what the vector sets are held
// to is better than they are.
#include "sets.h"

#include <math.h>
#include <string.h>

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

// --- codes --------------------------------------------------------------------------------------

static void code_table(const float *query, const float *centers, size_t blocks, size_t width,
                       float *products, uint8_t *table, float *scale, float *bias) {
  float widest = 0, least = 0;
  for (size_t block = 0; block < blocks; block++) {
    float low = INFINITY, high = -INFINITY;
    for (size_t c = 0; c < 16; c++) {
      float sum = 0;
      for (size_t j = 0; j < width; j++)
        sum = fmaf(query[block * width + j], centers[(block * width + j) * 16 + c], sum);
      products[block * 16 + c] = sum;
      low = fminf(low, sum);
      high = fmaxf(high, sum);
    }
    for (size_t c = 0; c < 16; c++) products[block * 16 + c] -= low;
    widest = fmaxf(widest, high - low);
    least += low;
  }
  const float step = widest > 0 ? widest / 255 : 1, factor = 1 / step;
  for (size_t i = 0; i < (blocks + 3) / 4 * 64; i++)
    table[i] = i < blocks * 16 ? (uint8_t)(products[i] * factor + 0.5f) : 0;
  *scale = step;
  *bias = least;
}

static size_t code_scan(const uint8_t *codes, size_t quads, size_t start, size_t end,
                        const uint8_t *table, float scale, float offset, float threshold,
                        float *scores, uint32_t *positions) {
  size_t count = 0;
  for (size_t position = start; position < end; position++) {
    const size_t vector = position % 32;
    const uint8_t *group = codes + position / 32 * quads * 64;
    uint32_t sum = 0;
    for (size_t block = 0; block < quads * 4; block++) {
      const uint8_t pair = group[block / 4 * 64 + vector % 16 * 4 + block % 4];
      sum += table[block * 16 + (vector < 16 ? pair & 15 : pair >> 4)];
    }
    const float score = fmaf((float)sum, scale, offset);
    if (score >= threshold) {
      scores[count] = score;
      positions[count++] = (uint32_t)position;
    }
  }
  return count;
}

static void code_choose(const float *residual, const float *direction, const float *centers,
                        size_t blocks, size_t width, float weight, size_t rounds, uint8_t *codes) {
  float along = 0;
  // Round 0 takes the nearest centres; what a block's error has along the direction counts from then on.
  for (size_t round = 0; round <= rounds; round++) {
    size_t changes = 0;
    float exact = 0;
    for (size_t block = 0; block < blocks; block++) {
      float part[16], cost[16];
      for (size_t c = 0; c < 16; c++) {
        cost[c] = part[c] = 0;
        for (size_t j = block * width; j < (block + 1) * width; j++) {
          const float error = residual[j] - centers[j * 16 + c];
          cost[c] = fmaf(error, error, cost[c]);
          part[c] = fmaf(direction[j], error, part[c]);
        }
      }
      const float others = round > 0 ? along - part[codes[block]] : 0;
      size_t best = 0;
      for (size_t c = 0; c < 16 && round > 0; c++)
        cost[c] = fmaf(weight, (part[c] + others) * (part[c] + others), cost[c]);
      for (size_t c = 1; c < 16; c++)
        if (cost[c] < cost[best]) best = c;
      changes += round == 0 || best != codes[block];
      if (round > 0) along = others + part[best];
      codes[block] = (uint8_t)best;
      exact += part[best];
    }
    along = exact;
    if (changes == 0) break;
  }
}

static void dot_gather(const float *query, const float *base, size_t ld, const uint32_t *rows,
                       size_t count, size_t n, float *out) {
  for (size_t i = 0; i < count; i++) out[i] = dot(query, base + rows[i] * ld, n);
}

static void dot_gather_bytes(const float *query, const int8_t *base, size_t ld,
                             const uint32_t *rows, size_t count, size_t n, float *out) {
  for (size_t i = 0; i < count; i++) {
    double sum = 0;
    for (size_t j = 0; j < n; j++) sum += (double)query[j] * base[(rows ? rows[i] : i) * ld + j];
    out[i] = (float)sum;
  }
}

static void dot_gather_halves(const float *query, const uint16_t *base, size_t ld,
                              const uint32_t *rows, size_t count, size_t n, float *out) {
  for (size_t i = 0; i < count; i++) {
    double sum = 0;
    for (size_t j = 0; j < n; j++) {
      const uint32_t bits = (uint32_t)base[(rows ? rows[i] : i) * ld + j] << 16;
      float value;
      memcpy(&value, &bits, sizeof value);
      sum += (double)query[j] * value;
    }
    out[i] = (float)sum;
  }
}

static void dot_rows_bytes(const int8_t *query, const int8_t *rows, size_t ld, size_t count,
                           size_t n, int32_t *out) {
  for (size_t i = 0; i < count; i++) {
    out[i] = 0;
    for (size_t j = 0; j < n; j++) out[i] += query[j] * rows[i * ld + j];
  }
}

static float keep_largest(float *scores, uint32_t *positions, size_t n, size_t k) {
  // The least of the kept goes, the last of equals, until k are left.
  while (n > k) {
    size_t worst = 0;
    for (size_t i = 1; i < n; i++)
      if (scores[i] <= scores[worst]) worst = i;
    memmove(scores + worst, scores + worst + 1, (n - worst - 1) * sizeof *scores);
    memmove(positions + worst, positions + worst + 1, (n - worst - 1) * sizeof *positions);
    n--;
  }
  float least = INFINITY;
  for (size_t i = 0; i < n; i++) least = fminf(least, scores[i]);
  return least;
}

static size_t argmax(const float *x, const float *bias, size_t n) {
  size_t best = 0;
  for (size_t i = 1; i < n; i++)
    if (x[i] + bias[i] > x[best] + bias[best]) best = i;
  return best;
}

static size_t argmin_spill(const float *x, const float *along, const float *squares, size_t n,
                           float target, float lambda, size_t exclude) {
  size_t best = exclude == 0 ? 1 : 0;
  float least = INFINITY;
  for (size_t i = 0; i < n; i++) {
    const float off = target - along[i];
    const float cost = fmaf(lambda, off * off, fmaf(-2.0f, x[i], squares[i]));
    if (i != exclude && cost < least) {
      least = cost;
      best = i;
    }
  }
  return best;
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
    .code_table = code_table,
    .code_scan = code_scan,
    .code_choose = code_choose,
    .dot_gather = dot_gather,
    .dot_gather_bytes = dot_gather_bytes,
    .dot_gather_halves = dot_gather_halves,
    .dot_rows_bytes = dot_rows_bytes,
    .keep_largest = keep_largest,
    .argmax = argmax,
    .argmin_spill = argmin_spill,
    .peak = peak,
    .lanes = 1,
};
