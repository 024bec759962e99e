#!/usr/bin/env python3
"""Writes pairs of texts and how Hugging Face's BERT tokenizer puts them together within a budget.

    .venv/bin/python scripts/golden/pairs.py [--output Tests/Fixtures/pairs.jsonl]

The tokenizer is that of weights/cross-encoder-mini; truncation=True, which for pairs means
longest_first, as sentence-transformers' CrossEncoder calls it. Each pair has its texts, its budget
(`tokens`), and the token ids and types; ids of all pairs with `special` were made of texts that
spell control tokens, which Hugging Face recognizes.

Words are drawn so that the shorter text is the query, the document, or neither, and so that budgets
cut nothing, one text, both, or nearly everything.
"""

import argparse
import json
import pathlib
import random

import tokenizers
import transformers

SEED = 17
COUNT = 400
# A piece each, several pieces, unknown signs, accents, ideographs.
WORDS = (
    "the of wing flow shock boundary layer heat transfer supersonic unbelievably "
    "electroencephalography naïve café Zürich 東京 3.14159 e-mail don't C++ § ☃ x y z").split()
CONTROLS = ["[SEP]", "[CLS]", "[MASK]", "[PAD]", "[UNK]", "[sep]"]


def text(rng, count, words):
    return " ".join(rng.choice(words) for _ in range(count))


def encoded(tokenizer, query, document, budget, special):
    # As a batch: alone, an empty document would count as none.
    batch = tokenizer([query], [document], truncation=True, max_length=budget)
    return {
        "query": query, "document": document, "tokens": budget, "special": special,
        "ids": batch["input_ids"][0], "types": batch["token_type_ids"][0]}


def main():
    parser = argparse.ArgumentParser()
    root = pathlib.Path(__file__).resolve().parents[2]
    parser.add_argument("--output", type=pathlib.Path, default=root / "Tests/Fixtures/pairs.jsonl")
    arguments = parser.parse_args()

    tokenizer = transformers.AutoTokenizer.from_pretrained(root / "weights/cross-encoder-mini")
    assert tokenizer.is_fast
    rng = random.Random(SEED)
    pairs = []
    for index in range(COUNT):
        special = index % 10 == 9
        words = WORDS + CONTROLS * 2 if special else WORDS
        kind = index % 4
        longest = rng.choice([4, 12, 40])
        query = text(rng, rng.randrange(0 if kind else 1, longest), words)
        document = text(rng, rng.randrange(0, longest), words)
        if kind == 1:
            document = query  # equally long
        elif kind == 2:
            document += " " + rng.choice(["the", "shock"])  # about as long
        budget = rng.choice([5, 6, 7, 8, 9, 12, 15, 16, 23, 24, 32, 64, 512])
        pairs.append(encoded(tokenizer, query, document, budget, special))
    # Texts beyond the model's whole budget, of which an encoder need not look at the end.
    for lengths in [(300, 300), (301, 300), (300, 301), (600, 700), (700, 600), (900, 20), (20, 2000)]:
        query, document = (" ".join(["flow"] * length) for length in lengths)
        for budget in [511, 512]:
            pairs.append(encoded(tokenizer, query, document, budget, special=False))
    head = {
        "seed": SEED, "transformers": transformers.__version__,
        "tokenizers": tokenizers.__version__}
    with open(arguments.output, "w", encoding="utf-8") as file:
        json.dump(head, file)
        # One pair a line: small differences show.
        file.write("\n")
        for pair in pairs:
            json.dump(pair, file, ensure_ascii=False)
            file.write("\n")


if __name__ == "__main__":
    main()
