"""What an NVIDIA GPU can do at best: the fastest of some matrix products, and of some copies."""

import torch


def seconds(work, calls=10):
    """The fastest of some calls, by CUDA events; the first, which may choose an algorithm, does not count."""
    work()
    least = float("inf")
    for _ in range(calls):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        work()
        end.record()
        end.synchronize()
        least = min(least, start.elapsed_time(end) / 1e3)
    return least


def ceilings(size=8192, copied_bytes=1 << 30):
    """float32 is measured without TF32, which rounds the inputs of a product to 10 bits. A copy reads and writes."""
    torch.set_float32_matmul_precision("highest")
    rates = {}
    for name in ("float32", "bfloat16", "float16"):
        a, b = (torch.randn(size, size, device="cuda").to(getattr(torch, name)) for _ in range(2))
        rates[name] = 2 * size**3 / seconds(lambda: torch.mm(a, b))
    source = torch.zeros(copied_bytes, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    return {
        "flopsPerSecond": rates,
        "readBytesPerSecond": 2 * copied_bytes / seconds(lambda: target.copy_(source)),
    }
