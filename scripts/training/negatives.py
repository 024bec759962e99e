#!/usr/bin/env python3
"""Which kind of negatives teaches a cross-encoder most: the README's table.

    .venv/bin/python scripts/training/negatives.py [--data ../shared/data/train] [--training .bench/train]
        [--output .bench/negatives] [--program .build/release/t5rank] [--steps 250] [--seeds 1] [--questions 200]
        [--threads 2]

One collection, Natural Questions: negatives are mined among the paragraphs of its training questions (prepare.py's
nq-qed-train.jsonl), eight a query of each kind, and a cross-encoder that begins with all-MiniLM-L6-v2 and a new head
learns from each of them, by labels alone, in equal steps. Each then re-ranks BM25's first 50 of all paragraphs for
questions that it has not seen. What exists already in --output is kept.
"""

import argparse
import json
import pathlib
import random
import shutil
import subprocess

import numpy
from prepare import ROOT, read_pairs, write_rows
from safetensors.numpy import load_file, save_file

KINDS = ["random", "bm25", "encoder"]
SHARED = ["vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"]


def run(options, *arguments, output=None):
    """Runs t5rank; with --output's name, unless that exists already."""
    if output and output.exists():
        return
    extra = ["-o", output] if output else []
    subprocess.run([options.program, *arguments, *extra], check=True)


def beginning(encoder, folder):
    """all-MiniLM-L6-v2 as a cross-encoder whose head has learnt nothing."""
    if (folder / "model.safetensors").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHARED:
        shutil.copy(encoder / name, folder)
    configuration = json.loads((encoder / "config.json").read_text())
    configuration |= {"architectures": ["BertForSequenceClassification"], "num_labels": 1,
                      "id2label": {"0": "LABEL_0"}, "label2id": {"LABEL_0": 0}}
    (folder / "config.json").write_text(json.dumps(configuration, indent=2))
    tensors = {f"bert.{name}": tensor for name, tensor in load_file(encoder / "model.safetensors").items()
               if not name.endswith("position_ids")}
    chance = numpy.random.default_rng(1)
    width = configuration["hidden_size"]
    tensors["classifier.weight"] = chance.normal(0, 0.02, (1, width)).astype(numpy.float32)
    tensors["classifier.bias"] = numpy.zeros(1, numpy.float32)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def collection(options):
    """Questions, paragraphs and judgements as t5rank reads them."""
    unseen = list(read_pairs(options.data / "nq-qed-dev.jsonl.gz"))
    paragraphs = {}
    for _, paragraph in read_pairs(options.data / "nq-qed-train.jsonl.gz") + unseen:
        paragraphs.setdefault(paragraph, f"p{len(paragraphs)}")
    random.Random(7).shuffle(unseen)
    chosen = unseen[:options.questions]
    write_rows(options.output / "corpus.jsonl",
               ({"_id": name, "text": text} for text, name in paragraphs.items()))
    write_rows(options.output / "queries.jsonl",
               ({"_id": f"q{number}", "text": question} for number, (question, _) in enumerate(chosen)))
    with (options.output / "qrels.txt").open("w") as file:
        for number, (_, paragraph) in enumerate(chosen):
            print(f"q{number} 0 {paragraphs[paragraph]} 1", file=file)


def recipe(data, steps, seed):
    return {"tasks": [{"mode": "cross", "data": str(data), "list_size": 9, "max_tokens": [128, 192, 256]}],
            "steps": steps, "tokens_per_step": 2048, "validation_lists": 0, "seed": seed,
            "precision": "bf16", "optimizer": {"rate": 1e-4, "rates": {"classifier.": 1e-3}},
            "schedule": {"decay": "linear", "warmup": 25}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared/data/train")
    parser.add_argument("--training", type=pathlib.Path, default=ROOT / ".bench/train")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / ".bench/negatives")
    parser.add_argument("--program", default=ROOT / ".build/release/t5rank")
    parser.add_argument("--steps", type=int, default=250)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--threads", default="2")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    encoder = options.training / "all-MiniLM-L6-v2"
    collection(options)
    threads = ["--threads", options.threads]
    index = options.output / "index"
    if not index.exists():
        run(options, "index", "--quiet", "--corpus", options.output / "corpus.jsonl", "--index", index)
    queries = ["--queries", options.output / "queries.jsonl"]
    candidates, first = options.output / "candidates.jsonl", options.output / "bm25.run"
    for form, path in [("jsonl", candidates), ("trec", first)]:
        run(options, "search", "--quiet", "--index", index, *queries, "-k", "50", "--format", form, output=path)
    beginning(encoder, options.output / "start")
    runs = [first]
    for kind in KINDS:
        data = options.output / f"{kind}.jsonl"
        run(options, "mine", options.training / "nq-qed-train.jsonl", "--encoder", encoder, "--negatives",
            f"{kind}:8", "--ranks", "1-30", "--margin-absolute", "0.02", *threads, output=data)
        for seed in range(1, options.seeds + 1):
            model, ranking = options.output / f"{kind}-{seed}", options.output / f"{kind}-{seed}.run"
            if not (model / "model.safetensors").exists():
                settings = options.output / f"{kind}-{seed}.json"
                settings.write_text(json.dumps(recipe(data, options.steps, seed), indent=2))
                run(options, "train", "--recipe", settings, "--model", options.output / "start",
                    "--output", model, *threads)
            run(options, "rank", "--quiet", "--mode", "cross", "--model", model, "--format", "trec",
                "--precision", "bf16", *threads, candidates, output=ranking)
            runs.append(ranking)
    named = [word for path in runs for word in ("--run", path)]
    run(options, "evaluate", "--qrels", options.output / "qrels.txt", *named,
        "--baseline", options.output / f"{KINDS[0]}-1.run", "--measures", "nDCG@10 RR@10")


if __name__ == "__main__":
    main()
