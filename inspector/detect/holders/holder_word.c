/* Looks at the words of the dominator, or at the roots of its group. If none points to the object,
 * it looks where the search from the roots first met it. */
#include "inspector/detect/holders/holder_word.h"

#include "inspector/base/package.h"
#include "inspector/detect/holders/accumulation.h"

enum { MORE = 1 << 20 }; /* objects that are looked at for a better holder */

struct search {
    uint32_t target;       /* an object */
    uint64_t start, size;  /* of its slot */
    uint32_t object, root; /* whose words are visited */
    bool found;
    struct gt_referrer_word *out;
};

static struct search search_for(const struct gt_heap *graph, uint32_t target,
                                struct gt_referrer_word *out)
{
    return (struct search){.target = target,
                           .start = gt_heap_address(graph, target),
                           .size = gt_heap_size(graph, target),
                           .out = out};
}

static uint64_t reach(const struct gt_word *word)
{
    return word->kind == GT_P_SLICE ? word->cap : 0;
}

static bool leads_to_target(const struct search *search, uint64_t value)
{
    return value - search->start < search->size;
}

static void look(void *ctx, const struct gt_word *word)
{
    struct search *search = ctx;

    if (!leads_to_target(search, word->value)) return;
    if (search->found && reach(word) <= reach(&search->out->word)) return;
    search->found = true;
    search->out->word = *word;
    search->out->holder = (struct gt_referrer){search->object, search->root, word->offset};
}

/* A holder may have millions of strings, so most of them are only compared. */
static void look_by_string(void *ctx, uint64_t value, uint64_t len, gt_type_id type, uint64_t addr,
                           uint64_t offset)
{
    struct gt_word word = gt_word_of_string(value, len, type, addr, offset);

    if (leads_to_target(ctx, value)) look(ctx, &word);
}

static void look_at_object(const struct gt_heap_analysis *analysis, struct search *search,
                           uint32_t object)
{
    search->object = object;
    search->root = 0;
    gt_typing_read(analysis->typing, object,
                   &(struct gt_word_reader){.word = look, .string = look_by_string, .ctx = search});
}

static void look_at_root(const struct gt_heap_analysis *analysis, struct search *search,
                         uint32_t number)
{
    struct gt_word word;

    gt_typing_root(analysis->typing, number, &word);
    search->object = GT_NO_OBJECT;
    search->root = number;
    look(search, &word);
}

static void look_at_group(const struct gt_heap_analysis *analysis, struct search *search,
                          const struct gt_root_groups *groups, uint32_t group)
{
    size_t end = gt_root_groups_first(groups, group + 1);

    for (size_t i = gt_root_groups_first(groups, group); i < end; i++)
        look_at_root(analysis, search, groups->number.at[i]);
}

static void look_where_met(struct gt_heap_analysis *analysis, struct search *search)
{
    uint32_t parent = gt_forest_parent(gt_path_forest(analysis), search->target);

    if (parent == GT_NO_PARENT) return;
    if (parent & GT_FROM_ROOT)
        look_at_root(analysis, search, parent & ~GT_FROM_ROOT);
    else
        look_at_object(analysis, search, parent);
}

bool gt_referrer_word_of(struct gt_heap_analysis *analysis, const struct gt_dominators *tree,
                         const struct gt_root_groups *groups, uint32_t node,
                         struct gt_referrer_word *out)
{
    uint32_t parent = gt_dominators_parent(tree, node), above = gt_dominators_object(tree, parent);
    uint32_t target = gt_dominators_object(tree, node);

    if (target == GT_NO_OBJECT) return false;
    struct search search = search_for(&analysis->heap->graph, target, out);
    if (above != GT_NO_OBJECT)
        look_at_object(analysis, &search, above);
    else if (parent != 0)
        look_at_group(analysis, &search, groups, gt_dominators_group(tree, parent));
    if (!search.found) look_where_met(analysis, &search);
    return search.found;
}

struct crowd {
    const struct gt_heap_analysis *analysis;
    const struct gt_dominators *tree;
    uint64_t kind;
    uint32_t node; /* the node of one of them; GT_NO_NODE: not found yet */
};

static void look_for_one(void *ctx, uint64_t offset, uint64_t value)
{
    struct crowd *crowd = ctx;

    (void)offset;
    if (crowd->node != GT_NO_NODE) return;
    uint32_t object = gt_heap_object(&crowd->analysis->heap->graph, value);
    uint32_t node = object == GT_NO_OBJECT ? GT_NO_NODE : gt_dominators_node(crowd->tree, object);
    if (node == GT_NO_NODE || gt_dominators_parent(crowd->tree, node) != 0) return;
    if (gt_accumulation_kind(crowd->analysis, object) == crowd->kind) crowd->node = node;
}

/* Users know no types of the runtime, which lead to channels, too. */
static bool is_users(const struct gt_heap_analysis *analysis, uint32_t object)
{
    const char *name =
        gt_types_name(analysis->process->types, gt_typing_type(analysis->typing, object));

    return name && *name && !gt_is_runtimes(name);
}

/* There are many such objects, so the first is found soon. A better one is looked for a while. */
bool gt_referrer_word_of_kind(const struct gt_heap_analysis *analysis,
                              const struct gt_dominators *tree, uint64_t kind,
                              struct gt_referrer_word *out, uint32_t *node)
{
    const struct gt_heap *graph = &analysis->heap->graph;
    struct crowd crowd = {analysis, tree, kind, GT_NO_NODE};
    bool found = false, users = false;
    size_t last = graph->scan_objects;

    for (size_t at = gt_bitmap_next(&analysis->live, 0); at < last && !users;
         at = gt_bitmap_next(&analysis->live, at + 1)) {
        crowd.node = GT_NO_NODE;
        users = is_users(analysis, (uint32_t)at);
        if (found && !users) continue;
        gt_heap_words(graph, (uint32_t)at, look_for_one, &crowd);
        users = users && crowd.node != GT_NO_NODE;
        if (crowd.node == GT_NO_NODE) continue;
        struct search search = search_for(graph, gt_dominators_object(tree, crowd.node), out);
        look_at_object(analysis, &search, (uint32_t)at);
        *node = crowd.node;
        found = search.found;
        if (last - at > MORE) last = at + MORE;
    }
    return found;
}
