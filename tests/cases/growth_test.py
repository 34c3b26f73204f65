"""What grew between two cores, held against what the program says of itself before each of them."""

import collections
import functools
import json
import pathlib
import re
import subprocess
import tempfile

import pytest

from . import field, little, profile, recipe, tool

SESSION, JOB = 512, 128  # sizes of their slots
SOME = ["1.22.12", recipe.LOCAL]
A_FEW = 10  # objects that a word left in a frame leads to, too: then nothing holds them alone


@functools.cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="gotopsy-growth-")


@functools.cache
def _one_process(version):
    exe = field.core("growing", version).exe
    folder = pathlib.Path(tempfile.mkdtemp(dir=_folder().name))
    return little.cores_between(folder, exe, "grow\n")


def one_process(version):
    """Two cores of one process."""
    try:
        return _one_process(version)
    except recipe.Unavailable as why:
        pytest.skip(str(why))


def two_runs(version):
    return field.core("growing", version), field.core("growing", version, "later")


def diff(cores, symbols, *options):
    old, new = cores
    done = tool.run(
        "diff", old.path, new.path, "--exe", field.exe_of(old, symbols), "--format=json", *options
    )
    return tool.parsed(done, "gotopsy-diff/1")


def rows(document, section):
    return {row["name"]: row for row in document["growth"][section]["rows"]}


def the_row(document, section, part):
    found = [row for name, row in rows(document, section).items() if part in name]
    assert len(found) == 1, [row["name"] for row in document["growth"][section]["rows"]]
    return found[0]


BOTH = {"one process": one_process, "two runs": two_runs}


@pytest.fixture(params=[(how, version) for how in BOTH for version in SOME], ids=lambda it: f"{it[0]}-{it[1]}")
def cores(request):
    how, version = request.param
    return BOTH[how](version)


def test_all_is_as_the_program_counted(cores):
    old, new = cores
    document = diff(cores, "dwarf", "--top=all", "--min-bytes=1")
    sessions = rows(document, "types")["main.session"]
    for side, core in (("old", old), ("new", new)):
        assert sessions[f"{side}_count"] == core.truth["sessions"]
        assert sessions[f"{side}_bytes"] == core.truth["sessions"] * SESSION
        assert field.near(document[side]["live_bytes"], core.truth["heap"])
    jobs = rows(document, "types")["main.job"]
    assert (jobs["old_count"], jobs["new_count"]) == (5000, 0)
    assert jobs["old_bytes"] == 5000 * JOB


def test_roots_and_holders_grow_by_what_they_keep(cores):
    old, new = cores
    document = diff(cores, "dwarf", "--top=all", "--min-bytes=1")
    grown = (new.truth["sessions"] - old.truth["sessions"]) * SESSION
    root = the_row(document, "roots", "main.sessions")
    assert root["new_bytes"] > root["old_bytes"] + grown
    assert root["new_bytes"] - root["old_bytes"] < 2 * grown  # the map's own storage beside them
    gone = the_row(document, "roots", "main.queue")
    assert gone["new_bytes"] == 0 and gone["old_bytes"] > 5000 * JOB
    assert not any("main.steady" in name for name in rows(document, "roots"))
    holder = document["growth"]["holders"]["rows"][0]
    assert "main.sessions" in holder["name"] and holder["new_bytes"] >= grown


@pytest.mark.parametrize("version", SOME)
def test_new_objects_are_told_with_who_holds_them(version):
    """The map's storage was made again, and keeps old sessions too."""
    old, new = one_process(version)
    objects = diff((old, new), "dwarf", "--top=all", "--min-bytes=1")["new_objects"]
    grown = new.truth["sessions"] - old.truth["sessions"]
    held = [row for row in objects["rows"] if row["path"]]
    (sessions,) = [row for row in held if "main.sessions" in row["path"][0]["what"]]
    assert objects["rows"][0] == sessions
    mostly = sessions["mostly"]  # what the map's new storage keeps, not that storage
    assert mostly["type"] == "main.session" and 0 <= grown - mostly["count"] <= A_FEW
    assert mostly["bytes"] == mostly["count"] * SESSION
    kept = old.truth["sessions"] * SESSION  # of both cores
    storage = sessions["new_bytes"] - grown * SESSION
    assert 0 < storage < 64 * new.truth["sessions"]
    assert abs(sessions["retained_bytes"] - sessions["new_bytes"] - kept) <= A_FEW * SESSION
    waiting = new.truth["goroutines"] - old.truth["goroutines"]
    started = sum(row["count"] for row in objects["rows"] if row["type"] == "runtime.g")
    assert abs(started - waiting) <= A_FEW  # the runtime starts some of its own, or uses old ones
    assert objects["count"] >= grown + 2 * waiting
    assert objects["bytes"] == sum(row["new_bytes"] for row in objects["rows"])
    assert objects["collections"] >= 3  # so what was there may have been made again since
    assert objects["doubtful_count"] >= old.truth["sessions"]
    assert objects["doubtful_bytes"] >= kept


@pytest.mark.parametrize("version", SOME)
def test_an_object_of_another_type_at_the_same_address_is_new(version):
    """As many as the program has counted by their addresses, and a few of the runtime's."""
    old, new = one_process(version)
    document = diff((old, new), "dwarf", "--top=all", "--min-bytes=1")
    objects, reused = document["new_objects"], new.truth["reused"]
    assert reused > 1000
    assert reused <= objects["reused_count"] <= reused + 20
    assert reused * JOB <= objects["reused_bytes"]
    (tickets,) = [row for row in objects["rows"] if row["type"] == "[]*main.ticket"]
    alone = tickets["new_bytes"] - tickets["bytes"]
    assert abs(alone - new.truth["tickets"] * JOB) <= A_FEW * JOB


def _in_use(core):
    """Function -> bytes that are in use, by the profile that the program wrote itself."""
    found = collections.Counter()
    for sample in profile.Profile(core.path.parent / "heap.pb.gz").samples:
        functions = [place[0] for place in sample["stack"]]
        own = [name for name in functions if not name.startswith(("runtime.", "internal/runtime/"))]
        found[own[0] if own else functions[0]] += sample["values"][3]
    return found


def test_sites_grow_by_what_the_profiles_say():
    cores = field.core("tables", recipe.LOCAL, "fixed"), field.core("tables", recipe.LOCAL)
    section = diff(cores, "stripped", "--top=all", "--min-bytes=1")["growth"]["sites"]
    assert section["not_known"] is None
    old, new = (_in_use(core) for core in cores)
    reported = collections.Counter()
    for row in section["rows"]:
        reported[row["name"].split()[0]] += row["new_bytes"] - row["old_bytes"]
    assert reported["main.fillOrders"] == new["main.fillOrders"] > 1 << 20 and not old["main.fillOrders"]
    assert reported["main.fillStock"] == new["main.fillStock"] - old["main.fillStock"]


def test_a_program_without_samples_has_no_sites():
    section = diff(two_runs(recipe.LOCAL), "dwarf")["growth"]["sites"]
    assert section["rows"] == [] and "no allocations" in section["not_known"]


def test_goroutines_and_findings_are_matched_by_place(cores):
    document = diff(cores, "dwarf", "--top=all", "--min-bytes=1")
    waiting = the_row(document, "goroutines", "main.waitForever")
    assert (waiting["old_count"], waiting["new_count"]) == (10, 500)
    assert waiting["where"] == "main.start"
    hung = the_row(document, "findings", "main.waitForever")
    assert (hung["old_count"], hung["new_count"]) == (10, 500)


def test_what_grew_most_comes_first_and_what_shrank_last(cores):
    for section in diff(cores, "dwarf", "--top=all", "--min-bytes=1")["growth"].values():
        growth = [row["new_bytes"] - row["old_bytes"] for row in section["rows"]]
        assert growth == sorted(growth, reverse=True)


def test_the_cut_is_reported(cores):
    whole = diff(cores, "dwarf", "--top=all", "--min-bytes=1")["growth"]["types"]
    some = diff(cores, "dwarf", "--top=2", "--min-bytes=1")["growth"]["types"]
    assert len(some["rows"]) == 2 and some["left_out"] == len(whole["rows"]) - 2 + whole["left_out"]
    sums = [
        sum(row["new_bytes"] - row["old_bytes"] for row in section["rows"]) + section["left_out_growth"]
        for section in (whole, some)
    ]
    assert sums[0] == sums[1]
    assert whole["unchanged"] == some["unchanged"] > 0


def test_sums_of_types_and_roots_are_the_growth_of_the_heap(cores):
    document = diff(cores, "dwarf", "--top=all", "--min-bytes=1")
    growth = document["new"]["live_bytes"] - document["old"]["live_bytes"]
    for name in ("types", "roots"):
        section = document["growth"][name]
        reported = sum(row["new_bytes"] - row["old_bytes"] for row in section["rows"])
        assert reported + section["left_out_growth"] == growth


@pytest.mark.parametrize("version", SOME)
def test_a_stripped_binary_will_do(version):
    document = diff(two_runs(version), "stripped", "--top=all", "--min-bytes=1")
    waiting = the_row(document, "goroutines", "main.waitForever")
    assert (waiting["old_count"], waiting["new_count"]) == (10, 500)
    assert document["new"]["live_bytes"] - document["old"]["live_bytes"] > 28000 * SESSION


@pytest.mark.parametrize("version", SOME)
def test_one_process_and_two_are_told_apart(version):
    document = diff(one_process(version), "dwarf")
    assert document["same_process"] is True and document["elapsed_ns"] > 0
    document = diff(two_runs(version), "dwarf")
    assert document["same_process"] is False and document["elapsed_ns"] is None
    assert document["new_objects"] is None


def test_nothing_changes_between_a_core_and_itself():
    core = field.core("growing")
    document = diff((core, core), "dwarf", "--min-bytes=1")
    for section in document["growth"].values():
        assert section["rows"] == [] and section["left_out"] == 0
    objects = document["new_objects"]
    assert (objects["count"], objects["doubtful_count"], objects["rows"]) == (0, 0, [])
    assert document["same_process"] is True


def test_the_gate():
    cores = two_runs(recipe.LOCAL)
    grown = cores[1].truth["heap"] - cores[0].truth["heap"]
    command = ["diff", cores[0].path, cores[1].path, "--exe", cores[0].exe]
    assert tool.run(*command, f"--fail-on=growth:{grown - 65536}").status == 1
    assert tool.run(*command, f"--fail-on=growth:{grown + 65536}").status == 0
    assert tool.run(*command, "--fail-on=growth").status == 1
    back = ["diff", cores[1].path, cores[0].path, "--exe", cores[0].exe]
    assert tool.run(*back, "--fail-on=growth").status == 0
    assert tool.run(*command, "--fail-on=any").status == 2


def test_text_and_markdown_name_what_grew():
    cores = one_process(recipe.LOCAL)
    command = ["diff", cores[0].path, cores[1].path, "--exe", cores[0].exe]
    text, page = (tool.run(*command, *more) for more in (["--width=200"], ["--format=markdown"]))
    assert text.status == page.status == 0
    for done in (text, page):
        assert "main.session" in done.out and "main.waitForever" in done.out
        assert "new objects" in done.out and "count as old" in done.out
    assert "one process" in text.out and "a minute" in text.out or "a second" in text.out
    assert page.out.startswith("# What grew: +")


def _shape(line):
    """A line without its numbers, which differ from run to run."""
    line = re.sub(r"0x[0-9a-f]+|[\d,.]+( [KMG]iB| B|(?= a second)|m?s\b|%)?", "#", line)
    return " ".join(line.split())


def test_the_readmes_walk_is_what_is_printed():
    """Each line of it but for the prompts, in its order, of the two cores of one process."""
    old, new = one_process(recipe.LOCAL)
    grown = tool.run("diff", old.path, new.path, "--exe", old.exe, "--top=1").out
    asked = "heap --top 1\nglobal main.sessions --max 1\n"
    shell = [tool.binary(), "shell", new.path, "--exe", old.exe]
    answers = subprocess.run(shell, input=asked, capture_output=True, text=True, check=True).stdout
    printed = [_shape(line) for line in (grown + answers).splitlines()]
    _, _, walk = (recipe.PROJECT / "README.md").read_text().partition("## A service that only grows")
    walk, _, _ = walk.partition("\n## ")
    for line in walk.splitlines():
        if line.startswith("    ") and not line.startswith(("    $", "    gotopsy>", "    ...")):
            assert _shape(line) in printed, line
            del printed[: printed.index(_shape(line))]
    assert "not among the largest holders -> " in grown


def test_a_second_core_that_is_none_is_an_error():
    core = field.core("growing")
    done = tool.run("diff", core.path, core.exe, "--exe", core.exe)
    assert done.status == 3 and str(core.exe) in done.err
