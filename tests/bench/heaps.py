"""What gotopsy's commands cost on one heap, beside what Go's collector took to mark it, and against the
budgets of each."""

import dataclasses
import json
import os
import re
import statistics
import typing

from cost import MIB, RUNS, Failed, measure_often, read_whole, tell_stages, tell_target
from page_sizes import measure_states, tell_large
from peers import measure_peers


@dataclasses.dataclass(frozen=True)
class Budget:
    command: str
    runs: int = RUNS
    cpu: typing.Optional[float] = None  # times the collector's
    wall: typing.Optional[float] = None  # times the collector's, on as many threads
    per_object: typing.Optional[float] = None  # bytes of analysis memory for each live object
    of_heap: float = 0  # and this part of the live heap


# Of a heap with fewer objects, what the program has of itself hides what each object takes.
MANY_OBJECTS = 100_000

# Dominators take 24 bytes a live object in all; what does without them 4, and 2% of the live heap.
BUDGETS = [
    Budget("check", cpu=2, per_object=4, of_heap=0.02),
    Budget("check --threads=1"),
    Budget("report --no-holders", cpu=2.5, wall=3, per_object=4, of_heap=0.02),
    Budget("report --no-holders --threads=1", cpu=2.5),
    Budget("report", cpu=5, per_object=24),
    Budget("heap --by dominator", runs=3, cpu=6, per_object=24),
    Budget("diff", runs=1),
]

# The mark alone, in one thread, against the collector's, is that of a command without types: with
# types, both follow a pointer together. And what a second thread makes of both.
MARKED = "check --threads=1"
ALONE, SHARED = "report --no-holders --threads=1", "report --no-holders"
MARK_TARGET = 1
SPEED_UPS = [
    ("marking and typing", ("marking", "typing", "marking and typing", "typing the rest"), 1.7),
    ("the report without holders", None, 1.5),
]
LEAST_SPED_UP = 50  # ms of wall time in one thread


@dataclasses.dataclass(frozen=True)
class Heap:
    objects: int
    bytes: int
    unit: float  # ms of the collector's CPU; 0: it is too short to compare with
    wall: float  # ms of the collector's concurrent mark


LEAST_UNIT = 1  # ms


def collector_ms(trace):
    """Mark CPU of each forced cycle: assists, dedicated and idle workers, both pauses left out.

    The program forced them after its heap was complete, so all of them marked the core's heap.
    """
    marks = re.findall(r"\+([\d.]+)/([\d.]+)/([\d.]+)\+[\d.]+ ms cpu.*\(forced\)", trace)
    if not marks:
        raise Failed("no forced collection in gctrace.txt")
    return [sum(map(float, parts)) for parts in marks]


def collector_wall_ms(trace):
    """The concurrent mark of each forced cycle, by the clock."""
    marks = re.findall(r"@.*: [\d.]+\+([\d.]+)\+[\d.]+ ms clock.*\(forced\)", trace)
    return [float(mark) for mark in marks]


def times(number):
    return f"{number:.2f}x"


def each(number):
    return f"{number:.1f} bytes an object"


def tell_heap(name, stats, marks):
    print(
        f"\n{name:<10} {stats['HeapAlloc'] / MIB:.0f} MiB in {stats['HeapObjects']:,} objects, "
        f"{stats['NumGoroutine']:,} goroutines\n"
        f"collector  {min(marks):.0f} ms of CPU to mark it at best, "
        f"{statistics.median(marks):.0f} ms in the median of {len(marks)} forced cycles\n"
        f"\n"
        f"medians                           wall ms   CPU ms   x collector   memory MiB   "
        f"bytes an object   page faults"
    )


def tell_cost(command, cost, heap):
    ratio = f"{cost.cpu / heap.unit:13.2f}" if heap.unit else f"{'-':>13}"
    print(
        f"{command:<31} {cost.wall:9.0f} {cost.cpu:8.0f} {ratio} "
        f"{cost.memory / MIB:12.1f} {cost.memory / heap.objects:17.1f} {cost.faults:13,.0f}"
    )


def tell_budget(budget, cost, heap):
    if budget.cpu and heap.unit:
        tell_target(f"CPU of {budget.command} / collector", cost.cpu / heap.unit, budget.cpu, times)
    if budget.wall and heap.unit and os.cpu_count() > 1:
        tell_target(f"wall time of {budget.command} / collector", cost.wall / heap.wall, budget.wall, times)
    if budget.per_object and heap.objects >= MANY_OBJECTS:
        room = budget.per_object + budget.of_heap * heap.bytes / heap.objects
        tell_target(f"memory of {budget.command}", cost.memory / heap.objects, room, each)


def wall_of(measured, command, stages):
    """Of those of its stages that it had: two threads do at once what one does in turn."""
    _, cost, timed = measured[command]
    if not stages:
        return cost.wall
    walls = [timed[stage].wall for stage in stages if stage in timed]
    if not walls:
        raise Failed(f"{command} has timed no {' nor '.join(stages)}")
    return sum(walls)


def tell_threads(measured, heap):
    """What the mark costs in one thread, and how much sooner two are done."""
    if heap.unit:
        marking = measured[MARKED][2]["marking"].cpu
        tell_target("CPU of marking in one thread / collector", marking / heap.unit, MARK_TARGET, times)
    for what, stages, target in SPEED_UPS:
        alone = wall_of(measured, ALONE, stages)
        if os.cpu_count() > 1 and alone >= LEAST_SPED_UP:
            ratio = alone / wall_of(measured, SHARED, stages)
            tell_target(f"one thread / all, wall time of {what}", ratio, target, times, least=True)


def measure_budgets(folder, program, heap, runs):
    """By command: its budget, its cost and its stages."""
    measured = {}
    for budget in BUDGETS:
        cost, stages = measure_often(
            budget.command, folder / "core", folder / program, min(runs, budget.runs)
        )
        measured[budget.command] = (budget, cost, stages)
        tell_cost(budget.command, cost, heap)
    return measured


def measure_pages(folder, program, heap, dumped):
    """The same command by the state of the core's pages; the last state stays."""
    states = measure_states(SHARED, folder / "core", folder / program, dumped)
    for name, cost in states.costs.items():
        tell_cost(name, cost, heap)
    tell_large(states.large)
    return states


def measure_others(folder, program, heap):
    """What bounds the tool from below, and what others take."""
    costs = {"read of the core": read_whole(folder / "core")}
    costs.update(measure_peers(folder, folder / "core", folder / program))
    done = {name: cost for name, cost in costs.items() if cost}
    for name, cost in done.items():
        tell_cost(name, cost, heap)
    return done


def figures(heap, states, measured, others):
    """For the history."""
    costs = {**states.costs, **{name: cost for name, (_, cost, _) in measured.items()}}
    return {
        "bytes": heap.bytes,
        "objects": heap.objects,
        "unit": heap.unit,
        "wall": heap.wall,
        "large": states.large,
        "commands": {name: dataclasses.asdict(cost) for name, cost in costs.items()},
        "others": {name: dataclasses.asdict(cost) for name, cost in others.items()},
        "stages": {
            name: {stage: dataclasses.asdict(cost) for stage, cost in timed.items()}
            for name, (_, _, timed) in measured.items()
        },
    }


def bench(name, folder, program, dumped, runs=RUNS):
    """Prints what each command costs, and returns it. The whole of `check` stands for the mark. The
    targets are for a core in memory, in the pages in which it was read from disk."""
    stats = json.loads((folder / "truth.json").read_text())["memstats"]
    trace = (folder / "gctrace.txt").read_text()
    marks = collector_ms(trace)
    unit = min(marks) if min(marks) >= LEAST_UNIT else 0
    wall = min(collector_wall_ms(trace))
    heap = Heap(stats["HeapObjects"], stats["HeapAlloc"], unit, wall)
    tell_heap(name, stats, marks)
    states = measure_pages(folder, program, heap, dumped)
    measured = measure_budgets(folder, program, heap, runs)
    others = measure_others(folder, program, heap)
    if runs == RUNS:  # those of the others are in the history
        for command in ("check", "report --no-holders --threads=1", "heap --by dominator"):
            tell_stages(command, measured[command][2])
    print()
    for budget, cost, _ in measured.values():
        tell_budget(budget, cost, heap)
    tell_threads(measured, heap)
    return figures(heap, states, measured, others)
