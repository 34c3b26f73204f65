"""Cycles of goroutines that wait for one another, and who holds what: gotopsy waits."""

import pytest

from . import little, recipe, tool

NO_CYCLE = {"unheld", "slow"}  # of the cases of programs/deadlocks
ALL_VERSIONS = [*recipe.OLD, "1.22.12", *recipe.BETWEEN, recipe.LOCAL, "1.27.4"]
SOME_VERSIONS = ["1.19.13", "1.24.13", recipe.LOCAL]
VERSIONS = [recipe.LOCAL] if tool.SUBSET else ALL_VERSIONS if recipe.ALL else SOME_VERSIONS
STRIPPED = "-ldflags=-s -w"
NOT_INLINED = "-gcflags=-N -l"
BUILDS = {"dwarf": [], "stripped": [STRIPPED], "not-inlined": [NOT_INLINED]}


# The code of one old and of one new Go is enough where calls are not inlined.
CORES = [(version, how) for version in VERSIONS for how in ("dwarf", "stripped")]
CORES += [(version, "not-inlined") for version in {VERSIONS[0], recipe.LOCAL}]


@pytest.fixture(params=sorted(CORES), ids="-".join)
def core(little_core, request):
    version, how = request.param
    return little_core("deadlocks", version, *BUILDS[how])


def _waits(core, *options):
    return tool.parsed(tool.run("waits", "--format=json", core.path, *options), "gotopsy-waits/1")


def _edges(edges):
    return {(e["Goroutine"], e["Holder"], e["What"], e["Address"]) for e in edges}


def test_cycles(core):
    """Each of them, edge by edge, and no others."""
    waits = _waits(core)
    reported = [
        {(e["goroutine"], e["holder"], e["what"], e["address"]) for e in deadlock["edges"]}
        for deadlock in waits["deadlocks"]
    ]
    expected = {case: _edges(edges) for case, edges in core.truth.items() if case not in NO_CYCLE}
    missing = {case: edges for case, edges in expected.items() if edges not in reported}
    assert not missing, reported
    assert len(reported) == len(expected), reported
    assert [{e["goroutine"] for e in d["edges"]} for d in waits["deadlocks"]] == [
        set(cycle) for cycle in waits["cycles"]
    ]


def test_holders(core):
    """The holder of a lock if no goroutine is stuck; and none if the holder has returned."""
    (edge,) = core.truth["slow"]
    (waiting,) = _waits(core, f"--goroutine={edge['Goroutine']}")["waiting"]
    assert [holder["goroutine"] for holder in waiting["holders"]] == [edge["Holder"]]
    assert waiting["outlook"] == "may go on"
    (edge,) = core.truth["unheld"]
    (waiting,) = _waits(core, f"--goroutine={edge['Goroutine']}")["waiting"]
    assert waiting["holders"] == [] and waiting["address"] == edge["Address"]


def test_report(core):
    """It says in a line what locks alone show: not who waits on whose channel."""
    circles = [
        edges
        for case, edges in core.truth.items()
        if case not in NO_CYCLE and all(edge["What"] != "channel" for edge in edges)
    ]
    report = tool.report(core.path)
    reported, count = report["waits_summary"], sum(map(len, circles))
    assert (reported["deadlocks"], reported["deadlocked"], reported["behind"]) == (len(circles), count, 0)
    assert reported["all"]
    text = tool.run("report", "--width=200", core.path).out
    assert f"{count} goroutines wait for each other's locks, in {len(circles)} circles" in text
    assert "see gotopsy waits" in text


def test_findings(core):
    """Each goroutine in a circle of locks is in a finding, which says what to do about circles."""
    circles = {
        edge["Goroutine"]
        for case, edges in core.truth.items()
        if case not in NO_CYCLE and all(edge["What"] != "channel" for edge in edges)
        for edge in edges
    }
    others = {edge["Goroutine"] for case in NO_CYCLE for edge in core.truth[case]}
    report = tool.report(core.path, "--instances=100000")
    hung = [each for each in report["findings"] if each["kind"] == "hung-goroutine"]
    reported = {instance["goroutine"] for each in hung for instance in each["instances"]}
    assert circles <= reported and not others & reported
    for each in hung:
        if circles & {instance["goroutine"] for instance in each["instances"]}:
            assert each["confidence"] == "proven" or "stack frames" in each["doubt"]
            assert "every path of who locked it" not in each["advice"]
    assert tool.run("report", "--fail-on=hung-goroutine", core.path).status == 1


MAIN = {
    "select": "main waits",
    "own": "main waits",
    "group": "main waits",
    "served": "may go on",
    "embrace": "deadlocked",
}


@pytest.mark.parametrize("way", MAIN)
def test_main(tmp_path, monkeypatch, way):
    """It is on purpose only where nobody else has to do with what it waits for."""
    monkeypatch.setenv("MAIN_WAITS", way)
    try:
        core = little.make(tmp_path, "gcore", "mainwaits", recipe.LOCAL)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    waits = _waits(core)
    (waiting,) = [group for group in waits["waiting"] if group["goroutine"] == 1]
    assert waiting["outlook"] == MAIN[way]
    assert [1 in cycle for cycle in waits["cycles"]] == ([True] if way == "embrace" else [])
    text = tool.run("waits", core.path, "--goroutine=1").out
    assert ("on purpose" in text) == (MAIN[way] == "main waits")
