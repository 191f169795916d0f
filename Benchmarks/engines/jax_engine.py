#!/usr/bin/env python3
"""JAX on CPUs: jax.nn.dot_product_attention, compiled by XLA."""

import functools
import os

import jax
import jaxlib
import numpy
from jax import numpy as jnp

import attnbench_engine as engine

# XLA has no product of float16 on CPUs with sums in float32.
TYPES = ("float32", "bfloat16")


def layout(problem, name, tokens=slice(None)):
    """A tensor as [batch][tokens][heads][dimension], in JAX's memory."""
    if problem.threads > len(os.sched_getaffinity(0)):
        raise engine.Refused("XLA takes as many threads as there are CPUs")
    array = problem.inputs[name][:, :, tokens].transpose(0, 2, 1, 3)
    if problem.element_type == "bfloat16":
        array = numpy.ascontiguousarray(array).view(jnp.bfloat16)
    return jnp.array(array)


def rows(problem, result):
    """What a call returned, in the layout and the type that attnbench reads."""
    array = numpy.asarray(result).transpose(0, 2, 1, 3)
    return numpy.ascontiguousarray(array).view(numpy.uint16) if problem.element_type == "bfloat16" else array


@functools.lru_cache(maxsize=64)
def compiled(scale, mask):
    """One function for each mask and scale: problems of one size then share what XLA compiled for it."""
    return jax.jit(functools.partial(jax.nn.dot_product_attention, scale=scale, **dict(mask)))


@functools.lru_cache(maxsize=64)
def compiled_step(scale, first, last):
    """A step that writes the token at `last` into the cache, and attends to the tokens from `first` on."""

    @functools.partial(jax.jit, donate_argnums=(1, 2))
    def step(query, keys, values, key, value):
        keys, values = (
            jax.lax.dynamic_update_slice_in_dim(cache, token, last, 1) for cache, token in ((keys, key), (values, value)))
        output = jax.nn.dot_product_attention(query, keys[:, first:], values[:, first:], scale=scale)
        return output, keys, values

    return step


class Lazy:
    """An output that is converted when it is written, which is not timed."""

    def __init__(self, problem, result):
        self.problem, self.result = problem, result

    def __array__(self, dtype=None, copy=None):
        return rows(self.problem, self.result)


def prompt(problem, **mask):
    if mask and problem.query_length != problem.key_length:
        raise engine.Refused("the mask of dot_product_attention is aligned at the first key")
    if problem.element_type == "bfloat16" and min(problem.query_length, problem.key_head_dimension) < 2:
        raise engine.Refused("XLA for CPUs has no product of bfloat16 with a vector")
    attend = compiled(problem.scale, tuple(mask.items()))
    tensors = []

    def load():
        tensors[:] = [layout(problem, name) for name in ("query", "key", "value")]

    load()
    attend(*tensors).block_until_ready()  # Compiles.
    return engine.Prepared(lambda: Lazy(problem, attend(*tensors).block_until_ready()), load)


@engine.kernel("dpa-full", mask="full", element_types=TYPES)
def full(problem):
    """dot_product_attention without a mask"""
    return prompt(problem)


@engine.kernel("dpa-causal", mask="causal", element_types=TYPES)
def causal(problem):
    """dot_product_attention with is_causal"""
    return prompt(problem, is_causal=True)


@engine.kernel("dpa-window", mask="sliding-window", element_types=TYPES)
def window(problem):
    """dot_product_attention with local_window_size"""
    return prompt(problem, local_window_size=(problem.mask.left, 0))


def decode(problem):
    """dot_product_attention of one query over a cache that is updated in place"""
    if {problem.key_cache_format, problem.value_cache_format} != {problem.element_type}:
        raise engine.Refused("the cache has the element type of the query")
    last = problem.key_length - 1
    first = 0 if problem.mask.left is None else max(0, last - problem.mask.left)
    step = compiled_step(problem.scale, first, last)
    state = {}

    def load():
        state["query"] = layout(problem, "query")
        for name in ("key", "value"):
            state[name] = layout(problem, name, slice(last, None))
            state[name + "s"] = layout(problem, name).at[:, last].set(0)

    def call():
        output, state["keys"], state["values"] = step(
            state["query"], state["keys"], state["values"], state["key"], state["value"])
        return Lazy(problem, output.block_until_ready())

    load()
    call()  # Compiles.
    return engine.Prepared(call, load)


for kind, mask in (("", "causal"), ("-window", "sliding-window")):
    engine.kernel("dpa-decode" + kind, phase="decode", mask=mask, element_types=TYPES)(decode)


if __name__ == "__main__":
    engine.serve("jax", jax.__version__, {"jaxlib": jaxlib.__version__})
