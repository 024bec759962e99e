#!/usr/bin/env python3
"""Measures how t5rank's cost grows, and draws it.

    .venv/bin/python scripts/bench/growth.py [--t5rank PATH] [--models FOLDER] [--only NAME …]
        [--precisions fp32 bf16 int8] [--series NAME …] [--longest 300] [--results FILE]
        [--write docs/performance.md] [--json FILE]

For t5rank-mini, cross-encoder-mini and T5-base (which scripts/bench/make-models.py makes if FOLDER lacks it):

  documents  one query with 10 to 1,000 passages of MS MARCO's lengths; on two threads and, up to 100, on one
  tokens     passages of 32 to 512 tokens, so many that they have about 12,800 in all
  passage    one passage of 32 to 512 tokens, on one thread and on two
  depth      duo over the best 5 to 50, all pairs and --strategy tournament
  queries    100 queries with 100 passages each, or as many as fit the time
  start      a process from its start to its end with one passage, its files in the page cache and out of it

Standard output is Markdown: figures side by side, and for each curve its exponent and how far it is from a
line. --write puts that between the marks of a page, and the charts beside the page. A measurement that would
take longer than --longest seconds, by the one before it, is left out. Each is kept in the results file once
it is done; a run that was interrupted goes on there, and measures anew only what another program changes.
"""

import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import growth_report  # noqa: E402
import texts  # noqa: E402

# Name: where it is below --models (None: it is shipped), and whether it is a T5.
MODELS = {"t5rank-mini": (None, True), "cross-encoder-mini": (None, False), "t5-base": ("t5-base", True)}
SERIES = ["documents", "tokens", "passage", "depth", "queries", "start"]
DOCUMENTS = [10, 30, 100, 300, 1000]
MOST_ON_ONE_THREAD = 100
# Words that with a query and a prompt come to about 32, 64, 128, 256 and 512 tokens; the last is cut there.
WORDS = [8, 32, 80, 175, 520]
TOKENS_IN_ALL = 12_800
TOKENS_OF_A_WORD = 1.35
DEPTHS = [5, 10, 20, 50]
# About how many prompts each takes.
STRATEGIES = {"all": lambda n: n * (n - 1), "tournament": lambda n: n * math.log2(n)}
STARTS = 15
MEASURED_SECONDS = 6  # A measurement is repeated until it has taken about as long.
MOST_REPETITIONS = 9


def note(text):
    print(f"growth: {text}", file=sys.stderr, flush=True)


class Requests:
    """Files of requests, made when they are first asked for."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def of_documents(self, queries, documents):
        path = self.folder / f"{queries}x{documents}.jsonl"
        return self.written(path, lambda: texts.requests(queries, documents, seed=20250))

    def of_words(self, words, documents):
        """One query with passages of exactly so many words."""
        def made():
            english = texts.English(seed=20250)
            query = english.query()
            return [{"query": query, "documents": [english.sentence(words) for _ in range(documents)]}]
        return self.written(self.folder / f"{words}-words-x{documents}.jsonl", made)

    @staticmethod
    def written(path, make):
        if not path.exists():
            path.write_text("".join(json.dumps(request) + "\n" for request in make()))
        return path


class Results:
    """Measurements by what was measured, kept in a file of JSON lines."""

    def __init__(self, path, program):
        self.path = path
        status = os.stat(program)
        self.program = f"{status.st_size} bytes of {status.st_mtime_ns}"
        self.rows = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            for row in map(json.loads, path.open()):
                if row["program"] == self.program:
                    self.rows[self.key(row)] = row

    @staticmethod
    def key(row):
        return tuple(row.get(name) for name in
                     ["series", "model", "precision", "threads", "strategy", "cached", "x"])

    def add(self, row):
        self.rows[self.key(row)] = row
        with self.path.open("a") as file:
            print(json.dumps(row | {"program": self.program}), file=file, flush=True)


class Growth:
    """Measures what is asked for and not yet known."""

    def __init__(self, asked, results, requests):
        self.asked, self.results, self.requests = asked, results, requests

    def folder(self, model):
        place, _ = MODELS[model]
        return ROOT / "weights" / model if place is None else self.asked.models / place

    def bench(self, row, path, units, *options):
        """Measures one row unless it is known; returns its seconds, or None if it would take too long.

        `units`: what its cost is proportional to, in the measure of the last row of the same curve.
        """
        known = self.results.rows.get(Results.key(row))
        if known is None:
            expected = None
            if self.last is not None:
                expected = self.last[0] * units / self.last[1]
                if expected > self.asked.longest:
                    note(f"left out, as it would take {expected:.0f} s: {row}")
                    return None
            times = 3 if expected is None else round(MEASURED_SECONDS / max(expected, 1e-3))
            found = json.loads(subprocess.run(
                [self.asked.t5rank, "bench", "--json", "--quiet", "--model", self.folder(row["model"]),
                 "--precision", row["precision"], "--threads", str(row["threads"]), "--input", path,
                 "--repetitions", str(min(max(times, 1), MOST_REPETITIONS)), *options],
                check=True, stdout=subprocess.PIPE, text=True).stdout)
            kept = ["seconds", "repetition_seconds", "documents", "pairs", "tokens", "gemm_share",
                    "tokenization_share", "peak_memory_bytes", "load_seconds"]
            known = row | {name: found[name] for name in kept}
            self.results.add(known)
            note(" ".join(str(part) for part in [*row.values(), f"{known['seconds']:.4g} s"]))
        self.last = known["seconds"], units
        return known["seconds"]

    def curve(self):
        """A new curve begins: nothing is known of its cost."""
        self.last = None

    def documents(self, row, is_t5):
        for threads in [2, 1]:
            self.curve()
            for count in DOCUMENTS:
                if threads > 1 or count <= MOST_ON_ONE_THREAD:
                    self.bench(row | {"threads": threads, "x": count},
                               self.requests.of_documents(1, count), count)

    def tokens(self, row, is_t5):
        self.curve()
        for words in WORDS:
            count = max(round(TOKENS_IN_ALL / (words * TOKENS_OF_A_WORD + 20)), 8)
            self.bench(row | {"threads": 2, "x": words}, self.requests.of_words(words, count), 1)

    def passage(self, row, is_t5):
        for threads in [1, 2]:
            self.curve()
            for words in WORDS:
                self.bench(row | {"threads": threads, "x": words}, self.requests.of_words(words, 1), words)

    def depth(self, row, is_t5):
        if not is_t5:
            return
        for strategy, prompts in STRATEGIES.items():
            self.curve()
            for depth in DEPTHS:
                self.bench(row | {"threads": 2, "strategy": strategy, "x": depth},
                           self.requests.of_documents(1, depth), prompts(depth), "--mode", "duo",
                           "--depth", str(depth), "--strategy", strategy)

    def queries(self, row, is_t5):
        hundred = self.results.rows.get(Results.key(row | {"series": "documents", "threads": 2, "x": 100}))
        count = 100 if hundred is None else min(int(self.asked.longest / hundred["seconds"]), 100)
        if count > 0:
            self.curve()
            self.bench(row | {"threads": 2, "x": count}, self.requests.of_documents(count, 100), count)

    def start(self, row, is_t5):
        """From the start of a process to its end, with a query and a passage; the cases take turns."""
        cases = [row | {"threads": 2, "cached": cached, "x": 1} for cached in [True, False]]
        if all(Results.key(case) in self.results.rows for case in cases):
            return
        folder = self.folder(row["model"])
        found = [[], []]
        path = self.requests.of_words(60, 1)
        for _ in range(STARTS):
            for case, taken in zip(cases, found):
                for file in folder.iterdir():
                    with file.open("rb") as opened:
                        if case["cached"]:
                            # In parts: a child's peak counts its parent's memory before exec.
                            while opened.read(1 << 20):
                                pass
                        else:
                            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                taken.append(self.process(folder, row["precision"], path))
        for case, taken in zip(cases, found):
            self.results.add(case | {
                "seconds": statistics.median(wall for wall, _, _ in taken),
                "least_seconds": min(wall for wall, _, _ in taken),
                "cpu_seconds": statistics.median(cpu for _, cpu, _ in taken),
                "peak_memory_bytes": max(peak for _, _, peak in taken)})
            note(f"{case} {self.results.rows[Results.key(case)]['seconds']:.3f} s")

    def process(self, folder, precision, path):
        """Seconds, CPU seconds and peak resident bytes of one ranking."""
        start = time.monotonic()
        with subprocess.Popen(
                [self.asked.t5rank, "rank", "--quiet", "--model", folder, "--precision", precision,
                 "--threads", "2", path], stdout=subprocess.PIPE) as process:
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0 or not output:
            sys.exit(f"growth: t5rank rank ended with {process.returncode}")
        return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024

    def measure(self):
        for model in self.asked.only:
            for precision in self.asked.precisions:
                for series in self.asked.series:
                    row = {"series": series, "model": model, "precision": precision}
                    getattr(self, series)(row, MODELS[model][1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--t5rank", type=pathlib.Path, default=ROOT / ".build/release/t5rank")
    parser.add_argument("--models", type=pathlib.Path, default=ROOT / ".bench/models")
    parser.add_argument("--only", nargs="+", choices=MODELS, default=list(MODELS), metavar="NAME")
    parser.add_argument("--precisions", nargs="+", choices=["fp32", "bf16", "int8"],
                        default=["fp32", "bf16", "int8"])
    parser.add_argument("--series", nargs="+", choices=SERIES, default=SERIES, metavar="NAME")
    parser.add_argument("--longest", type=float, default=300, metavar="SECONDS")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / ".bench/growth.jsonl")
    parser.add_argument("--write", type=pathlib.Path, metavar="PAGE")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    asked = parser.parse_args()
    made = [MODELS[name][0] for name in asked.only if MODELS[name][0]]
    if made:
        subprocess.run([sys.executable, ROOT / "scripts/bench/make-models.py", asked.models, "--only", *made],
                       check=True)
    results = Results(asked.results, asked.t5rank)
    with tempfile.TemporaryDirectory() as folder:
        growth = Growth(asked, results, Requests(folder))
        growth.measure()
    rows = list(results.rows.values())
    held = {(model, precision): growth_report.held(growth.folder(model), precision)
            for model in asked.only for precision in asked.precisions}
    found = growth_report.report(rows, held, asked.only, asked.precisions)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")
    if asked.write:
        growth_report.write(found, asked.write)
    print(growth_report.markdown(found))


if __name__ == "__main__":
    main()
