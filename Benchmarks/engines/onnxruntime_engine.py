#!/usr/bin/env python3
"""ONNX Runtime on CPUs: a model of one operator, MultiHeadAttention or GroupQueryAttention."""

import numpy
import onnxruntime
from onnx import TensorProto, helper

import attnbench_engine as engine

TYPES = {"float32": (TensorProto.FLOAT, numpy.float32), "float16": (TensorProto.FLOAT16, numpy.float16)}
PROMPT = ("query", "key", "value")


class Operator:
    """One operator with inputs and outputs at fixed places in memory."""

    def __init__(self, problem, name, inputs, outputs, **attributes):
        self.problem = problem
        element, self.dtype = TYPES[problem.element_type]
        node = helper.make_node(
            name, inputs, outputs, domain="com.microsoft", num_heads=problem.query_heads, scale=problem.scale,
            **attributes)
        kinds = {"lengths": TensorProto.INT32, "total": TensorProto.INT32}
        values = [
            [helper.make_tensor_value_info(value, kinds.get(value, element), None) for value in some if value]
            for some in (inputs, outputs)]
        graph = helper.make_graph([node], "attention", *values)
        model = helper.make_model(
            graph, ir_version=10,
            opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = problem.threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 4
        try:
            self.session = onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise engine.Refused(reason(error))
        self.binding = self.session.io_binding()
        self.places = {}

    def place(self, name, array, isOutput=False):
        value = onnxruntime.OrtValue.ortvalue_from_numpy(numpy.ascontiguousarray(array))
        self.places[name] = value
        (self.binding.bind_ortvalue_output if isOutput else self.binding.bind_ortvalue_input)(name, value)
        return value

    def place_output(self):
        problem = self.problem
        width = problem.query_heads * problem.value_head_dimension
        self.place("output", numpy.zeros((problem.batch, problem.query_length, width), self.dtype), isOutput=True)

    def run(self):
        self.session.run_with_iobinding(self.binding)
        return self

    def tried(self, load):
        """This operator, if it takes the problem: what it does not take it refuses when it runs."""
        self.place_output()
        load()
        try:
            self.run()
        except Exception as error:
            raise engine.Refused(reason(error))
        return engine.Prepared(self.run, load)

    def __array__(self, dtype=None, copy=None):
        problem = self.problem
        rows = self.places["output"].numpy().reshape(
            problem.batch, problem.query_length, problem.query_heads, problem.value_head_dimension)
        return rows.transpose(0, 2, 1, 3)


def reason(error):
    return "ONNX Runtime: " + str(error).strip().splitlines()[-1][-200:]


def joined(tensor):
    """[batch][tokens][heads · dimension], the layout of these operators."""
    batch, heads, tokens, dimension = tensor.shape
    return tensor.transpose(0, 2, 1, 3).reshape(batch, tokens, heads * dimension)


def multi_head(problem, unidirectional):
    if problem.query_heads != problem.key_value_heads:
        raise engine.Refused("MultiHeadAttention has a key head for each query head")
    if unidirectional and problem.query_length not in (1, problem.key_length):
        raise engine.Refused("the mask of MultiHeadAttention is aligned at the first key")
    causal = int(unidirectional and problem.query_length > 1)
    operator = Operator(problem, "MultiHeadAttention", PROMPT, ["output"], unidirectional=causal)

    def load():
        for name in PROMPT:
            operator.place(name, joined(problem.inputs[name]))

    return operator.tried(load)


@engine.kernel("mha-full", mask="full")
def mha_full(problem):
    """MultiHeadAttention without a mask"""
    return multi_head(problem, unidirectional=False)


@engine.kernel("mha-causal", mask="causal")
def mha_causal(problem):
    """MultiHeadAttention, unidirectional"""
    return multi_head(problem, unidirectional=True)


def grouped(problem):
    """GroupQueryAttention; a window is its local_window_size"""
    window = -1 if problem.mask.left is None else problem.mask.left + 1
    keys, isDecode = problem.key_length, problem.query_length == 1
    if not isDecode and problem.query_length != keys:
        raise engine.Refused("a prompt has as many queries as keys")
    operator = Operator(
        problem, "GroupQueryAttention", [*PROMPT, "past_key", "past_value", "lengths", "total"],
        ["output", "present_key", "present_value"], kv_num_heads=problem.key_value_heads, local_window_size=window)
    past = keys - 1 if isDecode else 0

    def load():
        for name in PROMPT:
            operator.place(name, joined(problem.inputs[name][:, :, past:] if name != "query" else problem.inputs[name]))
        for name in ("key", "value"):
            # The buffer has room for the new tokens, which the operator writes behind the old ones.
            cache = problem.inputs[name].copy()
            cache[:, :, past:] = 0
            value = operator.place("past_" + name, cache)
            operator.binding.bind_ortvalue_output("present_" + name, value)
        operator.place("lengths", numpy.full(problem.batch, keys - 1, numpy.int32))
        operator.place("total", numpy.array(keys, numpy.int32))

    return operator.tried(load)


for kind, mask in (("", "causal"), ("-window", "sliding-window")):
    engine.kernel("gqa" + (kind or "-causal"), mask=mask, element_types=tuple(TYPES))(grouped)
    engine.kernel("gqa-decode" + kind, mask=mask, phase="decode", element_types=tuple(TYPES))(grouped)


if __name__ == "__main__":
    engine.serve("onnxruntime", onnxruntime.__version__, {"providers": ", ".join(onnxruntime.get_available_providers())})
