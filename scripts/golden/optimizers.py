#!/usr/bin/env python3
"""Writes what PyTorch's AdamW and transformers' Adafactor make of a matrix and a vector.

    .venv/bin/python scripts/golden/optimizers.py [--output Tests/Fixtures/training/optimizers.json]

Six steps with seeded gradients; the weights after each. AdamW: rate 0.01, betas 0.9 and 0.98, epsilon
1e-8, decay 0.1 on the matrix alone. Adafactor: rate 0.01 with scale_parameter (relative to the weights'
root mean square), no warm-up, no momentum, no decay: as T5 was fine-tuned.
"""

import argparse
import json
import pathlib

import torch
import transformers
from transformers.optimization import Adafactor

STEPS = 6


def run(make):
    generator = torch.Generator().manual_seed(3)
    draw = lambda *shape: torch.randn(*shape, generator=generator)
    matrix = torch.nn.Parameter(draw(4, 3) * 0.5)
    vector = torch.nn.Parameter(draw(5))
    optimizer = make(matrix, vector)
    result = {"matrix": matrix.flatten().tolist(), "vector": vector.tolist(), "steps": []}
    for _ in range(STEPS):
        matrix.grad, vector.grad = draw(4, 3), draw(5) * 0.1
        gradients = {"matrix": matrix.grad.flatten().tolist(), "vector": vector.grad.tolist()}
        optimizer.step()
        result["steps"].append(
            {"gradients": gradients, "matrix": matrix.detach().flatten().tolist(),
             "vector": vector.detach().tolist()})
    return result


def adamw(matrix, vector):
    return torch.optim.AdamW(
        [{"params": [matrix], "weight_decay": 0.1}, {"params": [vector], "weight_decay": 0.0}],
        lr=0.01, betas=(0.9, 0.98), eps=1e-8)


def adafactor(matrix, vector):
    return Adafactor(
        [matrix, vector], lr=0.01, scale_parameter=True, relative_step=False, warmup_init=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--output", type=pathlib.Path,
        default=pathlib.Path(__file__).parents[2] / "Tests/Fixtures/training/optimizers.json")
    output = parser.parse_args().output
    output.parent.mkdir(parents=True, exist_ok=True)
    versions = f"torch {torch.__version__.split('+')[0]}, transformers {transformers.__version__}"
    output.write_text(json.dumps(
        {"made_by": f"scripts/golden/optimizers.py, {versions}", "adamw": run(adamw),
         "adafactor": run(adafactor)}) + "\n")


if __name__ == "__main__":
    main()
