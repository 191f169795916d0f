"""FlexAttention on CPUs, compiled: a kernel of its own for a problem that is measured, and few kernels for what is checked."""

import torch
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

import attnbench_engine as engine

# Shorter texts are checked and not compared.
SHORTEST_MEASURED = 1024
# A kernel for one head dimension takes 5 to 20 seconds to compile. Short texts are therefore taken with these only.
CHECKED_DIMENSIONS = (16, 64, 128)
# PyTorch would compute without a compiled kernel after eight of them.
torch._dynamo.config.recompile_limit = 1000
torch._dynamo.config.accumulated_recompile_limit = 1000
compiled_for_all_lengths = torch.compile(flex_attention, dynamic=True)


def sees(offset, left, sinks):
    """Whether a query sees a key, as a function of two positions; no key after the query is seen."""

    def seen(batch, head, i, j):
        earlier = j <= i + offset
        return earlier if left is None else earlier & ((j >= i + offset - left) | (j < sinks))

    return seen


def prepare(problem, query, key, value, options):
    offset, left, sinks = problem.key_length - problem.query_length, problem.mask.left, problem.mask.sinks
    if problem.query_length < SHORTEST_MEASURED:
        if problem.key_head_dimension not in CHECKED_DIMENSIONS:
            raise engine.Refused(
                f"below {SHORTEST_MEASURED} tokens FlexAttention is compiled for head dimensions of "
                + ", ".join(map(str, CHECKED_DIMENSIONS)))
        # As tensors the numbers of a mask are inputs of the kernel and not parts of it.
        numbers = (offset, problem.key_length if left is None else left, sinks)
        mask, compiled = sees(*(torch.tensor(number) for number in numbers)), compiled_for_all_lengths
    else:
        # Otherwise a call would look for its kernel among those of all other problems.
        mask, compiled = sees(offset, left, sinks), torch.compile(flex_attention, dynamic=False, isolate_recompiles=True)
    blocks = create_block_mask(mask, None, None, problem.query_length, problem.key_length, device="cpu")
    call = lambda: compiled(query, key, value, block_mask=blocks, **options)
    try:
        call()
    except Exception as error:
        raise engine.Refused(f"FlexAttention: {str(error).strip().splitlines()[0]}")
    return call
