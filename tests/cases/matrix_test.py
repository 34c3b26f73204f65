"""Every Go on every machine: see matrix.py. The matrix is printed when the tests have run."""

import functools

import pytest

from . import matrix, recipe, tool



def _cores(square):
    cell = functools.partial(
        recipe.Cell, square.version, "demo", how=square.how, machine=square.machine
    )
    return recipe.obtain(cell("leak")), recipe.obtain(cell("twin"))


def _stripped(folder, core):
    """Leak and twin are two programs of one name."""
    (folder / core.cell.mode).mkdir()
    return recipe.stripped(folder / core.cell.mode, core.exe)


@pytest.mark.parametrize("shipped", recipe.SHIPPED)
def test_shipped(shipped, tmp_path, verdicts):
    """The cores that ship need no Go: the matrix's spine."""
    try:
        core = recipe.unpack(shipped, tmp_path)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    version, machine = shipped.removeprefix("go").rsplit("-", 1)
    square = matrix.Square(version, machine, "stripped", "shipped")
    verdict = matrix.judge(square, core, None, lambda core: core.exe)
    verdicts[square] = verdict
    assert not verdict.complaints, "\n".join(verdict.complaints)


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("square", matrix.squares(), ids=str)
def test_square(square, tmp_path, verdicts):
    try:
        leak, twin = _cores(square)
        strip = functools.partial(_stripped, tmp_path)
        binary = strip if square.symbols == "stripped" else lambda core: core.exe
        verdict = matrix.judge(square, leak, twin, binary)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    verdicts[square] = verdict
    assert not verdict.complaints, "\n".join(verdict.complaints)
