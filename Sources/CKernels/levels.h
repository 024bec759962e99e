#pragma once

// The compilations that this architecture has; each file level_*.c defines one of them.

#include "CKernels.h"

/// Defines `name`: bits of a number's place and of a seed, for a scalar `type` or a vector of them; the
/// multiply-and-shift rounds of MurmurHash3's finaliser, with the seed's halves between.
#define DEFINE_DROP_BITS(name, type)                                                              \
  static inline __attribute__((always_inline)) type name(type place, uint64_t seed) {             \
    type x = place ^ (uint32_t)seed;                                                              \
    x = (x ^ (x >> 16)) * 0x85ebca6bu;                                                            \
    x = (x ^ (x >> 13)) + (uint32_t)(seed >> 32);                                                 \
    x = x * 0xc2b2ae35u;                                                                          \
    x = (x ^ (x >> 16)) * 0x9e3779b1u;                                                            \
    return x ^ (x >> 15);                                                                         \
  }

/// ±1/8 by the place in a rotated block.
extern const float t5k_rotation_signs[T5K_ROTATED_COLUMNS];

extern const t5k_kernels t5k_kernels_plain;
extern const t5k_kernels t5k_kernels_baseline;
#if defined(__x86_64__)
extern const t5k_kernels t5k_kernels_avx2;
extern const t5k_kernels t5k_kernels_avx512;
extern const t5k_kernels t5k_kernels_avx512_vnni;
extern const t5k_kernels t5k_kernels_avx512_bf16;
#endif
