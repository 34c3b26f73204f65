"""What goroutines wait for that no other gives: IO, time, and the clock of a bubble."""

import pytest

from . import recipe, tool
from .experiments_test import SYMBOLS

VERSIONS = [recipe.LOCAL] if tool.SUBSET else ["1.19.13", "1.24.13", recipe.LOCAL]
NEVER_SEEN = 60e9  # ns: the program took less to come to its last collection


def _outside(core, *options):
    return tool.parsed(tool.run("waits", "--format=json", core.path, *options), "gotopsy-waits/1")[
        "outside"
    ]


def _of_kind(groups, kind):
    return [wait for group in groups if group["kind"] == kind for wait in group["waits"]]


@pytest.fixture(params=VERSIONS)
def core(little_core, request, flags):
    return little_core("outside", request.param, *flags)


@SYMBOLS
def test_io(core):
    """Each with its file, and whether it reads or writes."""
    expected = {
        (goroutine, action, int(file))
        for action in ("read", "write")
        for file, goroutine in core.truth[action].items()
    }
    waits = _of_kind(_outside(core), "io")
    assert {(wait["goroutine"], wait["action"], wait["fd"]) for wait in waits} == expected
    assert len({wait["poll"] for wait in waits}) == len({file for _, _, file in expected})


@SYMBOLS
def test_sleep(core):
    """It is due when it said, less what passed until the last collection."""
    waits = {wait["goroutine"]: wait for wait in _of_kind(_outside(core), "sleep")}
    assert set(waits) == set(core.truth["sleep"].values())
    for seconds, goroutine in core.truth["sleep"].items():
        asked = int(seconds) * 1e9
        assert asked - NEVER_SEEN < waits[goroutine]["due_in_ns"] <= asked


@SYMBOLS
def test_one(core):
    ((file, goroutine), *_) = core.truth["write"].items()
    ((wait,),) = [group["waits"] for group in _outside(core, f"--goroutine={goroutine}")]
    assert wait["goroutine"] == goroutine and not wait["in_bubble"]
    text = tool.run("waits", core.path, f"--goroutine={goroutine}").out
    assert f"goroutine {goroutine} waits to write to fd {file}\n" in text
    assert "waits for I/O" in text
