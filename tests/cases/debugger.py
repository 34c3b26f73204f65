"""What gdb says of cores: of the signal that each has, and of the frames of the thread that it hit.

One gdb is asked about all cores of a program. Its answer about a core: the signal of the core's own
note, the thread, and that thread's frames, innermost first. Between them stand the signals whose
handlers run.
"""

import json
import subprocess

from . import little

AWAY = 80  # frames, and gdb invents more where a stack ends
# Functions below which gdb follows what was left on the stack: that continue on another one, or
# begin a thread.
SWITCHES = {
    "runtime.asmcgocall", "runtime.systemstack", "runtime.mcall", "runtime.cgocallback", "runtime.mstart",
}
SCRIPT = """
import gdb, json

def reported(address):
    read = gdb.selected_inferior().read_memory
    number = lambda at, size: int.from_bytes(read(address + at, size).tobytes(), "little")
    return {"signal": number(0, 4), "code": number(8, 4), "value": number(16, 8)}

def frames():
    found, frame = [], gdb.newest_frame()
    while frame and len(found) < AWAY:
        if frame.type() == gdb.SIGTRAMP_FRAME:
            found.append(reported(int(frame.read_register("rsp")) + 304))
        else:
            library = gdb.solib_name(frame.pc())
            found.append({"name": frame.name(), "pc": frame.pc(), "library": library})
        try:
            frame = frame.older()
        except gdb.error:
            break
    return found

def ask(core):
    gdb.execute("core-file " + core)
    info = gdb.parse_and_eval("$_siginfo")
    own = {"signal": info["si_signo"], "code": info["si_code"], "value": info["_sifields"]["_sigfault"]["si_addr"]}
    own = {name: int(value) for name, value in own.items()}
    return {"own": own, "thread": gdb.selected_thread().ptid[1], "frames": frames()}

print("ANSWER " + json.dumps({core: ask(core) for core in CORES}))
"""


def ask(folder, exe, cores):
    """{core: answer}."""
    little.need("gdb")
    script = folder / "ask.py"
    script.write_text(f"CORES = {[str(core) for core in cores]}\nAWAY = {AWAY}\n{SCRIPT}")
    done = subprocess.run(
        ["gdb", "-nx", "-batch", exe, "-ex", "set pagination off", "-x", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=little.PATIENCE,
        text=True,
    )
    (answer,) = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")] or [done.stderr]
    return json.loads(answer.removeprefix("ANSWER "))


def by_signals(answer):
    """The frames above the first handled signal, and each signal with the frames that it hit."""
    parts = [[answer["own"], []]]
    for frame in answer["frames"]:
        if "signal" in frame:
            parts.append([frame, []])
        else:
            parts[-1][1].append(frame)
    return parts


def _names(frames):
    return {frame["name"] for frame in frames}


def death(answer):
    """The signal that it died of, and the frames that it hit. Go ends a process with a signal to
    itself, from the handler of the first one."""
    parts = by_signals(answer)
    again = {"runtime.dieFromSignal", "runtime.raisebadsignal"}
    while len(parts) > 1 and again & _names(parts[0][1]):
        parts.pop(0)
    frames = [frame for _, part in parts for frame in part]
    return parts[0][0], until_switch(frames)


def until_switch(frames):
    """Those that gdb can know: up to where the stack is another's."""
    known = []
    for frame in frames:
        if not frame["name"]:
            break
        known.append(frame)
        if frame["name"] in SWITCHES:
            break
    return known


def stopped(folder, command):
    """A core of a program as a signal stops it, before any handler runs."""
    little.need("gdb", "fallocate")
    core = folder / "core"
    steps = ["handle SIGURG nostop noprint pass", "run", f"generate-core-file {core}", "kill"]
    words = [word for step in steps for word in ("-ex", step)]
    subprocess.run(
        ["gdb", "-nx", "-batch", *words, "--args", *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=little.PATIENCE,
        cwd=folder,
        check=True,
    )
    subprocess.run(["fallocate", "--dig-holes", core], check=True)
    return core
