"""Runs commands and says what each took. A process of its own, started while that is small: what
wait4() tells of memory counts in the parent that a command was forked from.

Each line of its input is [seconds, command, path for standard error] in JSON, and is answered with
[status, seconds of CPU, KiB of memory]. A command that takes more CPU than it may is killed, and one
that takes ten times as long by the clock, for which there may be other reasons.
"""

import json
import os
import resource
import signal
import sys


def _expire(*_):
    raise TimeoutError


def _start(command, said, seconds):
    pid = os.fork()
    if pid:
        return pid
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nothing = os.open(os.devnull, os.O_RDWR)
    errors = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for place, file in enumerate((nothing, nothing, errors)):
        os.dup2(file, place)
    os.execv(command[0], command)


def run(seconds, command, said):
    pid = _start(command, said, seconds)
    signal.alarm(10 * seconds)
    try:
        _, status, usage = os.wait4(pid, 0)
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
    signal.alarm(0)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, _expire)
    for line in sys.stdin:
        print(json.dumps(run(*json.loads(line))), flush=True)
