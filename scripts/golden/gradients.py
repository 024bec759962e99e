#!/usr/bin/env python3
"""Writes what PyTorch computes as the gradient of a loss by every parameter of the tiny models.

    .venv/bin/python scripts/golden/gradients.py [--models Tests/Fixtures/models]

Into each model's folder, gradients.safetensors: one tensor a parameter, under its name, and
`loss` [1]. Three sequences of the tokens of golden.safetensors (7, 127 and 129 of them), one at a
time without padding, eager attention, fp32, no dropout.

  T5    The cross-entropy, summed over sequences: of the three teacher tokens y1 y2 y3 over the whole
        vocabulary, decoder inputs start, y1, y2; and of label 0 among LABELS at the first step.
  BERT  Half the squared logits' distance from TARGET, summed.

Into those of ROUNDED, gradients-bf16.safetensors: the same with the encoder's linear layers as training in
bf16 computes them. Inputs, weights and the gradients by outputs are rounded to bfloat16 before each of a
layer's three products, which are computed in fp32. The last layer of a BERT projects no keys and values,
so there these two are not rounded.

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
# Those in which a number that rounds the other way, for its last bit, moves no gradient by 1 %.
ROUNDED = ["t5-v1.0", "t5-v1.1", "bert-two-labels"]
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


def rounded(x):
    return x.bfloat16().float()


class RoundedProduct(torch.autograd.Function):
    """x · weightᵀ of rounded factors, and likewise its gradients."""

    @staticmethod
    def forward(context, x, weight):
        context.save_for_backward(x, weight)
        return rounded(x) @ rounded(weight).T

    @staticmethod
    def backward(context, slopes):
        x, weight = (rounded(saved) for saved in context.saved_tensors)
        slopes = rounded(slopes)
        return slopes @ weight, slopes.flatten(0, -2).T @ x.flatten(0, -2)


def round_layers(model, is_bert):
    layers = [(name, module) for name, module in model.named_modules()
              if isinstance(module, torch.nn.Linear)
              and any(part in name for part in ("encoder.block.", "encoder.layer.", "transformer.layer."))]
    last = f".layer.{model.config.num_hidden_layers - 1}."
    for name, module in layers:
        if is_bert and last in name and name.endswith(("key", "value", "k_lin", "v_lin")):
            continue

        def forward(x, module=module):
            product = RoundedProduct.apply(x, module.weight)
            return product if module.bias is None else product + module.bias
        module.forward = forward


def write(name, folder, file, is_rounded):
    is_bert = not ("t5" in name or name == "flan")
    cls = (transformers.AutoModelForSequenceClassification if is_bert
           else transformers.AutoModelForSeq2SeqLM)
    model = cls.from_pretrained(folder / name, attn_implementation="eager").float().eval()
    if is_rounded:
        round_layers(model, is_bert)
    golden = safetensors.torch.load_file(folder / name / "golden.safetensors")
    loss = sum((bert_loss if is_bert else t5_loss)(model, golden, n) for n in LENGTHS)
    loss.backward()
    gradients = {
        key: value.grad.contiguous() for key, value in model.named_parameters()
        if value.grad is not None}
    safetensors.torch.save_file(
        gradients | {"loss": loss.detach().reshape(1)}, folder / name / file,
        {"torch": torch.__version__, "transformers": transformers.__version__})
    print(f"{name}/{file}: loss {loss.item():.4f}, {len(gradients)} tensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--models", type=pathlib.Path,
        default=pathlib.Path(__file__).parents[2] / "Tests/Fixtures/models")
    folder = parser.parse_args().models
    torch.manual_seed(0)
    for name in MODELS:
        write(name, folder, "gradients.safetensors", is_rounded=False)
    for name in ROUNDED:
        write(name, folder, "gradients-bf16.safetensors", is_rounded=True)


if __name__ == "__main__":
    main()
