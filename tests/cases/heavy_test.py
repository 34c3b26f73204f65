"""What readers of Go heaps are known to lose, to mistake or to choke on."""

import re

import pytest

from . import expect, recipe, tool

DEEP = 20_000  # frames, of programs/heavy
SECONDS = 15
# What the runtime may add between the program's last count and its core: threads, each with an m
# and two gs.
THREADS = 4 * expect.THREAD
# With both designs of maps and, in the long form, pointers given by bitmaps of arenas.
OLD = ["1.21.13"] if recipe.ALL else []
VERSIONS = recipe.VERSIONS if tool.SUBSET else [*OLD, *recipe.VERSIONS, "1.27.4"]
# Masks by a program (up to 1.23), by a place for one from 2 KiB and, since 1.27, from 1 KiB on.
OF_MASKS = VERSIONS if tool.SUBSET else ["1.21.13", "1.23.12", "1.24.13", recipe.LOCAL, "1.27.4"]


def complete(core):
    """The heap is the collector's own, object by object, and nothing in it is a finding."""
    done = tool.run("report", "--format=json", "--min-bytes=4K", core.path)
    report = tool.parsed(done, "gotopsy-report/1")
    for of, floor in (("bytes", THREADS), ("objects", expect.KIB)):
        if not expect.near(report["live"][of], core.truth[of], 0, floor):
            yield f"live.{of}: {report['live'][of]}, not {core.truth[of]}"
    yield from expect.oracle(tool.check(core.path))
    yield from expect.nothing(report)
    if done.seconds > SECONDS:
        yield f"took {done.seconds:.1f} s"


def frames(stack):
    """How many frames a stack has, of which the middle may be reported as a number only."""
    gaps = (re.fullmatch(r"\.\.\. (\d+) frames \.\.\.", place["function"]) for place in stack)
    return sum(int(gap[1]) if gap else 1 for gap in gaps)


def deepest(core):
    done = tool.run("goroutines", "--format=json", core.path)
    groups = tool.parsed(done, "gotopsy-goroutines/1")["goroutines"]["groups"]
    return max(frames(group["stack"]) for group in groups)


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("version", VERSIONS)
def test_much_of_everything(little_core, version):
    """A list of a million nodes, a map of two million entries, a channel's buffer of pointers, the
    last elements of an array behind a type header, and a stack of 20,000 frames."""
    core = little_core("heavy", version)
    wrong = list(complete(core))
    depth = deepest(core)
    if not DEEP <= depth < DEEP + 10:  # some are the runtime's
        wrong.append(f"{depth} frames, not {DEEP}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("version", VERSIONS)
def test_types_that_lie(little_core, version):
    """Blocks of pointers that are held by names of other types."""
    wrong = list(complete(little_core("unsafe", version)))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("flags", [(), ("-ldflags=-s -w",)], ids=["dwarf", "stripped"])
@pytest.mark.parametrize("version", OF_MASKS)
def test_types_without_a_mask(little_core, version, flags):
    """Large types, whose pointers are given by no mask that lies ready: met by the collector or not,
    on the heap and on a stack."""
    wrong = list(complete(little_core("wide", version, *flags, how="kernel")))
    assert not wrong, "\n".join(wrong)
