"""The built-in table of layouts: derived again from the releases themselves, it is the same."""

import shutil
import subprocess

import pytest

from . import recipe, tool

TABLE = recipe.PROJECT / "gotypes" / "known.def"
DUMP = tool.binary().parent / "tests" / "layouts" / "dump"
RELEASES = ["1.19.13", "1.22.0", "1.22.12:noallocheaders", "1.23.12", "1.25.12:noswissmap", "1.27.4"]

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
    done = _derive(recipe.PROJECT / "tests" / "layouts" / "derive", "--check", DUMP, release)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_table_is_told(tmp_path):
    """The check can fail: a field that is moved by a word is found out, and which one."""
    try:
        recipe.go_name(RELEASES[-1])
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    layouts, gotypes = tmp_path / "tests" / "layouts", tmp_path / "gotypes"
    shutil.copytree(recipe.PROJECT / "tests" / "layouts", layouts)
    gotypes.mkdir()
    table = TABLE.read_text()
    assert "waitreason@" in table
    (gotypes / TABLE.name).write_text(table.replace("waitreason@", "waitreason@1"))
    done = _derive(layouts / "derive", "--check", DUMP, RELEASES[-1])
    assert done.returncode == 1 and "runtime.g:" in done.stdout, done.stdout + done.stderr
