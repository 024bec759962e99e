"""CTranslate2: a T5's first step as the start of a translation, with its logits of all pieces; a
BERT's encoder and pooler, whose small classifier numpy computes.
"""

import ctranslate2
import numpy

from .protocol import Peer, Unsupported

TYPES = {"fp32": "float32", "bf16": "bfloat16", "int8": "int8"}


class CTranslate2(Peer):
    packages = ("ctranslate2",)

    @staticmethod
    def check(precision):
        if TYPES[precision] not in ctranslate2.get_supported_compute_types("cpu"):
            raise Unsupported(f"it has no {TYPES[precision]} for this processor")

    @classmethod
    def prepare(cls, model, precision, folder):
        cls.check(precision)
        converter = ctranslate2.converters.TransformersConverter(str(model.folder))
        converter.convert(str(folder), quantization=TYPES[precision], force=True)
        if not model.is_t5:
            import safetensors.torch

            weights = safetensors.torch.load_file(model.folder / "model.safetensors")
            numpy.savez(folder / "classifier.npz", **{
                name: weights[f"classifier.{name}"][0].float().numpy()
                for name in ["weight", "bias"]})

    def __init__(self, model, precision, folder, threads, streams):
        self.check(precision)
        load = ctranslate2.Translator if model.is_t5 else ctranslate2.Encoder
        self.loaded = load(
            str(folder), "cpu", compute_type=TYPES[precision], inter_threads=streams,
            intra_threads=threads // streams)
        self.model = model
        if not model.is_t5:
            classifier = numpy.load(folder / "classifier.npz")
            self.weight, self.bias = classifier["weight"], classifier["bias"]

    def scores(self, batch):
        if self.model.is_t5:
            results = self.loaded.translate_batch(
                [encoding.tokens for encoding in batch.encodings], beam_size=1,
                max_decoding_length=1, return_logits_vocab=True)
            logits = numpy.stack([numpy.array(result.logits[0]).ravel() for result in results])
            negative, positive = self.model.label_ids
            return logits[:, positive] - logits[:, negative]
        output = self.loaded.forward_batch(
            [encoding.ids for encoding in batch.encodings],
            token_type_ids=[encoding.type_ids for encoding in batch.encodings])
        return numpy.array(output.pooler_output) @ self.weight + self.bias
