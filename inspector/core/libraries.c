/* Goes through the mappings that begin a file, and opens each of these files except the program.
 * The bias follows from the mapping's address; then IDs or bytes are compared. */
#include "inspector/core/libraries.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/core/binary_impl.h"

enum { MAX_LIBRARIES = 256 }; /* the most that are kept */

/* ---- is it the mapped file? ------------------------------------------------------------------ */

/* No byte of a read-only segment may differ. The core must have at least the ELF header. */
static bool same_content(const struct gt_core *core, const struct gt_binary *binary)
{
    struct gt_content content;

    gt_content_compare_file(core, binary, &content);
    return !content.differs && content.found >= sizeof(Elf64_Ehdr);
}

static bool is_mapped(const struct gt_core *core, const struct gt_program *mapped,
                      struct gt_binary *binary)
{
    const struct gt_build_ids *in_core = &mapped->ids, *own = &binary->ids;

    if (!gt_binary_is_of_machine(binary, core)) return false; /* an emulator mapped it */
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

/* NULL if the file is not the mapped one. */
static struct gt_binary *open_mapped(const struct gt_core *core,
                                     const struct gt_file_mapping *mapping,
                                     const struct gt_program *mapped)
{
    struct gt_binary *binary = open_file(core, mapping->path);

    if (!binary) return NULL;
    binary->bias = mapping->start - gt_binary_linked_base(binary);
    if (is_mapped(core, mapped, binary)) return binary;
    gt_binary_close(binary);
    return NULL;
}

static void take(struct gt_core *core, const struct gt_file_mapping *mapping,
                 const struct gt_program *mapped, struct gt_libraries *libraries)
{
    if (gt_strmap_find(&libraries->refused, mapping->path)) return;
    libraries->opened++;
    struct gt_binary *binary = open_mapped(core, mapping, mapped);
    if (!binary) {
        gt_strmap_put(&libraries->refused, mapping->path, NULL);
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

static bool has_room(const struct gt_libraries *libraries)
{
    return libraries->list.len < MAX_LIBRARIES && libraries->opened < GT_LIBRARY_FILES;
}

void gt_libraries_open(struct gt_core *core, const struct gt_binary *program,
                       struct gt_libraries *libraries)
{
    uint64_t own = gt_binary_linked_base(program) + program->bias;
    size_t count;
    const struct gt_file_mapping *mappings = gt_core_mappings(core, &count);

    *libraries = (struct gt_libraries){.list = GT_VEC_OF(struct gt_binary *)};
    for (size_t i = 0; i < count && has_room(libraries); i++)
        if (mappings[i].offset == 0 && mappings[i].start != own)
            open_mapping(core, &mappings[i], libraries);
}

void gt_libraries_close(struct gt_libraries *libraries)
{
    for (size_t i = 0; i < libraries->list.len; i++)
        gt_binary_close(*(struct gt_binary **)gt_vec_at(&libraries->list, i));
    gt_vec_deinit(&libraries->list);
    gt_strmap_deinit(&libraries->refused);
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
