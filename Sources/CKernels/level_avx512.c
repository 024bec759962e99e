// AVX-512, and with it VNNI and BF16; see t5k_kernels_at for what the machine must have.

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

#pragma clang attribute push(__attribute__((target("avx512vnni,avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)

INLINE vi vnni_dot(vi sum, vi left, vi right) {
  return (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)left, (__m512i)right);
}

#define FORM(name) vnni_s8_##name
#define UNIT 4
#define OPERAND vi
#define PREPARE_LEFT(raw) (raw)
#define PREPARE_RIGHT(raw) (raw)
#define DOT vnni_dot
#define FORM_ROWS 8
#define FORM_VECTORS 3
#include "packed_gemm.inc"

#pragma clang attribute pop

const t5k_kernels t5k_kernels_avx512_vnni = {
    LEVEL_FUNCTIONS
    LEVEL_ROUNDING
    .gemm_bf16 = vector_bf16_gemm,
    .gemm_bf16_packed = vector_bf16_gemm_packed,
    .gemm_s8 = vnni_s8_gemm,
};

#pragma clang attribute push(__attribute__((target("avx512bf16,avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)

INLINE vf dpbf16_dot(vf sum, vi left, vi right) {
  return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)left, (__m512bh)right);
}

#define FORM(name) dp_bf16_##name
#define UNIT 2
#define OPERAND vi
#define PREPARE_LEFT(raw) (raw)
#define PREPARE_RIGHT(raw) (raw)
#define DOT dpbf16_dot
#define FORM_ROWS 8
#define FORM_VECTORS 3
#include "packed_gemm.inc"

// These take subnormal numbers for 0, as the product does.
INLINE vu16 dpbf16_halves(vf v) { return (vu16)_mm512_cvtneps_pbh((__m512)v); }

INLINE vu dpbf16_pair(vf low, vf high) {
  const __m512i both = (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
  // Lane by lane: a number of the lower half, and its neighbour from the upper one.
  const vu places = {0x100000, 0x110001, 0x120002, 0x130003, 0x140004, 0x150005,
                     0x160006, 0x170007, 0x180008, 0x190009, 0x1a000a, 0x1b000b,
                     0x1c000c, 0x1d000d, 0x1e000e, 0x1f000f};
  return (vu)_mm512_permutexvar_epi16((__m512i)places, both);
}

#define FORM(name) dp_##name
#define ROUND dpbf16_halves
#define ROUND_PAIR dpbf16_pair
#include "rounding.inc"

#pragma clang attribute pop

const t5k_kernels t5k_kernels_avx512_bf16 = {
    LEVEL_FUNCTIONS
    .bf16_rows = dp_bf16_rows,
    .pack_bf16_columns = dp_pack_bf16_columns,
    .gemm_bf16 = dp_bf16_gemm,
    .gemm_bf16_packed = dp_bf16_gemm_packed,
    .gemm_s8 = vnni_s8_gemm,
};

#endif
