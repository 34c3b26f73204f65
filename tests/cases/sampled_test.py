"""Where the heap profile says that blocks were allocated, as the process itself reads it."""

import pytest

from . import recipe, tool


@pytest.mark.parametrize("version", ["1.19.13", recipe.LOCAL])
def test_sampled_allocations(little_core, version):
    core = little_core("sampled", version)
    (finding,) = tool.report(core.path)["findings"]
    assert finding["kind"] == "substring"
    for instance in finding["instances"]:
        reported = [f"{place['function']}:{place['line']}" for place in instance["allocated_at"]]
        own = [place for place in reported if not place.startswith("runtime.")]
        assert own == [place for place in core.truth["sites"] if not place.startswith("runtime.")]
        assert len(own) > 4
