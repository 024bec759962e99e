// How operands of reduced precision lie in memory: see packed_gemm.inc for who reads them.
//
// B is cut into blocks of 16 rows. A block holds, for each four bytes of k (two bfloat16 or four bytes), those
// of its 16 rows side by side: 64 bytes, a vector. What k and n lack to whole ones is 0. After the blocks
// of bytes follow, for each row, its scale (float) and the sum of its bytes (int32_t).

#include <math.h>
#include <string.h>

#include "levels.h"

// The sign is that of a quadratic form of the place's bits, b₀b₁ + b₂b₃ + b₄b₅: a bent function, to which all
// rows of a Hadamard matrix are equally near.
#define EIGHTH 0.125f
const float t5k_rotation_signs[T5K_ROTATED_COLUMNS] = {
    EIGHTH, EIGHTH, EIGHTH, -EIGHTH, EIGHTH, EIGHTH, EIGHTH, -EIGHTH,
    EIGHTH, EIGHTH, EIGHTH, -EIGHTH, -EIGHTH, -EIGHTH, -EIGHTH, EIGHTH,
    EIGHTH, EIGHTH, EIGHTH, -EIGHTH, EIGHTH, EIGHTH, EIGHTH, -EIGHTH,
    EIGHTH, EIGHTH, EIGHTH, -EIGHTH, -EIGHTH, -EIGHTH, -EIGHTH, EIGHTH,
    EIGHTH, EIGHTH, EIGHTH, -EIGHTH, EIGHTH, EIGHTH, EIGHTH, -EIGHTH,
    EIGHTH, EIGHTH, EIGHTH, -EIGHTH, -EIGHTH, -EIGHTH, -EIGHTH, EIGHTH,
    -EIGHTH, -EIGHTH, -EIGHTH, EIGHTH, -EIGHTH, -EIGHTH, -EIGHTH, EIGHTH,
    -EIGHTH, -EIGHTH, -EIGHTH, EIGHTH, EIGHTH, EIGHTH, EIGHTH, -EIGHTH,
};

static size_t blocks(size_t n) { return (n + T5K_PACKED_COLUMNS - 1) / T5K_PACKED_COLUMNS; }

static size_t rounded_up(size_t bytes) { return (bytes + 63) / 64 * 64; }

size_t t5k_packed_bf16_bytes(size_t n, size_t k) { return blocks(n) * ((k + 1) / 2) * 64; }

size_t t5k_packed_s8_bytes(size_t n, size_t k) {
  return blocks(n) * (((k + 3) / 4) * 64 + T5K_PACKED_COLUMNS * (sizeof(float) + sizeof(int32_t)));
}

// Whole lines, and an odd number of them.
size_t t5k_bf16_row_bytes(size_t k) { return rounded_up(2 * k) | 64; }

size_t t5k_s8_row_bytes(size_t k) {
  return rounded_up(k + sizeof(float) + sizeof(int32_t) + 16) | 64;
}

// The greatest magnitude of a row; NaN if a number is not finite, 0 if all are too small to be told from it.
//
// Without their signs floats are ordered as their bits are, and those that are not finite come last: a maximum
// of whole numbers, unlike one of floats, a compiler takes in vectors.
static float greatest_of(size_t k, const float *row) {
  int32_t bits = 0;
  for (size_t l = 0; l < k; l++) {
    int32_t number;
    memcpy(&number, row + l, sizeof number);
    number &= 0x7FFFFFFF;
    bits = number > bits ? number : bits;
  }
  if (bits >= 0x7F800000) return NAN;
  float greatest;
  memcpy(&greatest, &bits, sizeof greatest);
  return greatest < 1e-33f ? 0 : greatest;
}

// To the nearest integer, without a call: floats of this size have no fraction. Since |number| · inverse
// exceeds 127 by a rounding at most, so does no byte.
static int8_t byte_of(float number, float inverse) {
  const float magic = 12582912;  // 1.5 · 2²³
  return (int8_t)(number * inverse + magic - magic);
}

// Puts row j's bytes into their block. Returns their sum.
static int32_t lay_out(size_t j, size_t k, size_t units, const int8_t *bytes, int8_t *numbers) {
  const size_t first = j / T5K_PACKED_COLUMNS * units * T5K_PACKED_COLUMNS;
  int8_t *place = numbers + (first + j % T5K_PACKED_COLUMNS) * 4;
  int32_t sum = 0;
  for (size_t l = 0; l < k; l++) sum += bytes[l];
  size_t l = 0;
  for (; l + 4 <= k; l += 4, place += 64) memcpy(place, bytes + l, 4);
  memcpy(place, bytes + l, k - l);
  return sum;
}

void t5k_round_s8(size_t n, size_t k, const float *b, int8_t *numbers, float *scales) {
  memset(numbers, 0, n * k);
  for (size_t j = 0; j < n; j++, b += k, numbers += k) {
    const float greatest = greatest_of(k, b);
    scales[j] = greatest / 127;
    if (!(scales[j] > 0)) continue;
    const float inverse = 127 / greatest;
    for (size_t l = 0; l < k; l++) numbers[l] = byte_of(b[l], inverse);
  }
}

void t5k_pack_s8(
    size_t n, size_t k, const int8_t *b, const float *b_scales, void *out) {
  int8_t *numbers = out;
  const size_t units = (k + 3) / 4;
  float *scales = (float *)(numbers + blocks(n) * units * 64);
  int32_t *sums = (int32_t *)(scales + blocks(n) * T5K_PACKED_COLUMNS);
  memset(out, 0, t5k_packed_s8_bytes(n, k));
  for (size_t j = 0; j < n; j++, b += k) {
    scales[j] = b_scales[j];
    sums[j] = lay_out(j, k, units, b, numbers);
  }
}
