"""What people read: text and markdown, of one core of each case."""

import re

import pytest

from . import expect, recipe, tool

COLUMNS = 120

ONE_OF_EACH_CASE = [
    cell
    for cell in recipe.cells()
    if (cell.version, cell.mode, cell.how) == (recipe.LOCAL, "leak", "kernel")
]

# A page's own words for the kinds.
NAMES = {
    "substring": "substring",
    "subslice": "subslice",
    "lost-elements": "lost (slice )?elements",
    "hung-goroutine": "hung goroutines?",
    "ticker": "ticker",
    "finalizer-cycle": "finalizer cycles?",
    "deferred-calls": "deferred calls?",
}


def headings(view, page):
    """Where a finding's kind is named. The kinds that were not found are named elsewhere."""
    pattern = r"^ *\d+ +.*" if view == "text" else r"^## \d+\. .*"
    return " ".join(re.findall(pattern, page, re.MULTILINE))


def fixed_lines(view, page):
    """The lines that a reader's program does not wrap."""
    if view == "text":
        return page.splitlines()
    fenced = re.findall(r"^```+text\n(.*?)^```+$", page, re.MULTILINE | re.DOTALL)
    return "".join(fenced).splitlines()


def complaints(view, page, kinds):
    for kind in kinds:
        if not re.search(NAMES[kind], headings(view, page), re.IGNORECASE):
            yield f"no heading names {kind}"
    for line in fixed_lines(view, page):
        if len(line) > COLUMNS:
            yield f"{len(line)} columns: {line}"
    if re.search(r"[^\n -~\u00a0-\U0010ffff]", page):
        yield "control characters in what goes to a file"
    yield from expect.secrecy(page)


def look(view, core, kinds):
    done = tool.run("report", f"--format={view}", core)
    assert done.status == 0, done.err
    wrong = list(complaints(view, done.out, kinds))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("view", ["text", "markdown"])
@recipe.for_each(ONE_OF_EACH_CASE)
def test_view(core, view):
    look(view, core.path, [core.truth["kind"]])


@pytest.mark.parametrize("view", ["text", "markdown"])
def test_view_of_demo(view):
    look(view, recipe.COREFILES / "demo" / "demo.core.zst", NAMES)


def test_goroutines_say_what_was_not_read(demo, tmp_path):
    cut = tmp_path / "core"
    cut.write_bytes(demo.path.read_bytes()[: 30 << 20])
    done = tool.run("goroutines", cut, "--exe", demo.exe)
    assert done.status == 0 and "\nnot read: the core file is cut off" in done.out, done.err
    document = tool.run("goroutines", "--format=json", cut, "--exe", demo.exe)
    notes = tool.parsed(document, "gotopsy-goroutines/1")["notes"]
    assert any("cut off" in note for note in notes)
    whole = tool.run("goroutines", demo.path, "--exe", demo.exe)
    assert "not read" not in whole.out
