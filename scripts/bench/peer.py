#!/usr/bin/env python3
"""Scores requests with one of t5rank's peers, and prints how fast, as JSON.

    .venv-bench/bin/python scripts/bench/peer.py SYSTEM PRECISION MODEL TEXTS.jsonl [--threads 2]
        [--streams 1] [--batch-size 8] [--repetitions 5] [--rounds-on-request | --tune]

The systems and their precisions are listed in peers/__init__.py. All are measured alike: from texts
to scores, one request after another, without loading the model and without the first time. A
request's texts are tokenised in parallel, sorted by their tokens and padded to their batch's
longest; --streams N computes N batches at once, each with its part of the threads. A T5 is a
monoT5 (one decoder step, the logit of the positive label less that of the negative one), a BERT a
cross-encoder, its raw logit. What a system loads in place of the model's files is made once, in
.bench/peers.

The first line has the scores and with what they were made. A line a round follows: seconds_per_100
(the median of its repetitions), tokens_per_second (padding not counted) and peak_memory_bytes. With
--rounds-on-request each line of standard input asks for one, so that another system's can come
between; without it there is one. With --tune there is one line, the fastest of --batch-sizes and its
seconds. Where a system cannot do what is asked, the only line has the reason, as `unsupported`.
"""

import argparse
import concurrent.futures
import importlib
import importlib.metadata
import json
import os
import pathlib
import resource
import statistics
import sys
import time

from peers import SYSTEMS
from recipe import fingerprint, make_once

BENCH = pathlib.Path(__file__).resolve().parent
MADE = BENCH.parents[1] / ".bench/peers"
WARM_UP = 8  # Documents that pay for what is made lazily, before batch sizes are tried.
NEARLY = 1.05  # A batch size that took up to so many times the least is tried once more.
HOPELESS = 1.25  # After one that took more than so many times the least, no larger one is tried.


def made(Peer, model, arguments):
    """The folder of what this peer loads in this precision, made if it is not there yet."""
    module = SYSTEMS[arguments.system].module
    sources = [BENCH / "requirements.txt",
               *(BENCH / "peers" / f"{name}.py" for name in ["graph", "batches", module])]
    files = [(file.name, file.stat().st_size, file.stat().st_mtime_ns)
             for file in sorted(model.folder.iterdir())]
    name = f"{model.folder.name}-{arguments.system}-{arguments.precision}"
    make_once(MADE / name, fingerprint(sources, model.folder, *files),
              lambda folder: Peer.prepare(model, arguments.precision, folder))
    return MADE / name


class Run:
    """A peer with its model loaded, and the texts."""

    def __init__(self, arguments):
        from peers.batches import Model, read_requests  # Only once the environment is set.

        system = SYSTEMS[arguments.system]
        self.model = Model(arguments.model)
        self.requests, self.identifiers = read_requests(arguments.texts)
        Peer = getattr(importlib.import_module(f"peers.{system.module}"), system.peer)
        self.packages = Peer.packages
        self.peer = Peer(self.model, arguments.precision, made(Peer, self.model, arguments),
                         arguments.threads, arguments.streams)
        self.streams = concurrent.futures.ThreadPoolExecutor(arguments.streams)
        self.map = map if arguments.streams == 1 else self.streams.map

    def rank(self, batch_size, limit=None):
        """Seconds, all documents' scores in order, and the number of their tokens; only of so many
        documents a request, where there is a limit."""
        results, tokens = [], 0
        start = time.perf_counter()
        for query, documents in self.requests:
            documents = documents[:limit]
            encodings = self.model.encode(query, documents)
            tokens += sum(len(encoding.ids) for encoding in encodings)
            batches = list(self.model.batches(encodings, batch_size))
            scores = [0.0] * len(documents)
            for batch, found in zip(batches, self.map(self.peer.scores, batches)):
                for index, score in zip(batch.indices, found):
                    scores[index] = float(score)
            results += scores
        return time.perf_counter() - start, results, tokens

    def fastest(self, sizes):
        """The fastest batch size, and its seconds."""
        most = max(len(documents) for _, documents in self.requests)
        self.rank(sizes[0], WARM_UP)
        times = {}
        for size in sizes:
            times[size] = self.rank(size)[0]
            if times[size] > HOPELESS * min(times.values()) or size >= most:
                break
        for size in [size for size in times if times[size] <= NEARLY * min(times.values())]:
            times[size] = min(times[size], self.rank(size)[0])
        best = min(times, key=times.get)
        return {"batch_size": best, "seconds": times[best]}

    def first(self, batch_size):
        _, scores, _ = self.rank(batch_size)
        return {
            "scores": [[*identifier, score]
                       for identifier, score in zip(self.identifiers, scores)],
            "versions": {name: importlib.metadata.version(name) for name in self.packages},
        }

    def round(self, batch_size, repetitions):
        times = []
        for _ in range(repetitions):
            seconds, scores, tokens = self.rank(batch_size)
            times.append(seconds)
        median = statistics.median(times)
        return {
            "seconds_per_100": 100 * median / len(scores),
            "tokens_per_second": tokens / median,
            "peak_memory_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        }


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("system", choices=SYSTEMS)
    parser.add_argument("precision", choices=["fp32", "bf16", "int8"])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("texts", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--streams", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[1, 4, 8, 16, 32])
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--rounds-on-request", action="store_true")
    parser.add_argument("--tune", action="store_true")
    arguments = parser.parse_args()
    if arguments.precision not in SYSTEMS[arguments.system].precisions:
        parser.error(f"{arguments.system} has no {arguments.precision}")
    return arguments


def reports(arguments):
    from peers.protocol import Unsupported

    try:
        run = Run(arguments)
        if arguments.tune:
            yield run.fastest(arguments.batch_sizes)
            return
        yield run.first(arguments.batch_size)
    except Unsupported as reason:
        yield {"unsupported": str(reason)}
        return
    for _ in sys.stdin if arguments.rounds_on_request else [None]:
        yield run.round(arguments.batch_size, arguments.repetitions)


def main():
    arguments = parse()
    os.environ["RAYON_NUM_THREADS"] = str(arguments.threads)  # The tokenizers' threads.
    # What libraries print is not for whoever reads the reports.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for report in reports(arguments):
        print(json.dumps(report), file=output, flush=True)


if __name__ == "__main__":
    main()
