"""The bench's figures of a heap: the wall time of stages."""

import heaps
import pytest
from cost import Cost, Failed, Stage


def _measured(**walls):
    timed = {name.replace("_", " "): Stage(wall, 1, 1) for name, wall in walls.items()}
    return {"report": (None, Cost(100, 1, 1, 1), timed)}


def test_stages_of_one_thread_and_of_two_are_summed():
    stages = heaps.SPEED_UPS[0][1]
    alone = _measured(marking=30, typing=12, typing_the_rest=2, opening=5)
    assert heaps.wall_of(alone, "report", stages) == 44
    assert heaps.wall_of(_measured(marking_and_typing=30, typing_the_rest=2), "report", stages) == 32


def test_without_stages_it_is_the_whole_run():
    assert heaps.wall_of(_measured(marking=30), "report", None) == 100


def test_a_run_that_has_timed_none_of_them_has_failed():
    with pytest.raises(Failed, match="report has timed no marking nor typing"):
        heaps.wall_of(_measured(opening=5), "report", heaps.SPEED_UPS[0][1])
