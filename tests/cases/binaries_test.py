"""Binaries as people build, strip, pack and load them: the same findings from all of them."""

import dataclasses
import functools
import os
import pathlib
import shutil
import struct
import subprocess

import pytest

from . import expect, little, recipe, reshape, tool
from .builds import build, judged, need

pytestmark = pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")

STATIC_PIE = "-ldflags=-linkmode=external -extldflags=-static-pie"
# Flags of go build, and what they leave for gotopsy to read by.
BUILDS = {
    "pie": (["-buildmode=pie"], "dwarf"),
    "external": (["-ldflags=-linkmode=external"], "dwarf"),
    "static-pie": (["-buildmode=pie", STATIC_PIE], "dwarf"),
    "race": (["-race"], "dwarf"),
    "plain-dwarf": (["-ldflags=-compressdwarf=false"], "dwarf"),
    "trimpath": (["-trimpath"], "dwarf"),
    "w": (["-ldflags=-w"], "stripped"),
    "s-w": (["-ldflags=-s -w", "-trimpath"], "stripped"),
    "inlined": (["-gcflags=all=-l=4"], "dwarf"),  # the runtime, too
}
OF_C = {"external", "static-pie", "race"}


@dataclasses.dataclass(frozen=True)
class Built:
    folder: pathlib.Path
    core: recipe.Core


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The demo, built each way once."""

    @functools.cache
    def demo(way):
        folder = tmp_path_factory.mktemp(way)
        return build(folder, BUILDS[way][0], way in OF_C)

    return demo


@pytest.mark.parametrize("way", BUILDS)
def test_built(built, way):
    core = built(way)
    judged(core, BUILDS[way][1], core.exe)


@pytest.mark.parametrize("version", ["1.19.13", "1.24.13", "1.27.4"])
def test_pie_of_other_versions(tmp_path, version):
    """Go has called a PIE's sections, and laid them out, in several ways."""
    need("strip")
    core = build(tmp_path, ["-buildmode=pie"], version=version)
    judged(core, "dwarf", core.exe, version=version)
    stripped = tmp_path / "stripped"
    subprocess.run(["strip", "-o", stripped, core.exe], check=True)
    judged(core, "stripped", stripped, version=version)


@pytest.mark.parametrize("way", ["pie", "external", "race"])
def test_stripped(built, way, tmp_path):
    need("strip")
    core = built(way)
    stripped = tmp_path / "demo"
    subprocess.run(["strip", "-o", stripped, core.exe], check=True)
    judged(core, "stripped", stripped)


def headless(exe, copy):
    """A copy that has no section headers by its own header."""
    data = bytearray(exe.read_bytes())
    struct.pack_into("<Q", data, 40, 0)  # e_shoff
    struct.pack_into("<HHH", data, 58, 0, 0, 0)
    copy.write_bytes(data)


@pytest.mark.parametrize("way", ["s-w", "pie"])
@pytest.mark.parametrize("spoilt", ["gone", "garbled"])
def test_no_section_headers(built, way, spoilt, tmp_path):
    """What matters is found in memory by what it looks like."""
    core = built(way)
    exe = tmp_path / "demo"
    if spoilt == "gone":
        headless(core.exe, exe)
    else:
        data = bytearray(core.exe.read_bytes())
        at, count = struct.unpack_from("<Q", data, 40)[0], struct.unpack_from("<H", data, 60)[0]
        end = at + 64 * count
        data[at:end] = bytes(byte ^ 0x5A for byte in data[at:end])
        exe.write_bytes(data)
    judged(core, "stripped", exe)


# ---- debug information apart ------------------------------------------------------------------------


def split(core, folder):
    """A stripped copy, and the file with what was stripped."""
    need("eu-strip")
    stripped, debug = folder / "demo", folder / "demo.debug"
    subprocess.run(["eu-strip", "-f", debug, "-o", stripped, core.exe], check=True)
    return stripped, debug


def test_debug_file_beside(built, tmp_path):
    """.gnu_debuglink names it."""
    core = built("external")
    stripped, _ = split(core, tmp_path)
    judged(core, "dwarf", stripped)
    (tmp_path / ".debug").mkdir()
    shutil.move(tmp_path / "demo.debug", tmp_path / ".debug" / "demo.debug")
    judged(core, "dwarf", stripped)


def test_debug_file_of_another_build(built, tmp_path):
    """It is refused, and the report says so."""
    core = built("external")
    stripped, debug = split(core, tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    _, wrong = split(built("trimpath"), other)
    shutil.copy(wrong, debug)
    report = tool.report(core.path, "--exe", stripped)
    assert not report["binary"]["dwarf"]
    assert any("another build" in note for note in report["coverage"]["notes"])


def test_debug_file_of_the_same_name(built, tmp_path):
    """What is beside is the binary itself, and what is meant lies in .debug."""
    core = built("external")
    stripped, debug = split(core, tmp_path)
    (tmp_path / ".debug").mkdir()
    shutil.move(debug, tmp_path / ".debug" / "demo.debug")
    shutil.move(stripped, tmp_path / "demo.debug")
    judged(core, "dwarf", tmp_path / "demo.debug")


def test_debug_file_that_is_no_file(built, tmp_path):
    """Nobody waits for what a pipe has to say."""
    core = built("external")
    stripped, debug = split(core, tmp_path)
    debug.unlink()
    os.mkfifo(debug)
    judged(core, "stripped", stripped)


def test_debug_file_in_a_sysroot(built, tmp_path):
    """It is looked for under the root, by the path that the binary has there."""
    core = built("external")
    stripped, debug = split(core, tmp_path)
    root = tmp_path / "root"
    inside = root / core.exe.relative_to("/")
    places = [inside.parent, inside.parent / ".debug"]
    places.append(root / "usr" / "lib" / "debug" / core.exe.parent.relative_to("/"))
    for place in places:
        place.mkdir(parents=True)
    shutil.move(stripped, inside)
    moved = tmp_path / "core"
    os.link(core.path, moved)
    for place in places:
        shutil.copy(debug, place / debug.name)
        assert tool.report(moved, "--sysroot", root)["binary"]["dwarf"], place
        (place / debug.name).unlink()
    places[0].joinpath(debug.name).symlink_to("../" * 20 + str(debug))
    assert not tool.report(moved, "--sysroot", root)["binary"]["dwarf"]


def test_debug_file_by_build_id_in_a_sysroot(built, tmp_path):
    """The container's files are under a folder; the core names them by their paths in it."""
    core = built("external")
    stripped, debug = split(core, tmp_path)
    build_id = tool.report(core.path, "--exe", core.exe)["binary"]["build_id"]
    root = tmp_path / "root"
    place = root / "usr" / "lib" / "debug" / ".build-id" / build_id[:2]
    place.mkdir(parents=True)
    shutil.move(debug, place / f"{build_id[2:]}.debug")
    inside = root / core.exe.relative_to("/")
    inside.parent.mkdir(parents=True)
    shutil.move(stripped, inside)
    moved = tmp_path / "core"
    os.link(core.path, moved)  # nothing lies beside it
    report = tool.report(moved, "--sysroot", root)
    assert report["binary"]["path"] == str(inside)
    assert report["binary"]["dwarf"]
    # A link is followed inside of the root only.
    os.rename(inside, root / "real")
    inside.symlink_to("/real")
    assert tool.report(moved, "--sysroot", root)["binary"]["path"] == str(root / "real")
    away = tmp_path / "away"  # the core's own folder is searched for its build ID
    away.mkdir()
    os.rename(root / "real", away / "real")
    inside.unlink()
    inside.symlink_to("../" * 20 + str(away / "real"))
    done = tool.run("report", "--sysroot", root, moved)
    assert done.status == 3 and str(root) in done.err


def test_debuginfod(built, tmp_path):
    """Asked only where DEBUGINFOD_URLS says whom; here a server of our own, of one folder."""
    need("debuginfod", "debuginfod-find")
    core = built("external")
    store, here = tmp_path / "store", tmp_path / "here"
    store.mkdir(), here.mkdir()
    stripped, debug = split(core, store)
    exe = shutil.move(stripped, here / "demo")
    with little.server(["debuginfod", "-d", ":memory:", "-F", store], tmp_path) as url:
        environment = {"DEBUGINFOD_URLS": url, "DEBUGINFOD_CACHE_PATH": str(tmp_path / "cache")}
        build_id = tool.report(core.path, "--exe", core.exe)["binary"]["build_id"]
        os.environ.update(environment)
        try:
            little.await_page(f"{url}/buildid/{build_id}/debuginfo")
            assert tool.report(core.path, "--exe", exe)["binary"]["dwarf"]
        finally:
            for name in environment:
                del os.environ[name]
    assert not tool.report(core.path, "--exe", exe)["binary"]["dwarf"]


# ---- Go inside of something else ----------------------------------------------------------------------

BLOCKS, HUNG = 100, 10  # of programs/embedded
HOSTS = {
    "c-shared": lambda at: (["gcc", "-o", at / "host", HOST / "loads.c", "-ldl"], [at / "lib"]),
    "c-archive": lambda at: (["gcc", "-o", at / "host", HOST / "links.c", at / "lib", "-lpthread"], []),
    "plugin": lambda at: (["go", "build", "-o", at / "host", "./plugs"], []),
}
HOST = little.PROGRAMS / "embedded" / "host"


NO_ID = "-ldflags=-B none -extldflags=-Wl,--build-id=none"


def _plain(at):
    return at / "lib"


def _stripped(at):
    """Without section headers too, which strip leaves."""
    need("strip")
    subprocess.run(["strip", at / "lib"], check=True)
    headless(at / "lib", at / "lib")


# Mode, flags of go build, and what is done to the library before it is used.
WAYS_IN = {
    "c-shared": ("c-shared", [], _plain),
    "c-shared stripped without build ID": ("c-shared", [NO_ID], _stripped),
    "c-archive": ("c-archive", [], _plain),
    "plugin": ("plugin", [], _plain),
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_embedded(way, tmp_path, monkeypatch):
    need("go", "gcc", "gcore", "fallocate")
    mode, flags, change = WAYS_IN[way]
    environment = {**recipe.environment(recipe.LOCAL), "CGO_ENABLED": "1"}
    run = functools.partial(
        subprocess.run, cwd=little.PROGRAMS, env=environment, check=True, timeout=recipe.PATIENCE
    )
    build_it = ["go", "build", "-buildvcs=false", f"-buildmode={mode}", *flags]
    run([*build_it, "-o", tmp_path / "lib", "./embedded"])
    change(tmp_path)
    command, arguments = HOSTS[mode](tmp_path)
    run(command)
    monkeypatch.setenv("PLUGIN", str(tmp_path / "lib"))
    core = little.core_of([tmp_path / "host", *arguments])
    report = tool.report(core, "--min-bytes=1")
    found = {finding["kind"]: finding["count"] for finding in report["findings"]}
    assert found == {"substring": BLOCKS, "hung-goroutine": HUNG}
    kept = [finding for finding in report["findings"] if finding["kind"] == "substring"]
    holders = [finding["path"][0]["what"] for finding in kept]
    # A plugin's have no names, and stripped ones.
    named = "global at ." if mode == "plugin" or change is _stripped else "global main.kept"
    assert len(holders) == 1 and holders[0].startswith(named)
    assert expect.agrees(tool.check(core))
    stacks = [group["stack"] for group in report["goroutines"]["groups"] if group["count"] == HUNG]
    assert any(place["function"].endswith(".wait") and place["line"] for place in stacks[0])
    # Without an ID nothing but what was mapped speaks for the file.
    doubts = any("not verified" in note for note in report["coverage"]["notes"])
    assert doubts == (NO_ID in flags)
    if mode == "c-shared":
        library = tmp_path / "lib"
        assert report["binary"]["path"] == str(library)
        replace(library, None if doubts else report["binary"]["build_id"])
        done = tool.run("report", core)
        assert done.status == 3 and "expected a Go program" in done.err


def _zeros_of(shape):
    """The plugin's variables that nobody wrote: writable, without a byte, behind a file's."""
    ends = {each.address + each.size for each in shape.segments if each.filed == each.size}
    writable = [each for each in shape.segments if not each.filed and each.flags & 6 == 6]
    (zeros,) = [each for each in writable if each.address in ends]
    return zeros


def test_plugin_by_kernel(tmp_path, monkeypatch):
    """The kernel leaves out the plugin's zeros. They are known, and a hole in them is missing."""
    need("go", "gcc")
    little.need_kernel_cores()
    environment = {**recipe.environment(recipe.LOCAL), "CGO_ENABLED": "1"}
    for mode, name, package in [("plugin", "lib", "embedded"), ("exe", "host", "plugs")]:
        flags = ["-buildvcs=false", f"-buildmode={mode}", "-o", tmp_path / name]
        subprocess.run(["go", "build", *flags, f"./{package}"], cwd=little.PROGRAMS, env=environment, check=True)
    monkeypatch.setenv("PLUGIN", str(tmp_path / "lib"))
    core = little.core_in(tmp_path, tmp_path / "host")
    shape = reshape.Shape(core.path)
    zeros = _zeros_of(shape)
    report = tool.report(core.path, "--exe", core.exe, "--min-bytes=1")
    assert not report["coverage"]["notes"]
    assert {found["kind"]: found["confidence"] for found in report["findings"]} == {
        "substring": "proven",
        "hung-goroutine": "proven",
    }
    shape.segments.remove(zeros)
    shape.segments.append(zeros.part(reshape.PAGE, zeros.size - reshape.PAGE))
    report = tool.report(shape.write(tmp_path / "holed"), "--exe", core.exe, "--min-bytes=1")
    assert any("not in the core" in note for note in report["coverage"]["notes"])
    assert not [found for found in report["findings"] if found["confidence"] == "proven"]


def replace(library, build_id):
    """By one that differs in its ID or, where it has none, in what else the core has of it."""
    data = bytearray(library.read_bytes())
    at = data.index(bytes.fromhex(build_id)) if build_id else 0x100  # among the program headers
    data[at] ^= 1
    library.write_bytes(data)
