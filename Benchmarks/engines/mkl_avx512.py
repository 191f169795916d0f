"""Runs another Python program with an MKL that uses the instructions that the CPU has, whoever made the CPU.

MKL asks `mkl_serv_intel_cpu_true` whether the CPU is Intel's, and takes its AVX2 code if it is not. A library that is
loaded before MKL answers 1 in its place. What the program then measures and reports says whether it helped.
"""

import os
import subprocess
import sys
import tempfile

ANSWERS = "int mkl_serv_intel_cpu_true(void) { return 1; }\nint mkl_serv_intel_cpu(void) { return 1; }\n"


def library():
    """An open file in memory with the library, which a program that replaces this one inherits."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "mkl_intel_cpu.so")
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", path], input=ANSWERS, text=True, check=True)
        with open(path, "rb") as file:
            content = file.read()
    descriptor = os.memfd_create("mkl_intel_cpu", 0)
    os.write(descriptor, content)
    return descriptor


if __name__ == "__main__":
    os.environ["LD_PRELOAD"] = f"/proc/self/fd/{library()}"
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
