"""The bench's run: which cores it makes."""

import argparse
import importlib.machinery
import importlib.util
import pathlib

import pytest

from cost import Failed

RUN = str(pathlib.Path(__file__).parent / "run")


@pytest.fixture(name="run")
def _run(monkeypatch):
    """The program, and in its `made` the parts that it would have made; a server cannot be had."""
    loader = importlib.machinery.SourceFileLoader("bench_run", RUN)
    run = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench_run", loader))
    loader.exec_module(run)
    run.made = []
    monkeypatch.setattr(run, "make_cores", lambda folder, parts, scale: run.made.extend(parts))
    monkeypatch.setattr(run.server, "make", lambda folder: "no network")
    return run


def _options(keep, *parts):
    return argparse.Namespace(keep=keep, parts=list(parts), scale=1)


def _put(folder, *names):
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text("")


def test_keep_makes_what_is_not_there(run, tmp_path, capsys):
    _put(tmp_path, "core", "truth.json")
    _put(tmp_path / "list", "core", "truth.json")
    _put(tmp_path / "maps", "core")
    present = dict(run.prepare(tmp_path, _options(True, "heap", "list", "maps", "oldmaps")))
    dumped = {"heap": False, "list": False, "maps": True, "oldmaps": True}
    assert (run.made, present) == (["maps", "oldmaps"], dumped)
    assert f"oldmaps    is made: {tmp_path}/oldmaps has none" in capsys.readouterr().out


def test_without_keep_all_is_made_anew(run, tmp_path):
    _put(tmp_path / "list", "core", "truth.json")
    present = dict(run.prepare(tmp_path, _options(False, "list", "tree")))
    assert present == {"list": True, "tree": True}
    assert run.made == ["list", "tree"]


def test_a_core_is_made_when_the_one_before_was_measured(run, tmp_path):
    parts = run.prepare(tmp_path, _options(False, "list", "tree"))
    assert (next(parts), run.made) == (("list", True), ["list"])
    assert (next(parts), run.made) == (("tree", True), ["list", "tree"])


def test_a_server_that_cannot_be_had_is_skipped(run, tmp_path, capsys):
    assert dict(run.prepare(tmp_path, _options(False, "list", "server"))) == {"list": True}
    assert "server     skipped: no network" in capsys.readouterr().out


def test_a_core_that_cannot_be_made_ends_the_run(run, tmp_path, monkeypatch):
    def fail(*_):
        raise Failed("make-cores --bench: no disk")

    monkeypatch.setattr(run, "make_cores", fail)
    with pytest.raises(Failed, match="no disk"):
        dict(run.prepare(tmp_path, _options(True, "oldmaps")))
