"""OpenVINO: the model as its own converter takes it from PyTorch; in int8 quantised by nncf, with
bf16 where it is not.
"""

import threading

import openvino

from .protocol import Peer

CALIBRATION_SEED = 20251  # Not that of the texts which are measured.
CALIBRATION_TEXTS, BATCH = 64, 8


class OpenVINO(Peer):
    packages = ("openvino", "nncf")

    @classmethod
    def prepare(cls, model, precision, folder):
        # Not where a loaded model's memory is measured.
        from .graph import Scorer, example

        converted = openvino.convert_model(Scorer(model), example_input=example(model))
        if precision == "int8":
            converted = quantized(model, converted)
        openvino.save_model(converted, folder / "model.xml", compress_to_fp16=False)

    def __init__(self, model, precision, folder, threads, streams):
        self.compiled = openvino.Core().compile_model(folder / "model.xml", "CPU", {
            "INFERENCE_PRECISION_HINT": "f32" if precision == "fp32" else "bf16",
            "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": streams})
        self.local = threading.local()

    def scores(self, batch):
        if not hasattr(self.local, "request"):
            self.local.request = self.compiled.create_infer_request()
        return self.local.request.infer(batch.arrays())[0].copy()


def quantized(model, converted):
    """A BERT's weights and activations in 8 bits, as they were in other texts of the same kind; a T5's
    weights, its activations as they come: measured beforehand, they left no order of T5-small's
    scores (τ 0.01). A BERT would take 1.5 times as long that way.
    """
    import nncf
    import texts  # ../texts.py

    if model.is_t5:
        return nncf.compress_weights(converted, mode=nncf.CompressWeightsMode.INT8_ASYM)
    [request] = texts.requests(1, CALIBRATION_TEXTS, CALIBRATION_SEED)
    encodings = model.encode(
        request["query"]["text"], [each["doc"]["text"] for each in request["candidates"]])
    batches = [batch.arrays() for batch in model.batches(encodings, BATCH)]
    return nncf.quantize(
        converted, nncf.Dataset(batches), model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(batches))
