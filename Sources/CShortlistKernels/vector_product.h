// C = A B by tiles of TILE_ROWS x TILE_COLUMNS held in registers. The right factor is packed in
// panels of TILE_COLUMNS columns, the rows of a panel one after the other. An element of C is always
// the sum over p = 0, 1, ... of a block of `depth_block`, then the sum of the blocks in turn,
// whatever tile it falls into.
enum {
  tile_columns = TILE_VECTORS * LANES,
  depth_block = 256,            // of k: a panel's block stays in the first-level cache or near it
  row_block = 16 * TILE_ROWS,   // of m: rows of A brought into the workspace at a time
  right_block = 1 << 16,        // floats of packed B that stay in the second-level cache
  copied_ld = depth_block + 16, // distance of rows in the workspace, no power of two
  far_rows = 512,               // rows of A so far apart compete for the same cache lines
  workspace_floats = row_block * copied_ld,
};

static size_t packed_size(size_t n, size_t k) {
  return (n + tile_columns - 1) / tile_columns * tile_columns * k;
}

static void pack_panel(size_t columns, size_t k, const float *b, size_t ldb, float *packed) {
  for (size_t p = 0; p < k; p++, packed += tile_columns)
    UNROLL for (size_t j = 0; j < tile_columns; j += LANES) {
      const size_t part = columns <= j ? 0 : columns - j < LANES ? columns - j : LANES;
      store(packed + j, part ? load(b + p * ldb + j, part) : (floats)0, LANES);
    }
}

/// out[i * tile_columns + r] = rows[r * ldb + i] for i and r in 0..<4.
INLINE void transpose_four(const float *rows, size_t ldb, float *out) {
  four row[4], pair[4], column[4];
  UNROLL for (size_t r = 0; r < 4; r++) memcpy(&row[r], rows + r * ldb, sizeof(four));
  UNROLL for (int r = 0; r < 4; r += 2) {
    pair[r] = __builtin_shufflevector(row[r], row[r + 1], 0, 4, 1, 5);
    pair[r + 1] = __builtin_shufflevector(row[r], row[r + 1], 2, 6, 3, 7);
  }
  UNROLL for (int r = 0; r < 2; r++) {
    column[2 * r] = __builtin_shufflevector(pair[r], pair[r + 2], 0, 1, 4, 5);
    column[2 * r + 1] = __builtin_shufflevector(pair[r], pair[r + 2], 2, 3, 6, 7);
  }
  UNROLL for (size_t i = 0; i < 4; i++) memcpy(out + i * tile_columns, &column[i], sizeof(four));
}

static void pack_transposed_panel(size_t columns, size_t k, const float *b, size_t ldb,
                                  float *packed) {
  const size_t step = 64, fours = columns / 4 * 4;
  for (size_t first = 0; first < k; first += step) {
    const size_t end = first + step < k ? first + step : k;
    const size_t whole = first + (end - first) / 4 * 4;
    for (size_t j = 0; j < fours; j += 4) {
      for (size_t p = first; p < whole; p += 4) {
        // Four rows are no stream that the processor recognises: those of the next panel are called.
        if (p % 16 == 0)
          UNROLL for (size_t r = 0; r < 4; r++)
              __builtin_prefetch(b + (j + tile_columns + r) * ldb + p);
        transpose_four(b + j * ldb + p, ldb, packed + p * tile_columns + j);
      }
      for (size_t p = whole; p < end; p++)
        UNROLL for (size_t r = 0; r < 4; r++) packed[p * tile_columns + j + r] =
            b[(j + r) * ldb + p];
    }
    for (size_t j = fours; j < columns; j++)
      for (size_t p = first; p < end; p++) packed[p * tile_columns + j] = b[j * ldb + p];
    for (size_t j = columns; j < tile_columns; j++)
      for (size_t p = first; p < end; p++) packed[p * tile_columns + j] = 0;
  }
}

static void pack(size_t n, size_t k, const float *b, size_t ldb, bool transposed, float *packed) {
  for (size_t j = 0; j < n; j += tile_columns, packed += tile_columns * k) {
    const size_t columns = n - j < tile_columns ? n - j : tile_columns;
    if (transposed) {
      pack_transposed_panel(columns, k, b + j * ldb, ldb, packed);
    } else {
      pack_panel(columns, k, b + j, ldb, packed);
    }
  }
}

/// A block of A: rows `row` floats apart, or, with `strip`, the TILE_ROWS elements of a column beside
/// each other.
typedef struct left_block {
  const float *a;
  size_t row;
  bool strip;
} left_block;

/// `rows` x `vectors` vectors of C; both and `strip` are constants where this is called.
INLINE void multiply_tile(int rows, int vectors, bool strip, size_t k, const float *a, size_t a_row,
                          const float *b, size_t panel, float *c, size_t ldc, size_t columns,
                          bool add) {
  floats sums[TILE_ROWS][4 * TILE_VECTORS];
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int j = 0; j < vectors; j++) sums[i][j] = 0;
    UNROLL for (int j = 0; j < vectors; j += 16 / LANES)
        __builtin_prefetch(c + (size_t)i * ldc + j * LANES, 1);
  }
  // One pointer for three rows: the other two are one addressing mode away.
  const float *third[(TILE_ROWS + 2) / 3];
  UNROLL for (int i = 0; i < rows; i += 3) third[i / 3] = a + (size_t)i * a_row;
  for (size_t p = 0; p < k; p++) {
    floats right[4 * TILE_VECTORS];
    UNROLL for (int j = 0; j < vectors; j++) right[j] =
        load(b + (size_t)(j / TILE_VECTORS) * panel + (size_t)(j % TILE_VECTORS) * LANES, LANES);
    UNROLL for (int i = 0; i < rows; i++) {
      const float left = strip ? a[i] : third[i / 3][(size_t)(i % 3) * a_row];
      UNROLL for (int j = 0; j < vectors; j++) sums[i][j] = left * right[j] + sums[i][j];
    }
    b += tile_columns;
    if (strip) {
      a += TILE_ROWS;
    } else {
      UNROLL for (int i = 0; i < rows; i += 3) third[i / 3]++;
    }
  }
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++) {
    float *out = c + (size_t)i * ldc + j * LANES;
    const size_t before = (size_t)j * LANES;
    if (columns >= before + LANES) {
      store(out, add ? load(out, LANES) + sums[i][j] : sums[i][j], LANES);
    } else if (columns > before) {
      const size_t part = columns - before;
      store(out, add ? load(out, part) + sums[i][j] : sums[i][j], part);
    }
  }
}

typedef void tile_function(size_t k, left_block left, const float *b, size_t panel, float *c,
                           size_t ldc, size_t columns, bool add);

#define DEFINE_TILE(NAME, ROWS, VECTORS)                                                           \
  static void NAME(size_t k, left_block left, const float *b, size_t panel, float *c, size_t ldc,  \
                   size_t columns, bool add) {                                                     \
    if (left.strip) {                                                                              \
      multiply_tile(ROWS, VECTORS, true, k, left.a, 1, b, panel, c, ldc, columns, add);            \
    } else {                                                                                       \
      multiply_tile(ROWS, VECTORS, false, k, left.a, left.row, b, panel, c, ldc, columns, add);    \
    }                                                                                              \
  }

DEFINE_TILE(full_tile, TILE_ROWS, TILE_VECTORS)
DEFINE_TILE(narrow_full_tile, TILE_ROWS, 1)
#if TILE_ROWS > 8
DEFINE_TILE(tile_of_8, 8, TILE_VECTORS)
DEFINE_TILE(narrow_tile_of_8, 8, 1)
#endif
#if TILE_ROWS > 4
DEFINE_TILE(tile_of_4, 4, TILE_VECTORS)
DEFINE_TILE(narrow_tile_of_4, 4, 1)
#endif
DEFINE_TILE(tile_of_2, 2, TILE_VECTORS)
DEFINE_TILE(narrow_tile_of_2, 2, 1)
DEFINE_TILE(tile_of_1, 1, TILE_VECTORS)
DEFINE_TILE(narrow_tile_of_1, 1, 1)
DEFINE_TILE(wide_tile_of_1, 1, 4 * TILE_VECTORS)

/// Tiles of falling height; narrow ones for a last panel that fills one vector at most.
static const struct {
  size_t rows;
  tile_function *tile, *narrow;
} tiles[] = {
    {TILE_ROWS, full_tile, narrow_full_tile},
#if TILE_ROWS > 8
    {8, tile_of_8, narrow_tile_of_8},
#endif
#if TILE_ROWS > 4
    {4, tile_of_4, narrow_tile_of_4},
#endif
    {2, tile_of_2, narrow_tile_of_2},
    {1, tile_of_1, narrow_tile_of_1},
};

/// The tallest tile that fits into `rows` times the panels of n columns; returns its height.
static size_t multiply_strip(size_t rows, size_t n, size_t k, left_block left, const float *b,
                             size_t panel, float *c, size_t ldc, bool add) {
  size_t which = 0, j = 0;
  while (tiles[which].rows > rows) which++;
  if (tiles[which].rows == 1)
    for (; j + 4 * tile_columns <= n; j += 4 * tile_columns, b += 4 * panel)
      wide_tile_of_1(k, left, b, panel, c + j, ldc, 4 * tile_columns, add);
  for (; j + tile_columns <= n; j += tile_columns, b += panel)
    tiles[which].tile(k, left, b, panel, c + j, ldc, tile_columns, add);
  if (j < n) {
    tile_function *last = n - j <= LANES ? tiles[which].narrow : tiles[which].tile;
    last(k, left, b, panel, c + j, ldc, n - j, add);
  }
  return tiles[which].rows;
}

/// Columns of A as strips of TILE_ROWS elements, strip after strip.
static void pack_strips(size_t m, size_t k, const float *a, size_t a_row, size_t a_column,
                        float *strips) {
  for (size_t p = 0; p < k; p++) {
    const float *column = a + p * a_column;
    float *out = strips + p * TILE_ROWS;
    size_t i = 0;
    for (; i + TILE_ROWS <= m; i += TILE_ROWS, out += TILE_ROWS * k)
      if (a_row == 1) {
        if (p + 4 < k) __builtin_prefetch(column + 4 * a_column + i);
        memcpy(out, column + i, TILE_ROWS * sizeof(float));
      } else {
        for (size_t r = 0; r < TILE_ROWS; r++) out[r] = column[(i + r) * a_row];
      }
    for (size_t r = 0; i + r < m; r++) out[r] = column[(i + r) * a_row];
  }
}

/// Brings rows of A to where the tiles read them fast; may leave them where they are.
static left_block left_rows(size_t m, size_t k, const float *a, size_t a_row, size_t a_column,
                            float *workspace) {
  if (a_column != 1) {
    pack_strips(m, k, a, a_row, a_column, workspace);
    return (left_block){workspace, 1, true};
  }
  if (m == 1 || a_row < far_rows) return (left_block){a, a_row, false};
  for (size_t i = 0; i < m; i++) memcpy(workspace + i * copied_ld, a + i * a_row, k * sizeof(float));
  return (left_block){workspace, copied_ld, false};
}

static void product(size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column,
                    const float *packed, float *c, size_t ldc, bool accumulate, float *workspace) {
  if (k == 0 && !accumulate)
    for (size_t i = 0; i < m; i++) memset(c + i * ldc, 0, n * sizeof(float));
  const size_t panel = tile_columns * k;
  for (size_t p = 0; p < k; p += depth_block) {
    const size_t depth = k - p < depth_block ? k - p : depth_block;
    const size_t panels = right_block / depth / tile_columns;
    const size_t wide = (panels ? panels : 1) * tile_columns;
    for (size_t i = 0; i < m; i += row_block) {
      const size_t rows = m - i < row_block ? m - i : row_block;
      const left_block left =
          left_rows(rows, depth, a + i * a_row + p * a_column, a_row, a_column, workspace);
      for (size_t j = 0; j < n; j += wide) {
        const size_t columns = n - j < wide ? n - j : wide;
        const float *b = packed + j * k + p * tile_columns;
        for (size_t r = 0; r < rows;) {
          left_block strip = left;
          strip.a += left.strip ? r / TILE_ROWS * TILE_ROWS * depth + r % TILE_ROWS : r * left.row;
          r += multiply_strip(rows - r, columns, depth, strip, b, panel, c + (i + r) * ldc + j, ldc,
                              accumulate || p > 0);
        }
      }
    }
  }
}

static double peak(size_t iterations) {
  floats sums[12];
  UNROLL for (int j = 0; j < 12; j++) sums[j] = (float)j;
  floats factor = 0.999f, term = 0.001f;
  SL_OPAQUE(factor);
  SL_OPAQUE(term);
  for (size_t i = 0; i < iterations; i++) {
    UNROLL for (int j = 0; j < 12; j++) sums[j] = sums[j] * factor + term;
    UNROLL for (int j = 0; j < 12; j++) SL_OPAQUE(sums[j]);
  }
  for (int j = 1; j < 12; j++) sums[0] += sums[j];
  double sum = 0;
  for (int lane = 0; lane < LANES; lane++) sum += sums[0][lane];
  return sum;
}
