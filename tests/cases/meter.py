"""What one run of gotopsy costs, as the kernel counts it: run as a program, the process between
pytest, whose own memory would count, and gotopsy."""

import dataclasses
import json
import os
import resource
import subprocess
import sys

if __name__ != "__main__":
    from . import tool


@dataclasses.dataclass(frozen=True)
class Cost:
    cpu: float  # seconds, user and system, all threads
    resident: int  # bytes: the peak of its own memory and of the pages of files it looked at


def measure(folder, *arguments, **environment):
    """Runs gotopsy; how that went, and its cost."""
    reported = folder / "cost.json"
    done = subprocess.run(
        [sys.executable, __file__, reported, tool.binary(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=tool.PATIENCE,
        env={**os.environ, **environment},
        text=True,
    )
    assert not tool.SANITIZED.search(done.stderr), done.stderr
    return tool.Run(done.returncode, done.stdout, done.stderr, 0), Cost(**json.loads(reported.read_text()))


def main(reported, *command):
    status = subprocess.run(command).returncode
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {"cpu": usage.ru_utime + usage.ru_stime, "resident": usage.ru_maxrss << 10}
    with open(reported, "w") as file:
        json.dump(cost, file)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
