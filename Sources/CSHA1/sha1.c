#include "CSHA1.h"

#include <string.h>

static inline uint32_t rotated(uint32_t x, int n) { return x << n | x >> (32 - n); }

static inline uint32_t word(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

// Names as in FIPS 180-4: a … e are the working variables, W the message schedule.
static void take_block(uint32_t chain[5], const uint8_t *block) {
  uint32_t W[80];
  for (int t = 0; t < 16; t++) W[t] = word(block + 4 * t);
  for (int t = 16; t < 80; t++) W[t] = rotated(W[t - 3] ^ W[t - 8] ^ W[t - 14] ^ W[t - 16], 1);
  uint32_t a = chain[0], b = chain[1], c = chain[2], d = chain[3], e = chain[4];
  for (int t = 0; t < 80; t++) {
    uint32_t f, K;
    if (t < 20) {
      f = (b & c) | (~b & d), K = 0x5a827999;
    } else if (t < 40) {
      f = b ^ c ^ d, K = 0x6ed9eba1;
    } else if (t < 60) {
      f = (b & c) | (b & d) | (c & d), K = 0x8f1bbcdc;
    } else {
      f = b ^ c ^ d, K = 0xca62c1d6;
    }
    uint32_t T = rotated(a, 5) + f + e + K + W[t];
    e = d, d = c, c = rotated(b, 30), b = a, a = T;
  }
  chain[0] += a, chain[1] += b, chain[2] += c, chain[3] += d, chain[4] += e;
}

void csha1_begin(csha1_state *state) {
  static const csha1_state start = {
      {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}, 0, {0}};
  *state = start;
}

void csha1_add(csha1_state *state, const void *bytes, size_t count) {
  const uint8_t *next = bytes;
  size_t held = state->count % 64;
  state->count += count;
  if (held) {
    size_t taken = count < 64 - held ? count : 64 - held;
    memcpy(state->block + held, next, taken);
    if (held + taken < 64) return;
    take_block(state->chain, state->block);
    next += taken;
    count -= taken;
  }
  for (; count >= 64; next += 64, count -= 64) take_block(state->chain, next);
  if (count) memcpy(state->block, next, count);
}

void csha1_digest(const csha1_state *state, uint8_t digest[20]) {
  csha1_state last = *state;
  static const uint8_t padding[64] = {0x80};
  size_t held = last.count % 64;
  uint8_t length[8];
  for (int i = 0; i < 8; i++) length[i] = (uint8_t)(last.count * 8 >> (56 - 8 * i));
  csha1_add(&last, padding, held < 56 ? 56 - held : 120 - held);
  csha1_add(&last, length, sizeof length);
  for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(last.chain[i / 4] >> (24 - 8 * (i % 4)));
}
