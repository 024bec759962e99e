"""How far one system's scores are from another's. Scores are dictionaries by (qid, docid)."""

import itertools
import math
import statistics


def difference(scores, reference):
    """The greatest difference of one document's scores."""
    return max(abs(scores[key] - reference[key]) for key in reference)


def spread(scores):
    return max(scores.values()) - min(scores.values())


def tau(scores, reference):
    """Kendall's τ-b of each query's order, their mean; None where no query has an order."""
    queries = {}
    for qid, docid in reference:
        queries.setdefault(qid, []).append((scores[qid, docid], reference[qid, docid]))
    values = [value for value in map(tau_b, queries.values()) if value is not None]
    return statistics.mean(values) if values else None


def tau_b(points):
    """Kendall's τ-b of pairs of numbers (Kendall 1945); None where one side is all ties."""
    agreement = untied_left = untied_right = 0
    for (left, right), (other_left, other_right) in itertools.combinations(points, 2):
        by_left = (left > other_left) - (left < other_left)
        by_right = (right > other_right) - (right < other_right)
        agreement += by_left * by_right
        untied_left += by_left != 0
        untied_right += by_right != 0
    if not untied_left or not untied_right:
        return None
    return agreement / math.sqrt(untied_left * untied_right)
