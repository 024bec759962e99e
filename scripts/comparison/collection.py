"""A test collection in a folder, as BEIR lays it out."""

import hashlib
import json
import random
import sys


class Collection:
    """The judged queries of a folder, or a sample of them, and where its documents are.

    The folder holds corpus.jsonl and queries.jsonl, and judgements in qrels.txt (TREC's four columns)
    or in qrels/SPLIT.tsv (BEIR's three, after a heading).
    """

    def __init__(self, folder, split, sample, seed):
        self.folder = folder
        self.name = folder.resolve().name
        self.corpus = folder / "corpus.jsonl"
        for path in [self.corpus, folder / "queries.jsonl"]:
            if not path.is_file():
                sys.exit(f"compare: {path}: expected a collection's file, found none")
        texts = {query["_id"]: query["text"] for query in read_lines(folder / "queries.jsonl")}
        judgements = read_judgements(judgement_file(folder, split))
        judged = [query for query in texts if query in judgements]
        if not judged:
            sys.exit(f"compare: {folder}: expected judgements of its queries, found none")
        self.judged_count = len(judged)
        if sample and sample < len(judged):
            chosen = set(random.Random(seed).sample(judged, sample))
            judged = [query for query in judged if query in chosen]
        self.queries = {query: texts[query] for query in judged}
        self.judgements = {query: judgements[query] for query in judged}
        with self.corpus.open("rb") as file:
            self.corpus_hash = hashlib.file_digest(file, "sha256").hexdigest()
        with self.corpus.open("rb") as file:
            self.document_count = sum(1 for line in file if line.strip())

    def queries_text(self):
        """The queries as JSON Lines."""
        return "".join(json.dumps({"_id": query, "text": text}) + "\n"
                       for query, text in self.queries.items())

    def judgements_text(self):
        """The judgements of these queries as TREC's qrels."""
        return "".join(
            f"{query} 0 {document} {grade}\n"
            for query, grades in self.judgements.items() for document, grade in grades.items())


def read_lines(path):
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                if line.strip():
                    yield json.loads(line)
            except json.JSONDecodeError as error:
                sys.exit(f"{path}:{number}: expected a JSON object, found: {error}")


def judgement_file(folder, split):
    choices = [folder / "qrels.txt", folder / "qrels" / f"{split}.tsv"]
    for path in choices:
        if path.is_file():
            return path
    sys.exit(f"compare: expected {choices[0]} or {choices[1]}, found neither")


def read_judgements(path):
    """Grades by query and document."""
    judgements = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            cells = line.split()
            is_heading = number == 1 and cells and cells[0] == "query-id"
            if not cells or is_heading:
                continue
            try:
                document, grade = cells[-2], int(cells[-1])
                assert len(cells) in (3, 4)
            except (AssertionError, IndexError, ValueError):
                sys.exit(f"{path}:{number}: expected a query, a document and a grade, "
                         f"found: {line.strip()[:80]}")
            judgements.setdefault(cells[0], {})[document] = grade
    return judgements
