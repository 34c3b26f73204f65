"""Other programs that read cores of Go, beside gotopsy: those of a table that are on PATH.

BENCH_PEERS names those to run, with blanks between; none, if it is empty.
"""

import os
import shutil

from cost import Failed, measure

PATIENCE = 300  # seconds; one that takes longer is ended, and reported
SCRIPT = "goroutines\nexit\n"

# What each is given to do that comes nearest to a report. Words in braces are filled in.
PEERS = {
    "viewcore": ["{core}", "--exe", "{exe}", "histogram"],
    "grf": ["core", "{exe}", "{core}", "-o", "{folder}/grf.out"],  # goref
    "dlv": ["core", "{exe}", "{core}", "--init", "{script}", "--allow-non-terminal-interactive=true"],
}


def present():
    """Names of those that are to run, and their paths."""
    names = os.environ.get("BENCH_PEERS", " ".join(PEERS)).split()
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        raise Failed(f"BENCH_PEERS: {', '.join(unknown)} is none of {', '.join(PEERS)}")
    found = {name: shutil.which(name) for name in names}
    return {name: path for name, path in found.items() if path}


def measure_peers(folder, core, exe):
    """By name: what one run cost; None for one that failed or took too long."""
    script, costs = folder / "peers.script", {}
    script.write_text(SCRIPT)
    for name, path in present().items():
        words = [
            word.format(core=core, exe=exe, folder=folder, script=script) for word in PEERS[name]
        ]
        with (folder / f"{name}.stderr").open("w") as log:
            try:
                costs[name] = measure([path, *words], log, patience=PATIENCE)
            except Failed as failure:
                print(f"{name:<20} {failure}")
                costs[name] = None
    return costs
