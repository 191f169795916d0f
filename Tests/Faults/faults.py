"""Runs the program again and again while one call that writes fails, or is the last one, and looks at what is left.

faults.py PROGRAM LAYER [STRIDE]: LAYER is faults.c as a shared library. Of the steps every STRIDE-th one is tried
(default 1: all). Scenarios run beside each other, one on each CPU.
"""
import concurrent.futures
import glob
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

FAULTS = ["KILL", "ENOSPC", "EIO", "EINTR"]
SWEEP = """name: tiny
description: Small enough to fail often.
kernels: [full]
lengths: [16, 32]
timeBudget: 8s
"""
# Unbound, since two of these run at once.
RUN = ["run", "../tiny.yaml", "--rounds", "2", "--no-pin", "--output", "out", "--quiet"]
# Draws at once: what may be lost is what attnbench writes of a figure, not how gnuplot draws it.
GNUPLOT = """#!/bin/sh
for format in $(echo "$2" | sed "s/formats='\\(.*\\)'/\\1/"); do echo drawn > "${3%.gp}.$format"; done
"""
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Workplace:
    """A folder in which calls are counted, beside one in which they are not."""

    def __init__(self, program, layer):
        self.program, self.layer = program, layer
        self.root = tempfile.mkdtemp(prefix="attnbench-faults-")
        self.counter = os.path.join(self.root, "counter")
        self.folder = os.path.join(self.root, "work")
        with open(os.path.join(self.root, "tiny.yaml"), "w") as sweep:
            sweep.write(SWEEP)
        for name in ["bin", "tmp"]:
            os.mkdir(os.path.join(self.root, name))
        gnuplot = os.path.join(self.root, "bin", "gnuplot")
        with open(gnuplot, "w") as script:
            script.write(GNUPLOT)
        os.chmod(gnuplot, 0o755)

    def empty(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.mkdir(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def call(self, arguments, fault="none", step=0):
        """Returns the exit status, what was said on standard error, and how many calls there were."""
        with open(self.counter, "wb") as counter:
            counter.write(struct.pack("q", 0))
        environment = {
            **os.environ,
            "PATH": os.path.join(self.root, "bin") + ":" + os.environ["PATH"],
            # What a kill leaves there goes with the workplace.
            "TMPDIR": os.path.join(self.root, "tmp"),
            "LD_PRELOAD": self.layer,
            "ATTNBENCH_FAULT_FOLDER": self.folder,
            "ATTNBENCH_FAULT_COUNTER": self.counter,
            "ATTNBENCH_FAULT_STEP": str(step),
            "ATTNBENCH_FAULT": fault,
        }
        process = subprocess.run(
            [self.program, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120)
        with open(self.counter, "rb") as counter:
            (calls,) = struct.unpack("q", counter.read(8))
        return process.returncode, process.stderr, calls


def lines(path):
    """The whole lines of a file; a last one without a line feed is torn."""
    if not os.path.exists(path):
        return []
    with open(path, "rb") as file:
        return [json.loads(line) for line in file.read().split(b"\n")[:-1] if line]


def cells(path):
    """The lines of cells. A launch also has a line of its process, which says under what conditions it measured.

    A kill between the two costs that line, and nothing that was measured.
    """
    return [line for line in lines(path) if "outcome" in line]


def samples(measurement):
    return {json.dumps(sample) for sample in measurement.get("samplesNanoseconds", [])}


class Run:
    """Measuring: whatever was acknowledged, by a line of the results or of a journal, is in the resumed results."""

    def __init__(self, launches):
        self.name = "run" if launches == 1 else f"run in {launches} launches"
        self.arguments = RUN + (["--launches", str(launches)] if launches > 1 else [])

    def prepare(self, place):
        code, words, _ = place.call(self.arguments)
        if code != 0:
            sys.exit(f"scripts/faults: the run without a fault ends with {code}: {words}")
        self.whole = len(cells(place.path("out/results.jsonl")))

    def acknowledged(self, place):
        """The times of all samples that a reader could find on the disk."""
        found = set()
        for line in lines(place.path("out/results.jsonl"))[1:]:
            found |= samples(line)
        for journal in self.journals(place):
            for line in lines(journal):
                visit = line["event"].get("sampled", {}).get("_0")
                if visit:
                    found.add(json.dumps(visit["sample"]["nanoseconds"]))
        return found

    def journals(self, place):
        return glob.glob(place.path("out/results.launch*.partial.jsonl"))

    def is_over(self, place):
        """Whether the fault came after the measuring: the steps that follow are those of a report."""
        return not self.journals(place) and len(cells(place.path("out/results.jsonl"))) >= self.whole

    def go_on(self, place, status):
        before = self.acknowledged(place)
        exists = os.path.exists(place.path("out/results.jsonl"))
        code, words, _ = place.call(self.arguments + (["--resume"] if exists else []))
        if code != 0:
            return f"going on ends with {code}: {words.strip()[-300:]}"
        after = self.acknowledged(place)
        if not before <= after:
            return f"{len(before - after)} of {len(before)} samples are lost"
        if len(cells(place.path("out/results.jsonl"))) < self.whole:
            return "the resumed results lack cells"
        return None


class Output:
    """Writing files: each is what it was before, or whole; a second attempt writes all of them."""

    def __init__(self, name, *arguments):
        self.name, self.arguments = name, [name, *arguments]

    def prepare(self, place):
        code, words, _ = place.call(RUN)
        if code != 0:
            sys.exit(f"scripts/faults: the run without a fault ends with {code}: {words}")
        shutil.copy(place.path("out/results.jsonl"), os.path.join(place.root, "results.jsonl"))
        place.empty()
        code, words, _ = place.call(self.arguments)
        if code != 0:
            sys.exit(f"scripts/faults: {self.name} without a fault ends with {code}: {words}")
        self.whole = self.contents(place)

    def is_over(self, place):
        return False

    def contents(self, place):
        found = {}
        for folder, _, names in os.walk(place.folder):
            for name in names:
                # A kill leaves both, and neither is in anybody's way.
                if not name.endswith(".draft") and name != "results.lock":
                    path = os.path.join(folder, name)
                    with open(path, "rb") as file:
                        found[os.path.relpath(path, place.folder)] = file.read()
        return found

    def go_on(self, place, status):
        found = self.contents(place)
        for name, contents in found.items():
            if contents != self.whole.get(name):
                return f"{name} is neither missing nor whole"
        if status == 0 and found.keys() != self.whole.keys():
            return f"exit 0 without {sorted(self.whole.keys() - found.keys())}"
        code, words, _ = place.call(self.arguments)
        if code != 0:
            return f"writing again ends with {code}: {words.strip()[-300:]}"
        return None if self.contents(place) == self.whole else "the second attempt is not whole"


class Gate(Output):
    """A gate, whose files hold other times whenever they are written: each is missing, or can be read to its end."""

    def __init__(self, program):
        super().__init__(
            "gate", "../tiny.yaml", "--baseline", program, "--delta", "50%", "--no-pin", "--output", "out",
            # It ends as soon as it has decided; a busy machine needs longer for each launch.
            "--time-budget", "60s", "--format", "json,junit,csv", "--quiet")

    def contents(self, place):
        return {name: self.is_whole(name, data) for name, data in super().contents(place).items()}

    @staticmethod
    def is_whole(name, data):
        try:
            if name.endswith(".json"):
                return "verdict" in json.loads(data)
            if name.endswith(".xml"):
                return xml.etree.ElementTree.fromstring(data) is not None
            return data.endswith(b"\n") and len(data.splitlines()) > 1
        except (ValueError, xml.etree.ElementTree.ParseError):
            return False


def wrong(fault, status, words):
    """What is wrong with the end of the program itself."""
    if fault == "KILL":
        return None
    if fault == "EINTR":
        return None if status == 0 else f"an interrupted call ends it with {status}: {words.strip()[-300:]}"
    if status not in (0, 1):
        return f"it ends with {status}: {words.strip()[-300:]}"
    return "it ends with 1 and says nothing" if status == 1 and not words.strip() else None


ARRAY = os.path.join(ROOT, "Tests/AttentionTests/NumPy/version1-2d.npy")
SCENARIOS = [
    lambda: Run(launches=2),
    lambda: Run(launches=1),
    lambda: Output("report", "../results.jsonl", "--output", "out", "--format", "json,csv,md,svg", "--quiet"),
    lambda: Gate(os.path.abspath(sys.argv[1])),
    lambda: Output("history", "../results.jsonl", "../results.jsonl", "--output", "out", "--quiet"),
    # It leaves no file. What is asked is its exit status, and what it says.
    lambda: Output(
        "spill", "--folder", ".", "--layers", "1", "--tokens", "1", "--hidden-size", "8", "--rounds", "6", "--no-pin", "--quiet"),
    lambda: Output("plan", "--model", "llama-3.1-8b", "--output", "out", "--quiet"),
    lambda: Output(
        "attend", "--kernel", "full", "--query", ARRAY, "--key", ARRAY, "--value", ARRAY, "--output", "o.npy", "--quiet"),
]


def try_all(scenario, program, layer, stride):
    """How many faults were tried, and a sentence for each finding."""
    place = Workplace(program, layer)
    found, tried = [], 0
    try:
        place.empty()
        scenario.prepare(place)
        last = float("inf")
        for fault in FAULTS:
            step = 1
            while True:
                place.empty()
                status, words, calls = place.call(scenario.arguments, fault, step)
                if calls < step:
                    break
                tried += 1
                is_over = scenario.is_over(place)
                complaint = wrong(fault, status, words) or scenario.go_on(place, status)
                if complaint:
                    found.append(f"{scenario.name}, {fault} at step {step}: {complaint}")
                    print(found[-1], flush=True)
                # A call that is made again changes nothing, so it cannot tell where the measuring ended.
                if fault == "KILL" and is_over:
                    last = step
                if step >= last:
                    break
                step += stride
            print(f"{scenario.name}, {fault}: steps to {step}", flush=True)
    finally:
        shutil.rmtree(place.root)
    return tried, found


def main():
    program, layer = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    stride = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda make: try_all(make(), program, layer, stride), SCENARIOS))
    tried, findings = sum(tried for tried, _ in results), sum(len(found) for _, found in results)
    print(f"{tried} faults, {findings} findings")
    sys.exit(1 if findings else 0)


main()
