"""PyTorch with Hugging Face transformers: inference mode, scaled_dot_product_attention; in int8 its
dynamic quantisation of linear layers.
"""

import torch

from .graph import Scorer
from .protocol import Peer, unsupported_if


class PyTorch(Peer):
    packages = ("torch", "transformers")

    def __init__(self, model, precision, folder, threads, streams):
        torch.set_num_threads(threads // streams)
        self.scorer = Scorer(model, torch.bfloat16 if precision == "bf16" else torch.float32)
        if precision == "int8":
            with unsupported_if((AttributeError, RuntimeError), "no dynamic quantisation"):
                self.scorer = torch.ao.quantization.quantize_dynamic(
                    self.scorer, {torch.nn.Linear}, dtype=torch.qint8)

    @torch.inference_mode()
    def scores(self, batch):
        inputs = {name: torch.from_numpy(array) for name, array in batch.arrays().items()}
        return self.scorer(**inputs).tolist()
