#!/usr/bin/env python3
"""Compares duo's strategies: nDCG@10 against forward passes, on judged collections.

    .venv/bin/python scripts/bench/pairwise.py [--data ../shared/data/dev] [--t5rank PATH]
        [--model DIR] [--queries 30] [--depth 15] [--collections NAME…] [--settings "WORDS"…]
        [--results FILE]

A collection is a folder with corpus.jsonl, queries.jsonl and qrels.txt. Candidates are BM25's first;
the queries are a sample with a fixed seed of those with a relevant document. A setting is a strategy,
maybe with an aggregation and with which orders of a pair are asked: "sampled pagerank upper".

Prints one Markdown table: a row a setting, the first for BM25 itself; for each collection, and as their
mean, the forward passes that a query asks for (pairs that several settings ask for are computed once)
and nDCG@10. Each measurement is kept in the results file once it is done;
a run that was interrupted goes on there, and measures again only what another model, depth or number of
queries changes. Remove the file where the program has changed.
"""

import argparse
import json
import os
import pathlib
import pty
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

SAMPLING_RULES = ["bradley-terry", "pagerank", "copeland"]
SETTINGS = (
    ["all", *(f"all {rule}" for rule in SAMPLING_RULES), "all upper"]
    + "heapsort quicksort sliding tournament swiss".split()
    + [f"{kind} {rule}{orders}" for kind in ("sampled", "windowed") for rule in SAMPLING_RULES
       for orders in ("", " upper")])
BM25 = "BM25"


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done


def passes_of(*command):
    """The pairs that a ranking asked for; t5rank says so on a terminal only."""
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
    return int(re.findall(rb"([\d,]+) pair", text)[-1].replace(b",", b""))


def options_of(setting):
    """The command line of a setting's words."""
    strategy, *others = setting.split()
    options = ["--strategy", strategy]
    for word in others:
        options += ["--pairs" if word == "upper" else "--aggregation", word]
    return options


class Collection:
    """A judged collection, with BM25's candidates for a sample of its queries."""

    def __init__(self, folder, work, asked):
        self.folder = folder
        self.asked = asked
        self.work = work / folder.name
        self.work.mkdir()
        relevant = sorted({line.split()[0] for line in (folder / "qrels.txt").open()
                           if int(line.split()[3]) > 0})
        self.sample = set(random.Random(1).sample(relevant, min(asked.queries, len(relevant))))
        self.queries = self.work / "queries.jsonl"
        with self.queries.open("w") as file:
            for line in (folder / "queries.jsonl").open():
                row = json.loads(line)
                if str(row.get("_id", row.get("id"))) in self.sample:
                    file.write(line)
        self.candidates = self.work / "bm25"
        run(asked.t5rank, "index", "--index", self.work / "index", "--corpus",
            folder / "corpus.jsonl", "--no-texts")
        run(asked.t5rank, "search", "--index", self.work / "index", "--queries", self.queries,
            "--top-k", asked.depth, "--format", "trec", "-o", self.candidates)

    def ndcg(self, path):
        out = run(self.asked.t5rank, "evaluate", "--qrels", self.folder / "qrels.txt", "--run", path,
                  "--measures", "nDCG@10", "--intersection", "--json").stdout
        return json.loads(out.splitlines()[0])["measures"]["nDCG@10"]

    def measure(self, setting):
        """Forward passes a query, and nDCG@10."""
        if setting == BM25:
            return 0, self.ndcg(self.candidates)
        path = self.work / "ranked"
        passes = passes_of(
            self.asked.t5rank, "rank", "--model", self.asked.model, "--mode", "duo", "--yes",
            "--depth", self.asked.depth, *options_of(setting), "--run", self.candidates,
            # Settings ask for many of the same pairs; each is computed once.
            "--cache", self.work / "scores.db",
            "--queries", self.queries, "--corpus", self.folder / "corpus.jsonl", "-o", path)
        return passes / len(self.sample), self.ndcg(path)


def measure_all(asked, names, settings):
    """(passes, nDCG@10) by (setting, collection); those that the results file has are taken from it."""
    found = {}
    conditions = {"queries": asked.queries, "depth": asked.depth, "model": str(asked.model)}
    if asked.results.exists():
        for row in map(json.loads, asked.results.open()):
            if all(row[key] == value for key, value in conditions.items()):
                found[row["setting"], row["collection"]] = row["passes"], row["ndcg"]
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, asked.results.open("a") as results:
        for name in names:
            missing = [setting for setting in settings if (setting, name) not in found]
            if not missing:
                continue
            collection = Collection(asked.data / name, pathlib.Path(temporary), asked)
            for setting in missing:
                start = time.monotonic()
                passes, ndcg = found[setting, name] = collection.measure(setting)
                row = conditions | {"setting": setting, "collection": name, "passes": passes,
                                    "ndcg": ndcg}
                print(json.dumps(row), file=results, flush=True)
                print(f"{name}, {setting}: {passes:.0f} passes a query, nDCG@10 {ndcg:.4f}, "
                      f"{time.monotonic() - start:.1f} s", file=sys.stderr)
    return found


def table(found, names, settings):
    yield "| setting | " + " | ".join(f"{name}: passes | nDCG@10" for name in [*names, "mean"]) + " |"
    yield "|---|" + "---|" * 2 * (len(names) + 1)
    for setting in settings:
        pairs = [found[setting, name] for name in names]
        pairs.append(tuple(statistics.mean(column) for column in zip(*pairs)))
        yield f"| {setting} | " + " | ".join(f"{p:.0f} | {ndcg:.4f}" for p, ndcg in pairs) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("../shared/data/dev"))
    parser.add_argument("--t5rank", default=".build/release/t5rank")
    parser.add_argument("--model", default="weights/t5rank-mini")
    parser.add_argument("--queries", type=int, default=30)
    parser.add_argument("--depth", type=int, default=15)
    parser.add_argument("--collections", nargs="*")
    parser.add_argument("--settings", nargs="*", default=SETTINGS)
    parser.add_argument("--results", type=pathlib.Path,
                        default=pathlib.Path(".bench/pairwise.jsonl"))
    asked = parser.parse_args()
    names = asked.collections or sorted(path.name for path in asked.data.iterdir())
    settings = [BM25, *asked.settings]
    found = measure_all(asked, names, settings)
    print("\n".join(table(found, names, settings)))


if __name__ == "__main__":
    main()
