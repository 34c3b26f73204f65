"""The cost of a run, of which its memory is seen in another one."""

import sys

import cost

ASKS = "import sys; sys.stderr.write('timing: work 2.0 ms, 1.5 ms of CPU, 3 page faults\\n'); block = bytearray(64 << 20)"


def test_who_is_not_watched_has_time_but_no_memory(tmp_path):
    with (tmp_path / "log").open("w") as log:
        run = cost.measure([sys.executable, "-c", ASKS], log, watched=False)
    assert run.wall > 0 and run.cpu > 0 and run.faults > 0 and run.memory == 0


def test_runs_that_are_watched_give_the_memory_and_no_stages(tmp_path, monkeypatch):
    program = tmp_path / "program"
    program.write_text(f"#!{sys.executable}\n{ASKS}\n")
    program.chmod(0o755)
    monkeypatch.setattr(cost, "PROGRAM", str(program))
    measured, stages = cost.measure_often("report", tmp_path / "core", "exe", 2)
    assert measured.wall > 0 and measured.memory > 0
    assert stages == {"work": cost.Stage(2, 1.5, 3)}
    assert (tmp_path / "report.stderr").read_text().count("timing") == 2
    assert (tmp_path / "report.watched").read_text().count("timing") == 2
