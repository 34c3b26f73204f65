"""What gotopsy's commands cost on one heap, beside what Go's collector took to mark it, and against the
budgets of each."""

import dataclasses
import json
import re
import statistics
import typing

from cost import MIB, RUNS, Failed, measure_often, tell_stages, tell_target


@dataclasses.dataclass(frozen=True)
class Budget:
    command: str
    runs: int = RUNS
    cpu: typing.Optional[float] = None  # times the collector's
    per_object: typing.Optional[float] = None  # bytes of analysis memory for each live object
    of_heap: float = 0  # and this part of the live heap


# Dominators take 24 bytes a live object in all; what does without them 4, and 2% of the live heap.
BUDGETS = [
    Budget("check", cpu=2, per_object=4, of_heap=0.02),
    Budget("report --no-holders", cpu=5, per_object=4, of_heap=0.02),
    Budget("report", cpu=5, per_object=24),
    Budget("heap --by dominator", runs=3, cpu=10, per_object=24),
    Budget("diff", runs=1),
]


@dataclasses.dataclass(frozen=True)
class Heap:
    objects: int
    bytes: int
    unit: float  # ms of the collector


def collector_ms(trace):
    """Mark CPU of each forced cycle: assists, dedicated and idle workers, both pauses left out.

    The program forced them after its heap was complete, so all of them marked the core's heap.
    """
    marks = re.findall(r"\+([\d.]+)/([\d.]+)/([\d.]+)\+[\d.]+ ms cpu.*\(forced\)", trace)
    if not marks:
        raise Failed("no forced collection in gctrace.txt")
    return [sum(map(float, parts)) for parts in marks]


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
        f"medians                wall ms   CPU ms   x collector   memory MiB   bytes an object"
    )


def tell_cost(command, cost, heap):
    print(
        f"{command:<20} {cost.wall:9.0f} {cost.cpu:8.0f} {cost.cpu / heap.unit:13.2f} "
        f"{cost.memory / MIB:12.1f} {cost.memory / heap.objects:17.1f}"
    )


def tell_budget(budget, cost, heap):
    if budget.cpu:
        tell_target(f"CPU of {budget.command} / collector", cost.cpu / heap.unit, budget.cpu, times)
    if budget.per_object:
        room = budget.per_object + budget.of_heap * heap.bytes / heap.objects
        tell_target(f"memory of {budget.command}", cost.memory / heap.objects, room, each)


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


def bench(name, folder, program, runs=RUNS):
    """Tells what each command costs. The whole of `check` stands for the mark."""
    stats = json.loads((folder / "truth.json").read_text())["memstats"]
    marks = collector_ms((folder / "gctrace.txt").read_text())
    heap = Heap(stats["HeapObjects"], stats["HeapAlloc"], min(marks))
    tell_heap(name, stats, marks)
    measured = measure_budgets(folder, program, heap, runs)
    print()
    if runs == RUNS:
        for command in ("check", "report", "heap --by dominator"):
            tell_stages(command, measured[command][2])
    for budget, cost, _ in measured.values():
        tell_budget(budget, cost, heap)
