"""Healthy programs of the kinds that look like leaks: nothing is found in them.

Every program has some bytes of blocks that nothing uses; they are less than a page of the heap.
"""

from . import field


IN_PARTS = {"substring", "subslice"}


def check(report):
    assert [(each["kind"], each["title"]) for each in report["findings"]] == []
    assert [each for each in report["smaller"] if each["kind"] not in IN_PARTS] == []


@field.cases("streams")
def test_grpc_server(case):
    report = case.report("rest")
    assert report["goroutines"]["total"] > case.core("rest").truth["streams"]
    check(report)
    assert case.run("report", "rest", "--fail-on=any", "--quiet").status == 0
