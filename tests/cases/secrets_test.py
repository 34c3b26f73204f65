"""What the program's strings and bytes hold shows nowhere unless it is asked for: in no command, with
no format, with or without debug information, and not in a shell. The commands and formats are those
that help lists, so a new one fails here until it is tried."""

import re
import subprocess
import zlib

import pytest

from . import field, recipe, tool

WITHOUT_CORE = {"version", "help", "shell"}  # the shell is tried by all other commands in it
BYS = ["type", "package", "root", "dominator", "site", "container"]
# Option of a command -> what it is tried with, one after the other.
WAYS = {
    "report": [["--coverage", "--min-bytes=1", "--instances=all"]],
    "heap": [[f"--by={by}", "--top=all"] for by in BYS],
    "goroutines": [["--retained"]],
    "find": [["--top=all"], ["--top=all", "--where=len(name) > 1"]],
    "diff": [["--min-bytes=1", "--top=all"]],
    "show": [["--depth=9"]],
    "global": [["--depth=9"]],
    "goroutine": [["--depth=9"]],
}


def _commands():
    """Those that help lists."""
    lines = tool.run("--help").out.split("usage:")[1].split("\n\n")[1].splitlines()
    found = [line.split()[0] for line in lines if re.match(r"  \w", line)]
    assert len(found) >= 17
    return [command for command in found if command not in WITHOUT_CORE]


def _formats(command):
    (listed,) = re.findall(r"^Formats: (.*)$", tool.run("help", command).out, re.MULTILINE)
    return listed.replace(" (the default)", "").split(", ")


def _operands(made):
    """Command -> what stands behind the core: the holder of the secrets."""
    account = made.truth["account"]
    return {
        "object": [account],
        "paths": [account],
        "show": [account],
        "find": ["main.account"],
        "global": ["main.bank"],
        "goroutine": [str(made.truth["goroutine"])],
        "diff": [str(made.path)],
    }


def _asked(command, made):
    for options in WAYS.get(command, [[]]):
        yield [*_operands(made).get(command, []), *options]


def _output(*arguments):
    """All that a run writes, unpacked."""
    done = subprocess.run(
        [tool.binary(), *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=tool.PATIENCE
    )
    assert done.returncode in (0, 1), (arguments, done.stderr)
    out = done.stdout
    return (zlib.decompress(out, 31) if out.startswith(b"\x1f\x8b") else out) + done.stderr


@pytest.mark.parametrize("command", _commands() if tool.binary().exists() else [])
def test_a_planted_marker_shows_nowhere(command):
    case = field.Case("inspected", recipe.LOCAL, "dwarf")
    made = case.core()
    marker = made.truth["secret"].encode()
    assert marker in made.path.read_bytes()
    for symbols in field.SYMBOLS:
        if symbols == "stripped" and command in ("find", "global"):
            continue  # which need the names
        for form in _formats(command):
            for asked in _asked(command, made):
                exe = field.exe_of(made, symbols)
                out = _output(command, made.path, *asked, "--exe", exe, f"--format={form}", "--timings")
                assert out and marker not in out, (command, asked, form, symbols)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_planted_marker_shows_nowhere_in_a_shell(form):
    made = field.core("inspected")
    lines = [
        " ".join([command, *(f"'{each}'" for each in asked)])
        for command in _commands()
        for asked in _asked(command, made)
    ]
    done = subprocess.run(
        [tool.binary(), "shell", made.path, "--exe", made.exe, f"--format={form}"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=tool.PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 10_000 and made.truth["secret"] not in done.stdout + done.stderr


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_strings_that_are_equal_show_nowhere(form):
    made = field.core("tables")
    for by in BYS:
        out = _output("heap", made.path, f"--by={by}", "--top=all", "--exe", made.exe, f"--format={form}")
        assert out and b"same words" not in out and b"point of number" not in out, by
