#include "blocks.h"

static inline uint32_t rotated(uint32_t x, int n) { return x << n | x >> (32 - n); }

// Names as in FIPS 180-4: a … e are the working variables, W the message schedule.
static void take_block(uint32_t *chain, const uint8_t *block) {
  uint32_t W[80];
  for (int t = 0; t < 16; t++) W[t] = big_endian_word(block + 4 * t);
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

void csha1_begin(cdigests_state *state) {
  static const cdigests_state start = {
      {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}, 0, {0}};
  *state = start;
}

void csha1_add(cdigests_state *state, const void *bytes, size_t count) {
  add_bytes(state, bytes, count, take_block);
}

void csha1_digest(const cdigests_state *state, uint8_t digest[20]) {
  write_digest(state, digest, 20, take_block);
}
