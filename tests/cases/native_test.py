"""Goroutines that are in C functions: these are reported above the Go functions that called them; and
threads that C has made."""

import re

import pytest

from . import little, recipe, tool

# A dump leaves out the code of shared libraries: the C library's is in its file only.
CELLS = pytest.mark.parametrize(
    "version,flags,how",
    [
        (version, flags, how)
        for version in recipe.VERSIONS
        for flags in ([], [little.STATIC])
        for how in ("gcore", "kernel")
    ],
    ids=lambda value: "static" if value == [little.STATIC] else value or "dynamic",
)


def goroutines(core):
    document = tool.parsed(tool.run("goroutines", "--format=json", core), "gotopsy-goroutines/1")
    return document["goroutines"]["groups"]


def group_in(groups, function):
    """The one group that has this function in its stack."""
    (group,) = (
        group for group in groups if any(place["function"] == function for place in group["stack"])
    )
    return group


def functions(group):
    return [place["function"] for place in group["stack"]]


@CELLS
def test_c_functions_above_go(little_core, version, flags, how):
    core = little_core("native", version, *flags, how=how)
    group = group_in(goroutines(core.path), "native_inner")
    stack = functions(group)
    assert (group["status"], group["count"]) == ("syscall", 1)
    assert "main.waitInC" in stack
    assert "pause" in stack[0]
    assert stack[1:4] == ["native_inner", "native_outer", "runtime.cgocall"]
    assert [place["file"] is None for place in group["stack"][:4]] == [True, True, True, False]


@CELLS
def test_go_called_by_c_waits_in_go(little_core, version, flags, how):
    """The C frames that called Go lie between Go's, on the stack of the thread that is kept."""
    core = little_core("native", version, *flags, how=how)
    group = group_in(goroutines(core.path), "main.callBack")
    assert group["wait_reason"] == "chan receive"
    of_c = [place["function"] for place in group["stack"] if not place["file"]]
    assert of_c[:2] == ["calledBack", "native_back"]
    stack = functions(group)
    inner, outer = stack.index("main.calledBack"), stack.index("main.callBack")
    assert inner < stack.index("calledBack") < stack.index("native_back") < outer


@CELLS
def test_roots_do_not_know_of_c_frames(little_core, version, flags, how):
    core = little_core("native", version, *flags, how=how)
    assert tool.check(core.path)["verdict"] != "differs"
    assert tool.report(core.path)["coverage"]["contradictions"] == []


# ---- threads -------------------------------------------------------------------------------------

OF_THREADS = pytest.mark.parametrize(
    "version,how",
    [(version, how) for version in recipe.VERSIONS for how in ("gcore", "kernel")],
)


def threads(core):
    document = tool.parsed(tool.run("threads", "--format=json", core), "gotopsy-threads/1")
    return {thread["tid"]: thread for thread in document["threads"]}


def known(truth):
    """What the program knows of its threads: number -> state, goroutine, a function in the stack."""
    return {
        truth["main"]: ("syscall", 1, "main.main"),
        truth["in_c"]: ("C", truth["in_c_goroutine"], "main.waitInC"),
        truth["kept"]: ("idle", None, "runtime.stoplockedm"),
        truth["spinning"]: ("running", truth["spinning_goroutine"], "main.spin"),
        **{number: ("foreign", None, "foreign_wait") for number in truth["foreign"]},
    }


@OF_THREADS
def test_what_threads_do(little_core, version, how):
    core = little_core("threads", version, how=how)
    found, want = threads(core.path), known(core.truth)
    assert set(core.truth["all"]) <= set(found)
    for number, (state, goroutine, function) in want.items():
        thread = found[number]
        assert (thread["state"], thread["goroutine"]) == (state, goroutine), thread
        assert function in functions(thread), thread
    others = [thread for number, thread in found.items() if number not in want]
    assert others and all(thread["state"] in ("idle", "runtime") for thread in others), others
    assert not any(thread["goroutine"] for thread in others)


@OF_THREADS
def test_c_functions_above_go_on_a_thread(little_core, version, how):
    core = little_core("threads", version, how=how)
    stack = functions(threads(core.path)[core.truth["in_c"]])
    assert "pause" in stack[0] and stack[1] == "native_wait"
    assert stack.index("native_wait") < stack.index("runtime.cgocall") < stack.index("main.waitInC")


@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_what_a_signal_interrupted(little_core, version):
    """The runtime's handler sends a signal to each of its threads before the process ends."""
    found = threads(little_core("native", version, how="kernel").path).values()
    in_c = [thread for thread in found if thread["state"] == "C"]
    assert {"native_inner", "native_other"} <= {name for each in in_c for name in functions(each)}
    assert all("main.waitInC" in functions(thread) for thread in in_c if thread["interrupted"])
    assert any(thread["interrupted"] for thread in found)


def test_threads_as_text(little_core):
    core = little_core("threads", recipe.LOCAL)
    done, whole = tool.run("threads", core.path), tool.run("threads", "--all", core.path)
    assert (done.status, whole.status) == (0, 0)
    truth = core.truth
    assert f"thread {truth['in_c']}: in C code, goroutine {truth['in_c_goroutine']}\n" in done.out
    assert f"thread {truth['kept']}: idle" in whole.out and "runtime.stoplockedm" in whole.out
    assert "runtime.stoplockedm" not in done.out
    (idle,) = [line for line in done.out.splitlines() if line.startswith("idle: ")]
    assert str(truth["kept"]) in idle


@OF_THREADS
def test_what_a_handler_of_c_interrupted(little_core, version, how):
    """The runtime does not know that the thread is in the handler: its goroutine runs."""
    core = little_core("handler", version, how=how)
    group = group_in(goroutines(core.path), "main.spin")
    assert group["status"] == "running"
    assert functions(group)[:2] == ["main.spin", "main.hold"]
    thread = threads(core.path)[core.truth["thread"]]
    assert (thread["state"], [thread["goroutine"]]) == ("running", group["ids"])
    assert thread["interrupted"] and "main.spin" in functions(thread)
    report = tool.report(core.path)
    assert report["live"]["bytes"] >= core.truth["bytes"]
    assert not report["findings"]
    assert not [note for note in report["coverage"]["notes"] if "goroutine" in note]
    assert tool.check(core.path)["verdict"] != "differs"


# ---- threads of C ---------------------------------------------------------------------------------


def states(text):
    """The goroutines of a traceback, and how they are: "syscall", or what they wait for."""
    return {int(number): how for number, how in re.findall(r"^goroutine (\d+) \[([^],]+)", text, re.MULTILINE)}


@pytest.mark.parametrize("how", ["gcore", "kernel"])
def test_threads_of_c(little_core, how):
    """Those in Go and those that came back have a goroutine, those that were never there have none."""
    core = little_core("cthreads", recipe.LOCAL, how=how)
    said = states(core.truth["stacks"])
    said[1] = "syscall"  # by now
    assert sorted(said.values()) == ["chan receive"] * 3 + ["syscall"] * 4
    report = tool.report(core.path)
    groups = report["goroutines"]["groups"]
    found = {n: group["wait_reason"] or group["status"] for group in groups for n in group["ids"]}
    assert {n: found[n] for n in said} == said
    # The signal that ends it may bring one of the others into Go.
    others = report["goroutines"]["total"] - report["goroutines"]["system"] - len(said)
    assert 0 <= others <= (how == "kernel")
    back = group_in(groups, "come_back")
    assert back["count"] == 3 and "pause" in functions(back)[0]
    assert tool.check(core.path)["verdict"] == "exact"
    assert not report["findings"]
