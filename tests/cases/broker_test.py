"""A NATS server at work, as its authors wrote it: what fills its heap has names, its memory is as the
kernel counts it, and what fills it is its stream."""

import pytest

from . import field, recipe, tool

BROKER = field.cases("broker", versions=[recipe.LOCAL], symbols=["dwarf"])


def _table(case, by):
    done = case.run("heap", "", f"--by={by}", "--format=json", "--top=all")
    return tool.parsed(done, "gotopsy-heap/1")


@BROKER
def test_types_have_names(case):
    table = _table(case, "type")
    named = sum(row["bytes"] for row in table["rows"] if not row["name"].startswith("("))
    assert named >= 0.95 * table["live"]["bytes"]
    shapes = sum(row["bytes"] for row in table["rows"] if "go.shape" in row["name"])
    assert shapes <= 0.001 * table["live"]["bytes"]


@BROKER
def test_packages_are_those_of_modules(case):
    rows = {row["name"]: row for row in _table(case, "package")["rows"]}
    for package in ("github.com/nats-io/nats-server/v2/server", "github.com/nats-io/nats.go"):
        assert rows[package]["bytes"] > 1 << 20
    assert not rows.keys() & {"server", "nats", "nats.go"}


@BROKER
def test_resident_memory_is_the_kernels(case):
    memory = tool.parsed(case.run("memory", "", "--format=json"), "gotopsy-memory/1")
    assert field.near(memory["resident_bytes"], case.core().truth["rss"]["RssAnon"], share=0.05)
    assert memory["mapped_bytes"] == sum(part["bytes"] for part in memory["parts"])


@BROKER
def test_its_stream_is_the_first_holder(case):
    """A message goes as the next one comes, at any moment."""
    truth = case.core().truth
    first = case.report()["holders"][0]
    assert (first["what"], first["name"]) == ("map", "server.memStore.msgs")
    assert abs(first["entries"] - truth["stored"]) <= 1
    assert first["bytes"] >= truth["stored"] * truth["body"]


@BROKER
def test_nothing_of_it_is_proven_to_leak(case):
    """Slices in its pools do hold messages past their lengths."""
    found = [each["title"] for each in case.report()["findings"] if each["confidence"] == "proven"]
    assert found == []


@BROKER
@pytest.mark.parametrize("command", ["waits", "goroutines", "threads", "check", "memory"])
def test_every_command_has_an_answer(case, command):
    done = case.run(command, "")
    assert done.status == 0 and len(done.out.splitlines()) > 5 and not done.err


BOTH = field.cases("broker", versions=[recipe.LOCAL])


@BOTH
def test_a_dependency_answers_nothing_of_a_type_that_it_cannot_name(case):
    """The server's code sends, receives and closes at many places; the program's does no more."""
    suspects = [each for each in case.report("asked")["findings"] if "main." in each["title"]]
    many = case.core("asked").truth["many"]
    reported = {each["title"].split(" in ")[-1]: each["count"] for each in suspects}
    nobody = "no code that may still run"
    assert reported == {
        f"main.ask; {nobody} sends to it or closes it": many,
        f"main.put; {nobody} receives from it": many - 1,
    }
    assert {each["confidence"] for each in suspects} == {"suspect"}


@BOTH
def test_who_is_answered_beside_it_is_not_reported(case):
    assert [each["title"] for each in case.report("slow")["findings"] if "main." in each["title"]] == []
