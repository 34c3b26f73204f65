#include "inspector/core/libraries.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/core/binary_impl.h"

enum { MAX_LIBRARIES = 256 }; /* the most that are opened, so that a hostile core costs little */

/* ---- is it the mapped file? ------------------------------------------------------------------ */

/* Counts the bytes of [addr, end) that are in the core and equal the file's; false when some
 * differ. */
static bool agrees(const struct gt_core *core, uint64_t addr, uint64_t end,
                   const unsigned char *bytes, uint64_t *found)
{
    for (size_t i = 0; i < core->runs.len; i++) {
        const struct gt_run *run = gt_vec_at(&core->runs, i);
        uint64_t from = run->start > addr ? run->start : addr;
        uint64_t to = run->end < end ? run->end : end;
        if (from >= to) continue;
        if (memcmp(run->bytes + (from - run->start), bytes + (from - addr), to - from) != 0)
            return false;
        *found += to - from;
    }
    return true;
}

/* Segments that are not writable have the file's contents. The headers are in the first of them. */
static bool same_content(const struct gt_core *core, const struct gt_binary *binary)
{
    uint64_t found = 0, end;

    for (size_t i = 0; i < binary->loads.len; i++) {
        const GElf_Phdr *load = gt_vec_at(&binary->loads, i);
        uint64_t addr = load->p_vaddr + binary->bias;
        const unsigned char *bytes = gt_mapped_at(&binary->file, load->p_offset, load->p_filesz);
        if (load->p_flags & PF_W) continue;
        if (!bytes || !gt_add(addr, load->p_filesz, &end)) return false;
        if (!agrees(core, addr, end, bytes, &found)) return false;
    }
    return found >= sizeof(Elf64_Ehdr);
}

static bool is_mapped(const struct gt_core *core, const struct gt_program *mapped,
                      struct gt_binary *binary)
{
    const struct gt_build_ids *in_core = &mapped->ids, *own = &binary->ids;

    if (in_core->gnu[0] && own->gnu[0]) return strcmp(in_core->gnu, own->gnu) == 0;
    if (in_core->go[0] && own->go[0]) return strcmp(in_core->go, own->go) == 0;
    if (in_core->gnu[0] || in_core->go[0]) return false;
    binary->unverified = true;
    return same_content(core, binary);
}

/* ---- opening them ---------------------------------------------------------------------------- */

/* Devices are never opened. */
static struct gt_binary *open_file(const struct gt_core *core, const char *path)
{
    struct gt_binary *binary = NULL;
    char *file = path[0] == '/' ? gt_core_file(core, path) : NULL;

    if (file) gt_error_destroy(gt_binary_open(file, &core->how, &binary));
    gt_free(file);
    return binary;
}

static void take(struct gt_core *core, const struct gt_file_mapping *mapping,
                 const struct gt_program *mapped, struct gt_libraries *libraries)
{
    struct gt_binary *binary = open_file(core, mapping->path);

    if (!binary) return;
    binary->bias = mapping->start - gt_binary_linked_base(binary);
    if (!is_mapped(core, mapped, binary)) {
        gt_binary_close(binary);
        return;
    }
    gt_binary_give_images(core, binary);
    gt_vec_add(&libraries->list, &binary);
}

/* A file is left out if the core lacks its headers, or if it has none. */
static void open_mapping(struct gt_core *core, const struct gt_file_mapping *mapping,
                         struct gt_libraries *libraries)
{
    struct gt_program mapped;

    gt_program_at(core, mapping->start, &mapped);
    if (mapped.loads.len > 0) take(core, mapping, &mapped, libraries);
    gt_program_deinit(&mapped);
}

void gt_libraries_open(struct gt_core *core, const struct gt_binary *program,
                       struct gt_libraries *libraries)
{
    uint64_t own = gt_binary_linked_base(program) + program->bias;
    size_t count;
    const struct gt_file_mapping *mappings = gt_core_mappings(core, &count);

    libraries->list = GT_VEC_OF(struct gt_binary *);
    for (size_t i = 0; i < count && libraries->list.len < MAX_LIBRARIES; i++)
        if (mappings[i].offset == 0 && mappings[i].start != own)
            open_mapping(core, &mappings[i], libraries);
}

void gt_libraries_close(struct gt_libraries *libraries)
{
    for (size_t i = 0; i < libraries->list.len; i++)
        gt_binary_close(*(struct gt_binary **)gt_vec_at(&libraries->list, i));
    gt_vec_deinit(&libraries->list);
}

bool gt_libraries_swap(struct gt_libraries *libraries, size_t index, struct gt_binary **program)
{
    if (index >= libraries->list.len) return false;
    struct gt_binary **library = gt_vec_at(&libraries->list, index), *host = *program;
    *program = *library;
    *library = host;
    return true;
}

bool gt_libraries_symbol_at(const struct gt_libraries *libraries, uint64_t addr, const char **name,
                            uint64_t *offset)
{
    for (size_t i = 0; i < libraries->list.len; i++)
        if (gt_binary_symbol_at(*(struct gt_binary **)gt_vec_at(&libraries->list, i), addr, name,
                                offset))
            return true;
    return false;
}
