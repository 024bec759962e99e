#!/usr/bin/env python3
"""Measures t5rank's BM25 beside bm25s on made-up passages.

    .venv/bin/python scripts/bench/bm25.py [--passages 1000000] [--queries 1000] [--t5rank PATH]

Passages have 60 words, drawn by Zipf's law (exponent 1.07, as in English text) from a vocabulary of
made-up words; queries have 2 to 8 words of a passage. Everything is drawn from a fixed seed. Both sides read
the same JSON Lines, cut the same words (no stop words, no stemming: those would only be shared work), and
have k1 0.9, b 0.4 and Lucene's formula; bm25s runs with its numba backend, its fastest, and without.

Times are wall-clock; memory is the peak resident set of the process (mapped pages of an index included).
Each side runs in processes of its own. The top tens are compared: documents must be the same but for
scores that bm25s, in 32-bit floating point, cannot tell apart.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy

SEED = 20261
WORDS = 60
VOCABULARY = 500_000
EXPONENT = 1.07
TOP = 10
TIE = 1e-4


def make(folder, passages, queries):
    random = numpy.random.default_rng(SEED)
    weights = numpy.arange(1, VOCABULARY + 1, dtype=float) ** -EXPONENT
    cumulative = numpy.cumsum(weights / weights.sum())
    syllables = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
    def word(number):
        text = ""
        while True:
            text += syllables[number % len(syllables)]
            number //= len(syllables)
            if number == 0:
                return text
            number -= 1
    names = numpy.array([word(number) for number in range(VOCABULARY)], dtype=object)
    chosen = set(random.choice(passages, queries, replace=False).tolist())
    asked = []
    with open(folder / "corpus.jsonl", "w") as file:
        for start in range(0, passages, 10_000):
            count = min(10_000, passages - start)
            drawn = numpy.searchsorted(cumulative, random.random((count, WORDS)))
            for offset, row in enumerate(names[numpy.minimum(drawn, VOCABULARY - 1)]):
                file.write(f'{{"_id": "{start + offset}", "text": "{" ".join(row)}"}}\n')
                if start + offset in chosen:
                    asked.append(" ".join(row[: random.integers(2, 9)]))
    with open(folder / "queries.jsonl", "w") as file:
        for number, text in enumerate(asked):
            file.write(json.dumps({"_id": str(number), "text": text}) + "\n")


def run(command):
    """Output, seconds, and peak memory in MB of a child process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} {command[1]}: failed")
    return output, time.perf_counter() - start, usage.ru_maxrss / 1024


def size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def row(name, *cells):
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def measure_t5rank(program, folder, queries):
    index = folder / "t5rank"
    _, seconds, memory = run(
        [program, "index", "--corpus", folder / "corpus.jsonl", "--index", index, "--quiet",
         "--stemmer", "none", "--stop-words", "none"])
    texts = (index / "store").stat().st_size / 1e6
    row("t5rank index", f"{seconds:.1f} s", f"{size(index) - texts:.0f} MB + {texts:.0f} MB of texts",
        "", f"{memory:.0f} MB")
    search = [program, "search", "--index", index, "--queries", folder / "queries.jsonl",
              "-k", str(TOP), "--quiet"]
    run(search)
    # Opening is measured apart, with one query.
    _, opening, _ = run([program, "search", "--index", index, "--query", "ba", "--quiet"])
    for threads in (1, 2):
        output, seconds, memory = run(search + ["--threads", str(threads)])
        row(f"t5rank search, {threads} thread(s), opening {opening * 1e3:.0f} ms",
            "", "", f"{queries / max(seconds - opening, 1e-9):.0f}", f"{memory:.0f} MB")
    found = {}
    for line in output.splitlines():
        query, _, document, _, score, _ = line.split()
        found.setdefault(int(query), []).append((int(document), float(score)))
    return found


def bm25s_index(folder):
    import bm25s

    start = time.perf_counter()
    with open(folder / "corpus.jsonl") as file:
        texts = [json.loads(line)["text"] for line in file]
    tokens = bm25s.tokenize(
        texts, stopwords=None, token_pattern=r"[a-z]+", show_progress=False)
    retriever = bm25s.BM25(method="lucene", k1=0.9, b=0.4)
    retriever.index(tokens, show_progress=False)
    seconds = time.perf_counter() - start
    retriever.save(str(folder / "bm25s"))
    print(json.dumps({"seconds": seconds}))


def bm25s_search(folder, backend, threads):
    import bm25s

    retriever = bm25s.BM25.load(str(folder / "bm25s"), load_vocab=True)
    retriever.backend = backend
    with open(folder / "queries.jsonl") as file:
        texts = [json.loads(line)["text"] for line in file]
    tokens = bm25s.tokenize(
        texts, stopwords=None, token_pattern=r"[a-z]+", return_ids=False, show_progress=False)
    if backend == "numba":
        retriever.activate_numba_scorer()
    options = dict(k=TOP, show_progress=False, n_threads=threads, backend_selection="auto")
    # Compiles what is compiled on first use.
    retriever.retrieve(tokens[:4], **options)
    start = time.perf_counter()
    documents, scores = retriever.retrieve(tokens, **options)
    seconds = time.perf_counter() - start
    found = [list(zip(map(int, row), map(float, values))) for row, values in zip(documents, scores)]
    print(json.dumps({"seconds": seconds, "found": found}))


def measure_bm25s(folder, queries):
    me = [sys.executable, __file__, "--folder", folder]
    output, _, memory = run(me + ["--step", "index"])
    row("bm25s index", f"{json.loads(output)['seconds']:.1f} s", f"{size(folder / 'bm25s'):.0f} MB",
        "", f"{memory:.0f} MB")
    for backend, threads in (("numpy", 1), ("numba", 1), ("numba", 2)):
        output, _, memory = run(me + ["--step", f"search {backend} {threads}"])
        result = json.loads(output)
        row(f"bm25s search, {backend}, {threads} thread(s)", "", "",
            f"{queries / result['seconds']:.0f}", f"{memory:.0f} MB")
    return dict(enumerate(result["found"]))


def differences(ours, theirs):
    """Queries whose top tens differ by more than ties."""
    wrong = 0
    for query, expected in theirs.items():
        found = ours.get(query, [])
        scores_agree = len(found) == len(expected) and all(
            abs(a[1] - b[1]) < TIE for a, b in zip(found, expected))
        last = expected[-1][1]
        # Documents that tie with the last one may be others.
        inside = {document for document, score in expected if score > last + TIE}
        wrong += not (scores_agree and inside <= {document for document, _ in found})
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--t5rank", default=".build/release/t5rank")
    parser.add_argument("--folder", type=pathlib.Path, help="keep the files here (default: removed)")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step == "index":
        return bm25s_index(arguments.folder)
    if arguments.step:
        _, backend, threads = arguments.step.split()
        return bm25s_search(arguments.folder, backend, int(threads))
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        make(folder, arguments.passages, arguments.queries)
        texts = (folder / "corpus.jsonl").stat().st_size / 1e6
        print(f"{arguments.passages} passages of {WORDS} words ({texts:.0f} MB), seed {SEED}\n")
        print("| step | build | size | queries/s | peak memory |\n|---|---|---|---|---|")
        ours = measure_t5rank(arguments.t5rank, folder, arguments.queries)
        theirs = measure_bm25s(folder, arguments.queries)
        wrong = differences(ours, theirs)
        print(f"\nsame top {TOP} (but for ties): {len(theirs) - wrong} of {len(theirs)}")
        sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
