"""What gotopsy must say of a core whose truth is known.

All checks are generators of complaints, so that one run of a core lists everything that is wrong
with it. Tolerances are those of the truth itself (corefiles/README.md, "What to expect of the
measured bytes"), never of the tool.
"""

import dataclasses
import re
from collections.abc import Callable

INSTANCES = 20  # the examples that a finding shows unless asked otherwise
KIB = 1 << 10

# What a fixed program keeps of its goroutines when they have ended, so that its measure of the fix
# falls short: on each of two Ps 128 sudogs, and 16 of the least stacks. Each of those may be the
# last of its span of 32 KiB, which then stays in use.
CACHED_SUDOGS = 2 * 128 * 112
CACHED_STACKS = 2 * 16 * 32 * KIB
# Each P lists its timers in an array that grows by a quarter: 16 bytes for each of up to 8000.
TIMER_LISTS = 32 * KIB
# By which StackInuse varies: it is counted in spans of 32 KiB, and 16 KiB of each thread are in it.
STACK_SPANS = 128 * KIB
LEAST_STACK = 2 * KIB
# What the runtime allocates for a thread, which one of two runs of a program may have more.
THREAD = 6 * KIB

# What the programs put into their blocks. No report may show any of it.
SECRETS = ("abcdefghijklm", "Bearer", "probe/1.0", "en-GB", "photo.jpg", "connection reset")


def near(got, want, share, floor=0):
    return abs(got - want) <= max(share * want, floor)


def address(text):
    return int(text, 16)


# ---- the process -----------------------------------------------------------------------------


def _release(version):
    """go1.26.8 of go1.26.8-X:arenas, which the report distinguishes."""
    return version.replace("-X:", " X:").split()[0]


def process(report, truth, how):
    """The live heap is the collector's own, and all of the process is accounted for."""
    stats = truth["memstats"]
    goroutines = report["goroutines"]
    equal = [
        ("core.pid", report["core"]["pid"], truth["pid"]),
        ("core.origin", report["core"]["origin"], how),
        ("core.truncated", report["core"]["truncated"], False),
        ("binary.go_version", report["binary"]["go_version"], _release(truth["go"])),
        ("gc.cycles", report["gc"]["cycles"], stats["NumGC"]),
        ("goroutines", goroutines["total"] - goroutines["system"], stats["NumGoroutine"]),
        ("by_status", sum(goroutines["by_status"].values()), goroutines["total"]),
        ("groups", sum(group["count"] for group in goroutines["groups"]), goroutines["total"]),
        (
            "memory.parts",
            sum(part["bytes"] for part in report["memory"]["parts"]),
            report["memory"]["mapped_bytes"],
        ),
        ("missing_bytes", report["coverage"]["missing_bytes"], 0),
    ]
    for what, got, want in equal:
        if got != want:
            yield f"{what}: {got}, not {want}"
    # Done() collects until nothing is unswept, so HeapAlloc is what lives.
    live = [
        ("live.bytes", report["live"]["bytes"], stats["HeapAlloc"], KIB),
        ("live.objects", report["live"]["objects"], stats["HeapObjects"], 4),
    ]
    for what, got, want, floor in live:
        if not near(got, want, 0.001, floor):
            yield f"{what}: {got}, not {want} ({got - want:+})"


LIKE = re.compile(
    "perhaps dropped since the last collection: .*(like it|such objects|it drops)|tiny block"
)


def agrees(check):
    """The same objects, or evidence for those that differ, or other objects like them at least."""
    if check["verdict"] != "uncertain":
        return check["verdict"] in ("exact", "explained")
    return all(
        label["explains"] or LIKE.match(label["label"])
        for only in ("only_gc", "only_gotopsy")
        for label in check[only]["labels"]
    )


def oracle(check):
    """Nobody knows the live set better than the collector."""
    if not agrees(check):
        yield (
            f"check: {check['verdict']}; only gc {check['only_gc']}, "
            f"only gotopsy {check['only_gotopsy']}, e.g. {check['examples'][:3]}"
        )


def secrecy(text):
    for secret in SECRETS:
        if secret in text:
            yield f"shows the contents of memory: {secret!r}"


def order(findings):
    freed = [finding["bytes_freed"] for finding in findings]
    if freed != sorted(freed, reverse=True):
        yield f"findings are not sorted by bytes_freed: {freed}"


# ---- instances of each kind ------------------------------------------------------------------


def _windowed(got, want):
    if got["block"]["size"] < want["size"]:
        yield f"block of {got['block']['size']}, not {want['size']} bytes"
    windows = {(window["offset"], window["length"]) for window in got["windows"]}
    expected = {(window["offset"], window["length"]) for window in want["windows"]}
    if windows != expected:
        yield f"windows {sorted(windows)}, not {sorted(expected)}"


def _lost(got, want):
    if got["slot_count"] != len(want["dead_slots"]):
        yield f"{got['slot_count']} lost slots, not {len(want['dead_slots'])}"
    slots = {slot["index"]: slot["target"]["address"] for slot in got["slots"]}
    expected = dict(zip(want["dead_slots"], want["targets"]))
    if not slots or not slots.items() <= expected.items():
        yield f"slots {slots}, not among {expected}"


def _hung(got, want):
    if got["wait_reason"] != want["wait_reason"]:
        yield f"waits in {got['wait_reason']}, not {want['wait_reason']}"
    if not got["stack"]:
        yield "no stack"


def _ticker(got, want):
    if got["what"] != "ticker" or got["period_ns"] != want["period_ns"]:
        yield f"{got['what']} of {got['period_ns']} ns, not a ticker of {want['period_ns']}"


def _cycle(got, want):
    if got["mechanism"] != "finalizer":
        yield f"a {got['mechanism']}, not a finalizer"
    if got["object"]["size"] < want["size"]:
        yield f"object of {got['object']['size']}, not {want['size']} bytes"
    if len(got["cycle"]) < 2:
        yield f"a cycle through another object, of {len(got['cycle'])} edges"


def _deferred(got, want):
    for field in ("function", "calls"):
        if got[field] != want[field]:
            yield f"{field} {got[field]}, not {want[field]}"


@dataclasses.dataclass(frozen=True)
class Shape:
    """How instances of a kind are found in the truth, and what must be equal then."""

    key: Callable  # of an instance in the report
    truth_key: Callable
    details: Callable
    # How far the address that the program knows may lie from the one in the report: larger
    # blocks with pointers begin with a header, and the runtime's timer lies inside a Ticker.
    offsets: tuple = (0,)
    noise: int = KIB  # bytes by which a second run of the same program differs


def _address_of(field):
    return lambda instance: address(instance[field]["address"])


def _stated_address(instance):
    return address(instance["address"])


def _goroutine(instance):
    return instance["goroutine"]


_BLOCK = _address_of("block")
SHAPES = {
    "substring": Shape(_BLOCK, _stated_address, _windowed),
    "subslice": Shape(_BLOCK, _stated_address, _windowed),
    "lost-elements": Shape(_BLOCK, _stated_address, _lost, (0, 8)),
    # Goroutines that are let go may start a thread before the program measures again.
    "hung-goroutine": Shape(_goroutine, _goroutine, _hung, noise=CACHED_SUDOGS + THREAD),
    "ticker": Shape(
        lambda i: address(i["timer"]), _stated_address, _ticker, (0, -8, -16), noise=TIMER_LISTS
    ),
    "finalizer-cycle": Shape(_address_of("object"), _stated_address, _cycle, (0, 8)),
    "deferred-calls": Shape(_goroutine, _goroutine, _deferred),
}


def _match(shape, instance, stated):
    """The key and the statement that an instance of the report speaks of."""
    for offset in shape.offsets:
        key = shape.key(instance) + offset
        if key in stated:
            return key, stated[key]
    return None, None


def _instances(finding, truth):
    shape = SHAPES[truth["kind"]]
    common = {"wait_reason": truth.get("wait_reason")}
    stated = {shape.truth_key(want): {**common, **want} for want in truth["instances"]}
    seen = set()
    for got in finding["instances"]:
        key, want = _match(shape, got, stated)
        if want is None:
            yield f"{shape.key(got):#x} is not among the truth's instances"
            continue
        seen.add(key)
        yield from (f"{key:#x}: {complaint}" for complaint in shape.details(got, want))
    if len(seen) < min(len(stated), INSTANCES):
        yield f"{len(seen)} of the truth's {len(stated)} instances are shown"


# ---- the finding -----------------------------------------------------------------------------


def _steps(path):
    return " ".join(str(step[field]) for step in path for field in ("what", "type", "field"))


def _holders(finding):
    """All that the finding says of who holds what it speaks of."""
    owners = (instance.get("owner_path", []) for instance in finding["instances"])
    return " ".join(_steps(path) for path in (finding["path"], *owners))


def about(finding, truth, confidences):
    """A finding against the truth, but for its bytes."""
    if finding["count"] != truth["count"]:
        yield f"count {finding['count']}, not {truth['count']}"
    if finding["confidence"] not in confidences:
        yield f"{finding['confidence']}, not {' or '.join(sorted(confidences))}"
    if truth["holder"] and truth["holder"] not in _holders(finding):
        yield f"no {truth['holder']} in the path: {_holders(finding)!r}"
    for field in ("title", "advice"):
        if not finding[field]:
            yield f"no {field}"
    yield from _instances(finding, truth)


def stacks(got, goroutines, measured):
    """Stack bytes of these goroutines, which their end freed as the program measured it."""
    if goroutines * LEAST_STACK > got or (got and not goroutines):
        yield f"frees {got} bytes of the stacks of {goroutines} goroutines"
    if not goroutines:
        return
    least = measured - STACK_SPANS
    most = measured + STACK_SPANS + CACHED_STACKS
    if not least <= got <= most:
        yield f"frees {got} bytes of stacks, not {least} to {most}"


def heap_freed(finding, truth, noise=0):
    """The finding's bytes of heap against what the program's own fix freed."""
    heap = finding["bytes_freed"] - finding["stack_bytes"]
    want = truth["bytes_freed_measured"]
    if not near(heap, want, 0.01, SHAPES[truth["kind"]].noise + noise):
        yield f"frees {heap} bytes of heap, not {want} ({heap - want:+})"


def bytes_freed(finding, truth):
    """All its bytes: in the cases, each goroutine but the main one is a part of the leak."""
    yield from heap_freed(finding, truth)
    goroutines = truth["memstats"]["NumGoroutine"] - 1
    yield from stacks(finding["stack_bytes"], goroutines, truth["stack_bytes_measured"])


def all_freed(report, measured):
    """All fixes together, which is what a twin measures: kinds must not overlap."""
    noise = sum(shape.noise for shape in SHAPES.values())
    heap = report["leaks_total"]["bytes"]
    heap -= sum(finding["stack_bytes"] for finding in report["findings"])
    if not near(heap, measured, 0.01, noise):
        yield f"all findings free {heap} bytes of heap, not {measured} ({heap - measured:+})"


def the_finding(report, kind):
    """The one finding of a kind: what is alike is reported together."""
    same = [finding for finding in report["findings"] if finding["kind"] == kind]
    return same[0] if len(same) == 1 else None


def missing_finding(report, truth):
    reported = [
        f"{finding['kind']} x{finding['count']} {finding['confidence']}"
        for finding in report["findings"]
    ]
    return f"not one finding of {truth['kind']} x{truth['count']}: {reported}"


def others(report, kinds):
    """Nothing but the leak may be called proven."""
    for finding in report["findings"]:
        if finding["kind"] not in kinds and finding["confidence"] == "proven":
            yield f"{finding['kind']} x{finding['count']} proven, which is not there"


def nothing(report):
    """A clean program: no finding, and no kind that could not be looked for."""
    for finding in report["findings"]:
        yield f"{finding['kind']} x{finding['count']} {finding['confidence']}: {finding['title']}"
    unseen = [kind for kind, looked in report["looked_for"].items() if not looked]
    if unseen:
        yield f"could not look for {unseen}"
    if report["leaks_total"]["bytes"]:
        yield f"leaks of {report['leaks_total']['bytes']} bytes"
