#!/usr/bin/env python3
"""Writes what ir_measures and scipy compute of random runs and random differences.

    .venv/bin/python scripts/golden/measures.py [--output Tests/Fixtures/evaluation]

The inputs are not stored: `random_case` and `random_differences` make them from a seed, and the
tests make the same ones from the same seed (Tests/EvaluationTests/RandomCase.swift).

measures.json     means over all judged queries of `MEASURES`, for each seed
statistics.json   p-values of scipy.stats.ttest_rel and permutation_test, for each seed

gdeval, which ir_measures calls for nDCG with exponential gains and for ERR, prints five decimals.
Those two are computed here a second time, unrounded, and must agree with it to its rounding.
"""

import argparse
import importlib.metadata
import json
import math
import pathlib
import warnings

import ir_measures
import numpy
import scipy.stats

SEEDS = range(1, 601)
MEASURES = [
    "nDCG", "nDCG@1", "nDCG@3", "nDCG@10", "nDCG(judged_only=True)@5", "nDCG(gains={1:0,2:5})@10",
    "nDCG(dcg='exp-log2')@5", "nDCG(dcg='exp-log2')@20", "RR", "RR@3", "RR(rel=2)", "RR(rel=2)@10",
    "RR(judged_only=True)", "AP", "AP@5", "AP(rel=2)", "AP(judged_only=True)@10", "P@1", "P@5",
    "P(rel=2)@5", "P(judged_only=True)@5", "R@5", "R(rel=2)@20", "Rprec", "Rprec(rel=2)",
    "Success@1", "Success@5", "Success(rel=3)@10", "Judged", "Judged@5", "ERR@5", "ERR@20",
    "RBP(rel=1)", "RBP(p=0.5,rel=2)", "RBP(p=0.95,rel=1)",
]
SIZES = [2, 3, 5, 8, 12, 16, 20, 21, 25, 40, 76, 225, 1000]
MASK = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        return (mixed ^ (mixed >> 31)) % bound


def random_case(seed):
    """Judgements and a run, with ties, missing and unjudged queries, and negative grades."""
    random = SplitMix64(seed)
    qrels, run = {}, {}
    for query in range(1 + random.below(5)):
        name = str(7 * query + 1)
        documents = 2 + random.below(40)
        levels = 2 + random.below(30)
        is_found = random.below(8) != 0
        qrels[name], found = {}, {}
        for document in range(documents):
            is_judged = random.below(10) < 4
            grade = [-2, -1, 0, 0, 1, 1, 2, 3][random.below(8)]
            is_retrieved = random.below(4) != 0
            score = random.below(levels) / 8
            # trec_eval reads outside of its arrays where no grade of a query is at least 0.
            if document == 0:
                qrels[name]["d0"] = abs(grade)
            elif is_judged:
                qrels[name][f"d{document}"] = grade
            if is_found and is_retrieved:
                found[f"d{document}"] = score
        if found:
            run[name] = found
    if random.below(2) == 0:
        run["999"] = {"d1": 1.0}
    return qrels, run


def random_differences(seed, count):
    """Differences of which some are 0 and many are equal, and whose mean is not 0."""
    random = SplitMix64(seed)
    shift = 14 + random.below(13)
    return [(random.below(41) - shift) / 40 for _ in range(count)]


def gdeval(measure, qrels, run):
    """nDCG with exponential gains, or ERR, as gdeval has them, but unrounded."""
    total = 0
    for name, grades in qrels.items():
        ranked = sorted(run.get(name, {}).items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
        gains = [2 ** max(grades.get(name, 0), 0) - 1 for name, _ in ranked][:measure["cutoff"]]
        if measure.NAME == "ERR":
            reached = 1
            for rank, gain in enumerate(gains):
                total += reached * gain / 16 / (rank + 1)
                reached *= 1 - gain / 16
        else:
            best = sorted((2 ** max(grade, 0) - 1 for grade in grades.values()), reverse=True)
            dcg, ideal = (
                math.fsum(gain / math.log2(rank + 2) for rank, gain in enumerate(gains))
                for gains in (gains, best[:measure["cutoff"]]))
            total += dcg / ideal if ideal else 0
    return total / len(qrels)


def measure_goldens():
    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    runs = []
    for seed in SEEDS:
        qrels, run = random_case(seed)
        means = ir_measures.calc_aggregate(measures, qrels, run)
        for measure in measures:
            if measure.NAME == "ERR" or measure.params.get("dcg") == "exp-log2":
                unrounded = gdeval(measure, qrels, run)
                assert abs(unrounded - means[measure]) < 5.1e-6, (seed, measure)
                means[measure] = unrounded
        runs.append([round(float(means[measure]), 12) for measure in measures])
    return {
        "made_by": "scripts/golden/measures.py",
        "versions": versions("ir-measures", "pytrec-eval-terrier", "cwl-eval"),
        "first_seed": SEEDS[0],
        "measures": [str(measure) for measure in measures],
        "means": runs,
    }


def statistics_goldens():
    cases = []
    for size in SIZES:
        for seed in range(1, 6):
            differences = numpy.array(random_differences(1000 * size + seed, size))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                t = scipy.stats.ttest_rel(differences, numpy.zeros(size))
                flips = scipy.stats.permutation_test(
                    (differences,), numpy.mean, permutation_type="samples", vectorized=True,
                    n_resamples=2 ** 20 if size <= 20 else 400_000, batch=20_000,
                    rng=numpy.random.default_rng(seed))
            cases.append({
                "seed": 1000 * size + seed, "count": size,
                "t": None if math.isnan(t.statistic) else t.statistic,
                "p_t_test": None if math.isnan(t.pvalue) else t.pvalue,
                "p_sign_flip": flips.pvalue,
            })
    return {
        "made_by": "scripts/golden/measures.py",
        "versions": versions("scipy", "numpy"),
        "cases": cases,
    }


def versions(*packages):
    return {package: importlib.metadata.version(package) for package in packages}


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    # A run or a case a line.
    text = json.dumps(value).replace("], [", "],\n[").replace("}, {", "},\n{")
    path.write_text(text + "\n")
    print(path, path.stat().st_size, "bytes", value["versions"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default="Tests/Fixtures/evaluation")
    output = parser.parse_args().output
    write(output / "measures.json", measure_goldens())
    write(output / "statistics.json", statistics_goldens())


if __name__ == "__main__":
    main()
