"""A model's texts: read, put into its prompt, tokenised, sorted and padded; alike for all peers."""

import json
import pathlib

import numpy
import tokenizers

ROOT = pathlib.Path(__file__).resolve().parents[3]
MAXIMUM_TOKENS = 512


class Model:
    """A Hugging Face directory with a reranker.json: a monoT5 or a BERT cross-encoder."""

    def __init__(self, folder):
        self.folder = folder
        self.config = json.loads((folder / "config.json").read_text())
        manifest = json.loads((folder / "reranker.json").read_text())
        self.is_t5 = self.config["model_type"] == "t5"
        expected = "mono" if self.is_t5 else "cross"
        if manifest["mode"] != expected:
            raise SystemExit(f"{folder}: expected the mode {expected}, found {manifest['mode']}")
        self.tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MAXIMUM_TOKENS)
        if self.is_t5:
            prompt = json.loads(
                (ROOT / "prompts" / f"{manifest['prompts']['mono']}.json").read_text())
            self.template = prompt["template"]
            ordered = sorted(prompt["labels"], key=lambda label: label["value"])
            # The pieces of the negative and of the positive label, and their numbers.
            self.labels = [piece for label in ordered for piece in label["pieces"]]
            self.label_ids = [self.tokenizer.token_to_id(piece) for piece in self.labels]
            if len(self.labels) != 2 or None in self.label_ids:
                raise SystemExit(f"{folder}: expected two labels of one piece, found {self.labels}")

    def encode(self, query, documents):
        if self.is_t5:
            return self.tokenizer.encode_batch(
                [self.template.format(query=query, document=text) for text in documents])
        return self.tokenizer.encode_batch([(query, text) for text in documents])

    def batches(self, encodings, size):
        """Batches of texts of similar length, the longest first, so that streams end together."""
        order = sorted(range(len(encodings)), key=lambda index: -len(encodings[index].ids))
        for start in range(0, len(order), size):
            chosen = order[start:start + size]
            yield Batch(self, chosen, [encodings[index] for index in chosen])


class Batch:
    """Texts to score at once."""

    def __init__(self, model, indices, encodings):
        self.model = model
        # Of the texts in their request.
        self.indices = indices
        # As the tokenizer gives them, not padded.
        self.encodings = encodings

    def arrays(self):
        """Hugging Face's inputs by name, int64, [texts, the longest's tokens]."""
        names = {"input_ids": "ids", "attention_mask": "attention_mask"}
        if not self.model.is_t5:
            names["token_type_ids"] = "type_ids"
        shape = len(self.encodings), max(len(encoding.ids) for encoding in self.encodings)
        arrays = {name: numpy.zeros(shape, numpy.int64) for name in names}  # Both pad with 0.
        for name, attribute in names.items():
            for row, encoding in zip(arrays[name], self.encodings):
                numbers = getattr(encoding, attribute)
                row[:len(numbers)] = numbers
        return arrays


def read_requests(path):
    """(query, documents) by request, and the identifiers (qid, docid) of all documents."""
    requests, identifiers = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        request = json.loads(line)
        candidates = request["candidates"]
        requests.append((request["query"]["text"], [c["doc"]["text"] for c in candidates]))
        identifiers += [(request["query"]["qid"], c["docid"]) for c in candidates]
    return requests, identifiers
