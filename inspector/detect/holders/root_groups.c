/* Each root gets a key, and roots with equal keys are a group. Groups are ordered by their first
 * roots, so that the order is the same in every run. */
#include "inspector/detect/holders/root_groups.h"

#include "inspector/detect/describe/looks.h"
#include "inspector/runtime/typing/static_areas.h"

#include <stdlib.h>

/* Kinds of keys, whose ranges do not overlap. */
enum { KEY_VARIABLE = 1, KEY_AREA, KEY_PLACE, KEY_FRAME, KEY_GOROUTINES, KEY_KIND };

static uint64_t key_of(unsigned kind, uint64_t what)
{
    return gt_look_blend(what, kind);
}

/* All words of a global have one key, whichever way the global is known. */
static uint64_t key_of_global(const struct gt_heap_analysis *analysis, const struct gt_root *root)
{
    const struct gt_static_area *area;
    struct gt_referred at;
    gt_type_id type;
    uint64_t offset;

    const char *name = gt_typing_variable(analysis->typing, root, &type, &offset);
    if (name) return key_of(KEY_VARIABLE, (uintptr_t)name);
    area = gt_static_area_at(analysis->typing->statics, root->addr);
    if (area) return key_of(KEY_AREA, area->addr);
    if (gt_global_users_at(analysis->users, root->addr, &at))
        return key_of(KEY_PLACE, root->addr - at.inside);
    return key_of(KEY_PLACE, root->addr);
}

/* All words of a variable that lies on the stack as a whole, such as an array, have one key. */
static uint64_t key_of_frame(const struct gt_heap_analysis *analysis, const struct gt_root *root)
{
    const struct gt_goroutine *g = &analysis->goroutines->list[root->owner];

    if (root->frame >= g->frame_count) return key_of(KEY_GOROUTINES, g->start_pc);
    const struct gt_frame *frame = gt_g_frame(analysis->goroutines, g, root->frame);
    uint64_t start = root->in.any ? root->addr - root->in.offset : root->addr;
    uint64_t slot = root->addr && root->kind == GT_ROOT_FRAME ? start - frame->cfa : 0;
    return key_of(KEY_FRAME, gt_look_blend(frame->pc, slot));
}

static uint64_t key_of_root(const struct gt_heap_analysis *analysis, const struct gt_root *root)
{
    if (root->kind == GT_ROOT_GLOBAL) return key_of_global(analysis, root);
    if (gt_root_is_goroutines(root)) return key_of_frame(analysis, root);
    return key_of(KEY_KIND, root->kind);
}

struct keyed {
    uint64_t key;
    uint32_t number;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *left = a, *right = b;

    if (left->key != right->key) return left->key < right->key ? -1 : 1;
    return left->number < right->number ? -1 : 1;
}

/* Sorts the groups by their first roots. The keys serve only to separate groups: some are addresses
 * in this process, and differ between runs. */
static void order_groups(struct gt_vec *keys)
{
    uint64_t key = 0, first = 0;

    if (!keys->len) return;
    qsort(keys->data, keys->len, sizeof(struct keyed), by_key);
    for (size_t i = 0; i < keys->len; i++) {
        struct keyed *keyed = gt_vec_at(keys, i);
        if (i == 0 || keyed->key != key) first = keyed->number;
        key = keyed->key;
        keyed->key = first;
    }
    qsort(keys->data, keys->len, sizeof(struct keyed), by_key);
}

static void add_root(struct gt_root_groups *groups, const struct gt_heap_analysis *analysis,
                     const struct keyed *keyed, bool new_group)
{
    const struct gt_root *root = gt_root_at(analysis->roots, keyed->number);
    size_t at = groups->roots.len;

    if (new_group) gt_u64s_add(&groups->first, at);
    struct gt_dominator_root added = {.value = root->value,
                                      .group = (uint32_t)groups->first.len - 1,
                                      .contents = root->kind == GT_ROOT_CONTENTS};
    gt_vec_add(&groups->roots, &added);
    gt_u32s_add(&groups->number, keyed->number);
}

void gt_root_groups_init(struct gt_root_groups *groups, const struct gt_heap_analysis *analysis)
{
    struct gt_vec keys = GT_VEC_OF(struct keyed);

    *groups = (struct gt_root_groups){.roots = GT_VEC_OF(struct gt_dominator_root)};
    for (uint32_t i = 0; i < analysis->roots->list.len; i++) {
        struct keyed keyed = {key_of_root(analysis, gt_root_at(analysis->roots, i)), i};
        gt_vec_add(&keys, &keyed);
    }
    order_groups(&keys);
    for (size_t i = 0; i < keys.len; i++) {
        const struct keyed *keyed = gt_vec_at(&keys, i);
        add_root(groups, analysis, keyed, i == 0 || keyed->key != keyed[-1].key);
    }
    gt_u64s_add(&groups->first, groups->roots.len);
    gt_vec_deinit(&keys);
}

void gt_root_groups_deinit(struct gt_root_groups *groups)
{
    gt_vec_deinit(&groups->roots);
    gt_u32s_deinit(&groups->number);
    gt_u64s_deinit(&groups->first);
}
