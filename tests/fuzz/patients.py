"""The cores that are damaged: which there are, whole, and each worker's copies of them."""

import functools
import mmap
import os
import pathlib
import re
import resource
import shutil
import subprocess

import target

HERE = pathlib.Path(__file__).resolve().parent
COREFILES = HERE.parents[1] / "corefiles"
PATIENCE = 300  # seconds to build a program and let it die
LOCAL = "local"
# The demo's debug information; old and new layouts of the heap, maps and types; both machines.
SHIPPED = ["demo", "go1.19.13-amd64", "go1.21.13-arm64", "go1.22.12-amd64", "go1.24.13-amd64", "go1.27.4-arm64"]
# Made on the spot, of program/, which has what the demo lacks; most in small, where a run takes little.
MADE = ["busy-local"]
SMALL = ["small-1.19.13", "small-1.22.12", "small-1.24.13", "small-local", "small-1.27.4"]
TIMES_SMALL = 4
DWARF_OF_TINY = [
    "-gcflags=all=-dwarf=false",
    "-gcflags=gotopsy.tiny=-dwarf=true",
    "-ldflags=-compressdwarf=false",
]
NAMES = SHIPPED + MADE + TIMES_SMALL * SMALL


class Unavailable(Exception):
    """This machine cannot make the core."""


def _unpack(place, folder, name):
    for part in ("demo.core", "demo"):
        out = folder / (f"{name}.core" if part.endswith("core") else name)
        subprocess.run(["zstd", "-qd", "--sparse", place / f"{part}.zst", "-o", out], check=True)


def ship(folder, name):
    """Unpacks a core that ships, and its binary: the addresses of its variables."""
    place = COREFILES / ("demo" if name == "demo" else f"spine/{name}")
    _unpack(place, folder, name)
    listed = place / "demo.symbols"
    return target.listed(listed) if listed.exists() else target.symbols(folder / name)


def _allow_cores():
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def die(program, folder):
    """The core that program leaves in an empty folder."""
    subprocess.run(
        [program],
        cwd=folder,
        env={**os.environ, "GOTRACEBACK": "crash", "GOMAXPROCS": "2"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_allow_cores,
        timeout=PATIENCE,
    )
    cores = list(folder.glob("core*"))
    if not cores:
        raise Unavailable("the kernel leaves no core")
    return cores[0]


def build(source, out, version, *flags):
    """Builds a program that lies beside this file."""
    if not shutil.which("go"):
        raise Unavailable("go is not installed")
    toolchain = version if version == LOCAL else f"go{version}"
    built = subprocess.run(
        ["go", "build", "-buildvcs=false", *flags, "-o", out, "."],
        cwd=HERE / source,
        env={**os.environ, "GOTOOLCHAIN": toolchain, "CGO_ENABLED": "0"},
        capture_output=True,
        timeout=PATIENCE,
        text=True,
    )
    if built.returncode != 0:
        raise Unavailable(f"Go {version} cannot be had")
    return out


def _make(folder, name):
    size, _, version = name.partition("-")
    program = build("program", folder / name, version, f"-tags={size}")
    place = folder / f"{name}.dies"
    place.mkdir()
    shutil.move(die(program, place), folder / f"{name}.core")
    return target.symbols(program)


def version(binary):
    """Of Go, packed as 26008: the binary's build information has it as text."""
    minor, patch = re.search(rb"\xff Go buildinf:[\s\S]{2,64}?go1\.(\d+)\.(\d+)", binary).groups()
    return int(minor) * 1000 + int(patch)


def _map(path):
    with open(path, "r+b") as file:
        return mmap.mmap(file.fileno(), 0)


class Whole:
    """A core and its binary as they should be, and what lies where in them."""

    def __init__(self, folder, name):
        self.name, self.folder = name, folder
        found = _make(folder, name) if name in MADE + SMALL else ship(folder, name)
        self.core, self.binary = folder / f"{name}.core", folder / name
        self.stripped = None
        if not (COREFILES / "spine" / name).exists():
            self.stripped = folder / f"{name}.stripped"
            subprocess.run(["strip", "-o", self.stripped, self.binary], check=True)
        self.sections = target.sections(self.binary)
        machine = "ARM64" if name.endswith("arm64") else "AMD64"
        core, binary = _map(self.core), _map(self.binary)
        self.target = target.Target(core, version(binary), machine).collect(found)
        core.close(), binary.close()

    def executables(self):
        return [self.binary, *([self.stripped] if self.stripped else [])]


class Patient:
    """A worker's own copy of one, which it damages and heals again."""

    def __init__(self, whole, folder):
        self.whole, self.folder = whole, folder
        self.core, self.binary = folder / f"{whole.name}.core", folder / whole.name
        for own, other in ((self.core, whole.core), (self.binary, whole.binary)):
            subprocess.run(["cp", "--sparse=always", other, own], check=True)
        self.maps = [_map(self.core), _map(self.binary)]
        self.target = whole.target.over(self.maps[0])
        self.sections = whole.sections
        self.wounds = []

    def write(self, which, at, data):
        buffer = self.maps[which]
        if at is None or at < 0 or at + len(data) > len(buffer):
            return
        self.wounds.append((which, at, bytes(buffer[at : at + len(data)])))
        buffer[at : at + len(data)] = data

    def heal(self):
        for which, at, data in reversed(self.wounds):
            self.maps[which][at : at + len(data)] = data
        self.wounds.clear()


class Ward:
    """All of them, whole; those that this machine cannot make have the demo in their place."""

    def __init__(self, folder):
        self.whole, self.missing = {}, []
        for name in dict.fromkeys(NAMES):
            try:
                self.whole[name] = Whole(folder, name)
            except Unavailable as why:
                self.whole[name] = self.whole["demo"]
                self.missing.append(f"no {name}: {why}")


@functools.cache
def packers():
    return [tool for tool in ("zstd", "lz4", "gzip") if shutil.which(tool)]


def pack(tool, core):
    """The core compressed, as a file beside it."""
    out = core.with_suffix(f".{tool}")
    with open(out, "wb") as file:
        subprocess.run([tool, "-1", "-q", "-c", core], stdout=file, check=True)
    return out
