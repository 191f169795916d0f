#!/usr/bin/env python3
"""ggml on CPUs: flash_attn_ext. Its masks are tables, so a window is a table of all pairs; llama.cpp does it so too.

With the argument `aligned`, the buffer that ggml computes in begins at a multiple of 64 bytes; ggml's own begins at 16.
"""

import ggml
import numpy

import attnbench_engine as engine
from ggml_graph import ALIGNED, TYPES, Graph, store


class Rows:
    """A graph's output as [batch][heads][queries][dimension], when it is written."""

    def __init__(self, graph, problem):
        self.graph, self.problem = graph, problem

    def __array__(self, dtype=None, copy=None):
        problem = self.problem
        rows = self.graph.output.view(numpy.float32).reshape(
            problem.batch, problem.query_length, problem.query_heads, problem.value_head_dimension)
        return rows.transpose(0, 2, 1, 3)


def sizes(array):
    return array.shape[::-1]


def checked(problem, kinds):
    if {"q8_0", "q4_0"}.intersection(kinds):
        if problem.key_head_dimension % 32:
            raise engine.Refused("blocks of this cache format have 32 elements")
        if problem.scale**2 * problem.key_head_dimension > 2:
            raise engine.Refused("ggml rounds the query to q8_0, and this scale makes too much of it")
    if problem.key_head_dimension != problem.value_head_dimension:
        raise engine.Refused("heads of keys and of values have one dimension here")


def prompt(problem):
    """flash_attn_ext with a table of all pairs"""
    kind = problem.element_type
    checked(problem, [kind])
    graph = Graph(problem.threads)
    query, keys = graph.tensor(ggml.GGML_TYPE_F32, *sizes(problem.inputs["query"])), {}
    for name in ("key", "value"):
        keys[name] = graph.tensor(TYPES[kind], *sizes(problem.inputs[name]))
    mask = None
    if (problem.mask.left, problem.mask.right, problem.mask.chunk) != (None, None, None):
        seen = problem.mask.matrix(problem.query_length, problem.key_length)
        padded = -(-problem.query_length // ggml.GGML_KQ_MASK_PAD) * ggml.GGML_KQ_MASK_PAD
        mask, content = graph.tensor(ggml.GGML_TYPE_F16, problem.key_length, padded)
        table = content.view(numpy.float16).reshape(padded, problem.key_length)
        table[: problem.query_length] = numpy.where(seen, numpy.float16(0), numpy.float16(-numpy.inf))
    graph.build(graph.attention(query[0], keys["key"][0], keys["value"][0], mask, problem.scale))

    def load():
        store(query[1], "float32", problem.inputs["query"])
        for name in keys:
            store(keys[name][1], kind, problem.inputs[name])

    output = Rows(graph, problem)
    return engine.Prepared(lambda: graph.run() and output, load)


for kind, mask in (("full", "full"), ("causal", "causal"), ("window", "sliding-window"), ("sink", "attention-sink")):
    engine.kernel("flash-" + kind, mask=mask, element_types=("float32", "bfloat16", "float16"))(prompt)


def decode(problem):
    """flash_attn_ext of one query over a cache, into which a copy writes the last token"""
    kinds = {"key": problem.key_cache_format, "value": problem.value_cache_format}
    if problem.element_type == "float32" and set(kinds.values()) != {"float32"}:
        raise engine.Refused("ggml rounds the query to the precision of the cache before it multiplies")
    checked(problem, kinds.values())
    if problem.batch > 1:
        raise engine.Refused("a cache of ggml has one sequence")
    graph = Graph(problem.threads)
    last = problem.key_length - 1
    first = 0 if problem.mask.left is None else max(0, last - problem.mask.left)
    query, caches, tokens, copies, views = graph.tensor(ggml.GGML_TYPE_F32, *sizes(problem.inputs["query"])), {}, {}, [], []
    for name, kind in kinds.items():
        # As in llama.cpp: a token's rows of all heads lie side by side, so that they are written at once.
        width, length, heads, _ = sizes(problem.inputs[name])
        tensor, caches[name] = graph.tensor(TYPES[kind], width, heads, length)
        token, tokens[name] = graph.tensor(ggml.GGML_TYPE_F32, width, heads, 1)
        row, step = tensor.contents.nb[1:3]
        target = ggml.ggml_view_4d(graph.context, tensor, width, heads, 1, 1, row, step, step, last * step)
        copies.append(ggml.ggml_cpy(graph.context, token, target))
        views.append(ggml.ggml_view_4d(
            graph.context, tensor, width, length - first, heads, 1, step, row, step * length, first * step))
    graph.build(*copies, graph.attention(query[0], *views, None, problem.scale))

    def load():
        store(query[1], "float32", problem.inputs["query"])
        for name, kind in kinds.items():
            cached = engine.to_float32(problem.inputs[name]).transpose(0, 2, 1, 3).copy()
            store(tokens[name], "float32", cached[:, last:])
            cached[:, last] = 0
            store(caches[name], kind, cached)

    output = Rows(graph, problem)
    return engine.Prepared(lambda: graph.run() and output, load)


for kind, mask in (("", "causal"), ("-window", "sliding-window")):
    engine.kernel(
        "decode" + kind, phase="decode", mask=mask, element_types=("float32", "bfloat16", "float16"),
        cache_formats=("q8_0", "q4_0"))(decode)


if __name__ == "__main__":
    ggml.ggml_cpu_init()
    has = [name for name in ("avx2", "avx512", "avx512_vbmi", "avx512_vnni", "avx512_bf16", "amx_int8", "llamafile")
           if getattr(ggml, "ggml_cpu_has_" + name)()]
    engine.serve(
        "ggml-aligned" if ALIGNED else "ggml", ggml.ggml_version().decode(),
        {"ggml-python": ggml.__version__, "commit": ggml.ggml_commit().decode(), "cpu features": " ".join(has)})
