/* Which program the core is of, where it was loaded, and the build IDs in its mapped headers. */
#include "inspector/core/binary_impl.h"

#include "inspector/base/alloc.h"

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

/* The first mapping of the file's start, which has its ELF header. */
static const struct gt_file_mapping *first_of(const struct gt_core *core, const char *path)
{
    size_t count;
    const struct gt_file_mapping *mappings = gt_core_mappings(core, &count);

    for (size_t i = 0; i < count; i++)
        if (mappings[i].offset == 0 && strcmp(mappings[i].path, path) == 0) return &mappings[i];
    return NULL;
}

/* The kernel marks a file that was replaced while it ran: "/path (deleted)". */
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

/* The linked address of the file's start. */
static bool linked_base(const struct gt_program *program, uint64_t *linked)
{
    for (size_t i = 0; i < program->loads.len; i++) {
        const Elf64_Phdr *load = gt_vec_at(&program->loads, i);
        if (load->p_offset >= PAGE) continue;
        *linked = load->p_vaddr - load->p_offset;
        return true;
    }
    return false;
}

static void read_notes(const struct gt_core *core, const Elf64_Phdr *segment, uint64_t bias,
                       struct gt_build_ids *ids)
{
    if (segment->p_filesz > MAX_NOTES) return;
    const unsigned char *bytes =
        gt_mem_at(gt_core_memory(core), segment->p_vaddr + bias, segment->p_filesz);
    if (bytes) gt_build_ids_add(ids, bytes, segment->p_filesz);
}

static void sort_out(struct gt_program *program, const struct gt_vec *segments,
                     struct gt_vec *notes)
{
    for (size_t i = 0; i < segments->len; i++) {
        const Elf64_Phdr *segment = gt_vec_at(segments, i);
        if (segment->p_type == PT_LOAD) gt_vec_add(&program->loads, segment);
        if (segment->p_type == PT_NOTE) gt_vec_add(notes, segment);
    }
}

static bool read_segments(const struct gt_core *core, uint64_t base, struct gt_vec *segments)
{
    Elf64_Ehdr header;

    if (!read_header(core, base, &header)) return false;
    for (unsigned i = 0; i < header.e_phnum; i++)
        if (!read_segment(core, base, &header, i, gt_vec_push(segments))) return false;
    return true;
}

/* Reads the IDs while memory has only the core's own bytes: an image must not prove itself. */
static void read_headers(const struct gt_core *core, struct gt_program *program)
{
    struct gt_vec segments = GT_VEC_OF(Elf64_Phdr), notes = GT_VEC_OF(Elf64_Phdr);
    uint64_t linked;

    if (read_segments(core, program->base, &segments)) sort_out(program, &segments, &notes);
    if (linked_base(program, &linked))
        for (size_t i = 0; i < notes.len; i++)
            read_notes(core, gt_vec_at(&notes, i), program->base - linked, &program->ids);
    gt_vec_deinit(&segments);
    gt_vec_deinit(&notes);
}

void gt_program_init(const struct gt_core *core, struct gt_program *program)
{
    *program = (struct gt_program){.loads = GT_VEC_OF(Elf64_Phdr)};
    find_mapping(core, program);
    if (program->have_base) read_headers(core, program);
}

void gt_program_at(const struct gt_core *core, uint64_t base, struct gt_program *program)
{
    *program = (struct gt_program){.loads = GT_VEC_OF(Elf64_Phdr), .have_base = true, .base = base};
    read_headers(core, program);
}

void gt_program_deinit(struct gt_program *program)
{
    gt_vec_deinit(&program->loads);
    gt_free(program->path);
}

/* Compares all but the section headers' fields, which stripping changes. */
static bool same_header(const Elf64_Ehdr *a, const Elf64_Ehdr *b)
{
    return a->e_type == b->e_type && a->e_machine == b->e_machine && a->e_entry == b->e_entry &&
           a->e_phoff == b->e_phoff && a->e_phnum == b->e_phnum;
}

static bool is_base(const struct gt_core *core, uint64_t addr, const Elf64_Ehdr *like)
{
    Elf64_Ehdr found;
    return read_header(core, addr, &found) && (!like || same_header(&found, like));
}

static void set_base(const struct gt_core *core, uint64_t base, struct gt_program *program)
{
    program->have_base = true;
    program->base = base;
    read_headers(core, program);
}

void gt_program_find_base(const struct gt_core *core, const struct gt_binary *binary,
                          struct gt_program *program)
{
    size_t count;
    const struct gt_segment *segments = gt_core_segments(core, &count);
    uint64_t linked = gt_binary_linked_base(binary);

    if (program->have_base) return;
    if (binary->header.e_type == ET_EXEC && is_base(core, linked, NULL)) {
        set_base(core, linked, program);
        return;
    }
    for (size_t i = 0; i < count && !program->have_base; i++)
        if (is_base(core, segments[i].start, &binary->header))
            set_base(core, segments[i].start, program);
}
