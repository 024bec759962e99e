// SHA-1 and SHA-256 (FIPS 180-4), portable. SHA-1 names contents, as git does; it does not protect
// them from forgery.

#ifndef CDIGESTS_H
#define CDIGESTS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  // SHA-1 uses five.
  uint32_t chain[8];
  // Bytes so far; the last count % 64 of them wait in block.
  uint64_t count;
  uint8_t block[64];
} cdigests_state;

void csha1_begin(cdigests_state *state);
void csha256_begin(cdigests_state *state);

// bytes may be NULL if count is 0.
void csha1_add(cdigests_state *state, const void *bytes, size_t count);
void csha256_add(cdigests_state *state, const void *bytes, size_t count);

// The digest of everything so far; the state can be added to afterwards.
void csha1_digest(const cdigests_state *state, uint8_t digest[20]);
void csha256_digest(const cdigests_state *state, uint8_t digest[32]);

#endif
