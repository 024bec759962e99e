#!/usr/bin/env python3
"""Writes a tiny random model of each T5 family, and the scores that transformers gives texts by it.

    .venv/bin/python scripts/golden/families.py [--output Tests/Fixtures/families] [--only NAME …]

Each folder: config.json, tokenizer_config.json, model.safetensors, golden.json. All of them read
bytes, as ByT5 does, so that no vocabulary need be stored: tokens are ByT5Tokenizer's. The numbers are
computed in fp32, one unpadded sequence at a time:

  mono    log p("true") - log p("false") after `Query: … Document: … Relevant:`, whole words
  rank    the expected value of the digits after `Query: … Document: … Score:`, and for `rankt5` the
          first logit of <extra_id_10> after `Query: … Document: …`
  duo     as mono after `Query: … Document0: … Document1: … Relevant:`, with the next text as second
  cross   the classifier's outputs for ByT5Tokenizer(query, document, truncation="longest_first")

A prompt has at most 512 tokens; of what is longer, the document's end is cut.
"""

import argparse
import itertools
import json
import pathlib

import numpy
import safetensors.torch
import torch
import transformers

import models

QUERY = "how do bees find home"
DOCUMENTS = [
    "Bees find home by the sun, by landmarks, and by the smell of the hive.",
    "Concrete is made of cement, water and gravel.",
    "",
    "Les abeilles voient la lumière polarisée du ciel; 蜜蜂 dance to tell where food is.",
    "Bees  home\tin on\ntheir hive. " * 30,
    "home",
]
LIMIT = 512

BYTES = dict(vocab_size=384, tokenizer_class="ByT5Tokenizer")
ONE_LABEL = dict(id2label={"0": "LABEL_0"}, label2id={"LABEL_0": 0})
GATED = models.T5_UNTIED | dict(num_layers=3, num_decoder_layers=2)
# naver's code, by the form of its classifier; "first" stands for a linear layer on the first state.
ENCODERS = {"rankt5-first": ("transformer", "classifier"), "rankt5-naver": ("model", "linear"),
            "rankt5-naver-plain": ("model", "linear")}

FAMILIES = {
    "t5-1.0": models.T5,
    "t5-1.1": models.T5_UNTIED,
    "flan": GATED | dict(tie_word_embeddings=True, scale_decoder_outputs=False),
    "mt5": GATED | dict(architectures=["MT5ForConditionalGeneration"], model_type="mt5"),
    "umt5": models.UMT5,
    # More layers in the encoder than in the decoder, three to one, as published.
    "byt5": models.T5_UNTIED | dict(num_layers=3, num_decoder_layers=1),
    "t5-classifier": models.T5 | ONE_LABEL | dict(architectures=["T5ForSequenceClassification"]),
    "mt5-classifier": GATED | dict(
        architectures=["MT5ForSequenceClassification"], model_type="mt5",
        id2label={"0": "LABEL_0", "1": "LABEL_1"}, label2id={"LABEL_0": 0, "LABEL_1": 1}),
    "umt5-classifier": models.UMT5 | ONE_LABEL | dict(
        architectures=["UMT5ForSequenceClassification"]),
    "rankt5-first": models.T5 | ONE_LABEL | dict(architectures=["RankT5Encoder"]),
    "rankt5-naver": GATED | dict(architectures=["T5EncoderModel"]),
    "rankt5-naver-plain": models.T5 | dict(architectures=["T5EncoderModel"]),
}


class EncoderClassifier(torch.nn.Module):
    """RankT5 over the encoder alone, as naver's and other code has it."""

    def __init__(self, name, config):
        super().__init__()
        self.body, self.head = ENCODERS[name]
        width = config["d_model"]
        setattr(self, self.body, transformers.T5EncoderModel(models.parsed(config)))
        if name == "rankt5-naver":
            self.first_transform = torch.nn.Linear(width, width)
            self.layer_norm = torch.nn.LayerNorm(width, eps=1e-12)
        setattr(self, self.head, torch.nn.Linear(width, 1))

    def forward(self, input_ids):
        first = getattr(self, self.body)(input_ids=input_ids).last_hidden_state[:, 0]
        if hasattr(self, "first_transform"):
            first = self.layer_norm(self.first_transform(first))
        return getattr(self, self.head)(first)


def draw(model, config, seed):
    """Weights as models.py draws them: activations of order 1, uneven attention."""
    generator = numpy.random.default_rng(seed)
    weights = {}
    for name, value in sorted(model.state_dict().items()):
        # Aliases of the one table, and the head where the table is the head.
        if "embed_tokens" in name or (
                name == "lm_head.weight" and config["feed_forward_proj"] == "relu"):
            continue
        plain = name.removeprefix("transformer.").removeprefix("model.")
        mean, width = models.deviation(plain, tuple(value.shape), config)
        values = mean + width * generator.standard_normal(tuple(value.shape))
        weights[name] = torch.from_numpy(values.astype(numpy.float32))
    return weights


def prompt(tokenizer, *parts):
    """The tokens of a prompt's parts, the documents (bytes) cut alike to the limit."""
    encoded = [tokenizer(part if isinstance(part, str) else part[0], add_special_tokens=False)
               .input_ids for part in parts]
    documents = [index for index, part in enumerate(parts) if isinstance(part, tuple)]
    rest = sum(len(tokens) for index, tokens in enumerate(encoded) if index not in documents)
    room = (LIMIT - 1 - rest) // len(documents)
    for index in documents:
        encoded[index] = encoded[index][:room]
    return torch.tensor([sum(encoded, []) + [1]])


def likelihoods(model, ids, labels):
    """log p of each label's bytes, teacher-forced."""
    sums = []
    for label in labels:
        tokens = [byte + 3 for byte in label.encode()]
        logits = model(input_ids=ids, decoder_input_ids=torch.tensor([[0] + tokens[:-1]])).logits[0]
        steps = logits.double().log_softmax(-1)
        sums.append(float(sum(step[token] for step, token in zip(steps, tokens))))
    return sums


@torch.inference_mode()
def scores(model, config, tokenizer, index):
    document, other = DOCUMENTS[index], DOCUMENTS[(index + 1) % len(DOCUMENTS)]
    if "ForConditionalGeneration" not in config["architectures"][0]:
        ids = tokenizer(QUERY, document, truncation="longest_first", max_length=LIMIT,
                        return_tensors="pt").input_ids
        output = model(input_ids=ids)
        logits = output if isinstance(output, torch.Tensor) else output.logits
        return {"cross": logits[0].double().tolist()}
    start = ("Query: ", QUERY, " Document: ", (document,))
    false, true = likelihoods(model, prompt(tokenizer, *start, " Relevant:"), ["false", "true"])
    digits = torch.tensor(
        likelihoods(model, prompt(tokenizer, *start, " Score:"), "0123456789")).softmax(-1)
    first = model(input_ids=prompt(tokenizer, *start),
                  decoder_input_ids=torch.zeros(1, 1, dtype=torch.long)).logits[0, 0]
    pair = ("Query: ", QUERY, " Document0: ", (document,), " Document1: ", (other,), " Relevant:")
    less, more = likelihoods(model, prompt(tokenizer, *pair), ["false", "true"])
    return {"mono": true - false, "rank": float((digits * torch.arange(10)).sum()),
            "rankt5": float(first[tokenizer.convert_tokens_to_ids("<extra_id_10>")]),
            "duo": more - less}


def write_family(folder, name, config, seed):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    settings = {"extra_ids": 125, "tokenizer_class": "ByT5Tokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    if name in ENCODERS:
        model = EncoderClassifier(name, config)
        weights = draw(model, config, seed)
        notes = model.load_state_dict(weights, strict=False)
        assert not notes.unexpected_keys
        encoder = getattr(model, ENCODERS[name][0])
        encoder.set_input_embeddings(encoder.shared)
        assert all("embed_tokens" in key for key in notes.missing_keys), notes
    else:
        weights = draw(models.model_class(config)(models.parsed(config)), config, seed)
    metadata = models.provenance(name, seed)
    metadata = {"made_by": metadata["made_by"].replace("models.py", "families.py")}
    safetensors.torch.save_file(weights, folder / "model.safetensors", metadata)
    if name not in ENCODERS:
        model = models.load(folder, config)
    model.eval()
    tokenizer = transformers.ByT5Tokenizer()
    golden = metadata | {"query": QUERY, "documents": [
        {"text": text} | scores(model, config, tokenizer, index)
        for index, text in enumerate(DOCUMENTS)]}
    (folder / "golden.json").write_text(
        json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
    key = "cross" if "cross" in golden["documents"][0] else "mono"
    values = [numpy.ravel(entry[key])[0] for entry in golden["documents"]]
    # Ten times the parity tolerance lies between the scores of any two texts.
    if numpy.diff(sorted(values)).min() < 1e-3:
        return False
    print(f"{name}: {key}", " ".join(f"{value:.3f}" for value in values))
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(
        __file__).resolve().parents[2] / "Tests/Fixtures/families")
    parser.add_argument("--only", nargs="+", choices=list(FAMILIES), default=list(FAMILIES))
    parser.add_argument("--seed", type=int, default=71250)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for index, (name, config) in enumerate(FAMILIES.items()):
        if name in arguments.only:
            seeds = itertools.count(arguments.seed + 1000 * index)
            next(seed for seed in seeds
                 if write_family(arguments.output / name, name, config | BYTES, seed))


if __name__ == "__main__":
    main()
