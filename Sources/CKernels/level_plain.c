// The reference: each function as its definition reads, one number at a time, in double precision
// with the C library's functions. Tests compare the other levels with it.

#include <math.h>
#include <string.h>

#include "levels.h"

static double activation(t5k_activation kind, double x) {
  switch (kind) {
  case T5K_NONE:
    return x;
  case T5K_RELU:
    return x < 0 ? 0 : x;
  case T5K_GELU_ERF:
    return isinf(x) ? fmax(x, 0) : 0.5 * x * (1 + erf(x * 0.70710678118654752440));
  case T5K_GELU_TANH:
    // √(2/π), and the cubic term of Hendrycks & Gimpel 2016.
    return 0.5 * x * (1 + tanh(0.79788456080286535588 * (x + 0.044715 * x * x * x)));
  case T5K_SILU:
    return x / (1 + exp(-x));
  case T5K_TANH:
    return tanh(x);
  case T5K_SIGMOID:
    return 1 / (1 + exp(-x));
  }
  return x;
}

static void plain_exp(const float *x, float *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (float)exp((double)x[i]);
}

static void plain_erf(const float *x, float *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (float)erf((double)x[i]);
}

static void plain_tanh(const float *x, float *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (float)tanh((double)x[i]);
}

static void plain_activate(t5k_activation kind, const float *x, float *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (float)activation(kind, x[i]);
}

static void plain_gate(
    t5k_activation kind, const float *gate, const float *linear, float *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (float)(activation(kind, gate[i]) * linear[i]);
}

static void plain_bias_activate(
    t5k_activation kind, const float *x, const float *bias, float *out, size_t rows,
    size_t columns) {
  for (size_t i = 0; i < rows; i++)
    for (size_t c = 0; c < columns; c++) {
      const double sum = (double)x[i * columns + c] + bias[c];
      out[i * columns + c] = (float)activation(kind, sum);
    }
}

static void plain_add(const float *a, const float *b, float *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] + b[i];
}

static void plain_scale(const float *x, float factor, float *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = x[i] * factor;
}

static void plain_rms_norm(
    const float *x, const float *gain, float epsilon, float *out, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++, x += columns, out += columns) {
    double squares = 0;
    for (size_t c = 0; c < columns; c++) squares += (double)x[c] * x[c];
    const double factor = 1 / sqrt(squares / (double)columns + epsilon);
    for (size_t c = 0; c < columns; c++) out[c] = (float)(x[c] * factor * gain[c]);
  }
}

static void plain_add_layer_norm(
    const float *x, const float *residual, const float *linear_bias, const float *gain,
    const float *bias, float epsilon, float *out, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++) {
    const size_t row = i * columns;
#define SUMMED(c)                                                                \
  ((double)x[row + (c)] + (residual ? residual[row + (c)] : 0.0f) +              \
   (linear_bias ? linear_bias[c] : 0.0f))
    double sum = 0, squares = 0;
    for (size_t c = 0; c < columns; c++) sum += SUMMED(c);
    const double mean = sum / (double)columns;
    for (size_t c = 0; c < columns; c++) squares += (SUMMED(c) - mean) * (SUMMED(c) - mean);
    const double factor = 1 / sqrt(squares / (double)columns + epsilon);
    for (size_t c = 0; c < columns; c++)
      out[row + c] = (float)((SUMMED(c) - mean) * factor * gain[c] + bias[c]);
#undef SUMMED
  }
}

static void plain_layer_norm(
    const float *x, const float *gain, const float *bias, float epsilon, float *out, size_t rows,
    size_t columns) {
  plain_add_layer_norm(x, NULL, NULL, gain, bias, epsilon, out, rows, columns);
}

static void plain_softmax_bias_rows(
    float *scores, size_t ld, size_t rows, size_t columns, float scale, const float *bias,
    ptrdiff_t bias_row_step, size_t valid0, size_t valid_step, float *row_factor) {
  for (size_t i = 0; i < rows; i++) {
    float *row = scores + i * ld;
    const float *row_bias = bias ? bias + (ptrdiff_t)i * bias_row_step : NULL;
    size_t valid = valid0 > 0 ? valid0 + i * valid_step : columns;
    if (valid > columns) valid = columns;
#define BIASED(c) ((double)row[c] * scale + (row_bias ? row_bias[c] : 0.0f))
    double greatest = -INFINITY, sum = 0;
    for (size_t c = 0; c < valid; c++) greatest = fmax(greatest, BIASED(c));
    for (size_t c = 0; c < valid; c++) sum += exp(BIASED(c) - greatest);
    const double factor = valid > 0 ? 1 / sum : 0;
    for (size_t c = 0; c < valid; c++)
      row[c] = (float)(exp(BIASED(c) - greatest) * (row_factor ? 1 : factor));
    for (size_t c = valid; c < columns; c++) row[c] = 0;
    if (row_factor) row_factor[i] = (float)factor;
#undef BIASED
  }
}

static void plain_scale_rows(
    float *x, size_t ld, size_t rows, size_t columns, const float *row_factor) {
  for (size_t i = 0; i < rows; i++)
    for (size_t c = 0; c < columns; c++) x[i * ld + c] *= row_factor[i];
}

static void plain_gemm_nt(
    size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb, float *c,
    size_t ldc, const float *bias, int accumulate) {
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = bias ? bias[j] : 0;
      for (size_t l = 0; l < k; l++) sum += (double)a[i * lda + l] * b[j * ldb + l];
      c[i * ldc + j] = (float)(accumulate ? c[i * ldc + j] + sum : sum);
    }
}

static void plain_gemm_nn(
    size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb, float *c,
    size_t ldc, int accumulate) {
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0;
      for (size_t l = 0; l < k; l++) sum += (double)a[i * lda + l] * b[l * ldb + j];
      c[i * ldc + j] = (float)(accumulate ? c[i * ldc + j] + sum : sum);
    }
}

static void plain_gemm_tn(
    size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb, float *c,
    size_t ldc, int accumulate) {
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0;
      for (size_t l = 0; l < k; l++) sum += (double)a[l * lda + i] * b[l * ldb + j];
      c[i * ldc + j] = (float)(accumulate ? c[i * ldc + j] + sum : sum);
    }
}

static float plain_log_sum_exp(const float *x, size_t n) {
  double greatest = -INFINITY, sum = 0;
  for (size_t i = 0; i < n; i++) {
    if (isnan(x[i])) return NAN;
    greatest = fmax(greatest, x[i]);
  }
  if (isinf(greatest)) return (float)greatest;
  for (size_t i = 0; i < n; i++) sum += exp(x[i] - greatest);
  return (float)(greatest + log(sum));
}

static size_t plain_argmax(const float *x, size_t n) {
  size_t best = 0;
  for (size_t i = 1; i < n; i++)
    if (x[i] > x[best] || (isnan(x[best]) && !isnan(x[i]))) best = i;
  return best;
}

static bool plain_all_finite(const float *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!isfinite(x[i])) return false;
  return true;
}

static void plain_f16_to_f32(const uint16_t *x, float *out, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const int exponent = (x[i] >> 10) & 31, fraction = x[i] & 1023;
    double magnitude = exponent == 0    ? ldexp(fraction, -24)
                       : exponent == 31 ? (fraction ? NAN : INFINITY)
                                        : ldexp(1024 + fraction, exponent - 25);
    out[i] = (float)copysign(magnitude, x[i] >> 15 ? -1 : 1);
  }
}

static void plain_bf16_to_f32(const uint16_t *x, float *out, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const uint32_t bits = (uint32_t)x[i] << 16;
    memcpy(out + i, &bits, sizeof bits);
  }
}

#include "plain_reduced.inc"
#include "plain_gradients.inc"

const t5k_kernels t5k_kernels_plain = {
    .exp = plain_exp,
    .erf = plain_erf,
    .tanh = plain_tanh,
    .activate = plain_activate,
    .gate = plain_gate,
    .bias_activate = plain_bias_activate,
    .add = plain_add,
    .scale = plain_scale,
    .rms_norm = plain_rms_norm,
    .layer_norm = plain_layer_norm,
    .add_layer_norm = plain_add_layer_norm,
    .softmax_bias_rows = plain_softmax_bias_rows,
    .scale_rows = plain_scale_rows,
    .gemm_nt = plain_gemm_nt,
    .gemm_nn = plain_gemm_nn,
    .gemm_tn = plain_gemm_tn,
    .log_sum_exp = plain_log_sum_exp,
    .argmax = plain_argmax,
    .all_finite = plain_all_finite,
    .f16_to_f32 = plain_f16_to_f32,
    .bf16_to_f32 = plain_bf16_to_f32,
    .bf16_rows = plain_bf16_rows,
    .s8_rows = plain_s8_rows,
    .rotate_rows = plain_rotate_rows,
    .pack_bf16 = plain_pack_bf16,
    .pack_bf16_columns = plain_pack_bf16_columns,
    .gemm_bf16 = plain_gemm_bf16,
    .gemm_bf16_packed = plain_gemm_bf16_packed,
    .gemm_s8 = plain_gemm_s8,
    .activate_backward = plain_activate_backward,
    .multiply = plain_multiply,
    .rms_norm_backward = plain_rms_norm_backward,
    .layer_norm_backward = plain_layer_norm_backward,
    .softmax_backward_rows = plain_softmax_backward_rows,
    .add_column_sums = plain_add_column_sums,
    .sum_of_squares = plain_sum_of_squares,
    .drop = plain_drop,
    .adam = plain_adam,
};
