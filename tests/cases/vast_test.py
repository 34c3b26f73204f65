"""Cores that are mostly holes: large objects of which few pages were written. What is in no page of
the file costs neither time nor memory, and changes no document."""

import json
import subprocess

import pytest

from . import field, meter, recipe, tool

CPU = 3  # seconds; to read the 6 GiB takes longer
OF_THE_FILE = tool.OF_THE_FILE | {"core"}
RESIDENT = 200 << 20  # of gotopsy, bytes


def leaks(report):
    return {each["kind"]: each for each in report["findings"]}


@field.cases("vast", versions=[recipe.LOCAL])
def test_the_leaks_of_vast_tables(case):
    truth = case.core().truth
    found = leaks(case.report("", "--min-bytes=1"))
    assert set(found) == {"subslice", "lost-elements"}
    assert field.near(found["subslice"]["instances"][0]["wasted_bytes"], truth["wasted"])
    lost = found["lost-elements"]
    assert lost["instances"][0]["slot_count"] >= truth["lost"]
    assert lost["bytes_freed"] == truth["lost_bytes"]
    assert lost["objects_freed"] == truth["lost"]


COMMANDS = [["report"], ["check"], ["heap", "--by=dominator"], ["heap", "--by=type"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_holes_cost_nothing(command, tmp_path):
    made = field.core("vast")
    done, cost = meter.measure(tmp_path, *command, made.path, "--exe", made.exe)
    assert done.status == 0, done.err
    assert cost.cpu < CPU
    assert tool.SUBSET or cost.resident < RESIDENT


def dense(core, folder):
    """A copy of the core without holes."""
    copy = folder / "core"
    subprocess.run(["cp", "--sparse=never", core, copy], check=True)
    assert copy.stat().st_blocks * 512 >= copy.stat().st_size
    return copy


@field.cases("vast", versions=["1.20.14", "1.22.12", recipe.LOCAL])
def test_same_as_without_holes(case, tmp_path):
    made = case.core("small")
    copy = dense(made.path, tmp_path)
    exe = field.exe_of(made, case.symbols)
    for options in (["report", "--coverage", "--instances=all"], ["heap", "--by=dominator"], ["heap", "--by=type"]):
        runs = (tool.run(*options, "--format=json", core, "--exe", exe) for core in (made.path, copy))
        sparse, full = (json.loads(run.out) for run in runs)
        assert tool.without(OF_THE_FILE, sparse) == tool.without(OF_THE_FILE, full)
