"""Small programs that have no twin and no truth beyond their source, and cores of them.

Each prints "ready" when it is as it should be seen, after what it has to state, if anything, as a
line of JSON; and then waits until its stdin is closed.
"""

import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

from . import recipe, reshape

PROGRAMS = recipe.PROJECT / "tests" / "cases" / "programs"
OF_C_TOO = {"native", "threads", "cthreads", "handler", "foreign", "cmemory", "falling"}
STATIC = "-ldflags=-linkmode=external -extldflags=-static"
PATIENCE = 60  # seconds: whatever takes longer hangs


def need(*commands):
    for command in commands:
        if not shutil.which(command):
            raise recipe.Unavailable(f"{command} is not installed")


def need_kernel_cores():
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
    if pattern != "core":
        raise recipe.Unavailable(f"core_pattern is '{pattern}', not 'core'")
    if resource.getrlimit(resource.RLIMIT_CORE)[1] != resource.RLIM_INFINITY:
        raise recipe.Unavailable("the hard limit of core sizes is not unlimited")


def _need_how(how, machine):
    if machine == "arm64":
        need("qemu-aarch64")
    if how != "kernel":
        need("gdb", "gcore", "fallocate")
    else:
        need_kernel_cores()


def build(folder, name, version, *flags, programs=PROGRAMS, **settings):
    recipe.go_name(version)  # Unavailable where that Go is
    if name in OF_C_TOO:
        need_cgo(version)
    subprocess.run(
        ["go", "build", "-buildvcs=false", *flags, "-o", folder / name, "."],
        cwd=programs / name,
        env={**recipe.environment(version), **settings},
        timeout=recipe.PATIENCE,
        check=True,
    )


def _written_whole(core):
    """Does the file reach to the end of its section headers? gdb writes them last."""
    with open(core, "rb") as file:
        header = reshape.HEADER.unpack(file.read(reshape.HEADER.size))
    at, each, count = header[6], header[11], header[12]
    return at + each * max(count, 1) <= core.stat().st_size


def _gcore_once(core, pid):
    core.unlink(missing_ok=True)
    run = subprocess.run(
        ["gcore", "-o", core.with_suffix(""), str(pid)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        text=True,
    )
    return None if core.exists() and _written_whole(core) else run.stdout


def by_gcore(folder, pid):
    """gcore writes out all that Go has reserved, nearly all of it zeros. It sometimes gives up in the
    middle, with status 0, and the process goes on. Then it is asked once more."""
    core = folder / f"core.{pid}"
    for _ in range(2):
        if (complaint := _gcore_once(core, pid)) is None:
            break
    assert complaint is None, complaint
    subprocess.run(["fallocate", "--dig-holes", core], check=True)
    return core


def _left_in(folder):
    emulated = list(folder.glob("qemu_*.core"))  # whose emulator may leave a core of its own
    (core,) = emulated or folder.glob("core*")  # the kernel may append the pid
    return core


def _by_kernel(folder, process):
    """Every thread is in a signal handler then, for the traceback."""
    process.send_signal(signal.SIGABRT)
    process.wait(PATIENCE)
    return _left_in(folder)


def _by_gdb(folder, process, function):
    """When it is in that function next, after its stdin was closed; "one then another" waits for
    both, in one thread."""
    core, waiting = folder / "core", folder / "waiting"
    first, *later = function.split(" then ")
    steps = [f"tbreak {first}", f"shell touch {waiting}", "continue"]
    for next_one in later:
        steps += ["set scheduler-locking on", f"tbreak {next_one}", "continue"]
    words = [word for step in [*steps, f"generate-core-file {core}", "kill"] for word in ("-ex", step)]
    gdb = subprocess.Popen(
        ["gdb", "-nx", "-batch", "-p", str(process.pid), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + PATIENCE
    while not waiting.exists() and gdb.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.stdin.close()
    said, _ = gdb.communicate(timeout=PATIENCE)
    assert core.exists(), said
    subprocess.run(["fallocate", "--dig-holes", core], check=True)
    return core


def allow_cores():
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def _run(*command, folder=None):
    """Starts a program, which must be ready soon, in its folder or another."""
    program = next(word for word in command if isinstance(word, pathlib.Path))
    return subprocess.Popen(
        command,
        cwd=folder or program.parent,
        env={**os.environ, "GOTRACEBACK": "crash"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=allow_cores,
        text=True,
    )


def need_cgo(version):
    need("go")
    asked = subprocess.run(
        ["go", "env", "CGO_ENABLED", "CC"],
        cwd=PROGRAMS,
        env=recipe.environment(version),
        capture_output=True,
        check=True,
        text=True,
    )
    enabled, compiler = asked.stdout.splitlines()
    if enabled != "1":
        raise recipe.Unavailable("cgo is not enabled")
    need(compiler.split()[0])


def _truth(process):
    """What a program says of itself, as a line of JSON, before it says that it is ready."""
    said = []
    while (line := process.stdout.readline()) != "ready\n":
        assert line, f"it ended before it was ready: {said}"
        said.append(line)
    assert len(said) <= 1, said
    return json.loads(said[0]) if said else {}


def make(folder, how, name, version, *flags, **settings):
    """The core of a program, built with these flags of go build and settings of the environment.
    Kernel cores may be of GOARCH=arm64 too, which is emulated then."""
    machine = settings.get("GOARCH")
    emulator = ["qemu-aarch64"] if machine == "arm64" else []
    need("go")
    _need_how(how, machine)
    build(folder, name, version, *flags, **settings)
    with _run(*emulator, folder / name) as process:
        try:
            truth = _truth(process)
            if how == "gcore":
                core = by_gcore(folder, process.pid)
            elif how == "kernel":
                core = _by_kernel(folder, process)
            else:  # the name of a function
                core = _by_gdb(folder, process, how)
            return recipe.Core(core, folder / name, truth)
        finally:
            process.kill()


def crash(program, folder, way, dumped="0x33", emulator=()):
    """Runs it in a folder of its own until it dies. The filter of dumps is inherited. What it prints
    is in the file "said"."""
    script = f'echo {dumped} >/proc/self/coredump_filter && ulimit -c unlimited && exec "$@"'
    subprocess.run(
        ["sh", "-c", script, "sh", *emulator, program, way],
        cwd=folder,
        env={**os.environ, "GOTRACEBACK": "crash", "GOMAXPROCS": "2"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=open(folder / "said", "w"),
        timeout=PATIENCE,
    )
    return _left_in(folder)


def die(folder, program, *arguments, number=None, processors=2):
    """Runs it in a folder of its own until it dies, of itself or of a signal that it is sent when it
    is ready. Returns its core, what Go printed, and its pid."""
    with open(folder / "said", "w+", errors="replace") as said, subprocess.Popen(
        [program, *arguments],
        cwd=folder,
        env={**os.environ, "GOTRACEBACK": "crash", "GOMAXPROCS": str(processors)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=said,
        preexec_fn=allow_cores,
        text=True,
    ) as process:
        try:
            if number is not None:
                assert process.stdout.readline() == "ready\n"
                process.send_signal(number)
            process.wait(PATIENCE)
        finally:
            process.kill()
        said.seek(0)
        (core,) = folder.glob("core*")
        return core, said.read(), process.pid


def core_in(folder, program, *arguments):
    """The core of a program that was built already, by the kernel, in a folder of its own."""
    with _run(program, *arguments, folder=folder) as process:
        try:
            truth = _truth(process)
            return recipe.Core(_by_kernel(folder, process), program, truth)
        finally:
            process.kill()


def core_of(command):
    """The core of a program that was built already, by gcore, beside it."""
    with _run(*command) as process:
        try:
            _truth(process)
            return by_gcore(pathlib.Path(command[0]).parent, process.pid)
        finally:
            process.kill()


def cores_between(folder, program, line):
    """Two cores of one process by gcore: as it comes to be ready, and after it has read a line."""
    need("gdb", "gcore", "fallocate")
    cores = []
    with _run(program) as process:
        try:
            for name in ("before", "after"):
                (folder / name).mkdir()
                truth = _truth(process)
                cores.append(recipe.Core(by_gcore(folder / name, process.pid), program, truth))
                process.stdin.write(line)
                process.stdin.flush()
        finally:
            process.kill()
    return cores


@contextlib.contextmanager
def server(command, folder):
    """A server on a free port of this machine, as long as the context lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open(folder / "server.log", "w") as log:
        process = subprocess.Popen([*command, "-p", str(port)], stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def await_page(url):
    """Waits until a server has what is asked for."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE):
                return
        except OSError:
            assert time.monotonic() < deadline, url
            time.sleep(0.2)
