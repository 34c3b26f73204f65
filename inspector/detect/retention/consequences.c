/* Finds causes whose edges another cause takes away. The table of edges is filled from the largest
 * cause on. */
#include "inspector/detect/retention/consequences.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

#define ROOT_KEY ((uint64_t)1 << 62)      /* | a root's number; words are below */
#define OUT_EDGES_KEY ((uint64_t)1 << 63) /* | an object, for its out-edges */

struct sized { /* the index of a cause in the list */
    size_t place, edges;
    enum gt_confidence confidence;
};

struct search {
    struct gt_causes *causes;
    struct gt_map takers; /* edge -> index of the largest cause that takes it away */
    bool *drop;           /* by index */
};

static struct gt_cause *cause_at(const struct search *search, size_t place)
{
    return gt_vec_at(&search->causes->list, place);
}

static size_t edge_count(const struct gt_edges *edges)
{
    return edges->roots.len + edges->words.len + edges->no_out_edges.len;
}

static uint64_t edge_key(const struct gt_edges *edges, size_t index)
{
    if (index < edges->words.len) return edges->words.at[index];
    index -= edges->words.len;
    if (index < edges->roots.len) return ROOT_KEY | edges->roots.at[index];
    return OUT_EDGES_KEY | edges->no_out_edges.at[index - edges->roots.len];
}

static int largest_first(const void *a, const void *b)
{
    const struct sized *left = a, *right = b;

    if (left->edges != right->edges) return left->edges > right->edges ? -1 : 1;
    if (left->confidence != right->confidence) return left->confidence < right->confidence ? -1 : 1;
    return left->place < right->place ? -1 : left->place > right->place;
}

/* Whether one earlier cause takes away every edge of this one. */
static bool is_consequence(const struct search *search, const struct gt_cause *cause)
{
    const uint64_t *taker = NULL;

    for (size_t i = 0; i < edge_count(&cause->edges); i++) {
        const uint64_t *other = gt_map_find(&search->takers, edge_key(&cause->edges, i));
        if (!other || (taker && *taker != *other)) return false;
        taker = other;
    }
    return taker && cause_at(search, *taker)->confidence <= cause->confidence;
}

static void note_edges(struct search *search, size_t place)
{
    const struct gt_edges *edges = &cause_at(search, place)->edges;
    bool added;

    for (size_t i = 0; i < edge_count(edges); i++) {
        uint64_t *taker = gt_map_put(&search->takers, edge_key(edges, i), &added);
        if (added) *taker = place;
    }
}

static void find_consequences(struct search *search, struct sized *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        order[i] = (struct sized){i, edge_count(&cause_at(search, i)->edges),
                                  cause_at(search, i)->confidence};
    qsort(order, count, sizeof *order, largest_first);
    for (size_t i = 0; i < count; i++) {
        size_t place = order[i].place;
        search->drop[place] = is_consequence(search, cause_at(search, place));
        if (!search->drop[place]) note_edges(search, place);
    }
}

void gt_consequences_drop(struct gt_causes *causes)
{
    size_t count = causes->list.len, kept = 0;
    struct search search = {.causes = causes};

    if (count < 2) return;
    search.drop = gt_calloc(count, sizeof *search.drop);
    struct sized *order = gt_calloc(count, sizeof *order);
    find_consequences(&search, order, count);
    for (size_t i = 0; i < count; i++) {
        if (search.drop[i])
            gt_cause_deinit(cause_at(&search, i));
        else
            memmove(gt_vec_at(&causes->list, kept++), cause_at(&search, i),
                    sizeof(struct gt_cause));
    }
    causes->list.len = kept;
    gt_free(order);
    gt_free(search.drop);
    gt_map_deinit(&search.takers);
}
