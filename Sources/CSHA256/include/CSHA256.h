// SHA-256 (FIPS 180-4), portable.

#ifndef CSHA256_H
#define CSHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t chain[8];
  // Bytes so far; the last count % 64 of them wait in block.
  uint64_t count;
  uint8_t block[64];
} csha256_state;

void csha256_begin(csha256_state *state);

// bytes may be NULL if count is 0.
void csha256_add(csha256_state *state, const void *bytes, size_t count);

// The digest of everything so far; the state can be added to afterwards.
void csha256_digest(const csha256_state *state, uint8_t digest[32]);

#endif
