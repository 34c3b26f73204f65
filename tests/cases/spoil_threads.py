"""Ways to change where goroutines were started and which threads run them, as those of spoil.py."""

from .victim import WAITING


def started_elsewhere(victim):
    """By the go statement of a goroutine that another function was started for."""
    get, goroutine = victim.get, victim.hung()
    start = get("runtime.g", goroutine, "startpc")
    other = next(
        g
        for g in victim.target.structs["runtime.g"]
        if get("runtime.g", g, "atomicstatus") == WAITING and get("runtime.g", g, "startpc") != start
    )
    victim.put("runtime.g", goroutine, "gopc", lambda _: get("runtime.g", other, "gopc"))


def busy_thread(path, change):
    """Of a thread that runs a goroutine."""

    def lie(victim):
        thread = next(
            m
            for g in victim.target.structs["runtime.g"]
            if (m := victim.get("runtime.g", g, "m")) and victim.get("runtime.m", m, "curg") == g
        )
        victim.put("runtime.m", thread, path, change(victim) if change is other_thread else change)

    return lie


def other_thread(victim):
    """The number of a thread that runs none."""
    number = victim.get("runtime.m", idle(victim), "procid")
    return lambda _: number


def idle(victim):
    """A thread that runs no goroutine."""
    return next(
        m
        for m in victim.target.structs["runtime.m"]
        if victim.get("runtime.m", m, "procid") and not victim.get("runtime.m", m, "curg")
    )


def idle_thread(path, change):
    return lambda victim: victim.put("runtime.m", idle(victim), path, change)


def idle_runs(victim):
    """It runs a goroutine that waits."""
    victim.put("runtime.m", idle(victim), "curg", lambda _: victim.hung())
