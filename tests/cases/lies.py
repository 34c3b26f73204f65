"""Lies: ways to change a core in one place, so that it says one thing twice, and differently.

A lie takes a Victim, a copy of the core that ships, and changes it.

Not here is what the runtime has once, so that nothing in a core can contradict it: how long a timer's
period is; when a timer is due that was reset since its heap was put in order; records of deferred calls
that are on a stack; bytes of code and constants where the core lacks them, which are the
binary's; sizes of variables in a program without symbols and debug information. Method tables that a
program made while it ran are in no core that ships: the unit tests spoil one.
"""

from .victim import ARENA, IN_USE, WAITING

IN_HEAP = 1  # a timer's state


def _more(value):
    return value + 1


def _less(value):
    return value - 1


def _half(value):
    return value // 2


def _none(value):
    return 0


def _wild(value):
    return 0xDEAD << 32


def _span(path, change, pointers=True):
    return lambda victim: victim.put("runtime.mspan", victim.span(pointers), path, change)


def _all_allocated(victim):
    span = victim.partial_span()
    victim.put("runtime.mspan", span, "freeindex", lambda _: victim.get("runtime.mspan", span, "nelems"))


def _goroutine(path, change):
    return lambda victim: victim.put("runtime.g", victim.goroutine(), path, change)


def _sudog(path, change):
    def lie(victim):
        victim.put("runtime.sudog", victim.sudog(victim.goroutine()), path, change)

    return lie


def _queue(victim):
    """The channel that a goroutine waits for has nobody in its queue."""
    channel = victim.channel(victim.goroutine())
    queue = "recvq.first" if victim.get("runtime.hchan", channel, "recvq.first") else "sendq.first"
    victim.put("runtime.hchan", channel, queue, _none)


def _goid(victim):
    """Beyond all that were given, where the scheduler's counter is known."""
    assert victim.symbols["runtime.sched"]
    victim.put("runtime.g", victim.goroutine(), "goid", lambda _: 1 << 40)


def _first(kind, path, change):
    return lambda victim: victim.put(kind, victim.target.structs[kind][0], path, change)


def _one_of(kind, name, path, change):
    return lambda victim: victim.put(kind, victim.symbols[name], path, change)


def _sched(path, change):
    return _one_of("runtime.schedt", "runtime.sched", path, change)


def _mheap(path, change):
    return _one_of("runtime.mheap", "runtime.mheap_", path, change)


def _module(path, change):
    return _one_of("runtime.moduledata", "runtime.firstmoduledata", path, change)


def _variable(name, change, offset=0):
    return lambda victim: victim.word(victim.symbols[name] + offset, change)


def _twice(victim):
    """One goroutine is in the list again, in another's place."""
    first = victim.target.word(victim.symbols["runtime.allgs"])
    goroutine = victim.goroutine()
    others = [g for g in victim.target.structs["runtime.g"] if g != goroutine]
    place = victim.target.list(victim.symbols["runtime.allgs"]).index(others[-1])
    victim.word(first + 8 * place, lambda _: goroutine)


def _same_id(victim):
    other = victim.target.structs["runtime.g"][1]
    victim.put("runtime.g", victim.goroutine(), "goid", lambda _: victim.get("runtime.g", other, "goid"))


def _same_stack(victim):
    goroutine = victim.goroutine()
    low = victim.get("runtime.g", goroutine, "stack.lo")
    other = next(
        g
        for g in victim.target.structs["runtime.g"]
        if g != goroutine and victim.get("runtime.g", g, "atomicstatus") == WAITING
    )
    victim.put("runtime.g", other, "stack.lo", lambda _: low)


def _page_in_use(victim):
    """The arena's bit of a span's first page."""
    span = victim.span()
    start = victim.get("runtime.mspan", span, "startAddr")
    arena = victim.target.structs["runtime.heapArena"][0]
    page = start % ARENA // 8192
    at, _ = victim.target.layout["runtime.heapArena"][1]["pageInUse"]
    byte = arena + at + page // 8
    victim.word(byte & ~7, lambda word: word ^ 1 << (8 * (byte & 7) + page % 8))


def _return_addresses(victim):
    """The frames of one that waits go on one byte further."""
    for at in list(victim.return_addresses(victim.goroutine())):
        victim.word(at, _more)


def _map_length(change):
    """Of a global map, of either design."""

    def lie(victim):
        header = victim.target.word(victim.symbols["main.sessions"])
        swiss = "internal/runtime/maps.Map" in victim.target.layout
        kind, path = ("internal/runtime/maps.Map", "used") if swiss else ("runtime.hmap", "count")
        victim.put(kind, header, path, change)

    return lie


def _long_slice(victim):
    """A global of the program's, much longer than what it points to."""
    word = victim.target.word
    header = next(
        at
        for name, at in sorted(victim.symbols.items())
        if name.startswith("main.") and 0 < word(at + 8) <= word(at + 16) < 1 << 20
        and victim.target.offset(word(at)) is not None
    )
    for at in (header + 8, header + 16):
        victim.word(at, lambda _: 1 << 24)


# ---- what hangs, and what it waits for --------------------------------------------------------------


def _hung(path, change):
    return lambda victim: victim.put("runtime.g", victim.hung(), path, change)


def _hung_stack(low, high):
    """Its bounds are moved."""

    def lie(victim):
        goroutine = victim.hung()
        victim.put("runtime.g", goroutine, "stack.lo", low)
        victim.put("runtime.g", goroutine, "stack.hi", high)

    return lie


def _stack_of_objects(victim):
    """It is a page of the heap."""
    start = _start(victim)
    _hung_stack(lambda _: start, lambda _: start + 8192)(victim)


def _over_the_heap(victim):
    base = min(
        victim.get("runtime.mspan", span, "startAddr")
        for span in victim.target.structs["runtime.mspan"]
        if victim.get("runtime.mspan", span, "state") == IN_USE
    )
    _hung_stack(lambda _: base, lambda high: high)(victim)


def _list_without_end(victim):
    sudog = victim.sudog(victim.hung())
    victim.put("runtime.sudog", sudog, "waitlink", lambda _: sudog)


def _other_channel(victim):
    """A goroutine waits for the channel of others."""
    goroutine, path = victim.hung(), victim.channel_path()
    others = {victim.channel(g) for g in victim.waiting()} - {victim.channel(goroutine), 0}
    other = sorted(others)[0]
    victim.put("runtime.sudog", victim.sudog(goroutine), path, lambda _: other)


def _queue_cut(victim):
    sudog = next(s for s in map(victim.sudog, victim.waiting()) if victim.get("runtime.sudog", s, "next"))
    victim.put("runtime.sudog", sudog, "next", _none)


def _closed(victim):
    """The channel that a goroutine waits for is closed."""
    at, _ = victim.target.layout["runtime.hchan"][1]["closed"]
    place = victim.channel(victim.hung()) + at
    victim.word(place & ~7, lambda word: word | 1 << 8 * (place & 7))


# ---- lists of the heap and of Ps ---------------------------------------------------------------------


def _special(path, change):
    return lambda victim: victim.put("runtime.special", victim.specials()[0], path, change)


def _special_without_end(victim):
    special = victim.specials()[0]
    victim.put("runtime.special", special, "next", lambda _: special)


def _specials_cut(victim):
    special = next(each for each in victim.specials() if victim.get("runtime.special", each, "next"))
    victim.put("runtime.special", special, "next", _none)


def _unsorted(victim):
    """Two specials of a span change their objects."""
    first, second = next(
        (first, second)
        for first in victim.specials()
        if (second := victim.get("runtime.special", first, "next"))
        and victim.get("runtime.special", first, "offset") < victim.get("runtime.special", second, "offset")
    )
    offsets = [victim.get("runtime.special", each, "offset") for each in (first, second)]
    victim.put("runtime.special", first, "offset", lambda _: offsets[1])
    victim.put("runtime.special", second, "offset", lambda _: offsets[0])


def _swapped_bits(victim):
    """Two spans of one class have each other's allocBits."""
    spans = [
        span
        for span in victim.target.structs["runtime.mspan"]
        if victim.get("runtime.mspan", span, "state") == IN_USE
        and victim.get("runtime.mspan", span, "spanclass") == victim.get("runtime.mspan", victim.span(), "spanclass")
    ]
    bits = [victim.get("runtime.mspan", span, "allocBits") for span in spans]
    counts = [victim.get("runtime.mspan", span, "allocCount") for span in spans]
    other = next(i for i, count in enumerate(counts) if count != counts[0])
    victim.put("runtime.mspan", spans[0], "allocBits", lambda _: bits[other])
    victim.put("runtime.mspan", spans[other], "allocBits", lambda _: bits[0])


def _past_the_end(victim):
    span = victim.partial_span()
    end = victim.get("runtime.mspan", span, "nelems")
    victim.put("runtime.mspan", span, "freeindex", lambda _: end + 1)


def _mask(path):
    """A bit of a module's mask, of a variable's word, is another."""

    def lie(victim):
        at, _ = victim.target.layout["runtime.moduledata"][1][path]
        mask = victim.target.word(victim.symbols["runtime.firstmoduledata"] + at + 8)
        victim.word(mask + 8, lambda bits: bits ^ 1 << 17)

    return lie


def _timers(victim):
    """The largest heap of timers: where it is, and bytes of each."""
    path = victim.one_of("runtime.p", "timers.heap", "timers")
    at, _ = victim.target.layout["runtime.p"][1][path]
    heaps = [(victim.target.word(p + at + 8), p + at) for p in victim.target.structs["runtime.p"]]
    return victim.target.word(max(heaps)[1]), 16 if path == "timers.heap" else 8


def _timer(path, change):
    """The timer that is due first."""
    return lambda victim: victim.put("runtime.timer", victim.target.word(_timers(victim)[0]), path, change)


def _timer_later(victim):
    """A timer is due an hour later than its heap has it for. One that was reset is not in its place."""
    first, size = _timers(victim)
    timer = next(
        timer
        for timer in (victim.target.word(first + size * i) for i in range(20))
        if "state" not in victim.target.layout["runtime.timer"][1]
        or victim.get("runtime.timer", timer, "state") == IN_HEAP
    )
    victim.put("runtime.timer", timer, "when", lambda time: time + 3600 * 10**9)


def _full_channel(path, change):
    """Of the channel that a goroutine waits for."""
    return lambda victim: victim.put("runtime.hchan", victim.channel(victim.hung()), path, change)


def _timer_twice(victim):
    first, size = _timers(victim)
    timer, second = victim.target.word(first), victim.target.word(first + size)
    if victim.target.offset(second) is None:
        raise IndexError("one timer only")
    victim.word(first + size, lambda _: timer)


def _p_twice(victim):
    first = victim.target.word(victim.symbols["runtime.allp"])
    p = victim.target.word(first)
    victim.word(first + 8, lambda _: p)


def _defers_without_end(victim):
    records = victim.target.structs["runtime._defer"]
    victim.put("runtime._defer", records[20], "link", lambda _: records[10])


def _defers_cut(victim):
    """The records behind the first few hang on nothing any more."""
    records = victim.target.structs["runtime._defer"]
    victim.put("runtime._defer", records[20], "link", _none)


def _no_defers(victim):
    """Nor do any of the goroutine that has most."""
    records = victim.target.structs["runtime._defer"]
    goroutine = next(
        g for g in victim.target.structs["runtime.g"] if victim.get("runtime.g", g, "_defer") == records[0]
    )
    victim.put("runtime.g", goroutine, "_defer", _none)


def _threads_without_end(victim):
    thread = victim.target.structs["runtime.m"][3]
    victim.put("runtime.m", thread, "alllink", lambda _: thread)


def _module_without_end(victim):
    module = victim.symbols["runtime.firstmoduledata"]
    victim.put("runtime.moduledata", module, "next", lambda _: module)


def _module_twice(victim):
    """A copy of the module, in memory that is all zeros, comes after it."""
    module, size = victim.symbols["runtime.firstmoduledata"], victim.target.layout["runtime.moduledata"][0]
    place = victim.zeros(size)
    victim.write(place, victim.read(module, size))
    victim.put("runtime.moduledata", module, "next", lambda _: place)


def _zeroed(find):
    """64 KiB around what `find` gives."""

    def lie(victim):
        address = find(victim)
        start, size = next(
            (start, size) for start, size in victim.blocks() if start <= address < start + size
        )
        victim.zero(start, size)

    return lie


def _start(victim, pointers=True):
    return victim.get("runtime.mspan", victim.span(pointers), "startAddr")


# Each must be told, and takes every proof back.
LIES = {
    "allocCount": _span("allocCount", _less),
    "allocCount none": _span("allocCount", _none),
    "freeindex": _all_allocated,
    "nelems": _span("nelems", _half),
    "nelems less": _span("nelems", _less),
    "elemsize": _span("elemsize", lambda size: size * 2),
    "spanclass": _span("spanclass", lambda number: number + 2),
    "noscan": _span("spanclass", lambda number: number ^ 1),
    "npages": _span("npages", _more),
    "startAddr": _span("startAddr", lambda start: start + 8192),
    "limit": _span("limit", _half),
    "state": _span("state", _none),
    "state manual": _span("state", lambda _: 2),
    "sweepgen": _span("sweepgen", lambda gen: gen + 2),
    "sweepgen old": _span("sweepgen", lambda gen: gen - 4),
    "allocBits": _span("allocBits", _none),
    "gcmarkBits": _span("gcmarkBits", _none),
    "mheap.sweepgen": _mheap("sweepgen", lambda gen: gen + 6),
    "mheap.pagesInUse": _mheap("pagesInUse", _half),
    "allspans": lambda victim: victim.word(
        victim.symbols["runtime.mheap_"] + victim.target.layout["runtime.mheap"][1]["allspans"][0] + 8, _half
    ),
    "pageInUse": _page_in_use,
    "finalizers in use": _mheap("specialfinalizeralloc.inuse", lambda size: size * 2),
    "finalizer's type": _first("runtime.specialfinalizer", "ot", lambda at: at + 8),
    "finalizer": _first("runtime.specialfinalizer", "fn", _more),
    "allglen": _variable("runtime.allglen", _less),
    "allgs": _variable("runtime.allgs", _less, offset=8),
    "allgs twice": _twice,
    "goid": _goid,
    "parentGoid": _goroutine("parentGoid", lambda _: 1 << 50),
    "goid twice": _same_id,
    "atomicstatus": _goroutine("atomicstatus", lambda _: 42),
    "atomicstatus idle": _goroutine("atomicstatus", _none),
    "atomicstatus running": _goroutine("atomicstatus", lambda _: 2),
    "stack twice": _same_stack,
    "startpc": _goroutine("startpc", _more),
    "gopc": _goroutine("gopc", _wild),
    "lockedm": _goroutine("lockedm", _wild),
    "g.m": _goroutine("m", _wild),
    "return addresses": _return_addresses,
    "sched.ngsys": _sched("ngsys", lambda count: count + 40),
    "sched.goidgen": _sched("goidgen", _half),
    "sched.mnext": _sched("mnext", _more),
    "sched.npidle": _sched("npidle", _more),
    "sched.runqsize": lambda victim: _sched(
        victim.one_of("runtime.schedt", "runq.size", "runqsize"), _more
    )(victim),
    "g.waiting": _goroutine("waiting", _none),
    "sudog.g": _sudog("g", _wild),
    "sudog.c": lambda victim: _sudog(victim.channel_path(), _wild)(victim),
    "sudog.waitlink": _sudog("waitlink", _wild),
    "queue": _queue,
    "timers": lambda victim: victim.put(
        "runtime.p",
        next(p for p in victim.target.structs["runtime.p"] if victim.get("runtime.p", p, "timers.len")),
        "timers.len",
        _half,
    ),
    "timer": _first("runtime.timerWhen", "timer", _none),
    "timer.f": _timer("f", _more),
    "timer.when": _timer_later,
    "timer.period": _timer("period", lambda _: -1),
    "channel count": _full_channel("qcount", _more),
    "channel elemsize": _full_channel("elemsize", lambda size: size + 8),
    "channel indices": _full_channel("sendx", _more),
    "freeIndexForScan": _span("freeIndexForScan", lambda index: index + 70),
    "defer.fn": _first("runtime._defer", "fn", _more),
    "defer.sp": _first("runtime._defer", "sp", _more),
    "defer.pc": _first("runtime._defer", "pc", _wild),
    "module rodata": _module("rodata", _more),
    "module filetab": _module("filetab", _more),
    "module cutab": _module("cutab", _less),
    "module enoptrbss": _module("enoptrbss", lambda end: end + 4096),
    "data mask": _mask("gcdatamask"),
    "bss mask": _mask("gcbssmask"),
    "slice": _long_slice,
    "map length": _map_length(_half),
    "map length none": _map_length(_none),
    "status runnable": _hung("atomicstatus", lambda _: 1),
    "status in a system call": _hung("atomicstatus", lambda _: 3),
    "status copystack": _hung("atomicstatus", lambda _: 8),
    "status preempted": _hung("atomicstatus", lambda _: 9),
    "wait reason": _hung("waitreason", lambda _: 2),
    "wait reason of another": _hung("waitreason", lambda reason: reason + 1),
    "resume point": _hung("sched.pc", _more),
    "goid none": _hung("goid", _none),
    "waitsince": _hung("waitsince", lambda _: 1 << 60),
    "last collection": _one_of("runtime.mstats", "runtime.memstats", "last_gc_nanotime", lambda time: time >> 8),
    "stack over the heap": _over_the_heap,
    "stack of objects": _stack_of_objects,
    "stack too large": _hung_stack(lambda low: low - 2048, lambda high: high),
    "stack too high": _hung_stack(lambda low: low, lambda high: high + 2048),
    "sudog.waitlink without end": _list_without_end,
    "sudog.c of others": _other_channel,
    "channel closed": _closed,
    "queue cut": _queue_cut,
    "special beyond its span": _special("offset", lambda _: -1),
    "special inside of an object": _special("offset", lambda offset: offset + 8),
    "special of no kind": _special("kind", lambda _: 200),
    "special without end": _special_without_end,
    "specials cut": _specials_cut,
    "specials unsorted": _unsorted,
    "allocBits of another": _swapped_bits,
    "freeindex past the end": _past_the_end,
    "timer twice": _timer_twice,
    "timer.ts": _timer("ts", _more),
    "allp": _variable("runtime.allp", _less, offset=8),
    "P twice": _p_twice,
    "p.status": _first("runtime.p", "status", lambda _: 42),
    "p.mcache": _first("runtime.p", "mcache", _none),
    "p.mcache elsewhere": _first("runtime.p", "mcache", _wild),
    "p.id": _first("runtime.p", "id", _more),
    "defers without end": _defers_without_end,
    "defers cut": _defers_cut,
    "no defers": _no_defers,
    "threads without end": _threads_without_end,
    "module without end": _module_without_end,
    "module twice": _module_twice,
    "zeroed heap": _zeroed(_start),
    "zeroed goroutines": _zeroed(lambda victim: victim.goroutine()),
    "zeroed stacks": _zeroed(lambda victim: victim.get("runtime.g", victim.goroutine(), "stack.hi") - 8),
    "zeroed spans": _zeroed(lambda victim: victim.span()),
    "zeroed timers": _zeroed(lambda victim: victim.target.structs["runtime.timer"][0]),
    "zeroed heap lists": _zeroed(lambda victim: victim.symbols["runtime.mheap_"] + 66000),
}
# Of the above, one of each kind of struct: what the quick tests tell.
QUICK = [name for i, name in enumerate(LIES) if i % 2 == 0 or name.startswith("zeroed")]
