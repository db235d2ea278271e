// Holds every instruction set that this processor has to the scalar one, over awkward sizes. Arrays
// lie between guards and off alignment. Run by scripts/test-arm64.sh under an emulator.
#include "shortlist_kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;
static const char *set_name;

static void expect(bool right, const char *what, size_t n, double got, double wanted) {
  if (right) {
    passed++;
    return;
  }
  failed++;
  printf("FAILED %s %s, n = %zu: %.9g, expected %.9g\n", set_name, what, n, got, wanted);
}

// --- arrays --------------------------------------------------------------------------------------

enum { guard = 40 };
static const float guard_value = 12345.5f;
static uint64_t state = 1;

static double uniform(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 11) / (double)(1ull << 53);
}

/// n floats in [low, high) one float off alignment, between guards.
static float *array(size_t n, double low, double high) {
  float *base = malloc((n + 2 * guard + 1) * sizeof(float));
  float *x = base + guard + 1;
  for (size_t i = 0; i < guard; i++) x[n + i] = x[-1 - (ptrdiff_t)i] = guard_value;
  for (size_t i = 0; i < n; i++) x[i] = (float)(low + (high - low) * uniform());
  return x;
}

static float *copy(const float *x, size_t n) {
  float *y = array(n, 0, 0);
  memcpy(y, x, n * sizeof(float));
  return y;
}

static void release(float *x) { free(x - guard - 1); }

static bool guarded(const float *x, size_t n) {
  for (size_t i = 0; i < guard; i++)
    if (x[n + i] != guard_value || x[-1 - (ptrdiff_t)i] != guard_value) return false;
  return true;
}

static bool close(float got, float wanted, double relative, double absolute) {
  if (isnan(wanted) || isinf(wanted)) return isnan(wanted) ? isnan(got) : got == wanted;
  return fabs((double)got - wanted) <= relative * fabs(wanted) + absolute;
}

/// Compares and releases both.
static void expect_close(const char *what, float *got, float *wanted, size_t n, double relative,
                         double absolute) {
  size_t worst = n;
  for (size_t i = 0; i < n && worst == n; i++)
    if (!close(got[i], wanted[i], relative, absolute)) worst = i;
  expect(worst == n, what, n, worst < n ? got[worst] : 0, worst < n ? wanted[worst] : 0);
  expect(guarded(got, n), "writes outside its output:", n, 0, 0);
  release(got);
  release(wanted);
}

// --- kernels -------------------------------------------------------------------------------------

static const sl_kernels *set, *scalar;

static void special(float *x, size_t n) {
  static const float values[] = {0, -0.0f, INFINITY, -INFINITY, NAN, 1e-30f, -1e-30f, 88.7f,
                                 -87.4f, -100, -104, 200, -200, 0.624f, 0.626f, -15.5f, 1e30f};
  for (size_t i = 0; i < n && n >= 3; i += 3)
    x[i] = values[(size_t)(uniform() * sizeof values / sizeof *values)];
}

static float *product_of(const sl_kernels *kernels, size_t m, size_t n, size_t k, const float *a,
                         size_t a_row, size_t a_column, const float *b, size_t ldb, bool transposed,
                         const float *c, size_t ldc, bool accumulate) {
  float *packed = array(kernels->packed_size(n, k), 0, 0);
  float *workspace = array(kernels->workspace_size, NAN, NAN);
  float *out = copy(c, m * ldc);
  kernels->pack(n, k, b, ldb, transposed, packed);
  expect(guarded(packed, kernels->packed_size(n, k)), "pack writes outside:", n, 0, 0);
  kernels->product(m, n, k, a, a_row, a_column, packed, out, ldc, accumulate, workspace);
  expect(guarded(workspace, kernels->workspace_size), "product leaves its workspace:", m, 0, 0);
  release(packed);
  release(workspace);
  return out;
}

static void test_product(size_t m, size_t n, size_t k, int kind) {
  const bool a_transposed = kind & 1, b_transposed = kind & 2, accumulate = kind & 4;
  const size_t far = kind & 8 ? 600 : 3;
  const size_t lda = (a_transposed ? m : k) + far, ldb = (b_transposed ? k : n) + 2, ldc = n + 5;
  float *a = array((a_transposed ? k : m) * lda, -1, 1);
  float *b = array((b_transposed ? n : k) * ldb, -1, 1);
  float *c = array(m * ldc, -1, 1);
  const size_t a_row = a_transposed ? 1 : lda, a_column = a_transposed ? lda : 1;
  float *got = product_of(set, m, n, k, a, a_row, a_column, b, ldb, b_transposed, c, ldc, accumulate);
  float *wanted =
      product_of(scalar, m, n, k, a, a_row, a_column, b, ldb, b_transposed, c, ldc, accumulate);
  if (m > 1) {
    // A row alone has the same bits.
    const size_t row = m - 1;
    float *alone = product_of(set, 1, n, k, a + row * a_row, a_row, a_column, b, ldb, b_transposed,
                              c + row * ldc, ldc, accumulate);
    expect(!memcmp(alone, got + row * ldc, n * sizeof(float)), "product of a row alone", n, 0, 0);
    release(alone);
  }
  // Elements between the rows (from n to ldc) are compared too: they must be as before. The bound is
  // k roundings of terms below 1, and one of the result.
  expect_close("product", got, wanted, m * ldc, 1.2e-7, 6e-8 * (double)k * sqrt((double)k + 1) + 1e-7);
  release(a);
  release(b);
  release(c);
}

static void test_rows(size_t n) {
  float *a = array(n, -1, 1), *b = array(n, -1, 1);
  expect(close(set->dot(a, b, n), scalar->dot(a, b, n), 1e-6, 6e-8 * (double)n), "dot", n,
         set->dot(a, b, n), scalar->dot(a, b, n));
  const double sum = set->sum(a, n), squares = set->sum_of_squares(a, n);
  expect(fabs(sum - scalar->sum(a, n)) <= 1e-12 * (double)n, "sum", n, sum, scalar->sum(a, n));
  expect(fabs(squares - scalar->sum_of_squares(a, n)) <= 1e-12 * (double)n, "sum_of_squares", n,
         squares, scalar->sum_of_squares(a, n));

  for (size_t count = 0; count < 8; count++) {
    float *rows = array(count * (n + 3), -1, 1), *got = array(count, 0, 0), *alone = array(count, 0, 0);
    set->dot_rows(a, rows, n + 3, count, n, got);
    for (size_t i = 0; i < count; i++) alone[i] = set->dot(a, rows + i * (n + 3), n);
    expect_close("dot_rows", got, alone, count, 0, 0);
    release(rows);
  }

  for (int biased = 0; biased < 2; biased++) {
    float *x = copy(a, n), *y = copy(a, n);
    const float *bias = biased ? b : NULL;
    const float p = set->scale_bias_max(x, n, 1.7f, bias), q = scalar->scale_bias_max(y, n, 1.7f, bias);
    expect(close(p, q, 2e-7, 1e-7), "scale_bias_max", n, p, q);
    expect_close("scale_bias_max", x, y, n, 2e-7, 1e-7);
  }

  float *x = copy(a, n), *y = copy(a, n);
  const double p = set->exp_sum(x, n, 0.25f), q = scalar->exp_sum(y, n, 0.25f);
  expect(fabs(p - q) <= 2e-7 * q, "exp_sum", n, p, q);
  expect_close("exp_sum", x, y, n, 2.4e-7, 0);

  uint8_t which[2][300];
  memset(which, 9, sizeof which);
  x = copy(a, n), y = copy(a, n);
  special(b, n);
  set->max_update(x, b, which[0], 77, n);
  scalar->max_update(y, b, which[1], 77, n);
  expect(!memcmp(which[0], which[1], sizeof which[0]), "max_update", n, 0, 0);
  expect_close("max_update", x, y, n, 0, 0);

  x = copy(a, n), y = copy(a, n);
  set->axpy(0.3f, b, x, n);
  scalar->axpy(0.3f, b, y, n);
  expect_close("axpy", x, y, n, 2e-7, 1e-7);
  x = copy(a, n), y = copy(a, n);
  set->scale(0.3f, x, n);
  scalar->scale(0.3f, y, n);
  expect_close("scale", x, y, n, 0, 0);
  x = copy(a, n), y = copy(a, n);
  set->multiply(b, x, n);
  scalar->multiply(b, y, n);
  expect_close("multiply", x, y, n, 0, 0);
  release(a);
  release(b);
}

typedef void (*activation)(const float *, float *, size_t);

static void test_activation(const char *name, activation got, activation wanted, size_t n,
                            bool gradient, double relative, double absolute) {
  for (int in_place = 0; in_place < 2; in_place++) {
    float *x = array(n, -12, 12);
    special(x, n);
    float *p = gradient ? array(n, -1, 1) : in_place ? copy(x, n) : array(n, 0, 0);
    float *q = gradient ? copy(p, n) : array(n, 0, 0);
    got(in_place && !gradient ? p : x, p, n);
    wanted(x, q, n);
    expect_close(name, p, q, n, relative, absolute);
    release(x);
  }
}

static void test_activations(size_t n) {
#define ACTIVATION(name, gradient, relative, absolute) \
  test_activation(#name, set->name, scalar->name, n, gradient, relative, absolute)
  ACTIVATION(exp, false, 2.4e-7, 2e-45);
  ACTIVATION(relu, false, 0, 0);
  ACTIVATION(sigmoid, false, 6e-7, 1e-38);
  ACTIVATION(tanh, false, 3e-7, 0);
  ACTIVATION(gelu, false, 1e-6, 2e-7);
  ACTIVATION(relu_gradient, true, 0, 0);
  ACTIVATION(sigmoid_gradient, true, 4e-7, 1e-6);
  ACTIVATION(tanh_gradient, true, 4e-7, 1e-5);
  ACTIVATION(gelu_gradient, true, 1e-6, 4e-7);
}

static void test_optimizers(size_t n) {
  float *w = array(n, -1, 1), *s = array(n, 0, 1), *t = array(n, 0, 1), *g = array(n, -1, 1);
  float *w1 = copy(w, n), *w2 = copy(w, n), *s1 = copy(s, n), *s2 = copy(s, n);
  set->adagrad(w1, s1, g, n, 0.1f, 1e-7f);
  scalar->adagrad(w2, s2, g, n, 0.1f, 1e-7f);
  expect_close("adagrad", w1, w2, n, 5e-7, 1e-7);
  expect_close("adagrad", s1, s2, n, 2e-7, 0);
  float *t1 = copy(t, n), *t2 = copy(t, n);
  w1 = copy(w, n), w2 = copy(w, n), s1 = copy(s, n), s2 = copy(s, n);
  set->adam(w1, s1, t1, g, n, 0.01f, 0.9f, 0.999f, 1e-7f);
  scalar->adam(w2, s2, t2, g, n, 0.01f, 0.9f, 0.999f, 1e-7f);
  expect_close("adam", w1, w2, n, 5e-7, 1e-7);
  expect_close("adam", s1, s2, n, 3e-7, 1e-7);
  expect_close("adam", t1, t2, n, 3e-7, 0);
  for (int nesterov = 0; nesterov < 2; nesterov++) {
    w1 = copy(w, n), w2 = copy(w, n), s1 = copy(s, n), s2 = copy(s, n);
    set->momentum(w1, s1, g, n, 0.1f, 0.9f, nesterov);
    scalar->momentum(w2, s2, g, n, 0.1f, 0.9f, nesterov);
    expect_close("momentum", w1, w2, n, 5e-7, 2e-7);
    expect_close("momentum", s1, s2, n, 3e-7, 1e-7);
  }
  release(w);
  release(s);
  release(t);
  release(g);
}

static void test_selection(size_t n) {
  float *x = array(n, -1, 1);
  for (size_t i = 0; i < n; i += 4) x[i] = 0.25f;
  special(x, n);
  const float thresholds[] = {-INFINITY, -0.5f, 0.25f, 0.99f, INFINITY, NAN};
  for (size_t t = 0; t < sizeof thresholds / sizeof *thresholds; t++) {
    size_t got[2], wanted[2];
    set->count_greater(x, n, thresholds[t], &got[0], &got[1]);
    scalar->count_greater(x, n, thresholds[t], &wanted[0], &wanted[1]);
    expect(!memcmp(got, wanted, sizeof got), "count_greater", n, (double)got[0], (double)wanted[0]);

    float *scores = array(64, 0, 0);
    uint32_t rows[65] = {[64] = 4242};
    size_t position = 0, next = 0, mistakes = 0;
    while (position < n) {
      const size_t before = position;
      const size_t count = set->select(x, n, thresholds[t], 100, scores, rows, 64, &position);
      if (position == before || count > 64) {
        mistakes++;
        break;
      }
      for (size_t i = 0; i < count; i++, next++) {
        while (next < n && !(x[next] >= thresholds[t])) next++;
        mistakes += next >= position || rows[i] != 100 + next || scores[i] != x[next];
      }
    }
    for (; next < n; next++) mistakes += x[next] >= thresholds[t];
    expect(!mistakes && guarded(scores, 64) && rows[64] == 4242, "select", n, (double)mistakes, 0);
    release(scores);
  }
  release(x);
}

static uint8_t *bytes_of(size_t n) {
  uint8_t *x = malloc(n + 64);
  for (size_t i = 0; i < n + 64; i++) x[i] = (uint8_t)(uniform() * 256);
  return x;
}

/// Codes of product quantisation: tables, scans from and to any position, the choice of codes.
static void test_codes(size_t count, size_t blocks, size_t width) {
  const size_t quads = (blocks + 3) / 4, groups = (count + 31) / 32;
  float *query = array(blocks * width, -1, 1), *centers = array(blocks * width * 16, -1, 1);
  float *products = array(blocks * 16, 0, 0), scale[2], bias[2];
  uint8_t *tables[2] = {bytes_of(quads * 64), bytes_of(quads * 64)};
  set->code_table(query, centers, blocks, width, products, tables[0], &scale[0], &bias[0]);
  expect(guarded(products, blocks * 16), "code_table writes outside:", blocks, 0, 0);
  scalar->code_table(query, centers, blocks, width, products, tables[1], &scale[1], &bias[1]);
  size_t mistakes = 0;
  for (size_t i = 0; i < quads * 64; i++) mistakes += abs(tables[0][i] - tables[1][i]) > 1;
  expect(!mistakes && close(scale[0], scale[1], 1e-5, 0) && close(bias[0], bias[1], 1e-5, 1e-5),
         "code_table", blocks, (double)mistakes, 0);

  uint8_t *codes = bytes_of(groups * quads * 64);
  const size_t starts[] = {0, count / 3, count ? count - 1 : 0};
  for (size_t s = 0; s < 3; s++)
    for (size_t end = starts[s]; end <= count; end += 1 + count / 2) {
      const size_t room = end - starts[s] + 32;
      float *scores[2] = {array(room, 0, 0), array(room, 0, 0)};
      uint32_t *positions = malloc(2 * room * sizeof(uint32_t));
      for (int t = 0; t < 2; t++) {
        const float threshold = t ? 0.1f * 128 * (float)blocks - 3 : -INFINITY;
        const size_t got = set->code_scan(codes, quads, starts[s], end, tables[1], 0.1f, -3, threshold,
                                          scores[0], positions);
        const size_t wanted = scalar->code_scan(codes, quads, starts[s], end, tables[1], 0.1f, -3,
                                                threshold, scores[1], positions + room);
        expect(got == wanted && !memcmp(positions, positions + room, got * sizeof(uint32_t)) &&
                   !memcmp(scores[0], scores[1], got * sizeof(float)) && guarded(scores[0], room),
               "code_scan", end, (double)got, (double)wanted);
      }
      release(scores[0]);
      release(scores[1]);
      free(positions);
    }

  float *direction = array(blocks * width, -0.2, 0.2);
  uint8_t *chosen = bytes_of(blocks);
  float loss[2];
  for (int which = 0; which < 2; which++) {
    (which ? scalar : set)->code_choose(query, direction, centers, blocks, width, 3, 4, chosen);
    float squares = 0, along = 0;
    for (size_t i = 0; i < blocks * width; i++) {
      const float error = query[i] - centers[i * 16 + (chosen[i / width] & 15)];
      squares += error * error;
      along += error * direction[i];
    }
    loss[which] = squares + 3 * along * along;
  }
  expect(close(loss[0], loss[1], 1e-4, 1e-6), "code_choose", blocks, loss[0], loss[1]);
  free(chosen);
  free(codes);
  free(tables[0]);
  free(tables[1]);
  release(query);
  release(centers);
  release(products);
  release(direction);
}

/// Rows that lie apart, of floats, bytes and halves; products of bytes.
static void test_gather(size_t n) {
  enum { rows = 40, count = 19 };
  const size_t ld = n + 3;
  float *query = array(n, -1, 1), *base = array(rows * ld, -1, 1);
  int8_t *narrow = (int8_t *)bytes_of(rows * ld), *narrow_query = (int8_t *)bytes_of(n);
  uint16_t *halves = malloc((rows * ld + 32) * sizeof(uint16_t));
  for (size_t i = 0; i < rows * ld; i++) {
    uint32_t bits;
    memcpy(&bits, base + i, sizeof bits);
    halves[i] = (uint16_t)(bits >> 16);
  }
  uint32_t order[count];
  for (uint32_t i = 0; i < count; i++) order[i] = (i * 7 + 3) % rows;
#define GATHER(kernel, base, order, absolute)                                     \
  do {                                                                            \
    float *got = array(count, 0, 0), *wanted = array(count, 0, 0);                \
    set->kernel(query, base, ld, order, count, n, got);                           \
    scalar->kernel(query, base, ld, order, count, n, wanted);                     \
    expect_close(#kernel, got, wanted, count, 1e-5, absolute);                    \
  } while (0)
  GATHER(dot_gather, base, order, 1e-4);
  GATHER(dot_gather_bytes, narrow, order, 1e-2);
  GATHER(dot_gather_bytes, narrow, NULL, 1e-2);
  GATHER(dot_gather_halves, halves, order, 1e-4);
  GATHER(dot_gather_halves, halves, NULL, 1e-4);
  int32_t products[2][count];
  set->dot_rows_bytes(narrow_query, narrow, ld, count, n, products[0]);
  scalar->dot_rows_bytes(narrow_query, narrow, ld, count, n, products[1]);
  expect(!memcmp(products[0], products[1], sizeof products[0]), "dot_rows_bytes", n, products[0][0],
         products[1][0]);
  free(narrow);
  free(narrow_query);
  free(halves);
  release(query);
  release(base);
}

/// The largest, and the places of the best.
static void test_best(size_t n) {
  float *x = array(n, -4, 4), *y = array(n, -4, 4), *z = array(n, -4, 4);
  for (size_t i = 0; i < n; i += 3) x[i] = floorf(x[i]) + 0.0f;
  for (size_t k = 1; k <= n; k += 1 + n / 3) {
    float *got = copy(x, n), *wanted = copy(x, n);
    uint32_t *places = malloc(2 * n * sizeof(uint32_t));
    for (uint32_t i = 0; i < n; i++) places[i] = places[n + i] = i;
    const float p = set->keep_largest(got, places, n, k), q = scalar->keep_largest(wanted, places + n, n, k);
    expect(p == q && !memcmp(got, wanted, k * sizeof(float)) &&
               !memcmp(places, places + n, k * sizeof(uint32_t)) && guarded(got, n),
           "keep_largest", n, p, q);
    release(got);
    release(wanted);
    free(places);
  }
  if (n > 1) {
    const size_t a = set->argmax(x, y, n), b = scalar->argmax(x, y, n);
    expect(a == b, "argmax", n, (double)a, (double)b);
    const size_t c = set->argmin_spill(x, y, z, n, 0.5f, 2, n / 2);
    const size_t d = scalar->argmin_spill(x, y, z, n, 0.5f, 2, n / 2);
    expect(c == d, "argmin_spill", n, (double)c, (double)d);
  }
  release(x);
  release(y);
  release(z);
}

static void test_set(void) {
  const size_t lanes = set->lanes;
  const size_t sizes[] = {0, 1, 2, 3, lanes - 1, lanes, lanes + 1, 2 * lanes, 3 * lanes + 5, 64, 67, 130, 257};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    test_rows(sizes[i]);
    test_activations(sizes[i]);
    test_optimizers(sizes[i]);
    test_selection(sizes[i]);
    test_gather(sizes[i]);
    test_best(sizes[i]);
  }
  const size_t codes[][3] = {{1, 1, 1}, {31, 4, 2}, {33, 5, 2}, {200, 50, 2}, {97, 9, 3}, {64, 300, 1}};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    test_codes(codes[i][0], codes[i][1], codes[i][2]);
  const size_t shapes[][3] = {{0, 3, 2},   {3, 0, 2},    {3, 2, 0},   {1, 1, 1},    {1, 5, 3},
                              {1, 300, 7}, {2, 17, 9},   {5, 33, 31}, {7, 15, 255}, {13, 31, 257},
                              {15, 65, 64}, {29, 64, 32}, {64, 16, 600}, {230, 34, 70}, {3, 2100, 40}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (int kind = 0; kind < 16; kind++) test_product(shapes[i][0], shapes[i][1], shapes[i][2], kind);
  expect(isfinite(set->peak(100)), "peak", 100, 0, 0);
}

int main(void) {
  static const char *names[] = {"scalar", "portable", "avx2", "avx512", "avx512_vnni"};
  scalar = sl_kernels_for(sl_scalar);
  for (int which = sl_scalar; which <= sl_avx512_vnni; which++) {
    set = sl_kernels_for((sl_instruction_set)which);
    set_name = names[which];
    if (set) test_set();
  }
  set_name = "crc32c";
  uint8_t bytes[100];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(uniform() * 256);
  expect(sl_crc32c(0, "123456789", 9) == 0xE3069283, "check value", 9, 0, 0);
  expect(sl_crc32c_scalar(0, "123456789", 9) == 0xE3069283, "check value", 9, 0, 0);
  for (size_t n = 0; n < 90; n++)
    expect(sl_crc32c(7, bytes + n % 9, n) == sl_crc32c_scalar(7, bytes + n % 9, n), "bytes", n, 0, 0);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
