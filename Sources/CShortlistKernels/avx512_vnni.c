// Vectors of sixteen floats: AVX-512 F, BW, DQ and VL, with the byte permutations of VBMI and the byte
// products of VNNI.
#include "sets.h"

#if SL_X86
#include <immintrin.h>
#include <math.h>
#include <string.h>

#define SET avx512_vnni
#define SL_VNNI 1
#define LANES 16
#define TILE_ROWS 14
#define TILE_VECTORS 2
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni,avx2,fma"))), \
    apply_to = function)
#include "vector_set.h"
#pragma clang attribute pop
#endif
