#!/usr/bin/env python3
"""OpenVINO on CPUs: a model of one operator, ScaledDotProductAttention."""

import numpy
import openvino
from openvino import opset13

import attnbench_engine as engine

# In float16 the CPU plugin's errors are larger than an engine may have.
TYPES = {"float32": openvino.Type.f32, "bfloat16": openvino.Type.bf16}
core = openvino.Core()


class Attention:
    """The operator with its inputs at fixed places in memory, and its output as the last call left it."""

    def __init__(self, problem, shapes, causal=False, table=None):
        self.problem, self.type = problem, TYPES[problem.element_type]
        inputs = [opset13.parameter(shape, self.type) for shape in shapes]
        scale = opset13.constant(numpy.array(problem.scale, numpy.float32))
        if problem.element_type != "float32":
            scale = opset13.convert(scale, self.type)
        mask = opset13.constant(numpy.array(0, numpy.float32) if table is None else table)
        if problem.element_type != "float32" and table is None:
            mask = opset13.convert(mask, self.type)
        node = opset13.scaled_dot_product_attention(*inputs, mask, scale, causal=causal)
        settings = {
            "INFERENCE_PRECISION_HINT": self.type, "INFERENCE_NUM_THREADS": problem.threads, "NUM_STREAMS": 1,
            "ENABLE_CPU_PINNING": False, "PERFORMANCE_HINT": "LATENCY"}
        try:
            self.request = core.compile_model(openvino.Model([node], inputs), "CPU", settings).create_infer_request()
        except Exception as error:
            raise engine.Refused("OpenVINO: " + str(error).strip().splitlines()[-1][-200:])
        self.result = None

    def place(self, index, array):
        """Lets calls read this array."""
        self.request.set_input_tensor(index, openvino.Tensor(array, list(array.shape), self.type))

    def run(self):
        self.request.infer()
        return self

    def __array__(self, dtype=None, copy=None):
        tensor = self.request.get_output_tensor()
        shape, name = tuple(tensor.shape), str(tensor.element_type)
        if "bfloat16" in name or "bf16" in name:
            array = numpy.array(tensor.data, copy=True).view(numpy.uint16)
        else:
            array = numpy.array(tensor.data, copy=True)
        problem = self.problem
        return array.reshape(shape).reshape(problem.batch, problem.query_heads, problem.query_length, -1)


def prompt(problem, causal=False, table=None):
    if problem.query_heads != problem.key_value_heads:
        raise engine.Refused("ScaledDotProductAttention has a key head for each query head")
    attention = Attention(problem, [list(array.shape) for array in problem.tensors], causal, table)
    for index, array in enumerate(problem.tensors):
        attention.place(index, array)
    return attention.run


@engine.kernel("sdpa-full", mask="full", element_types=tuple(TYPES))
def full(problem):
    """ScaledDotProductAttention without a mask"""
    return prompt(problem)


@engine.kernel("sdpa-causal", mask="causal", element_types=tuple(TYPES))
def causal(problem):
    """ScaledDotProductAttention, causal"""
    if problem.query_length not in (1, problem.key_length):
        raise engine.Refused("the causal mask of ScaledDotProductAttention is aligned at the first key")
    return prompt(problem, causal=problem.query_length > 1)


def masked(problem):
    """ScaledDotProductAttention with a table of booleans for all pairs"""
    table = problem.mask.matrix(problem.query_length, problem.key_length)
    return prompt(problem, table=table[None, None])


for kind, mask in (("window", "sliding-window"), ("sink", "attention-sink")):
    engine.kernel("sdpa-mask-" + kind, mask=mask, element_types=tuple(TYPES))(masked)


def decode(problem):
    """ScaledDotProductAttention with the query heads of a group as queries of one head"""
    if {problem.key_cache_format, problem.value_cache_format} != {problem.element_type}:
        raise engine.Refused("the cache has the element type of the query")
    query, *tokens = problem.tensors
    last = problem.key_length - 1
    first = 0 if problem.mask.left is None else max(0, last - problem.mask.left)
    heads, group = problem.key_value_heads, problem.query_heads // problem.key_value_heads
    folded = query.reshape(problem.batch, heads, group, -1)
    # A tensor of OpenVINO has no gaps, so the caches of a window hold the window alone.
    caches = [numpy.zeros_like(tensor[:, :, first:], order="C") for tensor in tokens]
    attention = Attention(problem, [list(array.shape) for array in (folded, *caches)])
    for index, array in enumerate((folded, *caches)):
        attention.place(index, array)

    def load():
        for cache, tensor in zip(caches, tokens):
            cache[:, :, :-1] = tensor[:, :, first:last]

    def call():
        for cache, tensor in zip(caches, tokens):
            cache[:, :, -1] = tensor[:, :, last]
        return attention.run()

    return engine.Prepared(call, load)


for kind, mask in (("", "causal"), ("-window", "sliding-window")):
    engine.kernel("decode" + kind, phase="decode", mask=mask, element_types=tuple(TYPES))(decode)


if __name__ == "__main__":
    capabilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    engine.serve("openvino", openvino.__version__, {"capabilities": ", ".join(capabilities)})
