"""A graph of ggml whose tensors lie in memory that numpy reads and writes."""

import ctypes
import sys

import ggml
import numpy

import attnbench_engine as engine

TYPES = {
    "float32": ggml.GGML_TYPE_F32, "float16": ggml.GGML_TYPE_F16, "bfloat16": ggml.GGML_TYPE_BF16,
    "q8_0": ggml.GGML_TYPE_Q8_0, "q4_0": ggml.GGML_TYPE_Q4_0}
ALIGNED = "aligned" in sys.argv[1:]
# Of the names and shapes of tensors; their contents lie elsewhere.
OVERHEAD = 1 << 20


def memory(size):
    """Bytes that begin at a cache line."""
    block = numpy.zeros(size + 63, numpy.uint8)
    start = -block.ctypes.data % 64
    return block[start : start + size]


class Graph:
    """Tensors in memory of our own, and a graph that computes one of them."""

    def __init__(self, threads):
        self.threads, self.kept = threads, []
        self.context = ggml.ggml_init(ggml.ggml_init_params(mem_size=OVERHEAD, mem_buffer=None, no_alloc=True))

    def __del__(self):
        ggml.ggml_free(self.context)

    def tensor(self, kind, *sizes):
        """A tensor of zeros and its bytes; the fastest dimension first."""
        tensor = ggml.ggml_new_tensor_4d(self.context, kind, *sizes, *[1] * (4 - len(sizes)))
        content = memory(ggml.ggml_nbytes(tensor))
        self.kept.append(content)
        tensor.contents.data = content.ctypes.data
        return tensor, content

    def attention(self, query, key, value, mask, scale):
        result = ggml.ggml_flash_attn_ext(self.context, query, key, value, mask, scale, 0, 0)
        ggml.ggml_flash_attn_ext_set_prec(result, ggml.GGML_PREC_F32)
        self.output = memory(ggml.ggml_nbytes(result))
        result.contents.data = self.output.ctypes.data
        return result

    def build(self, *results):
        self.graph = ggml.ggml_new_graph(self.context)
        for result in results:
            ggml.ggml_build_forward_expand(self.graph, result)
        self.plan = ggml.ggml_graph_plan(self.graph, self.threads, None)
        # ggml's allocator begins buffers at multiples of 16 bytes: 16 after a cache line stands for it.
        size = self.plan.work_size
        self.work = memory(size + 64)[0 if ALIGNED else 16 :]
        self.plan.work_data = ctypes.cast(self.work.ctypes.data, type(self.plan.work_data))

    def run(self):
        if ggml.ggml_graph_compute(self.graph, ctypes.byref(self.plan)) != ggml.GGML_STATUS_SUCCESS:
            raise RuntimeError("ggml_graph_compute failed")
        return self


def store(content, kind, array):
    """Writes an array into a tensor of this kind."""
    floats = numpy.ascontiguousarray(engine.to_float32(array))
    if kind == "bfloat16":
        words = engine.from_float32(floats)
    elif kind in ("float32", "float16"):
        words = floats.astype(kind)
    else:
        width = floats.shape[-1]
        ggml.ggml_quantize_chunk(
            TYPES[kind], floats.ctypes.data_as(ctypes.POINTER(ctypes.c_float)), content.ctypes.data, 0,
            floats.size // width, width, None)
        return
    content[:] = words.reshape(-1).view(numpy.uint8)
