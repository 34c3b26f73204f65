"""Who may include whom.

The directions are those of the tree: each room may use what stands in its row, itself and base.
A room is a folder with sources in it; the rooms of runtime and of detect build on one another in
the order of their rows. Two things differ from a plain layering. The report's model is part of the
public header, include/gotopsy.h, so detect and runtime include that and never report/. And unwind
reads Go frames through the pclntab, so it may include gotypes, which knows no ELF or DWARF. Errors
are public too, so every room may include the public header.
inspector/api is the facade behind that header: it may include all but cli and pages. A room below it
calls a function of the public header only where it may include the room that defines it.
"""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent

PUBLIC = "include"
KINDS, NAMES = "inspector/kinds", "inspector/names"
DOMINATORS = "inspector/graph/dominators"
LAYOUTS, CODE, TYPES = "gotypes/layouts", "gotypes/code", "gotypes/types"
GO = {PUBLIC, LAYOUTS, CODE, TYPES}
OUTSIDE = {"inspector/core", "inspector/symbols", "inspector/unwind"}


def _under(folder, *rooms):
    return {f"{folder}/{room}" for room in rooms}


def _runtime(*rooms):
    return GO | OUTSIDE | {"inspector/graph"} | _under("inspector/runtime", *rooms)


ALL_OF_RUNTIME = _under(
    "inspector/runtime", "process",
    "heap",
    "goroutines",
    "consistency",
    "roots",
    "waits",
    "functions",
    "typing",
    "ledger",
)


def _detect(*rooms):
    """A room of detect: the heap analysis is for all of them."""
    graph = {"inspector/graph", DOMINATORS}
    all_use = GO | {KINDS, NAMES, "inspector/detect"} | graph | ALL_OF_RUNTIME
    return all_use | _under("inspector/detect", *rooms)


def _report(*rooms):
    return {PUBLIC, KINDS, NAMES, "inspector/report"} | _under("inspector/report", *rooms)


ALLOWED = {
    "include": set(),
    LAYOUTS: {PUBLIC},
    CODE: {PUBLIC, LAYOUTS},
    TYPES: {PUBLIC, LAYOUTS, CODE},
    "inspector/base": {PUBLIC},
    KINDS: {PUBLIC},
    NAMES: {PUBLIC},
    "inspector/core": {PUBLIC},
    "inspector/graph/crew": {PUBLIC},
    "inspector/graph": {PUBLIC, "inspector/graph/crew"},
    DOMINATORS: {PUBLIC, "inspector/graph"},
    "inspector/symbols/kept": {PUBLIC},
    "inspector/symbols": GO | {"inspector/core", "inspector/symbols/kept"},
    "inspector/unwind": GO | {"inspector/symbols", "inspector/core"},
    "inspector/runtime/process": _runtime(),
    "inspector/runtime/heap": _runtime("process"),
    "inspector/runtime/goroutines": _runtime("process"),
    "inspector/runtime/roots": _runtime("process", "heap", "goroutines"),
    "inspector/runtime/consistency": _runtime("process", "heap", "goroutines"),
    "inspector/runtime/waits": _runtime("process", "goroutines", "roots"),
    "inspector/runtime/functions": _runtime("process", "goroutines"),
    "inspector/runtime/typing": _runtime(
        "process", "heap", "goroutines", "roots", "waits", "functions"
    ),
    "inspector/runtime/typing/spread": {"inspector/graph/crew"} | _runtime(
        "process", "heap", "goroutines", "roots", "functions", "typing"
    ),
    "inspector/runtime/ledger": _runtime("process", "heap", "goroutines"),
    "inspector/detect": GO | {"inspector/graph"} | ALL_OF_RUNTIME,
    "inspector/detect/describe": _detect(),
    "inspector/detect/retention": _detect("describe"),
    "inspector/detect/model": _detect("describe", "retention"),
    "inspector/detect/windows": _detect("describe", "retention"),
    "inspector/detect/holders": _detect("describe", "retention"),
    "inspector/detect/heap_tables": _detect("describe", "holders"),
    "inspector/detect/values": _detect("describe"),
    "inspector/detect/inspect": _detect("describe", "values"),
    "inspector/detect/find": _detect("describe", "holders", "heap_tables", "inspect"),
    "inspector/detect/hanging": _detect("describe", "retention"),
    "inspector/detect/clients": _detect("describe", "retention", "heap_tables", "hanging"),
    "inspector/detect/waiting": _detect("describe", "retention", "hanging"),
    "inspector/detect/timers": _detect("describe", "retention", "hanging", "waiting"),
    "inspector/detect/detectors": _detect(
        "describe", "retention", "windows", "hanging", "clients", "waiting", "timers"
    ),
    "inspector/report": {PUBLIC, KINDS, NAMES},
    "inspector/report/text": _report(),
    "inspector/report/text/answers": _report("text"),
    "inspector/report/json": _report(),
    "inspector/report/markdown": _report("text"),
    "inspector/report/shapes": _report("text"),
    "inspector/diff": {PUBLIC, KINDS, NAMES},
    "inspector/cli": {PUBLIC, "inspector/cli/values"},
    "inspector/cli/values": {PUBLIC},
    "inspector/cli/commands": {PUBLIC, "inspector/cli", "inspector/cli/values"},
    "inspector/pages": {PUBLIC, "inspector/cli", "inspector/report"},
}
FACADE = "inspector/api"
# A newcomer reads a room's list of files.
MOST_FILES = 30
MOST_LINES = 450
MOST_LINES_OF_A_FUNCTION = 50
LONG_FILES = {"include/gotopsy.h"}
# Files that know one another, by room, with the reason; a .c file and its header count as one.
# They never cross a room's wall.
CIRCLES = {
    CODE: "a module of several files shares a private header (pclntab)",
    TYPES: "a module of several files shares a private header (types, maps)",
    "inspector/base": "an arena's strings are formatted",
    "inspector/core": "a module of several files shares a private header (core, binary)",
    "inspector/graph": "walk.h is the heap's own, inlined where it is walked",
    DOMINATORS: "a module of several files shares a private header (dominators)",
    "inspector/runtime/goroutines": "a goroutine is opened with its registers, and grouped",
    "inspector/runtime/typing": "typing is one module: words are typed by what others say",
    "inspector/detect/describe": "a static word is named by its root, and a root by static words",
    "inspector/detect/retention": "consequences are a step of weighing the causes",
    "inspector/detect/values": "a module of several files shares a private header (values)",
    "inspector/detect/waiting": "who is stuck is a step of finding deadlocks",
    "inspector/detect/windows": "windows are one module: main holders and spare are its steps",
    "inspector/report/text": "the parts of a page print one another",
    "inspector/cli": "a command has its options, and help lists the commands",
}

LIBRARIES = {
    "libelf.h": {"inspector/core", "inspector/symbols", "inspector/unwind"},
    "gelf.h": {"inspector/core", "inspector/symbols", "inspector/unwind"},
    "dwarf.h": {"inspector/core", "inspector/symbols", "inspector/unwind"},
    "libdwarf": {"inspector/core", "inspector/symbols", "inspector/unwind"},
    "libunwind": {"inspector/core", "inspector/symbols", "inspector/unwind"},
    "libdeflate.h": {"inspector/symbols", "inspector/symbols/kept"},
    "zstd": {"inspector/core"},
    "popt.h": {"inspector/cli"},
    "histedit.h": {"inspector/cli"},
    "jansson.h": {"inspector/report/json"},
    "protobuf-c": {"inspector/report"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def sources():
    for top in ["include", "gotypes", "inspector"]:
        for pattern in ["*.c", "*.h", "*.def"]:
            yield from sorted((ROOT / top).rglob(pattern))


def folder_of(included):
    """The folder of this project that an #include "..." names."""
    if included == "gotopsy.h":
        return PUBLIC
    return str(pathlib.PurePosixPath(included).parent)


def library_of(included):
    for name in LIBRARIES:
        if included == name or included.startswith((name + "/", name + ".", name + "-")):
            return name
    return None


def faults(name, text):
    here = str(pathlib.PurePosixPath(name).parent)
    for mark, included in INCLUDE.findall(text):
        library = library_of(included)
        if library and here not in LIBRARIES[library]:
            yield f"{name} includes <{included}>, which is for {sorted(LIBRARIES[library])}"
        if mark == "<":
            continue
        there = folder_of(included)
        if there not in ALLOWED and there != FACADE:
            yield f'{name} includes "{included}", which is in no known folder'
        elif here == FACADE:
            if there.startswith("inspector/cli") or there == "inspector/pages":
                yield f"{name} includes {included}: the library knows no command line"
        elif there not in {here, "inspector/base"} | ALLOWED.get(here, set()):
            yield f"{name} includes {included}: {here} must not know {there}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_includes(path):
    assert list(faults(str(path.relative_to(ROOT)), path.read_text())) == []


# What stands behind the public header, and calls what all of its rooms define.
BEHIND = (FACADE, "inspector/cli", "inspector/pages")
# What gives the sinks a document that is too large for a list in the model.
LISTS = {"gt_find_next", "gt_find_next_inside"}
PUBLIC_CALL = re.compile(r"GT_API [\w ]+?\**(gt_\w+)\(")
DEFINED = re.compile(r"^[a-z][\w ]*[ *](gt_\w+)\([^;]*?\)\n\{", re.MULTILINE)


def _definers():
    """Function of the public header -> the room that defines it."""
    public = set(PUBLIC_CALL.findall((ROOT / "include/gotopsy.h").read_text()))
    return {
        name: str(path.relative_to(ROOT).parent)
        for path in sources()
        for name in DEFINED.findall(path.read_text())
        if name in public
    }


def upward_calls(name, text, definers):
    """Calls of public functions that are defined in rooms that this file may not include."""
    here = str(pathlib.PurePosixPath(name).parent)
    for called in sorted(set(re.findall(r"\bgt_\w+(?=\()", text)) & definers.keys() - LISTS):
        if definers[called] not in {here, "inspector/base"} | ALLOWED.get(here, set()):
            yield f"{name} calls {called} of {definers[called]}, which {here} must not know"


def test_every_public_function_is_defined():
    """Those that write a document are made of its row (inspector/report/documents.def)."""
    header = (ROOT / "include/gotopsy.h").read_text()
    public = PUBLIC_CALL.findall(header)
    assert len(re.findall(r"^GT_API ", header, re.MULTILINE)) == len(public)
    assert all(name.endswith("_write") for name in set(public) - _definers().keys())


def test_calls_go_where_includes_may():
    definers = _definers()
    inside = [path for path in sources() if path.suffix == ".c"]
    names = {path: str(path.relative_to(ROOT)) for path in inside}
    below = [path for path in inside if not names[path].startswith(BEHIND)]
    assert not [call for path in below for call in upward_calls(names[path], path.read_text(), definers)]


def test_an_upward_call_is_seen():
    definers = {"gt_format_name": "inspector/report"}
    assert list(upward_calls("inspector/diff/diff.c", "gt_format_name(format)", definers))
    assert not list(upward_calls("inspector/report/write.c", "gt_format_name(format)", definers))


def _known():
    """Module -> modules that it includes."""
    known = {}
    for path in sources():
        module = str(path.relative_to(ROOT).with_suffix(""))
        included = {there for _, there in INCLUDE.findall(path.read_text()) if "/" in there}
        known.setdefault(module, set()).update(there.rpartition(".")[0] for there in included)
    return known


def _reached(known, start):
    reached, ahead = set(), [start]
    while ahead:
        for there in known.get(ahead.pop(), set()) - reached:
            reached.add(there)
            ahead.append(there)
    return reached


def circles(known):
    """(module, another that it includes, directly or not, and that includes it)"""
    reached = {module: _reached(known, module) for module in known}
    for module, others in reached.items():
        for other in others - {module}:
            if module in reached.get(other, set()):
                yield module, other


def test_circles_are_within_rooms():
    rooms = set()
    for module, other in circles(_known()):
        room = str(pathlib.PurePosixPath(module).parent)
        assert room == str(pathlib.PurePosixPath(other).parent), f"{module} and {other}"
        rooms.add(room)
    assert rooms == set(CIRCLES)


def test_a_circle_is_seen():
    assert set(circles({"a/x": {"a/y"}, "a/y": {"a/z"}, "a/z": {"a/x"}, "b/w": {"a/x"}})) == {
        (one, other) for one in ("a/x", "a/y", "a/z") for other in ("a/x", "a/y", "a/z") if one != other
    }


def test_rooms_are_small():
    files = {}
    for path in sources():
        files.setdefault(str(path.relative_to(ROOT).parent), []).append(path)
    assert not {room for room, inside in files.items() if len(inside) > MOST_FILES}
    assert files.keys() - {FACADE} == ALLOWED.keys()


def in_tests(*endings):
    return [path for ending in endings for path in sorted((ROOT / "tests").rglob(f"*.{ending}"))]


def test_files_are_short():
    long = {
        str(path.relative_to(ROOT))
        for path in [*sources(), *in_tests("c", "h", "py")]
        if path.suffix != ".def" and len(path.read_text().splitlines()) > MOST_LINES
    }
    assert long == LONG_FILES


def functions(text):
    """(first line, lines of its body) of each function, as clang-format lays it out."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line == "{":
            yield lines[number - 1], lines.index("}", number) - number - 1


def test_functions_are_short():
    found = [
        (str(path.relative_to(ROOT)), name, lines)
        for path in [*sources(), *in_tests("c", "h")]
        for name, lines in functions(path.read_text())
    ]
    assert len(found) > 5000
    assert not [row for row in found if row[2] > MOST_LINES_OF_A_FUNCTION]


def test_a_long_function_is_seen():
    body = "    call();\n" * (MOST_LINES_OF_A_FUNCTION + 1)
    text = f"int a(void)\n{{\n    return 0;\n}}\n\nstatic void b(void)\n{{\n{body}}}\n"
    assert list(functions(text)) == [("int a(void)", 1), ("static void b(void)", 51)]


ENDS = re.compile(r"\b(?:_exit|_Exit|exit|quick_exit|abort|__builtin_trap)\(|\bassert\(")
# Who frees what other libraries have allocated, and what lies below or above all calls.
FREES = {
    "inspector/api/analysis.c",
    "inspector/base/alloc.c",
    "inspector/base/call.c",
    "inspector/cli/command_line.c",
    "inspector/report/markdown/report.c",
}


def test_the_library_never_ends_its_caller():
    """Nor do the other files of this program, but for its command line."""
    ends = {str(path.relative_to(ROOT)) for path in sources() if ENDS.search(path.read_text())}
    assert not {name for name in ends if not name.startswith("inspector/cli/")}


def test_blocks_go_back_to_where_they_come_from():
    """A block of gt_alloc() is freed by gt_free(): free() would end the process."""
    bare = re.compile(r"(?<![\w.>])(?:free|malloc|calloc|realloc|strdup|strndup|asprintf)\(")
    found = {
        str(path.relative_to(ROOT))
        for path in sources()
        for line in path.read_text().splitlines()
        if bare.search(line) and not line.lstrip().startswith(("*", "/*"))
    }
    assert found == FREES, "of what gt_alloc() and its like return, gt_free() is the one to free it"


def test_nobody_walks_the_slots_of_a_table():
    """Their order is that of the hash's seed, which is another in each process."""
    walks = re.compile(r"[.>]slots\[\w+\]\.(?:used|key|value)")
    found = {str(path.relative_to(ROOT)) for path in sources() if walks.search(path.read_text())}
    assert found == {"inspector/base/hash.c"}


@pytest.mark.parametrize(
    "name,text",
    [
        ("inspector/report/text/text.c", '#include "inspector/core/core.h"'),
        ("inspector/cli/main.c", '#include "inspector/report/text/page.h"'),
        ("inspector/graph/mark.c", '#include "gotypes/types/types.h"'),
        ("inspector/runtime/heap/spans.c", "#include <libelf.h>"),
        ("inspector/detect/detectors/ticker.c", "#include <libdwarf/libdwarf.h>"),
        ("inspector/core/core.c", "#  include <jansson.h>"),
        ("inspector/unwind/frames.c", '#include "inspector/runtime/process/process.h"'),
        ("inspector/runtime/heap/spans.c", '#include "inspector/runtime/roots/roots.h"'),
        ("inspector/runtime/typing/words.c", '#include "inspector/detect/heap_analysis.h"'),
        ("inspector/detect/timers/judge.c", '#include "inspector/detect/detectors/detector.h"'),
        ("inspector/api/open.c", '#include "inspector/cli/options.h"'),
        ("inspector/core/core.c", '#include "core.h"'),
        ("inspector/detect/detectors/ticker.c", '#include "inspector/api/analysis.h"'),
    ],
)
def test_a_wrong_direction_is_seen(name, text):
    assert list(faults(name, text))


@pytest.mark.parametrize(
    "name,text",
    [
        ("inspector/unwind/go.c", '#include "gotypes/code/pclntab.h"\n#include <libunwind-coredump.h>'),
        ("inspector/api/open.c", '#include "inspector/report/sinks.h"'),
        (
            "inspector/detect/detectors/ticker.c",
            '#include "gotopsy.h"\n#include "inspector/base/vec.h"',
        ),
        ("inspector/core/unpack.c", "#include <zstd.h>"),
    ],
)
def test_a_right_direction_is_not(name, text):
    assert not list(faults(name, text))
