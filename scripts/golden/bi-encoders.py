#!/usr/bin/env python3
"""Writes the bi-encoder fixtures: a tiny random BERT, ways to pool it, and sentence-transformers' answers.

    .venv/bin/python scripts/golden/bi-encoders.py [--output DIR] [--seed N]

OUT/encoder holds config.json, weights and vocabulary; OUT/<variant> holds sentence-transformers' own
files of a variant, as its versions 2 to 6 wrote them, and golden.safetensors: the embeddings of
OUT/texts.json by `encode_query` and `encode_document`, each text embedded alone. A model directory is
the files of both.

The variants in `KIN` have an encoder of another family, with config.json and weights of their own and the
tokenizer of the cross-encoder of that name under Tests/Fixtures/cross-encoders.
"""

import argparse
import json
import pathlib
import shutil
import tempfile

import numpy
import safetensors.torch
import sentence_transformers
import torch
import transformers

CONFIG = dict(
    hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=48,
    max_position_embeddings=64, type_vocab_size=2, layer_norm_eps=1e-12)
WORDS = """the a of to how do does work vaccine ##s immune system ##ing query document passage cat ##ette
caf ##e ##é É café Über ##ber é ü u 猫 ☃ ’ . , : ; ! ? - ( ) [ ] sep mask cls""".split()
TEXTS = [
    "", " ", "How do vaccines work?", "The immune system of a CAT", "café Café CAFÉ Über É", "猫 的猫 ☃ 🙂 unknown",
    "[SEP] of [MASK] x", "query: how", "a", "zzzz " * 40, "how do vaccines work? " * 9, "x" * 120,
    "tab\tnew\nline\u00a0space\u200bzero", "naïve e\u0301 \u0130stanbul",
]
CROSS_ENCODERS = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/cross-encoders"
OLD = "sentence_transformers.models."
NEW = ["sentence_transformers.base.modules.transformer.Transformer",
       "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
       "sentence_transformers.base.modules.normalize.Normalize"]


def modules(types):
    paths = ["", "1_Pooling", "2_Normalize"]
    return [{"idx": index, "name": str(index), "path": path, "type": name}
            for index, (name, path) in enumerate(zip(types, paths))]


def old(pooling, normalizes=False, **files):
    """The files that versions 2 to 4 write; `pooling` is a flag's name."""
    flags = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens",
             "weightedmean_tokens", "lasttoken"]
    return {
        "modules.json": modules(
            [OLD + "Transformer", OLD + "Pooling"] + [OLD + "Normalize"] * normalizes),
        "sentence_bert_config.json": {"max_seq_length": 20, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": CONFIG["hidden_size"],
            **{f"pooling_mode_{flag}": flag == pooling for flag in flags}},
        **files}


PROMPTS = {"query": "query: ", "document": "document: "}
VARIANTS = {
    # As all-MiniLM-L6-v2.
    "mean-normalized": old("mean_tokens", True),
    "cls": old("cls_token"),
    "max": old("max_tokens"),
    "square-root": old("mean_sqrt_len_tokens"),
    "weighted": old("weightedmean_tokens"),
    "last": old("lasttoken"),
    "lower-case": old("mean_tokens", **{
        "sentence_bert_config.json": {"max_seq_length": None, "do_lower_case": True},
        "tokenizer_config.json": {"do_lower_case": False, "model_max_length": 30,
                                  "tokenizer_class": "BertTokenizer"}}),
    # As version 6 writes, with prompts and without a limit of its own.
    "prompts": {
        "modules.json": modules(NEW),
        "sentence_bert_config.json": {"transformer_task": "feature-extraction"},
        "1_Pooling/config.json": {"embedding_dimension": CONFIG["hidden_size"],
                                  "pooling_mode": "cls", "include_prompt": True},
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer", "prompts": PROMPTS,
            "default_prompt_name": "query", "similarity_fn_name": "dot"}},
    # A BERT and no more.
    "plain": {},
}


# Name: (the cross-encoder whose tokenizer it has, config.json, sentence-transformers' files).
ROBERTA = CONFIG | dict(max_position_embeddings=66, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1,
                        bos_token_id=0, eos_token_id=2)
KIN = {
    # As all-distilroberta-v1.
    "roberta": ("roberta", ROBERTA | dict(model_type="roberta"), old("mean_tokens", True)),
    # As multilingual-e5-*, but for the pooling, which is bge-m3's.
    "xlm-roberta": ("xlm-roberta", ROBERTA | dict(model_type="xlm-roberta"), VARIANTS["prompts"]),
    # As msmarco-distilbert-*.
    "distilbert": ("distilbert", dict(
        model_type="distilbert", dim=24, n_layers=2, n_heads=3, hidden_dim=48, max_position_embeddings=64),
        old("mean_tokens")),
}


def vocabulary():
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters), *WORDS]
    return list(dict.fromkeys(pieces))


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def save_weights(folder, model, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, weight in sorted(model.named_parameters()):
        weight.data.normal_(generator=generator)
        # Norms near their neutral start, the rest so that each part of the model is seen.
        if "LayerNorm" in name:
            weight.data.mul_(0.2).add_(1.0 if name.endswith("weight") else 0.0)
        elif weight.dim() == 2 and "embeddings" not in name:
            weight.data.mul_(1.5 * weight.shape[1] ** -0.5)
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()
               if name != "embeddings.position_ids"}
    safetensors.torch.save_file(tensors, folder / "model.safetensors", {
        "format": "pt", "script": "scripts/golden/bi-encoders.py", "seed": str(seed)})


def make_encoder(folder, seed):
    pieces = vocabulary()
    config = transformers.BertConfig(vocab_size=len(pieces), **CONFIG)
    write_json(folder / "config.json", {"model_type": "bert", **CONFIG, "vocab_size": len(pieces),
                                        "hidden_act": "gelu"})
    (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece in pieces))
    write_json(folder / "tokenizer_config.json",
               {"do_lower_case": True, "model_max_length": 40, "tokenizer_class": "BertTokenizer"})
    save_weights(folder, transformers.BertModel(config), seed)


def write_kin(output, name, seed):
    source, config, files = KIN[name]
    tokenizer = CROSS_ENCODERS / source
    file = json.loads((tokenizer / "tokenizer.json").read_text(encoding="utf-8"))
    config = config | dict(vocab_size=1 + max(
        [token["id"] for token in file["added_tokens"]] + [len(file["model"]["vocab"]) - 1]))
    folder = output / name
    folder.mkdir()
    write_json(folder / "config.json", config)
    kind = dict(config)
    model = transformers.AutoModel.from_config(transformers.AutoConfig.for_model(kind.pop("model_type"), **kind))
    save_weights(folder, model, seed)
    write_variant(output, name, files, tokenizer)


def write_variant(output, name, files, encoder):
    """Writes a variant's files, and the embeddings by them and the files of `encoder`."""
    folder = output / name
    folder.mkdir(exist_ok=True)
    for path, value in files.items():
        write_json(folder / path, value)
    with tempfile.TemporaryDirectory() as scratch:
        directory = pathlib.Path(scratch) / name
        shutil.copytree(encoder, directory)
        shutil.copytree(folder, directory, dirs_exist_ok=True)
        model = sentence_transformers.SentenceTransformer(str(directory), device="cpu")
        golden = {"queries": model.encode_query(TEXTS, batch_size=1),
                  "documents": model.encode_document(TEXTS, batch_size=1)}
        spread = numpy.abs(golden["documents"] - golden["documents"][:1]).max()
        print(f"{name}: at most {model.max_seq_length} tokens, spread {spread:.2f}")
    safetensors.torch.save_file(
        {key: torch.from_numpy(value) for key, value in golden.items()}, folder / "golden.safetensors",
        {"script": "scripts/golden/bi-encoders.py", "torch": torch.__version__,
         "transformers": transformers.__version__,
         "sentence_transformers": sentence_transformers.__version__})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(
        __file__).resolve().parents[2] / "Tests/Fixtures/bi-encoders")
    parser.add_argument("--seed", type=int, default=20250)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()

    shutil.rmtree(arguments.output, ignore_errors=True)
    (arguments.output / "encoder").mkdir(parents=True)
    write_json(arguments.output / "texts.json", TEXTS)
    make_encoder(arguments.output / "encoder", arguments.seed)
    for name, files in VARIANTS.items():
        write_variant(arguments.output, name, files, arguments.output / "encoder")
    for index, name in enumerate(KIN):
        write_kin(arguments.output, name, arguments.seed + 1 + index)


if __name__ == "__main__":
    main()
