/* All nodes are stuck at first. A work list begins with the free ones, and frees nodes along the
 * reversed edges. A node that one stuck node is enough to hold counts its edges to stuck nodes.
 * Circles are cycles in the strongly connected components of what is left. */
#include "inspector/graph/stuck.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/scc.h"

/* ---- stuck nodes --------------------------------------------------------------------------- */

struct gt_freer {
    const struct gt_needs *needs;
    bool *stuck;
    size_t *first_user; /* count + 1: the edges reversed */
    uint32_t *users;
    size_t *stuck_edges; /* of a node that needs all: how many of its edges lead to stuck nodes */
    uint32_t *queue;
    size_t queued;
};

static void turn_edges(struct gt_freer *freer)
{
    const struct gt_needs *needs = freer->needs;
    size_t *first = gt_calloc((size_t)needs->count + 2, sizeof *first);

    freer->users = gt_alloc((needs->first[needs->count] + 1) * sizeof *freer->users);
    for (size_t i = 0; i < needs->first[needs->count]; i++)
        first[needs->edges[i] + 2]++;
    for (uint32_t i = 0; i < needs->count; i++)
        first[i + 2] += first[i + 1];
    for (uint32_t from = 0; from < needs->count; from++)
        for (size_t i = needs->first[from]; i < needs->first[from + 1]; i++)
            freer->users[first[needs->edges[i] + 1]++] = from;
    freer->first_user = first;
}

void gt_freer_set(struct gt_freer *freer, uint32_t node)
{
    if (!freer->stuck[node]) return;
    freer->stuck[node] = false;
    freer->queue[freer->queued++] = node;
}

/* One of the nodes that `user` needs is free now. */
static void count_freed(struct gt_freer *freer, uint32_t user)
{
    uint8_t need = freer->needs->need[user];

    if (need == GT_STUCK_IF_ALL || (need == GT_STUCK_IF_ANY && --freer->stuck_edges[user] == 0))
        gt_freer_set(freer, user);
}

struct gt_freer *gt_freer_create(const struct gt_needs *needs, bool *stuck)
{
    struct gt_freer *freer = gt_calloc(1, sizeof *freer);

    *freer = (struct gt_freer){.needs = needs, .stuck = stuck};
    turn_edges(freer);
    freer->stuck_edges = gt_alloc(((size_t)needs->count + 1) * sizeof *freer->stuck_edges);
    freer->queue = gt_alloc(((size_t)needs->count + 1) * sizeof *freer->queue);
    for (uint32_t i = 0; i < needs->count; i++) {
        stuck[i] = true;
        freer->stuck_edges[i] = needs->first[i + 1] - needs->first[i];
    }
    for (uint32_t i = 0; i < needs->count; i++)
        if (needs->need[i] == GT_STUCK_NEVER ||
            (needs->need[i] == GT_STUCK_IF_ANY && !freer->stuck_edges[i]))
            gt_freer_set(freer, i);
    return freer;
}

bool gt_freer_next(struct gt_freer *freer, uint32_t *node)
{
    if (!freer->queued) return false;
    *node = freer->queue[--freer->queued];
    for (size_t i = freer->first_user[*node]; i < freer->first_user[*node + 1]; i++)
        count_freed(freer, freer->users[i]);
    return true;
}

void gt_freer_destroy(struct gt_freer *freer)
{
    gt_free(freer->first_user);
    gt_free(freer->users);
    gt_free(freer->stuck_edges);
    gt_free(freer->queue);
    gt_free(freer);
}

void gt_stuck_find(const struct gt_needs *needs, bool *stuck)
{
    struct gt_freer *freer = gt_freer_create(needs, stuck);
    uint32_t node;

    while (gt_freer_next(freer, &node))
        continue;
    gt_freer_destroy(freer);
}

/* ---- circles ------------------------------------------------------------------------------- */

enum { MAX_CIRCLE = 1 << 9 }; /* nodes of the longest circle that is visited */

/* The edges from stuck nodes to stuck nodes. */
static void link_stuck(const struct gt_needs *needs, const bool *stuck, struct gt_scc *scc)
{
    size_t *first = gt_alloc(((size_t)needs->count + 1) * sizeof *first), len = 0;
    uint32_t *edges = gt_alloc((needs->first[needs->count] + 1) * sizeof *edges);

    for (uint32_t from = 0; from < needs->count; from++) {
        first[from] = len;
        for (size_t i = needs->first[from]; stuck[from] && i < needs->first[from + 1]; i++)
            if (stuck[needs->edges[i]]) edges[len++] = needs->edges[i];
    }
    first[needs->count] = len;
    gt_scc_of_edges(scc, needs->count, first, edges);
    gt_free(first);
    gt_free(edges);
}

bool gt_stuck_circles(const struct gt_needs *needs, const bool *stuck, uint32_t starts, size_t max,
                      gt_circle_fn *visit, void *ctx)
{
    struct gt_scc scc;
    bool *visited = gt_calloc((size_t)needs->count + 1, sizeof *visited);
    uint32_t *circle = gt_alloc(MAX_CIRCLE * sizeof *circle);
    size_t count, found = 0;
    uint32_t from = 0;

    link_stuck(needs, stuck, &scc);
    for (; from < starts && found < max; from++) {
        if (visited[from] || gt_scc_size(&scc, gt_scc_component(&scc, from)) < 2) continue;
        found++;
        count = gt_scc_cycle(&scc, from, circle, MAX_CIRCLE);
        for (size_t i = 0; i < count; i++)
            visited[circle[i]] = true;
        if (count) visit(ctx, circle, count);
    }
    gt_scc_deinit(&scc);
    gt_free(visited);
    gt_free(circle);
    return from == starts;
}
