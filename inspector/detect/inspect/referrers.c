/* One pass over all objects and roots counts the words by look. Only the groups get names. They are
 * then sorted by name and joined, and sorted by count. */
#include "inspector/detect/inspect/referrers.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/looks.h"
#include "inspector/detect/describe/root_names.h"

#include <stdlib.h>

enum { MAX_GROUPS = 512 }; /* groups that are kept apart, before groups with one name are joined */

struct group {
    uint64_t count, word;
    struct gt_referrer first;
    const char *name;
};

struct finder {
    struct gt_heap_analysis *analysis;
    uint64_t base, bytes; /* of the slot of the object */
    struct gt_map places; /* look -> group + 1 */
    struct gt_vec groups; /* struct group */
    uint32_t object;      /* the object whose words are visited */
    uint64_t words, garbage;
};

/* ---- finding ------------------------------------------------------------------------------- */

static void add(struct finder *finder, const struct gt_referrer *referrer, uint64_t word)
{
    uint64_t look = gt_look_of(finder->analysis, referrer);
    uint64_t *place = gt_map_find(&finder->places, look);

    finder->words++;
    if (!place && finder->groups.len < MAX_GROUPS) {
        struct group group = {0, word, *referrer, NULL};
        gt_vec_add(&finder->groups, &group);
        place = gt_map_put(&finder->places, look, NULL);
        *place = finder->groups.len - 1;
    }
    if (place) ((struct group *)gt_vec_at(&finder->groups, *place))->count++;
}

static void look_in_object(void *ctx, uint64_t offset, uint64_t value)
{
    struct finder *finder = ctx;
    const struct gt_goheap *heap = finder->analysis->heap;
    uint64_t size;

    if (value - finder->base >= finder->bytes) return;
    uint64_t slot = gt_heap_address(&heap->graph, finder->object);
    uint64_t skip = gt_goheap_user(heap, finder->object, &size) - slot;
    struct gt_referrer referrer = {finder->object, GT_NO_ROOT, offset - skip};
    if (offset >= skip) add(finder, &referrer, slot + offset);
}

static void look_in_garbage(void *ctx, uint64_t offset, uint64_t value)
{
    struct finder *finder = ctx;

    (void)offset;
    finder->garbage += value - finder->base < finder->bytes;
}

static void look_at_objects(struct finder *finder)
{
    const struct gt_heap *graph = &finder->analysis->heap->graph;

    for (size_t i = gt_bitmap_next(&graph->allocated, 0); i < graph->scan_objects;
         i = gt_bitmap_next(&graph->allocated, i + 1)) {
        finder->object = (uint32_t)i;
        gt_heap_words(graph, finder->object,
                      gt_bit(&finder->analysis->live, i) ? look_in_object : look_in_garbage,
                      finder);
    }
}

static void look_at_roots(struct finder *finder)
{
    const struct gt_roots *roots = finder->analysis->roots;

    for (uint32_t i = 0; i < roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(roots, i);
        struct gt_referrer referrer = {GT_NO_OBJECT, i, 0};
        if (root->value - finder->base < finder->bytes) add(finder, &referrer, root->addr);
    }
}

/* ---- names --------------------------------------------------------------------------------- */

static const char *name_of_root(const struct gt_heap_analysis *analysis, uint32_t number)
{
    char field[GT_FIELD];
    gt_type_id type;
    const char *name = gt_root_name(analysis, gt_root_at(analysis->roots, number), true, field,
                                    sizeof field, &type);

    gt_strip_indices(field);
    return gt_arena_format(analysis->storage, "%s%s", name, field);
}

static const char *name_of(struct gt_keys *keys, const struct group *group)
{
    if (group->first.object == GT_NO_OBJECT) return name_of_root(keys->analysis, group->first.root);
    const char *name = gt_referrer_name(keys, &group->first);
    return strcmp(name, "it") == 0 ? "" : gt_heap_analysis_keep(keys->analysis, name);
}

static int by_name(const void *a, const void *b)
{
    const struct group *left = a, *right = b;
    int order = strcmp(left->name, right->name);

    if (order) return order;
    return left->word < right->word ? -1 : left->word > right->word;
}

static int by_count(const void *a, const void *b)
{
    const struct group *left = a, *right = b;

    if (left->count != right->count) return left->count > right->count ? -1 : 1;
    return left->word < right->word ? -1 : left->word > right->word;
}

static void join_names(struct gt_keys *keys, struct gt_vec *groups)
{
    size_t kept = 0;

    for (size_t i = 0; i < groups->len; i++) {
        struct group *group = gt_vec_at(groups, i);
        group->name = name_of(keys, group);
    }
    qsort(groups->data, groups->len, sizeof(struct group), by_name);
    for (size_t i = 0; i < groups->len; i++) {
        const struct group *group = gt_vec_at(groups, i);
        struct group *last = kept ? gt_vec_at(groups, kept - 1) : NULL;
        if (last && *group->name && strcmp(last->name, group->name) == 0)
            last->count += group->count;
        else
            memmove(gt_vec_at(groups, kept++), group, sizeof *group);
    }
    groups->len = kept;
    qsort(groups->data, groups->len, sizeof(struct group), by_count);
}

/* ---- the report's words -------------------------------------------------------------------- */

static void describe_root(const struct gt_heap_analysis *analysis, uint32_t number,
                          struct gt_referrers *out)
{
    const struct gt_root *root = gt_root_at(analysis->roots, number);
    gt_type_id type = GT_NO_TYPE;
    uint64_t offset;

    if (gt_root_is_goroutines(root)) out->goroutine = analysis->goroutines->list[root->owner].id;
    if (gt_typing_variable(analysis->typing, root, &type, &offset))
        out->type = gt_heap_analysis_keep(analysis, gt_analysis_type_name(analysis, type));
}

static void describe(struct gt_keys *keys, const struct group *group, struct gt_referrers *out)
{
    const struct gt_heap_analysis *analysis = keys->analysis;

    *out = (struct gt_referrers){.name = *group->name ? group->name : NULL,
                                 .count = group->count,
                                 .word = group->word,
                                 .path = gt_path_to(keys, &group->first)};
    if (group->first.object == GT_NO_OBJECT) {
        describe_root(analysis, group->first.root, out);
    } else {
        out->object = gt_goheap_user(analysis->heap, group->first.object, &(uint64_t){0});
        out->type = gt_block_of(analysis, group->first.object).type;
    }
}

static void describe_all(struct finder *finder, size_t most, struct gt_object *out)
{
    struct gt_keys keys;

    gt_keys_init(&keys, finder->analysis);
    if (finder->groups.len) join_names(&keys, &finder->groups);
    size_t count = finder->groups.len < most ? finder->groups.len : most;
    struct gt_referrers *list = gt_arena_alloc(finder->analysis->storage, count * sizeof *list);
    for (size_t i = 0; i < count; i++)
        describe(&keys, gt_vec_at(&finder->groups, i), &list[i]);
    out->referrers = list;
    out->referrer_count = count;
    out->referrers_left_out = finder->groups.len - count;
    gt_keys_deinit(&keys);
}

void gt_referrers_fill(struct gt_heap_analysis *analysis, uint32_t object, size_t most,
                       struct gt_object *out)
{
    const struct gt_heap *graph = &analysis->heap->graph;
    struct finder finder = {.analysis = analysis,
                            .base = gt_heap_address(graph, object),
                            .bytes = gt_heap_size(graph, object),
                            .groups = GT_VEC_OF(struct group)};

    look_at_objects(&finder);
    look_at_roots(&finder);
    describe_all(&finder, most, out);
    out->referring_words = finder.words;
    out->referring_garbage = finder.garbage;
    gt_map_deinit(&finder.places);
    gt_vec_deinit(&finder.groups);
}
