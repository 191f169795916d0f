"""An engine that decodes: it keeps a cache of its own, which `load` fills with all tokens but the last."""

import os
import sys

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../Examples/engine-python"))
import attnbench_engine as engine  # noqa: E402


@engine.kernel("decode", phase="decode", mask="any", element_types=("float32", "bfloat16"))
def decode(problem):
    """One token against a cache."""
    if problem.threads != 2:
        raise engine.Refused("two threads, please")
    shape = (problem.batch, problem.key_value_heads, problem.key_length, problem.key_head_dimension)
    keys, values = numpy.zeros(shape, numpy.float32), numpy.zeros(shape, numpy.float32)
    seen = problem.mask.matrix(1, problem.key_length)[0]
    group = problem.query_heads // problem.key_value_heads
    query, key, value = problem.tensors

    def load():
        keys[:, :, :-1] = engine.to_float32(key)[:, :, :-1]
        values[:, :, :-1] = engine.to_float32(value)[:, :, :-1]
        keys[:, :, -1], values[:, :, -1] = numpy.nan, numpy.nan

    def call():
        keys[:, :, -1] = engine.to_float32(key[:, :, -1])
        values[:, :, -1] = engine.to_float32(value[:, :, -1])
        scores = engine.to_float32(query) @ keys.repeat(group, 1).swapaxes(-1, -2) * numpy.float32(problem.scale)
        scores = numpy.where(seen, scores, -numpy.inf)
        weights = numpy.exp(scores - scores.max(-1, keepdims=True))
        return weights @ values.repeat(group, 1) / weights.sum(-1, keepdims=True)

    pairs = problem.batch * problem.query_heads * int(seen.sum())
    return engine.Prepared(call, load, computed_pairs=pairs, scratch_bytes=keys.nbytes + values.nbytes)


engine.serve("decoding", "1")
