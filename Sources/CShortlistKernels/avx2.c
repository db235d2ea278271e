// Vectors of eight floats: AVX2 and FMA.
#include "sets.h"

#if SL_X86
#include <immintrin.h>
#include <math.h>
#include <string.h>

#define SET avx2
#define LANES 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "vector_set.h"
#pragma clang attribute pop
#endif
