#include "blocks.h"

#include <string.h>

void add_bytes(
    cdigests_state *state, const void *bytes, size_t count, take_block_function take_block) {
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

void write_digest(
    const cdigests_state *state, uint8_t *digest, size_t size, take_block_function take_block) {
  cdigests_state last = *state;
  static const uint8_t padding[64] = {0x80};
  size_t held = last.count % 64;
  uint8_t length[8];
  for (int i = 0; i < 8; i++) length[i] = (uint8_t)(last.count * 8 >> (56 - 8 * i));
  add_bytes(&last, padding, held < 56 ? 56 - held : 120 - held, take_block);
  add_bytes(&last, length, sizeof length, take_block);
  for (size_t i = 0; i < size; i++) digest[i] = (uint8_t)(last.chain[i / 4] >> (24 - 8 * (i % 4)));
}
