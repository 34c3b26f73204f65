"""Singular and plural agree in all that a person reads: no command says "1 objects"."""

import re

import pytest

from . import recipe, tool

CORES = {path.name: path for path in (recipe.COREFILES / "spine").iterdir()}
CORES["demo"] = recipe.COREFILES / "demo"
BYS = ("type", "package", "root", "dominator", "site", "container")
COMMANDS = [
    ["report", "--instances=all", "--coverage"],
    ["report", "--format=markdown"],
    ["check"],
    ["memory"],
    ["goroutines", "--retained"],
    ["threads"],
    ["waits"],
    *(["heap", f"--by={by}"] for by in BYS),
]
# As a part of a larger number, or as the name of a goroutine, it counts nothing.
ONE = re.compile(r"(?<![\d,.])(?<!goroutine )1 (?:more |live |untyped |runtime )?(\w+)\b")
NOUNS = """objects goroutines frames slots calls times bytes blocks strings threads roots entries
elements timers types instances values words holders functions kinds sites rows places locks waiters
tickers finalizers packages variables maps slices channels files spans pages findings circles""".split()


def _wrong(text):
    words = " ".join(text.split())
    return [match.group() for match in ONE.finditer(words) if match.group(1) in NOUNS]


def test_a_wrong_plural_is_seen():
    assert _wrong("it retains 16 B in 1\n   objects") == ["1 objects"]
    assert not _wrong("1 object, 21 objects, 3.1 objects and goroutine 1 calls")


def _globals(core):
    table = tool.parsed(tool.run("heap", core, "--by=root", "--format=json", "--top=all"), "gotopsy-heap/1")
    return [row["name"] for row in table["rows"] if row["kind"] == "global" and row["name"].startswith("main.")]


@pytest.mark.parametrize("name", sorted(CORES))
def test_numbers_and_nouns_agree(name):
    core = CORES[name] / "demo.core.zst"
    commands = [(command[0], core, *command[1:]) for command in COMMANDS]
    commands += [("global", core, variable) for variable in _globals(core)]
    for command in commands:
        done = tool.run(*command)
        assert done.out, (command, done.err)
        assert not _wrong(done.out), command
