"""Hugging Face's model as one module from tokens to scores, and that module as an ONNX file."""

import torch
import transformers


class Scorer(torch.nn.Module):
    """One score a text, [texts], from Hugging Face's inputs, [texts, tokens]."""

    def __init__(self, model, dtype=torch.float32, attention="sdpa"):
        super().__init__()
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        kind = (transformers.T5ForConditionalGeneration if model.is_t5
                else transformers.BertForSequenceClassification)
        self.transformer = kind.from_pretrained(
            model.folder, dtype=dtype, attn_implementation=attention).eval()
        self.is_t5 = model.is_t5
        if self.is_t5:
            # Only the labels' rows of the output layer: what nobody reads, nobody need compute.
            rows = self.transformer.lm_head.weight[model.label_ids].detach().clone()
            head = torch.nn.Linear(rows.shape[1], 2, bias=False, dtype=dtype)
            head.weight = torch.nn.Parameter(rows, requires_grad=False)
            self.transformer.lm_head = head
            self.start = self.transformer.config.decoder_start_token_id

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        if not self.is_t5:
            return self.transformer(
                input_ids=input_ids, attention_mask=attention_mask,
                token_type_ids=token_type_ids).logits[:, 0]
        start = torch.full_like(input_ids[:, :1], self.start)
        logits = self.transformer(
            input_ids=input_ids, attention_mask=attention_mask, decoder_input_ids=start,
            use_cache=False).logits
        return logits[:, 0, 1] - logits[:, 0, 0]


def example(model):
    """Inputs to trace with: two texts of different length."""
    query, documents = "what is a vaccine", ["a vaccine trains the body", "the weather is fine"]
    batch = next(model.batches(model.encode(query, documents), 2))
    return {name: torch.from_numpy(array) for name, array in batch.arrays().items()}
