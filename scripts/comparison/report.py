"""All that is reported, as one value: what comparison.json holds."""

import datetime
import os

from comparison.evaluation import MEASURES, mark
from comparison.machine import processor

DISTURBED = 0.05  # The share of the machine in other hands that makes timings doubtful.


def report(sections, systems, program, options):
    """`sections`: for each collection its experiment, results, timings and depth curves."""
    return {
        "program": program.version, "date": str(datetime.date.today()),
        "processor": f"{processor()} ({os.cpu_count()} cores)",
        "threads": options.threads, "depth": options.depth,
        "latency_queries": options.latency_queries, "seed": options.seed,
        "measures": MEASURES,
        "collections": [collection(systems, *section) for section in sections]}


def collection(systems, experiment, results, timings, curves):
    source = experiment.collection
    return {
        "name": source.name, "documents": source.document_count,
        "queries": len(source.queries), "judged_queries": source.judged_count,
        "systems": [
            row(system, results[system.name], timings[system.name], curves.get(system.name),
                experiment) for system in systems]}


def row(system, result, timings, curve, experiment):
    comparison = result.get("comparison", {}).get("measures", {})
    return {
        "system": system.name, "mode": system.mode, "duo_depth": system.depth,
        "model": system.model.name if system.model else None,
        "measures": {
            measure: {"value": result["measures"][measure], "mark": mark(result, measure),
                      "to_bm25": comparison.get(measure)} for measure in MEASURES},
        "passes_for_100": system.passes(100), "timings": timings,
        "model_bytes": system.model_bytes(),
        "index_bytes": folder_bytes(experiment.index(system)) if system.is_first_stage else None,
        "by_depth": curve,
        "per_query": {query: values[MEASURES[0]] for query, values in result["per_query"].items()}}


def folder_bytes(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def disturbance(found):
    """The largest share of the machine that others used while it was timed, if it matters."""
    shares = [row["timings"]["disturbance"] or 0
              for section in found["collections"] for row in section["systems"]]
    worst = max(shares, default=0)
    return worst if worst >= DISTURBED else None


def caption(section, found):
    """What a collection's table is about."""
    queries = f"{section['queries']:,}"
    if section["queries"] < section["judged_queries"]:
        queries += f" of {section['judged_queries']:,}"
    text = (f"{section['documents']:,} documents, {queries} queries; BM25’s best "
            f"{found['depth']:,} are re-ranked")
    count = min(row["timings"]["documents"] for row in section["systems"])
    return text if count == 100 else f"{text}; latencies are for {count}, as it finds no more"


def circumstances(found):
    text = (f"{found['date']}, {found['program']}, {found['processor']}, {found['threads']} threads. "
            "Latency: median and 95th percentile over at most "
            f"{found['latency_queries']} queries, one at a time and warm: a first stage searches the "
            "collection, a re-ranker reads 100 documents. ▲ ▼: better or worse than BM25 (sign-flip "
            "test, Holm’s correction, p < 0.05).")
    if worst := disturbance(found):
        text += (f" Timings were taken on a shared machine, of which other programs used up to "
                 f"{100 * worst:.0f} %: they are not to be trusted.")
    return text


def heading(found):
    return ["system", *found["measures"], "100 documents", "95 %", "pairs/s", "model, MB",
            "index, MB", "memory, MB"]


def cells(row, found):
    """A row of the table as text."""
    timings = row["timings"]
    values = [row["measures"][measure] for measure in found["measures"]]
    rate = timings["pairs_per_second"]
    return [row["system"], *(f"{entry['value']:.4f}{entry['mark']}" for entry in values),
            seconds(timings["median"]), seconds(timings["p95"]),
            f"{rate:,.0f}" if rate else "–",
            *map(megabytes, [row["model_bytes"], row["index_bytes"], timings["peak_memory_bytes"]])]


def seconds(value):
    """Two or three digits, with their unit."""
    if value < 0.0995:
        return f"{value * 1000:.1f} ms" if value < 0.00995 else f"{value * 1000:.0f} ms"
    return f"{value:.2f} s" if value < 9.995 else f"{value:.1f} s"


def megabytes(count):
    if count is None:
        return "–"
    return f"{count / 1e6:.1f}" if count < 9.95e6 else f"{count / 1e6:,.0f}"
