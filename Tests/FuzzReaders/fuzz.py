"""Broken files and broken arguments for the whole program: fuzz.py PROGRAM SECONDS [SEED].

A case is a list of arguments with the files that it names. It is made from a good one: numbers are replaced by extreme
ones and keys are dropped (structured), or bytes are changed (not). What ends in a signal, in a hang, in an exit status
that the program does not have or in words of a library that no user knows is a finding, and is kept in Corpus/program/,
whose cases are the first that every run tries.
"""
import base64
import glob
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
KEPT = os.path.join(HERE, "Corpus", "program")
SECONDS_PER_CASE = 120
STATUSES = range(9)
FOREIGN_WORDS = ["NSCocoaErrorDomain", "Fatal error", "Swift.", "The operation could"]
NUMBERS = [
    0, -1, 1, 2, 3, 7, 255, 65536, 2**31 - 1, 2**31, 2**32, 2**53, 2**62, 2**63 - 1, 2**63, 2**64, 10**30, 0.5, -0.5,
    1e-323, 1e-300, 1e300, 1.7976931348623157e308,
]
TEXTS = [
    "", "-", "--", "0", "-1", "nan", "inf", "-inf", "1e300", "1e-323", "9223372036854775807", "18446744073709551616",
    "1..10*1e300", "1..9223372036854775807*2", "3..4*4e18", "1K..64K*2", "1e300h", "5%", "1e-323%", "100000000", ",", "[]",
    "{}", "\u202e", "é" * 300, "a\nb", "../../x", "/dev/null", "~",
]


def read(path):
    with open(os.path.join(ROOT, path), "rb") as file:
        return file.read()


def one_of(pattern):
    return read(os.path.relpath(random.choice(sorted(glob.glob(os.path.join(ROOT, pattern)))), ROOT))


# Good cases: arguments, and the files that they name.
def sweep():
    # A sweep of the repository would measure for long once a mutation has made it a good one.
    return ["run", "s.yaml", "--dry-run", "--time-budget", "1s"], {"s.yaml": one_of("Benchmarks/sweeps/*.yaml")}


def report():
    formats = random.choice(["md", "html", "csv,json", "tex", "bencher,sql,google-benchmark"])
    return ["report", "r.jsonl", "--output", "o", "--format", formats], {"r.jsonl": one_of("Tests/FuzzReaders/Corpus/results/*")}


def compare():
    results = one_of("Tests/FuzzReaders/Corpus/results/*")
    return ["compare", "a.jsonl", "b.jsonl", "--delta", "5%"], {"a.jsonl": results, "b.jsonl": results}


def history():
    results = one_of("Tests/FuzzReaders/Corpus/results/*")
    return ["history", "a.jsonl", "b.jsonl"], {"a.jsonl": results, "b.jsonl": results}


def plan():
    arguments = ["plan", "--model", "c.json", "--context", "128K", "--batch", "4", "--prices", "p.yaml"]
    files = {
        "c.json": one_of("Tests/ServingTests/Configurations/[dglm]*-*.json"),
        "p.yaml": one_of("Tests/FuzzReaders/Corpus/prices/*"),
    }
    return arguments, files


def attend():
    array = one_of("Tests/AttentionTests/NumPy/version*.npy")
    names = ["q.npy", "k.npy", "v.npy"]
    arguments = ["attend", "--kernel", "full", "--query", "q.npy", "--key", "k.npy", "--value", "v.npy", "--output", "o.npy"]
    return arguments, {name: array for name in names}


GOOD = [sweep, report, report, compare, history, plan, plan, attend]


def sealed(line):
    """A line of a results file with the checksum of its bytes."""
    return line[:-1] + b',"checksum":"%08x"}' % zlib.crc32(line)


def mutated_value(value):
    """JSON with one thing changed somewhere in it."""
    if isinstance(value, dict) and value and random.random() < 0.95:
        key = random.choice(list(value))
        if random.random() < 0.05:
            return {other: value[other] for other in value if other != key}
        return {**value, key: mutated_value(value[key])}
    if isinstance(value, list) and value and random.random() < 0.9:
        index = random.randrange(len(value))
        if random.random() < 0.1:
            return value[:index] + value[index + 1:]
        return value[:index] + [mutated_value(value[index])] + value[index + 1:]
    return random.choice([random.choice(NUMBERS), random.choice(NUMBERS), random.choice(TEXTS), None, True, [], {}])


def mutated_json_lines(contents):
    lines = contents.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    index = random.randrange(len(lines))
    try:
        value = json.loads(lines[index])
    except ValueError:
        return contents
    checksum = value.pop("checksum", None)
    for _ in range(random.choice([1, 1, 2, 4])):
        value = mutated_value(value)
    line = json.dumps(value, separators=(",", ":")).encode()
    lines[index] = sealed(line) if checksum is not None and isinstance(value, dict) and value else line
    return b"\n".join(lines) + b"\n"


def mutated_words(contents):
    """YAML with a number or a word replaced."""
    words = contents.decode(errors="replace").split(" ")
    for _ in range(random.choice([1, 1, 2, 4])):
        words[random.randrange(len(words))] = str(random.choice(NUMBERS + TEXTS)) + random.choice(["", ",", "\n", "]", "}"])
    return " ".join(words).encode()


def mutated_bytes(contents):
    data = bytearray(contents)
    for _ in range(random.choice([1, 2, 8, 64])):
        place = random.randrange(len(data) + 1)
        change = random.randrange(4)
        if change == 0 and place < len(data):
            data[place] ^= 1 << random.randrange(8)
        elif change == 1:
            data[place:place] = os.urandom(random.choice([1, 4, 100]))
        elif change == 2:
            del data[place:place + random.choice([1, 8, 1000])]
        else:
            data[place:place] = data[place // 2:place]
        if len(data) > 1 << 20:
            break
    return bytes(data)


def mutated(name, contents):
    if random.random() < 0.3:
        return mutated_bytes(contents)
    if name.endswith(".jsonl"):
        return mutated_json_lines(contents)
    if name.endswith(".json"):
        return json.dumps(mutated_value(json.loads(contents))).encode()
    if name.endswith(".yaml"):
        return mutated_words(contents)
    return mutated_bytes(contents)


def new_case():
    arguments, files = random.choice(GOOD)()
    if random.random() < 0.25:
        index = random.randrange(1, len(arguments))
        arguments[index] = str(random.choice(TEXTS + NUMBERS))
    else:
        name = random.choice(list(files))
        files[name] = mutated(name, files[name])
    return arguments, files


def complaint(program, arguments, files):
    """What is wrong with how the program takes this case; None where nothing is."""
    folder = tempfile.mkdtemp(prefix="attnbench-fuzz-")
    try:
        for name, contents in files.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(contents)
        environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
        try:
            run = subprocess.run(
                [program, *arguments], cwd=folder, env=environment, capture_output=True, stdin=subprocess.DEVNULL,
                timeout=SECONDS_PER_CASE)
        except subprocess.TimeoutExpired:
            return f"it is at work after {SECONDS_PER_CASE} s"
        words = run.stderr.decode(errors="replace")
        if run.returncode not in STATUSES:
            return f"it ends with {run.returncode}: {words.strip()[-300:]}"
        foreign = [word for word in FOREIGN_WORDS if word in words]
        return f"it says {foreign[0]}: {words.strip()[-300:]}" if foreign else None
    except ValueError:
        # An argument with a zero byte, which no shell can give.
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep(arguments, files):
    text = json.dumps(
        {"arguments": arguments, "files": {name: base64.b64encode(data).decode() for name, data in files.items()}}, indent=1)
    os.makedirs(KEPT, exist_ok=True)
    path = os.path.join(KEPT, f"{arguments[0]}-{zlib.crc32(text.encode()):08x}.json")
    with open(path, "w") as file:
        file.write(text + "\n")
    return path


def kept_cases():
    for path in sorted(glob.glob(os.path.join(KEPT, "*.json"))):
        with open(path) as file:
            case = json.load(file)
        yield path, case["arguments"], {name: base64.b64decode(text) for name, text in case["files"].items()}


def main():
    program = os.path.abspath(sys.argv[1])
    end = time.monotonic() + float(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(2**32)
    random.seed(seed)
    executions, findings, seen = 0, 0, set()
    for path, arguments, files in kept_cases():
        executions += 1
        wrong = complaint(program, arguments, files)
        if wrong:
            findings += 1
            print(f"{os.path.relpath(path, ROOT)}: {wrong}", flush=True)
    while time.monotonic() < end:
        arguments, files = new_case()
        executions += 1
        wrong = complaint(program, arguments, files)
        if wrong:
            findings += 1
            # The same fault is found many times; one case of it for each command is enough.
            if (arguments[0], wrong) not in seen:
                seen.add((arguments[0], wrong))
                print(f"{keep(arguments, files)}: {' '.join(arguments)}: {wrong}", flush=True)
    print(f"program: {executions} executions, {findings} findings, seed {seed}")
    sys.exit(1 if findings else 0)


main()
