#!/usr/bin/env python3
"""Writes tiny random checkpoints and what Hugging Face transformers computes from them.

    .venv/bin/python scripts/golden/models.py [--output Tests/Fixtures/models] [--only NAME …]

Each folder: config.json, model.safetensors (or shards and their index), golden.safetensors.
golden.safetensors, for sequences of L tokens (L in `LENGTHS`, or `FEW_LENGTHS` for the variants of
storage), one unpadded sequence at a time, fp32, eager attention:

  T5    ids.L [L] I32; encoder_rows.L [r] I32 (all rows up to L = 129, then every 7th);
        encoder.L [r, d_model] after the final norm; first_step_logits.L [vocabulary];
        teacher_tokens.L [3] I32 = y1 y2 y3; teacher_logits.L [3, vocabulary] for the decoder
        inputs start, y1, y2; for two L generated.L I32: greedy, at most 8 tokens, without the
        start token, ending with 1 (</s>) if that was reached.
  BERT  ids.L, token_types.L [L] I32; hidden_rows.L [r] I32; hidden.L [r, hidden] (last layer);
        logits.L [labels]. Its kin, too; token_types.L is 0 for those that tell no types apart.

The weights are drawn so that a wrong bucket, a missing bias or a wrong scale shows: every model is
perturbed in such ways, and each must move the outputs by more than 1e-3 (the other GELU: 4e-4).

What transformers 5.23 does at the head, which a loader has to honour:

  * All of T5's kin are tied by force: config.json's tie_word_embeddings does not decide about
    tying. The head is lm_head.weight if the checkpoint holds one that differs from shared.weight
    (even under tie_word_embeddings true), else shared.weight.
  * T5 scales the decoder's output by d_model^-1/2 iff scale_decoder_outputs; where that key is absent,
    iff tie_word_embeddings is not false (absent or null counts as true). Saved again by 5.x, T5 1.1
    and Flan say tie_word_embeddings true and scale_decoder_outputs false: `flan` here.
  * mT5 never scales, whatever either key says: `mt5` here says tie_word_embeddings true.
  * UMT5 always scales, whatever either key says. Older transformers scaled iff
    tie_word_embeddings, which the published UMT5 checkpoints set to false, so for those 4.x
    and 5.23 differ by the factor d_model^1/2 in every logit: `umt5` here says true (both agree),
    `umt5-untied` says false (5.23's scaled logits).
"""

import argparse
import itertools
import json
import pathlib

import numpy
import safetensors
import safetensors.torch
import torch
import transformers

from perturbations import has_types, is_t5, perturbations, swapped_activation

LENGTHS = [1, 2, 7, 127, 128, 129, 400, 512]
FEW_LENGTHS = [1, 7, 129]
GENERATED_LENGTHS = [7, 128]
VISIBLE = 1e-3  # ten times the parity tolerance
VISIBLE_GELU = 4e-4  # the two GELUs differ by 4.7e-4 at most

T5 = dict(
    architectures=["T5ForConditionalGeneration"], model_type="t5", vocab_size=97,
    d_model=18, d_kv=5, num_heads=3, d_ff=37, num_layers=3, num_decoder_layers=2,
    relative_attention_num_buckets=32, relative_attention_max_distance=128,
    feed_forward_proj="relu", layer_norm_epsilon=1e-6, pad_token_id=0, eos_token_id=1,
    decoder_start_token_id=0, is_encoder_decoder=True)
T5_UNTIED = T5 | dict(
    feed_forward_proj="gated-gelu", tie_word_embeddings=False, d_model=22, d_kv=7, num_heads=3,
    d_ff=41, num_layers=2, num_decoder_layers=3)
UMT5 = T5_UNTIED | dict(
    architectures=["UMT5ForConditionalGeneration"], model_type="umt5", tie_word_embeddings=True,
    d_model=21, d_kv=9, num_heads=2, d_ff=35, num_layers=3, num_decoder_layers=2)
BERT = dict(
    architectures=["BertForSequenceClassification"], model_type="bert", vocab_size=113,
    hidden_size=30, num_attention_heads=5, intermediate_size=53, num_hidden_layers=3,
    hidden_act="gelu", layer_norm_eps=1e-12, max_position_embeddings=512, type_vocab_size=2,
    pad_token_id=0, id2label={"0": "LABEL_0"}, label2id={"LABEL_0": 0})
# Its defaults are DistilBERT's own keys; the epsilon is no setting.
DISTILBERT = dict(
    architectures=["DistilBertForSequenceClassification"], model_type="distilbert", vocab_size=113,
    dim=30, n_heads=5, hidden_dim=53, n_layers=3, activation="gelu", max_position_embeddings=512,
    pad_token_id=0, id2label={"0": "LABEL_0"}, label2id={"LABEL_0": 0})
ELECTRA = BERT | dict(
    architectures=["ElectraForSequenceClassification"], model_type="electra", embedding_size=18)
# The last token drawn is 1, RoBERTa's padding: it gets the padding's own position.
ROBERTA = BERT | dict(
    architectures=["RobertaForSequenceClassification"], model_type="roberta", pad_token_id=1,
    max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5)
ALBERT = BERT | dict(
    architectures=["AlbertForSequenceClassification"], model_type="albert", embedding_size=18,
    hidden_act="gelu_new", num_hidden_layers=4, num_hidden_groups=2, inner_group_num=1)
MODERNBERT = dict(
    architectures=["ModernBertForSequenceClassification"], model_type="modernbert", vocab_size=113,
    hidden_size=30, num_attention_heads=3, intermediate_size=27, num_hidden_layers=4,
    hidden_activation="gelu", max_position_embeddings=512, norm_eps=1e-5, local_attention=22,
    global_attn_every_n_layers=3, global_rope_theta=160000.0, local_rope_theta=10000.0,
    classifier_pooling="mean", classifier_activation="gelu", pad_token_id=0, cls_token_id=2,
    sep_token_id=3, bos_token_id=2, eos_token_id=3,
    id2label={"0": "LABEL_0"}, label2id={"LABEL_0": 0})
DEBERTA = BERT | dict(
    architectures=["DebertaV2ForSequenceClassification"], model_type="deberta-v2",
    type_vocab_size=0, layer_norm_eps=1e-7, position_biased_input=False, relative_attention=True,
    position_buckets=16, max_relative_positions=-1, pos_att_type=["p2c", "c2p"],
    share_att_key=True, norm_rel_ebd="layer_norm", pooler_hidden_act="gelu", pooler_dropout=0)


def without(config, *keys):
    return {key: value for key, value in config.items() if key not in keys}


# name: (config, what `write_model` does differently)
MODELS = {
    # few: `FEW_LENGTHS` only. ends: greedy decoding must reach </s> once.
    # No tie_word_embeddings, as in the published T5 1.0: tied and scaled.
    "t5-v1.0": (T5, {}),
    "t5-v1.1": (T5_UNTIED, dict(ends=True)),
    # As transformers 5 saves Flan; and an epsilon large enough to be seen.
    "flan": (T5_UNTIED | dict(
        tie_word_embeddings=True, scale_decoder_outputs=False, d_model=26, d_kv=3, num_heads=7,
        d_ff=29, num_layers=3, num_decoder_layers=2, layer_norm_epsilon=0.05), {}),
    "mt5": (T5_UNTIED | dict(
        architectures=["MT5ForConditionalGeneration"], model_type="mt5", vocab_size=128,
        tie_word_embeddings=True, d_model=19, d_kv=11, num_heads=2, num_layers=2,
        num_decoder_layers=2), {}),
    "umt5": (UMT5, {}),
    "umt5-untied": (UMT5 | dict(tie_word_embeddings=False), {}),
    # The decoder's logarithmic buckets begin within the 8 generated tokens.
    "t5-buckets": (T5 | dict(
        relative_attention_num_buckets=10, relative_attention_max_distance=40), {}),
    # An old checkpoint: keys absent, aliases and a stray table stored.
    "t5-old": (without(
        T5, "relative_attention_num_buckets", "relative_attention_max_distance",
        "num_decoder_layers", "decoder_start_token_id"), dict(strays=True)),
    "t5-f16": (T5_UNTIED | dict(dtype="float16"), dict(few=True, dtype=torch.float16)),
    "t5-bf16": (T5 | dict(torch_dtype="bfloat16"), dict(few=True, dtype=torch.bfloat16)),
    "t5-sharded": (T5_UNTIED, dict(few=True, shards=3)),
    "bert-minilm": (BERT, {}),
    # Two labels, an epsilon large enough to be seen, and the position_ids of old checkpoints.
    "bert-two-labels": (BERT | dict(
        hidden_size=28, num_attention_heads=4, intermediate_size=45, num_hidden_layers=2,
        layer_norm_eps=0.05, id2label={"0": "LABEL_0", "1": "LABEL_1"},
        label2id={"LABEL_0": 0, "LABEL_1": 1}), dict(strays=True)),
    "tinybert": (BERT | dict(
        hidden_size=26, num_attention_heads=2, intermediate_size=51, num_hidden_layers=2), {}),
    "bert-f16": (BERT | dict(dtype="float16"), dict(few=True, dtype=torch.float16)),
    "bert-bf16": (BERT | dict(dtype="bfloat16"), dict(few=True, dtype=torch.bfloat16)),
    "bert-sharded": (BERT, dict(few=True, shards=2)),
    "distilbert": (DISTILBERT, {}),
    "electra": (ELECTRA, {}),
    # Nothing widens the embeddings; and two labels.
    "electra-wide": (ELECTRA | dict(
        embedding_size=30, id2label={"0": "LABEL_0", "1": "LABEL_1"},
        label2id={"LABEL_0": 0, "LABEL_1": 1}), dict(few=True)),
    "roberta": (ROBERTA, {}),
    "xlm-roberta": (ROBERTA | dict(
        architectures=["XLMRobertaForSequenceClassification"], model_type="xlm-roberta"),
        dict(few=True)),
    "camembert": (ROBERTA | dict(
        architectures=["CamembertForSequenceClassification"], model_type="camembert"),
        dict(few=True)),
    "albert": (ALBERT, {}),
    "modernbert": (MODERNBERT, {}),
    # Its last layer is a global one, and only the first token is read.
    "modernbert-cls": (MODERNBERT | dict(classifier_pooling="cls"), dict(few=True)),
    # The last layer is a local one; every bias that the configuration can switch on.
    "modernbert-biases": (MODERNBERT | dict(
        classifier_pooling="cls", num_hidden_layers=3, attention_bias=True, mlp_bias=True,
        norm_bias=True, classifier_bias=True), dict(few=True)),
    "deberta-v3": (DEBERTA, {}),
    # As DeBERTa-v2 may be besides: projections of their own for the positions, added positions,
    # token types, no buckets, no norm of the relative positions.
    "deberta-v2": (DEBERTA | dict(
        share_att_key=False, position_biased_input=True, type_vocab_size=2, position_buckets=-1,
        max_relative_positions=20, norm_rel_ebd="none"), {}),
    # Behind the others, whose seeds depend on their places.
    # All but the head under `transformer.`, as in old checkpoints.
    "t5-nested": (T5_UNTIED, dict(few=True, nested=True)),
    # Called untied, with no head stored: the embedding is the head, and nothing is scaled.
    "t5-untied-bare": (T5 | dict(tie_word_embeddings=False), dict(few=True)),
    # Called tied, with another head stored: that head, and its input is scaled.
    "t5-tied-head": (T5_UNTIED | dict(tie_word_embeddings=True), dict(few=True)),
}


def deviation(name, shape, config):
    """(mean, standard deviation) of a tensor: activations of order 1, uneven attention."""
    if name == "decoder.final_layer_norm.weight" and "mt5" not in config["model_type"]:
        return 3.0, 0.6
    if "norm" in name.lower():
        return (0.0, 0.2) if name.endswith("bias") else (1.0, 0.2)
    if "relative_attention_bias" in name:
        return 0.0, 1.5
    if name.startswith("shared") or "word_embeddings" in name or "tok_embeddings" in name:
        return 0.0, 0.7 if is_t5(config) else 1.0
    if "_embeddings" in name:
        return 0.0, 0.6
    if name.endswith("bias"):
        return 0.0, 0.3
    if "intermediate.dense" in name or "output.dense" in name or "ffn" in name or "mlp" in name:
        return 0.0, 2.0 * shape[-1] ** -0.5
    gain = {"q": 0.8, "k": 0.8, "o": 2.0, "wo": 3.0, "query": 1.4, "key": 1.4, "classifier": 3.0,
            "q_lin": 1.4, "k_lin": 1.4, "query_proj": 1.4, "key_proj": 1.4, "Wqkv": 1.4,
            "out_proj": 3.0,
            "lm_head": {"t5": 1.0, "mt5": 2.5, "umt5": 9.0}.get(config["model_type"])}
    return 0.0, gain.get(name.split(".")[-2], 1.2) * shape[-1] ** -0.5


def draw_weights(config, seed):
    """Every parameter of the model, by name, float32."""
    with torch.device("meta"):
        model = model_class(config)(parsed(config))
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    untied = config["model_type"] in ("mt5", "umt5") or config.get("feed_forward_proj") != "relu"
    dropped = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"]
    dropped += [] if untied else ["lm_head.weight"]
    generator = numpy.random.default_rng(seed)
    weights = {}
    for name in sorted(shapes.keys() - set(dropped)):
        mean, width = deviation(name, shapes[name], config)
        values = mean + width * generator.standard_normal(shapes[name])
        weights[name] = torch.from_numpy(values.astype(numpy.float32))
    return weights


def add_strays(weights, config):
    """Tensors that published checkpoints hold and that every loader ignores."""
    if is_t5(config):
        stray = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"
        weights[stray] = torch.full((32, config["num_heads"]), 3.0)
        for alias in ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"):
            weights[alias] = weights["shared.weight"].clone()
    else:
        positions = torch.arange(config["max_position_embeddings"])
        weights["bert.embeddings.position_ids"] = positions[None]


def model_class(config):
    return getattr(transformers, config["architectures"][0])


def parsed(config):
    return transformers.AutoConfig.for_model(**config)


def provenance(name, seed):
    # One entry only: safetensors writes several in no fixed order.
    versions = f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}"
    return {"made_by": f"scripts/golden/models.py: {name}, seed {seed}, {versions}, "
                       f"numpy {numpy.__version__}, safetensors {safetensors.__version__}"}


def write_checkpoint(folder, config, weights, metadata, dtype=torch.float32, shards=1, strays=False,
                     nested=False):
    if strays:
        add_strays(weights, config)
    if nested:
        weights = {name if name == "lm_head.weight" else f"transformer.{name}": value
                   for name, value in weights.items()}
    weights = {name: value.to(dtype) if value.is_floating_point() else value
               for name, value in weights.items()}
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    if shards == 1:
        safetensors.torch.save_file(weights, folder / "model.safetensors", metadata)
        return
    places = {name: f"model-{1 + index % shards:05}-of-{shards:05}.safetensors"
              for index, name in enumerate(sorted(weights))}
    for place in sorted(set(places.values())):
        part = {name: value for name, value in weights.items() if places[name] == place}
        safetensors.torch.save_file(part, folder / place, metadata)
    size = sum(value.nbytes for value in weights.values())
    index = {"metadata": {"total_size": size}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def load(folder, config):
    """The model as transformers reads it from its files, fp32."""
    model, notes = model_class(config).from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    assert not notes["missing_keys"] and not notes["mismatched_keys"], notes
    return model.eval()


def draw_inputs(config, lengths, seed):
    """For each length: ids, and the teacher's tokens (T5) or the token types (BERT)."""
    generator = numpy.random.default_rng(seed + 1)
    inputs = {}
    for length in lengths:
        ids = generator.integers(2, config["vocab_size"], length)
        ids[-1] = 1
        if length > 2:
            ids[0] = config["vocab_size"] - 1
        second = generator.integers(2, config["vocab_size"], 3) if is_t5(config) else (
            numpy.arange(length) * 5 >= length * 2 if length > 1 and has_types(config)
            else numpy.zeros(length))
        inputs[length] = (torch.tensor(ids), torch.tensor(second).long())
    return inputs


def kept_rows(length):
    return torch.arange(0, length, 1 if length <= 129 else 7)


@torch.inference_mode()
def compute(model, config, inputs):
    """The reference's outputs, by golden name."""
    golden = {}
    for length, (ids, second) in inputs.items():
        rows = kept_rows(length)
        golden[f"ids.{length}"] = ids.int()
        if not is_t5(config):
            golden[f"token_types.{length}"] = second.int()
            given = dict(input_ids=ids[None])
            given |= dict(token_type_ids=second[None]) if has_types(config) else {}
            golden[f"hidden_rows.{length}"] = rows.int()
            golden[f"hidden.{length}"] = model.base_model(**given).last_hidden_state[0][rows]
            golden[f"logits.{length}"] = model(**given).logits[0]
            continue
        golden[f"encoder_rows.{length}"] = rows.int()
        golden[f"encoder.{length}"] = model.encoder(input_ids=ids[None]).last_hidden_state[0][rows]
        start = torch.zeros(1, 1, dtype=torch.long)
        first = model(input_ids=ids[None], decoder_input_ids=start)
        golden[f"first_step_logits.{length}"] = first.logits[0, 0]
        forced = torch.cat([start, second[None, :2]], dim=1)
        golden[f"teacher_tokens.{length}"] = second.int()
        golden[f"teacher_logits.{length}"] = model(
            input_ids=ids[None], decoder_input_ids=forced).logits[0]
    return golden


@torch.inference_mode()
def generate(model, ids, limit=8):
    """Greedy tokens; None if the best logit leads by so little that rounding could undo it."""
    # Without a cache: transformers 5.23 sizes the decoder's by num_layers, the encoder's, and so
    # `model.generate` breaks where the decoder has more layers.
    tokens = [0]
    while len(tokens) <= limit and tokens[-1] != 1:
        logits = model(input_ids=ids[None], decoder_input_ids=torch.tensor([tokens])).logits[0, -1]
        best, next_best = logits.topk(2).values
        if best - next_best < VISIBLE:
            return None
        tokens.append(int(logits.argmax()))
    return torch.tensor(tokens[1:]).int()


def distance(one, other):
    return max(float((one[name] - other[name]).abs().max())
               for name in one if one[name].is_floating_point())


@torch.no_grad()
def check_visibility(name, model, config, inputs, golden):
    """Every perturbation must move some output by more than `VISIBLE`."""
    moved = {}
    for what, parameter, spoil in perturbations(model, config):
        right = parameter.clone()
        parameter.copy_(spoil(right))
        moved[what] = distance(golden, compute(model, config, inputs))
        parameter.copy_(right)
    if undo := swapped_activation(model, config):
        moved["the other GELU"] = distance(golden, compute(model, config, inputs))
        undo()
    norms = [m for m in model.modules() if hasattr(m, "variance_epsilon") or hasattr(m, "eps")]
    epsilon = config.get("layer_norm_epsilon", config.get("layer_norm_eps", 0))
    if epsilon > 1e-3:
        for norm in norms:
            setattr(norm, "variance_epsilon" if is_t5(config) else "eps", 1e-6)
        moved["another epsilon"] = distance(golden, compute(model, config, inputs))
    if config["model_type"] == "modernbert":
        model.config.local_attention -= 2
        moved["the window"] = distance(golden, compute(model, config, inputs))
        model.config.local_attention += 2
    for what, change in moved.items():
        least = VISIBLE_GELU if "GELU" in what else VISIBLE
        assert change > least, f"{name}: {what} moves the outputs by {change:.1e} only"
    least = min(moved, key=moved.get)
    logits = golden["teacher_logits.128" if is_t5(config) else "logits.128"] \
        if 128 in inputs else golden["first_step_logits.7" if is_t5(config) else "logits.7"]
    print(f"{name}: {len(moved)} perturbations, the least visible moves {moved[least]:.1e} "
          f"({least}); logits {float(logits.min()):.2f} … {float(logits.max()):.2f}")


def write_model(folder, name, config, seed, few=False, ends=False, **files):
    """Writes one folder; False if the seed's greedy decoding is dull or a toss-up."""
    for old in folder.iterdir():
        old.unlink()
    metadata = provenance(name, seed)
    write_checkpoint(folder, config, draw_weights(config, seed), metadata, **files)

    model = load(folder, config)
    inputs = draw_inputs(config, FEW_LENGTHS if few else LENGTHS, seed)
    golden = {}
    if is_t5(config):
        for length in inputs.keys() & GENERATED_LENGTHS:
            tokens = golden[f"generated.{length}"] = generate(model, inputs[length][0])
            if tokens is None or len(set(tokens.tolist())) < 3:
                return False
        if ends and not any(1 in tokens for tokens in golden.values()):
            return False
    golden |= compute(model, config, inputs)
    golden = {key: value.contiguous().clone() for key, value in golden.items()}
    safetensors.torch.save_file(golden, folder / "golden.safetensors", metadata)
    check_visibility(name, model, config, inputs, golden)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(
        __file__).resolve().parents[2] / "Tests/Fixtures/models")
    parser.add_argument("--only", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--seed", type=int, default=20250)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()

    for index, (name, (config, files)) in enumerate(MODELS.items()):
        if name in arguments.only:
            folder = arguments.output / name
            folder.mkdir(parents=True, exist_ok=True)
            first_seed = arguments.seed + 1000 * index
            next(seed for seed in itertools.count(first_seed)
                 if write_model(folder, name, config, seed, **files))


if __name__ == "__main__":
    main()
