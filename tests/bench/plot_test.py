"""The bench's picture: which runs it has, and what it says where it cannot be drawn."""

import json
import xml.etree.ElementTree

import pytest

import plot

SVG = "{http://www.w3.org/2000/svg}"


def _run(commit, cpu=100, machine="a", unit=50):
    heaps = {"list": {"unit": unit, "commands": {"check": {"cpu": cpu}, "diff": {"cpu": 1}}}}
    return {"commit": commit, "machine": machine, "scale": 1, "heaps": heaps}


def _file(folder, *runs):
    path = folder / "history.jsonl"
    path.write_text("".join(json.dumps(run) + "\n" for run in runs))
    return path


def test_a_commit_is_one_point_of_its_last_run(tmp_path):
    path = _file(tmp_path, _run("a1", 75), _run("b2", machine="b"), _run("a1"), _run("c3+"), _run("c3", 150))
    assert plot.ratios(plot.alike(path)) == {"list": {"check": [("a1", 2), ("c3", 3)]}}


def test_runs_with_changes_are_taken_where_there_are_no_others(tmp_path):
    assert [row["commit"] for row in plot.alike(_file(tmp_path, _run("a1+"), _run("b2+")))] == ["a1+", "b2+"]


def test_a_heap_without_a_collector_is_left_out(tmp_path):
    assert plot.ratios(plot.alike(_file(tmp_path, _run("a1", unit=0)))) == {}


def test_the_picture_names_heaps_and_commits(tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="python3-matplotlib is not installed")
    picture = tmp_path / "plot.svg"
    plot.draw(_file(tmp_path, _run("a1"), _run("b2")), picture)
    assert xml.etree.ElementTree.parse(picture).getroot().tag == SVG + "svg"
    assert all(f"<!-- {word} -->" in picture.read_text() for word in ("a1", "b2", "list", "check"))
    assert "has 2 commits, a1 to b2" in capsys.readouterr().out


def test_without_runs_it_says_so(tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="python3-matplotlib is not installed")
    plot.draw(tmp_path / "none", tmp_path / "plot.svg")
    assert "is not drawn" in capsys.readouterr().out
    assert not (tmp_path / "plot.svg").exists()
