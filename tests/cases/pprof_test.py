"""Goroutines as a profile for go tool pprof, beside the same goroutines in JSON."""

import re
import shutil
import subprocess

import pytest

from . import little, recipe, tool
from .profile import Profile

OURS = "go::"  # before the names of labels that are not the program's own


def groups(core, *options):
    done = tool.run("goroutines", "--format=json", core, *options)
    document = tool.parsed(done, "gotopsy-goroutines/1")
    return document, document["goroutines"]["groups"]


def written(core, folder, *options):
    path = folder / "goroutines.pb.gz"
    done = tool.run("goroutines", core, "--format=pprof", "-o", path, *options)
    assert done.status == 0, done.err
    return path


def by_json(group):
    stack = [(place["function"], place["file"], place["line"]) for place in group["stack"]]
    labels = dict(group["labels"])
    labels[OURS + "state"] = group["wait_reason"] or group["status"]
    if group["created_by"]:
        labels[OURS + "created_by"] = group["created_by"]["function"]
    if group["wait_ns_max"] is not None:
        labels[OURS + "longest_wait"] = group["wait_ns_max"]
    return {"values": [group["count"], group["stack_bytes"]], "stack": stack, "labels": labels}


def merged(samples):
    """As the JSON groups them, which has only the labels that a group's goroutines share."""
    groups = {}
    for sample in samples:
        labels = sample["labels"]
        key = str((sample["stack"], labels[OURS + "state"], labels.get(OURS + "created_by")))
        if key not in groups:
            groups[key] = sample
            continue
        group = groups[key]
        longest = max(each["labels"].get(OURS + "longest_wait", 0) for each in (group, sample))
        shared = dict(group["labels"].items() & labels.items())
        groups[key] = {
            "values": [sum(both) for both in zip(group["values"], sample["values"])],
            "stack": sample["stack"],
            "labels": {**shared, **({OURS + "longest_wait": longest} if longest else {})},
        }
    return groups


def agree(core, folder, *options):
    """The profile, which says of each group what the JSON says."""
    everything = "--all" in options
    document, found = groups(core, *(option for option in options if option != "--all"))
    profile = Profile(written(core, folder, *options))
    want = [by_json(group) for group in found if everything or not group["system"]]
    assert merged(profile.samples) == merged(want)
    assert profile.types == [("goroutine", "count"), ("stack", "bytes")]
    assert profile.texts[0] == ""
    (mapping,) = profile.mappings
    assert profile.text(mapping, "build_id") == document["binary"]["build_id"]
    return profile


@pytest.mark.parametrize("options", [[], ["--all"]], ids=["user", "all"])
def test_demo(demo, tmp_path, options):
    profile = agree(demo.path, tmp_path, "--exe", demo.exe, *options)
    (mapping,) = profile.mappings
    (start,), (limit,) = mapping["memory_start"], mapping["memory_limit"]
    assert len(profile.samples) > 3
    for location in profile.locations.values():
        assert start <= location["address"][0] < limit and location["mapping_id"] == [1]


@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_labels(little_core, tmp_path, version):
    profile = agree(little_core("labels", version).path, tmp_path)
    few = {"role": "worker", "pool": ""}
    (count,) = [each["values"][0] for each in profile.samples if few.items() <= each["labels"].items()]
    assert count == 3
    shared = [each["labels"] for each in profile.samples if "shared" in each["labels"]]
    assert sorted(labels["number"] for labels in shared) == ["0", "1"]


def test_native_frames(little_core, tmp_path):
    """C's functions have names and addresses, and none of the binary's mapping."""
    profile = agree(little_core("native", recipe.LOCAL).path, tmp_path)
    assert any(place[1] is None for sample in profile.samples for place in sample["stack"])


def test_inlined_calls_share_a_location(little_core, tmp_path):
    profile = agree(little_core("labels", recipe.LOCAL).path, tmp_path, "--all")
    assert any(len(location["line"]) > 1 for location in profile.locations.values())


# ---- what go tool pprof makes of it --------------------------------------------------------------


def pprof(*arguments):
    if not shutil.which("go"):
        pytest.skip("go is not installed")
    return subprocess.check_output(
        ["go", "tool", "pprof", *arguments],
        env=recipe.environment(recipe.LOCAL),
        stderr=subprocess.STDOUT,
        timeout=little.PATIENCE,
        text=True,
    )


def raw_samples(said):
    """Of `-raw`: the values of each sample and the functions of its stack."""
    samples, rest = said.split("Samples:\n")[1].split("Locations\n")
    locations, number = {}, None
    for line in rest.split("Mappings\n")[0].splitlines():
        numbered = re.match(r" *(\d+): 0x[0-9a-f]+ (?:M=\d+ )?(.*)", line)
        number = int(numbered[1]) if numbered else number
        function = (numbered[2] if numbered else line.strip()).rsplit(" ", 2)[0]
        locations.setdefault(number, []).append(function)
    for values, stack in re.findall(r"^ *(\d+ +\d+): ([\d ]+?) *$", samples, re.MULTILINE):
        functions = [name for number in stack.split() for name in locations[int(number)]]
        # pprof adds the names of files to functions that it was not given the place of.
        yield [int(value) for value in values.split()], [name.split(" ")[0] for name in functions]


def test_pprof_reads_it(demo, tmp_path):
    path = written(demo.path, tmp_path, "--exe", demo.exe)
    _, found = groups(demo.path, "--exe", demo.exe)
    want = [
        ([group["count"], group["stack_bytes"]], [place["function"] for place in group["stack"]])
        for group in found
        if not group["system"]
    ]
    assert list(raw_samples(pprof("-raw", path))) == want
    total = sum(count for (count, _), _ in want)
    assert f"100% of {total} total" in pprof("-top", path)
    assert "main.fetchOrGiveUp" in pprof("-tags", path)
