#!/usr/bin/env python3
"""Scores requests with PyTorch and Hugging Face transformers, and prints how fast, as JSON.

    .venv/bin/python scripts/bench/pytorch.py MODEL TEXTS.jsonl [--threads 2] [--repetitions 5]
        [--batch-sizes 1 4 8 16 32] [--rounds-on-request]

As fast as is usual with these libraries: fp32, inference mode, scaled_dot_product_attention where
transformers has it, a request's texts sorted by their tokens and padded to their batch's longest,
and the batch size that is fastest on these texts. Measured from texts to scores, one request after
another, without loading the model. A T5 is a monoT5: `Query: … Document: … Relevant:</s>`, one
decoder step, the logit of true less that of false; a BERT is a cross-encoder, its raw logit.

With --rounds-on-request each line of standard input asks for one round of repetitions, so that
another program's rounds can come between; without it there is one round. A round prints one line:
seconds_per_100 (the median of its repetitions), tokens_per_second (padding not counted), the
scores, and with what they were made.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import sys
import time

import torch
import transformers

MAXIMUM_TOKENS = 512


class MonoT5:
    """The log-odds of true over false at the first decoder step."""

    def __init__(self, folder):
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        self.model = transformers.T5ForConditionalGeneration.from_pretrained(
            folder, dtype=torch.float32).eval()
        self.labels = self.tokenizer.convert_tokens_to_ids(["▁false", "▁true"])
        self.start = self.model.config.decoder_start_token_id

    def encode(self, query, documents):
        prompts = [f"Query: {query} Document: {text} Relevant:" for text in documents]
        return self.tokenizer(prompts, truncation=True, max_length=MAXIMUM_TOKENS)

    def scores(self, batch):
        start = torch.full((len(batch["input_ids"]), 1), self.start)
        logits = self.model(**batch, decoder_input_ids=start, use_cache=False).logits
        false, true = logits[:, 0, self.labels].unbind(1)
        return true - false


class CrossEncoder:
    """The logit of a classifier with one label."""

    def __init__(self, folder):
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        self.model = transformers.BertForSequenceClassification.from_pretrained(
            folder, dtype=torch.float32).eval()

    def encode(self, query, documents):
        return self.tokenizer(
            [query] * len(documents), documents, truncation="longest_first",
            max_length=MAXIMUM_TOKENS)

    def scores(self, batch):
        return self.model(**batch).logits[:, 0]


def load(folder):
    is_bert = transformers.AutoConfig.from_pretrained(folder).model_type == "bert"
    return CrossEncoder(folder) if is_bert else MonoT5(folder)


def read_requests(path):
    """(query, documents) by request, and the identifiers (qid, docid) of all documents."""
    requests, identifiers = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        request = json.loads(line)
        candidates = request["candidates"]
        requests.append((request["query"]["text"], [c["doc"]["text"] for c in candidates]))
        identifiers += [(request["query"]["qid"], c["docid"]) for c in candidates]
    return requests, identifiers


@torch.inference_mode()
def rank(scorer, requests, batch_size):
    """All documents' scores in order, and the number of their tokens."""
    results, tokens = [], 0
    for query, documents in requests:
        encoded = scorer.encode(query, documents)
        lengths = [len(ids) for ids in encoded["input_ids"]]
        tokens += sum(lengths)
        order = sorted(range(len(documents)), key=lengths.__getitem__)
        scores = [0.0] * len(documents)
        for start in range(0, len(order), batch_size):
            chosen = order[start:start + batch_size]
            batch = scorer.tokenizer.pad(
                {key: [rows[index] for index in chosen] for key, rows in encoded.items()},
                return_tensors="pt")
            for index, score in zip(chosen, scorer.scores(batch).tolist()):
                scores[index] = score
        results += scores
    return results, tokens


def measure(scorer, requests, batch_size):
    start = time.perf_counter()
    scores, tokens = rank(scorer, requests, batch_size)
    return time.perf_counter() - start, scores, tokens


def fastest_batch_size(scorer, requests, sizes):
    measure(scorer, requests[:1], sizes[-1])  # The first pass also pays for what is made lazily.
    return min(sizes, key=lambda size: min(measure(scorer, requests, size)[0] for _ in range(2)))


def measure_round(scorer, requests, identifiers, batch_size, repetitions):
    times = []
    for _ in range(repetitions):
        seconds, scores, tokens = measure(scorer, requests, batch_size)
        times.append(seconds)
    median = statistics.median(times)
    return {
        "seconds_per_100": 100 * median / len(scores),
        "tokens_per_second": tokens / median,
        "batch_size": batch_size,
        "threads": torch.get_num_threads(),
        "attention": scorer.model.config._attn_implementation,
        "peak_memory_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "scores": [[*identifier, score] for identifier, score in zip(identifiers, scores)],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("texts", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[1, 4, 8, 16, 32])
    parser.add_argument("--rounds-on-request", action="store_true")
    arguments = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = str(arguments.threads)  # The tokenizers' threads.
    torch.set_num_threads(arguments.threads)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()

    scorer = load(arguments.model)
    requests, identifiers = read_requests(arguments.texts)
    batch_size = fastest_batch_size(scorer, requests, arguments.batch_sizes)
    for _ in sys.stdin if arguments.rounds_on_request else [None]:
        result = measure_round(
            scorer, requests, identifiers, batch_size, arguments.repetitions)
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
