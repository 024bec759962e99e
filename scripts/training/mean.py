#!/usr/bin/env python3
"""Writes the mean of the weights of models that were trained from one another.

    .venv/bin/python scripts/training/mean.py OUTPUT MODEL MODEL …

The mean is of numbers in fp32 and is stored as the first model's are; its other files are the first model's.
Source: Wortsman et al. 2022 (Model soups), arXiv 2203.05482.
"""

import argparse
import pathlib
import shutil

from safetensors.torch import load_file, save_file

WEIGHTS = "model.safetensors"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("models", type=pathlib.Path, nargs="+")
    options = parser.parse_args()
    models = [load_file(model / WEIGHTS) for model in options.models]
    first = models[0]
    for path, model in zip(options.models, models):
        if {name: tensor.shape for name, tensor in model.items()} != {
                name: tensor.shape for name, tensor in first.items()}:
            raise SystemExit(f"{path}: expected the tensors of {options.models[0]}, found others")
    mean = {name: (sum(model[name].float() for model in models) / len(models)).to(tensor.dtype).contiguous()
            for name, tensor in first.items()}
    shutil.copytree(options.models[0], options.output, ignore=shutil.ignore_patterns("training.*", WEIGHTS))
    save_file(mean, options.output / WEIGHTS, metadata={"format": "pt"})


if __name__ == "__main__":
    main()
