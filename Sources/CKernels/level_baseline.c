// What every machine of the architecture has: SSE2, or NEON with its fused multiply-add.

#include <math.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "levels.h"

#define WIDTH 4
#if defined(__aarch64__)
#define HAS_FMA 1
#define TILE_ROWS 8
#define TILE_VECTORS 3
#else
#define HAS_FMA 0
#define TILE_ROWS 6
#define TILE_VECTORS 2
#endif
#define LEVEL_TABLE t5k_kernels_baseline
#include "level.inc"
