"""What all Python tests share: the tool under test, and the counts that tests/run adds up."""

import collections
import os
import pathlib
import signal
import subprocess

import own_cache
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOTOPSY = pathlib.Path(os.environ.get("GOTOPSY", ROOT / "build" / "gotopsy"))
pytest_plugins = ["groups", "cases.tables"]
own_cache.use()

# A shell's background job ignores these, and so would every program that a test starts and ends by
# them.
for ignored in (signal.SIGINT, signal.SIGQUIT):
    if signal.getsignal(ignored) == signal.SIG_IGN:
        signal.signal(ignored, signal.SIG_DFL)


def pytest_sessionfinish(session):
    """Adds "passed failed skipped" to the file that GOTOPSY_TALLY names. Of several processes, the
    one that starts the others counts for all."""
    tally = os.environ.get("GOTOPSY_TALLY")
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not tally or not reporter or hasattr(session.config, "workerinput"):
        return
    count = collections.Counter({kind: len(reports) for kind, reports in reporter.stats.items()})
    failed = count["failed"] + count["error"] + count["xpassed"]
    skipped = count["skipped"] + count["xfailed"]
    with open(tally, "a") as file:
        print(count["passed"], failed, skipped, file=file)


@pytest.fixture(scope="session")
def gotopsy():
    """Runs the tool: gotopsy("check", path).returncode, .stdout, .stderr."""
    def run(*arguments, **options):
        options.setdefault("timeout", 300)
        return subprocess.run(
            [GOTOPSY, *map(str, arguments)],
            **({} if "input" in options else {"stdin": subprocess.DEVNULL}),
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            encoding="utf-8",
            **options,
        )

    return run


@pytest.fixture(scope="session")
def demo_core():
    core = ROOT / "corefiles" / "demo" / "demo.core.zst"
    if not core.exists():
        pytest.skip("corefiles/demo/demo.core.zst is not there")
    return core
