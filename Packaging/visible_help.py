#!/usr/bin/env python3
"""Stands for attnbench where its manual is made: PROGRAM in ATTNBENCH describes itself, and hidden commands are left out."""

import json
import os
import subprocess
import sys


def visible(command):
    commands = [visible(each) for each in command.get("subcommands", []) if each.get("shouldDisplay", True)]
    return command | {"subcommands": commands}


description = json.loads(subprocess.run([os.environ["ATTNBENCH"], *sys.argv[1:]], check=True, stdout=subprocess.PIPE).stdout)
description["command"] = visible(description["command"])
json.dump(description, sys.stdout)
