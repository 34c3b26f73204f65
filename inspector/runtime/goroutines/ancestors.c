/* Reads g.ancestors, a pointer to a slice of records. Each record has a slice of pcs, which are
 * copied up to a limit. */
#include "inspector/runtime/goroutines/ancestors.h"

enum { WORD = 8 };

/* g.ancestors points to a slice, or is nil. */
static bool list_of(const struct gt_process *process, const struct gt_goroutine *g,
                    struct gt_slice *out)
{
    uint64_t list, size = process->layout.size[GT_S_ancestor];

    return g->has_ancestors && size &&
           gt_process_field(process, g->address, GT_F_g_ancestors, &list) && list &&
           gt_process_slice(process, list, size, out);
}

size_t gt_ancestor_count(const struct gt_process *process, const struct gt_goroutine *g)
{
    struct gt_slice list;

    if (!list_of(process, g, &list)) return 0;
    return list.len < GT_MAX_ANCESTORS ? list.len : GT_MAX_ANCESTORS;
}

bool gt_ancestor_at(const struct gt_process *process, const struct gt_goroutine *g, size_t index,
                    struct gt_ancestor_record *out)
{
    struct gt_slice list, pcs;

    if (!list_of(process, g, &list) || index >= list.len) return false;
    uint64_t at = list.ptr + index * process->layout.size[GT_S_ancestor];
    out->pc_count = 0;
    if (!gt_process_field(process, at, GT_F_ancestor_goid, &out->id) ||
        !gt_process_field(process, at, GT_F_ancestor_gopc, &out->go_pc) ||
        !gt_process_slice(process, at + gt_off(&process->layout, GT_F_ancestor_pcs), WORD, &pcs))
        return false;
    out->pc_count = pcs.len < GT_MAX_ANCESTOR_PCS ? pcs.len : GT_MAX_ANCESTOR_PCS;
    return gt_mem_read(process->mem, pcs.ptr, out->pcs, out->pc_count * WORD);
}
