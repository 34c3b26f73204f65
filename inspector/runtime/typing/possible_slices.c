/* A word that is a slice by one type and something else by another: what the program's types say.
 */
#include "inspector/base/package.h"
#include "inspector/runtime/functions/closures.h"
#include "inspector/runtime/typing/candidates.h"

#include <string.h>

enum { MOST_PATH = 128 };

/* Would so many elements fill the block, by the allocator's size classes? Then they most likely are
 * the slice's elements. */
static bool fills(const struct gt_possible_slice *slice, uint64_t size)
{
    uint64_t user = slice->user, least = user < 1024 ? user - user / 3 : user - user / 6;

    return size <= (user - slice->at) / slice->cap && slice->at + slice->cap * size > least;
}

static bool is_below(const char *path, const char *folder)
{
    size_t length = folder ? strlen(folder) : 0;

    return length && strncmp(path, folder, length) == 0 &&
           (path[length] == '\0' || path[length] == '/');
}

/* Is the named type of the program or its dependencies? Their paths have a dot in the first part;
 * those of Go's library have none. */
static bool is_programs(const struct gt_process *process, gt_type_id id)
{
    char path[MOST_PATH];

    if (!gt_types_package(process->types, id, path, sizeof path)) return false;
    return path[strcspn(path, "./")] == '.' || strcmp(path, "main") == 0 ||
           is_below(path, process->packages.main_module);
}

/* Objects of the runtime are typed by what leads to them. The headers of slices that reflect makes
 * are slices of some other type. */
static bool is_ignored(const struct gt_types *types, gt_type_id id)
{
    char path[MOST_PATH];

    if (!gt_types_package(types, id, path, sizeof path))
        return strstr(gt_types_name(types, id), " *runtime.");
    return gt_is_runtime_package(path) || strcmp(path, "internal/unsafeheader") == 0;
}

/* Can the program allocate the type? Its code refers to it, or generic code takes it from a
 * dictionary, or it reflects on types of its own. */
static bool is_allocated(const struct gt_typing *typing, gt_type_id id, uint64_t rtype)
{
    const struct gt_type *type = gt_types_get(typing->types, id);
    gt_type_id named = id;

    if (type->kind == GT_T_SLICE || type->kind == GT_T_ARRAY)
        named = gt_types_elem(typing->types, id);
    else if (type->kind != GT_T_STRUCT)
        return true;
    if (named && gt_types_get(typing->types, named)->kind <= GT_T_COMPLEX128) return true;
    return (named && is_programs(typing->process, named)) ||
           gt_code_refers_to(typing->closures, rtype);
}

static void join(const struct gt_types *types, const struct gt_pointer_slot *place, bool allocated,
                 struct gt_possible_slice *slice)
{
    if (place->kind != GT_P_SLICE || !place->type) {
        slice->denied |= allocated && place->kind != GT_P_STRING;
        return;
    }
    uint64_t size = gt_types_get(types, place->type)->size;
    slice->denied |= fills(slice, size);
    if (allocated && size > slice->widest) slice->widest = size;
}

void gt_possible_slice_of(const struct gt_typing *typing, gt_type_id id, uint64_t rtype,
                          struct gt_possible_slice *slice)
{
    struct gt_types *types = typing->types;
    struct gt_pointer_slot place;
    uint64_t size = gt_types_get(types, id)->size;

    if (is_ignored(types, id) || !size) return;
    if (!gt_types_pointer_at(types, id, slice->offset % size, &place)) return;
    if (place.kind == GT_P_SLICE && place.type && is_ignored(types, place.type)) return;
    join(types, &place, is_allocated(typing, id, rtype), slice);
}
