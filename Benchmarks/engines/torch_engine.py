#!/usr/bin/env python3
"""PyTorch on CPUs: scaled_dot_product_attention (SDPA) and FlexAttention."""
import os

import torch
from torch.nn.functional import scaled_dot_product_attention as sdpa

import attnbench_engine as engine
import torch_flex
import torch_gradients
from slices import slices
from torch_facts import details

os.environ.pop("LD_PRELOAD", None)  # It is for this process, not for compilers that FlexAttention starts.
torch.set_grad_enabled(False)
TYPES = ("float32", "bfloat16", "float16")


def tensors(problem):
    torch.set_num_threads(problem.threads)
    bfloat16 = problem.element_type == "bfloat16"
    arrays = (torch.from_numpy(array) for array in problem.tensors)
    return [array.view(torch.bfloat16) if bfloat16 else array for array in arrays]


def options(problem):
    return {"scale": problem.scale, "enable_gqa": problem.query_heads != problem.key_value_heads}


@engine.kernel("sdpa-causal", mask="causal", element_types=TYPES)
def sdpa_causal(problem):
    """SDPA with is_causal"""
    if problem.query_length not in (1, problem.key_length):
        raise engine.Refused("is_causal aligns the mask at the first key, not at the last")
    query, key, value = tensors(problem)
    return lambda: sdpa(query, key, value, is_causal=problem.query_length > 1, **options(problem))


@engine.kernel("sdpa-full", mask="full", element_types=TYPES)
def sdpa_full(problem):
    """SDPA without a mask"""
    query, key, value = tensors(problem)
    return lambda: sdpa(query, key, value, **options(problem))


def masked(problem):
    """SDPA with a table of booleans for all pairs"""
    query, key, value = tensors(problem)
    table = torch.from_numpy(problem.mask.matrix(problem.query_length, problem.key_length))
    return lambda: sdpa(query, key, value, attn_mask=table, **options(problem))


def sliced(problem):
    """SDPA on blocks of queries and the slices of keys that they see"""
    query, key, value = tensors(problem)
    output = torch.empty(*query.shape[:-1], value.shape[-1], dtype=query.dtype)
    parts = [(part, torch.from_numpy(part.bias(problem.mask)).to(query.dtype)) for part in slices(problem)]

    def call():
        for part, bias in parts:
            keys, values = (taken(tensor, part) for tensor in (key, value))
            output[:, :, part.queries] = sdpa(query[:, :, part.queries], keys, values, attn_mask=bias, **options(problem))
        return output

    return call


def taken(tensor, part):
    near = tensor[:, :, part.keys]
    return torch.cat((tensor[:, :, : part.sinks], near), 2) if part.sinks else near


def flex(problem):
    """FlexAttention, compiled"""
    return torch_flex.prepare(problem, *tensors(problem), options(problem))


for kind, mask in (("", "causal"), ("-window", "sliding-window"), ("-sink", "attention-sink")):
    engine.kernel("sdpa-mask" + kind, mask=mask, element_types=TYPES)(masked)
    engine.kernel("flex" + (kind or "-causal"), mask=mask, element_types=TYPES)(flex)
    if kind:
        engine.kernel("sdpa-slices" + kind, mask=mask, element_types=TYPES)(sliced)


def decode(problem, attend):
    query, key, value = tensors(problem)
    if {problem.key_cache_format, problem.value_cache_format} != {problem.element_type}:
        raise engine.Refused("the cache has the element type of the query")
    last = problem.key_length - 1
    first = 0 if problem.mask.left is None else max(0, last - problem.mask.left)
    caches = [torch.empty_like(tensor) for tensor in (key, value)]

    def load():
        for cache, tensor in zip(caches, (key, value)):
            cache[:, :, :last] = tensor[:, :, :last]

    def call():
        for cache, tensor in zip(caches, (key, value)):
            cache[:, :, last] = tensor[:, :, last]
        return attend(query, *(cache[:, :, first:] for cache in caches))

    return engine.Prepared(call, load)


def decode_grouped(problem):
    """SDPA with the query heads of a group as queries of one head"""
    group = problem.query_heads // problem.key_value_heads

    def attend(query, keys, values):
        folded = query.view(problem.batch, problem.key_value_heads, group, -1)
        return sdpa(folded, keys, values, scale=problem.scale).view(problem.batch, problem.query_heads, 1, -1)

    return decode(problem, attend)


def decode_gqa(problem):
    """SDPA with enable_gqa"""
    return decode(problem, lambda *tensors: sdpa(*tensors, **options(problem)))


for kind, mask in (("", "causal"), ("-window", "sliding-window")):
    engine.kernel("decode-grouped" + kind, phase="decode", mask=mask, element_types=TYPES)(decode_grouped)
    engine.kernel("decode-gqa" + kind, phase="decode", mask=mask, element_types=TYPES)(decode_gqa)


torch_gradients.declare(TYPES, tensors, options)


if __name__ == "__main__":
    engine.serve("torch", torch.__version__, details())
