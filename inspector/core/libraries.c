#include "inspector/core/libraries.h"

#include "inspector/base/error.h"
#include "inspector/core/binary_impl.h"

#include <stdlib.h>

enum { MAX_LIBRARIES = 256 }; /* opened; a core that names more wants to keep us busy */

/* The file, if it is the one that was mapped at the program's base; else NULL. */
static struct gt_binary *open_same(const struct gt_core *core, const char *path,
                                   const struct gt_program *mapped)
{
    struct gt_binary *binary;
    /* Devices must not even be opened. */
    char *file = mapped->ids.gnu[0] && path[0] == '/' ? gt_core_file(core, path) : NULL;

    if (!file) return NULL;
    gt_error_free(gt_binary_open(file, &core->how, &binary));
    free(file);
    if (!binary || strcmp(binary->ids.gnu, mapped->ids.gnu) == 0) return binary;
    gt_binary_close(binary);
    return NULL;
}

static void open_mapping(struct gt_core *core, const struct gt_file_mapping *mapping,
                         struct gt_libraries *libraries)
{
    struct gt_program mapped;

    gt_program_at(core, mapping->start, &mapped);
    struct gt_binary *binary = open_same(core, mapping->path, &mapped);
    gt_program_deinit(&mapped);
    if (!binary) return;
    binary->bias = mapping->start - gt_binary_linked_base(binary);
    gt_binary_give_images(core, binary);
    gt_vec_add(&libraries->list, &binary);
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
    gt_vec_free(&libraries->list);
}

bool gt_libraries_swap_go(struct gt_libraries *libraries, struct gt_binary **program)
{
    for (size_t i = 0; i < libraries->list.len; i++) {
        struct gt_binary **library = gt_vec_at(&libraries->list, i), *host = *program;
        if (!gt_binary_section(*library, ".go.buildinfo")) continue;
        *program = *library;
        *library = host;
        return true;
    }
    return false;
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
