"""A crowd that waits: 5,000 goroutines at 20 sites, most of them for a thing of their own."""

import pytest

from . import field, meter, recipe, tool

SECONDS = 0.5  # of CPU
VERSIONS = ["1.22.12", recipe.LOCAL]


def waits(case):
    return tool.parsed(case.run("waits", "", "--format=json"), "gotopsy-waits/1")


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("options", [(), ("--format=json",), ("--format=dot",)], ids=" ".join)
@field.cases("sites", versions=[recipe.LOCAL])
def test_time(tmp_path, case, options):
    made = case.core()
    exe = field.exe_of(made, case.symbols)
    done, cost = meter.measure(tmp_path, "waits", made.path, "--exe", exe, *options)
    assert done.status == 0, done.err
    assert cost.cpu < SECONDS, f"{cost.cpu:.2f} s of CPU"


@field.cases("sites", versions=VERSIONS)
def test_all_are_told(case):
    """Each site is one group with all of its goroutines, whatever each of them waits for."""
    truth, told = case.core().truth, waits(case)
    crowds = [group for group in told["waiting"] if len(group["ids"]) == truth["each"]]
    assert len(crowds) == truth["sites"]
    assert {group["outlook"] for group in crowds} == {"may go on"}
    same = [group["same_thing"] for group in crowds]
    assert same.count(True) == 4  # those who wait for the mutex of the service
    assert told["hanging"] == told["deadlocked"] == 0
