"""Every Go on every machine: see matrix.py. The matrix is printed when the tests have run."""

import functools

import pytest

from . import expect, matrix, recipe, tool

PAIRS = sorted({name.rsplit("-", 1)[0] for name in recipe.SHIPPED})  # of cores that ship, by Go
SAME = ("kind", "count", "confidence", "objects_freed", "stack_bytes")


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
    assert not verdict.undecided


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
    assert not verdict.undecided


# ---- what differs between machines is no more than what the program itself measured -------------


def _by_kind(findings):
    return {finding["kind"]: finding for finding in findings}


def _agree(one, other):
    """Two cores of the demo, each with the binary that gotopsy may see."""
    reported = [_by_kind(tool.report(core.path, "--exe", exe)["findings"]) for core, exe in (one, other)]
    true = [_by_kind(core.truth["findings"]) for core, _ in (one, other)]
    assert reported[0].keys() == reported[1].keys()
    for kind in reported[0]:
        first, second = reported[0][kind], reported[1][kind]
        assert [first[field] for field in SAME] == [second[field] for field in SAME]
        measured = [of[kind]["bytes_freed_measured"] for of in true]
        apart = abs(first["bytes_freed"] - second["bytes_freed"])
        # Timers count with their share of the Ps' lists, and on which Ps they are is chance.
        lists = expect.TIMER_LISTS if kind == "ticker" else 0
        assert apart <= abs(measured[0] - measured[1]) + lists, kind


@pytest.mark.parametrize("go", PAIRS)
def test_machines_agree_as_shipped(go, tmp_path):
    try:
        cores = []
        for machine in matrix.MACHINES:
            (tmp_path / machine).mkdir()
            cores.append(recipe.unpack(f"{go}-{machine}", tmp_path / machine))
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    _agree(*((core, core.exe) for core in cores))


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("version", matrix.GOS)
def test_machines_agree(version, tmp_path):
    """With debug information; what ships has none."""
    try:
        cells = [recipe.Cell(version, "demo", "leak", "kernel", machine) for machine in matrix.MACHINES]
        cores = [recipe.obtain(cell) for cell in cells]
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    _agree(*((core, core.exe) for core in cores))
