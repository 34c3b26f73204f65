"""Who started whom: parents, ancestors, and goroutines that differ by their arguments alone."""

import re

import pytest

from . import recipe, tool

VERSIONS = ["1.19.13", "1.21.13", recipe.LOCAL]


@pytest.fixture
def family(little_core, monkeypatch):
    def core(version):
        monkeypatch.setenv("GODEBUG", "tracebackancestors=5")
        return little_core("family", version)

    return core


def groups(core):
    done = tool.run("goroutines", "--format=json", core)
    return tool.parsed(done, "gotopsy-goroutines/1")["goroutines"]["groups"]


def of(found, function):
    return [group for group in found if function in [place["function"] for place in group["stack"]]]


class Said:
    """What Go says of one goroutine: function and line of each call, ancestors, and its creator."""

    def __init__(self, text):
        own, *ancestors = re.split(r"^\[originating from goroutine (\d+)\]:\n", text, flags=re.M)
        self.id = int(re.match(r"goroutine (\d+) ", own)[1])
        self.parent = re.findall(r"^created by .* in goroutine (\d+)$", own, re.MULTILINE)
        self.calls = self._calls(own)
        self.ancestors = [
            (int(number), self._calls(reported)) for number, reported in zip(ancestors[::2], ancestors[1::2])
        ]

    @staticmethod
    def _calls(text):
        called = text.split("created by ")[0]
        pattern = r"^([^\s\[].*)\(.*\)\n\t.*:(\d+)"
        return [(name, int(line)) for name, line in re.findall(pattern, called, re.MULTILINE)]


def all_said(core):
    return {each.id: each for each in map(Said, core.truth["stacks"].strip().split("\n\n"))}


def users(stack):
    """What a traceback shows of a stack."""
    reported = [place for place in stack if not re.match(r"runtime\.[^A-Z]", place["function"])]
    return [(place["function"], place["line"]) for place in reported]


@pytest.mark.parametrize("version", VERSIONS)
def test_ancestors(family, version):
    core = family(version)
    said = all_said(core)
    children = of(groups(core.path), "main.child")
    assert sum(group["count"] for group in children) == 5
    for group in children:
        for id, parent in zip(group["ids"], group["parents"]):
            want = said[id]
            assert [parent] == ([int(one) for one in want.parent] or [None])
            assert len(group["ancestors"]) == len(want.ancestors) == 3
            for ancestor, (number, calls) in zip(group["ancestors"], want.ancestors):
                assert ancestor["goroutine"] in (number, None)
                # Go looks some lines of ancestors up one byte too high.
                names = [name for name, _ in users(ancestor["stack"])]
                assert names == [name for name, _ in calls]


@pytest.mark.parametrize("version", VERSIONS)
def test_arguments_are_folded(family, version):
    """Five children in one group: their stacks are one, their arguments and parents are not."""
    (group,) = of(groups(family(version).path), "main.child")
    assert group["count"] == 5
    assert [ancestor["goroutine"] is None for ancestor in group["ancestors"]] == [True, False, False]
    assert group["ancestors"][-1]["goroutine"] == 1


def test_text(family):
    core = family(recipe.LOCAL)
    text = tool.run("goroutines", core.path).out
    assert "started by goroutines then in" in text
    assert "started by goroutine 1, then in" in text
    assert re.search(r"created by main.main in goroutine 1 +main.go", text) is None  # it is gone
    one = tool.run("goroutines", core.path, "--all", "--format=text").out
    assert re.search(r"created by main.raise in goroutine \d+ +\S*main.go", one)
