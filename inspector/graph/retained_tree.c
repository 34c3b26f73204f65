/* One list has the objects of all subtrees, and is the queue of the search at the same time. The
 * parents' indices are beside it. Weights are added up from the end of a subtree to its start. */
#include "inspector/graph/retained_tree.h"

#include "inspector/base/alloc.h"

/* Of a larger subtree only the first object is given, since its weights would take much memory. */
enum { MAX_WEIGHED = 1 << 21 };

#define NO_PARENT UINT32_MAX

struct taker {
    struct gt_retained_tree *tree;
    uint32_t parent;
    uint64_t bytes;
};

void gt_retained_tree_init(struct gt_retained_tree *tree, const struct gt_exclusive *owners)
{
    *tree = (struct gt_retained_tree){.owners = owners};
    gt_bitmap_init(&tree->taken, gt_exclusive_residue_size(owners));
}

void gt_retained_tree_deinit(struct gt_retained_tree *tree)
{
    gt_bitmap_deinit(&tree->taken);
    gt_u32s_deinit(&tree->objects);
    gt_u32s_deinit(&tree->parents);
}

void gt_retained_tree_start(struct gt_retained_tree *tree, uint32_t owner)
{
    for (size_t i = 0; i < tree->objects.len; i++)
        gt_bit_clear(&tree->taken, gt_exclusive_place(tree->owners, tree->objects.at[i]));
    gt_u32s_clear(&tree->objects);
    gt_u32s_clear(&tree->parents);
    tree->owner = owner;
}

static void take(void *ctx, uint64_t offset, uint64_t value)
{
    struct taker *taker = ctx;
    struct gt_retained_tree *tree = taker->tree;
    const struct gt_exclusive *owners = tree->owners;
    uint32_t object = gt_heap_object(owners->heap, value);

    (void)offset;
    if (object == GT_NO_OBJECT || !gt_exclusive_has(owners, tree->owner, object)) return;
    if (gt_bit_test_set(&tree->taken, gt_exclusive_place(owners, object))) return;
    taker->bytes += gt_heap_size(owners->heap, object);
    gt_u32s_add(&tree->objects, object);
    gt_u32s_add(&tree->parents, taker->parent);
}

struct gt_subtree gt_subtree_take(struct gt_retained_tree *tree, uint64_t value)
{
    const struct gt_heap *heap = tree->owners->heap;
    struct taker taker = {.tree = tree, .parent = NO_PARENT};
    size_t first = tree->objects.len;

    take(&taker, 0, value);
    for (size_t i = first; i < tree->objects.len; i++) {
        uint32_t object = tree->objects.at[i];
        taker.parent = (uint32_t)i;
        if (object < heap->scan_objects) gt_heap_words(heap, object, take, &taker);
    }
    return (struct gt_subtree){first, tree->objects.len - first, taker.bytes};
}

struct weight {        /* of a subtree's objects, by their index in it */
    uint64_t bytes;    /* bytes of its subtree, itself included */
    uint32_t heaviest; /* its largest child; 0: none */
};

/* Children come after their parents, so in reverse order each weight is complete before it is added
 * to the parent's. */
static void weigh(const struct gt_retained_tree *tree, const struct gt_subtree *share,
                  struct weight *weights)
{
    for (size_t i = 0; i < share->count; i++)
        weights[i].bytes = gt_heap_size(tree->owners->heap, tree->objects.at[share->first + i]);
    for (size_t i = share->count; i-- > 1;) {
        uint32_t parent = tree->parents.at[share->first + i];
        struct weight *above = &weights[parent - share->first];
        above->bytes += weights[i].bytes;
        if (!above->heaviest || weights[above->heaviest].bytes <= weights[i].bytes)
            above->heaviest = (uint32_t)i;
    }
}

size_t gt_subtree_path(const struct gt_retained_tree *tree, const struct gt_subtree *share,
                       uint32_t *out, size_t max)
{
    struct weight *weights = NULL;
    size_t count = 0;
    uint32_t at = 0;

    if (!share->count || !max) return 0;
    if (share->count <= MAX_WEIGHED) {
        weights = gt_calloc(share->count, sizeof *weights);
        weigh(tree, share, weights);
    }
    do {
        out[count++] = tree->objects.at[share->first + at];
        at = weights ? weights[at].heaviest : 0;
    } while (at && count < max && weights[at].bytes >= share->bytes / 2);
    gt_free(weights);
    return count;
}
