#!/usr/bin/env python3
"""Checks that transformers loads what `t5rank train` writes, and gives the scores that t5rank gives.

    .venv/bin/python scripts/golden/trained.py [--program .build/release/t5rank]

Trains the shipped models for a few steps (mono, rank and duo together; the cross-encoder), once for each
storage type, loads both with transformers, and compares scores. Exits with 1 on a missing or unexpected
tensor, or on scores that differ by more than 1e-4.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOLERANCE = 1e-4
QUERY = "how do vaccines work"
DOCUMENTS = ["Vaccines train the immune system.", "The wing produces lift.", "Paris is in France."]


def examples():
    for query, best in ((QUERY, 0), ("what makes an aircraft fly", 1)):
        negatives = [text for index, text in enumerate(DOCUMENTS) if index != best]
        yield {"query": query, "positive": DOCUMENTS[best], "negatives": negatives}


def train(program, folder, modes, model, dtype):
    recipe = {"tasks": [{"mode": mode, "data": str(folder / "examples.jsonl"), "max_tokens": 64,
                         "list_size": 3} for mode in modes],
              "steps": 3, "tokens_per_step": 200, "validation_lists": 0, "dtype": dtype,
              "optimizer": {"rate": 1e-4}}
    (folder / "recipe.json").write_text(json.dumps(recipe))
    output = folder / f"{modes[0]}-{dtype}"
    subprocess.run([program, "train", "--recipe", folder / "recipe.json", "--model", model,
                    "--output", output, "-q"], check=True)
    return output


def scores(program, model, mode):
    """t5rank's scores, as logits, in the documents' order."""
    request = json.dumps({"query": QUERY, "documents": DOCUMENTS})
    lines = subprocess.run(
        [program, "--model", model, "--mode", mode, "--score", "logit", "--format", "jsonl"],
        input=request, capture_output=True, text=True, check=True).stdout
    candidates = json.loads(lines)["candidates"]
    by_text = {entry["doc"]["text"] if isinstance(entry["doc"], dict) else entry["doc"]:
               entry["score"] for entry in candidates}
    return [by_text[text] for text in DOCUMENTS]


@torch.inference_mode()
def reference(path, is_cross):
    cls = (transformers.AutoModelForSequenceClassification if is_cross
           else transformers.AutoModelForSeq2SeqLM)
    model, notes = cls.from_pretrained(path, output_loading_info=True)
    if notes["missing_keys"] or notes["unexpected_keys"]:
        raise SystemExit(f"{path.name}: {notes}")
    model = model.float().eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(path)
    if is_cross:
        return [model(**tokenizer(QUERY, text, return_tensors="pt")).logits[0, 0].item()
                for text in DOCUMENTS]
    yes, no = (tokenizer.convert_tokens_to_ids(piece) for piece in ("▁true", "▁false"))
    start = torch.zeros(1, 1, dtype=torch.long)
    logits = [model(**tokenizer(f"Query: {QUERY} Document: {text} Relevant:", return_tensors="pt"),
                    decoder_input_ids=start).logits[0, 0] for text in DOCUMENTS]
    return [(row[yes] - row[no]).item() for row in logits]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=str(ROOT / ".build/release/t5rank"))
    program = parser.parse_args().program
    os.environ.setdefault("T5RANK_HOME", str(ROOT))
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "examples.jsonl").write_text(
            "".join(json.dumps(example) + "\n" for example in examples()))
        for dtype in ("F32", "F16", "BF16"):
            for modes, model in ((["mono", "rank", "duo"], "t5rank-mini"),
                                 (["cross"], "cross-encoder-mini")):
                path = train(program, folder, modes, ROOT / "weights" / model, dtype)
                ours = scores(program, path, modes[0])
                theirs = reference(path, modes == ["cross"])
                error = max(abs(a - b) for a, b in zip(ours, theirs))
                worst = max(worst, error if not math.isnan(error) else math.inf)
                print(f"{'+'.join(modes)}, {dtype}: greatest difference {error:.1e}")
    sys.exit(worst > TOLERANCE)


if __name__ == "__main__":
    main()
