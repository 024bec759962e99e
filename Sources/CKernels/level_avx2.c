// AVX2; see t5k_kernels_at for what the machine must have.

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>

#include "levels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#define WIDTH 8
#define HAS_FMA 1
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define LEVEL_TABLE t5k_kernels_avx2
#include "level.inc"

#pragma clang attribute pop

#endif
