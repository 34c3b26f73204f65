"""The cores: which there should be, and how to come by them."""

import dataclasses
import fnmatch
import functools
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from . import shared
from .tool import PROJECT, SUBSET

COREFILES = PROJECT / "corefiles"
DERIVE = PROJECT / "tests" / "layouts" / "derive"
CORES = pathlib.Path(os.environ.get("GOTOPSY_CORES", PROJECT / "build" / "cores"))
LOCAL = "local"
ALL = os.environ.get("GOTOPSY_ALL") == "1"  # the long form: make test-all
OLD = ["1.19.13", "1.20.14", "1.21.13"]  # their heaps keep no types
BETWEEN = ["1.23.12", "1.24.13", "1.25.12"]
VERSIONS = [LOCAL] if SUBSET else ["1.22.12", LOCAL]
# Every Go that is read, a release of each minor version; the last is the newest.
GOS = [*OLD, "1.22.12", *BETWEEN, LOCAL, "1.27.4"]
NEWEST = GOS[-1]
OF_CASES = GOS if ALL and not SUBSET else VERSIONS
NOT_CASES = {"truth", "demo", "bench", "bench-shapes", "bench-stacks"}
# Beside them, of a Go whose heap keeps no types and of another machine, some; and all in the long form.
OTHERS = [("1.21.13", "amd64"), (LOCAL, "arm64")]
OF_OTHERS = "*" if ALL else "su*"
PATIENCE = 1800  # seconds to download Go and make the cores of one version


def derive():
    """The program that makes the built-in tables, as a module: it names the releases."""
    loader = importlib.machinery.SourceFileLoader("derive", str(DERIVE))
    loader.set_data = lambda *_, **__: None  # writes no byte code into the tree
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("derive", loader))
    loader.exec_module(module)
    return module


class Unavailable(Exception):
    """This machine cannot make the core."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """One core to be tested."""

    version: str
    case: str
    mode: str
    how: str
    machine: str = "amd64"

    def __str__(self):
        machine = "" if self.machine == "amd64" else f"-{self.machine}"
        return f"{self.version}{machine}-{self.case}-{self.mode}-{self.how}"


@dataclasses.dataclass(frozen=True)
class Core:
    """A core that is there, and what its program said before it died."""

    path: pathlib.Path
    exe: pathlib.Path
    truth: dict
    cell: Cell = None


def _cases():
    folders = (path.parent.name for path in (COREFILES / "programs").glob("*/main.go"))
    return sorted(set(folders) - NOT_CASES)


def cells():
    modes = ["leak"] if SUBSET else ["leak", "twin"]
    hows = ["kernel"] if SUBSET else ["kernel", "gcore"]
    return [
        Cell(version, case, mode, how)
        for version in OF_CASES
        for case in _cases()
        for mode in modes
        for how in hows
    ]


def other_cells():
    """By the kernel only: what is stripped or emulated is not identified by how its core was taken."""
    others = [(version, "arm64") for version in OF_CASES] if ALL else OTHERS
    return [
        Cell(version, case, mode, "kernel", machine)
        for version, machine in ([] if SUBSET else others)
        for case in fnmatch.filter(_cases(), OF_OTHERS)
        for mode in ("leak", "twin")
    ]


def for_each(chosen):
    """Runs a test once for each of the cells, with its core."""
    return pytest.mark.parametrize("core", chosen, indirect=True, ids=str)


def environment(version):
    """What makes the go command be that version."""
    toolchain = version if version == LOCAL else "go" + version
    return {**os.environ, "GOTOOLCHAIN": toolchain}


@functools.cache
def go_name(version):
    """The name that Go has for a version, which is where the recipe puts its cores."""
    if not shutil.which("go"):
        raise Unavailable("go is not installed")
    asked = subprocess.run(
        ["go", "env", "GOVERSION"],
        cwd=COREFILES / "programs",
        env=environment(version),
        capture_output=True,
        timeout=PATIENCE,
        text=True,
    )
    if asked.returncode != 0:
        raise Unavailable(f"Go {version} cannot be had: {asked.stderr.strip()}")
    return asked.stdout.strip()


def go_root(version):
    """Where that Go lies."""
    go_name(version)
    asked = ["go", "env", "GOROOT"]
    said = subprocess.check_output(asked, env=environment(version), timeout=PATIENCE, text=True)
    return pathlib.Path(said.strip())


@dataclasses.dataclass(frozen=True)
class Made:
    """What the recipe says it did for one version."""

    folder: pathlib.Path
    skipped: dict  # how -> why
    said: str


def _make(_, version, machine, cases, how):
    """Makes the cores of a version, or finds that they were made before."""
    folder = CORES / (go_name(version) + ("" if machine == "amd64" else f"-{machine}"))
    wanted = ["--go", version, "--arch", machine, "--how", how, "--cases", cases]
    CORES.mkdir(parents=True, exist_ok=True)
    with shared.locked(folder.with_name(folder.name + ".lock")):
        made = subprocess.run(
            [COREFILES / "make-cores", *wanted, CORES],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            text=True,
        )
    skipped = dict(re.findall(r"^SKIP (\w+): (.*)$", made.stdout, re.MULTILINE))
    return Made(folder, skipped, made.stdout)


def obtain(cell):
    """The core of a cell. Unavailable is for what this machine lacks; the rest is an error."""
    usual = cell.version in OF_CASES and cell.machine == "amd64"
    cases = "demo" if cell.case == "demo" else "*" if usual else OF_OTHERS
    how = "both" if usual or cases == "demo" else "kernel"
    if SUBSET or cell.machine != "amd64":
        how = "kernel"
    made = shared.once(_make, cell.version, cell.machine, cases, how)
    if cell.how in made.skipped:
        raise Unavailable(made.skipped[cell.how])
    folder = made.folder / cell.case / f"{cell.mode}.{cell.how}"
    assert (folder / "core").exists(), f"make-cores made no {folder}/core:\n{made.said}"
    truth = json.loads((folder / "truth.json").read_text())
    return Core(folder / "core", folder / cell.case, truth, cell)


def stripped(folder, exe, *flags):
    """A copy of a binary without debug information and, unless "-g" says so, symbols. eu-strip
    knows all machines."""
    if not shutil.which("eu-strip"):
        raise Unavailable("eu-strip is not installed")
    copy = folder / f"{exe.name}-stripped"
    subprocess.run(["eu-strip", *flags, "-o", copy, exe], check=True)
    return copy


SHIPPED = sorted(path.name for path in (COREFILES / "spine").iterdir())


def unpack(shipped, folder):
    """A core that ships, as plain files: "demo" or one of SHIPPED."""
    if not shutil.which("zstd"):
        raise Unavailable("zstd is not installed")
    place = COREFILES / "demo" if shipped == "demo" else COREFILES / "spine" / shipped
    for name in ("demo.core", "demo"):
        packed = place / f"{name}.zst"
        subprocess.run(["zstd", "-q", "-d", packed, "-o", folder / name], check=True)
    truth = json.loads((place / "demo.truth.json").read_text())
    return Core(folder / "demo.core", folder / "demo", truth)
