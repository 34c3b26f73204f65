"""The core that ships: all seven kinds at once, among much that is in order."""

import json
import re

import pytest

from . import expect, field, matrix, recipe, tool

SECONDS = 2  # for the whole report, unpacking aside

# What only a file with its own date can tell: how long ago something was before the dump.
TIMES = {"wait_ns", "wait_ns_max", "due_in_ns"}


def test_demo(demo):
    """It is a cell of the matrix, too."""
    square = matrix.Square(recipe.LOCAL, "amd64", "dwarf", "shipped")
    verdict = matrix.judge(square, demo, None, lambda core: core.exe)
    report = tool.report(demo.path, "--exe", demo.exe)
    wrong = [*verdict.complaints, *expect.secrecy(json.dumps(report))]
    wrong += expect.order(report["findings"])
    assert not wrong, "\n".join(wrong)
    assert verdict.right == len(matrix.SURE)


def test_demo_as_shipped():
    """Nothing is unpacked and no binary is named: it lies beside the core."""
    report = tool.report(recipe.COREFILES / "demo" / "demo.core.zst")
    assert {finding["kind"] for finding in report["findings"]} == set(matrix.SURE)


def _sample():
    """The README's report, in pieces: between them lines are left out."""
    readme = (recipe.PROJECT / "README.md").read_text()
    section = readme[readme.index("\n## A report\n") :].split("\n## ")[1]
    lines = [line[4:] for line in section.splitlines() if not line or line.startswith("    ")]
    return [piece.strip("\n") for piece in re.split(r"^\.\.\.$", "\n".join(lines), flags=re.M)]


def test_readme_shows_the_demo():
    """Each finding and each paragraph of the sample, in the width that the README has."""
    demo = recipe.COREFILES / "demo" / "demo.core.zst"
    text = tool.run(demo, "--width=96", "--progress=never").out
    shown = [part for piece in _sample() for part in piece.split("\n\n")]
    assert len(shown) > 4
    missing = [part for part in shown if f"\n{part}\n" not in f"\n{text}\n"]
    assert not missing, "\n\n".join(missing)


def test_what_is_sent_is_reported(demo):
    """Where a value lies while it waits to be sent has no variable."""
    report = tool.report(demo.path, "--exe", demo.exe)
    (hung,) = [found for found in report["findings"] if found["kind"] == "hung-goroutine"]
    assert hung["path"][0]["what"] == "main.fetchOrGiveUp.func1 value being sent"


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
        # What was touched is shown by the holes of the file that the kernel wrote: they are not packed.
        del report["memory"]["resident_bytes"], report["memory"]["resident_is_least"]
        del report["memory"]["why"]
    assert plain == packed


@pytest.mark.parametrize("format", ["text", "json", "markdown"])
def test_strings_are_shown_only_when_asked_for(demo, format):
    """The tokens of the demo's sessions are digits and letters that no other text has."""
    token = "0123456789abcdef"
    arguments = ("report", f"--format={format}", "--exe", demo.exe, demo.path)
    assert token not in tool.run(*arguments).out
    assert token in tool.run(*arguments, "--show-data").out


def test_types_are_known(demo):
    """Of what has pointers, also of timers that nothing but the runtime's own lists reaches."""
    report = tool.report(demo.path, "--exe", demo.exe)
    assert field.typed_share(report) >= 0.97
    assert report["coverage"]["undecided_bytes"] < 0.01 * report["live"]["bytes"]


def test_lost_elements_have_their_type(demo):
    """Of all objects of a type, those that no slice covers any more are some."""
    (lost,) = [found for found in demo.truth["findings"] if found["kind"] == "lost-elements"]
    dead = {address for array in lost["instances"] for address in array["targets"]}
    done = tool.run("find", demo.path, "main.upload", "--exe", demo.exe, "--format=json", "--top=all")
    found = {row["address"] for row in json.loads(done.out)["rows"]}
    assert len(dead) == 45 and dead < found and len(found) == 48
