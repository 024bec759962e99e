#!/usr/bin/env python3
"""Compares duo's strategies: nDCG@10 against forward passes, on judged collections.

    .venv/bin/python scripts/bench/pairwise.py [--data ../shared/data/dev] [--t5rank PATH]
        [--model DIR] [--queries 10] [--depth 15] [--collections NAME…] [--strategies NAME…]

A collection is a folder with corpus.jsonl, queries.jsonl and qrels.txt. Candidates are BM25's first;
the queries are a sample with a fixed seed of those with a relevant document. The first row of each
collection is BM25 itself.
"""

import argparse
import json
import os
import pathlib
import pty
import random
import re
import subprocess
import tempfile

STRATEGIES = "all heapsort quicksort sliding tournament swiss sampled".split()


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done


def passes_of(*command):
    """Runs a ranking on a terminal, for that is where t5rank writes what it took."""
    mine, its = pty.openpty()
    with subprocess.Popen([str(part) for part in command], stderr=its) as process:
        os.close(its)
        text = b""
        try:
            while chunk := os.read(mine, 4096):
                text += chunk
        except OSError:
            pass  # Linux reports the end of a terminal as an error.
        os.close(mine)
    if process.returncode:
        raise SystemExit(text.decode())
    return int(re.findall(rb"([\d,]+) forward pass", text)[-1].replace(b",", b""))


def measure(t5rank, qrels, path):
    out = run(t5rank, "evaluate", "--qrels", qrels, "--run", path, "--measures", "nDCG@10",
              "--intersection", "--json").stdout
    return json.loads(out.splitlines()[0])["measures"]["nDCG@10"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("../shared/data/dev"))
    parser.add_argument("--t5rank", default=".build/release/t5rank")
    parser.add_argument("--model", default="weights/t5rank-mini")
    parser.add_argument("--queries", type=int, default=10)
    parser.add_argument("--depth", type=int, default=15)
    parser.add_argument("--collections", nargs="*")
    parser.add_argument("--strategies", nargs="*", default=STRATEGIES)
    asked = parser.parse_args()
    names = asked.collections or sorted(path.name for path in asked.data.iterdir())
    print("| collection | strategy | nDCG@10 | forward passes a query |\n|---|---|---|---|")
    for name in names:
        folder = asked.data / name
        relevant = sorted({line.split()[0] for line in (folder / "qrels.txt").open()
                           if int(line.split()[3]) > 0})
        sample = set(random.Random(1).sample(relevant, min(asked.queries, len(relevant))))
        with tempfile.TemporaryDirectory() as temporary:
            work = pathlib.Path(temporary)
            queries = work / "queries.jsonl"
            with queries.open("w") as file:
                for line in (folder / "queries.jsonl").open():
                    row = json.loads(line)
                    if str(row.get("_id", row.get("id"))) in sample:
                        file.write(line)
            run(asked.t5rank, "index", "--index", work / "index", "--corpus",
                folder / "corpus.jsonl")
            first = work / "bm25"
            run(asked.t5rank, "search", "--index", work / "index", "--queries", queries, "--top-k",
                asked.depth, "--format", "trec", "-o", first)
            print(f"| {name} | – | {measure(asked.t5rank, folder / 'qrels.txt', first):.4f} | 0 |",
                  flush=True)
            for strategy in asked.strategies:
                path = work / strategy
                passes = passes_of(
                    asked.t5rank, "rank", "--model", asked.model, "--mode", "duo", "--yes",
                    "--depth", asked.depth, "--strategy", strategy, "--run", first,
                    "--queries", queries, "--corpus", folder / "corpus.jsonl", "-o", path)
                value = measure(asked.t5rank, folder / "qrels.txt", path)
                print(f"| {name} | {strategy} | {value:.4f} | {passes / len(sample):.0f} |",
                      flush=True)


if __name__ == "__main__":
    main()
