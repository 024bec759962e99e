#include "blocks.h"

// Names as in FIPS 180-4: a … h are the working variables, K the round constants.
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static inline uint32_t rotated(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void take_block(uint32_t *chain, const uint8_t *block) {
  uint32_t W[64];
  for (int t = 0; t < 16; t++) W[t] = big_endian_word(block + 4 * t);
  for (int t = 16; t < 64; t++) {
    uint32_t s0 = rotated(W[t - 15], 7) ^ rotated(W[t - 15], 18) ^ W[t - 15] >> 3;
    uint32_t s1 = rotated(W[t - 2], 17) ^ rotated(W[t - 2], 19) ^ W[t - 2] >> 10;
    W[t] = s1 + W[t - 7] + s0 + W[t - 16];
  }
  uint32_t a = chain[0], b = chain[1], c = chain[2], d = chain[3];
  uint32_t e = chain[4], f = chain[5], g = chain[6], h = chain[7];
  for (int t = 0; t < 64; t++) {
    uint32_t S1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    uint32_t T1 = h + S1 + ((e & f) ^ (~e & g)) + K[t] + W[t];
    uint32_t S0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    uint32_t T2 = S0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + T1;
    d = c, c = b, b = a, a = T1 + T2;
  }
  chain[0] += a, chain[1] += b, chain[2] += c, chain[3] += d;
  chain[4] += e, chain[5] += f, chain[6] += g, chain[7] += h;
}

void csha256_begin(cdigests_state *state) {
  static const cdigests_state start = {
      {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
       0x5be0cd19},
      0,
      {0}};
  *state = start;
}

void csha256_add(cdigests_state *state, const void *bytes, size_t count) {
  add_bytes(state, bytes, count, take_block);
}

void csha256_digest(const cdigests_state *state, uint8_t digest[32]) {
  write_digest(state, digest, 32, take_block);
}
