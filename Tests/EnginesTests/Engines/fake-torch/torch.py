"""As much of PyTorch as the engines of Benchmarks/engines use, in NumPy: it shows whether they use it rightly.

The device is a clock that moves on by a millisecond with each product and copy, and by a microsecond with each attention.
FlexAttention computes the blocks that it is told, and no others.
"""

import sys
import types

import numpy

import attnbench_engine as engine

__version__ = "0.fake"


class Dtype(str):
    def __str__(self):
        return "torch." + str.__str__(self)


float32, float16, bfloat16, int16, uint8 = (Dtype(name) for name in ("float32", "float16", "bfloat16", "int16", "uint8"))
HELD_AS = {"float32": "float32", "float16": "float16", "bfloat16": "float32", "int16": "int16", "uint8": "uint8"}


class Tensor:
    """bfloat16 is held as float32, or as the words that it is a view of: what is written there later is seen."""

    def __init__(self, held, dtype):
        self.held, self.dtype = held, dtype

    shape = property(lambda self: self.held.shape)

    @property
    def array(self):
        is_view = self.dtype == bfloat16 and self.held.dtype == numpy.uint16
        return engine.to_float32(self.held) if is_view else self.held

    def __getitem__(self, place):
        return Tensor(self.held[place], self.dtype)

    def __setitem__(self, place, other):
        self.held[place] = other.array

    def copy_(self, other):
        device.nanoseconds += 1_000_000
        self.held[...] = other.array

    def view(self, *form):
        if form == (bfloat16,):
            return Tensor(self.held, bfloat16)
        if form == (int16,):
            return Tensor(engine.from_float32(self.array).view(numpy.int16), int16)
        return Tensor(self.held.reshape(form), self.dtype)

    def to(self, dtype):
        return Tensor(self.array.astype(HELD_AS[dtype]), dtype)

    def numpy(self):
        return self.array

    def itself(self):
        return self

    detach = cpu = contiguous = cuda = itself


def from_numpy(array):
    return Tensor(array, None if array.dtype == numpy.uint16 else Dtype(array.dtype.name))


def tensor(number):
    return numpy.int64(number)


def empty(*shape, dtype, device=None):
    shape = shape[0] if isinstance(shape[0], tuple) else shape
    return Tensor(numpy.full(shape, numpy.nan, HELD_AS[dtype]), dtype)


def empty_like(tensor):
    return Tensor(numpy.zeros_like(tensor.array), tensor.dtype)


def cat(tensors, axis):
    return Tensor(numpy.concatenate([tensor.array for tensor in tensors], axis), tensors[0].dtype)


def randn(*shape, device):
    return Tensor(numpy.zeros((1, 1), numpy.float32), float32)


def zeros(count, dtype, device):
    return Tensor(numpy.zeros(1, HELD_AS[dtype]), dtype)


def mm(a, b):
    device.nanoseconds += 1_000_000


def compile(function, dynamic, isolate_recompiles=False):
    return function


def nothing(*_):
    pass


set_grad_enabled = set_num_threads = set_float32_matmul_precision = nothing


def attend(query, key, value, seen, scale):
    """`seen`: booleans, or numbers that are added to scores."""
    group = query.shape[1] // key.shape[1]
    keys, values = (numpy.repeat(tensor.array.astype(numpy.float32), group, 1) for tensor in (key, value))
    scores = query.array.astype(numpy.float32) @ keys.swapaxes(-1, -2) * numpy.float32(scale)
    scores = numpy.where(seen, scores, -numpy.inf) if seen.dtype == bool else scores + seen
    weights = numpy.exp(scores - scores.max(-1, keepdims=True))
    device.nanoseconds += 1000
    return Tensor(weights @ values / weights.sum(-1, keepdims=True), float32).to(query.dtype)


def sdpa(query, key, value, attn_mask=None, is_causal=False, scale=None, enable_gqa=False):
    assert enable_gqa or query.shape[1] == key.shape[1]
    seen = numpy.ones((query.shape[2], key.shape[2]), bool)
    if is_causal:
        seen = numpy.tril(seen)
    return attend(query, key, value, seen if attn_mask is None else attn_mask.array, scale)


class BlockMask:
    def __init__(self, some, mask_mod, size):
        self.some, self.mask_mod, self.size = some, mask_mod, size

    @staticmethod
    def from_kv_blocks(*lists, BLOCK_SIZE, mask_mod, seq_lengths, compute_q_blocks):
        return BlockMask([tensor.array[0, 0] for tensor in lists], mask_mod, BLOCK_SIZE)

    def seen(self, queries, keys):
        allowed = self.mask_mod(0, 0, numpy.arange(queries)[:, None], numpy.arange(keys)[None, :])
        if self.some is None:
            return allowed
        seen = numpy.zeros((queries, keys), bool)
        for counts, places, isWhole in ((*self.some[:2], False), (*self.some[2:], True)):
            for row, count in enumerate(counts):
                for column in places[row, :count]:
                    part = tuple(slice(at * self.size, (at + 1) * self.size) for at in (row, column))
                    seen[part] = True if isWhole else allowed[part]
        return seen


def create_block_mask(mask_mod, batch, heads, queries, keys, device):
    return BlockMask(None, mask_mod, 128)


def flex_attention(query, key, value, block_mask, scale, enable_gqa):
    return attend(query, key, value, block_mask.seen(query.shape[2], key.shape[2]), scale)


class Event:
    def __init__(self, enable_timing):
        self.at = None

    def record(self):
        self.at = device.nanoseconds

    def elapsed_time(self, other):
        return (other.at - self.at) / 1e6

    synchronize = nothing


class sdpa_kernel:
    def __init__(self, backend):
        pass

    __enter__ = __exit__ = nothing


class SDPBackend:
    FLASH_ATTENTION = types.SimpleNamespace(name="FLASH_ATTENTION")
    EFFICIENT_ATTENTION = types.SimpleNamespace(name="EFFICIENT_ATTENTION")


device = types.SimpleNamespace(nanoseconds=0)
version = types.SimpleNamespace(cuda="13.2")
_dynamo = types.SimpleNamespace(reset=nothing, config=types.SimpleNamespace())
cuda = types.SimpleNamespace(
    Event=Event, synchronize=nothing, get_device_name=lambda: "Fake H1", get_device_capability=lambda: (9, 0))


def module(name, **content):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)


module("torch.nn")
module("torch.nn.functional", scaled_dot_product_attention=sdpa)
module("torch.nn.attention", SDPBackend=SDPBackend, sdpa_kernel=sdpa_kernel)
module(
    "torch.nn.attention.flex_attention", BlockMask=BlockMask, create_block_mask=create_block_mask,
    flex_attention=flex_attention)
module("torch_facts", details=lambda: {"MKL": "fake"})
