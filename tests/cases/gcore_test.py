"""A core as gcore leaves it: all that Go has reserved, nearly all of it zeros, and all of it written.
It must cost no more than what the process used."""

import shutil
import subprocess

import pytest

from . import builds, matrix, meter, recipe, tool

pytestmark = pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")

RESERVED = 1 << 30  # bytes at least
RESIDENT = 64 << 20  # what may be resident at once: the demo's core without the zeros has 55 MiB
CPU = 5  # seconds: unpacking takes less than one
FORMS = {"plain": [], "packed": [], "in memory": ["--in-memory"]}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The demo's core by gcore with the zeros in it that the recipe digs out, and compressed."""
    try:
        core = recipe.obtain(recipe.Cell(recipe.LOCAL, "demo", "leak", "gcore"))
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    builds.need("zstd")
    folder = tmp_path_factory.mktemp("written")
    plain, packed = folder / "core", folder / "core.zst"
    subprocess.run(["cp", "--sparse=never", core.path, plain], check=True)
    subprocess.run(["zstd", "-q", "-1", plain, "-o", packed], check=True)
    yield {"plain": plain, "packed": packed, "in memory": packed, "core": core}
    shutil.rmtree(folder)


@pytest.mark.parametrize("form", FORMS)
def test_zeros_cost_nothing(written, tmp_path, form):
    info = written["plain"].stat()
    assert info.st_blocks * 512 >= info.st_size > RESERVED
    exe = written["core"].exe
    arguments = ["report", "--format=json", written[form], "--exe", exe, *FORMS[form]]
    done, cost = meter.measure(tmp_path, *arguments)
    assert tool.parsed(done, "gotopsy-report/1")["core"]["bytes"] == info.st_size
    assert cost.resident < RESIDENT and cost.cpu < CPU, cost


def test_findings(written):
    """The same as without the zeros: all seven leaks, and what the collector marked."""
    square = matrix.Square(recipe.LOCAL, "amd64", "dwarf", "gcore")
    core = recipe.Core(written["plain"], written["core"].exe, written["core"].truth)
    verdict = matrix.judge(square, core, None, lambda of: of.exe)
    assert verdict.right == 7 and not verdict.complaints, verdict.complaints
