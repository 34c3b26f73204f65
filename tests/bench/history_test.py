"""The bench's history: which runs are compared, and how a change is written."""

import json

import history


def _run(machine="a", scale=1, cpu=100):
    cost = {"cpu": cpu, "memory": 1 << 20}
    heaps = {"list": {"unit": 50, "commands": {"check": cost}}}
    return {
        "date": "2026-01-01", "commit": "abc", "machine": machine, "load": 0, "scale": scale, "heaps": heaps
    }


def _file(folder, *runs):
    path = folder / "history.jsonl"
    path.write_text("".join(json.dumps(run) + "\n" for run in runs) + '{"cut')
    return path


def test_only_runs_on_one_machine_at_one_scale_are_compared(tmp_path):
    path = _file(tmp_path, _run(cpu=1), _run(), _run("b"), _run(scale=2), _run(cpu=110))
    new, old = history.last_two(path)
    assert (new["heaps"]["list"]["commands"]["check"]["cpu"], old) == (110, _run())
    assert history.last_two(_file(tmp_path, _run("b"), _run()))[1] is None
    assert history.last_two(tmp_path / "none") == (None, None)


def test_the_table_has_the_change(tmp_path, capsys):
    history.show(_file(tmp_path, _run(), _run(cpu=112)))
    line = capsys.readouterr().out.splitlines()[-1].split()
    assert line == ["list", "check", "112", "+12%", "2.24", "1.0", "+0%"]


def _with_large(run, **large):
    run["heaps"]["list"]["large"] = {state.replace("_", " "): part for state, part in large.items()}
    return run


def _last_lines(capsys, path, count):
    history.show(path)
    return capsys.readouterr().out.splitlines()[-count:]


def test_the_table_says_how_the_core_was_mapped(tmp_path, capsys):
    new = _with_large(_run(), as_dumped=0, from_disk=0.98)
    (line,) = _last_lines(capsys, _file(tmp_path, new), 1)
    assert line == "list     in large pages: 0% of the core as dumped, 98% from disk"
    old = _with_large(_run(), from_disk=0.5)
    (line,) = _last_lines(capsys, _file(tmp_path, old, new), 1)
    assert line.endswith("98% from disk; the run before: 50% of the core from disk")


def test_a_run_before_that_did_not_record_it_is_compared(tmp_path, capsys):
    row, line = _last_lines(capsys, _file(tmp_path, _run(), _with_large(_run(), from_disk=None)), 2)
    assert row.split()[3] == "+0%"
    assert line == (
        "list     in large pages: an unknown part of the core from disk; the run before: not recorded"
    )


def test_a_change_of_little_says_nothing():
    assert history.change(4, 2, history.SMALL) == ""
    assert history.change(4, 0) == history.change(4, None) == ""


def test_a_run_is_added_to_the_end(tmp_path):
    path = tmp_path / "new" / "history.jsonl"
    for _ in range(2):
        history.add(path, 1, 0.5, _run()["heaps"])
    new, old = history.last_two(path)
    assert new["heaps"] == old["heaps"] == _run()["heaps"]
    assert new["commit"] and new["machine"]
