#!/usr/bin/env python3
"""PyTorch on an NVIDIA GPU: the backends of SDPA, and FlexAttention. CUDA events time what the device does."""
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.attention.flex_attention import BlockMask, flex_attention
from torch.nn.functional import scaled_dot_product_attention as sdpa

import attnbench_engine as engine
from blocks import BLOCK, band_blocks
from cuda_ceilings import ceilings

torch.set_grad_enabled(False)
ALL = ("float32", "bfloat16", "float16")
HALF = ("bfloat16", "float16")


class Timed:
    """Calls between two events each. A call ends when the device has finished it."""

    def __init__(self, attend):
        self.attend, self.events = attend, []

    def __call__(self):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        output = self.attend()
        end.record()
        end.synchronize()
        self.events.append((start, end))
        return output

    def nanoseconds(self):
        """Of the device, since it was last asked."""
        total = sum(start.elapsed_time(end) for start, end in self.events)
        self.events.clear()
        return total * 1e6


def on_device(problem, array):
    return torch.empty(array.shape, dtype=getattr(torch, problem.element_type), device="cuda")


def prepared(problem, attention, fill=None):
    """A kernel whose tensors are on the device: they are copied there when their contents are new, which is not timed."""
    tensors = [on_device(problem, array) for array in problem.tensors]

    def load():
        for tensor, array in zip(tensors, problem.tensors):
            host = torch.from_numpy(array)
            tensor.copy_(host.view(torch.bfloat16) if problem.element_type == "bfloat16" else host)
        if fill:
            fill(*tensors)

    load()
    timed = Timed(attention(*tensors))
    try:
        timed()  # Compiles, and finds what the backend does not take.
    except RuntimeError as error:
        raise engine.Refused("PyTorch: " + str(error).strip().splitlines()[0][:200])
    return engine.Prepared(timed, load, device_nanoseconds=timed.nanoseconds)


def options(problem):
    return {"scale": problem.scale, "enable_gqa": problem.query_heads != problem.key_value_heads}


def backend(kind, causal):
    def prepare(problem):
        if causal and problem.query_length not in (1, problem.key_length):
            raise engine.Refused("is_causal aligns the mask at the first key, not at the last")

        def attention(query, key, value):
            def attend():
                with sdpa_kernel(kind):
                    return sdpa(query, key, value, is_causal=causal and problem.query_length > 1, **options(problem))

            return attend

        return prepared(problem, attention)

    return prepare


for name, kind, types in (
    ("flash", SDPBackend.FLASH_ATTENTION, HALF), ("efficient", SDPBackend.EFFICIENT_ATTENTION, ALL),
):
    for mask in ("causal", "full"):
        declare = engine.kernel(f"sdpa-{name}-{mask}", mask=mask, element_types=types, summary=f"SDPA, {kind.name}")
        declare(backend(kind, mask == "causal"))


def flex(problem):
    """FlexAttention, compiled, over the blocks that the mask reaches"""
    offset, left, sinks = problem.key_length - problem.query_length, problem.mask.left, problem.mask.sinks

    def sees(batch, head, i, j):
        earlier = j <= i + offset
        return earlier if left is None else earlier & ((j >= i + offset - left) | (j < sinks))

    lists = [torch.from_numpy(array).cuda()[None, None] for array in band_blocks(problem)]
    blocks = BlockMask.from_kv_blocks(
        *lists, BLOCK_SIZE=BLOCK, mask_mod=sees, seq_lengths=(problem.query_length, problem.key_length),
        compute_q_blocks=False)
    torch._dynamo.reset()
    compiled = torch.compile(flex_attention, dynamic=False)
    return prepared(
        problem, lambda query, key, value: lambda: compiled(query, key, value, block_mask=blocks, **options(problem)))


for name, mask in (("causal", "causal"), ("window", "sliding-window"), ("sink", "attention-sink")):
    engine.kernel("flex-" + name, mask=mask, element_types=ALL)(flex)


def decode(problem):
    """SDPA with the query heads of a group as queries of one head"""
    if {problem.key_cache_format, problem.value_cache_format} != {problem.element_type}:
        raise engine.Refused("the cache has the element type of the query")
    last = problem.key_length - 1
    first = 0 if problem.mask.left is None else max(0, last - problem.mask.left)
    group = problem.query_heads // problem.key_value_heads

    caches = [on_device(problem, array) for array in problem.tensors[1:]]

    def fill(query, *tokens):
        for cache, tensor in zip(caches, tokens):
            cache[:, :, :last] = tensor[:, :, :last]

    def attention(query, *tokens):
        folded = query.view(problem.batch, problem.key_value_heads, group, query.shape[-1])

        def attend():
            for cache, tensor in zip(caches, tokens):
                cache[:, :, last] = tensor[:, :, last]
            output = sdpa(folded, *(cache[:, :, first:] for cache in caches), scale=problem.scale)
            return output.view(problem.batch, problem.query_heads, 1, output.shape[-1])

        return attend

    return prepared(problem, attention, fill)


for kind, mask in (("", "causal"), ("-window", "sliding-window")):
    engine.kernel("decode-grouped" + kind, phase="decode", mask=mask, element_types=ALL)(decode)


if __name__ == "__main__":
    name, major, minor = torch.cuda.get_device_name(), *torch.cuda.get_device_capability()
    engine.serve(
        "torch-cuda", torch.__version__, {"CUDA": str(torch.version.cuda), "compute capability": f"{major}.{minor}"},
        device=name, ceilings=ceilings())
