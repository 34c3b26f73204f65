"""`check`: exact, or right about why not."""

import random
import re
import signal
import subprocess
import time

import pytest

from . import field, little, recipe, tool

# Of one version: dumps between two collections, and at most in all. The long form (make test-all) judges more.
JUDGED, DUMPS = (20, 100) if recipe.ALL else (5, 15)
UNDER_WAY = "a collection was under way: its marks are not complete"
DROPPED = "dropped since the last collection"


def _labels(check):
    return {each["label"]: each["objects"] for each in check["only_gc"]["labels"]}


@pytest.mark.parametrize("way", ["", "allocating"])
@field.cases("lettinggo")
def test_dropped_since(case, way):
    """Chains of 8 in 300 stacks, whose frames no longer use them."""
    made = case.core(way)
    check = tool.check(made.path, "--exe", field.exe_of(made, case.symbols))
    assert check["verdict"] == "explained", check
    dropped = sum(count for label, count in _labels(check).items() if label.startswith(DROPPED))
    assert dropped >= 300 * 8
    assert check["gc"]["phase"] == "off"


def _dump(exe, folder, pause):
    """A core of the server under load, at any moment."""
    process = little._run(exe, folder=folder)
    assert process.stdout.readline() == "ready\n"
    time.sleep(pause)
    process.send_signal(signal.SIGABRT)
    process.wait(little.PATIENCE)
    (core,) = folder.glob("core*")
    return core


@pytest.mark.parametrize("version", field.VERSIONS)
def test_busy_server(version, tmp_path):
    """Whatever it does at that moment: nothing differs, with or without symbols. A dump may have an
    object of which the core does not tell whether it was dropped."""
    try:
        little.need("go")
        little.need_kernel_cores()
        exe = field.built("busyserver", version)
        stripped = field.stripped(exe)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    pauses, judged, uncertain = random.Random(1), 0, 0
    for number in range(DUMPS):
        if judged == JUDGED:
            break
        folder = tmp_path / str(number)
        folder.mkdir()
        core = _dump(exe, folder, pauses.uniform(0.01, 0.1))
        checks = [tool.check(core, "--exe", binary) for binary in (exe, stripped)]
        for check in checks:
            assert check["verdict"] in ("exact", "explained", "uncertain", "not-comparable"), check
            if check["verdict"] != "uncertain":
                under_way = check["verdict"] == "not-comparable"
                assert check["reason"] == (UNDER_WAY if under_way else None)
        assert checks[0]["verdict"] == checks[1]["verdict"]
        uncertain += checks[0]["verdict"] == "uncertain"
        judged += checks[0]["verdict"] != "not-comparable"
        core.unlink()
    assert judged >= (JUDGED if recipe.ALL else 1), "nearly each dump was within a collection"
    assert uncertain <= 1


@field.cases("webserver", versions=["1.24.13"])
def test_uniques_closures(case):
    """net/http brings package unique along, whose goroutine runs after each collection and makes
    closures: those that it made during the mark are dead, and marked. What led to them has gone or
    is left on its stack, and only small objects are of this kind."""
    made = case.core("fixed")
    check = tool.check(made.path, "--exe", field.exe_of(made, case.symbols), "--examples=100")
    assert check["verdict"] in ("exact", "explained"), check
    assert check["only_gotopsy"]["objects"] == 0
    assert check["only_gc"]["objects"] <= 8
    for label in check["only_gc"]["labels"]:
        assert label["label"].startswith(DROPPED), label
        for example in label["examples"]:
            assert example["bytes"] <= 48
            assert re.search("closure of (unique|internal/sync)|^$", example["type"] or ""), example


def test_examples(tmp_path):
    """As many as are asked for, of each label, with sizes and types."""
    made = field.core("lettinggo")
    check = tool.check(made.path, "--examples=3")
    for label in check["only_gc"]["labels"]:
        assert len(label["examples"]) == min(3, label["objects"])
    examples = [each for label in check["only_gc"]["labels"] for each in label["examples"]]
    assert "main.link" in [each["type"] for each in examples]
    text = tool.run("check", made.path, "--examples=3").out
    assert all(each["address"] in text for each in examples)
    assert "main.link" in text
