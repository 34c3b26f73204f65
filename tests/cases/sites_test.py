"""A crowd that waits: 5,000 goroutines at 20 sites, most of them for a thing of their own."""

import re

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
def test_all_are_reported(case):
    """Each site is one group with all of its goroutines, whatever each of them waits for."""
    truth, reported = case.core().truth, waits(case)
    crowds = [group for group in reported["waiting"] if len(group["ids"]) == truth["each"]]
    assert len(crowds) == truth["sites"]
    assert {group["outlook"] for group in crowds} == {"may go on"}
    same = [group["same_thing"] for group in crowds]
    assert same.count(True) == 4  # those who wait for the mutex of the service
    assert reported["hanging"] == reported["deadlocked"] == 0


@field.cases("sites", versions=VERSIONS)
def test_wakers(case):
    """None of them waits at the same site, or for the same thing; those with the same variable are
    one line."""
    by_goroutine = {g: group for group in waits(case)["waiting"] for g in group["ids"]}
    for group in by_goroutine.values():
        for waker in group["wakers"]:
            other = by_goroutine.get(waker["goroutine"])
            assert other is not group
            assert not (other and group["same_thing"] and other["address"] == group["address"])
    text = case.run("waits", "", "--width=400").out
    assert re.search(r"goroutines \d+, \d+ and \d+ reach it: ", text)
    for group in text.split("\n\n"):
        said = [line.split(" it: ")[1] for line in group.splitlines() if " it: " in line]
        assert len(said) == len(set(said)), group


@field.cases("sites", versions=VERSIONS)
def test_locks(case):
    """Those that were left locked by goroutines which have returned, and the one that is held."""
    truth, reported = case.core().truth, waits(case)
    assert reported["locks_left"] == 4 * truth["each"]
    of = {"main.(*service).own": "left locked", "main.(*service).together": "held"}
    for group in reported["waiting"]:
        (lock,) = {of.get(place["function"]) for place in group["stack"]} - {None} or {None}
        assert group["lock"] == lock
    text = case.run("waits", "", "--width=400").out
    assert "1,000 locks are locked, and no live goroutine holds them" in text
    assert text.count("locked, and no live goroutine holds it: an Unlock is missing") == 4
    assert text.count("they wait for different objects; goroutine ") == 16
    assert text.count("deferred Unlock pending") == 4


@field.cases("sites", versions=VERSIONS)
def test_counts(case):
    """Who blocks is none of those who run."""
    truth, reported = case.core().truth, waits(case)
    assert reported["blocked"] == truth["goroutines"] - 1  # main reads its stdin
    text = case.run("waits", "").out
    assert "0 blocked forever, 5,001 blocked, 1 running or waiting for I/O" in text


@field.cases("sites", versions=VERSIONS)
def test_dot(case):
    """A node a site, a node a thing, and few edges."""
    dot = case.run("waits", "", "--format=dot").out
    nodes = [line.split()[0] for line in dot.splitlines() if "[" in line and "->" not in line]
    assert len(nodes) == len(set(nodes))
    assert sum(node[0] == "o" for node in nodes) == 2  # the shared mutex, and the hub's quit
    assert sum(node[0] == "d" for node in nodes) == 16
    assert sum("->" in line for line in dot.splitlines()) < 200


@field.cases("sites", versions=VERSIONS)
def test_report(case):
    """It names the command that lists all."""
    assert case.report("")["waits_summary"] == {
        "deadlocks": 0,
        "deadlocked": 0,
        "behind": 0,
        "locks_left": 4 * case.core().truth["each"],
        "all": True,
    }
    assert "1,000 are locked, and no live goroutine holds them" in case.text()


@field.cases("sites", versions=VERSIONS)
def test_descriptors_are_one_holder(case):
    """Which of the runtime's variables lead to them means nothing."""
    report = case.report()
    (holder,) = [each for each in report["holders"] if "runtime.g" in (each["name"], each["type"])]
    assert holder["name"] == "goroutine descriptors" and holder["path"] == []
    goroutines = report["goroutines"]["total"]
    assert goroutines <= holder["most"]["count"] < 1.1 * goroutines
    assert not [each for each in report["holders"] if "runtime.all" in str(each["name"])]
