"""Who waits for what, and who could wake whom: gotopsy waits."""

import shutil
import subprocess

import pytest

from . import recipe, tool
from .ways_test import HANG

# How those that hold what would wake others are reported.
KINDS = {
    "global": "global",
    "timer": "timer",
    "finalizer": "finalizer",
    "cleanup": "cleanup",
    "frame": "goroutine",
    "sleeper": "goroutine",
    "deadline": "goroutine",
    "reader": "goroutine",
    "syscall": "goroutine",
    "signal": "goroutine",
    "worker": "goroutine",
    "spinner": "goroutine",
    "deferred": "goroutine",
}
OTHERS = HANG | {"other"}
VERSIONS = [recipe.LOCAL] if tool.SUBSET else ["1.19.13", recipe.LOCAL]


def _waits(core, *options):
    return tool.parsed(tool.run("waits", "--format=json", core.path, *options), "gotopsy-waits/1")


def _of_all(core):
    """By goroutine: the group that it is reported in."""
    waits = _waits(core)
    return {g: group for group in waits["waiting"] for g in group["ids"]}


@pytest.fixture(params=VERSIONS)
def ways(little_core, request):
    return little_core("ways", request.param)


def _outlook(holder, way):
    """Embracers hold what the other waits for, whoever else reaches it."""
    if holder in HANG:
        return "hangs"
    return "deadlocked" if way == "embrace" else "may go on"


def test_outlook(ways):
    reported = _of_all(ways)
    wrong = [
        f"{holder}/{way}: {reported[g]['outlook']}"
        for holder, names in ways.truth.items()
        for way, ids in names.items()
        for g in ids
        if reported[g]["outlook"] != _outlook(holder, way)
    ]
    assert not wrong, "\n".join(wrong)


def test_wakers(ways):
    """The waker is named, by its kind and by the variable that leads to what is waited for."""
    assert set(ways.truth) - OTHERS <= set(KINDS)
    for holder, kind in KINDS.items():
        for way in ["receive", "mutex", "context"] if holder in ways.truth else []:
            (number,) = ways.truth[holder][way]
            (waiting,) = _waits(ways, f"--goroutine={number}")["waiting"]
            kinds = [waker["kind"] for waker in waiting["wakers"] if not waker["hangs"]]
            assert kind in kinds, (holder, way, waiting["wakers"])
            assert not waiting["more_wakers"]


def test_by_name(ways):
    """A goroutine that could wake another is shown with its variable."""
    (number,) = ways.truth["spinner"]["send"]
    (waiting,) = _waits(ways, f"--goroutine={number}")["waiting"]
    assert waiting["blocked_on"] == "channel" and waiting["wait_reason"] == "chan send"
    (waker,) = waiting["wakers"]
    assert waker["path"][0]["what"] == "main.spin variable key"


def test_nobody(ways):
    (number,) = ways.truth["nobody"]["select"]
    (waiting,) = _waits(ways, f"--goroutine={number}")["waiting"]
    assert waiting["wakers"] == [] and waiting["outlook"] == "hangs"
    (number,) = ways.truth["never"]["nilSend"]
    (waiting,) = _waits(ways, f"--goroutine={number}")["waiting"]
    assert waiting["blocked_on"] is None and waiting["wakers"] == []


def test_cycle(ways):
    """It is proven where nobody else reaches the mutexes, and reported all the same where one does."""
    waits = _waits(ways)
    proven = {
        frozenset(cycle): deadlock["proven"]
        for cycle, deadlock in zip(waits["cycles"], waits["deadlocks"])
    }
    assert proven[frozenset(ways.truth["nobody"]["embrace"])]
    assert not proven[frozenset(ways.truth["global"]["embrace"])]


# What each way blocks on, and what it would do with it.
BLOCKED_ON = {
    "receive": [("channel", "receive", "chan int")],
    "send": [("channel", "send", "chan int")],
    "select": [("channel", "receive", "chan int"), ("channel", "send", "chan int")],
    "selectNil": [("channel", "send", "chan int")],
    "mutex": [("mutex", "lock", "sync.Mutex")],
    "inStruct": [("mutex", "lock", "sync.Mutex")],
    "rwRead": [("rwmutex", "read", "sync.RWMutex")],
    "rwWrite": [("rwmutex", "write", "sync.RWMutex")],
    "waitGroup": [("wait group", "wait", "sync.WaitGroup")],
    "condition": [("condition", None, "sync.Cond")],
}


def test_blocked_on(ways):
    """Exactly: all channels of a select, the mutex and not its semaphore."""
    reported = _of_all(ways)
    for way, expected in BLOCKED_ON.items():
        (number,) = ways.truth["nobody"][way]
        things = _waits(ways, f"--goroutine={number}")["waiting"][0]["things"]
        of_things = [(thing["what"], thing["action"], thing["type"]) for thing in things]
        assert len(of_things) == len(expected) and set(of_things) == set(expected)
    assert "once" in [reported[g]["blocked_on"] for g in ways.truth["nobody"]["once"]]
    (number,) = ways.truth["never"]["nilSend"]
    assert reported[number]["things"] == []


def test_finding(ways):
    """The report's findings say the same, and labels and who started it."""
    report = tool.report(ways.path, "--min-bytes=1", "--instances=100000")
    hung = {
        instance["goroutine"]: instance
        for finding in report["findings"]
        if finding["kind"] == "hung-goroutine"
        for instance in finding["instances"]
    }
    (number,) = ways.truth["nobody"]["select"]
    assert {thing["action"] for thing in hung[number]["blocked_on"]} == {"send", "receive"}
    # Go notes it since 1.21.
    assert hung[number]["parent"] == (None if "go1.19" in report["binary"]["go_version"] else 1)
    (number,) = ways.truth["nobody"]["labelled"]
    assert hung[number]["labels"] == {"endpoint": "/search"}
    (waiting,) = _waits(ways, f"--goroutine={number}")["waiting"]
    assert waiting["labels"] == {"endpoint": "/search"}


def test_text(ways):
    (number,) = ways.truth["spinner"]["receive"]
    text = tool.run("waits", ways.path, f"--goroutine={number}").out
    assert "could still be woken" in text and "reaches it: main.spin variable key" in text
    (number,) = ways.truth["nobody"]["receive"]
    text = tool.run("waits", ways.path, f"--goroutine={number}").out
    assert "blocked forever" in text and "nobody else reaches it" in text


def test_dot(ways):
    if not shutil.which("dot"):
        pytest.skip("dot is not installed")
    dot = tool.run("waits", ways.path, "--format=dot").out
    done = subprocess.run(["dot", "-Tplain"], input=dot, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    groups = _waits(ways)["waiting"]
    nodes = {line[1] for line in lines if line[0] == "node"}
    assert {f"g{group['goroutine']}" for group in groups} <= nodes
    edges = [(line[1], line[2]) for line in lines if line[0] == "edge"]
    assert len(edges) == len(set(edges)), "an edge is drawn twice"
    # A lock is one node, however many groups wait for it.
    shared = {
        (f"g{g['goroutine']}", f"o{g['address']}")
        for g in groups
        if g["same_thing"] and g["address"]
    }
    assert {thing for _, thing in shared} == {node for node in nodes if node[0] == "o"}
    assert shared <= set(edges)


def _of_the_runtime(core):
    """Goroutines that wait for nothing but a call of the runtime. Which numbers they have depends on
    the processor that started them."""
    done = tool.run("goroutines", "--all", "--format=json", core.path)
    groups = tool.parsed(done, "gotopsy-goroutines/1")["goroutines"]["groups"]
    return [g for group in groups if group["wait_reason"] == "force gc (idle)" for g in group["ids"]]


def test_wrong_goroutine(ways):
    (idle,) = _of_the_runtime(ways)
    for goroutine, said in (("999999", "no goroutine 999999"), (idle, "waits for nothing")):
        done = tool.run("waits", ways.path, f"--goroutine={goroutine}")
        assert done.status == 2 and said in done.err


def test_demo(demo):
    """Those of the core that ships hang, and main only waits."""
    reported = _of_all(demo)
    assert {group["outlook"] for g, group in reported.items() if g != 1} >= {"hangs"}
