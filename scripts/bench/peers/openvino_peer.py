"""OpenVINO: the model as its own converter takes it from PyTorch; in int8 quantised by nncf, for
which it has made itself familiar with other texts of the same kind, and in bf16 where it is not.
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
    """Weights and activations in 8 bits. (Weights alone, with activations quantised as they come,
    took 1.5 times as long with MiniLM.)"""
    import nncf
    import texts  # ../texts.py

    [request] = texts.requests(1, CALIBRATION_TEXTS, CALIBRATION_SEED)
    encodings = model.encode(
        request["query"]["text"], [each["doc"]["text"] for each in request["candidates"]])
    batches = [batch.arrays() for batch in model.batches(encodings, BATCH)]
    return nncf.quantize(
        converted, nncf.Dataset(batches), model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(batches))
