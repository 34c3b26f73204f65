"""How many instructions an object costs, as valgrind counts them: what a slower machine, or a busy one,
does not change.

Of each shape there are two cores, one with more objects. What the larger one takes more, by object, is
what an object costs: opening the core and the program is in both. Opening them differs by up to four
million instructions from core to core, with where the program's code lay. The cores are so far apart
that this is 20 for each object. The bars are counts of a build with gcc 12 and -O2; clang 14 needs 2 to
11% fewer. OTHERS leaves room for other compilers and libraries. Whoever makes the tool faster lowers a bar; whoever raises one says why.
"""

import os
import re
import shutil
import subprocess

import pytest

from . import recipe, shapes, shared, tool

OTHERS = 1.15
PROCESSES = 3  # of which one has to be below the bar
SCALES = (0.005, 0.055)  # times the four million objects of `make bench`
# Shape and command: instructions for each object.
BARS = {
    ("list", "check"): 155,
    ("list", "report --no-holders"): 225,
    ("list", "report"): 870,
    ("maps", "report --no-holders"): 340,
    ("strings", "report --no-holders"): 133,
    ("tree", "report --no-holders"): 290,
    ("wide", "report --no-holders"): 565,
}
# What a small command takes in all on the smaller core of a shape, nearly all of it to open the program:
# to unpack its debug information, and to find the runtime's structs there.
OPENING = {("list", "goroutines"): 37_000_000}
# The same when the answers of the debug information were kept by an earlier run.
AGAIN = {("list", "goroutines"): 6_700_000, ("list", "report --no-holders"): 25_200_000}
COUNT = re.compile(r"Collected : (\d+)|I +refs: +([\d,]+)")

pytestmark = [
    pytest.mark.skipif(tool.SUBSET, reason="a build with sanitizers has instructions of theirs"),
    pytest.mark.skipif(not shutil.which("valgrind"), reason="valgrind is not installed"),
]


def _strip(folder, program):
    """The tool without debug information: some of it is newer than valgrind."""
    subprocess.run(["strip", "-o", folder / "gotopsy", program], check=True)
    return folder / "gotopsy"


def _instructions(command, core, exe, *options, **environment):
    program = shared.once(_strip, tool.binary())
    done = subprocess.run(
        ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
        + [program, *command.split(), "--threads=1", "--quiet", *options, core, "--exe", exe, "-o", os.devnull],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=tool.PATIENCE * 2,
        text=True,
    )
    counts = COUNT.search(done.stderr)
    if not done.returncode and counts:
        return int((counts[1] or counts[2]).replace(",", ""))
    raise recipe.Unavailable(f"valgrind cannot run the tool: {done.stderr.strip()[-300:]}")


def _measure(shape, command, scales, number=0):
    """Of each scale the instructions and the number of objects."""
    try:
        cores = [shapes.core(shape, scale, number) for scale in scales]
        return [(_instructions(command, core, exe, "--no-cache"), objects) for core, exe, objects in cores]
    except recipe.Unavailable as why:
        pytest.skip(str(why))


def _per_object(shape, command, number=0):
    small, large = _measure(shape, command, SCALES, number)
    return (large[0] - small[0]) / (large[1] - small[1])


@pytest.mark.parametrize("shape,command", BARS)
def test_an_object_costs_no_more_instructions_than_it_did(shape, command):
    """Go hashes with other seeds in each process, so maps lie elsewhere, and cost a tenth more or less."""
    counts = []
    while len(counts) < PROCESSES and (not counts or counts[-1] > OTHERS * BARS[shape, command]):
        counts.append(_per_object(shape, command, len(counts)))
    assert counts[-1] <= OTHERS * BARS[shape, command], counts


@pytest.mark.parametrize("shape,command", OPENING)
def test_opening_a_program_costs_no_more_instructions_than_it_did(shape, command):
    [(count, _)] = _measure(shape, command, SCALES[:1])
    assert count <= OTHERS * OPENING[shape, command]


@pytest.mark.parametrize("shape,command", AGAIN)
def test_opening_again_costs_no_more_instructions_than_it_did(shape, command, tmp_path):
    try:
        core, exe, _ = shapes.core(shape, SCALES[0])
        first, again = (_instructions(command, core, exe, XDG_CACHE_HOME=str(tmp_path)) for _ in range(2))
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    assert again < first / 2
    assert again <= OTHERS * AGAIN[shape, command]
