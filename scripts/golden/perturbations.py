"""What scripts/golden/models.py does to a tiny model to prove that its golden numbers would show it."""

import torch


def is_t5(config):
    return config["model_type"] in ("t5", "mt5", "umt5")


def has_types(config):
    return config.get("type_vocab_size", 0) > 1


def perturbations_of_kin(model, config):
    """`perturbations` of BERT and its kin, by the names that their parameters have."""
    named = dict(model.named_parameters()) | dict(model.named_buffers())
    heads = config.get("n_heads", config.get("num_attention_heads"))
    scale = (config.get("dim", config.get("hidden_size")) // heads) ** 0.5
    for what, ending, spoil in (
            ("positions shifted", ".position_embeddings.weight", lambda w: w.roll(1, 0)),
            ("a token type lost", ".token_type_embeddings.weight",
             (lambda w: w.flip(0)) if has_types(config) else torch.zeros_like),
            ("relative positions shifted", ".rel_embeddings.weight", lambda w: w.roll(1, 0)),
            ("global rotation", ".full_attention_inv_freq", lambda w: w * 1.1),
            ("local rotation", ".sliding_attention_inv_freq", lambda w: w * 1.1),
            ("scores unscaled", ("query.weight", "q_lin.weight", "query_proj.weight",
                                 "Wqkv.weight"), lambda w: w * scale),
            ("a bias lost", ("output.dense.bias", "ffn.lin2.bias", "ffn_output.bias",
                             "mlp.Wo.bias"), torch.zeros_like),
            ("a norm's bias lost", ("attention.output.LayerNorm.bias", "sa_layer_norm.bias",
                                    "attention.LayerNorm.bias", "mlp_norm.bias"),
             torch.zeros_like),
            ("projection's bias lost", ("embeddings_project.bias",
                                        "embedding_hidden_mapping_in.bias"), torch.zeros_like),
            ("position query's bias lost", "pos_query_proj.bias", torch.zeros_like),
            ("pooler's bias lost", ("pooler.dense.bias", "pre_classifier.bias",
                                    "classifier.dense.bias", "pooler.bias", "head.dense.bias"),
             torch.zeros_like)):
        # The last layer's, where each layer has one.
        for name in [name for name in named if name.endswith(ending)][-1:]:
            yield what, named[name], spoil


def perturbations(model, config):
    """(what is wrong, weights or activations to spoil): each must show in the outputs."""
    if not is_t5(config):
        yield from perturbations_of_kin(model, config)
        return
    for name, stack in (("encoder", model.encoder), ("decoder", model.decoder)):
        for index, block in enumerate(stack.block):
            attention = block.layer[0].SelfAttention
            if attention.has_relative_attention_bias:
                table = attention.relative_attention_bias.weight
                yield f"{name} {index}: buckets off by one", table, lambda w: w.roll(1, 0)
                yield f"{name} {index}: no bias", table, torch.zeros_like
            yield f"{name} {index}: scores scaled", attention.q.weight, (
                lambda w: w * config["d_kv"]**-0.5)
    table = model.encoder.block[0].layer[0].SelfAttention.relative_attention_bias.weight
    far = table.shape[0] // 2 - 2
    yield "the last two buckets backwards swapped", table, (
        lambda w: torch.cat([w[:far], w[far:far + 2].flip(0), w[far + 2:]]))
    cross = model.decoder.block[-1].layer[1].EncDecAttention
    yield "cross-attention scaled", cross.q.weight, lambda w: w * config["d_kv"]**-0.5
    yield "head scaled again", model.lm_head.weight, lambda w: w * config["d_model"]**-0.5


def swapped_activation(model, config):
    """Spoils the GELU (erf for tanh, tanh for erf): returns how to undo it, or None."""
    exact = not is_t5(config) and "gelu_new" not in config.values()
    wrong = torch.nn.GELU(approximate="tanh" if exact else "none")
    if is_t5(config) and config["feed_forward_proj"] == "relu":
        return None
    places = [("act", "wo"), ("act", "Wi"), ("intermediate_act_fn", "dense"),
              ("activation", "lin1"), ("activation", "ffn")]
    owners = [(module, key, getattr(module, key)) for module in model.modules()
              for key, linear in places if hasattr(module, key) and hasattr(module, linear)]
    for owner, key, _ in owners:
        setattr(owner, key, wrong)
    return lambda: [setattr(owner, key, right) for owner, key, right in owners]
