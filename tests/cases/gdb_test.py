"""Each kind of death, as Go prints it, as gdb says of the core, and as gotopsy does: of which signal,
in which thread and goroutine, and by which frames of C and of Go."""

import functools
import re
import signal

import pytest

from . import debugger, field, little, printed, recipe, shared, tool

IN_C = ["segv", "far", "ill", "fpe", "trap", "bus", "sys", "quit", "abort", "wait-6", "wait-3"]
# A program, and how it dies: a place and what happens there.
EACH = [
    *[("falling", "c", what) for what in IN_C],
    *[("falling", "thread", what) for what in ("segv", "far", "trap", "sys", "quit", "abort")],
    *[("falling", "callback", what) for what in ("go", "segv")],
    *[("falling", "thread-back", what) for what in ("go", "bus")],
    *[("falling", "handler", what) for what in ("segv", "abort", "sys")],
    *[("falling", "child", what) for what in ("segv", "abort")],
    ("falling", "g0", "segv"),
    *[("deaths", what) for what in ("far-out", "own-code", "shrunken", "breakpoint", "quit", "sys", "abort")],
]
SOME = [
    *[("falling", "c", what) for what in ("fpe", "sys")],
    *[("falling", "thread", what) for what in ("segv", "abort")],
    *[("falling", where, "segv") for where in ("callback", "thread-back", "handler", "child", "g0")],
    ("deaths", "shrunken"),
]
STOPPED = [("falling", "c", "bus"), ("falling", "thread", "segv"), ("deaths", "own-code")]
OF = {recipe.LOCAL: EACH} if tool.SUBSET else {"1.22.12": SOME, recipe.LOCAL: EACH, "1.27.4": SOME}
WAYS = [(version, way) for version, ways in OF.items() for way in (EACH if recipe.ALL else ways)]
FLAGS = ("-ldflags=-checklinkname=0",)  # for what "g0" does


def _built(name, version):
    flags = FLAGS if name == "falling" and version != "1.22.12" else ()
    return field.built(name, version, flags)


def _die(folder, exe, arguments):
    """Its core and what Go printed. It waits for a signal when its last argument has a number."""
    *rest, what = arguments
    number = int(what.removeprefix("wait-")) if what.startswith("wait-") else None
    what = what if number is None else "wait"
    return little.die(folder, exe, *rest, what, number=number)[:2]


def _all(folder, name, version, ways, stopped):
    """{way: (core, what Go said, what gdb says)} of one program."""
    exe, made = _built(name, version), {}
    for way in ways:
        own = folder / "-".join(way)
        own.mkdir()
        made[way] = (debugger.stopped(own, [exe, *way]), "") if stopped else _die(own, exe, way)
    answers = debugger.ask(folder, exe, [core for core, _ in made.values()])
    return {way: (core, said, answers[str(core)]) for way, (core, said) in made.items()}


@functools.cache
def _document(command, core, exe):
    return tool.parsed(tool.run(command, "--format=json", core, "--exe", exe), f"gotopsy-{command}/1")


class Death:
    def __init__(self, version, way, stopped=False):
        name, *arguments = way
        every = STOPPED if stopped else [each for at, each in WAYS if at == version]
        ways = tuple(each[1:] for each in every if each[0] == name)
        try:
            little.need("go")
            little.need_kernel_cores()
            made = shared.once(_all, name, version, ways, stopped)
        except recipe.Unavailable as why:
            pytest.skip(str(why))
        self.core, self.said, answer = made[tuple(arguments)]
        self.exe = _built(name, version)
        self.signal, self.frames = debugger.death(answer)
        self.thread = answer["thread"]

    def document(self, command):
        return _document(command, self.core, self.exe)


@pytest.fixture(params=WAYS, ids=lambda row: "-".join([row[0], *row[1]]))
def death(request):
    return Death(*request.param)


def _signed(code):
    return (code + 2**31) % 2**32 - 2**31


# What of a signal's code says that the kernel knew an address (asm-generic/siginfo.h).
def _has_address(reported):
    faults = {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP}
    return reported["signal"] in faults and 0 < _signed(reported["code"]) < 0x80


def _first_panicked(said):
    """What Go prints of a fault that it made a panic of: gdb finds the panic's signals only."""
    return re.search(r"^\[signal (\w+): .* code=(\w+) addr=(\w+) pc=(\w+)\]", said, re.M)


def _check_signal(crash, reported):
    assert crash["signal"] == signal.Signals(reported["signal"]).name
    assert crash["code"] == _signed(reported["code"])
    assert crash["address"] == (hex(reported["value"]) if _has_address(reported) else None)


def test_signal_as_gdb_says(death):
    crash = death.document("goroutines")["crash"]
    assert crash["thread"] == death.thread
    if panicked := _first_panicked(death.said):
        assert crash["pc"] == panicked[4]
        return
    _check_signal(crash, death.signal)
    assert int(crash["pc"], 16) == death.frames[0]["pc"]


def test_signal_as_go_prints(death):
    """Go prints nothing of a signal that hits a thread of C."""
    crash = death.document("goroutines")["crash"]
    if panicked := _first_panicked(death.said):
        assert (crash["signal"], crash["pc"]) == (panicked[1], panicked[4])
        assert crash["code"] == int(panicked[2], 16)
        assert crash["address"] in (panicked[3], None)
        return
    caught = re.search(r"^(SIG\w+): .*\nPC=(\w+) m=\d+ sigcode=(\d+)(?: addr=(\w+))?", death.said, re.M)
    if not caught:
        assert crash["goroutine"] is None and not crash["signal_lost"]
        return
    assert (crash["signal"], crash["pc"]) == (caught[1], caught[2])
    assert crash["code"] == _signed(int(caught[3]))
    if crash["address"] and caught[4]:
        assert crash["address"] == caught[4]


def _libc(name):
    return name.startswith("? (libc.so")


def _by_program(frames):
    """Without those of libraries, which have other names by debug information."""
    return [frame["name"] for frame in frames if not frame["library"]]


def _stack(death):
    (thread,) = [each for each in death.document("threads")["threads"] if each["tid"] == death.thread]
    return thread, [place["function"] for place in thread["stack"]]


def test_frames_as_gdb_says(death):
    """In the order in which they lie, as far as gdb can unwind."""
    thread, stack = _stack(death)
    want = _by_program(death.frames)
    assert want
    of_libraries = iter(stack)
    missing = [name for name in want if name not in of_libraries]
    assert not missing, (want, stack)
    assert death.frames[0]["library"] or stack[0] == want[0]
    between = stack[: stack.index(want[-1]) + 1]
    extra = [name for name in between if name not in want and not _libc(name)]
    assert len(extra) <= len([frame for frame in death.frames if frame["library"]]), (want, stack)


def test_frames_as_go_prints(death):
    """Those of the goroutine that died, from which C's are left out."""
    document = death.document("goroutines")
    goroutine = document["crash"]["goroutine"]
    if goroutine is None:
        listed = re.search(r"^goroutine (\d+) ", death.said, re.M)
        assert not listed or listed[1] == "0"  # the thread of the runtime that the signal hit
        return
    missing, stack = printed.missing(death.said, goroutine, document["goroutines"])
    assert not missing, stack


CALLED_BACK = [(version, ("falling", where, "segv")) for version in OF for where in ("callback", "thread-back")]


@pytest.mark.parametrize(("version", "way"), [row for row in CALLED_BACK if row in WAYS])
def test_callbacks_lie_between(version, way):
    """The C frames that called Go, between the Go frames above and below them."""
    death = Death(version, way)
    _, stack = _stack(death)
    callers = {"callback": ["call_back", "runtime.cgocall"], "thread-back": ["back_on_thread"]}[way[1]]
    wanted = ["fall_segv", "fall", "main._Cfunc_fall", "main.back", "runtime.cgocallback", "back", *callers]
    rest = iter(stack)
    assert not [name for name in wanted if name not in rest], stack


def test_a_thread_of_c_is_no_goroutine(death):
    """Go prints nothing when a signal hits one."""
    crash = death.document("goroutines")["crash"]
    thread, _ = _stack(death)
    assert (thread["state"] == "foreign") == (not death.said.strip())
    assert thread["goroutine"] == crash["goroutine"]


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("way", STOPPED, ids="-".join)
def test_stopped_by_gdb(way):
    """gdb's own core of a process that a signal has stopped: no handler has run."""
    death = Death(recipe.LOCAL, way, stopped=True)
    crash = death.document("goroutines")["crash"]
    _check_signal(crash, death.signal)
    assert int(crash["pc"], 16) == death.frames[0]["pc"]
    assert crash["thread"] == death.thread
    _, stack = _stack(death)
    rest = iter(stack)
    assert not [name for name in _by_program(death.frames) if name not in rest], stack
