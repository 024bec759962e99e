#include "CSentencePiece.h"

#include <sentencepiece_processor.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <vector>

struct CSentencePieceModel {
  sentencepiece::SentencePieceProcessor processor;
};

namespace {

void write_reason(const char *text, char *reason, size_t capacity) {
  if (capacity == 0) return;
  const size_t count = std::min(std::strlen(text), capacity - 1);
  std::memcpy(reason, text, count);
  reason[count] = '\0';
}

std::string_view view(const char *text, size_t count) {
  return text == nullptr ? std::string_view() : std::string_view(text, count);
}

// Copies to memory that C may free. NULL with success stands for "nothing".
template <typename Element>
bool hand_over(const Element *from, size_t count, Element **to, size_t *to_count) {
  *to = nullptr;
  *to_count = 0;
  if (count == 0) return true;
  auto *copy = static_cast<Element *>(std::malloc(count * sizeof(Element)));
  if (copy == nullptr) return false;
  std::memcpy(copy, from, count * sizeof(Element));
  *to = copy;
  *to_count = count;
  return true;
}

bool in_range(const CSentencePieceModel *model, int32_t id) {
  return id >= 0 && id < model->processor.GetPieceSize();
}

}  // namespace

CSentencePieceModel *csentencepiece_load(
    const void *bytes, size_t count, char *reason, size_t capacity) {
  try {
    auto model = std::make_unique<CSentencePieceModel>();
    const auto status =
        model->processor.LoadFromSerializedProto(view(static_cast<const char *>(bytes), count));
    if (!status.ok()) {
      write_reason(status.error_message(), reason, capacity);
      return nullptr;
    }
    return model.release();
  } catch (const std::exception &error) {
    write_reason(error.what(), reason, capacity);
  } catch (...) {
    write_reason("unknown C++ exception", reason, capacity);
  }
  return nullptr;
}

void csentencepiece_release(CSentencePieceModel *model) { delete model; }

int32_t csentencepiece_piece_count(const CSentencePieceModel *model) {
  return model->processor.GetPieceSize();
}

int32_t csentencepiece_unknown_id(const CSentencePieceModel *model) {
  return model->processor.unk_id();
}

int32_t csentencepiece_beginning_id(const CSentencePieceModel *model) {
  return model->processor.bos_id();
}

int32_t csentencepiece_end_id(const CSentencePieceModel *model) {
  return model->processor.eos_id();
}

int32_t csentencepiece_padding_id(const CSentencePieceModel *model) {
  return model->processor.pad_id();
}

bool csentencepiece_is_control(const CSentencePieceModel *model, int32_t id) {
  return in_range(model, id) && model->processor.IsControl(id);
}

const char *csentencepiece_piece(const CSentencePieceModel *model, int32_t id, size_t *count) {
  *count = 0;
  if (!in_range(model, id)) return nullptr;
  const std::string &piece = model->processor.IdToPiece(id);
  *count = piece.size();
  return piece.data();
}

int32_t csentencepiece_id(const CSentencePieceModel *model, const char *piece, size_t count) {
  try {
    return model->processor.PieceToId(view(piece, count));
  } catch (...) {
    return -1;
  }
}

bool csentencepiece_encode(
    const CSentencePieceModel *model, const char *text, size_t count, int32_t **ids,
    size_t *id_count) {
  static_assert(sizeof(int) == sizeof(int32_t), "the library's ids are ints");
  *ids = nullptr;
  *id_count = 0;
  try {
    std::vector<int> found;
    if (!model->processor.Encode(view(text, count), &found).ok()) return false;
    return hand_over<int32_t>(found.data(), found.size(), ids, id_count);
  } catch (...) {
    return false;
  }
}

bool csentencepiece_decode(
    const CSentencePieceModel *model, const int32_t *ids, size_t count, char **text,
    size_t *text_count) {
  *text = nullptr;
  *text_count = 0;
  try {
    std::vector<int> known;
    known.reserve(count);
    for (size_t i = 0; i < count; i++) {
      if (!in_range(model, ids[i])) return false;
      known.push_back(ids[i]);
    }
    std::string joined;
    if (!model->processor.Decode(known, &joined).ok()) return false;
    return hand_over<char>(joined.data(), joined.size(), text, text_count);
  } catch (...) {
    return false;
  }
}
