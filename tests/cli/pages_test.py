"""The manual page and the completions, beside the rows that they are made from.

The rows come from the program that writes the pages. Each completion is asked by its own shell, where
that is installed: what it offers for a command must be that command's options, and for an option
what its argument can be.
"""

import collections
import os
import re
import shutil
import subprocess

import pytest

from conftest import GOTOPSY, ROOT

PAGES = GOTOPSY.parent / "pages"
PROGRAM = GOTOPSY.parent / "inspector" / "pages" / "pages"
ANY, FILE, FOLDER, WORD = range(4)  # enum gt_argument

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="the pages were not built here")

Option = collections.namedtuple("Option", "command name letter argument help kind words")


def run(*command, **options):
    done = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )
    assert done.returncode == 0, done.stderr
    return done


def rows(kind):
    lines = run(PROGRAM, "rows").stdout.splitlines()
    return [line.split("\t")[1:] for line in lines if line.split("\t")[0] == kind]


@pytest.fixture(scope="module")
def commands():
    return [name for name, _, _ in rows("command")]


@pytest.fixture(scope="module")
def options():
    return [
        Option(*fields[:5], int(fields[5]), fields[6].split()) for fields in rows("option")
    ]


# What may stand for what a command asks for, behind the core.
OPERANDS = {"ADDR": "0x0", "ADDR[,TYPE]": "0x0", "TYPE": "main.x", "NAME": "main.x", "ID": "1", "NEW": "/no/such/other"}


def operands(command):
    (argument,) = [argument for name, argument, _ in rows("command") if name == command]
    return [OPERANDS[name] for name in argument.split()[1:]]


def of(options, command):
    return [option for option in options if option.command == command]


def switches(options):
    """As they are typed."""
    return {f"--{option.name}" for option in options} | {
        f"-{option.letter}" for option in options if option.letter
    }


def needs(shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")


# ---- the rows ------------------------------------------------------------------------------------


def test_rows_are_what_help_shows(gotopsy, commands, options):
    assert commands[0] == "report"
    for command in commands:
        shown = gotopsy("help", command).stdout
        listed = set(re.findall(r"(?<=  )(-\w|--[a-z-]+)(?=[ =,])", shown.split("Options:")[1].split("\n\n")[0]))
        listed |= set(re.findall(r"^  -\w, (--[a-z-]+)", shown, re.MULTILINE))
        assert listed == switches(of(options, command))


def test_arguments_of_few_words_refuse_all_others(gotopsy, options):
    few = [option for option in options if option.words]
    assert {"format", "fail-on", "colour", "progress", "by"} == {option.name for option in few}
    for option in few:
        for word in option.words:
            run = gotopsy(option.command, "/no/such/core", *operands(option.command), f"--{option.name}={word}")
            assert run.returncode == 3, (option, word)
        wrong = gotopsy(option.command, "/no/such/core", *operands(option.command), f"--{option.name}=nonsense")
        assert wrong.returncode == 2


def test_all_variables_of_the_environment_are_reported(gotopsy):
    read = set()
    for path in (ROOT / "inspector").rglob("*.c"):
        read |= set(re.findall(r'getenv\("(\w+)"\)', path.read_text()))
    page = (PAGES / "gotopsy.1").read_text()
    reported = re.findall(r"^\.B (\w+)$", page.split(".SH ENVIRONMENT")[1], re.MULTILINE)
    assert set(reported) == read
    assert all(name in gotopsy("--help").stdout for name in read)


# ---- the manual page ------------------------------------------------------------------------------


def test_the_manual_page_renders_without_warnings():
    needs("groff")
    done = run("groff", "-ww", "-man", "-Tutf8", "-P-cbu", PAGES / "gotopsy.1")
    assert done.stderr == ""
    assert "EXIT STATUS" in done.stdout


def test_the_manual_page_tells_all_rows(commands, options):
    page = (PAGES / "gotopsy.1").read_text().replace("\\-", "-")
    plain = re.sub(r"\\f[BIR]", "", page)
    for name, argument, _ in rows("command"):
        assert f".SS gotopsy {name} {argument}\n" in page
    for option in options:
        head = f"-{option.letter}, " * bool(option.letter) + f"--{option.name}"
        head += f"={option.argument}" * bool(option.argument)
        assert f".TP\n.B {head}\n{option.help}.\n" in plain
        only = re.search(rf"--{option.name}\b.*\n.*\n(?:Only for (.*)\.\n)?", plain)[1]
        assert only is None or option.command in only.split(", ")


# ---- bash ------------------------------------------------------------------------------------------

BASH = """
source "$1"
shift
compopt() { :; }
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_gotopsy
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(*words, **options):
    done = run("bash", "--norc", "-c", BASH, "bash", PAGES / "gotopsy.bash", "gotopsy", *words, **options)
    assert done.stderr == ""
    return {word.rstrip("=") for word in done.stdout.split("\n")} - {""}


def test_bash_knows_commands_and_options(commands, options):
    needs("bash")
    assert bash("w") >= {word for word in commands if word.startswith("w")}
    assert bash("help", "") == set(commands)
    assert bash("-") == switches(of(options, "report")), "report is the default"
    for command in commands:
        assert bash(command, "core", "-") == switches(of(options, command))


def test_bash_knows_arguments(options, tmp_path):
    needs("bash")
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a file").touch()
    offered = {FILE: {"a folder", "a file"}, FOLDER: {"a folder"}, ANY: set()}
    for option in options:
        if not option.argument:
            continue
        expected = set(option.words) if option.kind == WORD else offered[option.kind]
        line = [option.command, "core", f"--{option.name}"]
        assert bash(*line, "", cwd=tmp_path) == expected
        assert bash(*line, "=", cwd=tmp_path) == expected
        if expected:
            typed = min(expected)
            assert typed in bash(*line, "=", typed[:3], cwd=tmp_path)


# ---- zsh -------------------------------------------------------------------------------------------

# What _arguments is given, in place of the completion system that calls it.
ZSH = """
compdef() { : }
_arguments() { print -rl -- "$@" }
file=$1
shift
words=("$@")
CURRENT=$#
source $file
"""


def zsh(*words):
    done = run("zsh", "-f", "-c", ZSH, "zsh", PAGES / "_gotopsy", "gotopsy", *words)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_zsh_knows_commands_options_and_arguments(commands, options):
    needs("zsh")
    assert zsh("") == zsh("report", ""), "report is the default"
    for command in commands:
        specs = [line for line in zsh(command, "core", "") if line.startswith("*-")]
        names = {re.match(r"\*(--?[\w-]+?)[+=]?\[", spec)[1]: spec for spec in specs}
        assert set(names) == switches(of(options, command))
        for option in of(options, command):
            spec = names[f"--{option.name}"]
            assert re.sub(r"\\(.)", r"\1", spec).split("[", 1)[1].startswith(option.help + "]")
            actions = {FILE: "_files", FOLDER: "_files -/", ANY: "", WORD: f"({' '.join(option.words)})"}
            if option.argument:
                assert spec.endswith(":" + actions[option.kind])
    page = (PAGES / "_gotopsy").read_text()
    assert re.findall(r"^    ([a-z]+):'", page, re.MULTILINE) == commands


# ---- fish ------------------------------------------------------------------------------------------


def fish(line, folder):
    """What it offers behind the line, in that folder. It makes files in its home."""
    script = f'source "{PAGES / "gotopsy.fish"}"; complete -C "{line}"'
    home = {**os.environ, "HOME": str(folder / ".home"), "XDG_RUNTIME_DIR": str(folder / ".home")}
    home = {name: value for name, value in home.items() if name not in {"XDG_CONFIG_HOME", "XDG_DATA_HOME"}}
    done = run("fish", "--no-config", "-c", script, env=home, cwd=folder)
    return {row.split("\t")[0] for row in done.stdout.splitlines()}


def test_fish_knows_commands_options_and_arguments(commands, options, tmp_path):
    needs("fish")
    (tmp_path / "a_folder").mkdir()
    (tmp_path / "a_file").touch()
    files = {FILE: {"a_folder/", "a_file"}, FOLDER: {"a_folder/"}, ANY: set()}
    offered = fish("gotopsy ", tmp_path)
    assert offered >= set(commands)
    assert fish("gotopsy help ", tmp_path) == set(commands)
    for command in commands:
        switched = fish(f"gotopsy {command} core --", tmp_path)
        assert {word.rstrip("=") for word in switched} == {
            f"--{option.name}" for option in of(options, command)
        }
        for option in of(options, command):
            if option.argument:
                expected = set(option.words) if option.kind == WORD else files[option.kind]
                got = fish(f"gotopsy {command} core --{option.name} ", tmp_path)
                assert got == expected, option
