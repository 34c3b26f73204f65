"""What gotopsy costs on the core of a real server: opening its binary, which is large, is most of it. The
server is built from the Go module proxy, answers some requests, and is aborted with connections open."""

import contextlib
import dataclasses
import http.client
import os
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time

from cost import MIB, PATIENCE, Failed, measure_often, read_whole, tell_stages, tell_target
from page_sizes import measure_states, tell_large

SERVER = "github.com/caddyserver/caddy/v2/cmd/caddy@v2.11.9"
BUILD_PATIENCE = 1200  # seconds to fetch and build it
CONNECTIONS = 200  # open while the core is written, each with its goroutine
REQUESTS = 50  # on each connection
LINES = 2000  # of the file that is served

CONFIG = """\
{
	admin off
	auto_https off
	persist_config off
}
http://127.0.0.1:%d {
	root * %s
	encode gzip
	templates /hello.html
	file_server
}
"""

OPENING = 0.15  # seconds of CPU
LISTING = 0.25
AGAIN = 0.03  # the opening of a binary whose layouts an earlier run has kept

COMMANDS = ("goroutines", "check", "report --no-holders", "report")


def build(folder):
    """Why it cannot be had, or None."""
    if (folder / "caddy").exists():
        return None
    if not shutil.which("go"):
        return "go is not installed"
    environment = {**os.environ, "GOBIN": str(folder), "GOFLAGS": ""}
    try:
        made = subprocess.run(
            ["go", "install", SERVER], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=BUILD_PATIENCE, text=True,
        )
    except subprocess.TimeoutExpired:
        return f"{SERVER} was not built in {BUILD_PATIENCE} s"
    lines = made.stderr.strip().splitlines() or ["go install failed"]
    return None if made.returncode == 0 else lines[-1]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_site(folder, port):
    site = folder / "site"
    site.mkdir(exist_ok=True)
    (site / "hello.html").write_text("hello from {{.RemoteIP}}, {{.Req.URL.Path}}\n")
    (site / "text.txt").write_text("a line that is served\n" * LINES)
    config = folder / "Caddyfile"
    config.write_text(CONFIG % (port, site))
    return config


def wait_until_it_listens(port, process):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise Failed("the server does not listen; see server/stderr.txt")


def ask(connection):
    for number in range(REQUESTS):
        path = "/hello.html" if number % 2 else f"/text.txt?{number}"
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise Failed(f"the server answers {path} with {answer.status}")


def ask_all(connections):
    """Each connection from a thread of its own, so that the server works on several requests."""
    failed = []

    def work(connection):
        try:
            ask(connection)
        except (OSError, Failed, http.client.HTTPException) as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=[connection]) for connection in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise Failed(f"load: {failed[0]}")


def allow_core():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def run_server(folder, port):
    config = write_site(folder, port)
    environment = {
        **os.environ, "GOTRACEBACK": "crash", "GOMAXPROCS": "2",
        "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder),
    }
    with (folder / "stderr.txt").open("w") as log:
        return subprocess.Popen(
            [folder / "caddy", "run", "--config", config], cwd=folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=allow_core,
        )


def take_core(folder):
    """As the cores of the other parts are taken: by the kernel, of a process that is aborted."""
    for old in folder.glob("core*"):
        old.unlink()
    port = free_port()
    process = run_server(folder, port)
    connections = [http.client.HTTPConnection("127.0.0.1", port) for _ in range(CONNECTIONS)]
    try:
        wait_until_it_listens(port, process)
        ask_all(connections)
        process.send_signal(signal.SIGABRT)
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
        for connection in connections:
            connection.close()
    cores = sorted(folder.glob("core*"))
    if not cores:
        raise Failed("the server left no core: is /proc/sys/kernel/core_pattern a file's name?")
    cores[0].rename(folder / "core")


def make(folder):
    """Why there is no core, or None."""
    folder.mkdir(parents=True, exist_ok=True)
    why = build(folder)
    if not why:
        take_core(folder)
    return why


def tell_cost(name, cost):
    print(f"{name:<31} {cost.wall:9.0f} {cost.cpu:8.0f} {cost.memory / MIB:12.1f} {cost.faults:13,.0f}")


@contextlib.contextmanager
def cache_in(folder):
    before = os.environ.get("XDG_CACHE_HOME", "")
    os.environ["XDG_CACHE_HOME"] = str(folder.resolve())
    try:
        yield
    finally:
        os.environ["XDG_CACHE_HOME"] = before


def bench(folder, dumped):
    """Prints what each command costs, and returns it."""
    core, exe = folder / "core", folder / "caddy"
    print(
        f"\nserver     {SERVER.rsplit('/', 1)[-1]}, a binary of {exe.stat().st_size / MIB:.0f} MiB and a core "
        f"of {core.stat().st_size / MIB:.0f} MiB, {CONNECTIONS} open connections\n"
        f"\n"
        f"medians                           wall ms   CPU ms   memory MiB   page faults"
    )
    states = measure_states(COMMANDS[2], core, exe, dumped)
    for command, cost in states.costs.items():
        tell_cost(command, cost)
    tell_large(states.large)
    measured = {command: measure_often(command, core, exe) for command in COMMANDS}
    with cache_in(folder / "cache"):
        measure_often("goroutines", core, exe, runs=1)
        measured["goroutines again"] = measure_often("goroutines", core, exe)
    for command, (cost, _) in measured.items():
        tell_cost(command, cost)
    floor = read_whole(core)
    tell_cost("read of the core", floor)
    listing, timed = measured["goroutines"]
    costs = {**states.costs, **{name: cost for name, (cost, _) in measured.items()}}
    for command in ("goroutines", "report"):
        tell_stages(command, measured[command][1])
    print()
    tell_target("CPU of opening", timed["opening"].cpu / 1000, OPENING, lambda n: f"{n:.3f} s")
    tell_target("CPU of goroutines", listing.cpu / 1000, LISTING, lambda n: f"{n:.3f} s")
    again = measured["goroutines again"][1]["opening"]
    tell_target("CPU of opening again", again.cpu / 1000, AGAIN, lambda n: f"{n:.3f} s")
    return {
        "objects": None,
        "unit": 0,
        "large": states.large,
        "commands": {name: dataclasses.asdict(cost) for name, cost in costs.items()},
        "others": {"read of the core": dataclasses.asdict(floor)},
        "stages": {
            name: {stage: dataclasses.asdict(cost) for stage, cost in stages.items()}
            for name, (_, stages) in measured.items()
        },
    }
