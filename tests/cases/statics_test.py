"""State behind pointers to static data: `var jobs = &queue{}`."""

import json
import re

from . import field

# A stripped binary has the way from the variable, by the places of both, or the variable's alone.
UNNAMED = re.compile(r"global at \.\w+\+0x\w+ \(used by main\.[^)]*\)( -> static data at \.\w+\+0x\w+)*")
# What keeps the names out of their documents; the names of 1.22 and 1.24 are in a map and in a
# list, and which of them is the largest holder is chance.
REGISTRY = re.compile(r"global main\.metrics -> object \.(byName|order)")
JOBS = "global main.jobs -> object .items"


@field.cases("statics")
def test_twin_has_no_finding(case):
    report = case.report("fixed")
    assert report["findings"] == []
    assert field.near(report["live"]["bytes"], case.core("fixed").truth["heap"])


@field.cases("statics")
def test_leak_is_found_behind_pointers(case):
    report = case.report()
    assert {finding["kind"] for finding in report["findings"]} == {"substring", "lost-elements"}
    assert field.near(report["leaks_total"]["bytes"], case.freed())
    jobs = field.the_finding(report, "lost-elements")
    assert jobs["bytes_freed"] >= 590 * 4096
    assert jobs["confidence"] == ("proven" if case.symbols == "dwarf" else "likely")
    names = [finding for finding in report["findings"] if finding["kind"] == "substring"]
    assert sum(finding["count"] for finding in names) == 400
    for finding in names:
        assert finding["confidence"] == "proven"
        assert _begins(case, finding, REGISTRY)
    assert _begins(case, jobs, re.compile(re.escape(JOBS)))


@field.cases("statics")
def test_tail_is_found_behind_pointers(case):
    """Without types too: a capacity that ends with its block is one."""
    jobs = field.the_finding(case.report("tail"), "lost-elements")
    assert jobs["confidence"] == "likely"
    assert field.near(jobs["bytes_freed"], 590 * (4096 + 24))  # payloads and their jobs
    assert _begins(case, jobs, re.compile(re.escape(JOBS)))


def _begins(case, finding, holder):
    path = field.path_of(finding)
    assert (holder if case.symbols == "dwarf" else UNNAMED).match(path), path
    return True


# The size of the documents that a holder of tests/cases/field/literals keeps -> its path.
HOLDERS = {
    4096: "global main.shards -> object [2] -> object .names",
    5376: "global main.app -> object .storage -> object .index -> object .names",
    6144: "global main.lanes -> object [3].names",
    6784: "global main.grid -> object [1].names",
    8192: "global main.kept -> object .names",
    9472: "global main.plugins -> object .state -> object .names",
    10240: "global main.cache -> object .entries",
    12288: "global main.routes -> object [1] -> object .state -> object .names",
    13568: "global main.out -> object .deep -> object .base.names",
    14336: "global main.one -> object .names",
    16384: "global gotopsy/field/literals/audit.Log -> object .Names",
}
# Without debug information an interface still says what is in it, and headers of the heap do.
TYPED = {8192: "main.memory", 9472: "main.pluginState"}


def _by_size(report):
    return {finding["instances"][0]["block"]["size"]: finding for finding in report["findings"]}


@field.cases("literals")
def test_literals_without_leak(case):
    assert case.report("fixed", "--min-bytes=1K")["findings"] == []


@field.cases("literals", symbols=["dwarf"])
def test_every_literal_names_its_holder(case):
    report = case.report("", "--min-bytes=1K")
    found = _by_size(report)
    assert found.keys() == HOLDERS.keys() and len(report["findings"]) == len(HOLDERS)
    assert field.near(report["leaks_total"]["bytes"], case.freed())
    for size, finding in found.items():
        assert (finding["kind"], finding["count"]) == ("substring", 20)
        assert finding["confidence"] == "proven"
        assert field.path_of(finding).startswith(HOLDERS[size]), finding["path"]


@field.cases("literals", symbols=["stripped"])
def test_literals_of_a_stripped_binary(case):
    """What no interface types is typed by its shape, and never said to be sure."""
    report = case.report("", "--min-bytes=1K")
    found = _by_size(report)
    missing = case.freed() - report["leaks_total"]["bytes"]
    assert missing <= report["coverage"]["undecided_bytes"] + field.FLOOR
    for size, finding in found.items():
        assert size in HOLDERS and finding["count"] == 20
        assert UNNAMED.match(field.path_of(finding)), finding["path"]
    for size, name in TYPED.items():
        assert found[size]["confidence"] == "proven"
        assert (name, ".names") in [(step["type"], step["field"]) for step in found[size]["path"]]


@field.cases("manuals")
def test_manuals_without_leak(case):
    report = case.report("fixed")
    assert (report["findings"], report["smaller"]) == ([], [])


@field.cases("manuals", symbols=["dwarf"])
def test_small_leaks_of_one_field_are_one_finding(case):
    """Each command keeps 8 KiB, which is below what is shown; all of them together are not."""
    helped = field.the_finding(case.report(), "substring")
    assert (helped["count"], helped["confidence"]) == (16, "proven")
    assert field.near(helped["bytes_freed"], case.freed())
    assert "main.command.help" in helped["advice"]
    assert re.match(r"global main\.\w+ -> object \.help$", field.path_of(helped))


@field.cases("manuals", symbols=["stripped"])
def test_small_leaks_without_types_are_summed(case):
    report = case.report()
    (smaller,) = report["smaller"]
    assert (report["findings"], smaller["kind"], smaller["count"]) == ([], "substring", 16)
    assert field.near(smaller["bytes"], case.freed())


@field.cases("manuals", symbols=["dwarf"])
def test_leaks_that_are_shown_keep_their_variables(case):
    report = case.report("", "--min-bytes=1K")
    holders = {field.path_of(finding) for finding in report["findings"]}
    assert len(holders) == 16 and "global main.rebase -> object .help" in holders


LATCHES = {  # the function that waits -> what for
    "main.throughGate": "global main.gate -> sync.Mutex",
    "main.throughTable": "global main.users -> main.table.lock",
    "main.throughCounter": "global main.users -> main.table.count -> main.counter.latch",
}


@field.cases("latches")
def test_locks_in_static_data_have_names(case):
    done = case.run("waits", "", "--format=json")
    assert done.status == 0, done.err
    named = {}
    for waiting in json.loads(done.out)["waiting"]:
        for frame in waiting["stack"]:
            if frame["function"] in LATCHES:
                named[frame["function"]] = waiting["things"][0]["name"]
    assert named.keys() == LATCHES.keys()
    if case.symbols == "dwarf":
        assert named == LATCHES
    for name in named.values():
        assert case.symbols == "dwarf" or UNNAMED.match(name), named
