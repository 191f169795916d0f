"""Makes a Python program an engine for attnbench: one file, needs NumPy only. Copy it beside your program.

    import attnbench_engine as engine

    @engine.kernel("mine", mask="causal", element_types=("float32",))
    def mine(problem):                     # once for each problem, untimed
        query, key, value = problem.tensors
        return lambda: attention(query, key, value, problem.scale)    # timed

    engine.serve("my-engine", "1.0")

`problem` says all that there is to know: batch, query_heads, key_value_heads, query_length, key_length, key_head_dimension,
value_head_dimension, scale, mask (sinks, left, right, chunk), element_type, key_cache_format, value_cache_format, positions, weighting, selection, soft_cap,
values_in_keys, threads and cpus. `problem.tensors` are the arrays query, key and value, laid out [batch][heads][tokens][dimension], in
memory of your own. NumPy has no bfloat16: such arrays have the element type uint16, which `to_float32` and `from_float32`
convert, and which `torch.from_numpy(array).view(torch.bfloat16)` reads as it is. Where the weighting is "gated-delta", `problem.log_decay` and
`problem.writing_strength` are arrays [batch][key/value heads][tokens] of the same element type. Where `problem.values_in_keys` is true,
`problem.tensors` are query and key: values are the first `value_head_dimension` elements of the keys, and so many has a row of the output.

A kernel says in `score_options` what it can do with scaled scores: "soft-cap" (where `problem.soft_cap` is a number c, a score s becomes
c * tanh(s / c)), "alibi" (where `problem.alibi_slopes` is not None, the score of query i and key j loses slopes[head] * (i - j)) and
"sink-logits" (where `problem.sink_logits` is not None, exp(sink_logits[head]) is added to the sum that weights are divided by). The cap
comes first. A kernel is not asked for an option that it does not name.

The mask of a sliding window of w keys has `left` = w - 1 and `right` = 0; a field that is None has no limit.
`problem.mask.matrix(query_length, key_length)` is the same mask as a table of booleans.

The arrays stay the same and get other contents now and then. A kernel that keeps them in a layout of its own, or that fills
a cache, returns `Prepared(call, load)`; `load` is called, untimed, whenever the contents are new. A kernel that knows how many
pairs of a query and a key one call computes, over all batches and heads, states them: `Prepared(call, computed_pairs=n)`; a
gate then finds a window that has grown without any clock. `scratch_bytes` are those that it allocates beside the tensors. What a call returns is the
output, [batch][query heads][query tokens][dimension]: an array or a tensor of torch. To refuse a problem, raise
`Refused("no float16")`.

A kernel of the phase backward, training or checkpointed returns three of them: the gradients of query, key and value.
`problem.output_gradient` is the gradient of the output. A backward kernel computes the forward pass in `load`, a checkpointed one twice in each call, a training
kernel in each call.
"""

import gc
import json
import mmap
import os
import sys
import time
import traceback

import numpy

VERSION = 1
_DTYPES = {"float32": numpy.float32, "float16": numpy.float16, "bfloat16": numpy.uint16}
_kernels = {}


# What stands for an output where no call was made since the arrays were loaded. None is an output of a faulty kernel.
_NO_OUTPUT = object()


class Refused(Exception):
    """The kernel does not take this problem."""


class Prepared:
    """A kernel that is ready: what is timed, and what takes in new contents of the arrays.

    `device_nanoseconds` is for calls that run on an accelerator: it returns the nanoseconds in which the device computed since
    it was last asked. It is asked before the timed calls and after them.
    """

    def __init__(self, call, load=None, computed_pairs=None, scratch_bytes=None, device_nanoseconds=None):
        if not callable(call):
            raise TypeError(
                f"the kernel's function returned {type(call).__name__}; it must return what is timed, such as "
                "`lambda: attention(query, key, value)`")
        self.call = call
        self.load = load
        self.computed_pairs = computed_pairs
        self.scratch_bytes = scratch_bytes
        self.device_nanoseconds = device_nanoseconds


class Mask:
    """The query at position i sees keys i - left ... i + right (None: all), within its chunk, and the first `sinks` keys."""

    def __init__(self, sinks, left, right, chunk):
        self.sinks, self.left, self.right, self.chunk = sinks, left, right, chunk

    def matrix(self, query_length, key_length):
        """Booleans [query][key]: which keys a query sees. The last query stands at the last key."""
        i = numpy.arange(key_length - query_length, key_length)[:, None]
        j = numpy.arange(key_length)[None, :]
        band = numpy.ones((query_length, key_length), bool)
        if self.left is not None:
            band &= j >= i - self.left
        if self.right is not None:
            band &= j <= i + self.right
        if self.chunk is not None:
            band &= j // self.chunk == i // self.chunk
        sinks = j < self.sinks
        if self.right is not None:
            sinks = sinks & (j <= i + self.right)
        return band | sinks


class Problem:
    """One problem, complete; see the module's description."""

    def __init__(self, request, zero_copy=False):
        problem = request["problem"]
        self.batch = problem["batch"]
        self.query_heads = problem["queryHeads"]
        self.key_value_heads = problem["keyValueHeads"]
        self.query_length = problem["queryLength"]
        self.key_length = problem["keyLength"]
        self.key_head_dimension = problem["keyHeadDimension"]
        self.value_head_dimension = problem["valueHeadDimension"]
        self.scale = problem["scale"]
        mask = problem["mask"]
        self.mask = Mask(mask["sinks"], mask["left"], mask["right"], mask["chunk"])
        self.element_type = problem["elementType"]
        self.key_cache_format = problem["keyCacheFormat"]
        self.value_cache_format = problem["valueCacheFormat"]
        self.positions = problem["positions"]
        # attnbench of earlier versions has softmax only.
        self.weighting = problem.get("weighting", "softmax")
        # None, or the blocks of keys that each query selects: {"blocks": 8, "blockLength": 128}.
        self.selection = problem.get("selection")
        # Absent where scores are plain.
        form = problem.get("scoreForm") or {}
        self.soft_cap = form.get("softCap")
        self.alibi_slopes = alibi_slopes(self.query_heads) if form.get("alibi") else None
        # Values are the first elements of keys; attnbench of earlier versions has no such problems.
        self.values_in_keys = problem.get("valuesInKeys", False)
        self.threads = request["threads"]
        self.cpus = request["cpus"]
        self._shared = {name: _Shared(tensor) for name, tensor in request["tensors"].items()}
        self._zero_copy = zero_copy
        self.inputs = {
            name: shared.array if zero_copy else numpy.empty_like(shared.array)
            for name, shared in self._shared.items() if shared.role == "in"
        }
        self.tensors = tuple(self.inputs[name] for name in ("query", "key", "value") if name in self.inputs)
        self.output_gradient = self.inputs.get("outputGradient")
        # Of the gated delta rule: ln α and β [batch, key_value_heads, key_length].
        self.log_decay = self.inputs.get("logDecay")
        self.writing_strength = self.inputs.get("writingStrength")
        # One number for each query head, float32; None where heads have none.
        self.sink_logits = self.inputs.get("sinkLogits")

    def _load(self):
        if self._zero_copy:
            return
        for name, array in self.inputs.items():
            numpy.copyto(array, self._shared[name].array)

    def _write(self, output):
        if "output" in self._shared:
            self._write_tensor("output", output)
            return
        names = ("queryGradient", "keyGradient", "valueGradient")
        if not isinstance(output, (tuple, list)) or len(output) != len(names):
            raise ValueError("a call of this phase returns the gradients of query, key and value")
        for name, gradient in zip(names, output):
            self._write_tensor(name, gradient)

    def _write_tensor(self, name, output):
        target = self._shared[name].array
        if output is None:
            raise TypeError(f"the timed call returned None; it must return the {name}")
        array = _array(output)
        if array.shape != target.shape:
            raise ValueError(f"the {name} has the shape {array.shape}; it must be {target.shape}")
        if self.element_type == "bfloat16" and array.dtype != numpy.uint16:
            array = from_float32(array.astype(numpy.float32))
        target[...] = array


class _Shared:
    """A tensor in memory that attnbench and this program share."""

    def __init__(self, tensor):
        self.role = tensor["role"]
        dtype = numpy.dtype(_DTYPES[tensor["elementType"]])
        writable = self.role == "out"
        descriptor = os.open(tensor["path"], os.O_RDWR if writable else os.O_RDONLY)
        try:
            access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
            memory = mmap.mmap(descriptor, 0, access=access)
        finally:
            os.close(descriptor)
        count = int(numpy.prod(tensor["shape"]))
        self.array = numpy.frombuffer(memory, dtype, count).reshape(tensor["shape"])


def alibi_slopes(heads):
    """One slope for each query head, float32, as the authors' code has them."""
    power = 2 ** (heads.bit_length() - 1)
    first = 2.0 ** (-8.0 * numpy.arange(1, power + 1) / power)
    others = 2.0 ** (-8.0 * (numpy.arange(heads - power) + 0.5) / power)
    return numpy.concatenate([first, others]).astype(numpy.float32)


def to_float32(array):
    """Elements as float32, whatever the element type; bfloat16 is uint16 here."""
    if array.dtype == numpy.uint16:
        return (array.astype(numpy.uint32) << 16).view(numpy.float32)
    return array.astype(numpy.float32)


def from_float32(array):
    """The bfloat16 nearest to each element, as uint16; of two that are equally near, the even one."""
    words = numpy.ascontiguousarray(array, numpy.float32).view(numpy.uint32)
    rounded = ((words + 0x7FFF + ((words >> 16) & 1)) >> 16).astype(numpy.uint16)
    return numpy.where(numpy.isnan(array), numpy.uint16(0x7FC0), rounded)


def _array(output):
    if hasattr(output, "detach"):  # of torch, which need not be there
        output = output.detach().cpu().contiguous()
        if str(output.dtype) == "torch.bfloat16":
            return output.view(sys.modules["torch"].int16).numpy().view(numpy.uint16)
        return output.numpy()
    return numpy.asarray(output)


def kernel(
    name, *, mask="causal", phase="prefill", element_types=("float32",), cache_formats=(), variant_of=None, summary="",
    zero_copy=False, weighting="softmax", selects_blocks=False, score_options=(), reads_latents=False,
):
    """Declares a kernel. `mask` is a family: full, causal, sliding-window, symmetric-window, attention-sink, chunked-local,
    or any; `phase` is prefill, decode, backward, training or checkpointed.

    `cache_formats` are the formats in which a decode kernel can store the cache, in addition to the element types.
    With `weighting="linear"` the scores are the weights of values: attention without softmax. With `weighting="gated-delta"` the kernel
    computes the gated delta rule, and its problem has `log_decay` and `writing_strength`.
    With `selects_blocks=True` each query attends to the blocks of keys that it selects: `problem.selection` says how many, of which length.
    `score_options` are those of "soft-cap", "alibi" and "sink-logits" that the kernel can compute with; see the module's description.
    With `reads_latents=True` a decode kernel takes values from the first elements of keys: there is no array of values.
    `variant_of` names the kernel of this engine that this one is another way of: reports compare the two.

    With `zero_copy` the arrays are those that attnbench shares, read-only and in small pages, and no copies of them: reports
    say so beside the kernel.
    """

    def declare(function):
        about = summary or (function.__doc__ or "").strip().split("\n")[0]
        description = {
            "name": name, "summary": about, "phase": phase, "mask": mask, "elementTypes": list(element_types),
        }
        if weighting != "softmax":
            description["weighting"] = weighting
        if selects_blocks:
            description["selectsBlocks"] = True
        if score_options:
            description["scoreOptions"] = list(score_options)
        if reads_latents:
            description["readsLatents"] = True
        if cache_formats:
            description["cacheFormats"] = list(cache_formats)
        if variant_of:
            description["variantOf"] = variant_of
        _kernels[name] = {"function": function, "zero_copy": zero_copy, "description": description}
        return function

    return declare


class _Cell:
    def __init__(self, request):
        kernel = _kernels[request["kernel"]]
        self.zero_copy = kernel["zero_copy"]
        self.problem = Problem(request, self.zero_copy)
        prepared = kernel["function"](self.problem)
        self.prepared = prepared if isinstance(prepared, Prepared) else Prepared(prepared)
        self.output = _NO_OUTPUT

    def load(self):
        self.problem._load()
        if self.prepared.load:
            self.prepared.load()
        self.output = _NO_OUTPUT

    def sample(self, warm_up_calls, calls):
        call = self.prepared.call
        for _ in range(warm_up_calls):
            self.output = call()
        if self.prepared.device_nanoseconds:
            self.prepared.device_nanoseconds()
        gc.disable()
        start = time.monotonic_ns()
        for _ in range(calls):
            self.output = call()
        nanoseconds = time.monotonic_ns() - start
        gc.enable()
        return nanoseconds

    def write(self):
        if self.output is _NO_OUTPUT:
            raise ValueError("there was no call since the arrays were loaded")
        self.problem._write(self.output)


def _reply(request, cells):
    (name, body), = request.items()
    cell = body["cell"]
    try:
        if name == "prepare":
            start = time.monotonic()
            cells[cell] = _Cell(body)
            reply = {"cell": cell, "compileSeconds": time.monotonic() - start}
            prepared = cells[cell].prepared
            if cells[cell].zero_copy:
                reply["zeroCopy"] = True
            if prepared.computed_pairs is not None:
                reply["computedPairs"] = prepared.computed_pairs
            if prepared.scratch_bytes is not None:
                reply["scratchBytes"] = prepared.scratch_bytes
            return {"prepared": reply}
        if name == "load":
            cells[cell].load()
            return {"loaded": {"cell": cell}}
        if name == "sample":
            reply = {"cell": cell, "nanoseconds": cells[cell].sample(body["warmUpCalls"], body["calls"])}
            device_nanoseconds = cells[cell].prepared.device_nanoseconds
            if device_nanoseconds:
                reply["deviceNanoseconds"] = round(device_nanoseconds())
            return {"sampled": reply}
        if name == "write":
            cells[cell].write()
            return {"written": {"cell": cell}}
        if name == "release":
            cells.pop(cell, None)
            return {"released": {"cell": cell}}
        raise ValueError(f"a request that this module does not know: {name}")
    except Refused as error:
        return {"refused": {"cell": cell, "reason": str(error)}}
    except Exception as error:  # The engine goes on with other cells.
        traceback.print_exc()
        return {"failed": {"cell": cell, "reason": f"{type(error).__name__}: {error}"}}


def serve(name, version, details=None, device=None, ceilings=None):
    """Answers attnbench's requests until there are no more.

    An engine that does not compute on the CPUs of this machine names its `device`, and may say what it measured that the
    device can do at best: `ceilings={"flopsPerSecond": {"float32": 6e13, "bfloat16": 8e14}, "readBytesPerSecond": 4e12}`.
    Shares of a peak are then those of the device.
    """
    # Whatever prints goes to standard error: standard output is the protocol's.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    described = {"numpy": numpy.__version__, "python": sys.version.split()[0]}
    described.update(details or {})

    def send(message):
        replies.write(json.dumps(message) + "\n")
        replies.flush()

    greeting = {
        "attnbenchEngine": VERSION,
        "engine": {"name": name, "version": str(version), "details": described},
        "kernels": [kernel["description"] for kernel in _kernels.values()],
    }
    if device:
        greeting["device"] = device
    if ceilings:
        greeting["ceilings"] = ceilings
    send(greeting)
    cells = {}
    for line in sys.stdin:
        send(_reply(json.loads(line), cells))
