#!/usr/bin/env python3
"""Writes what PyTorch computes as the gradient of a loss by every parameter of the tiny models.

    .venv/bin/python scripts/golden/gradients.py [--models Tests/Fixtures/models]

Into each model's folder, gradients.safetensors: one tensor a parameter, under its name, and
`loss` [1]. Three sequences of the tokens of golden.safetensors (7, 127 and 129 of them), one at a
time without padding, eager attention, fp32, no dropout.

  T5    The cross-entropy, summed over sequences: of the three teacher tokens y1 y2 y3 over the whole
        vocabulary, decoder inputs start, y1, y2; and of label 0 among LABELS at the first step.
  BERT  Half the squared logits' distance from TARGET, summed.

Tests/TrainingTests/GradientParityTests.swift computes the same on a tape.
"""

import argparse
import pathlib

import safetensors.torch
import torch
import transformers

MODELS = ["t5-v1.0", "t5-v1.1", "flan", "mt5", "umt5", "umt5-untied", "t5-buckets", "t5-old",
          "bert-minilm", "bert-two-labels", "tinybert",
          # No RoBERTa: PyTorch gives its padding rows no gradient, and its inputs here have padding.
          "distilbert", "electra", "albert"]
LENGTHS = [7, 127, 129]
LABELS = [5, 9, 11]
TARGET = 0.5


def t5_loss(model, golden, length):
    ids = golden[f"ids.{length}"].long()[None]
    teacher = golden[f"teacher_tokens.{length}"].long()
    start = torch.tensor([getattr(model.config, "decoder_start_token_id", 0) or 0])
    decoder = torch.cat([start, teacher[:2]])[None]
    logits = model(input_ids=ids, decoder_input_ids=decoder, use_cache=False).logits[0]
    loss = torch.nn.functional.cross_entropy(logits, teacher, reduction="sum")
    return loss + torch.nn.functional.cross_entropy(logits[:1, LABELS], torch.tensor([0]))


def bert_loss(model, golden, length):
    given = dict(input_ids=golden[f"ids.{length}"].long()[None])
    if getattr(model.config, "type_vocab_size", 0) > 1:
        given["token_type_ids"] = golden[f"token_types.{length}"].long()[None]
    logits = model(**given).logits
    return 0.5 * (logits - TARGET).pow(2).sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--models", type=pathlib.Path,
        default=pathlib.Path(__file__).parents[2] / "Tests/Fixtures/models")
    folder = parser.parse_args().models
    torch.manual_seed(0)
    for name in MODELS:
        is_bert = not ("t5" in name or name == "flan")
        cls = (transformers.AutoModelForSequenceClassification if is_bert
               else transformers.AutoModelForSeq2SeqLM)
        model = cls.from_pretrained(folder / name, attn_implementation="eager").float().eval()
        golden = safetensors.torch.load_file(folder / name / "golden.safetensors")
        loss = sum((bert_loss if is_bert else t5_loss)(model, golden, n) for n in LENGTHS)
        loss.backward()
        gradients = {
            key: value.grad.contiguous() for key, value in model.named_parameters()
            if value.grad is not None}
        safetensors.torch.save_file(
            gradients | {"loss": loss.detach().reshape(1)},
            folder / name / "gradients.safetensors",
            {"torch": torch.__version__, "transformers": transformers.__version__})
        print(f"{name}: loss {loss.item():.4f}, {len(gradients)} tensors")


if __name__ == "__main__":
    main()
