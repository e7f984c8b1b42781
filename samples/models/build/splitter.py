"""A sentence splitter as a MiniSBD model of 1.5 KB, so that a starter package needs no download.

Argos looks for `minisbd/*.onnx` in a package and else fetches one from the network at the first translation. MiniSBD
asks for five scores a character; these come from two look-up tables and one shift, not from training.
"""

from __future__ import annotations

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ENDS = "。！？!?…"
CLOSERS = "”’」』）)\"'"
UNITS = ["<PAD>", "<UNK>", *ENDS, *CLOSERS]


def build(mode: str) -> bytes:
    """An ONNX model; `cjk` splits after an end mark and its closing quotes, `nosplit` never."""
    ends = np.zeros((len(UNITS), 1), np.float32)
    marks = np.zeros((len(UNITS), 1), np.float32)
    if mode == "cjk":
        ends[:, 0] = [unit in ENDS for unit in UNITS]
        marks[:, 0] = [unit in ENDS + CLOSERS for unit in UNITS]
    elif mode != "nosplit":
        raise ValueError(f"mode must be cjk or nosplit, got {mode}")
    node = helper.make_node
    nodes = [
        node("Gather", ["ends", "units"], ["end"], axis=0),
        node("Gather", ["marks", "units"], ["mark"], axis=0),
        node("Slice", ["mark", "one", "far", "axis"], ["rest"]),
        node("Pad", ["rest", "pad_right"], ["next_mark"]),
        node("Sub", ["unit", "next_mark"], ["no_next"]),
        node("Mul", ["end", "no_next"], ["by_end"]),
        # A closing quote directly after an end mark ends the sentence in its place.
        node("Slice", ["end", "zero", "last", "axis"], ["before"]),
        node("Pad", ["before", "pad_left"], ["after_end"]),
        node("Sub", ["mark", "end"], ["closer"]),
        node("Mul", ["after_end", "closer"], ["closing"]),
        node("Mul", ["closing", "no_next"], ["by_closer"]),
        node("Add", ["by_end", "by_closer"], ["split"]),
        node("Sub", ["half", "split"], ["stay"]),
        node("Mul", ["split", "none"], ["never"]),
        node("Concat", ["stay", "never", "split", "never", "never"], ["out"], axis=2),
    ]
    constants: dict[str, np.ndarray] = {
        "ends": ends, "marks": marks, "one": np.array([1]), "zero": np.array([0]), "last": np.array([-1]),
        "far": np.array([2**31 - 1]), "axis": np.array([1]), "pad_right": np.array([0, 0, 0, 0, 1, 0]),
        "pad_left": np.array([0, 1, 0, 0, 0, 0]), "unit": np.array(1, np.float32), "half": np.array(0.5, np.float32),
        "none": np.array(0, np.float32),
    }  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "sbd",
        [
            helper.make_tensor_value_info("units", TensorProto.INT64, ["batch", "length"]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", "length", "feature"]),
        ],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["batch", "length", 5])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8  # the newest that onnxruntime 1.16 reads
    vocab = {
        "lang": "xx", "idx": 0, "cutoff": 0, "lower": False,
        "_unit2id": {unit: i for i, unit in enumerate(UNITS)}, "_id2unit": UNITS,
    }  # fmt: skip
    config = {
        "skip_newline": False, "max_seqlen": 1000, "no_ssplit": mode == "nosplit", "batch_size": 1,
        "feat_funcs": ["space_before"], "use_dictionary": False, "num_dict_feat": 0,
    }  # fmt: skip
    helper.set_model_props(
        model, {"lang_code": "xx", "config": json.dumps(config), "vocab": json.dumps(vocab), "lexicon": "null"}
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))
