/*
 * What the files of core/ share: a mapped file, the notes of an ELF file, the table of runs that
 * is the target's memory, and struct gt_core itself.
 *
 * Invariants of an open core: runs are sorted by start, do not overlap, are never empty and lie
 * within a mapped file; segments are sorted and do not overlap; mappings' paths are NUL-terminated
 * inside the mapped file. Readers need no further check.
 */
#ifndef GT_CORE_CORE_IMPL_H
#define GT_CORE_CORE_IMPL_H

#include "inspector/base/numbers.h"
#include "inspector/base/vec.h"
#include "inspector/core/core.h"
#include "inspector/core/scratch.h"

#include <gelf.h>

/* ---- a file, mapped read-only; compressed data and pipes are unpacked first ----------------- */

struct gt_mapped {
    const unsigned char *bytes;
    uint64_t size;
    int64_t mtime_ns; /* GT_UNKNOWN when it was unpacked */
    bool cut;         /* it was compressed, and the compressed data ends early or is damaged */
    struct gt_resource *held; /* the mapping */
    struct gt_vec data;       /* struct gt_extent: the parts that are no hole, sorted */
};

struct gt_extent { /* of a file, in bytes */
    uint64_t start, end;
};

/* `path` may be "-", standard input. `how` may be NULL. */
struct gt_error *gt_mapped_open(const char *path, const struct gt_opening *how,
                                struct gt_mapped *mapped);
void gt_mapped_close(struct gt_mapped *mapped); /* a zeroed one is allowed */

/* Fills `data` of an open file. If the file system reports no holes, all of it is one extent. */
void gt_find_data(int fd, uint64_t size, struct gt_vec *data);
/* For a mapped file whose `data` is known. */
void gt_limit_reading_ahead(const struct gt_mapped *file);
/* The first part of the file's bytes [start, end) that is in no hole. It is empty, and at `end`, if
 * there is none. */
struct gt_extent gt_next_data(const struct gt_mapped *file, uint64_t start, uint64_t end);
bool gt_lies_in(const struct gt_mapped *file, const unsigned char *bytes);

/* `size` bytes at `offset`, or NULL when the file does not hold all of them. */
const unsigned char *gt_mapped_at(const struct gt_mapped *mapped, uint64_t offset, uint64_t size);

struct gt_source { /* what is unpacked: read from its current position to its end */
    const char *path;
    int fd;
    uint64_t size; /* 0 when it is not known */
    const struct gt_opening *how;
};

/* Unpacks into a new scratch, which the caller closes. *cut: the input ended within a member, or
 * was damaged; the data before that is there. Only ELF files are unpacked, and at most max_unpacked
 * bytes. */
struct gt_error *gt_unpack(const struct gt_source *source, struct gt_scratch *scratch, bool *cut);

/* ---- ELF ---------------------------------------------------------------------------------- */

/* Refuses a file that does not begin as an ELF file, and names what it is by its first bytes. */
struct gt_error *gt_elf_magic(const char *path, const unsigned char *bytes, uint64_t size);

/* Refuses all but little-endian 64-bit ELF files of a known machine; copies the header. */
struct gt_error *gt_elf_header(const char *path, const struct gt_mapped *file, Elf64_Ehdr *header);

/* libelf over a mapped file; zeroed when it is not open. */
struct gt_elf {
    Elf *elf;
    struct gt_resource *held;
};

struct gt_error *gt_elf_open(const char *path, const struct gt_mapped *file, struct gt_elf *elf);
void gt_elf_close(struct gt_elf *elf);

struct gt_note {
    const char *owner;
    uint32_t owner_size, type;
    const unsigned char *bytes;
    uint64_t size;
};

struct gt_note_reader {
    const unsigned char *at;
    uint64_t left;
};

bool gt_note_next(struct gt_note_reader *reader, struct gt_note *note);
bool gt_note_is(const struct gt_note *note, const char *owner, uint32_t type);

/* ---- the core ----------------------------------------------------------------------------- */

struct gt_memory_run { /* [start, end) of the target, at `bytes` in this process */
    uint64_t start, end;
    const unsigned char *bytes;
};

/* A copy of a segment's bytes, with zeros behind it that the core left out: gt_untouched_add(). */
struct gt_extended {
    struct gt_resource *held;
    const unsigned char *bytes;
    uint64_t zeros_at; /* the address */
};

struct gt_core {
    char *path;
    char *sysroot;         /* NULL: this machine's root */
    struct gt_opening how; /* to open the files that belong to the core; without progress */
    struct gt_mapped file;
    enum gt_machine machine;
    bool truncated, from_gcore;

    struct gt_vec segments;  /* struct gt_segment */
    struct gt_u64s declared; /* a segment: its p_filesz in the header */

    struct gt_vec runs;          /* struct gt_memory_run */
    struct gt_memory_run widest; /* a copy of the longest run, which most look-ups hit */
    struct gt_memory memory;
    struct gt_vec extended; /* struct gt_extended */

    struct gt_vec threads, mappings; /* struct gt_thread, struct gt_file_mapping */
    struct gt_note auxv;             /* bytes NULL when there is none */
    bool have_process, have_siginfo;
    char *command, *short_name;
    int64_t pid;
    struct gt_siginfo siginfo;
};

struct gt_error *gt_segments_load(struct gt_core *core, const GElf_Phdr *headers, size_t count);
void gt_notes_load(struct gt_core *core, const GElf_Phdr *headers, size_t count);
void gt_memory_init(struct gt_core *core);
/* Puts other bytes, which outlive the core, in the place of what it has there. */
void gt_memory_replace(struct gt_core *core, uint64_t addr, const unsigned char *bytes,
                       uint64_t size);
/* Adds the zeros of files that nobody wrote to, and that the kernel left out. */
void gt_untouched_add(struct gt_core *core);

#endif
