#!/usr/bin/env python3
"""Compares the training speed of t5rank and PyTorch: same model, same lists and precision, 2 threads.

    .venv/bin/python scripts/bench/training.py [--model weights/t5rank-mini] [--mode mono] [--steps 6]
        [--rounds 3] [--list-size 8] [--threads 2] [--precision fp32] [--program .build/release/t5rank]

Both train on the same made-up lists (scripts/bench/texts.py's passages), listwise softmax over lists of
one relevant candidate, AdamW, no dropout. PyTorch gets padded batches of equal lengths sorted together,
fused AdamW and scaled-dot-product attention, in bf16 under autocast; a step of each is the same number of
lists. The two alternate; printed are the median tokens a second (padding not counted), their ratio, and the share of the
machine's fp32 product rate (`t5rank bench` measures it), a step counted as three forward passes.
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def make_lists(count, size, seed):
    """Lists of passages of MS MARCO's lengths, 30 to 90 words."""
    rng = random.Random(seed)
    words = ["".join(rng.choice("abcdefghijklmnoprstuvw") for _ in range(rng.randint(2, 9)))
             for _ in range(4000)]
    text = lambda low, high: " ".join(rng.choice(words) for _ in range(rng.randint(low, high)))
    return [{"query": text(4, 9), "positive": text(30, 90),
             "negatives": [text(30, 90) for _ in range(size - 1)]} for _ in range(count)]


def t5rank_rate(options, folder):
    recipe = {
        "tasks": [{"mode": options.mode, "data": str(folder / "lists.jsonl"),
                   "list_size": options.list_size, "max_tokens": options.max_tokens,
                   "losses": {"listwise": 1}}],
        "steps": options.steps, "tokens_per_step": options.tokens, "validation_lists": 0,
        "precision": options.precision, "save_every": 10**6, "validate_every": 10**6, "optimizer": {"rate": 1e-5}}
    (folder / "recipe.json").write_text(json.dumps(recipe))
    output = folder / "out"
    subprocess.run(
        [options.program, "train", "--recipe", folder / "recipe.json", "--model", options.model,
         "--output", output, "--threads", str(options.threads), "-q"], check=True)
    lines = [json.loads(line) for line in open(output / "training.jsonl")]
    return [line["tokens_per_second"] for line in lines if "tokens_per_second" in line][-1]


class Peer:
    """The same training with PyTorch."""

    def __init__(self, options, lists):
        import torch
        import transformers
        self.torch = torch
        torch.set_num_threads(options.threads)
        self.is_cross = options.mode == "cross"
        cls = (transformers.AutoModelForSequenceClassification if self.is_cross
               else transformers.AutoModelForSeq2SeqLM)
        self.model = cls.from_pretrained(options.model).float().train()
        for module in self.model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=1e-5, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
        tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
        self.labels = None if self.is_cross else [
            tokenizer.convert_tokens_to_ids("▁true"), tokenizer.convert_tokens_to_ids("▁false")]
        self.units = []
        for entry in lists:
            documents = [entry["positive"]] + entry["negatives"]
            if self.is_cross:
                ids = [tokenizer(entry["query"], d, truncation="only_second",
                                 max_length=options.max_tokens)["input_ids"] for d in documents]
            else:
                ids = [tokenizer(f"Query: {entry['query']} Document: {d} Relevant:",
                                 truncation=True, max_length=options.max_tokens)["input_ids"]
                       for d in documents]
            self.units.append(ids)
        self.options = options
        self.next = 0

    def batch(self):
        """Sequences of a step, and how many lists."""
        sequences, count = [], 0
        while sum(map(len, sequences)) < self.options.tokens:
            sequences += self.units[self.next % len(self.units)]
            self.next += 1
            count += 1
        return sequences, count

    def scores(self, ids, mask):
        torch = self.torch
        if self.is_cross:
            return self.model(input_ids=ids, attention_mask=mask).logits[:, 0]
        start = torch.zeros(len(ids), 1, dtype=torch.long)
        states = self.model.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        decoded = self.model.decoder(
            input_ids=start, encoder_hidden_states=states, encoder_attention_mask=mask,
            use_cache=False).last_hidden_state[:, 0]
        head = self.model.lm_head.weight[self.labels]
        logits = decoded @ head.T * self.model.config.d_model ** -0.5
        return logits[:, 0] - logits[:, 1]

    def step(self):
        torch = self.torch
        sequences, count = self.batch()
        order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
        scores = [None] * len(sequences)
        # Two micro-batches of like lengths: less padding.
        half = (len(order) + 1) // 2
        for part in (order[:half], order[half:]):
            longest = max(len(sequences[i]) for i in part)
            ids = torch.zeros(len(part), longest, dtype=torch.long)
            mask = torch.zeros(len(part), longest, dtype=torch.long)
            for row, index in enumerate(part):
                ids[row, :len(sequences[index])] = torch.tensor(sequences[index])
                mask[row, :len(sequences[index])] = 1
            with torch.autocast(
                    "cpu", dtype=torch.bfloat16, enabled=self.options.precision == "bf16"):
                out = self.scores(ids, mask).float()
            for row, index in enumerate(part):
                scores[index] = out[row]
        table = torch.stack(scores).view(count, -1)
        loss = -table.log_softmax(1)[:, 0].mean()
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return sum(map(len, sequences))

    def rate(self):
        self.step()
        start = time.monotonic()
        tokens = sum(self.step() for _ in range(self.options.steps))
        return tokens / (time.monotonic() - start)


def forward_cost(options):
    """The operations of a forward pass for a token, and the machine's operations a second."""
    output = subprocess.run(
        [options.program, "bench", "--model", options.model, "--threads", str(options.threads),
         "--mode", options.mode, "--json", "-q"], capture_output=True, text=True, check=True).stdout
    figures = json.loads(output)
    return figures["operations"] / figures["tokens"], figures["gemm_gflops"] * 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default=str(ROOT / "weights/t5rank-mini"))
    parser.add_argument("--mode", default="mono", choices=["mono", "cross"])
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=8192)
    parser.add_argument("--list-size", type=int, default=8)
    parser.add_argument("--max-tokens", type=int, default=192)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"])
    parser.add_argument("--program", default=str(ROOT / ".build/release/t5rank"))
    options = parser.parse_args()
    os.environ.setdefault("T5RANK_HOME", str(ROOT))
    lists = make_lists(256, options.list_size, seed=5)
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "lists.jsonl").write_text("".join(json.dumps(l) + "\n" for l in lists))
        peer = Peer(options, lists)
        for round_number in range(options.rounds):
            ours.append(t5rank_rate(options, folder))
            theirs.append(peer.rate())
            print(f"round {round_number + 1}: t5rank {ours[-1]:.0f}, PyTorch {theirs[-1]:.0f} "
                  "tokens/s", file=sys.stderr)
    one, other = statistics.median(ours), statistics.median(theirs)
    torch = peer.torch
    cost, rate = forward_cost(options)
    print(f"| {options.mode}, {pathlib.Path(options.model).name}, {options.precision} | t5rank {one:.0f} tokens/s "
          f"| PyTorch {torch.__version__} {other:.0f} tokens/s | ratio {one / other:.2f} "
          f"| share of the fp32 rate {3 * one * cost / rate:.2f} |")


if __name__ == "__main__":
    main()
