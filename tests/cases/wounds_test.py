"""`check` can fail: a root, an edge or a special that a core has and gotopsy cannot see makes it
say `differs`.

A program whose last collection came after all that it did leaves a core whose two live sets are the
same. Then one word of the core is changed.
"""

import functools
import pathlib
import signal
import tempfile
import time

import pytest

from . import field, little, recipe, tool, wounds
from .reshape import PAGE, Shape

TRIES = 8  # dumps until one is as wanted
PAUSE = 1  # seconds, in which the runtime collects twice
SCHED_SP, SCHED_PC = 56, 64  # in every g so far
SPAN, SPAN_PAGES = 8192, 1  # of the program's pages
MARKS = 40  # in every mspan since Go 1.22, from its startAddr on
HEADERS = 16, 24  # of a special, before its finalizer's function


def _flags(version):
    """The program reaches into the runtime, which newer linkers must be asked to allow."""
    return () if version.startswith("1.22") else ("-ldflags=-checklinkname=0",)


@functools.cache
def _folder():
    """Removed when the tests end."""
    return tempfile.TemporaryDirectory(prefix="gotopsy-wounds-")


def _built(version):
    try:
        little.need("go")
        little.need_kernel_cores()
        return field.built("unmoving", version, _flags(version))
    except recipe.Unavailable as why:
        pytest.skip(str(why))


def _dump(exe, way):
    folder = pathlib.Path(tempfile.mkdtemp(dir=_folder().name))
    with little._run(exe, *way, folder=folder) as process:
        truth = little._truth(process)
        time.sleep(PAUSE)
        process.send_signal(signal.SIGABRT)
        process.wait(little.PATIENCE)
    (core,) = folder.glob("core*")
    return recipe.Core(core, exe, truth)


@functools.cache
def _healthy(version, way=""):
    """A core whose two live sets are the same."""
    exe = _built(version)
    for _ in range(TRIES):
        made = _dump(exe, [way] if way else [])
        check = tool.check(made.path)
        assert check["verdict"] != "differs", check
        # Nor has the runtime started a thread since.
        if check["verdict"] == "exact" and not check["unjudged_objects"]:
            break
    assert check["verdict"] in (("exact", "explained") if way else ("exact",)), check
    assert (check["ran_since"] > 0) == (way == "running"), check
    return made


@functools.cache
def _links(path, function):
    """The words that lead to the special with this function, with the one that follows it."""
    memory = wounds.Memory(path, pathlib.Path(path).with_name("searched"))
    specials = {at - header for at in memory.places(function) for header in HEADERS}
    return [(at, memory.word(one)) for one in specials for at in memory.places(one)]


def _unlink(memory, function):
    """Takes the special with this function out of its span's list."""
    links = _links(memory.of, function)
    assert links
    for at, following in links:
        memory.put(at, following)


def _zero_bounds(memory, g):
    memory.put(g, 0)
    memory.put(g + 8, 0)


def _marks(memory, page):
    """Where the marks are of the page's span: 64 bits, more than it has slots. Found by what an
    mspan begins with, after its links: where it starts, and how many pages it has."""
    start = page // SPAN * SPAN
    spans = [at for at in memory.places(start) if memory.word(at + 8) == SPAN_PAGES]
    (marks,) = {memory.word(at + MARKS) for at in spans} - {0}
    return marks


def _clear_marks(memory, truth):
    memory.put(_marks(memory, memory.word(truth["global"])), 0)


def _set_marks(memory, truth):
    """Of a span with one object, whose other slots were never used."""
    memory.put(_marks(memory, truth["lamp"]), (1 << 64) - 1)


EDGES = {
    "global zeroed": (50, lambda memory, truth: memory.put(truth["global"], 0)),
    "pointer zeroed": (60, lambda memory, truth: memory.put(truth["heap"], 0)),
    "pointer broken": (60, lambda memory, truth: memory.put(truth["heap"], 0xDEAD << 32)),
}
ROOTS = {
    "sp zeroed": (30, lambda memory, truth: memory.put(truth["g"] + SCHED_SP, 0)),
    "pc broken": (30, lambda memory, truth: memory.put(truth["g"] + SCHED_PC, 0xDEAD)),
    "bounds zeroed": (30, lambda memory, truth: _zero_bounds(memory, truth["g"])),
    "only special": (20, lambda memory, truth: _unlink(memory, truth["finalizers"]["only"])),
    "one special of two": (20, lambda memory, truth: _unlink(memory, truth["finalizers"]["of two"])),
}
BITS = {
    "marks cleared": (1, _clear_marks),
    "marks set": (1, _set_marks),
}
WOUNDS = {**EDGES, **ROOTS, **BITS}


def _check_wounded(made, symbols, wound, folder):
    objects, inflict = wound
    memory = wounds.Memory(made.path, folder / "core")
    inflict(memory, made.truth)
    check = tool.check(memory.path, "--exe", field.exe_of(made, symbols))
    assert check["verdict"] == "differs", check
    labels = check["only_gc"]["labels"] + check["only_gotopsy"]["labels"]
    lost = sum(label["objects"] for label in labels if not label["explains"])
    assert lost >= objects
    return check


@pytest.mark.parametrize("symbols", field.SYMBOLS)
@pytest.mark.parametrize("version", field.VERSIONS)
def test_nothing_collected(version, symbols):
    """There are no marks yet: nothing is compared, and why is said."""
    made = _dump(_built(version), ["uncollected"])
    check = tool.check(made.path, "--exe", field.exe_of(made, symbols))
    assert check["verdict"] == "not-comparable"
    assert check["reason"] == "nothing was collected yet: there are no marks"
    assert check["gc"]["cycles"] == 0


def _without(path, addr):
    """The core without the span of the heap that addr is in: the rest may hold the runtime's lists."""
    shape = Shape(path)
    (heap,) = (each for each in shape.segments if each.holds(addr))
    before = addr // (2 * PAGE) * (2 * PAGE) - heap.address
    rest = before + 2 * PAGE
    shape.segments.remove(heap)
    shape.segments += [heap.part(0, before), heap.part(rest, heap.size - rest)]
    return shape


@pytest.mark.parametrize("symbols", field.SYMBOLS)
@pytest.mark.parametrize("version", field.VERSIONS)
def test_memory_missing(version, symbols, tmp_path):
    """What the missing memory led to is not held against gotopsy, nor called dropped."""
    made = _healthy(version)
    core = _without(made.path, made.truth["table"]).write(tmp_path / "core")
    check = tool.check(core, "--exe", field.exe_of(made, symbols))
    assert check["verdict"] == "not-comparable", check
    assert "the core lacks parts of the heap" in check["reason"]
    assert check["missing_bytes"] and "parts of the heap" in check["missing"]


@pytest.mark.parametrize("wound", WOUNDS)
@pytest.mark.parametrize("symbols", field.SYMBOLS)
@pytest.mark.parametrize("version", field.VERSIONS)
def test_unmoving(version, symbols, wound, tmp_path):
    """Nothing has run since the mark: whatever is missed has no excuse."""
    _check_wounded(_healthy(version), symbols, WOUNDS[wound], tmp_path)


@pytest.mark.parametrize("wound", WOUNDS)
@pytest.mark.parametrize("symbols", field.SYMBOLS)
@pytest.mark.parametrize("version", field.VERSIONS)
def test_running(version, symbols, wound, tmp_path):
    """A goroutine has run since: that alone does not say that it dropped what is missed."""
    _check_wounded(_healthy(version, "running"), symbols, WOUNDS[wound], tmp_path)
