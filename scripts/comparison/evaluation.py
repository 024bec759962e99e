"""Effectiveness, by `t5rank evaluate`."""

import json

from comparison.program import output
from comparison.store import write

MEASURES = ["nDCG@10", "RR@10", "AP"]
LEVEL = 0.05
DEPTHS = [5, 10, 20, 30, 50, 70, 100, 200, 500, 1000]


def run_text(rankings, tag):
    """A TREC run whose scores are places: equal scores of a model must not be ordered anew."""
    return "".join(
        f"{query} Q0 {document} {place} {len(documents) - place + 1} {tag}\n"
        for query, documents in rankings.items() for place, document in enumerate(documents, 1))


def evaluate(program, collection, rankings, folder):
    """What `t5rank evaluate` says of each system, the first being the baseline; leaves its files."""
    qrels = folder / "qrels.txt"
    write(qrels, collection.judgements_text())
    paths = []
    for name, ranking in rankings.items():
        paths.append(folder / f"{name.replace(':', '-').replace(' ', '-')}.trec")
        write(paths[-1], run_text(ranking, paths[-1].stem))
    lines = output(program.path, "evaluate", "--json", "--qrels", qrels, "--run", *paths,
                   "--measures", " ".join(MEASURES))
    return dict(zip(rankings, map(json.loads, lines.splitlines()), strict=True))


def mark(result, measure):
    """Whether a system differs from the baseline beyond chance, and whither."""
    comparison = result.get("comparison", {}).get("measures", {}).get(measure)
    p = comparison and comparison["p_sign_flip_holm"]
    if p is None or p >= LEVEL:
        return ""
    return "▲" if comparison["delta"] > 0 else "▼"


def depth_curves(program, systems, rankings, depth, folder):
    """nDCG@10 by system and by how many of BM25's candidates are re-ranked.

    A pointwise score does not depend on the other candidates, so one ranking tells all depths.
    """
    base = next(iter(rankings.values()))
    depths = sorted({1, depth, *(limit for limit in DEPTHS if limit < depth)})
    curves, paths = [], []
    for system in systems:
        if not system.is_pointwise:
            continue
        for limit in depths:
            cut = {query: at_depth(documents, base[query], limit)
                   for query, documents in rankings[system.name].items()}
            paths.append(folder / "depths" / f"{len(paths)}.trec")
            write(paths[-1], run_text(cut, "depth"))
            curves.append((system.name, limit))
    found = {}
    for path, (name, limit) in zip(paths, curves):
        text = output(program.path, "evaluate", "--json", "--qrels", folder / "qrels.txt",
                      "--run", path, "--measures", MEASURES[0])
        found.setdefault(name, []).append((limit, json.loads(text)["measures"][MEASURES[0]]))
        path.unlink()
    return found


def at_depth(ranking, base, depth):
    """The ranking where only the first candidates had been re-ranked."""
    head = set(base[:depth])
    return [document for document in ranking if document in head] + base[depth:]
