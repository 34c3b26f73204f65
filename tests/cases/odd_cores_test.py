"""Cores of another shape than most: of very many segments or threads, with a segment missing, and
beside the binary of another build."""

import pytest

from . import builds, little, meter, recipe, tool
from .reshape import PAGE, PN_XNUM, Shape

SEGMENTS, THREADS = 70_000, 20_000
FIRST_TID = 1 << 20
CPU = 5  # seconds that such a core may take: the plain one takes less than 0.1
OF_THE_FILE = tool.OF_THE_FILE | {"core"}


def report(core, demo, *options):
    return tool.report(core, "--exe", demo.exe, *options)


def alike(core, demo, folder):
    """The same report as of the plain core, at much the same cost."""
    done, cost = meter.measure(folder, "report", "--format=json", core, "--exe", demo.exe)
    found = tool.parsed(done, "gotopsy-report/1")
    assert tool.without(OF_THE_FILE, found) == tool.without(OF_THE_FILE, report(demo.path, demo))
    assert not found["core"]["truncated"] and found["core"]["origin"] == "kernel"
    assert tool.SUBSET or cost.cpu < CPU


def address_in(demo, kind):
    """Of the first instance of a finding, as the program says."""
    (finding,) = (finding for finding in demo.truth["findings"] if finding["kind"] == kind)
    return int(finding["instances"][0]["address"], 16)


# ---- many of something ----------------------------------------------------------------------------


def test_many_segments(demo, tmp_path):
    """More than a header can count, as of a process that maps and protects page by page."""
    shape = Shape(demo.path)
    pieces = [piece for each in shape.segments if each.filed for piece in each.cut(PAGE)]
    largest = max((each for each in shape.segments if not each.filed), key=lambda each: each.size)
    pieces += largest.cut(largest.size // (SEGMENTS - len(pieces)) // PAGE * PAGE)
    rest = [each for each in shape.segments if not each.filed and each != largest]
    shape.segments = sorted(pieces + rest, key=lambda each: each.address)
    assert len(shape.segments) >= SEGMENTS > PN_XNUM
    alike(shape.write(tmp_path / "core"), demo, tmp_path)


def test_many_threads(demo, tmp_path):
    shape = Shape(demo.path)
    threads = shape.threads()
    copies = [threads[i % len(threads)] for i in range(THREADS)]
    shape.notes += [copy.of_thread(FIRST_TID + i) for i, copy in enumerate(copies)]
    alike(shape.write(tmp_path / "core"), demo, tmp_path)


# ---- threads by other numbers ---------------------------------------------------------------------

RENUMBERINGS = {
    "shifted": lambda tids: [tid + FIRST_TID for tid in tids],
    "swapped": lambda tids: tids[1:] + tids[:1],
}
SHIPPED_ARM64 = next(name for name in recipe.SHIPPED if name.endswith("-arm64"))


def crashed(folder, little_core):
    """Every thread is in a signal handler, and one has the goroutine that died."""
    builds.need("go")
    little.need_kernel_cores()
    little.build(folder, "crashes", recipe.LOCAL)
    core = little.crash(folder / "crashes", folder, "nil")
    return recipe.Core(core, folder / "crashes", {})


SEEN_FROM_OUTSIDE = {
    "clock": lambda folder, little_core: little_core("clock", recipe.LOCAL),
    "native": lambda folder, little_core: little_core("native", recipe.LOCAL),
    "threads of C": lambda folder, little_core: little_core("cthreads", recipe.LOCAL),
    "static": lambda folder, little_core: little_core("native", recipe.LOCAL, little.STATIC),
    "crashed": crashed,
    "arm64": lambda folder, little_core: recipe.unpack(SHIPPED_ARM64, folder),
}


def renumbered(core, how):
    """A core as it is taken from outside of the PID namespace: threads have other numbers."""
    shape = Shape(core.path)
    numbers = iter(RENUMBERINGS[how]([thread.tid() for thread in shape.threads()]))
    shape.notes = [
        note.of_thread(next(numbers)) if note.is_thread() else note for note in shape.notes
    ]
    return shape


def goroutines(path, core):
    done = tool.run("goroutines", "--format=json", path, "--exe", core.exe)
    return tool.without(OF_THE_FILE, tool.parsed(done, "gotopsy-goroutines/1"))


def _take_thread(document):
    crash = document["crash"]
    return crash.pop("thread") if crash else None


@pytest.mark.parametrize("how", RENUMBERINGS)
@pytest.mark.parametrize("program", SEEN_FROM_OUTSIDE)
def test_renumbered_threads(little_core, tmp_path, program, how):
    try:
        core = SEEN_FROM_OUTSIDE[program](tmp_path, little_core)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    shape = renumbered(core, how)
    path = shape.write(tmp_path / "renumbered")
    numbers = {thread.tid() for thread in shape.threads()}
    for made in (goroutines, lambda each, core: tool.without(OF_THE_FILE, report(each, core))):
        plain, odd = made(core.path, core), made(path, core)
        # The thread that died is called by the number that the core has for it.
        assert _take_thread(odd) in numbers | {None}
        _take_thread(plain)
        assert odd == plain


def test_unknown_thread(little_core, tmp_path):
    """What lies on a signal stack may be of long ago, and is not taken for where a goroutine is."""
    try:
        core = crashed(tmp_path, little_core)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    shape = renumbered(core, "shifted")
    shape.notes = [note.of_no_storage() if note.is_thread() else note for note in shape.notes]
    path = shape.write(tmp_path / "renumbered")
    (group,) = (g for g in goroutines(path, core)["goroutines"]["groups"] if g["status"] == "running")
    assert group["ids"] == [1] and not group["stack"]
    found = report(path, core)
    assert any("goroutine 1" in note for note in found["coverage"]["notes"])
    assert not found["looked_for"]["hung-goroutine"]
    assert "proven" not in [finding["confidence"] for finding in found["findings"]]


# ---- a segment that is missing --------------------------------------------------------------------


def test_no_heap(demo, tmp_path):
    """The lists of the runtime lie there too: nothing can be said."""
    shape = Shape(demo.path)
    heap = address_in(demo, "substring")
    shape.segments = [each for each in shape.segments if not each.holds(heap)]
    done = tool.run("report", shape.write(tmp_path / "core"), "--exe", demo.exe)
    assert done.status == 3 and not done.out
    assert len(done.err.splitlines()) == 1 and "the core lacks" in done.err


@pytest.mark.parametrize("kind", ["substring", "subslice", "finalizer-cycle"])
@pytest.mark.parametrize("pages", [2, 16, 64])
def test_part_of_the_heap_missing(demo, tmp_path, kind, pages):
    """Not even a header speaks of it: it is counted, and no leak is proven."""
    shape = Shape(demo.path)
    block = address_in(demo, kind) // (2 * PAGE) * (2 * PAGE)  # a page of Go's
    (heap,) = (each for each in shape.segments if each.holds(block))
    before, size = block - heap.address, pages * PAGE
    shape.segments.remove(heap)
    shape.segments += [heap.part(0, before), heap.part(before + size, heap.size - before - size)]
    core = shape.write(tmp_path / "core")
    whole, part = report(demo.path, demo), report(core, demo)
    # What is in use of those pages; the rest of a block that begins in them is lost too.
    assert 0 < part["coverage"]["missing_bytes"] <= size + whole["live"]["bytes"] // 10
    assert part["coverage"]["notes"]
    for of in ("bytes", "objects"):
        assert part["live"][of] < whole["live"][of]
    assert "proven" not in [finding["confidence"] for finding in part["findings"]]
    # What was deferred is on stacks, and on the heap where it was seen.
    assert [kind for kind, looked in part["looked_for"].items() if looked] == ["deferred-calls"]


# ---- another build --------------------------------------------------------------------------------

OTHERS = [name for name in recipe.SHIPPED if name.endswith("-amd64")]


@pytest.mark.parametrize("force", [[], ["--force-exe"]])
@pytest.mark.parametrize("shipped", OTHERS)
def test_another_build(demo, tmp_path, shipped, force):
    """The same program by other builds, with other addresses: force does not make them fit."""
    other = recipe.unpack(shipped, tmp_path)
    done = tool.run("report", demo.path, "--exe", other.exe, *force)
    assert done.status == 3 and not done.out
    (line,) = done.err.splitlines()
    if force:
        assert f"{other.exe} is another build than the one that made the core" in line
    else:
        own, wanted = (tool.go_build_id(core.exe.read_bytes()).decode() for core in (other, demo))
        assert own in line and wanted in line and "--force-exe" in line


def test_another_machine(demo, tmp_path):
    other = recipe.unpack(SHIPPED_ARM64, tmp_path)
    for force in ([], ["--force-exe"]):
        done = tool.run("report", demo.path, "--exe", other.exe, *force)
        assert done.status == 3 and "x86-64" in done.err and "AArch64" in done.err
        assert "--force-exe" not in done.err
