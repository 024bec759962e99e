// What SHA-1 and SHA-256 share: bytes are taken in blocks of 64, and the last ones are padded.

#include <stddef.h>
#include <stdint.h>

#include "CDigests.h"

typedef void (*take_block_function)(uint32_t *chain, const uint8_t *block);

static inline uint32_t big_endian_word(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void add_bytes(
    cdigests_state *state, const void *bytes, size_t count, take_block_function take_block);

// Writes size bytes, the first words of the chain after the padding.
void write_digest(
    const cdigests_state *state, uint8_t *digest, size_t size, take_block_function take_block);
