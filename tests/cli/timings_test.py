"""GOTOPSY_TIMINGS: the CPU time of each stage, on standard error, and only when it is asked for."""

import os
import re

import pytest

LINE = re.compile(r"timing: ([a-z][^\n]*) (\d+\.\d)\n")


def environment(value):
    """The environment with GOTOPSY_TIMINGS set so; None leaves it out."""
    rest = {name: text for name, text in os.environ.items() if name != "GOTOPSY_TIMINGS"}
    return rest if value is None else {**rest, "GOTOPSY_TIMINGS": value}


def stages(stderr):
    """The stages told, which must be all there is on standard error."""
    assert LINE.sub("", stderr) == ""
    return [stage for stage, _ in LINE.findall(stderr)]


@pytest.mark.parametrize(
    "command,last",
    [("report", "looking for the largest holders"), ("check", "comparing"), ("goroutines", "reading goroutines")],
)
def test_every_stage_is_told_once(gotopsy, demo_core, command, last):
    run = gotopsy(command, "--quiet", demo_core, env=environment("1"))
    assert run.returncode == 0
    told = stages(run.stderr)
    assert told[:2] == ["opening", "reading goroutines"]
    assert told[-1].startswith(last)
    assert len(set(told)) == len(told)
    assert "unpacking" not in told  # a step of "opening"


def test_what_goroutines_keep_needs_no_types_of_all(gotopsy, demo_core):
    """Typing the whole heap took longer than all else."""
    run = gotopsy("goroutines", "--retained", "--quiet", demo_core, env=environment("1"))
    told = stages(run.stderr)
    assert told[-1] == "weighing goroutines" and "typing" not in told


def test_a_stage_that_fails_is_told_too(gotopsy, tmp_path):
    run = gotopsy("check", tmp_path / "missing", env=environment("1"))
    assert run.returncode == 3
    assert LINE.match(run.stderr).group(1) == "opening"


@pytest.mark.parametrize("value", [None, ""])
def test_not_unless_asked(gotopsy, demo_core, value):
    run = gotopsy("check", "--quiet", demo_core, env=environment(value))
    assert (run.returncode, run.stderr) == (0, "")


def test_same_report_with_timings(gotopsy, demo_core):
    plain, timed = (
        gotopsy("check", "--format=json", demo_core, env=environment(value))
        for value in (None, "1")
    )
    assert plain.stdout == timed.stdout
