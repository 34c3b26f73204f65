"""`check`: exact, or right about why not."""

import random
import re
import signal
import subprocess
import time

import pytest

from . import evidence, field, little, recipe, tool

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
    complaints, check = evidence.wrong(made.path, "--exe", field.exe_of(made, case.symbols))
    assert check["verdict"] == "explained", check
    assert not complaints, complaints[:3]
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
    """Whatever it does at that moment: nothing differs, with or without symbols, and each object that
    is explained has its evidence in the core. Of others the core does not tell whether they were
    dropped: most that only a stack held leave no word."""
    try:
        little.need("go")
        little.need_kernel_cores()
        exe = field.built("busyserver", version)
        stripped = field.stripped(exe)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    pauses, judged = random.Random(1), 0
    for number in range(DUMPS):
        if judged == JUDGED:
            break
        folder = tmp_path / str(number)
        folder.mkdir()
        core = _dump(exe, folder, pauses.uniform(0.01, 0.1))
        reported = [evidence.wrong(core, "--exe", binary) for binary in (exe, stripped)]
        checks = [check for _, check in reported]
        for complaints, check in reported:
            assert check["verdict"] in ("exact", "explained", "uncertain", "not-comparable"), check
            assert not complaints, complaints[:3]
            assert (check["uncertain_objects"] > 0) == (check["verdict"] == "uncertain")
            if check["verdict"] != "uncertain":
                under_way = check["verdict"] == "not-comparable"
                assert check["reason"] == (UNDER_WAY if under_way else None)
        assert checks[0]["verdict"] == checks[1]["verdict"]
        judged += checks[0]["verdict"] != "not-comparable"
        core.unlink()
    assert judged >= (JUDGED if recipe.ALL else 1), "nearly each dump was within a collection"


@field.cases("webserver", versions=["1.24.13"])
def test_uniques_closures(case):
    """net/http brings package unique along, whose goroutine runs after each collection and makes
    closures: those that it made during the mark are dead, and marked. What led to them has gone or
    is left on its stack, and only small objects are of this kind. Where it has gone, only closures
    like them speak for it, which is no evidence for each."""
    made = case.core("fixed")
    check = tool.check(made.path, "--exe", field.exe_of(made, case.symbols), "--examples=100")
    assert check["verdict"] in ("exact", "explained", "uncertain"), check
    assert check["only_gotopsy"]["objects"] == 0
    assert check["only_gc"]["objects"] <= 8
    for label in check["only_gc"]["labels"]:
        assert label["label"].removeprefix("perhaps ").startswith(DROPPED), label
        assert label["explains"] != label["uncertain"]
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


@pytest.mark.parametrize("way", ["", "address"])
def test_numbers_are_no_addresses(way, tmp_path):
    """A number in a global may be the same as the address of what was just dropped. That of a uintptr
    may be one, so a root may be missed, and that is said."""
    try:
        little.need("go")
        little.need_kernel_cores()
        little.build(tmp_path, "mistaken", recipe.LOCAL)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    made = little.core_in(tmp_path, tmp_path / "mistaken", *way.split())
    check = tool.check(made.path, "--exe", made.exe)
    missed = [each["objects"] for each in check["only_gc"]["labels"] if "missed root" in each["label"]]
    assert check["only_gc"]["objects"] >= 3, "the objects are not marked, or not dropped"
    assert missed == ([1] if way else []), check
    assert (check["verdict"] == "differs") == bool(way)
