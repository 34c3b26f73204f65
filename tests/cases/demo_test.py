"""The core that ships: all seven kinds at once, among much that is in order."""

import json

import pytest

from . import expect, recipe, tool

SECONDS = 2  # for the whole report, unpacking aside

CONFIDENCES = {
    "substring": {"proven"},
    "subslice": {"proven"},
    "lost-elements": {"proven"},
    "hung-goroutine": {"proven"},
    "ticker": {"proven"},
    "finalizer-cycle": {"proven"},
    "deferred-calls": {"proven"},
}

# What only a file with its own date can tell: how long ago something was before the dump.
TIMES = {"wait_ns", "wait_ns_max", "due_in_ns"}


def seven(report, truth):
    for want in truth["findings"]:
        finding = expect.the_finding(report, want["kind"])
        if not finding:
            yield expect.missing_finding(report, want)
            continue
        wrong = expect.about(finding, want, CONFIDENCES[want["kind"]])
        yield from (f"{want['kind']}: {complaint}" for complaint in wrong)
    if len(report["findings"]) > len(truth["findings"]):
        yield f"{len(report['findings'])} findings"


def total(report, truth):
    """All fixes together, which is what the twin measured: kinds must not overlap."""
    noise = sum(shape.noise for shape in expect.SHAPES.values())
    stacks = sum(finding["stack_bytes"] for finding in report["findings"])
    heap = report["leaks_total"]["bytes"] - stacks
    want = truth["bytes_freed_measured"]
    if not expect.near(heap, want, 0.01, noise):
        yield f"all findings free {heap} bytes of heap, not {want} ({heap - want:+})"


def complaints(core):
    report = tool.report(core.path, "--exe", core.exe)
    yield from expect.process(report, core.truth, "kernel")
    yield from expect.oracle(tool.check(core.path, "--exe", core.exe))
    yield from expect.secrecy(json.dumps(report))
    yield from expect.order(report["findings"])
    yield from seven(report, core.truth)
    yield from total(report, core.truth)


def test_demo(demo):
    wrong = list(complaints(demo))
    assert not wrong, "\n".join(wrong)


def test_demo_as_shipped():
    """Nothing is unpacked and no binary is named: it lies beside the core."""
    report = tool.report(recipe.COREFILES / "demo" / "demo.core.zst")
    assert {finding["kind"] for finding in report["findings"]} == set(CONFIDENCES)


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
def test_demo_in_time(demo):
    done = tool.run(demo.path, "--exe", demo.exe)
    assert done.status == 0, done.err
    assert done.seconds < SECONDS


def timeless(value):
    """A document without what the file itself, not its contents, tells."""
    if isinstance(value, dict):
        return {key: timeless(each) for key, each in value.items() if key not in TIMES}
    if isinstance(value, list):
        return [timeless(each) for each in value]
    return value


def test_compressed_is_the_same(demo):
    plain, packed = (
        timeless(tool.report(core, "--exe", demo.exe))
        for core in (demo.path, recipe.COREFILES / "demo" / "demo.core.zst")
    )
    for report in (plain, packed):
        del report["core"]["path"], report["core"]["bytes"]
    assert plain == packed


@pytest.mark.parametrize("format", ["text", "json", "markdown"])
def test_strings_are_shown_only_when_asked_for(demo, format):
    """The tokens of the demo's sessions are digits and letters that no other text has."""
    token = "0123456789abcdef"
    arguments = ("report", f"--format={format}", "--exe", demo.exe, demo.path)
    assert token not in tool.run(*arguments).out
    assert token in tool.run(*arguments, "--show-data").out
