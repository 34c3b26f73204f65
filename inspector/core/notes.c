/*
 * The notes of a core: threads, process, files, auxiliary vector, the signal's details. A note that
 * is too short for its type is skipped. A note whose length leads out of its segment ends the
 * segment, since the start of the next note is not known.
 */
#include "inspector/core/core_impl.h"

#include "inspector/base/alloc.h"

#include <signal.h>

enum {
    GDB_TDESC = 0xff000000, /* NT_GDB_TDESC: only gdb writes it */
    MAX_SIGNAL = 64,
    /* struct elf_prstatus, the same on both machines */
    STATUS_SIGNAL = 12,
    STATUS_TID = 32,
    STATUS_REGS = 112,
    /* struct elf_prpsinfo */
    PROCESS_PID = 24,
    PROCESS_NAME = 40,
    PROCESS_NAME_SIZE = 16,
    PROCESS_ARGS = 56,
    PROCESS_ARGS_SIZE = 80,
    PROCESS_SIZE = 136,
    /* NT_FILE: a count, a page size, then entries of three words, then as many strings */
    FILES_HEADER = 16,
    FILES_ENTRY = 24,
};

/* Where a machine's registers are in its regset, counted in words. */
struct layout {
    size_t count, sp, pc, fs_base; /* fs_base: count when there is none */
};

static const struct layout layouts[] = {
    [GT_MACHINE_AMD64] = {.count = 27, .sp = 19, .pc = 16, .fs_base = 21},
    [GT_MACHINE_ARM64] = {.count = 34, .sp = 31, .pc = 32, .fs_base = 34},
};

static uint64_t pad4(uint64_t size)
{
    return (size + 3) & ~(uint64_t)3;
}

/* Both sizes are 32-bit, so their sums fit. The last note's padding may be missing. */
bool gt_note_next(struct gt_note_reader *reader, struct gt_note *note)
{
    const uint64_t header = 12;
    if (reader->left < header) return false;
    uint32_t owner = gt_load32(reader->at), size = gt_load32(reader->at + 4);
    uint64_t end = header + pad4(owner) + size;
    if (end > reader->left) return false;

    note->type = gt_load32(reader->at + 8);
    note->owner = (const char *)reader->at + header;
    note->owner_size = owner;
    note->bytes = reader->at + header + pad4(owner);
    note->size = size;
    uint64_t step = pad4(end) < reader->left ? pad4(end) : reader->left;
    reader->at += step, reader->left -= step;
    return true;
}

/* Some writers count the owner's NUL, some do not. */
bool gt_note_is(const struct gt_note *note, const char *owner, uint32_t type)
{
    size_t length = strlen(owner);

    return note->type == type && note->owner_size >= length &&
           strnlen(note->owner, note->owner_size) == length &&
           memcmp(note->owner, owner, length) == 0;
}

static int32_t signal_of(uint32_t number)
{
    return number <= MAX_SIGNAL ? (int32_t)number : 0;
}

static void take_thread(struct gt_core *core, const struct gt_note *note)
{
    const struct layout *layout = &layouts[core->machine];

    if (note->size < STATUS_REGS + layout->count * 8) return;
    struct gt_thread *thread = gt_vec_push(&core->threads);
    thread->tid = (int32_t)gt_load32(note->bytes + STATUS_TID);
    thread->signal = signal_of(gt_load16(note->bytes + STATUS_SIGNAL));
    thread->reg_count = layout->count;
    memcpy(thread->regs, note->bytes + STATUS_REGS, layout->count * 8);
    thread->sp = thread->regs[layout->sp];
    thread->pc = thread->regs[layout->pc];
    thread->fs_base = layout->fs_base < layout->count ? thread->regs[layout->fs_base] : 0;
}

/* NULL for an empty text. The kernel ends the arguments with a blank. */
static char *text_of(const unsigned char *bytes, size_t size)
{
    size_t length = strnlen((const char *)bytes, size);

    while (length > 0 && bytes[length - 1] == ' ')
        length--;
    return length > 0 ? gt_strndup((const char *)bytes, length) : NULL;
}

static void take_process(struct gt_core *core, const struct gt_note *note)
{
    if (core->have_process || note->size < PROCESS_SIZE) return;
    core->have_process = true;
    core->pid = (int32_t)gt_load32(note->bytes + PROCESS_PID);
    core->short_name = text_of(note->bytes + PROCESS_NAME, PROCESS_NAME_SIZE);
    core->command = text_of(note->bytes + PROCESS_ARGS, PROCESS_ARGS_SIZE);
}

static void take_siginfo(struct gt_core *core, const struct gt_note *note)
{
    if (!core->have_siginfo)
        core->have_siginfo = gt_siginfo_read(note->bytes, note->size, &core->siginfo);
}

static void take_auxv(struct gt_core *core, const struct gt_note *note)
{
    if (!core->auxv.bytes) core->auxv = *note;
}

/* An entry that is not plausible is left out; its string is skipped too. */
static void take_mapping(struct gt_core *core, const unsigned char *entry, uint64_t page,
                         const char *path)
{
    struct gt_file_mapping mapping = {gt_load64(entry), gt_load64(entry + 8), 0, path};

    if (mapping.start >= mapping.end) return;
    if (!gt_mul(gt_load64(entry + 16), page, &mapping.offset)) return;
    gt_vec_add(&core->mappings, &mapping);
}

static void take_files(struct gt_core *core, const struct gt_note *note)
{
    if (core->mappings.len > 0 || note->size < FILES_HEADER) return;
    uint64_t count = gt_load64(note->bytes), page = gt_load64(note->bytes + 8);
    if (count > (note->size - FILES_HEADER) / FILES_ENTRY) return;

    const unsigned char *entry = note->bytes + FILES_HEADER;
    const char *path = (const char *)entry + count * FILES_ENTRY;
    const char *end = (const char *)note->bytes + note->size;
    for (uint64_t i = 0; i < count; i++, entry += FILES_ENTRY) {
        const char *nul = memchr(path, '\0', (size_t)(end - path));
        if (!nul) return;
        take_mapping(core, entry, page, path);
        path = nul + 1;
    }
}

static const struct {
    uint32_t type;
    void (*take)(struct gt_core *core, const struct gt_note *note);
} takers[] = {
    {NT_PRSTATUS, take_thread}, {NT_PRPSINFO, take_process}, {NT_FILE, take_files},
    {NT_SIGINFO, take_siginfo}, {NT_AUXV, take_auxv},
};

/* A kernel's core starts with a thread, gdb's with the process. */
static void recognize(struct gt_core *core, const struct gt_note *note, bool first)
{
    if (first && note->type == NT_PRPSINFO) core->from_gcore = true;
    if (gt_note_is(note, "GDB", GDB_TDESC)) core->from_gcore = true;
}

static void take(struct gt_core *core, const struct gt_note *note)
{
    for (size_t i = 0; i < sizeof takers / sizeof *takers; i++)
        if (gt_note_is(note, "CORE", takers[i].type)) takers[i].take(core, note);
}

static void read_notes(struct gt_core *core, const unsigned char *bytes, uint64_t size)
{
    struct gt_note_reader reader = {bytes, size};
    struct gt_note note;
    bool first = true;

    for (; gt_note_next(&reader, &note); first = false) {
        recognize(core, &note, first);
        take(core, &note);
    }
}

/*
 * The kernel writes the fatal signal into every thread's status, but only the first thread received
 * it. gdb stops a live process with SIGSTOP, which is no signal of the process.
 */
static void settle_signals(struct gt_core *core)
{
    struct gt_thread *threads = core->threads.data;
    size_t count = core->threads.len;

    for (size_t i = 1; !core->from_gcore && i < count; i++)
        threads[i].signal = 0;
    if (!core->have_siginfo && count > 0) core->siginfo.signal = threads[0].signal;
    if (core->from_gcore && core->siginfo.signal == SIGSTOP) core->siginfo = (struct gt_siginfo){0};
}

/* Several headers may point at the same bytes, so the bytes read are limited to the file's size in
 * total. */
void gt_notes_load(struct gt_core *core, const GElf_Phdr *headers, size_t count)
{
    uint64_t left = core->file.size;

    for (size_t i = 0; i < count; i++) {
        uint64_t offset = headers[i].p_offset, size = headers[i].p_filesz;
        if (headers[i].p_type != PT_NOTE) continue;
        if (!gt_mapped_at(&core->file, offset, size)) {
            core->truncated = true;
            size = offset < core->file.size ? core->file.size - offset : 0;
        }
        if (size > left) break;
        left -= size;
        if (size > 0) read_notes(core, core->file.bytes + offset, size);
    }
    settle_signals(core);
}
