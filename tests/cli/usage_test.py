"""The command line: what is wrong usage, what cannot be analysed, and what help says."""

import os
import pathlib

import pytest

ANALYSES = ["report", "check", "goroutines"]


def one_line(text):
    return text.startswith("gotopsy: ") and text.count("\n") == 1 and text.endswith("\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["check"],
        ["--no-such-option", "core"],
        ["core", "--exe"],
        ["core", "--format=xml"],
        ["core", "--format=traceback"],
        ["core", "--format=pprof"],
        ["check", "core", "--format=markdown"],
        ["goroutines", "core", "--format=markdown"],
        ["check", "core", "--min-bytes=1"],
        ["goroutines", "core", "--fail-on=any"],
        ["report", "core", "--all"],
        ["core", "--min-bytes=lots"],
        ["core", "--min-bytes=-1"],
        ["core", "--min-bytes=1e3"],
        ["core", "--min-bytes=0x10"],
        ["core", "--min-bytes=99999999TiB"],
        ["core", "--fail-on=leaks"],
        ["core", "--fail-on=any:"],
        ["core", "--fail-on=any:5parsecs"],
        ["core", "--instances=0"],
        ["core", "--instances=many"],
        ["core", "--width=7"],
        ["core", "--threads=0"],
        ["core", "--threads=many"],
        ["core", "--colour=blue"],
        ["core", "--progress=always"],
        ["core", "-o", ""],
        ["core", "another"],
        ["check", "core", "another"],
        ["help", "nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_usage(gotopsy, arguments):
    run = gotopsy(*arguments)
    assert run.returncode == 2
    assert run.stdout == ""
    assert one_line(run.stderr)


@pytest.mark.parametrize(
    "command, formats",
    [
        ("report", "text, json, markdown"),
        ("check", "text, json"),
        ("goroutines", "text, json, traceback, pprof"),
        ("waits", "text, json, dot"),
    ],
)
def test_an_error_names_the_formats_that_there_are(gotopsy, command, formats):
    wrong = "dot" if command != "waits" else "pprof"
    said = gotopsy(command, "core", f"--format={wrong}").stderr
    assert f"{command} supports {formats}" in said


@pytest.mark.parametrize("command", ANALYSES)
@pytest.mark.parametrize("what", ["missing", "folder", "empty", "text", "binary"])
def test_what_is_no_core(gotopsy, tmp_path, command, what):
    path = tmp_path / "core"
    if what == "folder":
        path.mkdir()
    elif what == "binary":
        path = pathlib.Path("/bin/sh")
    elif what != "missing":
        path.write_text("" if what == "empty" else "no core at all\n" * 1000)
    run = gotopsy(command, path)
    assert run.returncode == 3
    assert run.stdout == ""
    assert one_line(run.stderr)


def test_a_line_break_in_a_path_stays_in_one_line(gotopsy, tmp_path):
    run = gotopsy(tmp_path / "no\nsuch\033[31mcore")
    assert run.returncode == 3
    assert one_line(run.stderr)
    assert "\033" not in run.stderr


def test_output_is_tried_before_the_work(gotopsy, tmp_path):
    run = gotopsy(tmp_path / "missing", "-o", tmp_path / "no-folder" / "report")
    assert run.returncode == 3
    assert "no-folder" in run.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]], ids=" ".join)
def test_help(gotopsy, arguments):
    run = gotopsy(*arguments)
    assert (run.returncode, run.stderr) == (0, "")
    for word in [
        "usage:",
        "report",
        "check",
        "goroutines",
        "--fail-on",
        "Exit status",
    ]:
        assert word in run.stdout


@pytest.mark.parametrize("command", ANALYSES)
def test_help_of_a_command(gotopsy, command):
    run = gotopsy(command, "--help")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == gotopsy("help", command).stdout
    assert f"usage: gotopsy {command} CORE" in run.stdout
    assert "Examples:" in run.stdout
    assert ("--min-bytes" in run.stdout) == (command == "report")
    assert max(map(len, run.stdout.splitlines())) <= 92


def test_version(gotopsy):
    run = gotopsy("version")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("gotopsy ") and run.stdout == gotopsy("--version").stdout


def test_standard_output_that_is_full(gotopsy):
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    with open("/dev/full", "w") as full:
        run = gotopsy("help", stdout=full)
    assert run.returncode == 3
    assert one_line(run.stderr)
