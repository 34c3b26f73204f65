"""How a process died: of which signal, raised where or sent by whom, and in which goroutine. The truth
is what Go printed, and who sent the signal."""

import functools
import os
import pathlib
import re
import signal
import tempfile

import pytest

from . import field, little, recipe, tool

RAISED = ["far-out", "own-code", "shrunken", "breakpoint"]
SENT = ["quit", "sys", "abort", "segv", "bus", "trap", "queue", "queue-segv", "thread"]
FATAL = ["rounds", "descent", "dangling", "writers"]
OUTSIDE = [signal.SIGABRT, signal.SIGQUIT, signal.SIGSEGV, signal.SIGSYS, signal.SIGTRAP]
ADDRESSED = {"own-code", "shrunken"}


@functools.cache
def _folder():
    """Removed when the tests end."""
    return tempfile.TemporaryDirectory(prefix="gotopsy-deaths-")


@functools.cache
def _program(version):
    """The program, and without symbols."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=_folder().name))
    little.need("go")
    little.need_kernel_cores()
    little.build(folder, "deaths", version, programs=field.PROGRAMS)
    return {"dwarf": folder / "deaths", "stripped": recipe.stripped(folder, folder / "deaths")}


class Death:
    """One death: its core, and what Go printed."""

    def __init__(self, core, said, pid):
        self.core, self.pid = core, pid
        caught = re.search(r"^(SIG\w+): (.*)\nPC=(\w+) m=\d+ sigcode=(\d+)", said, re.M)
        panicked = re.search(r"^\[signal (\w+): (.*) code=(\w+) addr=(\w+) pc=(\w+)\]", said, re.M)
        fatal = re.search(r"^fatal error: (.*)$", said, re.M)
        running = re.search(r"^goroutine (\d+) .*\[", said, re.M)
        self.fatal = fatal and fatal[1]
        self.panics = re.findall(r"^panic: (.*)$", said, re.M)
        self.said = said
        self.goroutine = int(running[1])
        self.signal = self.code = self.pc = self.meaning = None
        if caught:
            self.signal, self.meaning, self.pc = caught[1], caught[2], caught[3]
            self.code = int(caught[4])
        elif panicked:
            self.signal, self.meaning, self.pc = panicked[1], panicked[2], panicked[5]
            self.code, self.address = int(panicked[3], 16), panicked[4]
        if self.code is not None:  # printed without its sign
            self.code = (self.code + 2**31) % 2**32 - 2**31


@functools.cache
def _died(version, way, number=None):
    """Runs the program until it dies, of itself or of this signal."""
    program = _program(version)["dwarf"]
    folder = pathlib.Path(tempfile.mkdtemp(dir=_folder().name))
    return Death(*little.die(folder, program, way, number=number, processors=4))


def _died_or_skip(*which):
    try:
        return _died(*which)
    except recipe.Unavailable as why:
        pytest.skip(str(why))


def _found(death, version, symbols, command="goroutines"):
    exe = _program(version)[symbols]
    schema = f"gotopsy-{command}/1"
    done = tool.run(command, "--format=json", death.core, "--exe", exe)
    return tool.parsed(done, schema)


def _text(death, version, symbols, command="report"):
    exe = _program(version)[symbols]
    done = tool.run(command, death.core, "--exe", exe, "--width=300")
    assert done.status == 0, done.err
    return done.out


def _line(text):
    (line,) = re.findall(r"^crashed:? +(.*)$", text, re.M)
    return line


def everywhere(*names, values):
    """For each Go, with and without debug information."""
    rows = [
        (version, symbols, *(value if isinstance(value, tuple) else (value,)))
        for version in field.VERSIONS
        for symbols in field.SYMBOLS
        for value in values
    ]
    return pytest.mark.parametrize(("version", "symbols", *names), rows)


def _agree(reported, death):
    """With what Go printed."""
    assert (reported["signal"], reported["code"], reported["pc"]) == (death.signal, death.code, death.pc)
    assert reported["goroutine"] == death.goroutine
    assert reported["fatal_error"] == death.fatal and not reported["signal_lost"]


@everywhere("way", values=RAISED)
def test_raised(version, symbols, way):
    """A fault has an address where the kernel knew one; nobody sent it."""
    death = _died_or_skip(version, way)
    found = _found(death, version, symbols)
    reported = found["crash"]
    _agree(reported, death)
    assert reported["address"] == (death.address if way in ADDRESSED else None)
    assert reported["sender"] is None
    assert found["goroutines"]["groups"][0]["ids"] == [death.goroutine]
    line = _line(_text(death, version, symbols))
    assert death.signal in line and line.endswith(f", in goroutine {death.goroutine}")
    assert (f"{death.signal} at {death.pc and reported['address']}" in line) == (way in ADDRESSED)
    assert ("address unknown, likely non-canonical" in line) == (way == "far-out")
    assert "sent" not in line


@everywhere("way", values=SENT)
def test_sent_by_itself(version, symbols, way):
    """It is reported whatever the handler made of it; what it holds is no address."""
    death = _died_or_skip(version, way)
    reported = _found(death, version, symbols)["crash"]
    assert (reported["signal"], reported["code"], reported["pc"]) == (death.signal, death.code, death.pc)
    assert reported["sender"] == {"pid": death.pid, "uid": os.getuid(), "itself": True}
    assert reported["address"] is None and reported["goroutine"] == death.goroutine
    line = _line(_text(death, version, symbols))
    own = f"sent by the process itself (pid {death.pid}, uid {os.getuid()})"
    assert f"{death.signal}: {death.meaning}, {own}; it hit goroutine {death.goroutine}" in line


@everywhere("number", "way", values=[(number, way) for number in OUTSIDE for way in ("spin", "sleep")])
def test_sent_from_outside(version, symbols, number, way):
    """Whether the thread that it hit ran a goroutine or not."""
    death = _died_or_skip(version, way, number)
    reported = _found(death, version, symbols)["crash"]
    assert (reported["signal"], reported["code"], reported["pc"]) == (death.signal, death.code, death.pc)
    assert reported["signal"] == signal.Signals(number).name and reported["address"] is None
    assert reported["sender"] == {"pid": os.getpid(), "uid": os.getuid(), "itself": False}
    text = _text(death, version, symbols)
    line = _line(text)
    assert f"sent by pid {os.getpid()}, uid {os.getuid()}; it hit " in line
    assert "in goroutine" not in line
    assert line.startswith("aborted from outside") == (number == signal.SIGABRT)
    if reported["goroutine"]:
        assert reported["goroutine"] == death.goroutine or death.goroutine == 0
    else:
        assert f"it hit thread {reported['thread']}, which ran no goroutine" in line


@everywhere("way", values=FATAL)
def test_fatal_errors(version, symbols, way):
    death = _died_or_skip(version, way)
    reported = _found(death, version, symbols)["crash"]
    assert reported["fatal_error"] == death.fatal and reported["sender"] is None
    if way == "writers":  # a map that was spoilt may also end them by a fault within the map's code
        _agree(reported, death)
        assert [panic["value"] for panic in reported["panics"]] == death.panics
    else:
        assert reported["signal"] is None


@everywhere("way", values=["quit", "segv", "breakpoint", "far-out"])
def test_tracebacks_begin_as_go_prints(version, symbols, way):
    death = _died_or_skip(version, way)
    exe = _program(version)[symbols]
    head = tool.run("goroutines", "--format=traceback", death.core, "--exe", exe).out.split("\n\n")[0]
    want = re.sub(r"^unexpected fault address .*\n", "", death.said.split("\n\n")[0])
    assert head == want.rstrip("\n")


def _calls(death, *functions):
    """How often they were called, as Go prints of the goroutine that died: 100 calls and a number."""
    (block,) = re.findall(rf"^goroutine {death.goroutine} .*\n((?:.+\n)+)", death.said, re.M)[:1]
    elided = int(re.search(r"^\.\.\.(\d+) frames elided\.\.\.$", block, re.M)[1])
    names = "|".join(map(re.escape, functions))
    return elided + len(re.findall(rf"^(?:{names})\(", block, re.M))


@everywhere("command", values=["report", "goroutines"])
def test_recursion_in_order(version, symbols, command):
    """Whatever number of functions call one another: reported once, with how often, down to main.main."""
    death = _died_or_skip(version, "rounds")
    text = _text(death, version, symbols, command)
    (times,) = re.findall(r"^ +\.\.\. the 3 frames above, ([\d,]+) times in all$", text, re.M)
    calls = _calls(death, "main.parse", "main.term", "main.factor")
    assert abs(int(times.replace(",", "")) * 3 - calls) < 3
    assert re.search(r"^ +main\.begin .*\n +main\.main\.func\S+ .*\n +main\.main ", text, re.M)
    assert " more" not in text.split("main.main ")[0]


@everywhere("command", values=["report", "goroutines"])
def test_recursion_in_no_order(version, symbols, command):
    """A function that calls itself from many lines is reported once, too."""
    death = _died_or_skip(version, "descent")
    text = _text(death, version, symbols, command)
    (calls,) = re.findall(r"^ +\.\.\. the function above calls itself, ([\d,]+) calls in all$", text, re.M)
    assert int(calls.replace(",", "")) == _calls(death, "main.descend")
    assert len(re.findall(r"^ +main\.descend ", text, re.M)) == 1
    assert re.search(r"^ +main\.begin .*\n +main\.main\.func\S+ .*\n +main\.main ", text, re.M)
    assert " more" not in text.split("main.main ")[0]


@everywhere("way", values=["dangling"])
def test_a_worker_of_the_runtime_that_died_is_listed(version, symbols, way):
    death = _died_or_skip(version, way)
    reported = _found(death, version, symbols)["crash"]["goroutine"]
    text = _text(death, version, symbols, "goroutines")
    assert f"\ngoroutine {reported}: " in text and ", of the runtime" in text
    assert f"in goroutine {reported}" in _line(text)
