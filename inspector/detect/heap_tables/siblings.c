/* Sorts by kind, labels those of a kind parent by parent, in one pass over each parent's words,
 * then sorts by kind, label and bytes. */
#include "inspector/detect/heap_tables/siblings.h"

#include "inspector/detect/describe/own_names.h"

#include <stdlib.h>
#include <string.h>

static int order(uint64_t left, uint64_t right)
{
    return left < right ? -1 : left > right;
}

static struct gt_sibling *at(const struct gt_vec *siblings, size_t index)
{
    return gt_vec_at(siblings, index);
}

/* ---- labels -------------------------------------------------------------------------------- */

struct labeller {
    struct gt_keys *keys;
    const struct gt_dominators *tree;
    uint32_t object;          /* whose words are visited */
    struct gt_sibling *first; /* what it dominates, by node */
    size_t count;
};

static int by_node(const void *a, const void *b)
{
    const struct gt_sibling *left = a, *right = b;

    return order(left->node, right->node);
}

/* The first word that holds a node names it. */
static void look(void *ctx, const struct gt_word *word)
{
    struct labeller *labeller = ctx;
    uint32_t object = gt_heap_object(labeller->tree->heap, word->value);

    if (object == GT_NO_OBJECT) return;
    struct gt_sibling key = {.node = gt_dominators_node(labeller->tree, object)};
    struct gt_sibling *found = bsearch(&key, labeller->first, labeller->count, sizeof key, by_node);
    if (!found || found->label) return;
    found->label =
        gt_program_name(labeller->keys, &(struct gt_referrer){labeller->object, 0, word->offset});
}

/* One pass over the parent's words serves all that it dominates. */
static void label(struct labeller *labeller)
{
    labeller->object = gt_dominators_object(labeller->tree, labeller->first->parent);
    if (labeller->object != GT_NO_OBJECT)
        gt_typing_words(labeller->keys->analysis->typing, labeller->object, look, labeller);
}

static int by_parent(const void *a, const void *b)
{
    const struct gt_sibling *left = a, *right = b;

    if (left->parent != right->parent) return order(left->parent, right->parent);
    return order(left->node, right->node);
}

/* Labels those of a part of the list, all of one kind. */
static void label_all(struct gt_keys *keys, const struct gt_dominators *tree,
                      struct gt_sibling *first, size_t count)
{
    struct labeller labeller = {.keys = keys, .tree = tree};

    qsort(first, count, sizeof *first, by_parent);
    for (size_t i = 0; i < count; i += labeller.count) {
        labeller.first = first + i;
        labeller.count = 1;
        while (i + labeller.count < count &&
               labeller.first[labeller.count].parent == labeller.first->parent)
            labeller.count++;
        label(&labeller);
    }
}

/* ---- order --------------------------------------------------------------------------------- */

static int by_kind(const void *a, const void *b)
{
    const struct gt_sibling *left = a, *right = b;

    if (left->kind != right->kind) return order(left->kind, right->kind);
    return order(left->node, right->node);
}

/* NULL comes first. */
static int by_label(const char *left, const char *right)
{
    if (!left || !right) return (left != NULL) - (right != NULL);
    return strcmp(left, right);
}

static int by_likeness(const void *a, const void *b)
{
    const struct gt_sibling *left = a, *right = b;
    int labels = by_label(left->label, right->label);

    if (left->kind != right->kind) return order(left->kind, right->kind);
    if (labels) return labels;
    if (left->bytes != right->bytes) return order(right->bytes, left->bytes);
    return order(left->node, right->node);
}

static bool is_alike(const struct gt_sibling *one, const struct gt_sibling *other)
{
    return one->kind != GT_NO_KIND && one->kind == other->kind &&
           by_label(one->label, other->label) == 0;
}

void gt_siblings_sort(struct gt_keys *keys, const struct gt_dominators *tree,
                      struct gt_vec *siblings)
{
    size_t end;

    if (siblings->len < 2) return;
    qsort(siblings->data, siblings->len, sizeof(struct gt_sibling), by_kind);
    for (size_t i = 0; i < siblings->len; i = end) {
        uint32_t kind = at(siblings, i)->kind;
        for (end = i + 1; end < siblings->len && at(siblings, end)->kind == kind; end++)
            continue;
        if (kind != GT_NO_KIND && end - i > 1) label_all(keys, tree, at(siblings, i), end - i);
    }
    qsort(siblings->data, siblings->len, sizeof(struct gt_sibling), by_likeness);
}

size_t gt_siblings_alike(const struct gt_vec *siblings, size_t first)
{
    uint64_t others = 0;
    size_t count = 1;

    for (; first + count < siblings->len; count++) {
        if (!is_alike(at(siblings, first), at(siblings, first + count))) break;
        others += at(siblings, first + count)->bytes;
    }
    return at(siblings, first)->bytes > others ? 1 : count;
}
