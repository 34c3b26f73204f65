"""The same core with its binary and with a stripped copy of it: the same findings, up to names.

What rests on a header that was only inferred from its shape is likely at most; where the heap's own
types tell all, nothing is less sure for the names that went.
"""

import json
import re
import struct
import subprocess

import pytest

from . import matrix, recipe, tool

# Their holders are globals, of which only pointer masks are left.
LIKELY = {
    "lost-elements-queue",
    "lost-elements-textbook",
    "subslice-textbook",
    "substring-textbook",
}
# Nor is there more, up to Go 1.21, of the backing arrays of slices and of text in them.
LIKELY_OF_OLD = LIKELY | {"subslice-logline", "substring-cache"}
# Nothing tells how wide the elements of this one's arrays are then: fewer bytes are sure.
LEAST_OF_OLD = {"subslice-logline": 0.5}
SAME = ("kind", "count", "bytes_freed", "bytes_shared", "stack_bytes", "objects_freed")
PLACE = re.compile(r"global at (\.\w+)\+0x(\w+) \(used by (main)\.\S+.*\)$")
LARGE = 106_496  # the size class of 100,000 bytes


def _reports(core, folder, *flags):
    try:
        exe = recipe.stripped(folder, core.exe, *flags)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    # An emulator's core names no binary.
    return tool.report(core.path, "--exe", core.exe), tool.report(core.path, "--exe", exe)


def _same(findings):
    return [{field: finding[field] for field in SAME} for finding in findings]


def _sections(exe):
    """Where the sections of globals with pointers begin."""
    said = subprocess.run(["readelf", "-SW", exe], capture_output=True, text=True, check=True)
    rows = re.findall(r"\] (\.data|\.bss) +\w+ +(\w+)", said.stdout)
    return {name: int(start, 16) for name, start in rows}


def _place(step, exe):
    """The address that the name of an unnamed global says."""
    named = PLACE.match(step["what"])
    assert named, step["what"]
    return _sections(exe)[named[1]] + int(named[2], 16), named[3]


def _agree(core, known, blind):
    """One finding, with names and without."""
    old = core.cell.version in recipe.OLD
    least = LEAST_OF_OLD.get(core.cell.case, 1) if old else 1
    assert least * known["bytes_freed"] <= blind["bytes_freed"] <= known["bytes_freed"]
    if least == 1:
        assert _same([blind]) == _same([known])
    assert (blind["kind"], blind["count"]) == (known["kind"], known["count"])
    likely = core.cell.case in (LIKELY_OF_OLD if old else LIKELY)
    assert blind["confidence"] == ("likely" if likely else known["confidence"])
    if known["path"] and known["path"][0]["what"].startswith("global main."):
        address = int(known["path"][0]["address"], 16)
        assert _place(blind["path"][0], core.exe) == (address, "main")
        assert blind["path"][-1]["address"] == known["path"][-1]["address"]


@recipe.for_each([*recipe.cells(), *recipe.other_cells()])
def test_findings_are_the_same(core, tmp_path):
    full, bare = _reports(core, tmp_path)
    assert not bare["binary"]["dwarf"] and not bare["binary"]["symbols"]
    assert bare["live"] == full["live"] and bare["looked_for"] == full["looked_for"]
    assert len(bare["findings"]) == len(full["findings"])
    for known, blind in zip(full["findings"], bare["findings"]):
        _agree(core, known, blind)
    lost = sum(each["bytes_freed"] for each in full["findings"])
    lost -= sum(each["bytes_freed"] for each in bare["findings"])
    assert full["leaks_total"]["bytes"] - bare["leaks_total"]["bytes"] == lost


@recipe.for_each([cell for cell in recipe.cells() if cell.mode == "leak" and cell.how == "kernel"])
def test_symbols_name_globals(core, tmp_path):
    """What -ldflags=-w leaves is enough for names."""
    full, bare = _reports(core, tmp_path, "-g")
    assert not bare["binary"]["dwarf"] and bare["binary"]["symbols"]
    assert _same(bare["findings"]) == _same(full["findings"])
    for known, blind in zip(full["findings"], bare["findings"]):
        if known["path"] and known["path"][0]["what"].startswith("global "):
            assert blind["path"][0]["what"] == known["path"][0]["what"]


@pytest.mark.parametrize("version", recipe.VERSIONS)
@pytest.mark.parametrize("name", ["innocent", "clock", "lookalikes", "unsafe"])
def test_what_looks_wasted_is_not(little_core, version, name):
    """Words that could be read as headers and are none: no finding, however small."""
    core = little_core(name, version, "-ldflags=-s -w")
    report = tool.report(core.path, "--min-bytes=1K")
    assert not report["binary"]["dwarf"]
    assert report["findings"] == []


@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_substrings_behind_untyped_nodes(little_core, version):
    """The nodes of a sync.Map are known by their words alone; the blocks are found all the same."""
    report = tool.report(little_core("registry", version, "-ldflags=-s -w").path, "--min-bytes=1K")
    assert {finding["kind"] for finding in report["findings"]} == {"substring"}
    assert {finding["confidence"] for finding in report["findings"]} <= {"proven", "likely"}
    assert sum(finding["count"] for finding in report["findings"]) == 21
    assert sum(finding["bytes_freed"] for finding in report["findings"]) == 21 * (LARGE - 16)


@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_receivers_are_typed(little_core, version):
    """A method's name is enough to know what its receiver is, and so what that holds."""
    report = tool.report(little_core("receivers", version, "-ldflags=-s -w").path, "--min-bytes=1K")
    (finding,) = [finding for finding in report["findings"] if finding["kind"] == "substring"]
    assert finding["confidence"] == "proven" and finding["count"] == 5
    assert finding["bytes_freed"] == 5 * (LARGE - 16)
    assert finding["path"][0]["what"] == "main.(*server).serve variable receiver"
    assert (finding["path"][1]["type"], finding["path"][1]["field"]) == ("main.server", ".name")


GLOBALS = [
    "runtime." + name
    for name in (
        "allfin allgs allm allp gcCleanups gcController gcphase memstats mheap_ sched semtable "
        "waitReasonStrings"
    ).split()
]
E_SHOFF, E_SHNUM, HEADERS_END = 40, 60, 64


def _demo(square):
    try:
        cell = recipe.Cell(square.version, "demo", "leak", how=square.how, machine=square.machine)
        return recipe.obtain(cell)
    except recipe.Unavailable as why:
        pytest.skip(str(why))


def _bare(core, folder):
    try:
        return recipe.stripped(folder, core.exe)
    except recipe.Unavailable as why:
        pytest.skip(str(why))


def _globals(core, exe):
    """Where each variable is, and its first word; None for what is not found."""
    helper = recipe.PROJECT / "build" / "tests" / "layouts" / "globals"
    said = subprocess.run(
        [helper, core.path, exe, *GLOBALS], capture_output=True, text=True, check=True, timeout=60
    )
    rows = [line.split() for line in said.stdout.splitlines()]
    return {row[0]: tuple(row[1:]) if len(row) == 3 else None for row in rows}


EVERY_GO = pytest.mark.parametrize(
    "square", [square for square in matrix.squares() if square.symbols == "stripped"], ids=str
)


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@EVERY_GO
def test_variables_are_where_dwarf_says(square, tmp_path):
    core = _demo(square)
    reported, found = _globals(core, core.exe), _globals(core, _bare(core, tmp_path))
    if reported["runtime.allfin"][1] == "0":  # it looks like finptrmask, until a finalizer is queued
        assert found.pop("runtime.allfin")[1] == reported.pop("runtime.allfin")[1]
    assert found == reported


def _without_headers(image):
    """As packers leave it: no section headers at all."""
    image[E_SHOFF : E_SHOFF + 8] = bytes(8)
    image[E_SHNUM:HEADERS_END] = bytes(HEADERS_END - E_SHNUM)


def _with_garbled_headers(image):
    """As obfuscators leave it: the headers are there and lie."""
    (start,) = struct.unpack_from("<Q", image, E_SHOFF)
    (count,) = struct.unpack_from("<H", image, E_SHNUM)
    size = count * 64
    image[start : start + size] = bytes((i * 37 + 11) & 255 for i in range(size))


def _view(command, core, exe):
    """But for what names the binary, or is it."""
    said = tool.run(*command, "--format=json", core.path, "--exe", exe).out
    document = json.loads(said.replace(str(exe), "EXE"))
    document.pop("binary", None)
    return document


def _same_views(core, exe):
    for command in (["check"], ["goroutines", "--all"]):
        assert _view(command, core, exe) == _view(command, core, core.exe)


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@EVERY_GO
@pytest.mark.parametrize("damage", [None, _without_headers, _with_garbled_headers])
def test_views_are_the_same(square, damage, tmp_path):
    """check, and each goroutine with its stack, state and creator."""
    core = _demo(square)
    exe = _bare(core, tmp_path)
    image = bytearray(exe.read_bytes())
    if damage:
        damage(image)
    exe.write_bytes(image)
    _same_views(core, exe)


# ---- symbols that are there and lie ----------------------------------------------------------------


def _lying(exe, folder, *names):
    """A copy of a binary without debug information, whose symbols of these names lead elsewhere."""
    copy = recipe.stripped(folder, exe, "-g")
    image = bytearray(copy.read_bytes())
    said = subprocess.run(["readelf", "-SW", copy], capture_output=True, text=True, check=True)
    sections = {
        name: (int(offset, 16), int(size, 16))
        for name, offset, size in re.findall(
            r"\] (\.\w+) +\w+ +\w+ (\w+) (\w+)", said.stdout
        )
    }
    strings = sections[".strtab"][0]
    start, size = sections[".symtab"]
    for at in range(start, start + size, 24):
        (name,) = struct.unpack_from("<I", image, at)
        text = image[strings + name : image.index(0, strings + name)].decode()
        if text in names:
            (value,) = struct.unpack_from("<Q", image, at + 8)
            struct.pack_into("<Q", image, at + 8, value + 64)
    copy.write_bytes(image)
    return copy


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
def test_symbols_that_lie(tmp_path):
    """What they lead to tells; the variables are found as if there were no symbols."""
    core = _demo(matrix.Square(recipe.LOCAL, "amd64", "stripped", "kernel"))
    liars = ["runtime.allgs", "runtime.mheap_", "runtime.allp", "runtime.memstats"]
    report = tool.report(core.path, "--exe", _lying(core.exe, tmp_path, *liars))
    full = tool.report(core.path)
    assert _same(report["findings"]) == _same(full["findings"])
    assert report["gc"] == full["gc"]
    notes = "\n".join(report["coverage"]["notes"])
    for name in liars:
        assert f"the symbol {name} is not believed" in notes
