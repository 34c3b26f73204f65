/* A look mixes two numbers: the pc and the offset in the frame, for a word of a frame; the type, or
 * the object if its type has no name, and the offset, for a word of an object. Another root is its
 * own number. */
#include "inspector/detect/describe/looks.h"

/* A frame's word is identified by its offset in the frame, any other root by itself. */
static uint64_t look_of_root(const struct gt_heap_analysis *analysis, uint32_t number)
{
    if (number == GT_NO_ROOT) return number;
    const struct gt_root *root = gt_root_at(analysis->roots, number);
    if (root->kind != GT_ROOT_FRAME || !root->addr) return number;
    const struct gt_goroutine *g = &analysis->goroutines->list[root->owner];
    if (root->frame >= g->frame_count) return number;
    const struct gt_frame *frame = gt_g_frame(analysis->goroutines, g, root->frame);
    return gt_look_blend(frame->pc, root->addr - frame->cfa);
}

/* A word of a named type is identified by its offset in the type, any other by its offset in the
 * object. */
uint64_t gt_look_of(const struct gt_heap_analysis *analysis, const struct gt_referrer *referrer)
{
    if (referrer->object == GT_NO_OBJECT) return look_of_root(analysis, referrer->root);
    gt_type_id type = gt_typing_type(analysis->typing, referrer->object);
    uint64_t size = type ? gt_types_get(analysis->process->types, type)->size : 0;
    uint64_t offset = size ? referrer->offset % size : 0;

    if (gt_type_is_named(gt_analysis_type_name(analysis, type)))
        return gt_look_blend((uint64_t)type << 33 | 1, offset);
    return gt_look_blend((uint64_t)referrer->object << 33 | 3, offset);
}
