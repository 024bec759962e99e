"""Tries the comparison on a collection that it makes: what is written, resumed and measured anew."""

import copy
import json
import random
import sys

from comparison.system import LATE

SUBJECTS = ["bees", "bridges", "vaccines", "volcanoes", "glaciers"]
WORDS = """honey steel immune lava ice dance arch antibody crater valley the of and how they form grow
move find make""".split()
SYSTEMS = ["bm25", "cross", "mono", "rank", "duo:3", "mono-duo:3"]


def run(compare, options, folder):
    collection = make_collection(folder / "made")
    options = copy.copy(options)
    options.collections, options.output = [collection], folder / "output"
    options.systems = [*SYSTEMS, *(["bi"] if options.encoder else []), *(LATE if options.colbert else [])]
    options.queries, options.latency_queries, options.depth, options.retime = None, 2, 15, False
    first = compare(options)
    rows = {row["system"]: row for row in first["collections"][0]["systems"]}
    expect(set(rows) == set(options.systems), "a row for each system")
    expect(all(0 <= entry["value"] <= 1 for row in rows.values()
               for entry in row["measures"].values()), "measures between 0 and 1")
    expect(rows["mono"]["by_depth"][0][1] == rows["bm25"]["measures"]["nDCG@10"]["value"],
           "mono over BM25's best one to be BM25")
    expect(rows["mono"]["by_depth"][-1][1] == rows["mono"]["measures"]["nDCG@10"]["value"],
           "mono over all to be mono")
    if options.colbert:
        expect(rows["colbert"]["measures"] == rows["colbert-stored"]["measures"],
               "stored vectors to rank as computed ones")
    for name in ["comparison.md", "comparison.json", "comparison.html"]:
        expect((options.output / name).stat().st_size > 0, f"{name} to be written")
    text = (options.output / "comparison.html").read_text()
    expect("src=" not in text and "href=" not in text and "url(" not in text, "no other resources")
    expect(compare(options) == first, "a second call to find the same")

    kept = next((options.output / "work").rglob("mono-[0-9a-f]*.json"))
    kept.unlink()
    expect(compare(options) == first, "an interrupted call to go on")
    options.retime = True
    second = compare(options)
    expect(second != first, "--retime to measure anew")
    expect(untimed(second) == untimed(first), "--retime to change timings alone")
    print("compare: the self-check passes", file=sys.stderr)


def expect(condition, what):
    if not condition:
        sys.exit(f"compare: self-check: expected {what}")


def untimed(found):
    found = json.loads(json.dumps(found))
    for section in found["collections"]:
        for row in section["systems"]:
            del row["timings"]
    return found


def make_collection(folder):
    """Twenty documents on five subjects, and a query for each subject."""
    generator = random.Random(1)
    (folder / "qrels").mkdir(parents=True)
    documents = [(f"d{number}", SUBJECTS[number % len(SUBJECTS)]) for number in range(20)]
    (folder / "corpus.jsonl").write_text("".join(
        json.dumps({"_id": name, "title": subject,
                    "text": " ".join([subject, *generator.choices(WORDS, k=20)])}) + "\n"
        for name, subject in documents))
    (folder / "queries.jsonl").write_text("".join(
        json.dumps({"_id": subject, "text": f"how do {subject} grow and move"}) + "\n"
        for subject in SUBJECTS))
    (folder / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(
        f"{subject}\t{name}\t1\n" for name, subject in documents))
    return folder
