#!/usr/bin/env python3
"""Measures the peak memory of t5rank on models of large shapes, and prints a table.

    .venv/bin/python scripts/bench/sizes.py OUT [--binary .build/release/t5rank] [--only NAME …] [--keep]

Models have seeded random weights in 16 bits, written tensor by tensor in shards of about 1 GB, the
vocabulary of a model under weights/, and are deleted after use. Each ranks ten short passages.

*Held* is what the weights take in the precision that is computed in, tables of words included. *Bound* is
1.15 times that and 64 MB. *Peak* is the process's greatest resident memory as the kernel counts it, pages of
the mapped file included.
"""

import argparse
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import time

import numpy

from weights_held import weights_held

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARD = 1 << 30
SEED = 4711
MEGABYTE = 1 << 20

T5 = dict(model_type="t5", architectures=["T5ForConditionalGeneration"], vocab_size=32128, d_kv=64,
          feed_forward_proj="relu", layer_norm_epsilon=1e-6, relative_attention_num_buckets=32,
          relative_attention_max_distance=128, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
          tie_word_embeddings=True)
BERT = dict(model_type="bert", architectures=["BertForSequenceClassification"], vocab_size=30522,
            max_position_embeddings=512, type_vocab_size=2, layer_norm_eps=1e-12, hidden_act="gelu",
            id2label={"0": "LABEL_0"}, label2id={"LABEL_0": 0})
# Name: (config.json, stored as, precisions computed in).
MODELS = {
    "bert-large": (BERT | dict(hidden_size=1024, num_hidden_layers=24, num_attention_heads=16,
                               intermediate_size=4096), "F16", ["fp32", "bf16"]),
    "t5-large": (T5 | dict(d_model=1024, d_ff=4096, num_layers=24, num_decoder_layers=24, num_heads=16),
                 "BF16", ["fp32", "bf16", "int8"]),
    "t5-3b": (T5 | dict(d_model=1024, d_ff=16384, d_kv=128, num_layers=24, num_decoder_layers=24,
                        num_heads=32), "BF16", ["bf16", "int8", "fp32"]),
}
PASSAGES = [
    "Bees find home by the sun, by landmarks, and by the smell of the hive.",
    "Concrete is made of cement, water and gravel.",
    "The waggle dance tells other bees where food is.",
    "A hive holds up to sixty thousand bees in summer.",
    "Rain falls when drops in a cloud grow heavy.",
    "Honey keeps for years if it is kept dry.",
    "Landmarks near the hive are learnt on the first flights.",
    "The train to the coast leaves at seven.",
    "Polarised light shows a bee where the sun is behind clouds.",
    "Wax is made by young worker bees.",
]
QUERY = "how do bees find home"


def t5_tensors(config):
    width, inner, hidden = config["d_model"], config["d_kv"] * config["num_heads"], config["d_ff"]
    yield "shared.weight", [config["vocab_size"], width]
    for stack, layers in [("encoder", config["num_layers"]), ("decoder", config["num_decoder_layers"])]:
        for layer in range(layers):
            block = f"{stack}.block.{layer}.layer"
            attentions = ["SelfAttention"] + ["EncDecAttention"] * (stack == "decoder")
            for index, attention in enumerate(attentions):
                for name in "qkv":
                    yield f"{block}.{index}.{attention}.{name}.weight", [inner, width]
                yield f"{block}.{index}.{attention}.o.weight", [width, inner]
                yield f"{block}.{index}.layer_norm.weight", [width]
            if layer == 0:
                yield (f"{block}.0.SelfAttention.relative_attention_bias.weight",
                       [config["relative_attention_num_buckets"], config["num_heads"]])
            last = len(attentions)
            yield f"{block}.{last}.DenseReluDense.wi.weight", [hidden, width]
            yield f"{block}.{last}.DenseReluDense.wo.weight", [width, hidden]
            yield f"{block}.{last}.layer_norm.weight", [width]
        yield f"{stack}.final_layer_norm.weight", [width]


def bert_tensors(config):
    width, hidden = config["hidden_size"], config["intermediate_size"]

    def linear(name, rows, columns):
        yield f"{name}.weight", [rows, columns]
        yield f"{name}.bias", [rows]

    def norm(name):
        yield f"{name}.weight", [width]
        yield f"{name}.bias", [width]

    for name, rows in [("word", config["vocab_size"]), ("position", config["max_position_embeddings"]),
                       ("token_type", config["type_vocab_size"])]:
        yield f"bert.embeddings.{name}_embeddings.weight", [rows, width]
    yield from norm("bert.embeddings.LayerNorm")
    for layer in range(config["num_hidden_layers"]):
        prefix = f"bert.encoder.layer.{layer}"
        for name in ["attention.self.query", "attention.self.key", "attention.self.value",
                     "attention.output.dense"]:
            yield from linear(f"{prefix}.{name}", width, width)
        yield from norm(f"{prefix}.attention.output.LayerNorm")
        yield from linear(f"{prefix}.intermediate.dense", hidden, width)
        yield from linear(f"{prefix}.output.dense", width, hidden)
        yield from norm(f"{prefix}.output.LayerNorm")
    yield from linear("bert.pooler.dense", width, width)
    yield from linear("classifier", 1, width)


def drawn(name, shape, stored, generator):
    """A tensor's bytes: one block of normal numbers, repeated at random starts; norms near 1."""
    count = int(numpy.prod(shape))
    if len(shape) == 1:
        values = (1 if "norm" in name.lower() and name.endswith("weight") else 0) \
            + 0.1 * generator.standard_normal(count, dtype=numpy.float32)
    else:
        block = generator.standard_normal(1 << 18, dtype=numpy.float32)
        values = numpy.resize(block, count) * (1 if "embed" in name or "shared" in name else shape[1] ** -0.5)
    if stored == "F16":
        return values.astype(numpy.float16).tobytes()
    return (values.astype(numpy.float32).view(numpy.uint32) >> 16).astype(numpy.uint16).tobytes()


def shards(tensors):
    """Lists of (name, shape), each of about a shard's bytes."""
    current, size = [], 0
    for name, shape in tensors:
        count = 2 * int(numpy.prod(shape))
        if current and size + count > SHARD:
            yield current
            current, size = [], 0
        current.append((name, shape))
        size += count
    yield current


def write(folder, config, stored):
    folder.mkdir(parents=True)
    is_t5 = config["model_type"] == "t5"
    (folder / "config.json").write_text(json.dumps(config))
    source = ROOT / "weights" / ("t5rank-mini" if is_t5 else "cross-encoder-mini")
    for name in ["spiece.model"] if is_t5 else ["vocab.txt", "tokenizer_config.json"]:
        shutil.copy(source / name, folder)
    if is_t5:
        (folder / "reranker.json").write_text(json.dumps({"mode": "mono", "prompts": {"mono": "monot5"}}))
    generator = numpy.random.default_rng(SEED)
    groups = list(shards((t5_tensors if is_t5 else bert_tensors)(config)))
    where = {}
    for index, group in enumerate(groups):
        file = f"model-{index + 1:05d}-of-{len(groups):05d}.safetensors"
        header, offset = {}, 0
        for name, shape in group:
            end = offset + 2 * int(numpy.prod(shape))
            header[name] = {"dtype": stored, "shape": shape, "data_offsets": [offset, end]}
            where[name] = file
            offset = end
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with (folder / file).open("wb") as output:
            output.write(struct.pack("<Q", len(text)) + text)
            for name, shape in group:
                output.write(drawn(name, shape, stored, generator))
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}))


def held(config, precision):
    """Bytes of the weights of a model that is stored in 16 bits."""
    tensors = (t5_tensors if config["model_type"] == "t5" else bert_tensors)(config)
    return weights_held(((name, shape, 2) for name, shape in tensors), precision)


def run(binary, folder, precision, threads):
    """Seconds and peak resident bytes of one ranking."""
    request = {"query": QUERY, "documents": PASSAGES}
    command = [binary, "rank", "--model", str(folder), "--precision", precision, "--threads", str(threads),
               "--format", "json"]
    started = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.close()
        process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}")
    return time.monotonic() - started, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--binary", default=str(ROOT / ".build/release/t5rank"))
    parser.add_argument("--only", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--precisions", nargs="+", choices=["fp32", "bf16", "int8"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="leave the models where they are")
    arguments = parser.parse_args()
    print("| model | stored | precision | weights held, MB | bound, MB | peak, MB | peak ÷ held | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for name in arguments.only:
        config, stored, precisions = MODELS[name]
        folder = arguments.out / name
        if not (folder / "model.safetensors.index.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
            write(folder, config, stored)
        for precision in arguments.precisions or precisions:
            seconds, peak = run(arguments.binary, folder, precision, arguments.threads)
            weights = held(config, precision)
            bound = 1.15 * weights + 64 * MEGABYTE
            print(f"| {name} | {stored} | {precision} | {weights / MEGABYTE:.0f} | {bound / MEGABYTE:.0f} "
                  f"| {peak / MEGABYTE:.0f}{'' if peak <= bound else ' (above)'} | {peak / weights:.2f} "
                  f"| {seconds:.1f} |", flush=True)
        if not arguments.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
