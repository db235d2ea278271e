// Numeric kernels over row-major Float matrices. Nothing here allocates, keeps state, or starts a
// thread. Every entry exists once per instruction set; `sl_scalar` is the plain twin that tests hold
// the others to.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

typedef enum sl_instruction_set {
  sl_scalar = 0,    // plain C loops, the oracle
  sl_portable = 1,  // clang vectors of 4 floats: SSE2 or NEON
  sl_avx2 = 2,      // AVX2 and FMA
  sl_avx512 = 3,    // AVX-512 F, BW, DQ, VL
  sl_avx512_vnni = 4,  // the same with VBMI and VNNI
} sl_instruction_set;

/// Lengths are counts of floats unless said otherwise; `ld` is the distance between rows in floats.
/// Pointers need no alignment. Inputs and outputs overlap only where "in place" is said.
typedef struct sl_kernels {
  sl_instruction_set set;

  // --- products -------------------------------------------------------------------------------
  /// The sum over i of a[i] * b[i].
  float (*dot)(const float *a, const float *b, size_t n);
  /// out[i] = dot(query, rows + i * ld) for i in 0..<count.
  void (*dot_rows)(const float *query, const float *rows, size_t ld, size_t count, size_t n,
                   float *out);
  /// Floats of scratch that `pack` writes for a k x n right factor.
  size_t (*packed_size)(size_t n, size_t k);
  /// Packs the right factor of a product. B is k x n, row-major with distance ldb; with `transposed`,
  /// B is given as n x k and packed as its transpose.
  void (*pack)(size_t n, size_t k, const float *b, size_t ldb, bool transposed, float *packed);
  /// C = A B, or C += A B with `accumulate`. A is m x k with element (i, p) at a[i * a_row + p * a_column]
  /// (so a transposed A needs no copy), packed comes from `pack`, C is m x n. `workspace` has
  /// `workspace_size` floats. The sum over k is taken in the same order for every m and n.
  void (*product)(size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column,
                  const float *packed, float *c, size_t ldc, bool accumulate, float *workspace);
  size_t workspace_size;

  // --- rows -----------------------------------------------------------------------------------
  /// x[i] = x[i] * scale + bias[i], in place; returns the largest. `bias` may be NULL (zeros).
  float (*scale_bias_max)(float *x, size_t n, float scale, const float *_Nullable bias);
  /// x[i] = exp(x[i] - shift), in place; returns the sum (accumulated in double). -inf gives 0.
  double (*exp_sum)(float *x, size_t n, float shift);
  /// y[i] = exp(x[i]); x and y may be the same.
  void (*exp)(const float *x, float *y, size_t n);
  /// x[i] = max(x[i], y[i]) in place; which[i] = row where y won (strictly greater).
  void (*max_update)(float *x, const float *y, uint8_t *which, uint8_t row, size_t n);
  /// y += a * x.
  void (*axpy)(float a, const float *x, float *y, size_t n);
  /// x *= a, in place.
  void (*scale)(float a, float *x, size_t n);
  /// y[i] *= x[i], in place.
  void (*multiply)(const float *x, float *y, size_t n);
  /// The sum of squares, accumulated in double.
  double (*sum_of_squares)(const float *x, size_t n);
  /// The sum, accumulated in double.
  double (*sum)(const float *x, size_t n);

  // --- activations ------------------------------------------------------------------------------
  /// y = activation(x). y and x may be the same.
  void (*relu)(const float *x, float *y, size_t n);
  void (*sigmoid)(const float *x, float *y, size_t n);
  void (*tanh)(const float *x, float *y, size_t n);
  /// The exact form, x * (1 + erf(x / sqrt 2)) / 2.
  void (*gelu)(const float *x, float *y, size_t n);
  /// g[i] *= derivative, in place. relu, sigmoid and tanh take their own output y, gelu its input x.
  void (*relu_gradient)(const float *y, float *g, size_t n);
  void (*sigmoid_gradient)(const float *y, float *g, size_t n);
  void (*tanh_gradient)(const float *y, float *g, size_t n);
  void (*gelu_gradient)(const float *x, float *g, size_t n);

  // --- optimizers, Keras's arithmetic -------------------------------------------------------------
  /// accumulator += g * g; w -= rate * g / sqrt(accumulator + epsilon).
  void (*adagrad)(float *w, float *accumulator, const float *g, size_t n, float rate,
                  float epsilon);
  /// m += (g - m) * (1 - beta1); v += (g * g - v) * (1 - beta2); w -= m * alpha / (sqrt(v) + epsilon),
  /// with alpha = rate * sqrt(1 - beta2^t) / (1 - beta1^t) given by the caller.
  void (*adam)(float *w, float *m, float *v, const float *g, size_t n, float alpha, float beta1,
               float beta2, float epsilon);
  /// velocity = momentum * velocity - rate * g; w += nesterov ? momentum * velocity - rate * g : velocity.
  void (*momentum)(float *w, float *velocity, const float *g, size_t n, float rate, float momentum,
                   bool nesterov);

  // --- selection --------------------------------------------------------------------------------
  /// How many x[i] are greater than `threshold`, and how many are equal to it. NaN is neither.
  void (*count_greater)(const float *x, size_t n, float threshold, size_t *greater, size_t *equal);
  /// Appends every x[i] >= threshold, from i = *position on, to scores/rows (row = base + i), until
  /// `capacity` might be exceeded; sets *position to the first i not looked at; returns the count.
  /// `capacity` is at least 64.
  size_t (*select)(const float *x, size_t n, float threshold, uint32_t base, float *scores,
                   uint32_t *rows, size_t capacity, size_t *position);

  // --- codes of product quantisation ------------------------------------------------------------
  // A vector's code has `blocks` entries of 4 bits; `width` dimensions make a block, with 16 centres:
  // element j of centre c of block b stands at centers[(b * width + j) * 16 + c]. Packed codes come in
  // groups of 32 vectors with quads = (blocks + 3) / 4 times 64 bytes: byte 4 v + s of quad q has the
  // entry of block 4 q + s of vector v in its low bits and that of vector v + 16 in its high bits.

  /// The inner products of a query with all centres, as bytes: product ~ least + scale * byte, the sum
  /// over blocks ~ bias + scale * the sum of bytes. `products` is scratch of 16 * blocks floats,
  /// `table` gets 64 * quads bytes.
  void (*code_table)(const float *query, const float *centers, size_t blocks, size_t width,
                     float *products, uint8_t *table, float *scale, float *bias);
  /// For each position in start..<end with offset + scale * (the sum of its bytes) >= threshold, in
  /// order: appends score and position; returns how many. Both have room for end - start + 32.
  size_t (*code_scan)(const uint8_t *codes, size_t quads, size_t start, size_t end,
                      const uint8_t *table, float scale, float offset, float threshold,
                      float *scores, uint32_t *positions);
  /// Chooses the code of a residual that makes |e|^2 + weight * (e . direction)^2 small, e being what
  /// the code leaves over: nearest centres first, then block by block until `rounds` or nothing changes.
  void (*code_choose)(const float *residual, const float *direction, const float *centers,
                      size_t blocks, size_t width, float weight, size_t rounds, uint8_t *codes);

  // --- rows that lie apart, bytes and halves ----------------------------------------------------
  /// out[i] = dot(query, base + rows[i] * ld). Rows ahead are prefetched.
  void (*dot_gather)(const float *query, const float *base, size_t ld, const uint32_t *rows,
                     size_t count, size_t n, float *out);
  /// The same with rows of signed bytes, and of bfloat16; without `rows`, the first `count`.
  void (*dot_gather_bytes)(const float *query, const int8_t *base, size_t ld,
                           const uint32_t *_Nullable rows, size_t count, size_t n, float *out);
  void (*dot_gather_halves)(const float *query, const uint16_t *base, size_t ld,
                            const uint32_t *_Nullable rows, size_t count, size_t n, float *out);
  /// out[i] = the inner product of bytes, exact. n is less than 2^17.
  void (*dot_rows_bytes)(const int8_t *query, const int8_t *rows, size_t ld, size_t count,
                         size_t n, int32_t *out);

  // --- the best of many -------------------------------------------------------------------------
  /// Moves the k largest of n scores and their positions to the front, keeping their order; of equal
  /// scores at the bound the first stay. Returns the least that stayed. 0 < k <= n; no NaN.
  float (*keep_largest)(float *scores, uint32_t *positions, size_t n, size_t k);
  /// The first i with the largest x[i] + bias[i]. n > 0.
  size_t (*argmax)(const float *x, const float *bias, size_t n);
  /// The first i other than `exclude` with the least squares[i] - 2 x[i] + lambda (target - along[i])^2.
  /// n > 1.
  size_t (*argmin_spill)(const float *x, const float *along, const float *squares, size_t n,
                         float target, float lambda, size_t exclude);

  // --- machine ----------------------------------------------------------------------------------
  /// Runs 24 * lanes * iterations floating-point operations in registers, for measuring the peak;
  /// returns a value that depends on all of them.
  double (*peak)(size_t iterations);
  size_t lanes;
} sl_kernels;

/// The kernels of an instruction set, or NULL where this processor or build lacks it.
const sl_kernels *_Nullable sl_kernels_for(sl_instruction_set set);
/// The fastest set this processor runs.
const sl_kernels *sl_kernels_best(void);

/// CRC-32C (Castagnoli) of n bytes, continuing from `crc` (0 to start). Hardware instruction where
/// there is one; `sl_crc32c_scalar` is the table-driven twin.
uint32_t sl_crc32c(uint32_t crc, const void *bytes, size_t n);
uint32_t sl_crc32c_scalar(uint32_t crc, const void *bytes, size_t n);
/// The checksums of two pieces that have nothing to do with each other, in less time than one by one.
void sl_crc32c_two(const void *a, size_t na, const void *b, size_t nb, uint32_t crc[_Nonnull 2]);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
