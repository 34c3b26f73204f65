"""Sums over the tables of what fills the heap are the live heap, to the byte, on all cores that ship."""

import pytest

from . import recipe, tool

CORES = {path.name: path for path in (recipe.COREFILES / "spine").iterdir()}
CORES["demo"] = recipe.COREFILES / "demo"
ON_CORES = pytest.mark.parametrize("name", sorted(CORES))


def _document(name, command, *options):
    done = tool.run(command, CORES[name] / "demo.core.zst", "--format=json", *options)
    return tool.parsed(done, f"gotopsy-{command}/1")


@ON_CORES
def test_types_roots_and_dominators_add_up_to_the_live_heap(name):
    for by in ("type", "root", "dominator"):
        table = _document(name, "heap", f"--by={by}", "--top=all")
        rows = table["rows"] + [table["rest"]]
        sums = {key: sum(row[key] for row in rows) for key in ("objects", "bytes")}
        assert sums == table["live"] and sums["bytes"] > 0, by


@ON_CORES
def test_size_classes_add_up_to_the_live_heap(name):
    live = _document(name, "heap", "--top=1")["live"]
    classes = _document(name, "memory")["size_classes"]
    assert sum(size["live_bytes"] for size in classes) == live["bytes"]
