"""The bench's look at a core's pages in memory, and the states in which it measures."""

import mmap

import page_sizes
import pytest
from cost import Cost

SMAPS = """\
7f0000000000-7f0000200000 r--p 00000000 fe:00 1234                       /folder/a core
Size:               2048 kB
Rss:                1024 kB
FilePmdMapped:         0 kB
VmFlags: rd mr mw me nr hg
7f0000200000-7f0000800000 r--p 00200000 fe:00 1234                       /folder/a core
Rss:                6144 kB
Pss:                6144 kB
ShmemPmdMapped:       64 kB
FilePmdMapped:      4096 kB
7f0000800000-7f0000900000 r-xp 00000000 fe:00 1235                       /folder/a core's program
Rss:                 100 kB
FilePmdMapped:       100 kB
7f0000900000-7f0000a00000 rw-p 00000000 00:00 0
Rss:                1000 kB
FilePmdMapped:         8 kB
"""


def test_mappings_of_the_core_are_summed():
    assert page_sizes.mapped(SMAPS, "/folder/a core") == (7168 << 10, 4096 << 10)
    assert page_sizes.mapped(SMAPS, "/folder/core") == (0, 0)


def test_a_kernel_without_large_pages_maps_none():
    lines = [line for line in SMAPS.splitlines() if "Pmd" not in line]
    assert page_sizes.mapped("\n".join(lines), "/folder/a core") == (7168 << 10, 0)


def test_a_line_that_is_cut_off_is_left_out():
    assert page_sizes.mapped(SMAPS[:SMAPS.index("4096 kB") + 2], "/folder/a core") == (7168 << 10, 0)


@pytest.fixture(name="core")
def _core(tmp_path):
    """Data around a hole."""
    path = tmp_path / "core"
    with path.open("wb") as file:
        file.write(b"first" * mmap.PAGESIZE)
        file.seek(1 << 20)
        file.write(b"last")
    return path


def test_a_file_that_was_written_is_in_memory_but_for_its_holes(core):
    assert page_sizes.in_memory(core) == 1


def test_a_file_without_data_has_no_part_in_memory(tmp_path):
    path = tmp_path / "hole"
    with path.open("wb") as file:
        file.truncate(1 << 20)
    assert page_sizes.in_memory(path) == 0


def test_a_file_whose_pages_were_dropped_is_the_same(core):
    before = core.read_bytes()
    page_sizes.drop(core)
    assert page_sizes.in_memory(core) in (0, 1)  # it stays where there is no disk
    assert core.read_bytes() == before


class Core:
    """A core of which some part is in memory, until it is dropped. A run reads it all."""

    def __init__(self, part, stays=False):
        self.part, self.stays, self.before = part, stays, []

    def drop(self):
        self.part = self.part if self.stays else 0

    def measure(self, runs):
        for _ in range(runs):
            self.before.append(self.part)
            self.part = 1
        return Cost(1, 2, 3, 4), {}


@pytest.fixture(name="states")
def _states(monkeypatch):
    monkeypatch.setattr(page_sizes, "write_back", lambda core: None)
    monkeypatch.setattr(page_sizes, "drop", Core.drop)
    monkeypatch.setattr(page_sizes, "in_memory", lambda core: core.part)
    monkeypatch.setattr(page_sizes, "measure_often", lambda command, core, exe, runs: core.measure(runs))
    monkeypatch.setattr(page_sizes, "part_in_large", lambda command, core, exe: len(core.before) / 10)
    return lambda core, dumped: page_sizes.measure_states("check", core, "exe", dumped, 2)


def test_a_core_that_was_just_dumped_is_measured_so_and_from_disk(states):
    core = Core(1)
    done = states(core, True)
    assert list(done.costs) == ["check, as dumped", "check, from disk"]
    assert (core.before, done.large) == ([1, 1, 0, 0], {"as dumped": 0.2, "from disk": 0.4})


def test_a_core_that_was_kept_is_measured_from_disk(states):
    core = Core(1)
    done = states(core, False)
    assert (list(done.costs), done.large) == (["check, from disk"], {"from disk": 0.2})
    assert core.before == [0, 0]


def test_a_core_that_memory_had_no_room_for_is_not_as_dumped(states, capsys):
    assert list(states(Core(0.9), True).costs) == ["check, from disk"]
    assert capsys.readouterr().out == "not measured as dumped: of the core, 90% is still in memory\n"


def test_a_core_that_stays_in_memory_has_no_run_from_disk(states):
    core = Core(1, stays=True)
    done = states(core, True)
    assert (list(done.costs), core.before) == (["check, as dumped"], [1, 1])
    assert list(done.large) == ["as dumped", "in memory"]


def test_the_states_are_told(capsys):
    page_sizes.tell_large({"as dumped": 0, "from disk": 0.977})
    page_sizes.tell_large({"in memory": None})
    assert capsys.readouterr().out.splitlines() == [
        "mapped in large pages: 0% of the core as dumped, 98% from disk, as in all rows below",
        "mapped in large pages: an unknown part of the core in memory, as in all rows below",
    ]
