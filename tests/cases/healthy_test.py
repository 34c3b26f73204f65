"""Healthy programs of the kinds that look like leaks: nothing is found in them.

Every program has a few bytes of blocks that nothing uses: those of the standard library are here.
"""

import pytest

from . import field


IN_PARTS = {"substring", "subslice", "lost-elements"}


def check(report):
    assert [(each["kind"], each["title"]) for each in report["findings"]] == []
    assert [each for each in report["smaller"] if each["kind"] not in IN_PARTS] == []


@field.cases("served")
@pytest.mark.parametrize("way", ["rest", "busy"])
def test_http_server(case, way):
    """200 clients that keep their connections, a full cache, workers, timers of sessions."""
    report = case.report(way)
    assert report["goroutines"]["total"] > 400
    check(report)
    small = case.report(way, "--min-bytes=1")["findings"]
    assert not [each for each in small if "net.TCPAddr" in each["title"] + str(each["path"])]
    assert case.run("report", way, "--fail-on=any", "--quiet").status == 0


@field.cases("streams")
def test_grpc_server(case):
    report = case.report("rest")
    assert report["goroutines"]["total"] > case.core("rest").truth["streams"]
    check(report)
    assert case.run("report", "rest", "--fail-on=any", "--quiet").status == 0
