#!/usr/bin/env python3
"""Causal attention in NumPy: the whole table of scores at once, a head at a time."""

import numpy

import attnbench_engine as engine


@engine.kernel("numpy-causal", mask="causal", element_types=("float32", "bfloat16", "float16"))
def causal(problem):
    """Scores of one head as a whole table, in NumPy."""
    seen = problem.mask.matrix(problem.query_length, problem.key_length)
    group = problem.query_heads // problem.key_value_heads

    def call():
        query, key, value = (engine.to_float32(tensor) for tensor in problem.tensors)
        output = numpy.empty(query.shape[:-1] + value.shape[-1:], numpy.float32)
        for batch in range(problem.batch):
            for head in range(problem.query_heads):
                scores = query[batch, head] @ key[batch, head // group].T * numpy.float32(problem.scale)
                scores = numpy.where(seen, scores, -numpy.inf)
                weights = numpy.exp(scores - scores.max(-1, keepdims=True))
                output[batch, head] = weights @ value[batch, head // group] / weights.sum(-1, keepdims=True)
        return output

    return call


engine.serve("numpy", numpy.__version__)
