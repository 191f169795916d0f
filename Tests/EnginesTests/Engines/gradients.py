"""An engine that differentiates: the backward phase keeps what the forward pass leaves, the training phase computes it anew."""

import os
import sys

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../Examples/engine-python"))
import attnbench_engine as engine  # noqa: E402


def differentiated(problem, is_forward_timed):
    seen = problem.mask.matrix(problem.query_length, problem.key_length)
    group = problem.query_heads // problem.key_value_heads
    saved = {}

    def tensors():
        query, key, value = (engine.to_float32(tensor) for tensor in problem.tensors)
        return query, key.repeat(group, 1), value.repeat(group, 1), engine.to_float32(problem.output_gradient)

    def forward():
        query, key, value, gradient = tensors()
        scores = numpy.where(seen, query @ key.swapaxes(-1, -2) * numpy.float32(problem.scale), -numpy.inf)
        weights = numpy.exp(scores - scores.max(-1, keepdims=True))
        saved["weights"] = weights / weights.sum(-1, keepdims=True)

    def shared(gradient):
        shape = (problem.batch, problem.key_value_heads, group, problem.key_length, problem.key_head_dimension)
        return gradient.reshape(shape).sum(2)

    def call():
        if is_forward_timed:
            forward()
        query, key, value, gradient = tensors()
        weights = saved["weights"]
        products = gradient @ value.swapaxes(-1, -2)
        scores = weights * (products - (weights * products).sum(-1, keepdims=True)) * numpy.float32(problem.scale)
        gradients = scores @ key, shared(scores.swapaxes(-1, -2) @ query), shared(weights.swapaxes(-1, -2) @ gradient)
        return gradients if problem.query_length > 1 else gradients[:2]

    return call if is_forward_timed else engine.Prepared(call, forward)


@engine.kernel("backward", phase="backward", mask="any", element_types=("float32", "bfloat16"))
def backward(problem):
    """The textbook's backward pass."""
    return differentiated(problem, False)


@engine.kernel("training", phase="training", mask="any", element_types=("float32", "bfloat16"))
def training(problem):
    """The textbook's two passes."""
    return differentiated(problem, True)


engine.serve("gradients", "1")
