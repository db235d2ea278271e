// Vectors of LANES floats. `a * b + c` in one expression is fused where the set has FMA; comparisons
// give masks for `?:`. Everything else that differs between the sets is in this file.
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float floats __attribute__((ext_vector_type(LANES)));
typedef int32_t ints __attribute__((ext_vector_type(LANES)));
typedef double doubles __attribute__((ext_vector_type(LANES)));
typedef int8_t bytes __attribute__((ext_vector_type(LANES)));
typedef float four __attribute__((ext_vector_type(4)));
typedef floats floats_anywhere __attribute__((aligned(4), may_alias));
typedef bytes bytes_anywhere __attribute__((aligned(1), may_alias));

/// Runs the statements for every vector of 0..<n: `i` is its first element, `part` how many elements
/// it has, a constant in all but the last.
#define FOR_VECTORS(n, ...)                         \
  do {                                              \
    size_t i = 0;                                   \
    for (; i + LANES <= (n); i += LANES) {          \
      enum { part = LANES };                        \
      __VA_ARGS__                                   \
    }                                               \
    if (i < (n)) {                                  \
      const size_t part = (n) - i;                  \
      __VA_ARGS__                                   \
    }                                               \
  } while (0)

#if LANES == 8
INLINE __m256i first_lanes(size_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#endif

/// The first `part` elements at p, zeros above.
INLINE floats load(const float *p, size_t part) {
  if (part == LANES) return *(const floats_anywhere *)p;
#if LANES == 16
  return (floats)_mm512_maskz_loadu_ps((__mmask16)((1u << part) - 1), p);
#elif LANES == 8
  return (floats)_mm256_maskload_ps(p, first_lanes(part));
#else
  floats v = 0;
  v[0] = p[0];
  if (part > 1) v[1] = p[1];
  if (part > 2) v[2] = p[2];
  return v;
#endif
}

/// Writes the first `part` elements of v.
INLINE void store(float *p, floats v, size_t part) {
  if (part == LANES) {
    *(floats_anywhere *)p = v;
    return;
  }
#if LANES == 16
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << part) - 1), (__m512)v);
#elif LANES == 8
  _mm256_maskstore_ps(p, first_lanes(part), (__m256)v);
#else
  p[0] = v[0];
  if (part > 1) p[1] = v[1];
  if (part > 2) p[2] = v[2];
#endif
}

/// Bit i is set where lane i of a mask is.
INLINE uint32_t mask_bits(ints mask) {
#if LANES == 16
  return _mm512_movepi32_mask((__m512i)mask);
#elif LANES == 8
  return (uint32_t)_mm256_movemask_ps((__m256)mask);
#elif SL_X86
  return (uint32_t)_mm_movemask_ps((__m128)mask);
#else
  const ints bit = {1, 2, 4, 8};
  return (uint32_t)__builtin_reduce_add(mask & bit);
#endif
}

/// The upper half of a vector added to its lower half, down to four lanes.
INLINE four fold(floats v) {
#if LANES == 16
  typedef float eight __attribute__((ext_vector_type(8)));
  const eight w = v.lo + v.hi;
  return w.lo + w.hi;
#elif LANES == 8
  return v.lo + v.hi;
#else
  return v;
#endif
}

/// The sums of the lanes of four vectors.
INLINE four lane_sums(floats a, floats b, floats c, floats d) {
  const four p = fold(a), q = fold(b), r = fold(c), s = fold(d);
  const four pq = __builtin_shufflevector(p, q, 0, 4, 2, 6) + __builtin_shufflevector(p, q, 1, 5, 3, 7);
  const four rs = __builtin_shufflevector(r, s, 0, 4, 2, 6) + __builtin_shufflevector(r, s, 1, 5, 3, 7);
  return __builtin_shufflevector(pq, rs, 0, 1, 4, 5) + __builtin_shufflevector(pq, rs, 2, 3, 6, 7);
}

/// Adds the lanes of v to those of a vector of doubles.
#define ADD_DOUBLES(total, v) ((total) += __builtin_convertvector(v, doubles))

INLINE double doubles_sum(const doubles *total) {
  double sum = 0;
  for (int lane = 0; lane < LANES; lane++) sum += (*total)[lane];
  return sum;
}
