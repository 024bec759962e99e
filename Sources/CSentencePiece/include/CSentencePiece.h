#pragma once

// The C face of libsentencepiece: nothing here throws, prints or sets global state.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A loaded model. Immutable: any number of threads may read one at once.
typedef struct CSentencePieceModel CSentencePieceModel;

/// Loads a serialised `ModelProto`, copying it.
///
/// Returns NULL on failure and then writes a NUL-terminated reason of at most `capacity` bytes,
/// the NUL among them, into `reason`.
CSentencePieceModel *_Nullable csentencepiece_load(
    const void *_Nonnull bytes, size_t count, char *_Nonnull reason, size_t capacity);

/// Releases a model.
void csentencepiece_release(CSentencePieceModel *_Nonnull model);

/// The number of pieces.
int32_t csentencepiece_piece_count(const CSentencePieceModel *_Nonnull model);

/// The ids of the reserved pieces; -1 where the model has none.
int32_t csentencepiece_unknown_id(const CSentencePieceModel *_Nonnull model);
int32_t csentencepiece_beginning_id(const CSentencePieceModel *_Nonnull model);
int32_t csentencepiece_end_id(const CSentencePieceModel *_Nonnull model);
int32_t csentencepiece_padding_id(const CSentencePieceModel *_Nonnull model);

/// Whether an id is a control piece; false out of range.
bool csentencepiece_is_control(const CSentencePieceModel *_Nonnull model, int32_t id);

/// The bytes of a piece, which live as long as the model; NULL out of range.
const char *_Nullable csentencepiece_piece(
    const CSentencePieceModel *_Nonnull model, int32_t id, size_t *_Nonnull count);

/// The id of a piece; the unknown id where the vocabulary lacks it; -1 on failure.
int32_t csentencepiece_id(
    const CSentencePieceModel *_Nonnull model, const char *_Nullable piece, size_t count);

/// Splits a text, which may hold NUL bytes.
///
/// Returns false on failure. On success `ids` is an array of `id_count` that the caller frees with
/// `free`, or NULL if there are none.
bool csentencepiece_encode(
    const CSentencePieceModel *_Nonnull model, const char *_Nullable text, size_t count,
    int32_t *_Nullable *_Nonnull ids, size_t *_Nonnull id_count);

/// Joins pieces to a text. Ids out of range fail.
///
/// Returns false on failure. On success `text` is an array of `text_count` bytes that the caller
/// frees with `free`, or NULL if there are none.
bool csentencepiece_decode(
    const CSentencePieceModel *_Nonnull model, const int32_t *_Nullable ids, size_t count,
    char *_Nullable *_Nonnull text, size_t *_Nonnull text_count);

#ifdef __cplusplus
}
#endif
