#pragma once

// Vector loops with one run-time choice of instruction set.
//
// Every matrix is row-major; `ld…` is the distance between two rows, in floats. Every length may be
// zero, and a pointer to nothing may then be NULL. No function reads or writes past the lengths
// given, needs any alignment, allocates, or locks.
//
// A row's result is a function of that row's values (and of what all rows share: gain, bias, the
// right-hand matrix) and of the level below: the same bits whatever the number of rows, the row's
// place among them, or the addresses. Two levels may differ in the last bits.
//
// `out` may be the same pointer as an input of the same shape, unless said otherwise; partial
// overlap is never allowed.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What follows a linear layer. NaN gives NaN. At −∞, `GELU_TANH` and `SILU` give NaN (−∞ · 0), as their
/// formulas do; `GELU_ERF` gives its limit, 0.
typedef enum {
  T5K_NONE = 0,       ///< x
  T5K_RELU = 1,       ///< max(x, 0)
  T5K_GELU_ERF = 2,   ///< x/2 · (1 + erf(x/√2))
  T5K_GELU_TANH = 3,  ///< x/2 · (1 + tanh(√(2/π)·(x + 0.044715 x³))), "gelu_new"
  T5K_SILU = 4,       ///< x / (1 + exp(−x))
  T5K_TANH = 5,       ///< tanh(x)
  T5K_SIGMOID = 6,    ///< 1 / (1 + exp(−x))
} t5k_activation;

/// The instruction sets, each a compilation of the same text; `PLAIN` is the scalar reference in
/// double precision that tests compare with.
enum {
  T5K_PLAIN = 0,
  T5K_BASELINE = 1,  ///< What every machine of the architecture has: SSE2, or NEON.
  T5K_AVX2 = 2,      ///< AVX2, FMA and F16C.
  T5K_AVX512 = 3,    ///< AVX-512 F, BW, DQ and VL.
  T5K_AVX512_VNNI = 4,  ///< And VNNI: products of bytes.
  T5K_AVX512_BF16 = 5,  ///< And BF16: products of bfloat16.
};

/// One step of Adam with decoupled decay; see `t5k_adam`.
typedef struct {
  float rate;               ///< The learning rate.
  float beta1, beta2;       ///< How much of the running means stays.
  float epsilon;            ///< Added to the root.
  float decay;              ///< Share of a weight that goes, times the rate.
  float mean_correction;    ///< 1 / (1 − beta1ᵗ)
  float square_correction;  ///< 1 / (1 − beta2ᵗ)
  float slope_scale;        ///< What gradients are multiplied by first: clipping, averaging.
} t5k_adam_step;

/// All functions at one level. Each is documented at the function `t5k_<name>` below.
typedef struct {
  void (*exp)(const float *x, float *out, size_t n);
  void (*erf)(const float *x, float *out, size_t n);
  void (*tanh)(const float *x, float *out, size_t n);
  void (*activate)(t5k_activation kind, const float *x, float *out, size_t n);
  void (*gate)(
      t5k_activation kind, const float *gate, const float *linear, float *out, size_t n);
  void (*bias_activate)(
      t5k_activation kind, const float *x, const float *bias, float *out, size_t rows,
      size_t columns);
  void (*add)(const float *a, const float *b, float *out, size_t n);
  void (*scale)(const float *x, float factor, float *out, size_t n);
  void (*rms_norm)(
      const float *x, const float *gain, float epsilon, float *out, size_t rows, size_t columns);
  void (*layer_norm)(
      const float *x, const float *gain, const float *bias, float epsilon, float *out, size_t rows,
      size_t columns);
  void (*add_layer_norm)(
      const float *x, const float *residual, const float *linear_bias, const float *gain,
      const float *bias, float epsilon, float *out, size_t rows, size_t columns);
  void (*softmax_bias_rows)(
      float *scores, size_t ld, size_t rows, size_t columns, float scale, const float *bias,
      ptrdiff_t bias_row_step, size_t valid0, size_t valid_step, float *row_factor);
  void (*scale_rows)(
      float *x, size_t ld, size_t rows, size_t columns, const float *row_factor);
  void (*gemm_nt)(
      size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb,
      float *c, size_t ldc, const float *bias, int accumulate);
  void (*gemm_nn)(
      size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb,
      float *c, size_t ldc, int accumulate);
  void (*gemm_tn)(
      size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb,
      float *c, size_t ldc, int accumulate);
  float (*log_sum_exp)(const float *x, size_t n);
  size_t (*argmax)(const float *x, size_t n);
  bool (*all_finite)(const float *x, size_t n);
  void (*activate_backward)(
      t5k_activation kind, const float *x, const float *dy, float *dx, size_t n);
  void (*multiply)(const float *a, const float *b, float *out, size_t n);
  void (*rms_norm_backward)(
      const float *x, const float *gain, float epsilon, const float *dy, float *dx, float *dgain,
      size_t rows, size_t columns);
  void (*layer_norm_backward)(
      const float *x, const float *gain, float epsilon, const float *dy, float *dx, float *dgain,
      float *dbias, size_t rows, size_t columns);
  void (*softmax_backward_rows)(
      const float *p, float *slopes, size_t ld, size_t rows, size_t columns, float scale);
  void (*add_column_sums)(const float *x, size_t rows, size_t columns, float *sums);
  double (*sum_of_squares)(const float *x, size_t n);
  void (*drop)(const float *x, float *out, size_t n, uint64_t seed, uint32_t first, float rate);
  void (*adam)(
      float *weights, const float *slopes, float *mean, float *square, size_t n,
      const t5k_adam_step *step);
  void (*f16_to_f32)(const uint16_t *x, float *out, size_t n);
  void (*bf16_to_f32)(const uint16_t *x, float *out, size_t n);
  void (*bf16_rows)(const float *x, size_t ld, size_t rows, size_t columns, void *out);
  void (*s8_rows)(const float *x, size_t rows, size_t columns, void *out);
  void (*rotate_rows)(const float *x, size_t rows, size_t columns, float *out);
  void (*pack_bf16)(size_t n, size_t k, const float *b, size_t ldb, void *out);
  void (*pack_bf16_columns)(size_t k, size_t n, const float *x, size_t ldx, void *out);
  void (*gemm_bf16)(
      size_t m, size_t n, size_t k, const void *a, const void *b, float *c, size_t ldc,
      const float *bias, t5k_activation activation, int accumulate);
  void (*gemm_bf16_packed)(
      size_t m, size_t n, size_t k, const void *a, const void *b, float *c, size_t ldc,
      int accumulate);
  void (*gemm_s8)(
      size_t m, size_t n, size_t k, const void *a, const void *b, float *c, size_t ldc,
      const float *bias, t5k_activation activation, int accumulate);
} t5k_kernels;

// Levels

/// The highest level that this machine and its system can run.
int t5k_best_level(void);

/// The level in use: the best, or the one that the environment variable T5RANK_KERNELS names
/// (`avx512bf16`, `avx512vnni`, `avx512`, `avx2`, `baseline`, `plain`) if this machine has it, or the last one set.
int t5k_level(void);

/// Makes `level` the one in use, for the whole process, and returns it; returns −1 and changes
/// nothing if this machine does not have it. Not meant for a process that is computing.
int t5k_set_level(int level);

/// `avx512bf16`, `avx512vnni`, `avx512`, `avx2`, `baseline`, `plain`; `unknown` for any other number.
const char *t5k_level_name(int level);

/// The functions of one level without making it the one in use; NULL if this machine does not have
/// it.
const t5k_kernels *t5k_kernels_at(int level);

/// How many cores this process may use, by its affinity mask where there is one; at least 1.
int t5k_available_cores(void);

/// Asks the system for large pages in some memory, which nobody has written to yet. It may decline.
void t5k_use_large_pages(void *memory, size_t bytes);

/// Waits for some tens of nanoseconds, in a loop that waits for another thread.
void t5k_pause(void);

/// Lets another thread have the core, if one asks for it.
void t5k_yield(void);

// Functions of one number

/// out = exp(x), to 1.1 ulp. −∞ gives 0, from 88.73 on +∞; subnormal results are not flushed.
void t5k_exp(const float *x, float *out, size_t n);

/// out = erf(x), to 1.5 ulp.
void t5k_erf(const float *x, float *out, size_t n);

/// out = tanh(x), to 1.5 ulp.
void t5k_tanh(const float *x, float *out, size_t n);

/// out = activation(x).
void t5k_activate(t5k_activation kind, const float *x, float *out, size_t n);

/// out = activation(gate) · linear, the gated feed-forward of T5 1.1.
void t5k_gate(t5k_activation kind, const float *gate, const float *linear, float *out, size_t n);

/// out = activation(x + bias) for `x` [rows, columns] and `bias` [columns].
void t5k_bias_activate(
    t5k_activation kind, const float *x, const float *bias, float *out, size_t rows,
    size_t columns);

/// out = a + b.
void t5k_add(const float *a, const float *b, float *out, size_t n);

/// out = x · factor.
void t5k_scale(const float *x, float factor, float *out, size_t n);

/// out = x + bias for `x` [rows, columns] and `bias` [columns].
void t5k_add_rows(const float *x, const float *bias, float *out, size_t rows, size_t columns);

// Norms of rows

/// out = x / √(mean(x²) + epsilon) · gain for `x` [rows, columns] and `gain` [columns]
/// (T5LayerNorm).
void t5k_rms_norm(
    const float *x, const float *gain, float epsilon, float *out, size_t rows, size_t columns);

/// out = (x − mean(x)) / √(variance(x) + epsilon) · gain + bias for `x` [rows, columns], `gain` and
/// `bias` [columns]; the variance is of the differences from the mean, divided by `columns`.
void t5k_layer_norm(
    const float *x, const float *gain, const float *bias, float epsilon, float *out, size_t rows,
    size_t columns);

/// `t5k_layer_norm` of x + linear_bias + residual; `residual` is [rows, columns], `linear_bias`
/// [columns] or NULL.
void t5k_add_layer_norm(
    const float *x, const float *residual, const float *linear_bias, const float *gain,
    const float *bias, float epsilon, float *out, size_t rows, size_t columns);

// Attention

/// Softmax over each row of `scores` [rows, columns], in place.
///
/// Of row i the first nᵢ columns count: all, or min(columns, valid0 + i · valid_step) if
/// valid0 > 0 (causal attention: 1 and 1). With s = score · scale + bias[i · bias_row_step + c],
/// or without the second term if `bias` is NULL, writes exp(s − max s) for c < nᵢ, 0 beyond, and
/// row_factor[i] = 1 / sum, to be applied after the product with the values. If `row_factor` is
/// NULL, normalises in place. A step of −1 serves a bias that depends on c − i alone. A row with no
/// columns has the factor 0; one that is −∞ throughout, or holds NaN or +∞, the factor NaN.
void t5k_softmax_bias_rows(
    float *scores, size_t ld, size_t rows, size_t columns, float scale, const float *bias,
    ptrdiff_t bias_row_step, size_t valid0, size_t valid_step, float *row_factor);

/// Multiplies row i of `x` [rows, columns] by row_factor[i].
void t5k_scale_rows(float *x, size_t ld, size_t rows, size_t columns, const float *row_factor);

/// Copies rows of `table`, each of `columns` floats: out[i] = table[rows[i]]. The caller has
/// checked that each index is one of the table's; `out` may not overlap it.
void t5k_gather_rows(
    const float *table, size_t columns, const int32_t *rows, size_t count, float *out);

// Row-stable products

/// C = A·Bᵀ + bias, or C += A·Bᵀ + bias if `accumulate` is not 0; A is [m, k], B [n, k], C [m, n],
/// `bias` [n] or NULL. C may not overlap the others. Unlike a BLAS's, an element's bits depend on
/// its row of A, its row of B and k alone.
void t5k_gemm_nt(
    size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb, float *c,
    size_t ldc, const float *bias, int accumulate);

/// C = A·B, or C += A·B if `accumulate` is not 0; A is [m, k], B [k, n], C [m, n]. As row-stable as
/// `t5k_gemm_nt`.
void t5k_gemm_nn(
    size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb, float *c,
    size_t ldc, int accumulate);

/// C = Aᵀ·B, or C += Aᵀ·B if `accumulate` is not 0; A is [k, m], B [k, n], C [m, n]. As row-stable as
/// `t5k_gemm_nt`.
void t5k_gemm_tn(
    size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb, float *c,
    size_t ldc, int accumulate);

// Row-stable products of reduced precision. Both operands are laid out beforehand, in a form that all
// levels share: the weights B [n, k] once, the activations A [m, k] before their first product.
//
// In bfloat16 numbers are rounded to nearest, ties to even; products are exact and summed in single
// precision, in the order of k, two at a time. Infinity and NaN act as in single precision.
//
// In bytes B's rows have a scale each, max |b| / 127, and A's rows a scale and a zero, an integer, which
// spread the row's range and 0 over 0 … 255. Sums are exact. A row, of either, that holds infinity or
// NaN makes all its products NaN; one whose range is below 10⁻³³ or so counts as 0.
//
// What is laid out lies at a multiple of four bytes.

enum {
  T5K_PACKED_COLUMNS = 16,  ///< Rows of B are packed by so many.
  T5K_GREATEST_S8_DEPTH = 66000,  ///< Sums of more products of bytes could overflow.
  T5K_ROTATED_COLUMNS = 64,  ///< Columns are rotated by so many.
};

/// Bytes that `t5k_pack_bf16` writes.
size_t t5k_packed_bf16_bytes(size_t n, size_t k);

/// Bytes that `t5k_pack_s8` writes.
size_t t5k_packed_s8_bytes(size_t n, size_t k);

/// Bytes from one row of A to the next, as `t5k_bf16_rows` writes them; more than the numbers take, lest
/// rows a power of two apart share few sets of the cache.
size_t t5k_bf16_row_bytes(size_t k);

/// Bytes from one row of A to the next, as `t5k_s8_rows` writes them, with its scale and zero at the end.
size_t t5k_s8_row_bytes(size_t k);

/// Lays out B for `t5k_gemm_bf16`. The same bytes at every level.
void t5k_pack_bf16(size_t n, size_t k, const float *b, size_t ldb, void *out);

/// As `t5k_pack_bf16`, of the B [n, k] whose transpose is `x` [k, n]; a subnormal number may become 0, which it is
/// in products.
void t5k_pack_bf16_columns(size_t k, size_t n, const float *x, size_t ldx, void *out);

/// Rounds B to bytes, row-major: `numbers` [n, k], from −127 to 127, and `scales` [n], of which one is 0 for
/// a row that counts as 0, and NaN for a row with a number that is not finite.
void t5k_round_s8(size_t n, size_t k, const float *b, int8_t *numbers, float *scales);

/// Lays out what `t5k_round_s8` wrote for `t5k_gemm_s8`.
void t5k_pack_s8(
    size_t n, size_t k, const int8_t *b, const float *b_scales, void *out);

/// Rounds `x` [rows, columns] and lays it out for `t5k_gemm_bf16`; a subnormal number may become 0, which it is
/// in products.
void t5k_bf16_rows(const float *x, size_t ld, size_t rows, size_t columns, void *out);

/// out = x·R, in place or not, for `x` [rows, columns]: each 64 whole columns are multiplied with D·H·D / 8, where
/// H is Hadamard's matrix and D a diagonal of signs; columns after the last 64 stay. R is its own inverse and
/// (A·R)·(B·R)ᵀ = A·Bᵀ, but a large number of a row becomes 64 small ones, so that rounding the row by its range
/// costs less (Ashkboos et al. 2024, arXiv 2404.00456). The same bits at every level. Numbers above 4·10³⁷ may
/// overflow.
void t5k_rotate_rows(const float *x, size_t rows, size_t columns, float *out);

/// Rounds `x` [rows, columns] to bytes and lays it out for `t5k_gemm_s8`.
void t5k_s8_rows(const float *x, size_t rows, size_t columns, void *out);

/// C = activation(A·Bᵀ + bias), or activation(C + A·Bᵀ + bias) if `accumulate` is not 0; `bias` is [n] or
/// NULL.
void t5k_gemm_bf16(
    size_t m, size_t n, size_t k, const void *a, const void *b, float *c, size_t ldc,
    const float *bias, t5k_activation activation, int accumulate);

/// C = A·Bᵀ, or C += A·Bᵀ if `accumulate` is not 0, of two operands that `t5k_pack_bf16` or
/// `t5k_pack_bf16_columns` laid out: sums over long k, such as a weight's gradient over tokens. They are
/// summed in parts, so that their bits differ from those of `t5k_gemm_bf16`.
void t5k_gemm_bf16_packed(
    size_t m, size_t n, size_t k, const void *a, const void *b, float *c, size_t ldc,
    int accumulate);

/// As `t5k_gemm_bf16`, of bytes; k is at most T5K_GREATEST_S8_DEPTH.
void t5k_gemm_s8(
    size_t m, size_t n, size_t k, const void *a, const void *b, float *c, size_t ldc,
    const float *bias, t5k_activation activation, int accumulate);

// Reductions

/// log Σ exp(x), shifted by the maximum and summed in double precision. −∞ if all are, or if n = 0.
float t5k_log_sum_exp(const float *x, size_t n);

/// The index of the greatest value, the lowest among equals; NaN is never greatest. 0 if n = 0 or
/// all are NaN.
size_t t5k_argmax(const float *x, size_t n);

/// Whether no value is infinite or NaN.
bool t5k_all_finite(const float *x, size_t n);

// Training. A gradient that a function adds to is marked (+=).

/// dx = dy · activation'(x).
void t5k_activate_backward(
    t5k_activation kind, const float *x, const float *dy, float *dx, size_t n);

/// out = a · b, number by number.
void t5k_multiply(const float *a, const float *b, float *out, size_t n);

/// Of `t5k_rms_norm`: `dx` [rows, columns] and `dgain` [columns], both (+=).
void t5k_rms_norm_backward(
    const float *x, const float *gain, float epsilon, const float *dy, float *dx, float *dgain,
    size_t rows, size_t columns);

/// Of `t5k_layer_norm`: `dx` [rows, columns], `dgain` and `dbias` [columns], all (+=).
void t5k_layer_norm_backward(
    const float *x, const float *gain, float epsilon, const float *dy, float *dx, float *dgain,
    float *dbias, size_t rows, size_t columns);

/// From the probabilities `p` of rows and the gradient of the loss by them, `slopes`, that by the
/// scores, in place: p · (slopes − Σ p · slopes) · scale. Both have the row distance `ld`.
void t5k_softmax_backward_rows(
    const float *p, float *slopes, size_t ld, size_t rows, size_t columns, float scale);

/// sums[c] += Σ x[r, c] for `x` [rows, columns].
void t5k_add_column_sums(const float *x, size_t rows, size_t columns, float *sums);

/// table[rows[i]] += x[i], a row of `columns` floats each; the caller has checked the indices.
void t5k_scatter_add_rows(
    const float *x, size_t columns, const int32_t *rows, size_t count, float *table);

/// Σ x², in double precision.
double t5k_sum_of_squares(const float *x, size_t n);

/// Dropout: each number becomes 0 with probability `rate` < 1, else x / (1 − rate). Which, is a
/// function of `seed` and of its place, `first` + i modulo 2³²: the same call on gradients is the backward pass.
void t5k_drop(const float *x, float *out, size_t n, uint64_t seed, uint32_t first, float rate);

/// A step of AdamW (Loshchilov & Hutter 2019) on n weights, in place, with the running means of the
/// gradients and of their squares.
void t5k_adam(
    float *weights, const float *slopes, float *mean, float *square, size_t n,
    const t5k_adam_step *step);

// Conversions

/// IEEE half precision to single, exact.
void t5k_f16_to_f32(const uint16_t *x, float *out, size_t n);

/// bfloat16 to single, exact.
void t5k_bf16_to_f32(const uint16_t *x, float *out, size_t n);

#ifdef __cplusplus
}
#endif
