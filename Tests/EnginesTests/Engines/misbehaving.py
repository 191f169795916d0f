"""An engine that does one thing wrong, named by its first argument; without one it does everything right."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../Examples/engine-python"))
import attnbench_engine as engine  # noqa: E402

fault = sys.argv[1] if len(sys.argv) > 1 else ""

# What an engine that is disturbed divides its first times by: those of two samples, each with its warm-up.
TOO_LITTLE = [20, 20, 20, 20]


def attention(problem, tensors=None):
    query, key, value = (engine.to_float32(tensor) for tensor in tensors or problem.tensors)
    group = problem.query_heads // problem.key_value_heads
    key, value = key.repeat(group, 1), value.repeat(group, 1)
    scores = query @ key.swapaxes(-1, -2) * numpy.float32(problem.scale)
    scores = numpy.where(problem.mask.matrix(problem.query_length, problem.key_length), scores, -numpy.inf)
    weights = numpy.exp(scores - scores.max(-1, keepdims=True))
    return (weights @ value / weights.sum(-1, keepdims=True)).astype(numpy.float32)


def prepare(problem):
    if fault == "dies in prepare":
        print("no such instruction", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGILL)
    if fault == "fails in prepare":
        raise RuntimeError("the compiler is missing")
    if fault == "returns no call":
        return None
    if fault == "refuses":
        raise engine.Refused("no causal attention today")
    if fault == "hangs in prepare":
        time.sleep(1000)
    if fault == "compiles for a second":
        time.sleep(1)
    first = []
    cache = Cache(problem) if problem.query_length == 1 else None

    def load():
        if cache:
            cache.load()
        if fault == "dies in load":
            os.kill(os.getpid(), signal.SIGABRT)
        if fault == "hangs in load":
            time.sleep(1000)

    def call():
        if fault == "dies in a sample":
            print("last words", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGSEGV)
        if fault == "dies in long calls" and problem.key_length > 64:
            os.kill(os.getpid(), signal.SIGSEGV)
        if fault == "hangs in a sample":
            time.sleep(1000)
        if fault == "leaves a grandchild":
            child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
            print(child.pid, file=sys.stderr, flush=True)
            os._exit(3)
        if fault == "floods standard error":
            for index in range(20_000):
                print("a warning that nobody reads, number", index, file=sys.stderr)
        # Long calls hide what a busy machine adds to them, so that a small lie shows.
        time.sleep(0.1 if fault == "says a little too little" else 0.01)
        if fault == "remembers an answer" and first:
            return first[0]
        if fault in ("computes in write", "returns no output"):
            return None
        output = attention(problem, cache and cache.tensors())
        if fault == "is wrong":
            output[..., 0] += 1
        if fault == "is not a number":
            output[0, 0, 0, 0] = numpy.nan
        if fault == "is wrong on two threads" and problem.threads == 2:
            output *= 2
        if problem.element_type == "bfloat16":
            output = engine.from_float32(output)
        first.append(output)
        return output

    device = {}
    if fault == "has a device":
        device["device_nanoseconds"] = lambda: 9_000_000
    if fault == "claims an endless device":
        device["device_nanoseconds"] = lambda: 10**12
    return engine.Prepared(call, load, **stated(problem), **device)


class Cache:
    """Of a kernel that decodes: all tokens but the last are there from `load` on, and each call writes the last one."""

    def __init__(self, problem):
        self.query, self.key, self.value = problem.tensors
        self.keys, self.values = numpy.zeros_like(self.key), numpy.zeros_like(self.value)
        self.is_loaded = False

    def load(self):
        if fault == "keeps an old cache" and self.is_loaded:
            return
        self.is_loaded = True
        self.keys[:, :, :-1], self.values[:, :, :-1] = self.key[:, :, :-1], self.value[:, :, :-1]

    def tensors(self):
        if fault != "forgets the new token":
            self.keys[:, :, -1], self.values[:, :, -1] = self.key[:, :, -1], self.value[:, :, -1]
        return self.query, self.keys, self.values


def stated(problem):
    """What it says of a call before there is one."""
    pairs = problem.batch * problem.query_heads * int(
        problem.mask.matrix(problem.query_length, problem.key_length).sum())
    if fault == "states its pairs":
        return {"computed_pairs": pairs, "scratch_bytes": 4096 * problem.key_length}
    if fault == "states too few pairs":
        return {"computed_pairs": pairs - 1}
    if fault == "states negative scratch":
        return {"scratch_bytes": -1}
    if fault == "states absurd scratch":
        return {"scratch_bytes": 1 << 62}
    return {}


def tampered(reply):
    """What is sent in place of a reply."""
    line = json.dumps(reply)
    if "sampled" in reply:
        if fault == "speaks nonsense":
            return "Warming up\x1b[31m: " + "x" * 1000 + "\n"
        if fault == "floods standard output":
            return "x" * (3 << 20) + "\n"
        if fault == "answers twice":
            return line + "\n" + line + "\n"
        if fault == "answers for another cell":
            reply["sampled"]["cell"] += 1
        if fault == "says too little":
            reply["sampled"]["nanoseconds"] //= 20
        if fault == "says too little twice" and TOO_LITTLE:
            reply["sampled"]["nanoseconds"] //= TOO_LITTLE.pop()
        if fault == "says too much":
            reply["sampled"]["nanoseconds"] *= 2
        if fault == "says a little too little":
            reply["sampled"]["nanoseconds"] = int(reply["sampled"]["nanoseconds"] * 0.925)
        if fault == "says a negative time":
            reply["sampled"]["nanoseconds"] = -(1 << 63)
        if fault == "says an endless time":
            reply["sampled"]["nanoseconds"] = (1 << 63) - 1
        if fault == "adds fields":
            reply["sampled"]["mood"] = "good"
            reply["weather"] = {"rain": True}
    return json.dumps(reply) + "\n"


def spin():
    # A call that lets other threads of Python run meanwhile.
    hashlib.pbkdf2_hmac("sha256", b"", b"", 1_000_000_000)


def main():
    if fault == "exits early":
        print("no licence found", file=sys.stderr)
        sys.exit(4)
    if fault == "is slow to start":
        time.sleep(1000)
    if fault == "takes a second to start":
        time.sleep(1)
    if fault == "speaks version 2":
        print('{"attnbenchEngine": 2, "hello": true}', flush=True)
        time.sleep(1000)
    if fault == "greets with nonsense":
        print("Loading model weights", flush=True)
    if fault == "spins when idle":
        threading.Thread(target=spin, daemon=True).start()
    engine.kernel("causal", mask="causal", element_types=("float32", "bfloat16", "float16"))(prepare)
    if fault == "lists a kernel twice":
        engine._kernels["again"] = engine._kernels["causal"]
    if fault == "reads shared memory":
        engine.kernel("causal", mask="causal", element_types=("float32",), zero_copy=True)(prepare)
    engine.kernel("decode", phase="decode", mask="full", element_types=("float32", "bfloat16", "float16"))(prepare)
    engine._reply = tampering(engine._reply)
    if fault == "computes in write":
        engine._Cell.write = lambda cell: cell.problem._write(attention(cell.problem))
    if fault in ("dies in write", "hangs in write"):
        engine._Cell.write = lambda cell: os._exit(5) if fault == "dies in write" else time.sleep(1000)
    if fault == "writes into its inputs":
        class Writable(engine._Shared):
            def __init__(self, tensor):
                super().__init__({**tensor, "role": "out"})
        engine._Shared = Writable
    engine.json = Tampering()
    peaks = {"flopsPerSecond": {"float32": 1e12, "bfloat16": 2e12, "float16": 4e12}, "readBytesPerSecond": 1e11}
    if fault == "claims absurd ceilings":
        peaks["readBytesPerSecond"] = -1
    if "device" in fault or "ceilings" in fault:
        engine.serve("misbehaving", "1", device="Model 7", ceilings=None if fault == "says no ceilings" else peaks)
    else:
        engine.serve("misbehaving", 1 if fault == "has a number as its version" else "1")


def tampering(reply):
    def changed(request, cells):
        return Reply(reply(request, cells))
    return changed


class Reply(dict):
    """Marks what `tampered` is to see."""


class Tampering:
    loads = staticmethod(json.loads)

    @staticmethod
    def dumps(message):
        return tampered(message).removesuffix("\n") if isinstance(message, Reply) else json.dumps(message)


main()
