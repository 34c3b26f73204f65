"""--timings: what each stage took, on standard error, and only when it is asked for."""

import re
import time

import pytest

LINE = re.compile(
    r"timing: ([a-z][^\n]*) (\d+\.\d) ms, (\d+\.\d) ms of CPU, (\d+) page faults?\n"
)


def stages(stderr):
    """The stages reported, which must be all there is on standard error."""
    assert LINE.sub("", stderr) == ""
    return [line[0] for line in LINE.findall(stderr)]


@pytest.mark.parametrize(
    "command,last",
    [("report", "looking for the largest holders"), ("check", "comparing"), ("goroutines", "reading goroutines")],
)
@pytest.mark.parametrize("threads", [1, 2])
def test_every_stage_is_told_once(gotopsy, demo_core, command, last, threads):
    run = gotopsy(command, "--quiet", "--timings", f"--threads={threads}", demo_core)
    assert run.returncode == 0
    reported = stages(run.stderr)
    assert reported[:2] == ["opening", "reading goroutines"]
    assert reported[-1].startswith(last)
    assert len(set(reported)) == len(reported)
    assert "unpacking" not in reported  # a step of "opening"


def test_what_goroutines_keep_needs_no_types_of_all(gotopsy, demo_core):
    """Typing the whole heap took longer than all else."""
    run = gotopsy("goroutines", "--retained", "--quiet", "--timings", demo_core)
    reported = stages(run.stderr)
    assert reported[-1] == "weighing goroutines"
    assert not [stage for stage in reported if "typing" in stage]


def test_a_stage_that_fails_is_told_too(gotopsy, tmp_path):
    run = gotopsy("check", tmp_path / "missing", "--timings")
    assert run.returncode == 3
    assert LINE.match(run.stderr).group(1) == "opening"


def test_not_unless_asked(gotopsy, demo_core):
    run = gotopsy("check", "--quiet", demo_core)
    assert (run.returncode, run.stderr) == (0, "")


def test_stages_add_up_to_what_the_program_took(gotopsy, demo_core):
    start = time.monotonic()
    run = gotopsy("report", "--quiet", "--timings", demo_core)
    took = 1000 * (time.monotonic() - start)
    walls, cpus, faults = zip(*(map(float, line[1:]) for line in LINE.findall(run.stderr)))
    assert 0 < sum(walls) <= took
    assert 0 < sum(cpus)
    assert sum(faults) > 100  # its own memory, and pages of the core


def test_same_report_with_timings(gotopsy, demo_core):
    plain, timed = (
        gotopsy("check", "--format=json", demo_core, *more) for more in ([], ["--timings"])
    )
    assert plain.stdout == timed.stdout
