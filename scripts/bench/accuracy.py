#!/usr/bin/env python3
"""Measures what reduced precision changes of scores and orders, against fp32, on judged collections.

    scripts/bench/accuracy.py [COLLECTION…] [--t5rank PATH] [--models MODE=DIR…] [--precisions P…]
        [--queries 20] [--depth 50] [--seed 20250] [--threads 1] [--json FILE]

A collection is a folder as BEIR lays it out (default: those in ../shared/data/dev). The candidates are
BM25's best --depth, for a sample of the judged queries, which the seed decides.

Prints one Markdown table: a row a model, precision and collection, and one for all queries. Scores are
log-odds (a cross-encoder's raw output). τ is Kendall's τ-b of a query's candidates by fp32's scores and by
those of the precision. CPU seconds are user time of the ranking process, its start included.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from agreement import tau_b  # noqa: E402
from comparison.collection import Collection  # noqa: E402
from comparison.evaluation import run_text  # noqa: E402
from comparison.program import output  # noqa: E402
from comparison.store import write  # noqa: E402

REFERENCE = "fp32"
MEASURE = "nDCG@10"
HEADINGS = ["model", "mode", "precision", "collection", "queries", "pairs", "max. difference", "mean",
            "spread of scores", "τ", "least τ", f"{MEASURE}, fp32", "difference", "CPU s ÷ fp32's"]


class Candidates:
    """BM25's best for some queries of a collection."""

    def __init__(self, folder, work, asked):
        self.collection = Collection(folder, "test", asked.queries, asked.seed)
        self.work = work / self.collection.name
        write(self.work / "qrels.txt", self.collection.judgements_text())
        write(self.work / "queries.jsonl", self.collection.queries_text())
        self.requests = self.work / "requests.jsonl"
        output(asked.t5rank, "index", "--quiet", "--corpus", folder, "--index", self.work / "index")
        output(asked.t5rank, "search", "--quiet", "--index", self.work / "index", "--queries",
               self.work / "queries.jsonl", "--top-k", asked.depth, "--format", "jsonl", "-o",
               self.requests)

    def ranked(self, mode, model, precision, asked):
        """A score by document by query, best first, and seconds of user time."""
        start = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        lines = output(asked.t5rank, "rank", "--quiet", "--format", "jsonl", "--mode", mode, "--model",
                       model, "--score", "logit", "--precision", precision, "--threads",
                       asked.threads, self.requests)
        seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - start
        rankings = map(json.loads, lines.splitlines())
        return {ranking["query"]["qid"]: {candidate["docid"]: candidate["score"]
                                          for candidate in ranking["candidates"]}
                for ranking in rankings}, seconds

    def effectiveness(self, scores, asked):
        path = self.work / "run.trec"
        write(path, run_text(scores, "accuracy"))
        line = output(asked.t5rank, "evaluate", "--json", "--qrels", self.work / "qrels.txt", "--run",
                      path, "--measures", MEASURE)
        return json.loads(line)["measures"][MEASURE]


def compare(name, scores, reference):
    """What a precision changes on one collection, from (scores, nDCG, seconds) of both."""
    (scores, ndcg, seconds), (known, known_ndcg, known_seconds) = scores, reference
    differences, values, taus = [], [], []
    for query, expected in known.items():
        found = scores[query]
        differences += [abs(found[document] - score) for document, score in expected.items()]
        values += expected.values()
        taus.append(tau_b([(score, found[document]) for document, score in expected.items()]))
    # A query of which nothing is ordered has no order to lose.
    taus = [tau for tau in taus if tau is not None]
    return {"collection": name, "queries": len(known), "pairs": len(differences),
            "max_difference": max(differences), "mean_difference": statistics.mean(differences),
            "spread": max(values) - min(values), "tau": statistics.mean(taus), "least_tau": min(taus),
            "ndcg_fp32": known_ndcg, "ndcg_difference": ndcg - known_ndcg,
            "seconds": seconds, "seconds_fp32": known_seconds}


def together(rows):
    """One row of several collections': means by query or by pair."""
    def mean(key, weight):
        return sum(row[key] * row[weight] for row in rows) / sum(row[weight] for row in rows)

    return {"collection": "all",
            **{key: sum(row[key] for row in rows)
               for key in ["queries", "pairs", "seconds", "seconds_fp32"]},
            **{key: max(row[key] for row in rows) for key in ["max_difference", "spread"]},
            "mean_difference": mean("mean_difference", "pairs"), "tau": mean("tau", "queries"),
            "least_tau": min(row["least_tau"] for row in rows),
            "ndcg_fp32": mean("ndcg_fp32", "queries"),
            "ndcg_difference": mean("ndcg_difference", "queries")}


def measured(mode, model, candidates, asked):
    """Rows of all precisions of a model."""
    rows = {precision: [] for precision in asked.precisions}
    for given in candidates:
        results = {}
        for precision in [REFERENCE, *asked.precisions]:
            print(f"{given.collection.name}: {model.name}, {mode}, {precision}", file=sys.stderr)
            scores, seconds = given.ranked(mode, model, precision, asked)
            results[precision] = scores, given.effectiveness(scores, asked), seconds
        for precision in asked.precisions:
            rows[precision].append(
                compare(given.collection.name, results[precision], results[REFERENCE]))
    for precision, found in rows.items():
        for row in [*found, together(found)]:
            yield {"model": model.name, "mode": mode, "precision": precision, **row}


def cells(row):
    return [row["model"], row["mode"], row["precision"], row["collection"], row["queries"],
            row["pairs"], f"{row['max_difference']:.3f}", f"{row['mean_difference']:.4f}",
            f"{row['spread']:.1f}", f"{row['tau']:.4f}", f"{row['least_tau']:.3f}",
            f"{row['ndcg_fp32']:.4f}", f"{row['ndcg_difference']:+.4f}",
            f"{row['seconds'] / max(row['seconds_fp32'], 1e-9):.2f}"]


def line(values):
    return "| " + " | ".join(map(str, values)) + " |"


def arguments():
    weights = ROOT / "weights"
    models = [f"mono={weights / 't5rank-mini'}", f"rank={weights / 't5rank-mini'}",
              f"cross={weights / 'cross-encoder-mini'}"]
    data = ROOT / "../shared/data/dev"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("collections", nargs="*", type=pathlib.Path, metavar="COLLECTION")
    parser.add_argument("--t5rank", type=pathlib.Path, default=ROOT / ".build/release/t5rank")
    parser.add_argument("--models", nargs="+", default=models, metavar="MODE=DIR")
    parser.add_argument("--precisions", nargs="+", default=["bf16", "int8"], metavar="P")
    parser.add_argument("--queries", type=int, default=20, metavar="N", help="0: all")
    parser.add_argument("--depth", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20250)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="the same, one row a line")
    asked = parser.parse_args()
    if not asked.collections:
        if not data.is_dir():
            parser.error(f"expected collections, or some in {data}; found neither")
        asked.collections = sorted(path for path in data.iterdir() if path.is_dir())
    asked.models = [model.partition("=") for model in asked.models]
    if not all(equals for _, equals, _ in asked.models):
        parser.error("--models: expected MODE=DIR, as cross=weights/cross-encoder-mini")
    if asked.queries < 0 or asked.depth < 2:
        parser.error("expected --queries of at least 0 and --depth of at least 2")
    return asked


def main():
    asked = arguments()
    os.environ.setdefault("T5RANK_HOME", str(ROOT))
    rows = []
    with tempfile.TemporaryDirectory() as work:
        candidates = [Candidates(folder, pathlib.Path(work), asked) for folder in asked.collections]
        print(line(HEADINGS), line(["---"] * 4 + ["---:"] * (len(HEADINGS) - 4)), sep="\n")
        for mode, _, folder in asked.models:
            for row in measured(mode, pathlib.Path(folder), candidates, asked):
                rows.append(row)
                print(line(cells(row)), flush=True)
    if asked.json:
        write(asked.json, "".join(json.dumps(row) + "\n" for row in rows))


if __name__ == "__main__":
    main()
