"""The ledger of `gotopsy memory` sums to the mapping, byte by byte: on the cores that ship, those of
every cause, and those of the leaks in the field. What was mapped is what the core's own program
headers say."""

import struct
import subprocess

import pytest

from . import field, recipe, tool

PT_LOAD = 1
SHIPPED = sorted((recipe.PROJECT / "corefiles").glob("**/*.core.zst"))
# Programs that need an argument, a setting of the build or a second process to run.
OTHERWISE = {"deaths", "falling", "timers", "unmoving"}
PROGRAMS = sorted({path.parent.name for path in field.PROGRAMS.glob("*/main.go")} - OTHERWISE)


def _headers(core):
    """The first 16 MiB of a core, which may be compressed."""
    if core.suffix != ".zst":
        with open(core, "rb") as file:
            return file.read(16 << 20)
    with subprocess.Popen(["zstdcat", core], stdout=subprocess.PIPE) as process:
        read = process.stdout.read(16 << 20)
        process.kill()
        return read


def _mapped(core):
    data = _headers(core)
    (first,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    places = range(first, first + count * size, size)
    loads = [at for at in places if struct.unpack_from("<I", data, at)[0] == PT_LOAD]
    return sum(struct.unpack_from("<Q", data, at + 40)[0] for at in loads)


def _check(part):
    """Each part is the sum of those below it."""
    for what in ("bytes", "resident_bytes"):
        if part["parts"]:
            assert part[what] == sum(each[what] for each in part["parts"]), part["name"]
    assert 0 <= part["resident_bytes"] <= part["bytes"], part["name"]
    for each in part["parts"]:
        _check(each)


def _sums(core, *options):
    memory = tool.parsed(tool.run("memory", core, "--format=json", *options), "gotopsy-memory/1")
    assert memory["mapped_bytes"] == _mapped(core)
    _check({**memory, "name": "all", "bytes": _mapped(core)})


@pytest.mark.parametrize("core", SHIPPED, ids=lambda core: core.parent.name)
def test_of_cores_that_ship(core):
    _sums(core)


@recipe.for_each([*recipe.cells(), *recipe.other_cells()])
def test_of_cores_of_causes(core):
    _sums(core.path, "--exe", core.exe)


@pytest.mark.parametrize("name", PROGRAMS)
def test_of_leaks_in_the_field(name):
    made = field.core(name)
    _sums(made.path, "--exe", made.exe)
