"""What a model's weights take while it computes."""

import math

BYTES = {"fp32": 4, "bf16": 2, "int8": 1}
FOLDED = ("EncDecAttention.k.weight", "EncDecAttention.v.weight")
TABLES = ("shared.weight", "embed_tokens.weight", "embeddings.weight")


def weights_held(tensors, precision):
    """Bytes of (name, shape, bytes of a stored number) in the precision that is computed in.

    Layers of an encoder are held in the precision and a decoder's in 16 bits where it is reduced, but for keys and
    values over the text, which are folded into floats; tables as they are stored; the rest in 32 bits.
    """
    total = 0
    for name, shape, stored in tensors:
        is_layer = len(shape) == 2 and "bias" not in name
        if name.endswith(TABLES):
            size = stored
        elif is_layer and name.startswith(("encoder.block", "bert.encoder.layer", "encoder.layer")):
            size = BYTES[precision]
        elif is_layer and name.startswith("decoder.block") and not name.endswith(FOLDED):
            size = max(BYTES[precision], 2)
        else:
            size = 4
        total += size * math.prod(shape)
    return total
