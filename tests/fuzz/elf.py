"""Small ELF files made of large ones: a program's debug information alone, and a core with the pages
that matter alone."""

import struct

HEADER, PROGRAM, SECTION, SYMBOL = "<16sHHIQQQIHHHHHH", "<IIQQQQQQ", "<IIQQQQIIQQ", "<IBBHQQ"
PAGE = 4096
EXEC, CORE, AMD64 = 2, 4, 62
LOAD, NOTE = 1, 4


def _programs(data):
    at, size, count = struct.unpack_from("<Q14xHH", data, 32)
    return [struct.unpack_from(PROGRAM, data, at + i * size) for i in range(count)]


def _sections(data):
    at, size, count, names = struct.unpack_from("<Q10xHHH", data, 40)
    rows = [struct.unpack_from(SECTION, data, at + i * size) for i in range(count)]
    start = rows[names][4]
    for row in rows:
        name = data[start + row[0] : data.index(0, start + row[0])].decode()
        yield name, row


def debug_information(data, symbols):
    """The sections that types, globals and variables are read from, the headers of what is loaded, and
    the symbols of package main."""
    loads = [row[:2] + (0,) + row[3:5] + (0,) + row[6:] for row in _programs(data) if row[0] == LOAD]
    main = {name: addr for name, addr in symbols.items() if name.startswith("main.")}
    names = b"\0" + b"".join(name.encode() + b"\0" for name in main)
    table = struct.pack(SYMBOL, 0, 0, 0, 0, 0, 0)
    for name, addr in main.items():
        table += struct.pack(SYMBOL, names.index(name.encode()), 0x12, 0, 1, addr, 16)
    parts = [
        (name, 1, data[row[4] : row[4] + row[5]], 0, 0)
        for name, row in _sections(data)
        if name.startswith(".debug_") and name not in (".debug_line", ".debug_frame", ".debug_gdb_scripts")
    ]
    parts += [(".symtab", 2, table, len(parts) + 2, 24), (".strtab", 3, names, 0, 0)]
    return _file(EXEC, loads, parts)


def units(data):
    """The units whose entries are longest, each with what fuzz_units.c wants of the other sections."""
    held = {name: data[row[4] : row[4] + row[5]] for name, row in _sections(data)}
    info, abbrev, addr = (held.get(f".debug_{name}", b"") for name in ("info", "abbrev", "addr"))
    found, at = [], 0
    while at < len(info):
        length, version = struct.unpack_from("<IH", info, at)
        found.append((length, version, info[at : at + 4 + length]))
        at += 4 + length
    for _, version, unit in sorted(found)[-2:]:
        yield struct.pack("<BII", version, len(abbrev), len(addr)) + abbrev + addr + unit


def _file(kind, loads, parts):
    """An ELF file of program headers without bytes and of sections: (name, type, bytes, link, entry)."""
    at = 64 + 56 * len(loads)
    names, body, rows = b"\0", b"", [struct.pack(SECTION, *[0] * 10)]
    for name, number, content, link, entry in [*parts, (".shstrtab", 3, None, 0, 0)]:
        start = len(names)
        names += name.encode() + b"\0"
        content = names if content is None else content
        rows.append(struct.pack(SECTION, start, number, 0, 0, at + len(body), len(content), link, 0, 1, entry))
        body += content
    head = _header(kind, len(loads), at + len(body), len(rows))
    return head + b"".join(struct.pack(PROGRAM, *row) for row in loads) + body + b"".join(rows)


def _header(kind, programs, sections_at, sections):
    magic = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    counts = 56, programs, 64 if sections else 0, sections, max(sections - 1, 0)
    return struct.pack(HEADER, magic, kind, AMD64, 1, 0, 64, sections_at, 0, 64, *counts)


def small_core(core, binary):
    """A core's notes, the bytes of its program, which the dump left out, and of other memory the last
    page: the stack's."""
    pieces = [(kind, flags, addr, binary[offset : offset + filed])
              for kind, flags, offset, addr, _, filed, _, _ in _programs(binary) if kind == LOAD]
    own = [(addr, addr + len(content)) for _, _, addr, content in pieces]
    for kind, flags, offset, addr, _, filed, _, _ in _programs(core):
        if any(addr < end and start < addr + filed for start, end in own):
            continue
        skip = 0 if kind == NOTE else max(filed - PAGE, 0)
        pieces.append((kind, flags, addr + skip, core[offset + skip : offset + filed]))
    at = 64 + 56 * len(pieces)
    head, body = _header(CORE, len(pieces), 0, 0), b""
    for kind, flags, addr, content in pieces:
        head += struct.pack(PROGRAM, kind, flags, at + len(body), addr, 0, len(content), len(content), 1)
        body += content
    return head + body
