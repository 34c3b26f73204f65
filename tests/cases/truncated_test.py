"""A core that a full disk cut off, at any point: an error that says so, or a report that says what
is missing, and never more of a heap than there was. GOTOPSY_ALL=1 tries every page."""

import concurrent.futures
import os
import subprocess

import pytest

from . import tool

PAGE = 4096
TRIED = 100  # of the pages; and all of the last ones, where the runtime's own tables are
LAST = 40


def _points(size):
    pages = size // PAGE
    if os.environ.get("GOTOPSY_ALL") == "1":
        return [page * PAGE for page in range(1, pages)]
    spread = {round(i * pages / TRIED) for i in range(1, TRIED)}
    spread |= set(range(max(pages - LAST, 1), pages))
    return [page * PAGE for page in sorted(spread) if page]


def _complaints(path, exe, whole):
    done = tool.run("report", "--format=json", "--exe", exe, path)
    if done.status == 3:
        if "cut off" not in done.err and "cut short" not in done.err:
            yield f"no word of a cut: {done.err}"
        return
    report = tool.parsed(done, "gotopsy-report/1")
    if not report["core"]["truncated"] or not report["coverage"]["notes"]:
        yield "says nothing of a cut"
    for of in ("bytes", "objects"):
        if report["live"][of] > whole["live"][of]:
            yield f"more live {of} than the whole: {report['live'][of]}"
    proven = [finding for finding in report["findings"] if finding["confidence"] == "proven"]
    if proven and report["coverage"]["missing_bytes"]:
        yield f"proven, with memory missing: {proven[0]['title']}"


@pytest.fixture(scope="module")
def whole(demo):
    return tool.report(demo.path, "--exe", demo.exe)


def _cut_shorter_and_shorter(path, points, exe, whole):
    """Complaints about one copy of the core that is cut at each of these points, the last first."""
    wrong = []
    for point in reversed(points):
        os.truncate(path, point)
        wrong += [f"at {point}: {what}" for what in _complaints(path, exe, whole)]
    return wrong


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
def test_cut_anywhere(demo, whole, tmp_path):
    points, hands = _points(demo.path.stat().st_size), os.cpu_count()

    def try_some(hand):
        path = tmp_path / f"core.{hand}"
        subprocess.run(["cp", "--sparse=always", demo.path, path], check=True)
        return _cut_shorter_and_shorter(path, points[hand::hands], demo.exe, whole)

    with concurrent.futures.ThreadPoolExecutor(hands) as pool:
        wrong = [what for each in pool.map(try_some, range(hands)) for what in each]
    assert not wrong, "\n".join(wrong[:20])


def test_goroutines_of_a_cut_core(demo, tmp_path):
    """The heap's tables are gone with the end of the core, the stacks are not."""
    size = demo.path.stat().st_size
    path = tmp_path / "core"
    path.write_bytes(demo.path.read_bytes()[: size // 2])
    done = tool.run("goroutines", "--format=json", "--exe", demo.exe, path)
    goroutines = tool.parsed(done, "gotopsy-goroutines/1")["goroutines"]
    stats = demo.truth["memstats"]
    assert goroutines["total"] - goroutines["system"] == stats["NumGoroutine"]
    assert any(place["function"] == "main.main" for g in goroutines["groups"] for place in g["stack"])
