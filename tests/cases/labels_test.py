"""The pprof labels of goroutines: a map up to Go 1.23, a list since."""

import pytest

from . import recipe, tool

MANY = {f"key{i}": f"value{i}" for i in range(20)}


def groups(core):
    document = tool.parsed(tool.run("goroutines", "--format=json", core), "gotopsy-goroutines/1")
    return document["goroutines"]["groups"]


def labels(found, function):
    """The labels and the number of the one group that has this function in its stack."""
    (group,) = (
        group
        for group in found
        if any(place["function"] == function for place in group["stack"])
    )
    return group["labels"], group["count"]


@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_labels(little_core, version):
    found = groups(little_core("labels", version).path)
    assert labels(found, "main.few") == ({"role": "worker", "pool": ""}, 3)
    assert labels(found, "main.each") == ({"shared": "yes"}, 2)
    assert labels(found, "main.many") == (MANY, 1)
    assert labels(found, "main.plain") == ({}, 1)
    assert list(labels(found, "main.many")[0]) == sorted(MANY)
