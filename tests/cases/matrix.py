"""The matrix: every Go, on every machine, with and without debug information.

A cell is one core of the demo, which has all seven kinds of leak, and one of its twin, which has
none. What gotopsy says of a leak is right, wrong or undecided: right to the bytes that the program
itself measured, with that leak fixed; undecided is what it says that it could not look at, of which
there is nothing in any cell. A cell that cannot be made here says why.
"""

import collections
import dataclasses

from . import expect, recipe, tool

GOS = recipe.GOS
MACHINES = ["amd64", "arm64"]
SYMBOLS = ["dwarf", "stripped"]
HOWS = {"amd64": ["kernel", "gcore"], "arm64": ["kernel"]}
NO_GCORE = "arm64/gcore: none; arm64 is emulated here, and gcore would take the emulator's core"

SURE = {
    "substring": {"proven"},
    "subslice": {"proven"},
    "lost-elements": {"proven"},
    "hung-goroutine": {"proven"},
    "ticker": {"proven"},
    "finalizer-cycle": {"proven"},
    "deferred-calls": {"proven"},
}
# What a stripped binary tells less surely: where the holder is a global, of which only a pointer mask
# is left, and, where the heap keeps no types (up to Go 1.21), what only the shape of words tells.
LIKELY = {"lost-elements"}
LIKELY_OF_OLD = {"lost-elements", "subslice"}


@dataclasses.dataclass(frozen=True)
class Square:
    """One cell of the matrix."""

    version: str
    machine: str
    symbols: str
    how: str

    def __str__(self):
        return f"{self.version}-{self.machine}-{self.symbols}-{self.how}"


def _number(version):
    return [int(part) for part in version.split(".")]


def squares():
    return [
        Square(version, machine, symbols, how)
        for version in GOS
        for machine in MACHINES
        for symbols in SYMBOLS
        for how in HOWS[machine]
    ]


@dataclasses.dataclass
class Verdict:
    """What came of a cell. The totals of a cell are what its row prints."""

    right: int = 0
    undecided: int = 0
    complaints: list = dataclasses.field(default_factory=list)
    check: str = "?"

    def __str__(self):
        return f"{self.right}/{len(self.complaints)}/{self.undecided} {self.check}"


def _size_of(want):
    return sum(instance.get("size", 0) for instance in want["instances"])


def _could_not_look(report, want):
    """Did gotopsy say that it does not know?"""
    if not report["looked_for"][want["kind"]]:
        return True
    return 0 < _size_of(want) <= report["coverage"]["undecided_bytes"]


def _sure(square, kind):
    if square.symbols != "stripped":
        return SURE[kind]
    old = _number(square.version) < [1, 22] if square.version != recipe.LOCAL else False
    return {"likely"} if kind in (LIKELY_OF_OLD if old else LIKELY) else SURE[kind]


def _bytes(finding, want, truth):
    """Where the program measured what the fix of this leak alone frees, and of all goroutines."""
    if "bytes_freed_measured" in want:
        yield from expect.heap_freed(finding, want, expect.THREAD)
    if "stack_bytes_measured" in truth:
        goroutines = want["count"] if want["kind"] == "hung-goroutine" else 0
        yield from expect.stacks(
            finding["stack_bytes"], goroutines, truth["stack_bytes_measured"]
        )


def _judge(report, want, truth, square, verdict):
    kind = want["kind"]
    finding = expect.the_finding(report, kind)
    if finding is None and want["count"] == 0:
        verdict.right += 1
    elif finding is None and square.symbols == "stripped" and _could_not_look(report, want):
        verdict.undecided += 1
    elif finding is None:
        verdict.complaints.append(expect.missing_finding(report, want))
    else:
        if square.symbols == "stripped":  # globals have no names then
            want = {**want, "holder": None}
        wrong = [
            f"{kind}: {complaint}"
            for complaint in (
                *expect.about(finding, want, _sure(square, kind)),
                *_bytes(finding, want, truth),
            )
        ]
        verdict.complaints += wrong
        verdict.right += not wrong


def _others(report, truth):
    """Findings that are reported twice, or that are none."""
    kinds = collections.Counter(finding["kind"] for finding in report["findings"])
    for want in truth["findings"]:
        if want["count"]:
            kinds[want["kind"]] -= 1
    yield from (f"{kind} x{count} too many" for kind, count in kinds.items() if count > 0)


def _measured(leak, twin):
    """What the fix of all of it frees: the same program measured it, with and without."""
    if twin:
        return leak.truth["memstats"]["HeapAlloc"] - twin.truth["memstats"]["HeapAlloc"]
    return leak.truth.get("bytes_freed_measured")


def _add_leak(leak, exe, square, measured, verdict):
    report = tool.report(leak.path, "--exe", exe)
    for want in leak.truth["findings"]:
        _judge(report, want, leak.truth, square, verdict)
    verdict.complaints += _others(report, leak.truth)
    if measured is not None and not verdict.undecided:
        verdict.complaints += expect.all_freed(report, measured)
    how = "kernel" if square.how == "shipped" else square.how
    verdict.complaints += expect.process(report, leak.truth, how)


def _add_check(core, exe, verdict):
    check = tool.check(core.path, "--exe", exe)
    verdict.check = check["verdict"]
    verdict.complaints += expect.oracle(check)


def judge(square, leak, twin, binary):
    """The verdict on a cell; `binary` gives the binary of a core that gotopsy may see."""
    verdict = Verdict()
    exe = binary(leak)
    _add_leak(leak, exe, square, _measured(leak, twin), verdict)
    _add_check(leak, exe, verdict)
    if twin:
        report = tool.report(twin.path, "--exe", binary(twin))
        verdict.complaints += (f"twin: {complaint}" for complaint in expect.nothing(report))
    return verdict


def _by_number(square):
    """The local Go by its version, so that what ships of it is in the same row."""
    if square.version != recipe.LOCAL:
        return square
    return dataclasses.replace(square, version=recipe.go_name(recipe.LOCAL).removeprefix("go"))


def table(verdicts):
    """The matrix as text, a row for each Go: right/wrong/undecided, and the verdict of check."""
    columns = [
        (machine, symbols, how)
        for machine in MACHINES
        for symbols, how in [
            *((symbols, how) for symbols in SYMBOLS for how in HOWS[machine]),
            ("stripped", "shipped"),
        ]
    ]
    verdicts = {_by_number(square): verdict for square, verdict in verdicts.items()}
    rows = [["", *("/".join(column) for column in columns)]]
    for version in sorted({square.version for square in verdicts}, key=_number):
        of = [verdicts.get(Square(version, *column), "not made") for column in columns]
        rows.append([version, *map(str, of)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
    yield NO_GCORE
