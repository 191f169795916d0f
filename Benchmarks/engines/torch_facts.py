"""What a reader of results should know of an installed PyTorch, by its own report and by its speed."""

import os
import re
import tempfile
import time

import torch


def details():
    config = torch.__config__.show()
    found = re.search(r"MKL-DNN v(\S+)", config)
    return {
        "cpu capability": torch.backends.cpu.get_cpu_capability(),
        "oneDNN": found.group(1) if found else "none",
        "MKL": mkl_report() if torch.backends.mkl.is_available() else "none",
        "float32 product": f"{product_gflops():.0f} GFLOP/s on one thread",
    }


def mkl_report():
    """The first line that MKL writes of a product, which names the instructions that it uses."""
    a = torch.ones(64, 64)
    with tempfile.TemporaryFile() as file:
        standard_output = os.dup(1)
        os.dup2(file.fileno(), 1)
        try:
            with torch.backends.mkl.verbose(torch.backends.mkl.VERBOSE_ON):
                torch.mm(a, a)
        finally:
            os.dup2(standard_output, 1)
            os.close(standard_output)
        file.seek(0)
        lines = file.read().decode(errors="replace").splitlines()
    reports = [line.removeprefix("MKL_VERBOSE ").split(", Lnx")[0] for line in lines if "MKL_VERBOSE" in line]
    return reports[0] if reports else "no report"


def product_gflops(size=768, calls=7):
    """The fastest of some products, in time of this thread: what other programs take of the CPU does not count."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    a, b = torch.rand(size, size), torch.rand(size, size)
    least = float("inf")
    for _ in range(calls):
        start = time.thread_time()
        torch.mm(a, b)
        least = min(least, time.thread_time() - start)
    torch.set_num_threads(threads)
    return 2 * size**3 / least / 1e9
