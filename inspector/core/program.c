/* Which program the core is of, where it lay, and the build IDs in its mapped headers. */
#include "inspector/core/binary_impl.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

enum {
    MAX_HEADERS = 256,     /* programs have about ten */
    MAX_NOTES = 64 * 1024, /* bytes of notes in a program */
    PAGE = 4096,
};

static const struct gt_file_mapping *mapping_at(const struct gt_core *core, uint64_t addr)
{
    size_t count;
    const struct gt_file_mapping *mappings = gt_core_mappings(core, &count);

    for (size_t i = 0; i < count; i++)
        if (addr >= mappings[i].start && addr < mappings[i].end) return &mappings[i];
    return NULL;
}

/* The first mapping of the file's start: where its ELF header is. */
static const struct gt_file_mapping *first_of(const struct gt_core *core, const char *path)
{
    size_t count;
    const struct gt_file_mapping *mappings = gt_core_mappings(core, &count);

    for (size_t i = 0; i < count; i++)
        if (mappings[i].offset == 0 && strcmp(mappings[i].path, path) == 0) return &mappings[i];
    return NULL;
}

/* The kernel says of a file that was replaced while it ran: "/path (deleted)". */
static char *path_of(const char *path)
{
    static const char suffix[] = " (deleted)";
    size_t length = strlen(path), tail = sizeof suffix - 1;

    if (length > tail && strcmp(path + length - tail, suffix) == 0) length -= tail;
    return gt_strndup(path, length);
}

static void find_mapping(const struct gt_core *core, struct gt_program *program)
{
    uint64_t headers = 0;
    bool have_headers = gt_core_auxv(core, AT_PHDR, &headers);
    const struct gt_file_mapping *mapping = NULL, *first = NULL;

    program->have_entry = gt_core_auxv(core, AT_ENTRY, &program->entry);
    if (program->have_entry) mapping = mapping_at(core, program->entry);
    if (!mapping && have_headers) mapping = mapping_at(core, headers);
    if (mapping) program->path = path_of(mapping->path);
    if (mapping) first = first_of(core, mapping->path);
    program->have_base = first || have_headers;
    program->base = first ? first->start : headers & ~(uint64_t)(PAGE - 1);
}

static bool read_header(const struct gt_core *core, uint64_t base, Elf64_Ehdr *header)
{
    return gt_mem_read(gt_core_memory(core), base, header, sizeof *header) &&
           memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_phentsize == sizeof(Elf64_Phdr) && header->e_phnum <= MAX_HEADERS;
}

static bool read_segment(const struct gt_core *core, uint64_t base, const Elf64_Ehdr *header,
                         unsigned index, Elf64_Phdr *segment)
{
    uint64_t addr;
    return gt_add(base, header->e_phoff, &addr) && gt_add(addr, index * sizeof *segment, &addr) &&
           gt_mem_read(gt_core_memory(core), addr, segment, sizeof *segment);
}

/* Where the file's start was linked to be. */
static bool linked_base(const struct gt_core *core, uint64_t base, const Elf64_Ehdr *header,
                        uint64_t *linked)
{
    Elf64_Phdr segment;

    for (unsigned i = 0; i < header->e_phnum; i++) {
        if (!read_segment(core, base, header, i, &segment)) return false;
        if (segment.p_type != PT_LOAD || segment.p_offset >= PAGE) continue;
        *linked = segment.p_vaddr - segment.p_offset;
        return true;
    }
    return false;
}

/* Reads the IDs while only the core's own bytes are there: no image vouches for itself. */
static void read_ids(const struct gt_core *core, struct gt_program *program)
{
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    uint64_t linked;

    if (!program->have_base || !read_header(core, program->base, &header)) return;
    if (!linked_base(core, program->base, &header, &linked)) return;
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (!read_segment(core, program->base, &header, i, &segment)) return;
        if (segment.p_type != PT_NOTE || segment.p_filesz > MAX_NOTES) continue;
        uint64_t addr = segment.p_vaddr - linked + program->base;
        const unsigned char *bytes = gt_mem_at(gt_core_memory(core), addr, segment.p_filesz);
        if (bytes) gt_build_ids_add(&program->ids, bytes, segment.p_filesz);
    }
}

void gt_program_init(const struct gt_core *core, struct gt_program *program)
{
    *program = (struct gt_program){0};
    find_mapping(core, program);
    read_ids(core, program);
}

void gt_program_deinit(struct gt_program *program)
{
    free(program->path);
}

/* Not the section headers' part of it, which stripping changes. */
static bool alike(const Elf64_Ehdr *a, const Elf64_Ehdr *b)
{
    return a->e_type == b->e_type && a->e_machine == b->e_machine && a->e_entry == b->e_entry &&
           a->e_phoff == b->e_phoff && a->e_phnum == b->e_phnum;
}

void gt_program_find_base(const struct gt_core *core, const Elf64_Ehdr *header,
                          struct gt_program *program)
{
    size_t count;
    const struct gt_segment *segments = gt_core_segments(core, &count);
    Elf64_Ehdr found;

    for (size_t i = 0; i < count && !program->have_base; i++) {
        if (!read_header(core, segments[i].start, &found) || !alike(&found, header)) continue;
        program->have_base = true;
        program->base = segments[i].start;
        read_ids(core, program);
    }
}
