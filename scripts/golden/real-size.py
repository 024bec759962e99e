#!/usr/bin/env python3
"""Compares t5rank's scores with Hugging Face's at real size, and fails where they differ.

    .venv/bin/python scripts/golden/real-size.py [--models NAME …] [--program PATH] [--threads N]

Models: those in weights/, and those that scripts/bench/make-models.py makes in .bench/. For each, by
way of the program and its JSON, over a hundred prompts of every kind that the model can rank by:
the sample's, synthetic ones, and long ones, of which some have to be shortened. The reference is
computed here, one sequence at a time without padding, in fp32, from tokens that the reference
tokenizers make (SentencePiece by segments, the document shortened so that the prompt has 512).

A row: the greatest |Δ| over all prompts and labels, the spread of the reference's values (greatest
less least), and the one over the other. It fails above 1e-4 of the spread, or of 1 where the spread
is less: rounding grows with the values, and fp32 sums in another order differ by some 1e-6 of them.

If ../shared/bootstrap/golden.json is there, the models in weights/ are compared with it as well.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import sentencepiece
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT.parent / "shared/bootstrap/golden.json"
MINI = {name: ROOT / "weights" / name for name in ["t5rank-mini", "cross-encoder-mini"]}
MADE = {name: ROOT / ".bench/models" / name for name in ["t5-small", "t5-base", "minilm-l6"]}
TOLERANCE = 1e-4
MAXIMUM_TOKENS = 512
DIGITS = [str(digit) for digit in range(10)]
# Texts in row: the query, then the documents. Long ones are this many passages in one.
LONG = [4, 5, 6, 8, 12, 20]


# What t5rank is asked, and what its answer and the reference's logits have in common. -----------

KINDS = {
    # kind: (documents, words before each text, the cue, labels, t5rank's options)
    "mono": (1, ["Document:"], "Relevant:", ["▁false", "▁true"], ["--score", "logit"]),
    "rank": (1, ["Document:"], "Score:", DIGITS, []),
    "rank, rankt5": (1, ["Document:"], "", ["<extra_id_10>"], ["--prompt", "rankt5"]),
    # Of two documents compared once, the scores are log p and log(1 − p).
    "duo": (2, ["Document0:", "Document1:"], "Relevant:", ["▁false", "▁true"],
            ["--pairs", "upper", "--aggregation", "sum-log"]),
    "cross": (1, None, None, None, ["--score", "logit"]),
}


def expected_value(log_probabilities):
    return sum(value * math.exp(log) for value, log in enumerate(log_probabilities))


def reference_values(kind, logits):
    """By name, what t5rank's answer for one prompt must be, from the labels' logits."""
    if kind in ["mono", "duo"]:
        return {"log-odds": [logits[1] - logits[0]]}
    if kind == "rank":
        logs = torch.tensor(logits, dtype=torch.float64).log_softmax(0).tolist()
        return {"log p of digits": logs, "expected rating": [expected_value(logs)]}
    return {"logit": [logits[0]]}


def answered_values(kind, candidates):
    """The same from one ranking; candidates in the request's order."""
    if kind == "duo":
        return {"log-odds": [candidates[0]["score"] - candidates[1]["score"]]}
    if kind == "rank":
        logs = [math.log(share) for share in candidates[0]["distribution"]]
        return {"log p of digits": logs, "expected rating": [candidates[0]["score"]]}
    return {"log-odds" if kind == "mono" else "logit": [candidates[0]["score"]]}


def ask(program, folder, kind, prompts, threads):
    """t5rank's values for each prompt, (query, documents)."""
    requests = [
        {"query": {"qid": str(index), "text": query},
         "candidates": [{"docid": str(place), "doc": {"text": text}}
                        for place, text in enumerate(documents)]}
        for index, (query, documents) in enumerate(prompts)]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(request) + "\n" for request in requests)
        file.flush()
        command = [program, "--quiet", "--model", folder, "--mode", kind.split(",")[0],
                   "--format", "jsonl", *KINDS[kind][4], *threads, file.name]
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        sys.exit(f"real-size: {' '.join(map(str, command))} failed with {result.returncode}")
    rankings = {ranking["query"]["qid"]: ranking["candidates"]
                for ranking in map(json.loads, result.stdout.splitlines())}
    if len(rankings) != len(prompts):
        sys.exit(f"real-size: expected {len(prompts)} rankings, found {len(rankings)}")
    return [
        answered_values(kind, sorted(rankings[str(index)], key=lambda entry: int(entry["docid"])))
        for index in range(len(prompts))]


# The reference. ---------------------------------------------------------------------------------

class T5:
    kinds = ["mono", "rank", "rank, rankt5", "duo"]

    def __init__(self, folder):
        self.pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))
        self.model = transformers.T5ForConditionalGeneration.from_pretrained(
            folder, dtype=torch.float32).eval()

    def token(self, label):
        if label.startswith("<extra_id_"):
            return 32099 - int(label.removeprefix("<extra_id_").removesuffix(">"))
        token = self.pieces.piece_to_id(label)
        assert token != self.pieces.unk_id(), f"the vocabulary lacks {label}"
        return token

    def prompt(self, kind, query, documents):
        """The prompt's tokens; each document keeps its share of the room."""
        _, words, cue, _, _ = KINDS[kind]
        encode = self.pieces.encode
        start, words, cue = encode(f"Query: {query}"), [encode(text) for text in words], encode(cue)
        room = MAXIMUM_TOKENS - len(start) - sum(map(len, words)) - len(cue) - 1
        tokens = start
        for word, document in zip(words, documents):
            tokens = tokens + word + encode(document)[:room // len(documents)]
        return tokens + cue + [self.pieces.eos_id()]

    @torch.inference_mode()
    def logits(self, kind, query, documents):
        tokens = torch.tensor([self.prompt(kind, query, documents)])
        start = torch.tensor([[self.model.config.decoder_start_token_id]])
        logits = self.model(input_ids=tokens, decoder_input_ids=start, use_cache=False).logits
        return logits[0, 0, [self.token(label) for label in KINDS[kind][3]]].tolist()


class BERT:
    kinds = ["cross"]

    def __init__(self, folder):
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        self.model = transformers.BertForSequenceClassification.from_pretrained(
            folder, dtype=torch.float32).eval()

    @torch.inference_mode()
    def logits(self, kind, query, documents):
        inputs = self.tokenizer(
            query, documents[0], truncation="longest_first", max_length=MAXIMUM_TOKENS,
            return_tensors="pt")
        return self.model(**inputs).logits[0].tolist()


# The prompts. -----------------------------------------------------------------------------------

def read_requests(path):
    requests = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [(request["query"]["text"], [c["doc"]["text"] for c in request["candidates"]])
            for request in requests]


def draw_prompts():
    """(query, documents) for one document a prompt and for two."""
    synthetic = ROOT / ".bench/texts-real-size.jsonl"
    subprocess.run([sys.executable, ROOT / "scripts/bench/texts.py", synthetic, "--queries", "5",
                    "--documents", "12", "--seed", "7"], check=True)
    requests = read_requests(ROOT / "docs/sample/requests.jsonl") + read_requests(synthetic)
    singles = [(query, [text]) for query, texts in requests for text in texts]
    pairs = [(query, [text, texts[(index + 1) % len(texts)]])
             for query, texts in requests for index, text in enumerate(texts)]
    passages = [text for _, texts in requests for text in texts]
    for index, count in enumerate(LONG):
        query, texts = requests[index]
        long = " ".join(passages[index:index + count])
        singles.append((query, [long]))
        pairs += [(query, [long, texts[0]]), (query, [texts[0], long])]
    return {1: singles, 2: pairs}


# Rows. ------------------------------------------------------------------------------------------

def print_row(*cells):
    print("{:<20} {:<13} {:<16} {:>7} {:>9} {:>9} {:>9}  {}".format(*cells), flush=True)


def report(model, kind, reference, answered):
    """Prints a row for each value of one kind; returns whether all are near enough."""
    agrees = True
    for name in reference[0]:
        expected = [value for values in reference for value in values[name]]
        found = [value for values in answered for value in values[name]]
        difference = max(abs(a - b) for a, b in zip(expected, found, strict=True))
        spread = max(expected) - min(expected)
        is_near = difference <= TOLERANCE * max(1, spread)
        agrees = agrees and is_near
        relative = f"{difference / spread:.1e}" if spread > 0 else "–"
        print_row(model, kind, name, len(reference), f"{difference:.1e}", f"{spread:.2f}", relative,
                  "ok" if is_near else "DIFFERS")
    return agrees


def compare_model(name, folder, prompts, program, threads):
    model = (BERT if "num_attention_heads" in json.loads((folder / "config.json").read_text())
             else T5)(folder)
    agrees = True
    for kind in model.kinds:
        chosen = prompts[KINDS[kind][0]]
        answered = ask(program, folder, kind, chosen, threads)
        reference = [reference_values(kind, model.logits(kind, *prompt)) for prompt in chosen]
        agrees = report(name, kind, reference, answered) and agrees
    return agrees


def golden_rows(golden):
    """(model, kind, prompts, the labels' logits by prompt) of what golden.json holds."""
    singles = [(pair["query"], [pair["document"]]) for pair in golden["pairs"]]
    pairs = [(pair["query"], [pair["document0"], pair["document1"]]) for pair in golden["duo"]]

    def odds(entry):
        return [entry["false"], entry["true"]]

    return [
        ("t5rank-mini", "mono", singles, [odds(pair["mono_logits"]) for pair in golden["pairs"]]),
        ("t5rank-mini", "rank", singles, [pair["rank_digit_logits"] for pair in golden["pairs"]]),
        ("t5rank-mini", "duo", pairs, [odds(pair["logits"]) for pair in golden["duo"]]),
        ("cross-encoder-mini", "cross", singles, [[pair["ce_logit"]] for pair in golden["pairs"]]),
    ]


def compare_golden(models, program, threads):
    if not GOLDEN.exists():
        print(f"skipped: there is no {GOLDEN}")
        return True
    print("\nthe models in weights/ against golden.json")
    agrees = True
    for name, kind, prompts, logits in golden_rows(json.loads(GOLDEN.read_text())):
        if name in models:
            answered = ask(program, MINI[name], kind, prompts, threads)
            reference = [reference_values(kind, values) for values in logits]
            agrees = report(name, kind, reference, answered) and agrees
    return agrees


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    names = [*MINI, *MADE]
    parser.add_argument("--models", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--program", help="a t5rank to compare instead of building this one")
    parser.add_argument("--threads", help="t5rank's (default: its own)")
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()

    if wanted := [name for name in arguments.models if name in MADE]:
        subprocess.run([sys.executable, ROOT / "scripts/bench/make-models.py",
                        ROOT / ".bench/models", "--only", *wanted], check=True)
    program = arguments.program or subprocess.run(
        [ROOT / "scripts/build"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    threads = ["--threads", arguments.threads] if arguments.threads else []
    prompts = draw_prompts()
    print(f"torch {torch.__version__}, transformers {transformers.__version__}, "
          f"sentencepiece {sentencepiece.__version__}, fp32")
    print_row("model", "mode", "value", "prompts", "max |Δ|", "spread", "relative", "")
    agreements = [compare_model(name, (MINI | MADE)[name], prompts, program, threads)
                  for name in arguments.models]
    agreements.append(compare_golden(arguments.models, program, threads))
    if not all(agreements):
        sys.exit(f"real-size: a value differs by more than {TOLERANCE} of its spread (or of 1)")


if __name__ == "__main__":
    main()
