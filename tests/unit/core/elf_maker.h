/*
 * ELF files written by hand, for tests: cores, and the binaries that match them.
 *
 * A maker collects notes and segments, and lays them out as the kernel does: headers, notes, then
 * the segments' bytes, each segment at the next free byte of the file (so that they can be merged)
 * or after a gap. Files go to a scratch directory that scratch_free() removes.
 */
#ifndef ELF_MAKER_H
#define ELF_MAKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/vec.h"
#include "inspector/core/binary.h"

#include <elf.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096

/* ---- what a core has of its memory ---------------------------------------------------------- */

enum presence {
    PRESENT,
    NOT_DUMPED, /* a segment whose bytes the dump left out and no image has */
    UNMAPPED,   /* no segment holds the address */
    CUT_OFF,    /* the file ends before the segment's bytes */
};

static inline enum presence presence_at(const struct gt_core *core, uint64_t addr)
{
    uint8_t byte;
    size_t count;
    const struct gt_segment *segments = gt_core_segments(core, &count);

    if (gt_mem_u8(gt_core_memory(core), addr, &byte)) return PRESENT;
    for (size_t i = 0; i < count; i++)
        if (addr >= segments[i].start && addr < segments[i].end)
            return segments[i].cut ? CUT_OFF : NOT_DUMPED;
    return UNMAPPED;
}

/* ---- scratch ------------------------------------------------------------------------------- */

struct scratch {
    char dir[64];
};

static inline int scratch_make(void **state)
{
    struct scratch *scratch = gt_calloc(1, sizeof *scratch);

    strcpy(scratch->dir, "/tmp/gotopsy-test-XXXXXX");
    *state = scratch;
    return mkdtemp(scratch->dir) ? 0 : -1;
}

static inline int scratch_remove(const char *path, const struct stat *info, int type,
                                 struct FTW *where)
{
    (void)info, (void)type, (void)where;
    return remove(path);
}

static inline int scratch_free(void **state)
{
    struct scratch *scratch = *state;
    int failed = nftw(scratch->dir, scratch_remove, 8, FTW_DEPTH | FTW_PHYS);

    gt_free(scratch);
    return failed;
}

static inline char *scratch_path(void **state, const char *name)
{
    return gt_format("%s/%s", ((struct scratch *)*state)->dir, name);
}

static inline void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Changes one byte in place, which is much faster than writing the file again. */
static inline void patch_file(const char *path, size_t at, unsigned char byte)
{
    int fd = open(path, O_WRONLY);

    assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
    assert_int_equal(close(fd), 0);
}

/* ---- the maker ----------------------------------------------------------------------------- */

struct blob {
    unsigned char *bytes;
    size_t size;
};

struct maker {
    Elf64_Ehdr header;
    Elf64_Phdr loads[64];
    size_t load_count;
    struct blob notes, data;
};

static inline void blob_add(struct blob *blob, const void *bytes, size_t size)
{
    blob->bytes = gt_realloc(blob->bytes, blob->size + size);
    if (bytes)
        memcpy(blob->bytes + blob->size, bytes, size);
    else
        memset(blob->bytes + blob->size, 0, size);
    blob->size += size;
}

static inline void maker_init(struct maker *maker, unsigned type)
{
    *maker = (struct maker){0};
    memcpy(maker->header.e_ident, ELFMAG, SELFMAG);
    maker->header.e_ident[EI_CLASS] = ELFCLASS64;
    maker->header.e_ident[EI_DATA] = ELFDATA2LSB;
    maker->header.e_ident[EI_VERSION] = EV_CURRENT;
    maker->header.e_type = (Elf64_Half)type;
    maker->header.e_machine = EM_X86_64;
    maker->header.e_version = EV_CURRENT;
    maker->header.e_phoff = sizeof(Elf64_Ehdr);
    maker->header.e_ehsize = sizeof(Elf64_Ehdr);
    maker->header.e_phentsize = sizeof(Elf64_Phdr);
    maker->header.e_shentsize = sizeof(Elf64_Shdr);
}

static inline void maker_free(struct maker *maker)
{
    gt_free(maker->notes.bytes);
    gt_free(maker->data.bytes);
}

/* A segment whose `bytes` are in the file. Offsets are relative until the file is laid out. */
static inline Elf64_Phdr *maker_load(struct maker *maker, uint64_t addr, uint64_t size,
                                     const void *bytes, uint64_t file_size)
{
    Elf64_Phdr *load = &maker->loads[maker->load_count++];

    *load = (Elf64_Phdr){.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_align = 1};
    load->p_vaddr = addr, load->p_memsz = size, load->p_filesz = file_size;
    load->p_offset = maker->data.size;
    blob_add(&maker->data, bytes, file_size);
    return load;
}

/* A segment filled with one byte. */
static inline Elf64_Phdr *maker_fill(struct maker *maker, uint64_t addr, uint64_t size,
                                     unsigned char fill)
{
    Elf64_Phdr *load = maker_load(maker, addr, size, NULL, size);

    memset(maker->data.bytes + load->p_offset, fill, size);
    return load;
}

static inline void maker_gap(struct maker *maker, size_t size)
{
    blob_add(&maker->data, NULL, size);
}

static inline void note_add(struct blob *notes, const char *owner, uint32_t type, const void *bytes,
                            uint32_t size)
{
    uint32_t header[3] = {(uint32_t)strlen(owner) + 1, size, type};

    blob_add(notes, header, sizeof header);
    blob_add(notes, owner, header[0]);
    blob_add(notes, NULL, -notes->size & 3);
    blob_add(notes, bytes, size);
    blob_add(notes, NULL, -notes->size & 3);
}

static inline void maker_note(struct maker *maker, const char *owner, uint32_t type,
                              const void *bytes, uint32_t size)
{
    note_add(&maker->notes, owner, type, bytes, size);
}

/* The finished file; the caller frees its bytes. */
static inline struct blob maker_finish(struct maker *maker)
{
    struct blob file = {0};
    size_t count = maker->load_count + 1;
    size_t notes_at = sizeof(Elf64_Ehdr) + count * sizeof(Elf64_Phdr);
    size_t data_at = notes_at + maker->notes.size;
    Elf64_Phdr notes = {.p_type = PT_NOTE, .p_offset = notes_at, .p_filesz = maker->notes.size};

    data_at += -data_at & (PAGE - 1);
    maker->header.e_phnum = (Elf64_Half)count;
    blob_add(&file, &maker->header, sizeof maker->header);
    blob_add(&file, &notes, sizeof notes);
    for (size_t i = 0; i < maker->load_count; i++) {
        Elf64_Phdr load = maker->loads[i];
        load.p_offset += data_at;
        blob_add(&file, &load, sizeof load);
    }
    blob_add(&file, maker->notes.bytes, maker->notes.size);
    blob_add(&file, NULL, data_at - file.size);
    blob_add(&file, maker->data.bytes, maker->data.size);
    return file;
}

static inline void maker_write(struct maker *maker, const char *path)
{
    struct blob file = maker_finish(maker);

    write_file(path, file.bytes, file.size);
    gt_free(file.bytes);
}

/* ---- notes of cores ------------------------------------------------------------------------ */

static inline void put16(unsigned char *at, uint16_t value)
{
    memcpy(at, &value, sizeof value);
}

static inline void put32(unsigned char *at, uint32_t value)
{
    memcpy(at, &value, sizeof value);
}

static inline void put64(unsigned char *at, uint64_t value)
{
    memcpy(at, &value, sizeof value);
}

/* A thread whose registers are regs_from, regs_from + 1, ... */
static inline void note_thread(struct maker *maker, uint32_t tid, uint16_t signal,
                               uint64_t regs_from)
{
    unsigned char status[392] = {0};
    uint32_t words = maker->header.e_machine == EM_X86_64 ? 27 : 34;

    put16(status + 12, signal);
    put32(status + 32, tid);
    for (uint32_t i = 0; i < words; i++)
        put64(status + 112 + 8 * i, regs_from + i);
    maker_note(maker, "CORE", NT_PRSTATUS, status, 112 + 8 * words + 8);
}

static inline void note_process(struct maker *maker, uint32_t pid, const char *name,
                                const char *args)
{
    unsigned char info[136] = {0};

    put32(info + 24, pid);
    memcpy(info + 40, name, strnlen(name, 16));
    memcpy(info + 56, args, strnlen(args, 80));
    maker_note(maker, "CORE", NT_PRPSINFO, info, sizeof info);
}

static inline void note_siginfo(struct maker *maker, uint32_t signal, int32_t code, uint64_t addr)
{
    unsigned char info[128] = {0};

    put32(info, signal);
    put32(info + 8, (uint32_t)code);
    put64(info + 16, addr);
    maker_note(maker, "CORE", NT_SIGINFO, info, sizeof info);
}

static inline void note_auxv(struct maker *maker, uint64_t entry, uint64_t headers)
{
    uint64_t auxv[] = {AT_PHDR, headers, AT_ENTRY, entry, AT_NULL, 0};

    maker_note(maker, "CORE", NT_AUXV, auxv, sizeof auxv);
}

/* `count` adjacent mappings of one file, each of one page. */
static inline void note_files(struct maker *maker, uint64_t start, uint64_t count, const char *path)
{
    struct blob files = {0};
    uint64_t header[2] = {count, PAGE};

    blob_add(&files, header, sizeof header);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t entry[3] = {start + i * PAGE, start + (i + 1) * PAGE, i};
        blob_add(&files, entry, sizeof entry);
    }
    for (uint64_t i = 0; i < count; i++)
        blob_add(&files, path, strlen(path) + 1);
    maker_note(maker, "CORE", NT_FILE, files.bytes, (uint32_t)files.size);
    gt_free(files.bytes);
}

/* ---- opening ------------------------------------------------------------------------------- */

static inline struct gt_core *open_core(const char *path)
{
    struct gt_core *core = NULL;
    struct gt_error *error = gt_core_open(path, NULL, &core);

    if (error) fail_msg("%s", gt_error_message(error));
    return core;
}

/* Writes the maker's core, opens it and frees the maker. */
static inline struct gt_core *open_made(void **state, struct maker *maker)
{
    char *path = scratch_path(state, "core");

    maker_write(maker, path);
    struct gt_core *core = open_core(path);
    maker_free(maker);
    gt_free(path);
    return core;
}

/* An error has the code, its message contains both texts, and it is one line. */
static inline void assert_error(struct gt_error *error, enum gt_code code, const char *one,
                                const char *two)
{
    assert_non_null(error);
    const char *text = gt_error_message(error);
    if (!strstr(text, one)) assert_string_equal(text, one); /* fails, and shows both */
    if (!strstr(text, two)) assert_string_equal(text, two);
    assert_null(strchr(text, '\n'));
    assert_int_equal(gt_error_code(error), code);
    gt_error_destroy(error);
}

#endif
