#!/usr/bin/env python3
"""Writes the ColBERT fixtures: a tiny random model in both directory forms, and the references' answers.

    python scripts/golden/colbert.py [--output Tests/Fixtures/colbert] [--seed N]

Needs colbert-ai 0.2.22 and PyLate 1.6 with what they pin, so an environment of its own, not .venv.

OUT/colbert-ai and OUT/pylate are model directories: one with the linear layer among BERT's weights and
artifact.metadata, and one as PyLate saves it, with markers of its own behind the vocabulary. OUT/<variant>
holds the settings in which a variant of the latter differs. Each has golden.safetensors: the vectors of
OUT/texts.json, each text by itself, the tokens that they are of, and the scores of every query for every
document, all in fp32. No text spells a control token, because the references would take it for one.
"""

import argparse
import json
import pathlib
import random
import shutil
import string
import sys
import tempfile

import safetensors.torch
import torch
import transformers

# `import colbert` is to find the package, not this file.
sys.path = [folder for folder in sys.path if pathlib.Path(folder).resolve() != pathlib.Path(__file__).resolve().parent]

CONFIG = dict(
    hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=48,
    max_position_embeddings=64, type_vocab_size=2, layer_norm_eps=1e-12)
DIMENSION = 16
METADATA = dict(
    query_maxlen=12, doc_maxlen=24, dim=DIMENSION, mask_punctuation=True, similarity="cosine",
    attend_to_mask_tokens=False, query_token_id="[unused0]", doc_token_id="[unused1]",
    query_token="[Q]", doc_token="[D]", interaction="colbert")
LENGTHS = dict(query_length=12, document_length=24)
VARIANTS = {
    # The masks are seen, too.
    "pylate-seen": dict(LENGTHS, attend_to_expansion_tokens=True),
    # No masks, and other tokens whose vectors are left out.
    "pylate-plain": dict(
        query_length=9, document_length=20, do_query_expansion=False, skiplist_words=["the", ",", "."]),
    # No markers.
    "pylate-bare": dict(LENGTHS, query_prefix="", document_prefix=""),
}
WORDS = """the a of to how do does work vaccine ##s immune system ##ing query document passage cat ##ette caf ##e
café über q d mask unused ##0 cls sep 猫""".split()
# Two signs that the vocabulary lacks: the references then leave out what is unknown.
SIGNS = [sign for sign in string.punctuation if sign not in "|~"]


def texts(seed):
    """Queries and documents of 0 to 40 words and signs, and some that are special."""
    generator = random.Random(seed)
    words = [word for word in WORDS if not word.startswith("##")] + list(".,;!?-'\"")
    def some(count):
        return " ".join(generator.choice(words) for _ in range(count))
    queries = ["How do vaccines work?", "cat", "?", "~ | unknown§", "the immune system, the CAT"]
    documents = ["The immune system of a CAT.", "", "...!?", "~~ || §", "caf\u00e9 Caf\u00c9 \u732b\u732b", "zzzz " * 30]
    return {"queries": queries + [some(count) for count in [1, 4, 8, 9, 10, 11, 12, 40]],
            "documents": documents + [some(count) for count in [1, 2, 5, 19, 20, 21, 22, 23, 40]]}


def vocabulary():
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    pieces = ["[PAD]", "[unused0]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters,
              *(f"##{letter}" for letter in letters), *WORDS, *SIGNS]
    return list(dict.fromkeys(pieces))


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def draw(weights, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, weight in sorted(weights.items()):
        weight.data.normal_(generator=generator)
        # Norms near their neutral start, the rest so that each part of the model is seen.
        if "LayerNorm" in name:
            weight.data.mul_(0.2).add_(1.0 if name.endswith("weight") else 0.0)
        elif "position" in name or "token_type" in name:
            weight.data.mul_(0.3)
        elif weight.dim() == 2 and "embeddings" not in name:
            # Little attention, so that tokens of one text keep different vectors.
            weight.data.mul_((0.5 if "attention" in name else 1.5) * weight.shape[1] ** -0.5)


def write_bert(folder, seed):
    """A BERT with a vocabulary, from which both forms are made."""
    pieces = vocabulary()
    model = transformers.BertModel(transformers.BertConfig(vocab_size=len(pieces), **CONFIG))
    draw(dict(model.named_parameters()), seed)
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece in pieces))
    write_json(folder / "tokenizer_config.json",
               {"do_lower_case": True, "model_max_length": 64, "tokenizer_class": "BertTokenizer"})
    write_json(folder / "config.json", {
        "architectures": ["BertModel"], "model_type": "bert", **CONFIG, "vocab_size": len(pieces),
        "hidden_act": "gelu", "pad_token_id": 0})
    return {name: value for name, value in model.state_dict().items() if name != "embeddings.position_ids"}


def write_colbert_ai(folder, bert, weights, projection):
    shutil.copytree(bert, folder)
    config = json.loads((folder / "config.json").read_text())
    write_json(folder / "config.json", {**config, "architectures": ["HF_ColBERT"]})
    write_json(folder / "artifact.metadata", METADATA)
    tensors = {f"bert.{name}": value.contiguous() for name, value in weights.items()}
    safetensors.torch.save_file(
        {**tensors, "linear.weight": projection}, folder / "model.safetensors", {"format": "pt"})


def write_pylate(folder, bert, weights, projection, seed):
    from pylate import models
    safetensors.torch.save_file(weights, bert / "model.safetensors", {"format": "pt"})
    model = models.ColBERT(str(bert), embedding_size=DIMENSION, device="cpu", **LENGTHS)
    # Two markers more than BERT has tokens.
    table = model[0].auto_model.embeddings.word_embeddings.weight
    draw({"embeddings": table[-2:]}, seed + 1)
    model[1].linear.weight.data.copy_(projection)
    model.save(str(folder), create_model_card=False)
    # Without what only says which versions wrote it.
    settings = json.loads((folder / "config_sentence_transformers.json").read_text())
    settings.pop("__version__", None)
    write_json(folder / "config_sentence_transformers.json", settings)


def colbert_ai_answers(folder, texts):
    from colbert.infra import ColBERTConfig
    from colbert.modeling.checkpoint import Checkpoint
    from colbert.modeling.colbert import ColBERT, colbert_score
    # A C++ extension for scoring, which is not used here; and what transformers 5 asks of models.
    ColBERT.loaded_extensions = True
    transformers.PreTrainedModel.all_tied_weights_keys = {}
    config = ColBERTConfig.from_existing(ColBERTConfig.load_from_checkpoint(str(folder)),
                                         ColBERTConfig(checkpoint=str(folder)))
    model = Checkpoint(str(folder), colbert_config=config, verbose=0)
    queries = [model.queryFromText([text])[0] for text in texts["queries"]]
    documents = [model.docFromText([text], keep_dims=False)[0] for text in texts["documents"]]
    scores = [[colbert_score(query[None], document[None], torch.ones(1, len(document), 1, dtype=torch.bool),
                             config=config)[0] for document in documents] for query in queries]
    tokens = [model.query_tokenizer.tensorize([text])[0][0] for text in texts["queries"]]
    tokens += [model.doc_tokenizer.tensorize([text])[0][0] for text in texts["documents"]]
    return queries, documents, scores, tokens


def pylate_answers(folder, texts):
    from pylate import models, scores
    model = models.ColBERT(str(folder), device="cpu")
    def vectors(texts, is_query):
        return [model.encode(text, is_query=is_query, convert_to_tensor=True) for text in texts]
    queries, documents = vectors(texts["queries"], True), vectors(texts["documents"], False)
    table = [[scores.colbert_scores(query[None], document[None])[0, 0] for document in documents]
             for query in queries]
    tokens = [model.tokenize([text], is_query=side == "queries")["input_ids"][0]
              for side in ["queries", "documents"] for text in texts[side]]
    return queries, documents, table, tokens


def write_golden(path, queries, documents, scores, tokens, versions):
    tensors = {"scores": torch.tensor(scores)}
    names = [f"query.{n}" for n in range(len(queries))] + [f"document.{n}" for n in range(len(documents))]
    for name, vectors, ids in zip(names, [*queries, *documents], tokens):
        tensors[f"{name}.vectors"] = vectors.float().contiguous()
        tensors[f"{name}.tokens"] = ids.int().contiguous()
    safetensors.torch.save_file(tensors, path, {
        "script": "scripts/golden/colbert.py", "torch": torch.__version__,
        "transformers": transformers.__version__, **versions})
    print(f"{path.parent.name}: scores {tensors['scores'].min():.2f} to {tensors['scores'].max():.2f}")


def greatest_difference(one, other):
    return max((a - b).abs().max().item() for a, b in zip(one[0] + one[1], other[0] + other[1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(
        __file__).resolve().parents[2] / "Tests/Fixtures/colbert")
    parser.add_argument("--seed", type=int, default=20250)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    transformers.logging.set_verbosity_error()
    import importlib.metadata
    versions = {name: importlib.metadata.version(name) for name in ["colbert-ai", "pylate", "sentence-transformers"]}

    output = arguments.output
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    chosen = texts(arguments.seed)
    write_json(output / "texts.json", chosen)
    with tempfile.TemporaryDirectory() as scratch:
        bert = pathlib.Path(scratch) / "bert"
        weights = write_bert(bert, arguments.seed)
        projection = torch.nn.Linear(CONFIG["hidden_size"], DIMENSION, bias=False).weight.data
        draw({"linear.weight": projection}, arguments.seed + 2)
        write_colbert_ai(output / "colbert-ai", bert, weights, projection)
        write_pylate(output / "pylate", bert, weights, projection, arguments.seed)
        answers = colbert_ai_answers(output / "colbert-ai", chosen)
        other = pylate_answers(output / "colbert-ai", chosen)
        print(f"colbert-ai and PyLate differ by {greatest_difference(answers, other):.1e}")
        write_golden(output / "colbert-ai/golden.safetensors", *answers, versions)
        write_golden(output / "pylate/golden.safetensors", *pylate_answers(output / "pylate", chosen), versions)
        for name, changes in VARIANTS.items():
            directory = pathlib.Path(scratch) / name
            shutil.copytree(output / "pylate", directory)
            settings = json.loads((directory / "config_sentence_transformers.json").read_text())
            write_json(output / name / "config_sentence_transformers.json", {**settings, **changes})
            shutil.copy(output / name / "config_sentence_transformers.json", directory)
            write_golden(output / name / "golden.safetensors", *pylate_answers(directory, chosen), versions)


if __name__ == "__main__":
    main()
