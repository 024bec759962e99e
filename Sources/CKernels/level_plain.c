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
    return 0.5 * x * (1 + erf(x * 0.70710678118654752440));
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

static double bf16_value(const void *numbers, size_t place) {
  float value;
  plain_bf16_to_f32((const uint16_t *)numbers + place, &value, 1);
  return value;
}

static uint16_t bf16_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return (uint16_t)(isnan(x) ? bits >> 16 | 0x40 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void plain_bf16_rows(const float *x, size_t rows, size_t columns, void *out) {
  for (size_t i = 0; i < rows; i++) {
    uint16_t *row = (uint16_t *)((uint8_t *)out + i * t5k_bf16_row_bytes(columns));
    if (columns % 2 != 0) row[columns] = 0;
    for (size_t c = 0; c < columns; c++) row[c] = bf16_bits(x[i * columns + c]);
  }
}

/// The place of number l of row j in a packed operand.
static size_t bf16_place(size_t j, size_t l, size_t k) {
  const size_t unit = j / T5K_PACKED_COLUMNS * ((k + 1) / 2) + l / 2;
  return (unit * T5K_PACKED_COLUMNS + j % T5K_PACKED_COLUMNS) * 2 + l % 2;
}

static void plain_pack_bf16(size_t n, size_t k, const float *b, void *out) {
  uint16_t *numbers = out;
  memset(out, 0, t5k_packed_bf16_bytes(n, k));
  for (size_t j = 0; j < n; j++)
    for (size_t l = 0; l < k; l++) numbers[bf16_place(j, l, k)] = bf16_bits(b[j * k + l]);
}

static void plain_pack_bf16_columns(size_t k, size_t n, const float *x, void *out) {
  uint16_t *numbers = out;
  memset(out, 0, t5k_packed_bf16_bytes(n, k));
  for (size_t l = 0; l < k; l++)
    for (size_t j = 0; j < n; j++) numbers[bf16_place(j, l, k)] = bf16_bits(x[l * n + j]);
}

static void plain_s8_rows(const float *x, size_t rows, size_t columns, void *out) {
  const size_t bytes = t5k_s8_row_bytes(columns);
  for (size_t i = 0; i < rows; i++, x += columns) {
    uint8_t *row = (uint8_t *)out + i * bytes;
    memset(row, 0, bytes);
    double least = 0, greatest = 0;
    bool is_finite = true;
    for (size_t c = 0; c < columns; c++) {
      least = fmin(least, x[c]);
      greatest = fmax(greatest, x[c]);
      is_finite &= isfinite(x[c]) != 0;
    }
    double scale = (greatest - least) / 255;
    int32_t zero = 0;
    if (!is_finite) {
      scale = NAN;
    } else if (scale < 1e-35) {
      scale = 0;
    } else {
      zero = (int32_t)rint(-least / scale);
      for (size_t c = 0; c < columns; c++)
        row[c] = (uint8_t)fmin(fmax(rint(x[c] / scale) + zero, 0), 255);
    }
    const float stored = (float)scale;
    memcpy(row + bytes - 8, &stored, sizeof stored);
    memcpy(row + bytes - 4, &zero, sizeof zero);
  }
}

static void plain_rotate_rows(const float *x, size_t rows, size_t columns, float *out) {
  for (size_t i = 0; i < rows; i++, x += columns, out += columns) {
    size_t first = 0;
    for (; first + T5K_ROTATED_COLUMNS <= columns; first += T5K_ROTATED_COLUMNS) {
      float v[T5K_ROTATED_COLUMNS];
      for (size_t l = 0; l < T5K_ROTATED_COLUMNS; l++) v[l] = x[first + l] * t5k_rotation_signs[l];
      for (size_t step = T5K_ROTATED_COLUMNS / 2; step > 0; step /= 2)
        for (size_t l = 0; l < T5K_ROTATED_COLUMNS; l++) {
          if (l & step) continue;
          const float a = v[l], b = v[l + step];
          v[l] = a + b;
          v[l + step] = a - b;
        }
      for (size_t l = 0; l < T5K_ROTATED_COLUMNS; l++)
        out[first + l] = t5k_rotation_signs[l] < 0 ? -v[l] : v[l];
    }
    memmove(out + first, x + first, (columns - first) * sizeof(float));
  }
}

/// Stores an element of a product.
static void finish(float *place, double sum, double bias, t5k_activation kind, int accumulate) {
  *place = (float)activation(kind, (accumulate ? *place : 0) + sum + bias);
}

static void plain_gemm_bf16(
    size_t m, size_t n, size_t k, const void *a, const void *b, float *c, size_t ldc,
    const float *bias, t5k_activation kind, int accumulate) {
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0;
      for (size_t l = 0; l < k; l++)
        sum += bf16_value((const uint8_t *)a + i * t5k_bf16_row_bytes(k), l) *
               bf16_value(b, bf16_place(j, l, k));
      finish(c + i * ldc + j, sum, bias ? bias[j] : 0, kind, accumulate);
    }
}

static void plain_gemm_bf16_packed(
    size_t m, size_t n, size_t k, const void *a, const void *b, float *c, size_t ldc,
    int accumulate) {
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0;
      for (size_t l = 0; l < k; l++)
        sum += bf16_value(a, bf16_place(i, l, k)) * bf16_value(b, bf16_place(j, l, k));
      finish(c + i * ldc + j, sum, 0, T5K_NONE, accumulate);
    }
}

static void plain_gemm_s8(
    size_t m, size_t n, size_t k, const void *a, const void *b, float *c, size_t ldc,
    const float *bias, t5k_activation kind, int accumulate) {
  const size_t bytes = t5k_s8_row_bytes(k), units = (k + 3) / 4;
  const size_t padded = (n + T5K_PACKED_COLUMNS - 1) / T5K_PACKED_COLUMNS * T5K_PACKED_COLUMNS;
  const float *scales = (const float *)((const uint8_t *)b + padded * units * 4);
  for (size_t i = 0; i < m; i++) {
    const uint8_t *row = (const uint8_t *)a + i * bytes;
    float scale;
    int32_t zero;
    memcpy(&scale, row + bytes - 8, sizeof scale);
    memcpy(&zero, row + bytes - 4, sizeof zero);
    for (size_t j = 0; j < n; j++) {
      int64_t sum = 0;
      for (size_t l = 0; l < k; l++) {
        const size_t unit = j / T5K_PACKED_COLUMNS * units + l / 4;
        const size_t place = (unit * T5K_PACKED_COLUMNS + j % T5K_PACKED_COLUMNS) * 4 + l % 4;
        sum += (row[l] - zero) * ((const int8_t *)b)[place];
      }
      const double value = (double)sum * scale * scales[j];
      finish(c + i * ldc + j, value, bias ? bias[j] : 0, kind, accumulate);
    }
  }
}

static double activation_slope(t5k_activation kind, double x) {
  const double logistic = 1 / (1 + exp(-x));
  switch (kind) {
  case T5K_NONE:
    return 1;
  case T5K_RELU:
    return x > 0 ? 1 : 0;
  case T5K_GELU_ERF:
    // Φ(x) + x·φ(x), φ(0) = 1/√(2π).
    return 0.5 * (1 + erf(x * 0.70710678118654752440)) +
           x * exp(-0.5 * x * x) * 0.39894228040143267794;
  case T5K_GELU_TANH: {
    const double root = 0.79788456080286535588;
    const double t = tanh(root * (x + 0.044715 * x * x * x));
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 3 * 0.044715 * x * x);
  }
  case T5K_SILU:
    return logistic * (1 + x * (1 - logistic));
  case T5K_TANH:
    return 1 - tanh(x) * tanh(x);
  case T5K_SIGMOID:
    return logistic * (1 - logistic);
  }
  return x;
}

static void plain_activate_backward(
    t5k_activation kind, const float *x, const float *dy, float *dx, size_t n) {
  for (size_t i = 0; i < n; i++) dx[i] = (float)(activation_slope(kind, x[i]) * dy[i]);
}

static void plain_multiply(const float *a, const float *b, float *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] * b[i];
}

static void plain_rms_norm_backward(
    const float *x, const float *gain, float epsilon, const float *dy, float *dx, float *dgain,
    size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++, x += columns, dy += columns, dx += columns) {
    double squares = 0, sum = 0;
    for (size_t c = 0; c < columns; c++) squares += (double)x[c] * x[c];
    const double factor = 1 / sqrt(squares / (double)columns + epsilon);
    for (size_t c = 0; c < columns; c++) sum += (double)dy[c] * gain[c] * x[c];
    for (size_t c = 0; c < columns; c++) {
      const double pull = x[c] * factor * factor * sum / (double)columns;
      dx[c] += (float)(((double)dy[c] * gain[c] - pull) * factor);
      dgain[c] += (float)(dy[c] * x[c] * factor);
    }
  }
}

static void plain_layer_norm_backward(
    const float *x, const float *gain, float epsilon, const float *dy, float *dx, float *dgain,
    float *dbias, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++, x += columns, dy += columns, dx += columns) {
    double mean = 0, squares = 0, sum = 0, moment = 0;
    for (size_t c = 0; c < columns; c++) mean += x[c] / (double)columns;
    for (size_t c = 0; c < columns; c++) squares += (x[c] - mean) * (x[c] - mean);
    const double factor = 1 / sqrt(squares / (double)columns + epsilon);
    for (size_t c = 0; c < columns; c++) {
      sum += (double)dy[c] * gain[c];
      moment += (double)dy[c] * gain[c] * (x[c] - mean) * factor;
    }
    for (size_t c = 0; c < columns; c++) {
      const double normal = (x[c] - mean) * factor;
      const double direct = (double)dy[c] * gain[c];
      dx[c] += (float)((direct - (sum + normal * moment) / (double)columns) * factor);
      dgain[c] += (float)(dy[c] * normal);
      dbias[c] += dy[c];
    }
  }
}

static void plain_softmax_backward_rows(
    const float *p, float *slopes, size_t ld, size_t rows, size_t columns, float scale) {
  for (size_t i = 0; i < rows; i++, p += ld, slopes += ld) {
    double mean = 0;
    for (size_t c = 0; c < columns; c++) mean += (double)p[c] * slopes[c];
    for (size_t c = 0; c < columns; c++) slopes[c] = (float)(p[c] * (slopes[c] - mean) * scale);
  }
}

static void plain_add_column_sums(const float *x, size_t rows, size_t columns, float *sums) {
  for (size_t c = 0; c < columns; c++) {
    double sum = 0;
    for (size_t i = 0; i < rows; i++) sum += x[i * columns + c];
    sums[c] += (float)sum;
  }
}

static double plain_sum_of_squares(const float *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * x[i];
  return sum;
}

// Levels agree to the bit here: which numbers fall is part of a training's result.
DEFINE_DROP_BITS(drop_bits, uint32_t)

static void plain_drop(
    const float *x, float *out, size_t n, uint64_t seed, uint32_t first, float rate) {
  const uint32_t limit = (uint32_t)(rate * 4294967296.0f);
  const float scale = 1.0f / (1.0f - rate);
  for (size_t i = 0; i < n; i++) {
    const uint32_t bits = drop_bits(first + (uint32_t)i, seed);
    out[i] = bits >= limit ? x[i] * scale : 0.0f;
  }
}

static void plain_adam(
    float *weights, const float *slopes, float *mean, float *square, size_t n,
    const t5k_adam_step *step) {
  for (size_t i = 0; i < n; i++) {
    const double slope = (double)slopes[i] * step->slope_scale;
    const double m = (double)mean[i] * step->beta1 + slope * (1 - step->beta1);
    const double v = (double)square[i] * step->beta2 + slope * slope * (1 - step->beta2);
    mean[i] = (float)m;
    square[i] = (float)v;
    const double move = m * step->mean_correction / (sqrt(v * step->square_correction) + step->epsilon);
    weights[i] -= (float)(step->rate * (move + step->decay * weights[i]));
  }
}

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
