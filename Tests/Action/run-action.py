#!/usr/bin/env python3
"""Runs the steps of action.yml as GitHub's runner would: run-action.py ACTION.yml [INPUT=VALUE]...

Works in the current folder, which stands for the workspace. The folder of ACTION.yml stands for `github.action_path`. Steps
that use other actions are named and left out. Ends with the status of the step that failed, and prints the outputs.
"""

import os
import re
import subprocess
import sys
import tempfile

import yaml


class Runner:
    def __init__(self, path, inputs):
        with open(path, encoding="utf-8") as file:
            self.action = yaml.safe_load(file)
        unknown = set(inputs) - set(self.action["inputs"])
        if unknown:
            sys.exit(f"run-action: the action has no input {', '.join(sorted(unknown))}")
        defaults = {name: str(field.get("default", "")) for name, field in self.action["inputs"].items()}
        self.inputs = defaults | inputs
        self.path = os.path.dirname(os.path.abspath(path))
        self.outputs = {}

    def value(self, name):
        """What a name of an expression stands for; nothing, where the runner knows nothing."""
        if name.startswith("inputs."):
            return self.inputs[name.removeprefix("inputs.")]
        if name == "github.action_path":
            return self.path
        step = re.fullmatch(r"steps\.([\w-]+)\.outputs\.([\w-]+)", name)
        return self.outputs.get(step.group(1), {}).get(step.group(2), "") if step else ""

    def evaluate(self, expression):
        """Names, texts, parentheses, ==, !=, &&, || and the two functions of conditions: all that the action uses."""
        words = re.findall(r"'[^']*'|==|!=|&&|\|\||![\w]+\(\)|\w+\(\)|[\w.-]+|[()]", expression)
        python = {"&&": "and", "||": "or", "==": "==", "!=": "!=", "!cancelled()": "True", "always()": "True"}
        text = " ".join(python.get(word) or (word if word[0] in "'()" else repr(self.value(word))) for word in words)
        return eval(text, {"__builtins__": {}})

    def filled(self, text):
        return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: str(self.evaluate(found.group(1))), text)

    def holds(self, step, failed):
        condition = step.get("if", "").removeprefix("${{").removesuffix("}}").strip()
        if failed and not re.search(r"always\(\)|cancelled\(\)", condition):
            return False
        return not condition or bool(self.evaluate(condition))

    def run(self):
        status = 0
        with tempfile.TemporaryDirectory() as temporary:
            for index, step in enumerate(self.action["runs"]["steps"]):
                if not self.holds(step, status != 0):
                    continue
                if "uses" in step:
                    print(f"-- {step['name']}: left out, {step['uses']}", flush=True)
                    continue
                print(f"-- {step['name']}", flush=True)
                file = os.path.join(temporary, f"outputs-{index}")
                open(file, "w", encoding="utf-8").close()
                environment = os.environ | {
                    "GITHUB_OUTPUT": file, "GITHUB_WORKSPACE": os.getcwd(), "RUNNER_TEMP": temporary,
                }
                environment |= {name: self.filled(str(text)) for name, text in step.get("env", {}).items()}
                command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
                status = subprocess.run(command, env=environment).returncode or status
                with open(file, encoding="utf-8") as lines:
                    pairs = [line.rstrip("\n").split("=", 1) for line in lines if "=" in line]
                self.outputs[step.get("id", "")] = dict(pairs)
        for name, output in self.action["outputs"].items():
            print(f"{name}={self.filled(output['value'])}")
        return status


if __name__ == "__main__":
    sys.exit(Runner(sys.argv[1], dict(argument.split("=", 1) for argument in sys.argv[2:])).run())
