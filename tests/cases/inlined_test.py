"""A closure of an inlined function is reported in the function that it was written in.

Go names it after the caller, which has no such code (up to Go 1.26), and so does a stack.
"""

from . import field


def _findings(case):
    found = case.report("", "--min-bytes=1")["findings"]
    return [each for each in found if each["kind"] == "hung-goroutine"]


@field.cases("inlined")
def test_titles_and_advice_name_the_function_of_the_source(case):
    findings, places = _findings(case), case.core().truth["places"]
    for function, place in places.items():
        here = [
            each
            for each in findings
            if f", at {function}" in each["advice"] and f":{place['line']})" in each["advice"]
        ]
        assert len(here) == 1, (function, [each["advice"] for each in findings])
        assert f" in {function}" in here[0]["title"]
        assert here[0]["count"] == 12
    assert len(findings) == len(places)


@field.cases("inlined")
def test_stacks_keep_the_names_that_go_prints(case):
    """A traceback, a profile and the report can be compared."""
    for finding in _findings(case):
        stack = finding["instances"][0]["stack"]
        assert any(".func" in place["function"] for place in stack), stack


@field.cases("inlined")
def test_nothing_hangs_without_the_leak(case):
    assert case.report("fixed")["findings"] == []
