"""What readers of Go heaps are known to lose, to mistake or to choke on."""

import re

import pytest

from . import expect, recipe, tool

DEEP = 20_000  # frames, of programs/heavy
SECONDS = 15


def complete(core):
    """The heap is the collector's own, object by object, and nothing in it is a finding."""
    done = tool.run("report", "--format=json", "--min-bytes=4K", core.path)
    report = tool.parsed(done, "gotopsy-report/1")
    for of in ("bytes", "objects"):
        if not expect.near(report["live"][of], core.truth[of], 0, expect.KIB):
            yield f"live.{of}: {report['live'][of]}, not {core.truth[of]}"
    yield from expect.oracle(tool.check(core.path))
    yield from expect.nothing(report)
    if done.seconds > SECONDS:
        yield f"took {done.seconds:.1f} s"


def frames(stack):
    """How many frames a stack has, of which the middle may be told as a number only."""
    gaps = (re.fullmatch(r"\.\.\. (\d+) frames \.\.\.", place["function"]) for place in stack)
    return sum(int(gap[1]) if gap else 1 for gap in gaps)


def deepest(core):
    done = tool.run("goroutines", "--format=json", core.path)
    groups = tool.parsed(done, "gotopsy-goroutines/1")["goroutines"]["groups"]
    return max(frames(group["stack"]) for group in groups)


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_much_of_everything(little_core, version):
    """A list of a million nodes, a map of two million entries, a channel's buffer of pointers, the
    last elements of an array behind a type header, and a stack of 20,000 frames."""
    core = little_core("heavy", version)
    wrong = list(complete(core))
    depth = deepest(core)
    if not DEEP <= depth < DEEP + 10:  # some are the runtime's
        wrong.append(f"{depth} frames, not {DEEP}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_types_that_lie(little_core, version):
    """Blocks of pointers that are held by names of other types."""
    wrong = list(complete(little_core("unsafe", version)))
    assert not wrong, "\n".join(wrong)
