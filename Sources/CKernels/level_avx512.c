// AVX-512; see t5k_kernels_at for what the machine must have.

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>

#include "levels.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)

#define WIDTH 16
#define HAS_FMA 1
#define TILE_ROWS 8
#define TILE_VECTORS 3
#define LEVEL_TABLE t5k_kernels_avx512
#include "level.inc"

#pragma clang attribute pop

#endif
