"""OpenVINO: the model as its own converter takes it from PyTorch; in int8 with nncf's weights of 8
bits, for which it quantises activations as they come.
"""

import threading

import openvino

from .protocol import Peer


class OpenVINO(Peer):
    packages = ("openvino", "nncf")

    @classmethod
    def prepare(cls, model, precision, folder):
        # Not where a loaded model's memory is measured.
        from .graph import Scorer, example

        converted = openvino.convert_model(Scorer(model), example_input=example(model))
        if precision == "int8":
            import nncf

            converted = nncf.compress_weights(
                converted, mode=nncf.CompressWeightsMode.INT8_SYM)
        openvino.save_model(converted, folder / "model.xml", compress_to_fp16=False)

    def __init__(self, model, precision, folder, threads, streams):
        self.compiled = openvino.Core().compile_model(folder / "model.xml", "CPU", {
            "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
            "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": streams})
        self.local = threading.local()

    def scores(self, batch):
        if not hasattr(self.local, "request"):
            self.local.request = self.compiled.create_infer_request()
        return self.local.request.infer(batch.arrays())[0].copy()
