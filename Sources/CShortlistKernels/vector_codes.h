// Product quantisation with 16 centres a block: tables, scans of packed codes, and the choice of codes.

typedef float sixteen __attribute__((ext_vector_type(16)));
typedef int32_t sixteen_ints __attribute__((ext_vector_type(16)));
typedef sixteen sixteen_anywhere __attribute__((aligned(4), may_alias));
typedef uint8_t sixteen_bytes __attribute__((ext_vector_type(16)));
typedef sixteen_bytes sixteen_bytes_anywhere __attribute__((aligned(1), may_alias));

// No function takes or gives these: where they do not fit a register, how they are passed differs between
// instruction sets.
#define LOAD_SIXTEEN(p) (*(const sixteen_anywhere *)(p))

static void code_table(const float *query, const float *centers, size_t blocks, size_t width,
                       float *products, uint8_t *table, float *scale, float *bias) {
  float widest = 0, least = 0;
  for (size_t block = 0; block < blocks; block++) {
    sixteen sum = 0;
    for (size_t j = 0; j < width; j++, centers += 16)
      sum = query[block * width + j] * LOAD_SIXTEEN(centers) + sum;
    const float low = __builtin_reduce_min(sum), range = __builtin_reduce_max(sum) - low;
    *(sixteen_anywhere *)(products + block * 16) = sum - low;
    widest = range > widest ? range : widest;
    least += low;
  }
  const float step = widest > 0 ? widest / 255 : 1, factor = 1 / step;
  for (size_t block = 0; block < blocks; block++) {
    const sixteen steps = LOAD_SIXTEEN(products + block * 16) * factor + 0.5f;
    *(sixteen_bytes_anywhere *)(table + block * 16) = __builtin_convertvector(
        __builtin_convertvector(steps, sixteen_ints), sixteen_bytes);
  }
  const size_t whole = (blocks + 3) / 4 * 4;
  if (whole > blocks) memset(table + blocks * 16, 0, (whole - blocks) * 16);
  *scale = step;
  *bias = least;
}

/// The sums of a group of 32 positions, in order.
#if defined(SL_VNNI)
typedef struct group_sums {
  __m512i part[2];
} group_sums;

INLINE group_sums sum_group(const uint8_t *codes, size_t quads, const uint8_t *table) {
  // A byte permutation has 64 entries: the tables of four blocks. The place of a byte chooses its block.
  const __m512i nibble = _mm512_set1_epi8(15), block = _mm512_set1_epi32(0x30201000);
  const __m512i ones = _mm512_set1_epi8(1);
  group_sums sums = {{_mm512_setzero_si512(), _mm512_setzero_si512()}};
  for (size_t quad = 0; quad < quads; quad++, codes += 64, table += 64) {
    const __m512i pair = _mm512_loadu_si512(codes), entries = _mm512_loadu_si512(table);
    // (code & 15) | block
    const __m512i low = _mm512_ternarylogic_epi32(pair, nibble, block, 0xEA);
    const __m512i high =
        _mm512_ternarylogic_epi32(_mm512_srli_epi16(pair, 4), nibble, block, 0xEA);
    sums.part[0] =
        _mm512_dpbusd_epi32(sums.part[0], _mm512_permutexvar_epi8(low, entries), ones);
    sums.part[1] =
        _mm512_dpbusd_epi32(sums.part[1], _mm512_permutexvar_epi8(high, entries), ones);
  }
  return sums;
}
#elif LANES >= 8
typedef struct group_sums {
  __m256i part[4];
} group_sums;

INLINE group_sums sum_group(const uint8_t *codes, size_t quads, const uint8_t *table) {
  const __m256i nibble = _mm256_set1_epi8(15);
  // 32 bytes hold 8 vectors x 4 blocks: first the bytes of a block come side by side within a lane, then
  // the lanes' halves of a block side by side.
  const __m256i by_block = _mm256_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0,
                                            4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m256i even_odd = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  group_sums sums;
  for (int i = 0; i < 4; i++) sums.part[i] = _mm256_setzero_si256();
  // Sums of bytes stay in 16 bits for 256 blocks, and are widened before they overflow.
  while (quads > 0) {
    const size_t some = quads < 64 ? quads : 64;
    // [low or high vectors][even or odd bytes]
    __m256i total[2][2] = {{_mm256_setzero_si256(), _mm256_setzero_si256()},
                           {_mm256_setzero_si256(), _mm256_setzero_si256()}};
    for (size_t quad = 0; quad < some; quad++, codes += 64, table += 64) {
      const __m256i a = _mm256_permutevar8x32_epi32(
          _mm256_shuffle_epi8(_mm256_loadu_si256((const __m256i *)codes), by_block), even_odd);
      const __m256i b = _mm256_permutevar8x32_epi32(
          _mm256_shuffle_epi8(_mm256_loadu_si256((const __m256i *)(codes + 32)), by_block),
          even_odd);
      // a has vectors 0-7 and b 8-15, of blocks 0, 1 | 2, 3; put together, a block fills a lane.
      const __m256i pairs[2] = {_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b)};
      const __m128i *tables = (const __m128i *)table;
      const __m256i entries[2] = {
          _mm256_set_m128i(_mm_loadu_si128(tables + 2), _mm_loadu_si128(tables)),
          _mm256_set_m128i(_mm_loadu_si128(tables + 3), _mm_loadu_si128(tables + 1))};
      UNROLL for (int i = 0; i < 2; i++) {
        const __m256i low = _mm256_shuffle_epi8(entries[i], _mm256_and_si256(pairs[i], nibble));
        const __m256i high =
            _mm256_shuffle_epi8(entries[i], _mm256_and_si256(_mm256_srli_epi16(pairs[i], 4), nibble));
        total[0][0] = _mm256_add_epi16(total[0][0], low);
        total[0][1] = _mm256_add_epi16(total[0][1], _mm256_srli_epi16(low, 8));
        total[1][0] = _mm256_add_epi16(total[1][0], high);
        total[1][1] = _mm256_add_epi16(total[1][1], _mm256_srli_epi16(high, 8));
      }
    }
    UNROLL for (int half = 0; half < 2; half++) {
      // The even bytes' sums hold 256 times the odd ones.
      const __m256i even =
          _mm256_sub_epi16(total[half][0], _mm256_slli_epi16(total[half][1], 8));
      const __m256i odd = total[half][1];
      // Vectors 0-7 and 8-15: one lane of each block, added in 32 bits.
      const __m256i first = _mm256_unpacklo_epi16(even, odd), second = _mm256_unpackhi_epi16(even, odd);
      const __m256i wide0 = _mm256_add_epi32(_mm256_cvtepu16_epi32(_mm256_castsi256_si128(first)),
                                             _mm256_cvtepu16_epi32(_mm256_extracti128_si256(first, 1)));
      const __m256i wide1 = _mm256_add_epi32(_mm256_cvtepu16_epi32(_mm256_castsi256_si128(second)),
                                             _mm256_cvtepu16_epi32(_mm256_extracti128_si256(second, 1)));
      sums.part[2 * half] = _mm256_add_epi32(sums.part[2 * half], wide0);
      sums.part[2 * half + 1] = _mm256_add_epi32(sums.part[2 * half + 1], wide1);
    }
    quads -= some;
  }
  return sums;
}
#elif defined(__aarch64__)
typedef struct group_sums {
  uint32x4_t part[8];
} group_sums;

INLINE group_sums sum_group(const uint8_t *codes, size_t quads, const uint8_t *table) {
  const uint8x16_t nibble = vdupq_n_u8(15);
  group_sums sums;
  for (int i = 0; i < 8; i++) sums.part[i] = vdupq_n_u32(0);
  while (quads > 0) {
    const size_t some = quads < 64 ? quads : 64;
    uint16x8_t total[4] = {vdupq_n_u16(0), vdupq_n_u16(0), vdupq_n_u16(0), vdupq_n_u16(0)};
    for (size_t quad = 0; quad < some; quad++, codes += 64, table += 64) {
      const uint8x16x4_t blocks = vld4q_u8(codes);
      UNROLL for (int s = 0; s < 4; s++) {
        const uint8x16_t entries = vld1q_u8(table + 16 * s);
        const uint8x16_t low = vqtbl1q_u8(entries, vandq_u8(blocks.val[s], nibble));
        const uint8x16_t high = vqtbl1q_u8(entries, vshrq_n_u8(blocks.val[s], 4));
        total[0] = vaddw_u8(total[0], vget_low_u8(low));
        total[1] = vaddw_high_u8(total[1], low);
        total[2] = vaddw_u8(total[2], vget_low_u8(high));
        total[3] = vaddw_high_u8(total[3], high);
      }
    }
    UNROLL for (int i = 0; i < 4; i++) {
      sums.part[2 * i] = vaddw_u16(sums.part[2 * i], vget_low_u16(total[i]));
      sums.part[2 * i + 1] = vaddw_high_u16(sums.part[2 * i + 1], total[i]);
    }
    quads -= some;
  }
  return sums;
}
#else
typedef struct group_sums {
  uint32_t part[32];
} group_sums;

INLINE group_sums sum_group(const uint8_t *codes, size_t quads, const uint8_t *table) {
  group_sums sums = {{0}};
  for (size_t quad = 0; quad < quads; quad++, codes += 64, table += 64)
    for (int v = 0; v < 16; v++)
      for (int s = 0; s < 4; s++) {
        const uint8_t pair = codes[4 * v + s];
        sums.part[v] += table[16 * s + (pair & 15)];
        sums.part[v + 16] += table[16 * s + (pair >> 4)];
      }
  return sums;
}
#endif

static size_t code_scan(const uint8_t *codes, size_t quads, size_t start, size_t end,
                        const uint8_t *table, float scale, float offset, float threshold,
                        float *scores, uint32_t *positions) {
  enum { vectors = 32 / LANES };
  const ints all = -1;
  size_t count = 0;
  for (size_t group = start / 32; group * 32 < end; group++) {
    const group_sums sums = sum_group(codes + group * quads * 64, quads, table);
    ints whole[vectors];
    memcpy(whole, &sums, sizeof whole);
    floats values[vectors];
    uint32_t found = 0;
    UNROLL for (int i = 0; i < vectors; i++) {
      values[i] = __builtin_convertvector(whole[i], floats) * scale + offset;
      found |= mask_bits((values[i] >= threshold) & all) << (i * LANES);
    }
    if (group * 32 < start) found &= ~(uint32_t)0 << (start - group * 32);
    if (group * 32 + 32 > end) found &= ~(uint32_t)0 >> (group * 32 + 32 - end);
    if (!found) continue;
    UNROLL for (int i = 0; i < vectors; i++) {
      const uint32_t some = (found >> (i * LANES)) & ((1u << LANES) - 1);
      count += append_lanes(values[i], some, (uint32_t)(group * 32 + (size_t)i * LANES), scores + count,
                            positions + count);
    }
  }
  return count;
}

INLINE size_t first_least(const sixteen *cost) {
  const float least = __builtin_reduce_min(*cost);
  uint32_t found = 0;
  UNROLL for (int i = 0; i < 16 / LANES; i++) {
    const floats part = ((const floats_anywhere *)cost)[i];
    found |= mask_bits(part == least) << (i * LANES);
  }
  // Costs that are not numbers are equal to nothing.
  return found ? (size_t)__builtin_ctz(found) : 15;
}

static void code_choose(const float *residual, const float *direction, const float *centers,
                        size_t blocks, size_t width, float weight, size_t rounds, uint8_t *codes) {
  // What the errors chosen so far have along the direction.
  float along = 0;
  for (size_t block = 0; block < blocks; block++) {
    sixteen cost = 0, part = 0;
    for (size_t j = 0; j < width; j++) {
      const sixteen error = residual[block * width + j] - LOAD_SIXTEEN(centers + (block * width + j) * 16);
      cost = error * error + cost;
      part = direction[block * width + j] * error + part;
    }
    const size_t best = first_least(&cost);
    codes[block] = (uint8_t)best;
    along += part[best];
  }
  for (size_t round = 0; round < rounds; round++) {
    size_t changes = 0;
    float exact = 0;
    for (size_t block = 0; block < blocks; block++) {
      sixteen cost = 0, part = 0;
      for (size_t j = 0; j < width; j++) {
        const sixteen error =
            residual[block * width + j] - LOAD_SIXTEEN(centers + (block * width + j) * 16);
        cost = error * error + cost;
        part = direction[block * width + j] * error + part;
      }
      const float others = along - part[codes[block]];
      const sixteen total = part + others;
      cost = weight * (total * total) + cost;
      const size_t best = first_least(&cost);
      changes += best != codes[block];
      along = others + part[best];
      codes[block] = (uint8_t)best;
      exact += part[best];
    }
    along = exact;
    if (changes == 0) break;
  }
}
