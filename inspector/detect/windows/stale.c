/* Counts a finding's blocks by the words that may be stale. Confidence and doubt follow from the
 * counts. */
#include "inspector/detect/windows/stale.h"

#include "inspector/detect/describe/root_names.h"

enum { MAX_FIELD = 160 };

uint32_t gt_stale_root(const struct gt_windows *windows, uint32_t block)
{
    const uint64_t *root = windows->stale.len ? gt_map_find(&windows->stale, block) : NULL;

    return root ? (uint32_t)(*root - 1) : GT_NO_ROOT;
}

void gt_stale_add(struct gt_stale *stale, const struct gt_heap_analysis *analysis,
                  const struct gt_window_block *block)
{
    gt_type_id type = GT_NO_TYPE;
    uint64_t offset;

    stale->blocks++;
    stale->passing += block->passing;
    if (block->stale == GT_NO_ROOT) return;
    if (!stale->stale++) stale->root = block->stale;
    const struct gt_root *root = gt_root_at(analysis->roots, block->stale);
    stale->named += gt_typing_variable(analysis->typing, root, &type, &offset) != NULL;
}

enum gt_confidence gt_stale_confidence(const struct gt_stale *stale, enum gt_confidence sure)
{
    if (stale->passing) return GT_SUSPECT;
    if (!stale->stale) return sure;
    return sure == GT_PROVEN && 2 * stale->named < stale->blocks ? GT_LIKELY : GT_SUSPECT;
}

const char *gt_stale_doubt(const struct gt_heap_analysis *analysis, const struct gt_stale *stale)
{
    char field[MAX_FIELD];
    gt_type_id type;

    if (stale->passing)
        return "a loop of that frame over the array would look the same; what it has passed goes "
               "when "
               "it ends";
    if (!stale->stale) return NULL;
    const char *name = gt_root_name(analysis, gt_root_at(analysis->roots, stale->root), false,
                                    field, sizeof field, &type);
    if (stale->blocks == 1)
        return gt_arena_format(analysis->storage,
                               "a word that may be stale points into the block: %s%s", name, field);
    return gt_arena_format(analysis->storage,
                           "words that may be stale point into %zu of the %zu blocks: %s%s",
                           stale->stale, stale->blocks, name, field);
}
