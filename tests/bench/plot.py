#!/usr/bin/python3
"""What the bench measured over time, as a picture: for each heap, how many times the collector's CPU each
command took, over the commits that were measured.

usage: tests/bench/plot.py [HISTORY [FILE]]

Draws the runs of the last run's machine and scale into FILE (plot.svg beside the history). The last of
several runs of one commit counts; runs with changes that were not committed are left out, unless there
are no others.
"""

import pathlib
import sys

import history

COLUMNS = 3
COMMANDS = ("check", "report --no-holders", "report", "heap --by dominator")


def alike(path):
    """The runs that can be compared with the last one, in order, one of each commit."""
    rows = list(history.runs(path))
    if not rows:
        return []
    kind = (rows[-1]["machine"], rows[-1]["scale"])
    rows = [row for row in rows if (row["machine"], row["scale"]) == kind]
    clean = [row for row in rows if not row["commit"].endswith("+")]
    last = {row["commit"]: row for row in clean or rows}
    return list(last.values())


def ratios(rows):
    """By heap and command: the commit of each run that has it, and its CPU in times of the collector's."""
    lines = {}
    for row in rows:
        for heap, figures in row["heaps"].items():
            if not figures["unit"]:
                continue
            for command in COMMANDS:
                cost = figures["commands"].get(command)
                if cost:
                    points = lines.setdefault(heap, {}).setdefault(command, [])
                    points.append((row["commit"], cost["cpu"] / figures["unit"]))
    return lines


def _draw_heap(axes, heap, lines, commits):
    for command in COMMANDS:
        points = lines.get(command, [])
        axes.plot(
            [commits.index(commit) for commit, _ in points],
            [ratio for _, ratio in points],
            marker="o", markersize=3, linewidth=1, label=command,
        )
    axes.set_title(heap, fontsize=9)
    axes.set_xticks(range(len(commits)), commits, rotation=90, fontsize=6)
    axes.set_ylim(bottom=0)
    axes.tick_params(axis="y", labelsize=7)
    axes.axhline(1, color="black", linewidth=0.5)


def draw(path, to):
    """Draws the picture, or prints why there is none."""
    try:
        import matplotlib
    except ImportError:
        print(f"{to} is not drawn: python3-matplotlib is not installed; run 'make deps'")
        return
    matplotlib.use("svg")
    from matplotlib import pyplot

    rows = alike(path)
    heaps = ratios(rows)
    if not heaps:
        print(f"{to} is not drawn: {path} has no run with a collector to compare with")
        return
    commits = [row["commit"] for row in rows]
    lines = -(-len(heaps) // COLUMNS)
    figure, grid = pyplot.subplots(lines, COLUMNS, figsize=(12, 3 * lines), squeeze=False)
    for axes, heap in zip(grid.flat, heaps):
        _draw_heap(axes, heap, heaps[heap], commits)
    for axes in grid.flat[len(heaps):]:
        axes.set_axis_off()
    figure.legend(*grid.flat[0].get_legend_handles_labels(), loc="upper center", ncol=len(COMMANDS), fontsize=8)
    figure.supylabel("CPU, times the collector's", fontsize=9)
    figure.tight_layout(rect=(0.02, 0, 1, 0.95))
    figure.savefig(to, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    print(f"\n{to} has {len(commits)} commit{'s' * (len(commits) != 1)}, {commits[0]} to {commits[-1]}")


if __name__ == "__main__":
    history_file = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else history.FILE
    draw(history_file, pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else history_file.parent / "plot.svg")
