// SHA-1 (FIPS 180-4), portable. It names contents, as git does; it does not protect them from forgery.

#ifndef CSHA1_H
#define CSHA1_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t chain[5];
  // Bytes so far; the last count % 64 of them wait in block.
  uint64_t count;
  uint8_t block[64];
} csha1_state;

void csha1_begin(csha1_state *state);

// bytes may be NULL if count is 0.
void csha1_add(csha1_state *state, const void *bytes, size_t count);

// The digest of everything so far; the state can be added to afterwards.
void csha1_digest(const csha1_state *state, uint8_t digest[20]);

#endif
