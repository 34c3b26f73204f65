"""Holders whose words say less than they are: sync.Map's trie nodes, atomic pointers."""

import pytest

from . import recipe, tool

LARGE = 106_496  # the size class of 100,000 bytes


@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_substrings_behind_a_sync_map(little_core, version):
    report = tool.report(little_core("registry", version).path, "--min-bytes=1K")
    blocks = {}
    for finding in report["findings"]:
        assert finding["kind"] == "substring" and finding["confidence"] == "proven"
        assert finding["instances"][0]["windows"][0]["holder"] == "main.visitor.agent"
        blocks[finding["path"][0]["what"]] = finding["count"]
        assert finding["bytes_freed"] == finding["count"] * (LARGE - 16)
    assert sum(blocks.values()) == 21
    assert set(blocks) <= {"global main.registry", "global main.latest"}
