"""Cores of heaps with one kind of thing each, as `make bench` has them, but smaller."""

import json
import os
import subprocess

from . import recipe, shared


def _make(folder, shape, scale, _number):
    """The core, the program, the number of objects."""
    made = subprocess.run(
        [recipe.COREFILES / "make-cores", "--bench", folder, shape],
        env={**os.environ, "BENCH_SCALE": str(scale)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=recipe.PATIENCE,
        text=True,
    )
    if made.returncode:
        raise recipe.Unavailable(made.stderr.strip())
    made = folder / shape
    objects = json.loads((made / "truth.json").read_text())["memstats"]["HeapObjects"]
    return made / "core", made / "bench-shapes", objects


def core(shape, scale, number=0):
    """Made once in a run of the tests. Another number is another process."""
    return shared.once(_make, shape, scale, number)
