// The one place that knows the machine: chooses a level once and forwards every call to it.

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "levels.h"

static const char *const level_names[] = {
    "plain", "baseline", "avx2", "avx512", "avx512vnni", "avx512bf16",
};
enum { LEVEL_COUNT = sizeof level_names / sizeof *level_names };

// −1 until the first call. Two threads that race here write the same value.
static _Atomic int level_in_use = -1;

const t5k_kernels *t5k_kernels_at(int level) {
  switch (level) {
  case T5K_PLAIN:
    return &t5k_kernels_plain;
  case T5K_BASELINE:
    return &t5k_kernels_baseline;
#if defined(__x86_64__)
  // __builtin_cpu_supports also asks whether the system saves the wide registers.
  case T5K_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                   __builtin_cpu_supports("f16c")
               ? &t5k_kernels_avx2
               : NULL;
  case T5K_AVX512:
    return t5k_kernels_at(T5K_AVX2) && __builtin_cpu_supports("avx512f") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl")
               ? &t5k_kernels_avx512
               : NULL;
  case T5K_AVX512_VNNI:
    return t5k_kernels_at(T5K_AVX512) && __builtin_cpu_supports("avx512vnni")
               ? &t5k_kernels_avx512_vnni
               : NULL;
  case T5K_AVX512_BF16:
    return t5k_kernels_at(T5K_AVX512_VNNI) && __builtin_cpu_supports("avx512bf16")
               ? &t5k_kernels_avx512_bf16
               : NULL;
#endif
  default:
    return NULL;
  }
}

int t5k_best_level(void) {
  int level = LEVEL_COUNT - 1;
  while (!t5k_kernels_at(level)) level--;
  return level;
}

const char *t5k_level_name(int level) {
  return level >= 0 && level < LEVEL_COUNT ? level_names[level] : "unknown";
}

static int first_level(void) {
  const char *wanted = getenv("T5RANK_KERNELS");
  for (int level = 0; wanted && level < LEVEL_COUNT; level++)
    if (!strcmp(wanted, level_names[level]) && t5k_kernels_at(level)) return level;
  return t5k_best_level();
}

int t5k_level(void) {
  int level = atomic_load_explicit(&level_in_use, memory_order_relaxed);
  if (level < 0) {
    level = first_level();
    atomic_store_explicit(&level_in_use, level, memory_order_relaxed);
  }
  return level;
}

int t5k_set_level(int level) {
  if (!t5k_kernels_at(level)) return -1;
  atomic_store_explicit(&level_in_use, level, memory_order_relaxed);
  return level;
}

// The level in use is one that this machine has, so its tables need no second question.
static inline const t5k_kernels *kernels(void) {
  static const t5k_kernels *const tables[LEVEL_COUNT] = {
      &t5k_kernels_plain, &t5k_kernels_baseline,
#if defined(__x86_64__)
      &t5k_kernels_avx2, &t5k_kernels_avx512, &t5k_kernels_avx512_vnni, &t5k_kernels_avx512_bf16,
#endif
  };
  return tables[t5k_level()];
}

void t5k_exp(const float *x, float *out, size_t n) { kernels()->exp(x, out, n); }

void t5k_erf(const float *x, float *out, size_t n) { kernels()->erf(x, out, n); }

void t5k_tanh(const float *x, float *out, size_t n) { kernels()->tanh(x, out, n); }

void t5k_activate(t5k_activation kind, const float *x, float *out, size_t n) {
  kernels()->activate(kind, x, out, n);
}

void t5k_gate(t5k_activation kind, const float *gate, const float *linear, float *out, size_t n) {
  kernels()->gate(kind, gate, linear, out, n);
}

void t5k_bias_activate(
    t5k_activation kind, const float *x, const float *bias, float *out, size_t rows,
    size_t columns) {
  kernels()->bias_activate(kind, x, bias, out, rows, columns);
}

void t5k_add(const float *a, const float *b, float *out, size_t n) { kernels()->add(a, b, out, n); }

void t5k_scale(const float *x, float factor, float *out, size_t n) {
  kernels()->scale(x, factor, out, n);
}

void t5k_add_rows(const float *x, const float *bias, float *out, size_t rows, size_t columns) {
  kernels()->bias_activate(T5K_NONE, x, bias, out, rows, columns);
}

void t5k_rms_norm(
    const float *x, const float *gain, float epsilon, float *out, size_t rows, size_t columns) {
  kernels()->rms_norm(x, gain, epsilon, out, rows, columns);
}

void t5k_layer_norm(
    const float *x, const float *gain, const float *bias, float epsilon, float *out, size_t rows,
    size_t columns) {
  kernels()->layer_norm(x, gain, bias, epsilon, out, rows, columns);
}

void t5k_add_layer_norm(
    const float *x, const float *residual, const float *linear_bias, const float *gain,
    const float *bias, float epsilon, float *out, size_t rows, size_t columns) {
  kernels()->add_layer_norm(
      x, residual, linear_bias, gain, bias, epsilon, out, rows, columns);
}

void t5k_softmax_bias_rows(
    float *scores, size_t ld, size_t rows, size_t columns, float scale, const float *bias,
    ptrdiff_t bias_row_step, size_t valid0, size_t valid_step, float *row_factor) {
  kernels()->softmax_bias_rows(
      scores, ld, rows, columns, scale, bias, bias_row_step, valid0, valid_step, row_factor);
}

void t5k_scale_rows(float *x, size_t ld, size_t rows, size_t columns, const float *row_factor) {
  kernels()->scale_rows(x, ld, rows, columns, row_factor);
}

// The C library's copy is already chosen for the machine.
void t5k_gather_rows(
    const float *table, size_t columns, const int32_t *rows, size_t count, float *out) {
  if (columns == 0) return;
  for (size_t i = 0; i < count; i++)
    memcpy(out + i * columns, table + (size_t)rows[i] * columns, columns * sizeof(float));
}

void t5k_gemm_nt(
    size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb, float *c,
    size_t ldc, const float *bias, int accumulate) {
  kernels()->gemm_nt(m, n, k, a, lda, b, ldb, c, ldc, bias, accumulate);
}

void t5k_gemm_nn(
    size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb, float *c,
    size_t ldc, int accumulate) {
  kernels()->gemm_nn(m, n, k, a, lda, b, ldb, c, ldc, accumulate);
}

void t5k_gemm_tn(
    size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb, float *c,
    size_t ldc, int accumulate) {
  kernels()->gemm_tn(m, n, k, a, lda, b, ldb, c, ldc, accumulate);
}

void t5k_bf16_rows(const float *x, size_t ld, size_t rows, size_t columns, void *out) {
  kernels()->bf16_rows(x, ld, rows, columns, out);
}

void t5k_s8_rows(const float *x, size_t rows, size_t columns, void *out) {
  kernels()->s8_rows(x, rows, columns, out);
}

void t5k_rotate_rows(const float *x, size_t rows, size_t columns, float *out) {
  kernels()->rotate_rows(x, rows, columns, out);
}

void t5k_gemm_bf16(
    size_t m, size_t n, size_t k, const void *a, const void *b, float *c, size_t ldc,
    const float *bias, t5k_activation activation, int accumulate) {
  kernels()->gemm_bf16(m, n, k, a, b, c, ldc, bias, activation, accumulate);
}

void t5k_pack_bf16(size_t n, size_t k, const float *b, size_t ldb, void *out) {
  kernels()->pack_bf16(n, k, b, ldb, out);
}

void t5k_pack_bf16_columns(size_t k, size_t n, const float *x, size_t ldx, void *out) {
  kernels()->pack_bf16_columns(k, n, x, ldx, out);
}

void t5k_gemm_bf16_packed(
    size_t m, size_t n, size_t k, const void *a, const void *b, float *c, size_t ldc,
    int accumulate) {
  kernels()->gemm_bf16_packed(m, n, k, a, b, c, ldc, accumulate);
}

void t5k_gemm_s8(
    size_t m, size_t n, size_t k, const void *a, const void *b, float *c, size_t ldc,
    const float *bias, t5k_activation activation, int accumulate) {
  kernels()->gemm_s8(m, n, k, a, b, c, ldc, bias, activation, accumulate);
}

float t5k_log_sum_exp(const float *x, size_t n) { return kernels()->log_sum_exp(x, n); }

size_t t5k_argmax(const float *x, size_t n) { return kernels()->argmax(x, n); }

bool t5k_all_finite(const float *x, size_t n) { return kernels()->all_finite(x, n); }

void t5k_f16_to_f32(const uint16_t *x, float *out, size_t n) { kernels()->f16_to_f32(x, out, n); }

void t5k_bf16_to_f32(const uint16_t *x, float *out, size_t n) { kernels()->bf16_to_f32(x, out, n); }

void t5k_activate_backward(
    t5k_activation kind, const float *x, const float *dy, float *dx, size_t n) {
  kernels()->activate_backward(kind, x, dy, dx, n);
}

void t5k_multiply(const float *a, const float *b, float *out, size_t n) {
  kernels()->multiply(a, b, out, n);
}

void t5k_rms_norm_backward(
    const float *x, const float *gain, float epsilon, const float *dy, float *dx, float *dgain,
    size_t rows, size_t columns) {
  kernels()->rms_norm_backward(x, gain, epsilon, dy, dx, dgain, rows, columns);
}

void t5k_layer_norm_backward(
    const float *x, const float *gain, float epsilon, const float *dy, float *dx, float *dgain,
    float *dbias, size_t rows, size_t columns) {
  kernels()->layer_norm_backward(x, gain, epsilon, dy, dx, dgain, dbias, rows, columns);
}

void t5k_softmax_backward_rows(
    const float *p, float *slopes, size_t ld, size_t rows, size_t columns, float scale) {
  kernels()->softmax_backward_rows(p, slopes, ld, rows, columns, scale);
}

void t5k_add_column_sums(const float *x, size_t rows, size_t columns, float *sums) {
  kernels()->add_column_sums(x, rows, columns, sums);
}

void t5k_scatter_add_rows(
    const float *x, size_t columns, const int32_t *rows, size_t count, float *table) {
  for (size_t i = 0; i < count; i++) {
    float *row = table + (size_t)rows[i] * columns;
    kernels()->add(row, x + i * columns, row, columns);
  }
}

double t5k_sum_of_squares(const float *x, size_t n) { return kernels()->sum_of_squares(x, n); }

void t5k_drop(const float *x, float *out, size_t n, uint64_t seed, uint32_t first, float rate) {
  kernels()->drop(x, out, n, seed, first, rate);
}

void t5k_adam(
    float *weights, const float *slopes, float *mean, float *square, size_t n,
    const t5k_adam_step *step) {
  kernels()->adam(weights, slopes, mean, square, n, step);
}
