// Vectors of four floats, in what every processor of the architecture has: SSE2 or NEON.
#include "sets.h"

#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define SET portable
#define LANES 4
// SSE2 has 16 registers, NEON 32.
#if SL_X86
#define TILE_ROWS 4
#else
#define TILE_ROWS 8
#endif
#define TILE_VECTORS 2
#include "vector_set.h"
