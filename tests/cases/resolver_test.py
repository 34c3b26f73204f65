"""A CoreDNS server at work, as its authors wrote it: what fills its heap has names, its memory is as the
kernel counts it, and what fills it is its cache."""

import pytest

from . import field, recipe, tool

RESOLVER = field.cases("resolver", versions=[recipe.LOCAL], symbols=["dwarf"])
BOTH = field.cases("resolver", versions=[recipe.LOCAL])
CACHE = "github.com/coredns/coredns/plugin/cache.item"


@BOTH
def test_types_have_names(case):
    table = tool.parsed(case.run("heap", "", "--format=json", "--top=all"), "gotopsy-heap/1")
    named = sum(row["bytes"] for row in table["rows"] if not row["name"].startswith("("))
    assert named >= 0.95 * table["live"]["bytes"]
    objects = {row["name"]: row["objects"] for row in table["rows"]}
    assert objects[CACHE] == case.core().truth["names"]


@RESOLVER
def test_resident_memory_is_the_kernels(case):
    memory = tool.parsed(case.run("memory", "", "--format=json"), "gotopsy-memory/1")
    assert field.near(memory["resident_bytes"], case.core().truth["resident"], share=0.05)
    assert memory["mapped_bytes"] == sum(part["bytes"] for part in memory["parts"])


@BOTH
def test_its_cache_is_the_first_holder(case):
    """Its shards are many maps, of which none is told alone."""
    report = case.report()
    first = report["holders"][0]
    assert first["bytes"] >= 0.8 * report["live"]["bytes"]
    if case.symbols == "dwarf":
        assert first["name"] == "cache.Cache.pcache"
        most = (first["most"]["type"], first["most"]["count"])
        assert most == ("cache.item", case.core().truth["names"])


@BOTH
def test_nothing_of_it_leaks(case):
    assert [each["title"] for each in case.report()["findings"]] == []


@RESOLVER
def test_each_name_is_found(case):
    asked = case.run("find", "", CACHE, "--where", "origTTL == 3600", "--format=json", "--top=5")
    found = tool.parsed(asked, "gotopsy-find/1")
    assert found["instances"]["objects"] == case.core().truth["names"]
    assert found["matches"] == {**found["matches"], **found["instances"]}


@RESOLVER
@pytest.mark.parametrize("command", ["waits", "goroutines", "threads", "check", "memory"])
def test_every_command_has_an_answer(case, command):
    done = case.run(command, "")
    assert done.status == 0 and len(done.out.splitlines()) > 5 and not done.err
