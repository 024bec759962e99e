#!/usr/bin/env python3
"""Compares t5rank's BM25 with an exhaustive one of 30 lines, on judged collections.

    .venv/bin/python scripts/bench/bm25-effectiveness.py [--data ../shared/data/dev] [--t5rank PATH]

A collection is a folder with corpus.jsonl, queries.jsonl and qrels.txt. The reference has the same
analysis, written again with Python's `re`, Lucene's stop words and NLTK's Porter stemmer, and the
formula in 64-bit floating point. nDCG@10 has linear gain and is averaged over all queries with a
relevant document. It prints both and the largest difference of a score, and fails if nDCG@10
differs by more than 0.005.
"""

import argparse
import collections
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

from nltk.stem.porter import PorterStemmer

STOP_WORDS = set("""a an and are as at be but by for if in into is it no not of on or such that the
their then there these they this to was will with""".split())
STEMMER = PorterStemmer(mode=PorterStemmer.MARTIN_EXTENSIONS)
WORD = re.compile(r"[^\W_]+(?:(?<=[^\W\d_])['’](?=[^\W\d_])[^\W_]+)*")
K1, B = 0.9, 0.4
ALLOWED = 0.005
stems = {}


def terms(text):
    for word in WORD.findall(text):
        word = re.sub("'s$", "", word.lower().replace("’", "'"))
        if word not in STOP_WORDS:
            if word not in stems:
                stems[word] = STEMMER.stem(word) if word.isascii() else word
            yield stems[word]


def reference(documents, queries, depth):
    counts = [collections.Counter(terms(text)) for text in documents.values()]
    lengths = [sum(count.values()) for count in counts]
    mean = sum(lengths) / len(lengths)
    postings = collections.defaultdict(list)
    for number, count in enumerate(counts):
        for term, frequency in count.items():
            norm = K1 * (1 - B + B * lengths[number] / mean)
            postings[term].append((number, frequency / (frequency + norm)))
    names = list(documents)
    run = {}
    for query, text in queries.items():
        scores = collections.defaultdict(float)
        for term in terms(text):
            n = len(postings.get(term, ()))
            idf = math.log(1 + (len(names) - n + 0.5) / (n + 0.5))
            for number, weight in postings.get(term, ()):
                scores[number] += idf * weight
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:depth]
        run[query] = [(names[number], score) for number, score in best]
    return run


def ndcg(run, qrels, cutoff=10):
    total = 0
    for query, grades in qrels.items():
        gains = [max(grades.get(name, 0), 0) for name, _ in run.get(query, [])[:cutoff]]
        ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:cutoff]
        discounted = lambda values: sum(v / math.log2(i + 2) for i, v in enumerate(values))
        total += discounted(gains) / discounted(ideal)
    return total / len(qrels)


def lines(path):
    return [json.loads(line) for line in path.open()]


def t5rank_run(program, folder, depth):
    with tempfile.TemporaryDirectory() as temporary:
        index = f"{temporary}/index"
        subprocess.run(
            [program, "index", "--corpus", folder, "--index", index, "--quiet"], check=True)
        text = subprocess.run(
            [program, "search", "--index", index, "--queries", folder, "-k", str(depth), "--quiet"],
            check=True, capture_output=True, text=True).stdout
    run = collections.defaultdict(list)
    for line in text.splitlines():
        query, _, document, _, score, _ = line.split()
        run[query].append((document, float(score)))
    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, default="../shared/data/dev")
    parser.add_argument("--t5rank", default=".build/release/t5rank")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        sys.exit(f"{arguments.data}: expected a folder of collections, found none; see --data")
    print("| collection | t5rank nDCG@10 | reference nDCG@10 | largest score difference | same top 10 |")
    print("|---|---|---|---|---|")
    worst = 0
    for folder in sorted(path for path in arguments.data.iterdir() if path.is_dir()):
        documents = {
            line["_id"]: " ".join(filter(None, [line.get("title"), line["text"]]))
            for line in lines(folder / "corpus.jsonl")}
        queries = {line["_id"]: line["text"] for line in lines(folder / "queries.jsonl")}
        qrels = collections.defaultdict(dict)
        for line in (folder / "qrels.txt").open():
            query, _, document, grade = line.split()
            qrels[query][document] = int(grade)
        qrels = {query: grades for query, grades in qrels.items() if max(grades.values()) > 0}
        ours = t5rank_run(arguments.t5rank, folder, 1000)
        theirs = reference(documents, queries, 1000)
        apart = max(
            abs(a[1] - b[1]) for query in theirs for a, b in zip(ours[query], theirs[query]))
        same = sum(
            [a[0] for a in ours[query][:10]] == [b[0] for b in theirs[query][:10]]
            for query in theirs)
        figures = ndcg(ours, qrels), ndcg(theirs, qrels)
        worst = max(worst, abs(figures[0] - figures[1]))
        print(
            f"| {folder.name} | {figures[0]:.4f} | {figures[1]:.4f} | {apart:.1e} "
            f"| {same} of {len(theirs)} |")
    sys.exit(worst > ALLOWED)


if __name__ == "__main__":
    main()
