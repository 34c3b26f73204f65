"""The shell: one core, one command after the other, from a pipe and from a terminal."""

import json
import os
import pty
import re
import select
import stat
import subprocess
import tempfile
import termios
import time

import jsonschema
import pytest

from conftest import GOTOPSY, ROOT

PATIENCE = 60


def documents(text):
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        yield document
        at += len(text[at:]) - len(text[at:].lstrip())


def shell(gotopsy, core, lines, *arguments):
    return gotopsy("shell", core, *arguments, input="".join(line + "\n" for line in lines))


def valid(document):
    name = document["schema"].replace("/", "-")
    schema = json.loads((ROOT / "schema" / f"{name}.schema.json").read_text())
    jsonschema.validate(document, schema)
    return document


# ---- from a pipe -----------------------------------------------------------------------------


COMMANDS = ["report", "heap --top 5", "goroutines --retained", "waits", "check", "threads"]


def test_each_command_says_what_it_says_alone(gotopsy, demo_core):
    alone = [gotopsy(*line.split()[:1], demo_core, *line.split()[1:]).stdout for line in COMMANDS]
    assert all(len(text) > 100 for text in alone)
    run = shell(gotopsy, demo_core, COMMANDS)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "".join(alone)


def test_one_document_a_command(gotopsy, demo_core):
    lines = ["", "# a comment", "heap", "heap --by nothing", "check", "  object 12", "waits"]
    run = shell(gotopsy, demo_core, lines, "--format=json")
    assert run.returncode == 2 and run.stderr == ""
    names = [valid(document)["schema"].split("/")[0] for document in documents(run.stdout)]
    assert names == [f"gotopsy-{name}" for name in ("heap", "error", "check", "error", "waits")]


def test_errors_leave_the_shell_open(gotopsy, demo_core):
    lines = ["nonsense", "report --exe x", "report core", "shell", "report --fail-on=any", "version"]
    run = shell(gotopsy, demo_core, lines)
    assert run.returncode == 2
    complaints = run.stderr.splitlines()
    assert [line.split(":")[0] for line in complaints] == ["gotopsy"] * 4
    assert "nonsense" in complaints[0] and "--exe" in complaints[1] and "core" in complaints[2]
    assert run.stdout.endswith("gotopsy 0.2.0\n")


def test_status_is_the_largest(gotopsy, demo_core):
    assert shell(gotopsy, demo_core, ["version"]).returncode == 0
    assert shell(gotopsy, demo_core, ["report --fail-on=any", "version"]).returncode == 1
    assert shell(gotopsy, demo_core, ["report -o /no/such/folder/x", "report --fail-on=any"]).returncode == 3


@pytest.mark.parametrize("word", ["quit", "exit", "  quit  "])
def test_quit_ends(gotopsy, demo_core, word):
    run = shell(gotopsy, demo_core, ["version", word, "nonsense"])
    assert (run.returncode, run.stdout, run.stderr) == (0, "gotopsy 0.2.0\n", "")


def test_the_last_line_needs_no_end(gotopsy, demo_core):
    assert gotopsy("shell", demo_core, input="version").stdout == "gotopsy 0.2.0\n"


def test_words_may_be_quoted(gotopsy, demo_core, tmp_path):
    path = tmp_path / "with a blank.json"
    assert shell(gotopsy, demo_core, [f'check --format=json -o "{path}"']).returncode == 0
    assert valid(json.loads(path.read_text()))["verdict"] == "exact"


def test_a_line_that_is_no_text_is_refused(gotopsy, demo_core):
    for line in ["version\0x\n", "v" * 70000 + "\n"]:
        run = gotopsy("shell", demo_core, input=line)
        assert run.returncode == 2 and run.stdout == "" and "65536 bytes" in run.stderr


def test_what_the_shell_is_given_holds_for_its_lines(gotopsy, demo_core):
    run = shell(gotopsy, demo_core, ["check --format=text", "check"], "--format=json")
    first, second = run.stdout.split("{", 1)
    assert first.startswith("exact: ")
    assert json.loads("{" + second)["verdict"] == "exact"
    hidden, shown = (
        shell(gotopsy, demo_core, ["report --format=json"], *more).stdout for more in ([], ["--show-data"])
    )
    assert hidden != shown


def test_no_input_is_written_over(gotopsy, demo_core, tmp_path):
    other = tmp_path / "other.zst"
    other.write_bytes(demo_core.read_bytes())
    for line in (f"diff {other} -o {other}", f"report -o {other}"):
        run = shell(gotopsy, other if "report" in line else demo_core, [line], "--exe", demo_core.with_name("demo.zst"))
        assert run.returncode == 2 and "-o" in run.stderr
    assert other.read_bytes() == demo_core.read_bytes()


def test_a_full_disk_is_an_error(gotopsy, demo_core):
    with open("/dev/full", "w") as full:
        run = gotopsy("shell", demo_core, input="version\nversion\n", stdout=full)
    assert run.returncode == 3 and run.stderr.count("\n") == 1


def test_commands_and_core_cannot_both_be_standard_input(gotopsy):
    run = gotopsy("shell", "-")
    assert run.returncode == 2 and "standard input" in run.stderr


# ---- from a terminal -------------------------------------------------------------------------


class Terminal:
    """The shell on a terminal: what is typed, and what it shows."""

    def __init__(self, core, *options, **environment):
        self.state = tempfile.TemporaryDirectory()  # nobody's history is read or written
        try:
            self.side, theirs = pty.openpty()
        except OSError as why:
            pytest.skip(f"no terminal can be made here: {why}")
        self.child = subprocess.Popen(
            [GOTOPSY, "shell", str(core), *options],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "1", "XDG_STATE_HOME": self.state.name, **environment},
        )
        os.close(theirs)
        self.raw, self.taken = "", 0

    def wait_for(self, pattern):
        """Reads on until the pattern is there, and takes out all up to its end."""
        end = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.text())):
            assert select.select([self.side], [], [], end - time.monotonic())[0], self.text()
            self.raw += os.read(self.side, 65536).decode(errors="replace")
        seen = self.text()[: found.end()]
        self.taken += found.end()
        return seen

    def text(self):
        """What was not taken out, without the codes that move the cursor."""
        return re.sub(r"\r?\x1b\[[0-9;]*[A-Za-z]", "", self.raw)[self.taken :]

    def type(self, text):
        os.write(self.side, text.encode())

    def type_end(self):
        """Types ^D as a person would: once the editor reads single keys. It shows the prompt just
        before that, and until then ^D means something else to the terminal itself."""
        end = time.monotonic() + PATIENCE
        while termios.tcgetattr(self.side)[3] & termios.ICANON:
            assert time.monotonic() < end, "the editor never read single keys"
            time.sleep(0.01)
        self.type("\x04")

    def end(self):
        """Its exit status; what it still writes is read, so that it need not wait for that."""
        end = time.monotonic() + PATIENCE
        try:
            while select.select([self.side], [], [], max(0, end - time.monotonic()))[0]:
                if not os.read(self.side, 65536):
                    break
        except OSError:  # how Linux says that the other side is closed
            pass
        return self.child.wait(PATIENCE)


@pytest.fixture
def terminal(demo_core):
    terminal = Terminal(demo_core, PAGER="")
    terminal.wait_for("gotopsy> ")
    yield terminal
    terminal.child.kill()


def test_a_line_on_a_terminal(terminal):
    terminal.type("heap --top 1\n")
    assert "live heap" in terminal.wait_for("more types")
    terminal.wait_for("gotopsy> ")
    terminal.type("quit\n")
    assert terminal.end() == 0


def test_an_error_on_a_terminal_ends_nothing(terminal):
    terminal.type("nonsense\n")
    terminal.wait_for("unknown command 'nonsense'")
    terminal.wait_for("gotopsy> ")
    terminal.type_end()
    assert terminal.end() == 0


def test_tab_completes(terminal):
    terminal.type("che\t--form\tj\t\n")
    terminal.wait_for("check --format=json")
    terminal.wait_for('"schema": "gotopsy-check/1"')


def test_tab_lists_what_is_possible(terminal):
    terminal.type("report --co\t")
    listed = terminal.wait_for("--colour=")
    assert "--coverage" in terminal.wait_for("gotopsy> report --co") + listed
    assert "--exe" not in listed


def typed(demo_core, lines, *options, **environment):
    """A shell of its own, in which these lines are typed."""
    terminal = Terminal(demo_core, *options, PAGER="", **environment)
    terminal.wait_for("gotopsy> ")
    for line in lines:
        terminal.type(line + "\n")
        terminal.wait_for("gotopsy> ")
    terminal.type("quit\n")
    assert terminal.end() == 0
    return terminal


def test_tab_completes_types_and_globals(terminal):
    terminal.type("find main.up\t--top=1\n")
    assert "main.upload: " in terminal.wait_for("gotopsy> ")
    terminal.type("global main.uplo\t--max=1\n")
    assert "global main.uploads at 0x" in terminal.wait_for("gotopsy> ")
    terminal.type("find main.\t")
    listed = terminal.wait_for("gotopsy> find main.")
    assert "main.upload" in listed and "main.session" in listed and "map.group" not in listed


def test_tab_completes_addresses_that_were_shown(terminal):
    terminal.type("find main.upload --top=1\n")
    (address,) = re.findall(r"0x[0-9a-f]{6,}", terminal.wait_for("gotopsy> "))
    terminal.type("show \t\b,main.uplo\t\n")
    assert f"object at {address}, " in terminal.wait_for("gotopsy> ")


def test_many_candidates_are_not_all_listed(terminal):
    terminal.type("find \t")
    assert re.search(r"\(\d+ more\)", terminal.wait_for("more\\)"))


def test_history_is_kept_for_the_next_shell(demo_core, tmp_path):
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    typed(demo_core, ["version", "  ", "report --show-data --min-bytes=1GiB"], **state)
    kept = tmp_path / "state" / "gotopsy" / "history"
    assert kept.read_text().splitlines() == ["version", "quit"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    second = Terminal(demo_core, PAGER="", **state)
    second.wait_for("gotopsy> ")
    second.type("\x1b[A\x1b[A\n")
    second.wait_for("gotopsy 0.2.0\r\n")
    second.child.kill()


@pytest.mark.parametrize("options", [["--no-history"], ["--show-data"]])
def test_history_may_be_left_alone(demo_core, tmp_path, options):
    typed(demo_core, ["version"], *options, XDG_STATE_HOME=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_history_that_is_no_text_is_left_out(demo_core, tmp_path):
    kept = tmp_path / "gotopsy" / "history"
    kept.parent.mkdir()
    kept.write_bytes(b"version\n" + b"a\0b\n" + b"x" * 5000 + b"\n" + b"\x1b[2J\n" + b"help\n" * 2500)
    terminal = typed(demo_core, ["\x1b[A"], XDG_STATE_HOME=str(tmp_path))
    assert "usage: gotopsy" in terminal.raw
    lines = kept.read_text().splitlines()
    assert lines[:1000] == ["help"] * 1000 and len(lines) == 1002


def test_history_without_a_place_is_said(demo_core, tmp_path):
    (tmp_path / "gotopsy").write_text("")
    terminal = typed(demo_core, ["version"], XDG_STATE_HOME=str(tmp_path))
    assert "the history of lines is not kept: " in terminal.raw


def test_no_history_from_a_pipe(gotopsy, demo_core, tmp_path):
    run = gotopsy("shell", demo_core, input="version\n", env={**os.environ, "XDG_STATE_HOME": str(tmp_path)})
    assert run.returncode == 0 and list(tmp_path.iterdir()) == []


def test_find_answers_in_the_shell(gotopsy, demo_core):
    run = shell(gotopsy, demo_core, ["find main.upload --where 'len(.) > 3'", "find '*main.upload' --top 2"], "--format=json")
    first, second = map(valid, documents(run.stdout))
    assert first["schema"] == "gotopsy-error/1" and "column 1" in first["message"]
    assert (second["schema"], second["type"], len(second["rows"])) == ("gotopsy-find/1", "main.upload", 2)


def test_history_comes_back(terminal):
    terminal.type("version\n")
    terminal.wait_for("gotopsy 0.2.0\r\n")
    terminal.wait_for("gotopsy> ")
    terminal.type("\x1b[A\n")
    terminal.wait_for("gotopsy 0.2.0\r\n")


def test_long_output_goes_to_the_pager(demo_core, tmp_path):
    terminal = Terminal(demo_core, PAGER=f"tee {tmp_path}/seen")
    terminal.wait_for("gotopsy> ")
    terminal.type("heap\n")
    terminal.wait_for("more types|live heap")
    terminal.wait_for("gotopsy> ")
    assert "live heap" in (tmp_path / "seen").read_text()
    terminal.child.kill()


def test_a_pager_may_end_early(demo_core):
    terminal = Terminal(demo_core, PAGER="true")
    terminal.wait_for("gotopsy> ")
    for _ in range(3):
        terminal.type("report --format=json\n")
        assert "gotopsy:" not in terminal.wait_for("gotopsy> ")
    terminal.type("quit\n")
    assert terminal.end() == 0
