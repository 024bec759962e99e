"""The systems that `scripts/bench/compare` sets t5rank beside.

To add one: a file here with a subclass of protocol.Peer, its line below, and its packages in
scripts/bench/requirements.txt. This file imports none of them, so that any Python can read the list.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class System:
    title: str
    # Its file here, and its class there.
    module: str
    peer: str
    precisions: tuple


SYSTEMS = {
    "pytorch": System("PyTorch", "pytorch", "PyTorch", ("fp32", "bf16", "int8")),
    "onnxruntime": System("ONNX Runtime", "onnx_runtime", "ONNXRuntime", ("fp32", "int8")),
    "openvino": System("OpenVINO", "openvino_peer", "OpenVINO", ("fp32", "bf16", "int8")),
    "ctranslate2": System("CTranslate2", "ctranslate2_peer", "CTranslate2", ("fp32", "bf16", "int8")),
}
