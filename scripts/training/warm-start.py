#!/usr/bin/env python3
"""Makes an untrained T5 of a BERT encoder: the same words, its weights, and the fewest changes that let T5 use them.

    .venv/bin/python scripts/training/warm-start.py --encoder .bench/train/all-MiniLM-L6-v2
        --texts .bench/train/*.jsonl --output .bench/train/warm [--tokens 100000] [--decoder-layers 2]

Vocabulary: a SentencePiece unigram model that has BERT's pieces, the beginnings of words with ▁, and BERT's basic
tokenizer (lower case, no accents, spaces around punctuation) as its normalisation. Scores favour few pieces, a
long first one, and short ones behind, which is nearest to WordPiece's longest match; the script prints the share
of tokens in which both agree. They stay near 0 so that sums over long texts keep their precision, and no two
pieces have the same one: SentencePiece and tokenizers break ties differently.

Encoder: BERT normalises after each sublayer and T5 before, so a copy alone computes something else. T5's
residual stream is BERT's divided by a vector, carried from layer to layer: each LayerNorm of BERT multiplies it
by gain ÷ standard deviation. Matrices that write into the stream are divided by it, norms' gains multiply by it.
What is left over (means, biases, position embeddings) is fitted: layer by layer, each matrix moves from its copy
by a ridge regression, towards BERT's queries, keys, values, states and feed-forward inputs on the inputs that T5
has by then. The relative bias is BERT's mean attention score at each distance; as all T5 layers share one table,
the heads of each layer are permuted to fit it.

Decoder: random, as transformers initialises it. The next step is `t5rank train` with a states task, then mono.
"""

import argparse
import difflib
import io
import json
import math
import pathlib
import re
import unicodedata

import sentencepiece
import torch
from scipy.optimize import linear_sum_assignment
from sentencepiece import sentencepiece_model_pb2 as protobuf
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer, T5Config, T5ForConditionalGeneration

PAD, END, UNKNOWN = 0, 1, 2
EXTRA_IDS = 100  # T5's sentinels, that transformers and prompts expect
LENGTH = 72  # tokens of a calibration text
CHUNK = 64  # texts that attention is computed for at once
BIAS_SHARE = 0.7  # of the mean scores by distance: part of them is in the fitted queries and keys already


# Vocabulary

def is_punctuation(character):
    """As BERT's basic tokenizer sees it: ASCII's symbols too."""
    return character in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" or unicodedata.category(character).startswith("P")


def is_ideograph(code):
    return 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF


def basic_tokenizer_rules():
    """BERT's basic tokenizer as SentencePiece's rules: code points, a tab, what they become."""
    for code in range(1, 0x10000):
        if 0xD800 <= code < 0xE000 or 0xAC00 <= code <= 0xD7A3:  # surrogates; Hangul is left whole
            continue
        character = chr(code)
        category = unicodedata.category(character)
        if character in "\t\n\r" or category == "Zs":
            result = " "
        elif category in ("Cn", "Co"):
            continue
        elif category.startswith("C") or code == 0xFFFD:
            result = ""
        else:
            plain = unicodedata.normalize("NFD", character.lower())
            result = "".join(each for each in plain if unicodedata.category(each) != "Mn")
            if is_ideograph(code) or (len(result) == 1 and is_punctuation(result)):
                result = f" {character if is_ideograph(code) else result} "
        if result != character:
            yield f"{code:X}\t{' '.join(f'{ord(each):X}' for each in result)}"


def compiled_normalizer(rules, texts, folder):
    """A model whose normalisation follows the rules: only SentencePiece's trainer compiles them."""
    (folder / "rules.tsv.tmp").write_text("".join(rule + "\n" for rule in rules))
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts[:2000]), model_writer=model, vocab_size=600, model_type="unigram",
        hard_vocab_limit=False, character_coverage=0.98, minloglevel=2,
        normalization_rule_tsv=str(folder / "rules.tsv.tmp"))
    (folder / "rules.tsv.tmp").unlink()
    compiled = protobuf.ModelProto()
    compiled.ParseFromString(model.getvalue())
    return compiled


def unigram_of(wordpieces, normalizer):
    """A SentencePiece model of BERT's pieces, and for each of its pieces BERT's id."""
    model = protobuf.ModelProto()
    model.trainer_spec.CopyFrom(normalizer.trainer_spec)
    model.normalizer_spec.CopyFrom(normalizer.normalizer_spec)
    trainer = model.trainer_spec
    trainer.pad_id, trainer.eos_id, trainer.unk_id, trainer.bos_id = PAD, END, UNKNOWN, -1
    origins = {}

    def add(piece, score, kind, origin):
        if piece in origins:
            return
        if kind == kinds.NORMAL:
            score -= 0.004 * (len(origins) * 0.618034 % 1)
        origins[piece] = origin
        model.pieces.add(piece=piece, score=score, type=kind)

    kinds = protobuf.ModelProto.SentencePiece
    add("<pad>", 0, kinds.CONTROL, wordpieces["[PAD]"])
    add("</s>", 0, kinds.CONTROL, wordpieces["[SEP]"])
    add("<unk>", 0, kinds.UNKNOWN, wordpieces["[UNK]"])
    for piece, number in sorted(wordpieces.items(), key=lambda item: item[1]):
        if re.fullmatch(r"\[.+\]", piece):
            continue
        if piece.startswith("##") and len(piece) > 2:
            rest = piece[2:]
            is_symbol = len(rest) == 1 and not rest.isalnum()
            add(rest, -1 - 0.004 * len(rest) ** 2, kinds.NORMAL,
                wordpieces.get(rest, number) if is_symbol else number)
        else:
            add("▁" + piece, -1 + 0.2 * len(piece), kinds.NORMAL, number)
    add("▁", -20, kinds.NORMAL, wordpieces["[UNK]"])
    trainer.vocab_size = len(model.pieces)
    return model, torch.tensor(list(origins.values()))


def agreement(pieces, origins, tokenizer, texts):
    """The share of BERT's tokens that both tokenizers find."""
    same = total = 0
    for text in texts:
        theirs = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
        ours = origins[pieces.encode(text)].tolist()
        matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
        same += sum(block.size for block in matcher.get_matching_blocks())
        total += len(theirs)
    return same / total


# Encoder

class Trace:
    """What each layer of BERT computes: everything the fits aim at."""

    def __init__(self, layer, states, heads):
        attention, output = layer.attention.self, layer.attention.output
        self.queries = attention.query(states) / math.sqrt(attention.attention_head_size)
        self.keys, self.values = attention.key(states), attention.value(states)
        context, self.scores_sum = [], 0
        for chunk in range(0, len(states), CHUNK):
            part = slice(chunk, chunk + CHUNK)
            scores = split(self.queries[part], heads) @ split(self.keys[part], heads).transpose(2, 3)
            text = scores[:, :, 1:-1, 1:-1]  # [CLS] and [SEP] are no distance away from anything
            self.scores_sum = self.scores_sum + (text - text.mean(-1, keepdim=True)).sum(0)
            context.append(merge(scores.softmax(-1) @ split(self.values[part], heads)))
        before = states + output.dense(torch.cat(context))
        self.attended = output.LayerNorm(before)
        self.attended_gain = output.LayerNorm.weight / before.std(-1).mean()
        self.hidden = layer.intermediate.dense(self.attended)
        before = self.attended + layer.output.dense(functional.gelu(self.hidden))
        self.states = layer.output.LayerNorm(before)
        self.gain = layer.output.LayerNorm.weight / before.std(-1).mean()
        self.distance_scores = self.scores_sum / len(states)


def split(states, heads):
    return states.unflatten(-1, (heads, -1)).transpose(1, 2)


def merge(states):
    return states.transpose(1, 2).flatten(2)


def without_cls(states):
    return states[:, 1:]


def profile(scores, buckets, count):
    """[heads, buckets]: the mean score of the positions in each bucket; the last seen goes on to farther ones."""
    heads = scores.shape[0]
    result = torch.zeros(heads, count)
    inner = buckets[:-1, :-1]
    for side in (range(count // 2), range(count // 2, count)):
        last = torch.zeros(heads)
        for bucket in side:
            if (inner == bucket).any():
                last = scores[:, inner == bucket].mean(1)
            result[:, bucket] = last
    return result


def shared_bias(profiles, weights):
    """One table for all layers, and the order of each layer's heads that fits it best."""
    strongest = sorted(range(len(profiles)), key=lambda layer: -float((profiles[layer] * weights).square().sum()))
    total = profiles[strongest[0]].clone()
    orders = [torch.arange(len(total)) for _ in profiles]
    for seen, layer in enumerate(strongest[1:], 1):
        costs = ((total / seen)[:, None] - profiles[layer][None]).mul(weights).square().sum(-1)
        orders[layer] = torch.tensor(linear_sum_assignment(costs.numpy())[1])
        total += profiles[layer][orders[layer]]
    return total / len(profiles) * BIAS_SHARE, orders


def fit(inputs, targets, start, ridge):
    """The matrix [out, in] nearest to `start` that takes inputs to targets; ridge in shares of the mean variance."""
    inputs, targets = inputs.flatten(0, -2), targets.flatten(0, -2)
    gram = inputs.T @ inputs
    gram += ridge * gram.diagonal().mean() * torch.eye(len(gram))
    return start + torch.linalg.solve(gram, inputs.T @ (targets - inputs @ start.T)).T


def normalised(residual, gain):
    """RMSNorm with a gain that undoes the residual's scale; also the norm's weight."""
    weight = gain * residual.square().mean(-1).sqrt().mean()
    return residual * torch.rsqrt(residual.square().mean(-1, keepdim=True) + 1e-6) * weight, weight


def bounded(scale):
    """Without values so small that dividing by them explodes."""
    return scale.sign() * scale.abs().clamp_min(float(scale.abs().median()) * 0.05)


def similarity(states, wanted):
    return float(functional.cosine_similarity(states, wanted, dim=-1).mean())


@torch.no_grad()
def copy_encoder(bert, model, tokens, origins, ridge):
    heads, width = model.config.num_heads, model.config.d_model
    embeddings = bert.embeddings
    words = embeddings.LayerNorm(
        embeddings.word_embeddings.weight[origins] + embeddings.token_type_embeddings.weight[0]
        + embeddings.position_embeddings.weight[1:129].mean(0))
    model.shared.weight[:len(origins)] = words
    model.shared.weight[len(origins):] = torch.randn(len(model.shared.weight) - len(origins), width) * 0.1

    states = embeddings(input_ids=torch.cat([torch.full((len(tokens), 1), 101), origins[tokens]], 1))
    traces = []
    for layer in bert.encoder.layer:
        traces.append(Trace(layer, states, heads))
        states = traces[-1].states

    first = model.encoder.block[0].layer[0].SelfAttention
    positions = torch.arange(tokens.shape[1])
    count = model.config.relative_attention_num_buckets
    buckets = first._relative_position_bucket(
        positions[None] - positions[:, None], bidirectional=True, num_buckets=count,
        max_distance=model.config.relative_attention_max_distance)
    weights = torch.bincount(buckets.flatten(), minlength=count).clamp(1, len(positions)).sqrt()
    bias, orders = shared_bias([profile(trace.distance_scores, buckets, count) for trace in traces], weights)
    first.relative_attention_bias.weight.copy_(bias.T)
    by_position = bias[:, buckets]

    residual, scale = model.shared.weight[tokens].clone(), torch.ones(width)
    layers = zip(traces, bert.encoder.layer, model.encoder.block, orders)
    for number, (trace, source, block, order) in enumerate(layers):
        attention, feed_forward = block.layer[0].SelfAttention, block.layer[1].DenseReluDense
        rows = (order[:, None] * (width // heads) + torch.arange(width // heads)).flatten()
        inputs, weight = normalised(residual, scale)
        block.layer[0].layer_norm.weight.copy_(weight)
        copies = source.attention.self
        for target, aim, copied in ((attention.q, trace.queries, copies.query.weight / math.sqrt(width // heads)),
                                    (attention.k, trace.keys, copies.key.weight),
                                    (attention.v, trace.values, copies.value.weight)):
            target.weight.copy_(fit(inputs, without_cls(aim)[..., rows], copied[rows], ridge))
        context = []
        for chunk in range(0, len(inputs), CHUNK):
            part = inputs[chunk:chunk + CHUNK]
            scores = split(attention.q(part), heads) @ split(attention.k(part), heads).transpose(2, 3)
            context.append(merge((scores + by_position).softmax(-1) @ split(attention.v(part), heads)))
        context = torch.cat(context)
        attended_scale = bounded(scale * trace.attended_gain)
        copied = (source.attention.output.dense.weight / scale[:, None])[:, rows]
        attention.o.weight.copy_(fit(context, without_cls(trace.attended) / attended_scale - residual, copied, ridge))
        residual = residual + attention.o(context)

        inputs, weight = normalised(residual, attended_scale)
        block.layer[1].layer_norm.weight.copy_(weight)
        feed_forward.wi.weight.copy_(fit(inputs, without_cls(trace.hidden), source.intermediate.dense.weight, ridge))
        hidden = functional.gelu(feed_forward.wi(inputs))
        scale = bounded(attended_scale * trace.gain)
        copied = source.output.dense.weight / attended_scale[:, None]
        feed_forward.wo.weight.copy_(fit(hidden, without_cls(trace.states) / scale - residual, copied, ridge))
        residual = residual + feed_forward.wo(hidden)
        wanted = without_cls(trace.states)
        print(f"layer {number + 1}: cosine to BERT's states {similarity(residual * scale, wanted):.3f}")
    states, weight = normalised(residual, scale)
    model.encoder.final_layer_norm.weight.copy_(weight)
    return similarity(states, wanted)


def calibration_tokens(pieces, texts, count):
    """[texts, LENGTH]: texts that are long enough, cut, with the end of sequence."""
    rows = []
    for text in texts:
        found = pieces.encode(text)[:LENGTH - 1]
        if len(found) == LENGTH - 1:
            rows.append(found + [END])
        if len(rows) * LENGTH >= count:
            break
    if not rows:
        raise SystemExit(f"expected texts of {LENGTH} tokens and more, found none")
    return torch.tensor(rows)


def read_texts(files):
    """Documents, every other one after its query, as the prompt of mono will have them."""
    columns = []
    for file in files:
        with file.open() as lines:
            columns.append([
                row["positive"] if number % 2 else f"Query: {row['query']} Document: {row['positive']}"
                for number, row in enumerate(map(json.loads, lines))])
    shortest = min(map(len, columns))
    return [column[row] for row in range(shortest) for column in columns]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--encoder", type=pathlib.Path, required=True)
    parser.add_argument("--texts", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--tokens", type=int, default=100_000)
    parser.add_argument("--decoder-layers", type=int, default=2)
    parser.add_argument("--ridge", type=float, default=0.04)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)

    texts = read_texts(options.texts)
    bert = AutoModel.from_pretrained(options.encoder).eval()
    tokenizer = AutoTokenizer.from_pretrained(options.encoder)
    normalizer = compiled_normalizer(basic_tokenizer_rules(), texts, options.output)
    vocabulary, origins = unigram_of(tokenizer.get_vocab(), normalizer)
    (options.output / "spiece.model").write_bytes(vocabulary.SerializeToString())
    pieces = sentencepiece.SentencePieceProcessor(model_proto=vocabulary.SerializeToString())
    alike = agreement(pieces, origins, tokenizer, texts[:500])
    print(f"{len(origins)} pieces; {alike:.1%} of BERT's tokens are ours too")

    source = bert.config
    model = T5ForConditionalGeneration(T5Config(
        vocab_size=(len(origins) + EXTRA_IDS + 63) // 64 * 64, d_model=source.hidden_size, num_heads=source.num_attention_heads,
        d_kv=source.hidden_size // source.num_attention_heads, d_ff=source.intermediate_size,
        num_layers=source.num_hidden_layers, num_decoder_layers=options.decoder_layers, feed_forward_proj="gelu",
        tie_word_embeddings=True, dropout_rate=0.0, decoder_start_token_id=PAD, pad_token_id=PAD, eos_token_id=END))
    reached = copy_encoder(bert, model, calibration_tokens(pieces, texts, options.tokens), origins, options.ridge)
    print(f"cosine of the final states on the calibration texts {reached:.3f}")
    model.to(torch.bfloat16).save_pretrained(options.output)
    AutoTokenizer.from_pretrained(options.output, model_max_length=512).save_pretrained(options.output)
    (options.output / "reranker.json").write_text(json.dumps(
        {"mode": "mono", "prompts": {"mono": "monot5", "rank": "rankt5-digits", "duo": "duot5"}}, indent=2) + "\n")


if __name__ == "__main__":
    main()
