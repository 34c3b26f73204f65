"""Ways to change a core in one place. Each takes a Victim, a copy of the core that ships, or makes a
function that takes it.
"""

from .victim import ARENA, IN_USE, RUNNING, WAITING

IN_HEAP = 1  # a timer's state


def more(value):
    return value + 1


def less(value):
    return value - 1


def half(value):
    return value // 2


def none(value):
    return 0


def wild(value):
    return 0xDEAD << 32


def span(path, change, pointers=True):
    return lambda victim: victim.put("runtime.mspan", victim.span(pointers), path, change)


def all_allocated(victim):
    span = victim.partial_span()
    victim.put("runtime.mspan", span, "freeindex", lambda _: victim.get("runtime.mspan", span, "nelems"))


def goroutine(path, change):
    return lambda victim: victim.put("runtime.g", victim.goroutine(), path, change)


def sudog(path, change):
    def lie(victim):
        victim.put("runtime.sudog", victim.sudog(victim.goroutine()), path, change)

    return lie


def queue(victim):
    """The channel that a goroutine waits for has nobody in its queue."""
    channel = victim.channel(victim.goroutine())
    queue = "recvq.first" if victim.get("runtime.hchan", channel, "recvq.first") else "sendq.first"
    victim.put("runtime.hchan", channel, queue, none)


def goid(victim):
    """Beyond all that were given, where the scheduler's counter is known."""
    assert victim.symbols["runtime.sched"]
    victim.put("runtime.g", victim.goroutine(), "goid", lambda _: 1 << 40)


def first(kind, path, change):
    return lambda victim: victim.put(kind, victim.target.structs[kind][0], path, change)


def one_of(kind, name, path, change):
    return lambda victim: victim.put(kind, victim.symbols[name], path, change)


def sched(path, change):
    return one_of("runtime.schedt", "runtime.sched", path, change)


def mheap(path, change):
    return one_of("runtime.mheap", "runtime.mheap_", path, change)


def module(path, change):
    return one_of("runtime.moduledata", "runtime.firstmoduledata", path, change)


def variable(name, change, offset=0):
    return lambda victim: victim.word(victim.symbols[name] + offset, change)


def twice(victim):
    """One goroutine is in the list again, in another's place."""
    first = victim.target.word(victim.symbols["runtime.allgs"])
    goroutine = victim.goroutine()
    others = [g for g in victim.target.structs["runtime.g"] if g != goroutine]
    place = victim.target.list(victim.symbols["runtime.allgs"]).index(others[-1])
    victim.word(first + 8 * place, lambda _: goroutine)


def same_id(victim):
    other = victim.target.structs["runtime.g"][1]
    victim.put("runtime.g", victim.goroutine(), "goid", lambda _: victim.get("runtime.g", other, "goid"))


def same_stack(victim):
    goroutine = victim.goroutine()
    low = victim.get("runtime.g", goroutine, "stack.lo")
    other = next(
        g
        for g in victim.target.structs["runtime.g"]
        if g != goroutine and victim.get("runtime.g", g, "atomicstatus") == WAITING
    )
    victim.put("runtime.g", other, "stack.lo", lambda _: low)


def page_in_use(victim):
    """The arena's bit of a span's first page."""
    span = victim.span()
    start = victim.get("runtime.mspan", span, "startAddr")
    arena = victim.target.structs["runtime.heapArena"][0]
    page = start % ARENA // 8192
    at, _ = victim.target.layout["runtime.heapArena"][1]["pageInUse"]
    byte = arena + at + page // 8
    victim.word(byte & ~7, lambda word: word ^ 1 << (8 * (byte & 7) + page % 8))


def return_addresses(victim):
    """The frames of one that waits go on one byte further."""
    for at in list(victim.return_addresses(victim.goroutine())):
        victim.word(at, more)


def map_length(change):
    """Of a global map, of either design."""

    def lie(victim):
        header = victim.target.word(victim.symbols["main.sessions"])
        swiss = "internal/runtime/maps.Map" in victim.target.layout
        kind, path = ("internal/runtime/maps.Map", "used") if swiss else ("runtime.hmap", "count")
        victim.put(kind, header, path, change)

    return lie


def long_slice(victim):
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


def hung(path, change):
    return lambda victim: victim.put("runtime.g", victim.hung(), path, change)


def hung_stack(low, high):
    """Its bounds are moved."""

    def lie(victim):
        goroutine = victim.hung()
        victim.put("runtime.g", goroutine, "stack.lo", low)
        victim.put("runtime.g", goroutine, "stack.hi", high)

    return lie


def stack_of_objects(victim):
    """It is a page of the heap."""
    start = start_of(victim)
    hung_stack(lambda _: start, lambda _: start + 8192)(victim)


def over_the_heap(victim):
    base = min(
        victim.get("runtime.mspan", span, "startAddr")
        for span in victim.target.structs["runtime.mspan"]
        if victim.get("runtime.mspan", span, "state") == IN_USE
    )
    hung_stack(lambda _: base, lambda high: high)(victim)


def list_without_end(victim):
    sudog = victim.sudog(victim.hung())
    victim.put("runtime.sudog", sudog, "waitlink", lambda _: sudog)


def other_channel(victim):
    """A goroutine waits for the channel of others."""
    goroutine, path = victim.hung(), victim.channel_path()
    others = {victim.channel(g) for g in victim.waiting()} - {victim.channel(goroutine), 0}
    other = sorted(others)[0]
    victim.put("runtime.sudog", victim.sudog(goroutine), path, lambda _: other)


def queue_cut(victim):
    sudog = next(s for s in map(victim.sudog, victim.waiting()) if victim.get("runtime.sudog", s, "next"))
    victim.put("runtime.sudog", sudog, "next", none)


def closed(victim):
    """The channel that a goroutine waits for is closed."""
    at, _ = victim.target.layout["runtime.hchan"][1]["closed"]
    place = victim.channel(victim.hung()) + at
    victim.word(place & ~7, lambda word: word | 1 << 8 * (place & 7))


# ---- lists of the heap and of Ps ---------------------------------------------------------------------


def special(path, change):
    return lambda victim: victim.put("runtime.special", victim.specials()[0], path, change)


def special_without_end(victim):
    special = victim.specials()[0]
    victim.put("runtime.special", special, "next", lambda _: special)


def specials_cut(victim):
    special = next(each for each in victim.specials() if victim.get("runtime.special", each, "next"))
    victim.put("runtime.special", special, "next", none)


def unsorted(victim):
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


def swapped_bits(victim):
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


def past_the_end(victim):
    span = victim.partial_span()
    end = victim.get("runtime.mspan", span, "nelems")
    victim.put("runtime.mspan", span, "freeindex", lambda _: end + 1)


def mask(path):
    """A bit of a module's mask, of a variable's word, is another."""

    def lie(victim):
        at, _ = victim.target.layout["runtime.moduledata"][1][path]
        mask = victim.target.word(victim.symbols["runtime.firstmoduledata"] + at + 8)
        victim.word(mask + 8, lambda bits: bits ^ 1 << 17)

    return lie


def timers(victim):
    """The largest heap of timers: where it is, and bytes of each."""
    path = victim.one_of("runtime.p", "timers.heap", "timers")
    at, _ = victim.target.layout["runtime.p"][1][path]
    heaps = [(victim.target.word(p + at + 8), p + at) for p in victim.target.structs["runtime.p"]]
    return victim.target.word(max(heaps)[1]), 16 if path == "timers.heap" else 8


def timer(path, change):
    """The timer that is due first."""
    return lambda victim: victim.put("runtime.timer", victim.target.word(timers(victim)[0]), path, change)


def timer_later(victim):
    """A timer is due an hour later than its heap has it for. One that was reset is not in its place."""
    first, size = timers(victim)
    timer = next(
        timer
        for timer in (victim.target.word(first + size * i) for i in range(20))
        if "state" not in victim.target.layout["runtime.timer"][1]
        or victim.get("runtime.timer", timer, "state") == IN_HEAP
    )
    victim.put("runtime.timer", timer, "when", lambda time: time + 3600 * 10**9)


def idle_processor(path, change):
    """Of a P that is in the list of idle ones."""

    def lie(victim):
        first = victim.get("runtime.schedt", victim.symbols["runtime.sched"], "pidle")
        if not first:
            raise IndexError("none is idle")
        victim.put("runtime.p", first, path, change)

    return lie


def busy_processor(path, change):
    """Of the P that a running goroutine has, or of its thread."""

    def lie(victim):
        get = victim.get
        goroutine = next(
            g
            for g in victim.target.structs["runtime.g"]
            if get("runtime.g", g, "atomicstatus") == RUNNING and not get("runtime.g", g, "syscallsp")
        )
        thread = get("runtime.g", goroutine, "m")
        kind, struct = ("runtime.p", get("runtime.m", thread, "p")) if path != "p" else ("runtime.m", thread)
        victim.put(kind, struct, path, change)

    return lie


def large(path, change):
    """Of a span with one object."""

    def lie(victim):
        span = next(
            span
            for span in victim.target.structs["runtime.mspan"]
            if victim.get("runtime.mspan", span, "state") == IN_USE
            and victim.get("runtime.mspan", span, "spanclass") < 2
        )
        victim.put("runtime.mspan", span, path, change)

    return lie


def arenas(victim):
    """Where the list of arenas is."""
    return victim.target.place(
        "runtime.mheap", victim.symbols["runtime.mheap_"], victim.one_of("runtime.mheap", "heapArenas", "allArenas")
    )


def arena(change):
    """What the arenas' table has for the first one of the list."""

    def lie(victim):
        table = victim.get("runtime.mheap", victim.symbols["runtime.mheap_"], "arenas")
        victim.word(table + 8 * victim.target.list(arenas(victim))[0], change)

    return lie


def no_arenas(victim):
    """The list of arenas is empty."""
    victim.word(arenas(victim) + 8, none)


def arena_of_another_number(victim):
    victim.word(victim.target.word(arenas(victim)), more)


def value(change):
    """Where a goroutine that waits has its value."""

    def lie(victim):
        path = victim.one_of("runtime.sudog", "elem.vu", "elem")
        victim.put("runtime.sudog", victim.sudog(victim.hung()), path, change)

    return lie


def full_channel(path, change):
    """Of the channel that a goroutine waits for."""
    return lambda victim: victim.put("runtime.hchan", victim.channel(victim.hung()), path, change)


def timer_twice(victim):
    first, size = timers(victim)
    timer, second = victim.target.word(first), victim.target.word(first + size)
    if victim.target.offset(second) is None:
        raise IndexError("one timer only")
    victim.word(first + size, lambda _: timer)


def p_twice(victim):
    first = victim.target.word(victim.symbols["runtime.allp"])
    p = victim.target.word(first)
    victim.word(first + 8, lambda _: p)


def defers_without_end(victim):
    records = victim.target.structs["runtime._defer"]
    victim.put("runtime._defer", records[20], "link", lambda _: records[10])


def defers_cut(victim):
    """The records behind the first few hang on nothing any more."""
    records = victim.target.structs["runtime._defer"]
    victim.put("runtime._defer", records[20], "link", none)


def no_defers(victim):
    """Nor do any of the goroutine that has most."""
    records = victim.target.structs["runtime._defer"]
    goroutine = next(
        g for g in victim.target.structs["runtime.g"] if victim.get("runtime.g", g, "_defer") == records[0]
    )
    victim.put("runtime.g", goroutine, "_defer", none)


def threads_without_end(victim):
    thread = victim.target.structs["runtime.m"][3]
    victim.put("runtime.m", thread, "alllink", lambda _: thread)


def module_without_end(victim):
    module = victim.symbols["runtime.firstmoduledata"]
    victim.put("runtime.moduledata", module, "next", lambda _: module)


def module_twice(victim):
    """A copy of the module, in memory that is all zeros, comes after it."""
    module, size = victim.symbols["runtime.firstmoduledata"], victim.target.layout["runtime.moduledata"][0]
    place = victim.zeros(size)
    victim.write(place, victim.read(module, size))
    victim.put("runtime.moduledata", module, "next", lambda _: place)


def zeroed(find):
    """64 KiB around what `find` gives."""

    def lie(victim):
        address = find(victim)
        start, size = next(
            (start, size) for start, size in victim.blocks() if start <= address < start + size
        )
        victim.zero(start, size)

    return lie


def start_of(victim, pointers=True):
    return victim.get("runtime.mspan", victim.span(pointers), "startAddr")
