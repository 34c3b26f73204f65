"""The built-in table of layouts: derived again from the releases themselves, it is the same."""

import shutil
import subprocess

import pytest

from . import recipe, tool

TABLE = recipe.PROJECT / "gotypes" / "layouts" / "known.def"
DUMP = tool.binary().parent / "tests" / "layouts" / "dump"
# The ends of the table, a first release that differs from its last, and settings that change maps
# and the heap. Other tests build with nearly all of these, so that little is compiled for this one.
SOME = [
    "1.19",
    "1.22.12:noallocheaders",
    "1.23.0",
    "1.24.13:noswissmap",
    "1.25.12:greenteagc",
    "1.26.8",
    recipe.NEWEST,
]


def _reported():
    """What the table is derived from."""
    derive = recipe.derive()
    return [*derive.RELEASES, *derive.EXPERIMENTS]


RELEASES = _reported() if recipe.ALL else SOME

pytestmark = pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")


def _derive(derive, *arguments):
    return subprocess.run(
        [derive, *arguments], capture_output=True, timeout=recipe.PATIENCE, text=True
    )


@pytest.mark.parametrize("release", RELEASES)
def test_as_in_the_table(release):
    try:
        recipe.go_name(release.partition(":")[0])
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    done = _derive(recipe.DERIVE, "--check", DUMP, release)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_table_has_what_is_derived():
    """Each of the releases has its line in the table, and each setting its rows."""
    text = TABLE.read_text()
    for reported in _reported():
        version, _, setting = reported.partition(":")
        minor, patch = [*map(int, version.split(".")[1:]), 0][:2]
        assert f"RELEASE({minor * 1000 + patch})\n" in text
        assert f', "{setting}", ' in text
    assert set(SOME) <= set(_reported())


def test_a_wrong_table_is_reported(tmp_path):
    """The check can fail: a field that is moved by a word is found out, and which one."""
    try:
        recipe.go_name(SOME[-1])
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    layouts, gotypes = tmp_path / "tests" / "layouts", tmp_path / "gotypes" / "layouts"
    shutil.copytree(recipe.PROJECT / "tests" / "layouts", layouts)
    gotypes.mkdir(parents=True)
    table = TABLE.read_text()
    assert "waitreason@" in table
    (gotypes / TABLE.name).write_text(table.replace("waitreason@", "waitreason@1"))
    done = _derive(layouts / "derive", "--check", DUMP, SOME[-1])
    assert done.returncode == 1 and "runtime.g:" in done.stdout, done.stdout + done.stderr
