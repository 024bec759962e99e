"""The systems that are compared."""

import dataclasses
import functools
import pathlib
import sys

from comparison.store import file_hash

FIRST_STAGES = ["bm25", "bi"]
PAIRWISE = ["duo", "mono-duo"]
T5_MODES = ["mono", "rank", *PAIRWISE]
# A ColBERT that reads the candidates, and one whose vectors of them are on disk.
LATE = ["colbert", "colbert-stored"]
NAMES = [*FIRST_STAGES, "cross", *LATE, *T5_MODES]
MODEL_FILES = {".safetensors", ".json", ".model", ".txt", ".metadata"}


@dataclasses.dataclass(frozen=True)
class System:
    """A first stage, or a mode of t5rank on a model."""

    name: str
    mode: str
    model: pathlib.Path | None = None
    depth: int | None = None  # Of the pairs that duo compares.
    is_stored: bool = False  # Whether the documents' vectors are on disk.

    @property
    def is_first_stage(self):
        return self.mode in FIRST_STAGES

    @property
    def is_pointwise(self):
        """Whether a document's score does not depend on the other candidates."""
        return not self.is_first_stage and self.mode not in PAIRWISE

    def passes(self, count):
        """Prompts that go through the model for so many candidates."""
        if self.is_first_stage:
            return 0
        pairs = 0
        if self.depth:
            compared = min(self.depth, count)
            pairs = compared * (compared - 1)
        return pairs + (0 if self.mode == "duo" else count)

    def command(self, program, threads, vectors=None):
        """What re-ranks JSON Lines, maybe with documents' vectors in an index."""
        depth = ["--depth", self.depth, "--yes"] if self.depth else []
        stored = ["--vectors", vectors] if vectors else []
        return [program, "--quiet", "--format", "jsonl", "--mode", self.mode, "--model", self.model,
                "--threads", threads, *depth, *stored]

    def makers(self):
        """What the scores depend on, for a key."""
        makers = [self.mode, self.depth, fingerprint(self.model) if self.model else None]
        return [*makers, "stored"] if self.is_stored else makers

    def model_bytes(self):
        return sum(path.stat().st_size for path in model_files(self.model)) if self.model else None


def model_files(folder):
    """The files that a model is made of; not its card, nor weights in other formats."""
    return [path for path in folder.iterdir() if path.is_file() and path.suffix in MODEL_FILES]


@functools.cache
def fingerprint(folder):
    """Hashes of the files that scores depend on, wherever the folder is."""
    return {str(path.relative_to(folder)): file_hash(path) for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix in MODEL_FILES}


def systems(names, models, cross_encoders, colberts, encoder, duo_depth):
    """What names such as `mono` and `duo:5` stand for, each with each model, and BM25 before them."""
    found = [System("bm25", "bm25")]
    for name in names:
        mode, _, depth = name.partition(":")
        is_pairwise = mode in PAIRWISE
        is_depth = not depth or (is_pairwise and depth.isdecimal() and int(depth) > 1)
        if mode not in NAMES or not is_depth:
            sys.exit(f"compare: --systems: expected {', '.join(NAMES)}, maybe with duo's depth as in "
                     f"duo:5, found {name}")
        if mode == "bm25":
            continue
        folders = {"bi": [encoder], "cross": cross_encoders,
                   **dict.fromkeys(LATE, colberts)}.get(mode, models)
        for folder in folders:
            limit = int(depth or duo_depth) if is_pairwise else None
            label = f"{mode}:{limit}" if limit else mode
            if len(folders) > 1:
                label += f" {folder.resolve().name}"
            is_stored = mode == "colbert-stored"
            found.append(System(
                label, "colbert" if is_stored else mode, folder.resolve(), limit, is_stored))
    if len({system.name for system in found}) < len(found):
        sys.exit("compare: expected each system once, with models in folders of different names")
    return found
