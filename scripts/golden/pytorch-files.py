#!/usr/bin/env python3
"""Writes small files with torch.save, and what torch.load reads from them.

    .venv/bin/python scripts/golden/pytorch-files.py [--output Tests/Fixtures/pytorch]

Beside each NAME.bin lies NAME.safetensors with the same tensors, each contiguous and by itself.

dtypes.bin     a tensor of every type of numbers
views.bin      tied tensors, transposed, sliced and strided ones, scalars and tensors without numbers
module.bin     a module's state dictionary with its _metadata, and parameters
protocol-4.bin the same written in pickle protocol 4
shards/        two files and their index
legacy.bin     what torch.save wrote before 1.6
bert-old-names/pytorch_model.bin   Tests/Fixtures/models/bert-f16 with the names of 2018
"""

import argparse
import collections
import json
import pathlib

import safetensors.torch
import torch

SEED = 5
FLOATS = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
INTEGERS = [
    torch.int64, torch.int32, torch.int16, torch.int8,
    torch.uint64, torch.uint32, torch.uint16, torch.uint8,
]


def dtypes():
    tensors = {str(kind)[6:]: torch.randn(3, 5).to(kind) for kind in FLOATS}
    tensors |= {str(kind)[6:]: torch.arange(6).reshape(2, 3).to(kind) for kind in INTEGERS}
    tensors["bool"] = torch.tensor([True, False, True])
    special = torch.tensor([0.0, -0.0, float("inf"), -float("inf"), float("nan"), 6e-8, 65504.0])
    return tensors | {f"special.{str(kind)[6:]}": special.to(kind) for kind in FLOATS}


def views():
    base = torch.randn(6, 4)
    halves = torch.randn(3, 4, 5).half()
    table = torch.randn(7, 3)
    return collections.OrderedDict([
        ("tied.one", table), ("tied.two", table),
        ("whole", base), ("transposed", base.t()), ("rows", base[2:5]), ("columns", base[:, 1:3]),
        ("every.second", base[::2]), ("cell", base[3, 2]), ("none", base[6:]),
        ("one.row", base[4:5].t()),
        ("halves", halves), ("halves.permuted", halves.permute(2, 0, 1)),
        ("halves.inner", halves[1:, 1:3, ::3]),
        ("scalar", torch.tensor(2.5)), ("empty", torch.empty(0)), ("empty.matrix", torch.empty(3, 0, 2)),
        ("one", torch.randn(1, 1, 1)), ("double.transposed", torch.randn(3, 2, dtype=torch.float64).t()),
    ])


def module():
    torch.manual_seed(SEED)
    layers = torch.nn.Sequential(
        torch.nn.Linear(4, 3), torch.nn.LayerNorm(3), torch.nn.BatchNorm1d(3))
    state = layers.state_dict()
    state["parameter"] = torch.nn.Parameter(torch.randn(2, 2))
    state["frozen"] = torch.nn.Parameter(torch.randn(2, 2).t(), requires_grad=False)
    return state


def write(folder, name, tensors, **options):
    path = folder / f"{name}.bin"
    torch.save(tensors, path, **options)
    # Its restricted reader knows protocol 2 only; these are our own files.
    loaded = torch.load(path, weights_only=not options)
    safetensors.torch.save_file(
        {key: value.detach().contiguous().clone() for key, value in loaded.items()},
        folder / f"{name}.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default="Tests/Fixtures/pytorch")
    parser.add_argument("--models", type=pathlib.Path, default="Tests/Fixtures/models")
    arguments = parser.parse_args()
    output = arguments.output
    torch.manual_seed(SEED)
    for folder in [output, output / "shards", output / "bert-old-names"]:
        folder.mkdir(parents=True, exist_ok=True)
    write(output, "dtypes", dtypes())
    write(output, "views", views())
    write(output, "module", module())
    write(output, "protocol-4", module(), pickle_protocol=4)
    torch.save(
        collections.OrderedDict(weight=torch.ones(2)), output / "legacy.bin",
        _use_new_zipfile_serialization=False)

    placements = {}
    for number, name in enumerate(["first", "second"], 1):
        shard = f"pytorch_model-0000{number}-of-00002.bin"
        torch.save({f"{name}.weight": torch.randn(2, 3)}, output / "shards" / shard)
        placements[f"{name}.weight"] = shard
    (output / "shards" / "pytorch_model.bin.index.json").write_text(
        json.dumps({"metadata": {"total_size": 48}, "weight_map": placements}, indent=2) + "\n")

    model = safetensors.torch.load_file(arguments.models / "bert-f16" / "model.safetensors")
    old = {
        key.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"):
        value for key, value in model.items()}
    torch.save(old, output / "bert-old-names" / "pytorch_model.bin")

    for file in sorted(output.rglob("*.*")):
        print(file, file.stat().st_size, "bytes")
    print("torch", torch.__version__, "safetensors", safetensors.__version__, "seed", SEED)


if __name__ == "__main__":
    main()
