"""Goroutines that keep something only by a call of the runtime: its variables are not reported, the call is."""

from . import field, tool

CALLS = {
    "main.post": "main.post value being sent",
    "main.spread": "main.spread value being sent",
    "main.stuff": "main.stuff channel to send on",
    "main.await": "main.await call of sync.(*Cond).Wait",
}


def groups(case):
    done = case.run("goroutines", "", "--retained", "--format=json")
    return tool.parsed(done, "gotopsy-goroutines/1")["goroutines"]["groups"]


@field.cases("senders")
def test_calls(case):
    """And the bytes are as many as ever."""
    kept = 0
    for group in groups(case):
        functions = [place["function"] for place in group["stack"]]
        for name in set(functions) & set(CALLS):
            kept += group["retained_bytes"]
            for each in group["kept"]:
                assert each["path"][0]["what"] == CALLS[name]
                assert not any(step["type"] == "runtime.sudog" for step in each["path"])
    assert field.near(kept, case.freed())


@field.cases("senders")
def test_outermost_frames(case):
    """They are reported in every command, whatever the stack's depth."""
    for command in (["goroutines"], ["waits"]):
        text = case.run(*command, "", "--width=200").out
        assert "main.serveOrders" in text and "the 2 frames above, 30 times in all" in text


@field.cases("senders")
def test_finding(case):
    """What the report says keeps the most is no frame of the runtime's."""
    report = case.report("", "--min-bytes=1K")
    hung = [finding for finding in report["findings"] if finding["kind"] == "hung-goroutine"]
    assert hung
    for finding in hung:
        assert not any(step["what"].startswith("runtime.") for step in finding["path"])


@field.cases("senders")
def test_same_as_the_report(case):
    """Only what goroutines keep is typed for them, and is named as the report names it."""
    assert groups(case) == case.report("")["goroutines"]["groups"]
