"""Ways to damage a core and its binary. Each takes a patient and a source of chance."""

import struct

EXTREMES = [0, 1, 7, 8, 255, 4096, 1 << 20, 1 << 31, (1 << 31) - 1, 1 << 32, 1 << 40, 1 << 47]
EXTREMES += [(1 << 63) - 1, 1 << 63, (1 << 64) - 1, (1 << 64) - 8, 0xC000000000]

# What leads from one struct to another of its kind.
LINKS = {
    "runtime.m": ["alllink"],
    "runtime.g": ["schedlink"],
    "runtime.sudog": ["next", "prev", "parent", "waitlink", "waittail"],
    "runtime.special": ["next"],
    "runtime.finblock": ["alllink", "next"],
    "runtime.finBlock": ["alllink", "next"],
    "runtime.cleanupBlock": ["cleanupBlockHeader.alllink"],
    "runtime._defer": ["link", "head"],
    "runtime._panic": ["link"],
    "runtime.moduledata": ["next"],
    "runtime.bucket": ["next", "allnext"],
    "runtime.hmap": ["buckets", "oldbuckets", "extra"],
    "internal/runtime/maps.Map": ["dirPtr"],
    "map memory": ["word 0", "word 7"],
}
# Fields that size a loop or an allocation, and slice headers, as their own pointer's name.
LENGTHS = {
    "runtime.mspan": ["npages", "nelems", "elemsize", "freeindex", "allocCount", "limit"],
    "runtime.hchan": ["qcount", "dataqsiz", "elemsize", "sendx", "recvx"],
    "runtime.g": ["stack.lo", "stack.hi", "sched.sp"],
    "runtime.finblock": ["cnt"],
    "runtime.finBlock": ["cnt"],
    "runtime.cleanupBlock": ["cleanupBlockHeader.n"],
    "runtime.bucket": ["size", "nstk", "typ"],
    "runtime.hmap": ["count", "B", "noverflow", "nevacuate"],
    "internal/runtime/maps.Map": ["used", "dirLen", "globalDepth"],
    "internal/runtime/maps.table": ["capacity", "groups.lengthMask", "localDepth", "used"],
    "runtime.timer": ["when", "period"],
    "runtime.ancestorInfo": ["pcs"],
    "labels": ["word 1"],
    "runtime.semaRoot": ["nwait"],
}


def _struct(patient, chance):
    kind = chance.choice(list(patient.target.structs))
    return kind, chance.choice(patient.target.structs[kind])


def _value(patient, chance, kind, addr):
    same = patient.target.structs[kind]
    other = _struct(patient, chance)[1]
    return chance.choice(
        [
            chance.choice(EXTREMES),
            addr,
            chance.choice(same),
            other,
            other + chance.randrange(64),
            chance.getrandbits(64),
            chance.getrandbits(20),
        ]
    )


def _number(value, width):
    return (value & ((1 << 8 * width) - 1)).to_bytes(width, "little")


def _any_number(chance):
    value = chance.choice([*EXTREMES, chance.getrandbits(64)])
    return _number(value, chance.choice([1, 2, 4, 8]))


def _put(patient, kind, addr, path, value):
    at, width = patient.target.layout[kind][1][path]
    patient.write(0, patient.target.offset(addr + at), _number(value, min(width, 8)))


def _those(patient, table):
    """What of a table this core has: (kind, path)."""
    structs, target = patient.target.structs, patient.target
    return [(k, p) for k in table if k in structs for p in table[k] if target.has(k, p)]


def field(patient, chance):
    """One field of one struct."""
    kind, addr = _struct(patient, chance)
    path = chance.choice(list(patient.target.layout[kind][1]))
    _put(patient, kind, addr, path, _value(patient, chance, kind, addr))


def fields(patient, chance):
    """The same field of many structs of a kind."""
    kind, addr = _struct(patient, chance)
    path = chance.choice(list(patient.target.layout[kind][1]))
    value = _value(patient, chance, kind, addr)
    for each in chance.sample(patient.target.structs[kind], min(50, len(patient.target.structs[kind]))):
        _put(patient, kind, each, path, value)


def within(patient, chance):
    """Words anywhere in a struct, whatever they are: bitmaps, tables, what nobody should read."""
    kind, addr = _struct(patient, chance)
    for _ in range(chance.randrange(1, 5)):
        at = addr + chance.randrange(0, max(patient.target.layout[kind][0] - 7, 1), 8)
        patient.write(0, patient.target.offset(at), _number(_value(patient, chance, kind, addr), 8))


def loop(patient, chance):
    """A pointer anywhere in a struct that leads to itself, or back to one before it."""
    kind, addr = _struct(patient, chance)
    at = addr + chance.randrange(0, max(patient.target.layout[kind][0] - 7, 1), 8)
    to = chance.choice([addr, chance.choice(patient.target.structs[kind])])
    patient.write(0, patient.target.offset(at), _number(to, 8))


def ring(patient, chance):
    """A list or tree that is one no more: its links lead round a ring, all to one, or anywhere."""
    kind, path = chance.choice(_those(patient, LINKS))
    structs = patient.target.structs[kind]
    chosen = chance.sample(structs, min(len(structs), chance.choice([1, 2, 3, 10, 200])))
    paths = chance.choice([[path], [p for k, p in _those(patient, LINKS) if k == kind]])
    way = chance.choice(["ring", "one", "any"])
    for i, addr in enumerate(chosen):
        to = {"ring": chosen[(i + 1) % len(chosen)], "one": chosen[0], "any": chance.choice(structs)}[way]
        for each in paths:
            _put(patient, kind, addr, each, to)


def count(patient, chance):
    """What says how much there is of something says an extreme."""
    kind, path = chance.choice(_those(patient, LENGTHS))
    structs = patient.target.structs[kind]
    value = chance.choice([*EXTREMES, 1 << chance.randrange(64)])
    for addr in chance.sample(structs, min(len(structs), chance.choice([1, 1, 5, 100]))):
        _put(patient, kind, addr, path, value)


def swap(patient, chance):
    """Two structs, of any kinds, change places in part."""
    (_, one), (_, two) = _struct(patient, chance), _struct(patient, chance)
    size = 8 * chance.randrange(1, 9)
    a, b = patient.target.offset(one, size), patient.target.offset(two, size)
    if a is not None and b is not None:
        first, second = bytes(patient.maps[0][a : a + size]), bytes(patient.maps[0][b : b + size])
        patient.write(0, a, second)
        patient.write(0, b, first)


def repeat(patient, chance):
    """A list in which one entry stands many times."""
    first = patient.target.word(chance.choice(patient.target.slices))
    entry = patient.target.word(first)
    for i in range(chance.randrange(2, 400)):
        patient.write(0, patient.target.offset(first + 8 * i), _number(entry, 8))


def length(patient, chance):
    """A slice's pointer, length or capacity."""
    header = chance.choice(patient.target.slices)
    at = patient.target.offset(header + 8 * chance.randrange(3))
    patient.write(0, at, _number(chance.choice(EXTREMES), 8))
    if chance.random() < 0.5:
        both = struct.pack("<QQ", *[1 << chance.randrange(64)] * 2)
        patient.write(0, patient.target.offset(header + 8), both)


def module(patient, chance):
    words = patient.target.layout["runtime.moduledata"][0] // 8
    addr = patient.target.structs["runtime.moduledata"][0] + 8 * chance.randrange(words)
    near = patient.target.word(addr) + chance.randrange(-4096, 4096)
    patient.write(0, patient.target.offset(addr), _number(chance.choice([near, *EXTREMES]), 8))


def anywhere(patient, chance):
    """A word or a bit of the process's memory, where there is something."""
    start, offset, size = chance.choice(patient.target.loads)
    for _ in range(20):
        at = offset + chance.randrange(0, size, 8)
        if any(patient.maps[0][at : at + 8]):
            break
    word = int.from_bytes(patient.maps[0][at : at + 8], "little")
    value = chance.choice([word ^ 1 << chance.randrange(64), chance.choice(EXTREMES), chance.getrandbits(64)])
    patient.write(0, at, _number(value, 8))


def headers(patient, chance):
    """The core's ELF header, program headers and notes."""
    patient.write(0, chance.randrange(0, 8192), _any_number(chance))


def tables(patient, chance):
    """The binary's own tables: functions, types, debug information, symbols, headers."""
    name, at, size = chance.choice(patient.sections)
    if "build" in name or size < 8:  # whose binary it is stays known
        return
    for _ in range(chance.randrange(1, 8)):
        patient.write(1, at + chance.randrange(size - 7), _any_number(chance))


ALL = [field, field, field, fields, within, loop, ring, ring, ring, count, count, swap, repeat, length]
ALL += [module, anywhere, anywhere, headers, tables, tables]


def damage(patient, chance):
    for _ in range(chance.choice([1, 1, 1, 2, 3, 5, 10, 20])):
        chance.choice(ALL)(patient, chance)


def damage_packed(path, chance):
    """A compressed file: bytes of it, or its end."""
    data = bytearray(path.read_bytes())
    for _ in range(chance.randrange(1, 5)):
        data[chance.randrange(len(data))] = chance.getrandbits(8)
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    path.write_bytes(data)
