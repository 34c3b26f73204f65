/* Finds the tops and the edges between them, then passes over their components from the first to
 * the last. */
#include "inspector/detect/heap_tables/reach.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/scc.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROUND = 64,           /* rows that one pass sums up: the bits of a set */
    RECENT = 1 << 16,     /* edges that are remembered, since most come many times */
    MANY_EDGES = 1 << 22, /* edges after which repeated ones are removed */
    LEAST_ROUNDS = 4,     /* of any graph, however large */
    MOST_STEPS = 1 << 28, /* edges and tops in all further rounds */
};

#define NO_ROW (UINT32_MAX - 1)

/* ---- tops ---------------------------------------------------------------------------------- */

static uint32_t group_count(const struct gt_reach *reach)
{
    return gt_root_groups_count(reach->groups);
}

static bool is_top(const struct gt_reach *reach, uint32_t node)
{
    return node != 0 && node != GT_NO_NODE && gt_bit(&reach->is_top, node);
}

static uint32_t number_of(const struct gt_reach *reach, uint32_t node)
{
    return group_count(reach) + gt_rank_of(&reach->rank, node);
}

uint32_t gt_reach_top(const struct gt_reach *reach, uint32_t node)
{
    if (node < reach->tree->inner) return reach->top[node];
    if (is_top(reach, node)) return number_of(reach, node);
    return reach->top[gt_dominators_parent(reach->tree, node)];
}

static void find_top_leaf(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    struct gt_reach *reach = ctx;

    (void)object, (void)region;
    if (gt_dominators_parent(reach->tree, node) == 0) gt_bit_set(&reach->is_top, node);
}

static void find_tops(struct gt_reach *reach)
{
    const struct gt_dominators *tree = reach->tree;

    gt_bitmap_init(&reach->is_top, tree->count);
    for (uint32_t node = 1; node < tree->inner; node++)
        if (gt_dominators_parent(tree, node) == 0 && gt_dominators_group(tree, node) == GT_NO_GROUP)
            gt_bit_set(&reach->is_top, node);
    gt_dominators_leaves(tree, find_top_leaf, reach);
    gt_rank_init(&reach->rank, &reach->is_top);
    reach->tops = group_count(reach) + gt_rank_count(&reach->rank);
}

/* A dominator has a smaller number than what is below it. */
static void number_tops(struct gt_reach *reach)
{
    const struct gt_dominators *tree = reach->tree;

    reach->top = gt_calloc(tree->inner, sizeof *reach->top);
    for (uint32_t node = 1; node < tree->inner; node++) {
        uint32_t group = gt_dominators_group(tree, node);
        reach->top[node] = group != GT_NO_GROUP  ? group
                           : is_top(reach, node) ? number_of(reach, node)
                                                 : reach->top[gt_dominators_parent(tree, node)];
    }
}

static void weigh(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    struct gt_reach *reach = ctx;
    struct gt_reached *amount = &reach->amount[gt_reach_top(reach, node)];

    (void)object;
    amount->objects++;
    amount->bytes += region->slot_size;
}

/* ---- edges --------------------------------------------------------------------------------- */

struct linker {
    const struct gt_reach *reach;
    struct gt_u64s edges; /* from << 32 | to */
    uint64_t *recent;
    size_t many;
    uint32_t from;    /* a top */
    uint32_t skipped; /* an object; GT_NO_OBJECT: none */
};

static void add_edge(struct linker *linker, uint64_t edge)
{
    uint64_t *recent = &linker->recent[(edge ^ edge >> 29) % RECENT];

    if (*recent == edge) return;
    *recent = edge;
    gt_u64s_add(&linker->edges, edge);
    if (linker->edges.len < linker->many) return;
    gt_u64s_sort(&linker->edges);
    linker->many = MANY_EDGES + 2 * linker->edges.len;
}

static void link_to(struct linker *linker, uint64_t value)
{
    uint32_t object = gt_heap_object(linker->reach->tree->heap, value);

    if (object == GT_NO_OBJECT || object == linker->skipped) return;
    uint32_t node = gt_dominators_node(linker->reach->tree, object);
    if (!is_top(linker->reach, node)) return;
    uint32_t to = number_of(linker->reach, node);
    if (to != linker->from) add_edge(linker, (uint64_t)linker->from << 32 | to);
}

static void link_word(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    link_to(ctx, value);
}

static void link_object(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    struct linker *linker = ctx;

    (void)region;
    linker->from = linker->reach->top[node];
    gt_heap_words(linker->reach->tree->heap, object, link_word, linker);
}

static void link_root(struct linker *linker, const struct gt_dominator_root *root)
{
    uint32_t object = gt_heap_object(linker->reach->tree->heap, root->value);

    linker->from = root->group;
    linker->skipped = GT_NO_OBJECT;
    if (!root->contents) {
        link_to(linker, root->value);
    } else if (object != GT_NO_OBJECT) {
        linker->skipped = object;
        gt_heap_words(linker->reach->tree->heap, object, link_word, linker);
    }
}

static struct gt_u64s find_edges(const struct gt_reach *reach)
{
    struct linker linker = {.reach = reach,
                            .recent = gt_calloc(RECENT, sizeof *linker.recent),
                            .many = MANY_EDGES,
                            .skipped = GT_NO_OBJECT};

    gt_dominators_inner(reach->tree, link_object, &linker);
    for (size_t i = 0; i < reach->groups->roots.len; i++)
        link_root(&linker, gt_vec_at(&reach->groups->roots, i));
    gt_u64s_sort(&linker.edges);
    gt_free(linker.recent);
    return linker.edges;
}

/* ---- components ---------------------------------------------------------------------------- */

struct flow {
    struct gt_scc scc;
    struct gt_reached *amount; /* by component */
};

static void find_components(struct flow *flow, const struct gt_reach *reach)
{
    struct gt_u64s edges = find_edges(reach);
    size_t *first = gt_calloc((size_t)reach->tops + 1, sizeof *first);
    uint32_t *to = gt_alloc((edges.len + 1) * sizeof *to);

    for (size_t i = 0; i < edges.len; i++) {
        first[(edges.at[i] >> 32) + 1]++;
        to[i] = (uint32_t)edges.at[i];
    }
    gt_u64s_deinit(&edges);
    for (size_t i = 0; i < reach->tops; i++)
        first[i + 1] += first[i];
    gt_scc_of_edges(&flow->scc, reach->tops, first, to);
    gt_free(first);
    gt_free(to);
}

/* The tops, those of the highest component first: an edge leads to a later component. */
static uint32_t *order_tops(const struct gt_scc *scc)
{
    uint32_t *order = gt_alloc((scc->count + 1) * sizeof *order);
    uint32_t *place = gt_alloc((scc->components + 1) * sizeof *place), end = (uint32_t)scc->count;

    for (uint32_t component = 0; component < scc->components; component++)
        place[component] = end -= scc->sizes[component];
    for (size_t top = 0; top < scc->count; top++)
        order[place[scc->component[top]]++] = (uint32_t)top;
    gt_free(place);
    return order;
}

static void sum_components(struct flow *flow, const struct gt_reach *reach)
{
    flow->amount = gt_calloc((size_t)flow->scc.components + 1, sizeof *flow->amount);
    for (uint32_t top = 0; top < reach->tops; top++) {
        struct gt_reached *amount = &flow->amount[flow->scc.component[top]];
        amount->objects += reach->amount[top].objects;
        amount->bytes += reach->amount[top].bytes;
    }
}

/* ---- the one row --------------------------------------------------------------------------- */

static void meet_row(uint32_t *row, uint32_t other)
{
    if (*row == NO_ROW)
        *row = other;
    else if (other != NO_ROW && *row != other)
        *row = GT_SEVERAL_ROWS;
}

/* What no root leads to counts as reached by several. */
static void find_rows(struct gt_reach *reach, const struct gt_scc *scc, const uint32_t *order,
                      const uint32_t *row_of)
{
    uint32_t *row = gt_alloc((scc->components + 1) * sizeof *row);

    for (uint32_t component = 0; component < scc->components; component++)
        row[component] = NO_ROW;
    for (uint32_t group = 0; group < group_count(reach); group++)
        meet_row(&row[scc->component[group]], row_of[group]);
    for (size_t i = 0; i < scc->count; i++) {
        uint32_t top = order[i], above = row[scc->component[top]];
        for (size_t edge = scc->first_edge[top]; edge < scc->first_edge[top + 1]; edge++)
            meet_row(&row[scc->component[scc->edges[edge]]], above);
        reach->row[top] = above == NO_ROW ? GT_SEVERAL_ROWS : above;
    }
    gt_free(row);
}

/* ---- sums ---------------------------------------------------------------------------------- */

struct ranked { /* a row, by what it has alone */
    uint64_t bytes;
    uint32_t row;
};

static int most_first(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return left->row < right->row ? -1 : left->row > right->row;
}

/* Sums up what the rows reach to which round[] gives the bits of the sets. */
static void sum_round(const struct flow *flow, const uint32_t *order, uint64_t *sets,
                      const struct ranked *round, uint32_t count, struct gt_reached *reached)
{
    const struct gt_scc *scc = &flow->scc;

    for (size_t i = 0; i < scc->count; i++) {
        uint64_t set = sets[scc->component[order[i]]];
        if (!set) continue;
        for (size_t edge = scc->first_edge[order[i]]; edge < scc->first_edge[order[i] + 1]; edge++)
            sets[scc->component[scc->edges[edge]]] |= set;
    }
    for (uint32_t i = 0; i < count; i++)
        reached[round[i].row] = (struct gt_reached){0};
    for (uint32_t component = 0; component < scc->components; component++)
        for (uint64_t set = sets[component]; set; set &= set - 1) {
            struct gt_reached *sum = &reached[round[__builtin_ctzll(set)].row];
            sum->objects += flow->amount[component].objects;
            sum->bytes += flow->amount[component].bytes;
        }
}

/* Sets the bits of the groups of these rows. `bit` has each row's bit, or ROUND. */
static void begin_round(const struct gt_reach *reach, const struct gt_scc *scc,
                        const uint32_t *row_of, const unsigned char *bit, uint64_t *sets)
{
    memset(sets, 0, scc->components * sizeof *sets);
    for (uint32_t group = 0; group < group_count(reach); group++) {
        unsigned char at = bit[row_of[group]];
        if (at < ROUND) sets[scc->component[group]] |= (uint64_t)1 << at;
    }
}

static struct ranked *rank_rows(const struct gt_reach *reach, uint32_t rows)
{
    struct ranked *ranked = gt_calloc((size_t)rows + 1, sizeof *ranked);

    for (uint32_t row = 0; row < rows; row++)
        ranked[row].row = row;
    for (uint32_t top = 0; top < reach->tops; top++)
        if (reach->row[top] < rows) ranked[reach->row[top]].bytes += reach->amount[top].bytes;
    if (rows) qsort(ranked, rows, sizeof *ranked, most_first);
    return ranked;
}

static void sum_up(const struct gt_reach *reach, const struct flow *flow, const uint32_t *order,
                   const uint32_t *row_of, uint32_t rows, struct gt_reached *reached)
{
    size_t steps = flow->scc.count + flow->scc.first_edge[flow->scc.count] + 1;
    size_t rounds = LEAST_ROUNDS + MOST_STEPS / steps;
    struct ranked *ranked = rank_rows(reach, rows);
    unsigned char *bit = gt_alloc((size_t)rows + 1);
    uint64_t *sets = gt_alloc(((size_t)flow->scc.components + 1) * sizeof *sets);

    for (uint32_t row = 0; row < rows; row++)
        reached[row] = (struct gt_reached){UINT64_MAX, UINT64_MAX};
    for (uint32_t first = 0; first < rows && rounds; first += ROUND, rounds--) {
        uint32_t count = rows - first < ROUND ? rows - first : ROUND;
        memset(bit, ROUND, rows);
        for (uint32_t i = 0; i < count; i++)
            bit[ranked[first + i].row] = (unsigned char)i;
        begin_round(reach, &flow->scc, row_of, bit, sets);
        sum_round(flow, order, sets, ranked + first, count, reached);
    }
    gt_free(ranked);
    gt_free(bit);
    gt_free(sets);
}

void gt_reach_init(struct gt_reach *reach, const struct gt_live_tree *live, const uint32_t *row_of,
                   uint32_t rows, struct gt_reached *reached)
{
    struct flow flow = {0};

    *reach = (struct gt_reach){.tree = &live->tree, .groups = &live->groups};
    find_tops(reach);
    number_tops(reach);
    reach->amount = gt_calloc((size_t)reach->tops + 1, sizeof *reach->amount);
    reach->row = gt_calloc((size_t)reach->tops + 1, sizeof *reach->row);
    gt_dominators_inner(reach->tree, weigh, reach);
    gt_dominators_leaves(reach->tree, weigh, reach);
    find_components(&flow, reach);
    uint32_t *order = order_tops(&flow.scc);
    find_rows(reach, &flow.scc, order, row_of);
    if (reached) {
        sum_components(&flow, reach);
        sum_up(reach, &flow, order, row_of, rows, reached);
    }
    gt_free(order);
    gt_free(flow.amount);
    gt_scc_deinit(&flow.scc);
}

void gt_reach_deinit(struct gt_reach *reach)
{
    gt_rank_deinit(&reach->rank);
    gt_bitmap_deinit(&reach->is_top);
    gt_free(reach->top);
    gt_free(reach->amount);
    gt_free(reach->row);
}
