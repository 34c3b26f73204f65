"""Panics, reported by the value that panic was called with, as Go prints them, and without the
program's texts. Truth is what the process said itself: what recover returned, and what Go printed
when it died."""

import re

import pytest

from . import little, recipe, reshape, tool

VERSIONS = ["1.22.12", "1.24.13", recipe.LOCAL, "1.27.4"]
OTHERS = ["1.19.13", "1.20.14", "1.21.13", "1.23.12", "1.25.12"]
MARKER = "marker-7731"  # in all that the program says
NUMBERS = "int shelf bool unit whole half tiny ratio complex bearing".split()
VALUES = "struct pointer slice func".split()
TEXTS = "text label".split()
ERRORS = """lost refused wrapped several code errno duration gate generic own quota local empty
    long wide zero lines""".split()
RUNTIMES = "nil index cut divide nilmap nilpointer assert convert closed size unhashable".split()
CHAINS = "nested again rewrapped after goexit goexits other deep collected".split()
ODD = "long wide zero lines".split()  # are not printed as they are
ALL = [*NUMBERS, *VALUES, *TEXTS, *ERRORS, *RUNTIMES, *CHAINS]
SOME = "ratio complex pointer label lost errno quota nil index nested again goexits".split()
SHOWN = 1024  # bytes of a text


@pytest.fixture(scope="module")
def died(tmp_path_factory):
    """The core of one way to die, the folder it is in and the two binaries. Each is made once."""
    built, made = {}, {}

    def build(version):
        if version not in built:
            folder = tmp_path_factory.mktemp("panics")
            try:
                little.need_kernel_cores()
                little.build(folder, "panics", version)
                built[version] = [folder / "panics", recipe.stripped(folder, folder / "panics")]
            except recipe.Unavailable as why:
                pytest.skip(str(why))
        return built[version]

    def die(version, way):
        if (version, way) not in made:
            folder = tmp_path_factory.mktemp(way)
            made[version, way] = little.crash(build(version)[0], folder, way), build(version)
        return made[version, way]

    return die


@pytest.fixture(autouse=True)
def _nil_is_an_error(monkeypatch):
    """The programs' go.mod has the old meaning of panic(nil) for some versions."""
    monkeypatch.setenv("GODEBUG", "panicnil=0")


def _said(core):
    return (core.parent / "said").read_bytes().decode()


def _types(said):
    return re.findall(r"^raises (.*)$", said, re.MULTILINE)


def _head(said):
    """What Go printed of the panics: after the program's own lines, before the first goroutine."""
    return re.split(r"\n\ngoroutine ", re.sub(r"^raises .*\n", "", said, flags=re.MULTILINE))[0]


def _goroutines(core, exe, *options):
    done = tool.run("goroutines", "--format=json", core, "--exe", exe, *options)
    return tool.parsed(done, "gotopsy-goroutines/1")["crash"]


def _traceback(core, exe, *options):
    done = tool.run("goroutines", "--format=traceback", core, "--exe", exe, *options)
    assert done.status == 0, done.err
    return done.out.split("\n\n")[0]


def _types_reported(crash):
    """A value that was raised again is reported once by the program."""
    panics = [panic for panic in crash["panics"] if not panic["goexit"]]
    return [
        panic["type"]
        for before, panic in zip([None, *panics], panics)
        if not (before and before["recovered"] and before["value"] == panic["value"])
    ]


def _check_said(core, exe, way):
    """Every type, and Go's own lines."""
    said = _said(core)
    crash = _goroutines(core, exe, "--show-data")
    assert _types_reported(crash) == [type.replace("<nil>", "nil") for type in _types(said)]
    if way not in ODD:
        assert _traceback(core, exe, "--show-data") == _head(said)
    return crash


def _check_hidden(core, exe, way, shown):
    """What is shown without being asked for: numbers, and what the runtime says."""
    crash = _goroutines(core, exe)
    for panic, whole in zip(crash["panics"], shown["panics"]):
        public = way in NUMBERS or way in RUNTIMES
        assert panic["value"] == (whole["value"] if public else None)
        assert panic["hidden"] == (whole["value"] is not None and not public)
        assert not whole["hidden"] and panic["type"] == whole["type"]
        assert panic["by_runtime"] == (way in RUNTIMES and whole["type"] != "nil")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("way", ALL)
def test_what_panic_was_called_with(died, version, way):
    core, exes = died(version, way)
    for exe in exes:
        shown = _check_said(core, exe, way)
        _check_hidden(core, exe, way, shown)


@pytest.mark.parametrize("version", OTHERS)
@pytest.mark.parametrize("way", SOME)
def test_with_other_versions(died, version, way):
    test_what_panic_was_called_with(died, version, way)


FORMS = [("goroutines", form) for form in ("text", "json", "traceback")]
FORMS += [("report", form) for form in ("text", "json", "markdown")]
FORMS += [("threads", form) for form in ("text", "json")]


@pytest.mark.parametrize("way", ["text", "label", "lost", "quota", "local", "nested", "quiet"])
def test_no_text_of_the_program_is_shown(died, way):
    core, exes = died(recipe.LOCAL, way)
    for command, form in FORMS:
        for exe in exes:
            done = tool.run(command, f"--format={form}", core, "--exe", exe)
            assert done.status == 0 and MARKER not in done.out + done.err, (command, form)
            if form in ("text", "markdown"):
                assert "show-data" in done.out.replace("\\", "")


def test_the_marker_is_shown_when_asked_for(died):
    core, _ = died(recipe.LOCAL, "nested")
    for command, form in FORMS:
        done = tool.run(command, f"--format={form}", "--show-data", core)
        assert done.out.replace("\\", "").count(MARKER) >= 3, (command, form)


def _line(core, *options):
    """How the process died, as the text says it."""
    text = " ".join(tool.run("goroutines", core, *options).out.split())
    return re.search(r"crashed: (.*?) goroutines: ", text)[1]


def test_the_line_of_a_panic(died):
    core, _ = died(recipe.LOCAL, "lost")
    assert _line(core) == "panic with a *main.lost, in goroutine 1; --show-data shows the text"
    assert _line(core, "--show-data") == (
        f"panic with a *main.lost: floor 7: {MARKER}, in goroutine 1"
    )


def test_the_line_of_a_chain(died):
    core, _ = died("1.24.13", "again")
    again = "panic with a *main.lost [recovered], then panic with a *main.lost, in goroutine 1"
    assert _line(core) == f"{again}; --show-data shows the texts"
    core, _ = died(recipe.LOCAL, "again")
    once = "panic with a *main.lost [recovered, repanicked], in goroutine 1"
    assert _line(core) == f"{once}; --show-data shows the text"
    core, _ = died(recipe.LOCAL, "goexit")
    goexit = "runtime.Goexit, then panic with a *errors.errorString, in goroutine 1"
    assert _line(core) == f"{goexit}; --show-data shows the text"


# way -> the whole text, as its bytes
WHOLE = {
    "long": f"{MARKER} " * 400,
    "wide": "ä" * 400 + "x" + "€" * 400,
    "zero": f"before\0after {MARKER}",
    "lines": f"one {MARKER}\ntwo\x1b[31m",
}


@pytest.mark.parametrize("way", ODD)
def test_odd_texts(died, way):
    """A cut is said and lies between characters; a NUL ends nothing."""
    core, exes = died(recipe.LOCAL, way)
    (panic,) = _goroutines(core, exes[0], "--show-data")["panics"]
    whole = WHOLE[way].encode()
    shown = whole[:SHOWN].decode(errors="ignore")
    assert (panic["value"], panic["text_bytes"]) == (shown, len(whole))
    line = _line(core, "--show-data")
    cut = f"... ({len(shown.encode()):,} of {len(whole):,} bytes shown)"
    for text in (line, _traceback(core, exes[0], "--show-data")):
        assert (cut in text) == (len(whole) > SHOWN)
        assert ("\\x00after" in text) == (way == "zero")
        assert ("\\ntwo\\x1b[31m" in text) == (way == "lines")


PRINTING = "panic while printing panic value"
# way -> types; what Go says without the program's text; and of the second panic
PRINTED = {
    "quiet": (["main.quiet", "string"], PRINTING, None),
    "nowhere": (
        ["*main.lost", "runtime.errorString"],
        f"{PRINTING}: type runtime.errorString",
        "runtime error: invalid memory address or nil pointer dereference",
    ),
}


@pytest.mark.parametrize("version", [*OTHERS, *VERSIONS])
@pytest.mark.parametrize("way", PRINTED)
def test_panics_while_panics_are_printed(died, version, way):
    """Go ends the process by a fatal error then, which has the second panic's text."""
    types, public, second = PRINTED[way]
    core, exes = died(version, way)
    (fatal,) = re.findall(r"^fatal error: (.*)$", _said(core), re.MULTILINE)
    for exe in exes:
        shown, hidden = _goroutines(core, exe, "--show-data"), _goroutines(core, exe)
        assert shown["fatal_error"] == fatal and hidden["fatal_error"] == public
        for crash in (shown, hidden):
            assert [panic["type"] for panic in crash["panics"]] == types
            assert [panic["recovered"] for panic in crash["panics"]] == [False, True]
        assert hidden["panics"][1]["value"] == second
        assert _traceback(core, exe, "--show-data").startswith(f"fatal error: {fatal}")


def test_a_stack_without_its_start(died, tmp_path):
    """Where the core lacks the frame that panic was called from, the type is not guessed."""
    core, exes = died(recipe.LOCAL, "lost")
    where = re.search(r"^panic\(.*\n.* fp=(\w+)", _said(core), re.MULTILINE)
    data, argument = bytearray(core.read_bytes()), int(where[1], 16)
    (segment,) = [each for each in reshape.Shape(core).segments if each.holds(argument)]
    at = segment.offset + argument - segment.address
    data[at : at + 16] = b"\xff" * 16
    (tmp_path / "core").write_bytes(data)
    (panic,) = _goroutines(tmp_path / "core", exes[0])["panics"]
    assert panic["type"] is None and panic["hidden"]
    assert "panic with a value whose type is not in the core" in _line(tmp_path / "core")
