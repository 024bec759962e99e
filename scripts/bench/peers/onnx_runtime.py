"""ONNX Runtime: the graph that PyTorch exports; in int8 with weights quantised per channel and
activations quantised as they come.
"""

import onnxruntime

from .protocol import Peer

OPSET = 17


class ONNXRuntime(Peer):
    packages = ("onnxruntime", "onnx")

    @classmethod
    def prepare(cls, model, precision, folder):
        # Not where a loaded model's memory is measured.
        import torch
        from onnxruntime.quantization import QuantType, quantize_dynamic

        from .graph import Scorer, example

        inputs = example(model)
        whole = folder / "model.onnx"
        sizes = {name: {0: "texts", 1: "tokens"} for name in inputs}
        torch.onnx.export(
            Scorer(model, attention="eager"), tuple(inputs.values()), whole,
            input_names=list(inputs), output_names=["scores"], dynamic_axes=sizes,
            opset_version=OPSET, dynamo=False)
        if precision == "int8":
            floats = whole.rename(folder / "fp32.onnx")
            # Weights of 8 bits with VNNI; without it two products could overflow 16 bits.
            quantize_dynamic(floats, whole, per_channel=True, weight_type=QuantType.QInt8)
            floats.unlink()

    def __init__(self, model, precision, folder, threads, streams):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads // streams
        self.session = onnxruntime.InferenceSession(
            folder / "model.onnx", options, providers=["CPUExecutionProvider"])

    def scores(self, batch):
        return self.session.run(None, batch.arrays())[0]
