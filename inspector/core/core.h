/*
 * An ELF core file: its memory, threads and notes.
 *
 * The file is mapped, never read whole. A compressed file (decoders.h) and a pipe are unpacked once
 * into an unlinked temporary file or memory, in which runs of zeros become holes. gt_core_open()
 * validates everything, so accessors cannot fail. Memory is absent for one of three reasons: no
 * segment holds the address, the dump left the bytes out, or the file was cut before them
 * (gt_segment.cut). What was left out because a file backs it is read from the images of
 * gt_core_add_image().
 *
 * The core owns what it returns until gt_core_close().
 */
#ifndef GT_CORE_CORE_H
#define GT_CORE_CORE_H

#include "gotopsy.h"
#include "inspector/base/memory.h"
#include "inspector/core/siginfo.h"

struct gt_core;

enum gt_machine { GT_MACHINE_AMD64, GT_MACHINE_ARM64 };

/* General registers of a thread, in the kernel's user_regs order for the machine. */
struct gt_thread {
    int32_t tid;
    int32_t signal;    /* the signal that killed or stopped this thread, 0 when none */
    uint64_t regs[34]; /* amd64: struct user_regs_struct; arm64: x0-x30, sp, pc, pstate */
    size_t reg_count;
    uint64_t sp, pc, fs_base; /* copied from regs; fs_base 0 on arm64 */
};

struct gt_file_mapping {         /* a line of NT_FILE */
    uint64_t start, end, offset; /* offset in bytes */
    const char *path;
};

struct gt_segment {
    uint64_t start, end; /* [start, end) in the target */
    uint64_t file_bytes; /* how many of them the core holds, after truncation */
    uint32_t flags;      /* PF_R, PF_W, PF_X; 0: only reserved, as Go reserves its arenas */
    bool cut;            /* the file ends before the segment's bytes */
};

/* Errors say what the file is: empty, a directory, not ELF, not a core, of another machine. */
struct gt_opening {      /* how to open a file; zeroed: the usual way */
    bool in_memory;      /* unpack into memory, not into a file under TMPDIR */
    const char *sysroot; /* root of the files that the core names; NULL: this machine's root */
    gt_progress_fn *progress;
    void *progress_ctx;
    uint64_t max_unpacked; /* bytes; 0: four times the machine's memory */
};

/* `path` may be "-", standard input; `how` may be NULL. */
struct gt_error *gt_core_open(const char *path, const struct gt_opening *how,
                              struct gt_core **core);
void gt_core_close(struct gt_core *core); /* NULL is allowed */

/* The regular file at a path of the core, in its sysroot; NULL when there is none. The caller frees
 * it. */
char *gt_core_file(const struct gt_core *core, const char *path);

/* The path in the core's root of a file of this machine, given by its real path. It is a part of
 * `file`. NULL when the file is outside the root. */
const char *gt_core_inside(const struct gt_core *core, const char *file);

/* A copy of `path`, for the caller to free; NULL unless a regular file of this machine is there. */
char *gt_regular_file(const char *path);

const char *gt_core_path(const struct gt_core *core);
enum gt_machine gt_core_machine(const struct gt_core *core);
uint64_t gt_core_file_bytes(const struct gt_core *core); /* unpacked */
bool gt_core_truncated(const struct gt_core *core);
bool gt_core_from_gcore(const struct gt_core *core);        /* else a kernel's */
int64_t gt_core_pid(const struct gt_core *core);            /* GT_UNKNOWN without NT_PRPSINFO */
const char *gt_core_command(const struct gt_core *core);    /* pr_psargs, NULL if unknown */
const char *gt_core_short_name(const struct gt_core *core); /* pr_fname, NULL if unknown */
int gt_core_signal(const struct gt_core *core);             /* NT_SIGINFO or first thread; 0 none */
const struct gt_siginfo *gt_core_siginfo(const struct gt_core *core); /* of that signal */
bool gt_core_auxv(const struct gt_core *core, uint64_t type, uint64_t *value);

const struct gt_thread *gt_core_threads(const struct gt_core *core, size_t *count);
const struct gt_file_mapping *gt_core_mappings(const struct gt_core *core, size_t *count);
const struct gt_segment *gt_core_segments(const struct gt_core *core, size_t *count); /* sorted */

/* The memory: the core's bytes first, then images. Valid until the core is closed. */
const struct gt_memory *gt_core_memory(const struct gt_core *core);

/* Says that most of the file will be read: what is not in memory yet is then read in large pages.
 * This is a hint. It changes no result. */
void gt_core_read_in_large_pages(const struct gt_core *core);

/*
 * How much of [start, end) was in memory of the process itself, as far as the core shows: the pages
 * that are no hole of the core's file. An untouched page is a hole in the kernel's core, unless the
 * hole was filled later. If the file has no holes, or was unpacked, pages that contain only zeros
 * count as untouched. Pages that a file backs are not in a core and count as 0.
 */
uint64_t gt_core_resident(const struct gt_core *core, uint64_t start, uint64_t end);
/* Whether pages of zeros count as untouched, though the process may have touched some. */
bool gt_core_resident_is_least(const struct gt_core *core);

/*
 * The file bytes [bytes, bytes + size) become the contents of [addr, addr + size) wherever the core
 * itself has none. Only for memory that the process has not changed (text, rodata). The caller
 * owns the bytes, which must outlive the core.
 */
void gt_core_add_image(struct gt_core *core, uint64_t addr, const unsigned char *bytes,
                       uint64_t size);

#endif
