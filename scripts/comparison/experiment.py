"""Runs the systems on one collection: rankings first, then timings, each kept when it is whole."""

import json
import random
import statistics
import sys

from comparison.program import Disturbance, Server, output
from comparison.store import Store, write

TIMED_DOCUMENTS = 100


class Experiment:
    """A collection's candidates, rankings and timings."""

    def __init__(self, collection, folder, program, options, progress):
        self.collection = collection
        self.store = Store(folder / collection.name)
        self.program = program
        self.options = options
        self.progress = progress
        self.corpus_key = [program.hash, collection.corpus_hash]
        self.query_key = [*self.corpus_key, collection.queries]
        self.queries_file = self.store.folder / "queries.jsonl"
        write(self.queries_file, collection.queries_text())

    # First stages

    def index(self, system):
        """The directory of a first stage's index, or of a ColBERT's vectors."""
        def make(path):
            self.progress.say(f"{self.collection.name}: indexing for {system.name}")
            threads = ["--threads", self.options.threads] if system.model else []
            output(self.program.path, "index", "--quiet", "--corpus", self.collection.folder,
                   "--index", path, *encoder_option(system), *threads)

        kind = "vectors" if system.is_stored else system.mode
        return self.store.directory(
            f"index-{kind}", [*self.corpus_key, *system.makers()], make)

    def search_command(self, system, depth):
        return [self.program.path, "search", "--quiet", "--format", "jsonl", "--index",
                self.index(system), "--top-k", depth, "--threads", self.options.threads,
                *encoder_option(system)]

    def found(self, system, depth):
        """What a first stage finds, a request of rank_llm's form by query."""
        lines = output(*self.search_command(system, depth), "--queries", self.queries_file)
        requests = map(json.loads, lines.splitlines())
        return {request["query"]["qid"]: request for request in requests}

    def candidates(self, bm25):
        """BM25's best, as far as anything needs them."""
        self.requests = self.found(bm25, max(self.options.depth, TIMED_DOCUMENTS))
        if not self.requests:
            sys.exit(f"compare: {self.collection.folder}: BM25 finds nothing for any query")

    def request(self, query, depth):
        request = self.requests[query]
        return json.dumps({**request, "candidates": request["candidates"][:depth]})

    def rerank_command(self, system):
        return system.command(self.program.path, self.options.threads,
                              self.index(system) if system.is_stored else None)

    # Rankings

    def ranking_key(self, system):
        return [*self.query_key, system.makers(), self.options.depth]

    def rankings(self, system):
        """Document identifiers by query, best first."""
        if finished := self.store.get(system.name, self.ranking_key(system)):
            return finished
        depth = self.options.depth
        if system.is_first_stage:
            requests = self.requests if system.mode == "bm25" else self.found(system, depth)
            rankings = {query: identifiers(request)[:depth] for query, request in requests.items()}
        else:
            rankings = self.reranked(system, depth)
        self.store.put(system.name, self.ranking_key(system), rankings)
        return rankings

    def reranked(self, system, depth):
        rankings = {}
        with Server(*self.rerank_command(system)) as server:
            for query, request in self.requests.items():
                answer, seconds = server.ask(self.request(query, depth))
                rankings[query] = identifiers(json.loads(answer))
                passes = system.passes(len(request["candidates"][:depth]))
                self.progress.add(self.collection.name, system, passes, seconds)
        return rankings

    # Timings

    def timing_key(self, system):
        return [*self.query_key, system.makers(), self.options.latency_queries, self.options.seed,
                self.options.threads]

    def timings(self, system):
        """Latencies for 100 documents, warm, and what else depends on the machine."""
        key = self.timing_key(system)
        finished = self.store.get(f"timings-{system.name}", key)
        if finished and not self.options.retime:
            return finished
        timings = self.timed(system)
        self.store.put(f"timings-{system.name}", key, timings)
        return timings

    def timed_queries(self):
        """A sample of the queries with most candidates; the first is for warming up."""
        counts = {query: min(len(request["candidates"]), TIMED_DOCUMENTS)
                  for query, request in self.requests.items()}
        full = [query for query in counts if counts[query] == max(counts.values())]
        chosen = random.Random(self.options.seed).sample(
            full, min(self.options.latency_queries + 1, len(full)))
        return chosen if len(chosen) > 1 else chosen * 2

    def timed(self, system):
        queries = self.timed_queries()
        if system.is_first_stage:
            command = self.search_command(system, TIMED_DOCUMENTS)
            lines = [" ".join(self.collection.queries[query].split()) for query in queries]
        else:
            command = self.rerank_command(system)
            lines = [self.request(query, TIMED_DOCUMENTS) for query in queries]
        count = min(len(self.requests[queries[0]]["candidates"]), TIMED_DOCUMENTS)
        latencies = []
        with Server(*command) as server:
            server.ask(lines[0])
            disturbance = Disturbance(server)
            for line in lines[1:]:
                latencies.append(server.ask(line)[1])
                self.progress.add(
                    self.collection.name, system, system.passes(count), latencies[-1], "timing ")
            return {
                "latencies": latencies, "documents": count,
                "median": statistics.median(latencies), "p95": percentile(latencies, 0.95),
                "pairs_per_second":
                    system.passes(count) * len(latencies) / sum(latencies) or None,
                "peak_memory_bytes": server.peak_memory(), "disturbance": disturbance.share()}

    # Before the start

    def outstanding(self, system):
        """The passes that are still to do."""
        limit = len(self.collection.queries)
        passes = system.passes(self.options.depth) * limit
        timed = system.passes(TIMED_DOCUMENTS) * min(self.options.latency_queries, limit)
        has_rankings = self.store.get(system.name, self.ranking_key(system))
        has_timings = self.store.get(f"timings-{system.name}", self.timing_key(system))
        return ((0 if has_rankings else passes)
                + (0 if has_timings and not self.options.retime else timed))


def encoder_option(system):
    return ["--encoder", system.model] if system.model else []


def identifiers(request):
    return [candidate["docid"] for candidate in request["candidates"]]


def percentile(values, share):
    """The nearest rank: the least value that at least this share does not exceed."""
    ordered = sorted(values)
    return ordered[min(max(-int(-share * len(ordered) // 1), 1), len(ordered)) - 1]
