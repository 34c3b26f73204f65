"""Where every mapped byte is, and why it is more than the live heap.

The runtime's own numbers are those that the program has asked it for just before its core was taken,
and resident memory is the kernel's, of the same moment."""

import pathlib
import shutil

import pytest

from . import field, little, recipe, tool

MIB = 1 << 20
COUNTERS = """HeapSys HeapIdle HeapInuse HeapReleased StackInuse StackSys MSpanSys MCacheSys BuckHashSys
GCSys OtherSys""".split()
# The way to run -> the part that most of the excess is, what is said of it, and how much it is.
WAYS = {
    "garbage": ("Go heap/garbage", "garbage that waits for a collection (GOGC=900", 12),
    "fragmented": ("Go heap/free slots", "free slots beside live objects (fragmentation)", 21),
    "freed": ("Go heap/idle pages", "free pages that Go has not returned", 24),
}
SPINE = sorted((recipe.PROJECT / "corefiles" / "spine").iterdir())


def _memory(core, *options):
    return tool.parsed(tool.run("memory", core, "--format=json", *options), "gotopsy-memory/1")


def _of(case, way):
    return _memory(case.core(way).path, "--exe", field.exe_of(case.core(way), case.symbols))


def _flat(parts, above=""):
    """name -> part, and each part is the sum of those below it."""
    found = {}
    for part in parts:
        below = _flat(part["parts"], f"{above}{part['name']}/")
        if part["parts"]:
            for what in ("bytes", "resident_bytes"):
                assert part[what] == sum(each[what] for each in part["parts"]), part["name"]
        assert part["resident_bytes"] <= part["bytes"]
        found |= {above + part["name"]: part} | below
    return found


def _parts(memory):
    """The parts by name; they sum to what was mapped, and to what was resident."""
    for whole, each in ("mapped_bytes", "bytes"), ("resident_bytes", "resident_bytes"):
        assert memory[whole] == sum(part[each] for part in memory["parts"])
    for size in memory["size_classes"]:
        kinds = ("live_bytes", "garbage_bytes", "free_bytes", "end_bytes")
        assert size["bytes"] == sum(size[kind] for kind in kinds)
    return _flat(memory["parts"])


def _counted(parts):
    """What the structures come to, by the names of the runtime's counters."""
    sizes = {name: part["bytes"] for name, part in parts.items()}
    objects = ("live objects", "garbage", "free slots", "ends of spans")
    returned = sizes["Go heap/released pages"] + sizes["Go heap/other heap pages/padding"]
    return {
        "HeapInuse": sum(sizes[f"Go heap/{name}"] for name in objects),
        "HeapIdle": sizes["Go heap/idle pages"] + returned,
        "HeapReleased": returned,
        "StackInuse": sizes["stacks"],
        "MSpanSys": sizes["runtime metadata/span descriptors"],
    }


def _agree(memory):
    counted = _counted(_parts(memory))
    assert counted == {name: memory["counters"][name] for name in counted}


@pytest.mark.parametrize("folder", SPINE, ids=lambda folder: folder.name)
def test_structures_come_to_what_the_runtime_counts(folder):
    _agree(_memory(folder / "demo.core.zst"))


@pytest.mark.parametrize("way", ["plain", *WAYS])
@field.cases("memory")
def test_counters_are_those_that_the_program_was_given(case, way):
    memory, truth = _of(case, way), case.core(way).truth
    assert memory["counters"] == {name: truth[name] for name in COUNTERS}
    _agree(memory)


@pytest.mark.parametrize("way", ["plain", *WAYS])
@field.cases("memory", symbols=["dwarf"])
def test_resident_memory_is_the_kernels(case, way):
    memory, truth = _of(case, way), case.core(way).truth
    assert not memory["resident_is_least"]
    assert field.near(memory["resident_bytes"], truth["RssAnon"], share=0.02)
    assert memory["file_bytes"] <= truth["RssFile"] * 1.05


@field.cases("memory", versions=[recipe.LOCAL], symbols=["dwarf"])
def test_resident_memory_of_gcore_is_near(case, tmp_path):
    """Pages of zeros that were touched cannot be distinguished from those that were not."""
    made = case.core("fragmented")
    memory = _memory(little.core_of([pathlib.Path(shutil.copy(made.exe, tmp_path)), "fragmented"]))
    assert memory["resident_is_least"]
    assert field.near(memory["resident_bytes"], made.truth["RssAnon"], share=0.05)
    _agree(memory)


@pytest.mark.parametrize("way", WAYS)
@field.cases("memory")
def test_one_sentence_says_why(case, way):
    part, words, mib = WAYS[way]
    memory = _of(case, way)
    assert field.near(_parts(memory)[part]["resident_bytes"], mib * MIB, share=0.05)
    assert f"times the live heap: {memory_text(memory, part)} {words}" in memory["why"]
    assert case.report(way)["memory"]["why"] == memory["why"]


def memory_text(memory, part):
    """12.1 MiB, as text has it."""
    return f"{_parts(memory)[part]['resident_bytes'] / MIB:.1f} MiB".replace(".0 ", " ")


@field.cases("memory", versions=[recipe.LOCAL], symbols=["dwarf"])
def test_without_much_beside_the_live_heap_nothing_is_said(case):
    assert _of(case, "plain")["why"] is None


@pytest.mark.parametrize("way", ["", "arena", "stack"])
@field.cases("cmemory", symbols=["dwarf"])
def test_memory_of_c_is_reported(case, way):
    """Also where the kernel has merged an arena or a block with what lies before it."""
    memory, without = _of(case, way), _of(case, "fixed")
    kept = _parts(memory)["C heap"]["resident_bytes"] - _parts(without)["C heap"]["resident_bytes"]
    assert field.near(kept, case.core(way).truth["c"], share=0.05)
    assert "of C's heap, which Go's collector does not see" in memory["why"]


def test_text_shows_every_part(tmp_path):
    core = recipe.PROJECT / "corefiles" / "demo" / "demo.core.zst"
    done = tool.run("memory", core, "--width=120")
    parts = {name: part for name, part in _parts(_memory(core)).items() if part["bytes"]}
    assert done.status == 0
    for name in parts:
        shown = name.split("/")[-1]
        assert shown.startswith("of ") or f"{shown} " in done.out, name
