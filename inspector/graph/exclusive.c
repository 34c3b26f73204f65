/*
 * The spread. An object is on the list while its targets do not know its current set; it is there
 * once at a time. Pointers go through follow.h, which fetches their targets ahead, with the set as
 * `from`.
 */
#include "inspector/graph/exclusive.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/fetched.h"
#include "inspector/graph/follow.h"

#define MUTED_KEY ((uint64_t)1 << 63)

static void find_residue(struct gt_exclusive *owners, const struct gt_bitmap *base)
{
    gt_bitmap_init(&owners->residue, owners->heap->objects);
    gt_bitmap_add_rest(&owners->residue, owners->live, base);
    gt_rank_init(&owners->places, &owners->residue);
}

void gt_exclusive_init(struct gt_exclusive *owners, const struct gt_heap *heap,
                       const struct gt_cut *cut, const struct gt_bitmap *live,
                       const struct gt_bitmap *base, uint32_t count, uint32_t roots)
{
    *owners = (struct gt_exclusive){.heap = heap,
                                    .cut = cut,
                                    .live = live,
                                    .count = count,
                                    .edges = GT_VEC_OF(struct gt_owned_edge)};
    find_residue(owners, base);
    owners->set = gt_calloc((size_t)gt_exclusive_residue_size(owners) + 1, sizeof *owners->set);
    if (count)
        gt_map_reserve(&owners->edge_set, cut->words.len + gt_bitmap_count(&cut->no_out_edges));
    gt_sets_init(&owners->sets, count);
    owners->first_edge = gt_calloc((size_t)count + 1, sizeof *owners->first_edge);
    owners->owned = gt_calloc((size_t)count + 1, sizeof *owners->owned);
    owners->root_set = gt_alloc(((size_t)roots + 1) * sizeof *owners->root_set);
    for (uint32_t i = 0; i < roots; i++)
        owners->root_set[i] = GT_SET_NONE;
}

void gt_exclusive_deinit(struct gt_exclusive *owners)
{
    gt_bitmap_deinit(&owners->residue);
    gt_rank_deinit(&owners->places);
    gt_free(owners->set);
    gt_sets_deinit(&owners->sets);
    gt_vec_deinit(&owners->edges);
    gt_free(owners->first_edge);
    gt_free(owners->root_set);
    gt_map_deinit(&owners->edge_set);
    gt_free(owners->owned);
}

/* ---- edges ----------------------------------------------------------------------------------- */

static void add_edge(struct gt_exclusive *owners, uint32_t owner, struct gt_owned_edge edge)
{
    while (owners->given < owner)
        owners->first_edge[++owners->given] = owners->edges.len;
    gt_vec_add(&owners->edges, &edge);
}

static void add_root(struct gt_exclusive *owners, uint32_t owner, struct gt_owned_edge edge)
{
    uint32_t *set = &owners->root_set[edge.key];

    add_edge(owners, owner, edge);
    *set = gt_sets_join(&owners->sets, *set, gt_set_of(owner));
}

void gt_exclusive_root(struct gt_exclusive *owners, uint32_t owner, uint32_t number, uint64_t value)
{
    add_root(owners, owner, (struct gt_owned_edge){GT_OWNED_ROOT, number, value});
}

void gt_exclusive_contents(struct gt_exclusive *owners, uint32_t owner, uint32_t number,
                           uint32_t object)
{
    add_root(owners, owner, (struct gt_owned_edge){GT_OWNED_CONTENTS, number, object});
}

static void own_key(struct gt_exclusive *owners, uint32_t owner, uint64_t key)
{
    bool added;
    uint64_t *set = gt_map_put(&owners->edge_set, key, &added);

    *set = gt_sets_join(&owners->sets, added ? GT_SET_NONE : (uint32_t)*set, gt_set_of(owner));
}

void gt_exclusive_word(struct gt_exclusive *owners, uint32_t owner, uint64_t addr)
{
    add_edge(owners, owner, (struct gt_owned_edge){.key = addr, .kind = GT_OWNED_WORD});
    own_key(owners, owner, addr);
}

void gt_exclusive_out_edges(struct gt_exclusive *owners, uint32_t owner, uint32_t object)
{
    add_edge(owners, owner, (struct gt_owned_edge){.key = object, .kind = GT_OWNED_OUT_EDGES});
    own_key(owners, owner, MUTED_KEY | object);
}

static uint32_t set_of_key(const struct gt_exclusive *owners, uint64_t key)
{
    const uint64_t *set = gt_map_find(&owners->edge_set, key);
    return set ? (uint32_t)*set : GT_SET_NONE;
}

static bool in_base(const struct gt_exclusive *owners, uint32_t object)
{
    return object != GT_NO_OBJECT && gt_bit(owners->live, object) &&
           !gt_exclusive_in_residue(owners, object);
}

/* A word of an object; false where the object ends before it does or the core lacks it. */
static bool word_at(const struct gt_heap *heap, uint32_t object, uint64_t addr, uint64_t *value)
{
    const unsigned char *bytes = gt_heap_bytes(heap, object);
    uint64_t offset = addr - gt_heap_address(heap, object);

    if (!bytes || gt_heap_size(heap, object) < 8 || offset > gt_heap_size(heap, object) - 8)
        return false;
    *value = gt_load64(bytes + offset);
    return true;
}

/* ---- the spread ------------------------------------------------------------------------------ */

struct spread {
    struct gt_exclusive *owners;
    struct gt_bitmap waiting; /* by place in the residue */
    struct gt_u32s list;      /* objects on the list */
    struct gt_follow follow;
    uint32_t set;     /* of the edges that are being followed */
    uint64_t address; /* of the object that they start at */
    uint64_t inside;  /* pointers into this many bytes from `address` on are dropped */
};

static void fetch(const void *ctx, uint32_t object)
{
    const struct gt_exclusive *owners = ((const struct spread *)ctx)->owners;

    __builtin_prefetch(&owners->residue.words[object >> 6]);
    __builtin_prefetch(&owners->places.before[object >> 6]);
}

static void wait_for_scan(struct spread *spread, struct gt_aimed aimed, uint32_t place)
{
    const struct gt_region *region = &spread->owners->heap->regions[aimed.region - 1];

    if (aimed.object >= spread->owners->heap->scan_objects) return;
    if (gt_bit_test_set(&spread->waiting, place)) return;
    gt_fetch_slot(region, aimed.object - region->first);
    gt_u32s_add(&spread->list, aimed.object);
}

GT_INLINE void settle(void *ctx, struct gt_aimed aimed)
{
    struct spread *spread = ctx;
    struct gt_exclusive *owners = spread->owners;

    if (!gt_exclusive_in_residue(owners, aimed.object)) return;
    uint32_t place = gt_exclusive_place(owners, aimed.object), *set = &owners->set[place];
    uint32_t now = gt_sets_meet(&owners->sets, *set, aimed.from);
    if (now == *set) return;
    *set = now;
    wait_for_scan(spread, aimed, place);
}

static void send(struct spread *spread, uint64_t value, uint32_t set)
{
    gt_follow(&spread->follow, spread->owners->heap, value, set, fetch, settle, spread);
}

static void send_word(void *ctx, uint64_t offset, uint64_t value)
{
    struct spread *spread = ctx;

    (void)offset;
    send(spread, value, spread->set);
}

/* A word that may be owned, or may point into its own object. */
static void send_looked_at(void *ctx, uint64_t offset, uint64_t value)
{
    struct spread *spread = ctx;
    struct gt_exclusive *owners = spread->owners;
    uint32_t set = spread->set;

    if (value - spread->address < spread->inside) return;
    if (gt_cut_has_offset(owners->cut, offset))
        set = gt_sets_join(&owners->sets, set, set_of_key(owners, spread->address + offset));
    send(spread, value, set);
}

/* Follows all words of an object, whose set is `set`. */
static void scan(struct spread *spread, uint32_t object, uint32_t set, bool others_only)
{
    struct gt_exclusive *owners = spread->owners;
    const struct gt_region *region = gt_heap_region_of(owners->heap, object);
    uint32_t slot = object - region->first;
    uint64_t words = region->slot_size / 8;

    if (gt_bit(&owners->cut->no_out_edges, object))
        set = gt_sets_join(&owners->sets, set, set_of_key(owners, MUTED_KEY | object));
    spread->set = set;
    spread->address = region->base + slot * region->slot_size;
    spread->inside = others_only ? region->slot_size : 0;
    if (others_only || gt_bit(&owners->cut->has_words, object))
        gt_walk_slot(owners->heap, region, slot, words, send_looked_at, spread);
    else
        gt_walk_slot(owners->heap, region, slot, words, send_word, spread);
}

static void drain(struct spread *spread)
{
    struct gt_exclusive *owners = spread->owners;

    do {
        while (spread->list.len) {
            uint32_t object = spread->list.at[--spread->list.len];
            uint32_t place = gt_exclusive_place(owners, object);
            gt_bit_clear(&spread->waiting, place);
            scan(spread, object, owners->set[place], false);
        }
        gt_follow_all(&spread->follow, owners->heap, fetch, settle, spread);
    } while (spread->list.len);
}

/* An edge that starts in the residue counts once the object where it starts is reached. */
static void send_edge(struct spread *spread, const struct gt_owned_edge *edge)
{
    struct gt_exclusive *owners = spread->owners;
    const struct gt_heap *heap = owners->heap;
    uint32_t holder;
    uint64_t value;

    switch ((enum gt_owned_kind)edge->kind) {
    case GT_OWNED_ROOT:
        send(spread, edge->value, owners->root_set[edge->key]);
        break;
    case GT_OWNED_CONTENTS:
        scan(spread, (uint32_t)edge->value, owners->root_set[edge->key], true);
        break;
    case GT_OWNED_WORD: /* in an object whose out-edges are owned: goes with all its words */
        holder = gt_heap_object(heap, edge->key);
        if (in_base(owners, holder) && !gt_bit(&owners->cut->no_out_edges, holder) &&
            word_at(heap, holder, edge->key, &value))
            send(spread, value, set_of_key(owners, edge->key));
        break;
    case GT_OWNED_OUT_EDGES:
        if (in_base(owners, (uint32_t)edge->key))
            scan(spread, (uint32_t)edge->key, GT_SET_NONE, false);
        break;
    }
}

/* ---- the sums -------------------------------------------------------------------------------- */

static void sum_sets(const struct gt_exclusive *owners, struct gt_owned *sums)
{
    const struct gt_region *region = owners->heap->regions;
    uint32_t place = 0;

    for (size_t i = gt_bitmap_next(&owners->residue, 0); i < owners->residue.bits;
         i = gt_bitmap_next(&owners->residue, i + 1)) {
        if (i - region->first >= region->count)
            region = gt_heap_region_of(owners->heap, (uint32_t)i);
        struct gt_owned *sum = &sums[owners->set[place++]];
        sum->bytes += region->slot_size;
        sum->objects++;
    }
}

static void sum_owned(struct gt_exclusive *owners)
{
    uint32_t end = gt_sets_end(&owners->sets), members[GT_SET_MAX];
    struct gt_owned *sums = gt_calloc(end, sizeof *sums);

    if (gt_exclusive_residue_size(owners)) sum_sets(owners, sums);
    for (uint32_t set = GT_SET_FIRST; set < end; set++) {
        if (!sums[set].objects) continue;
        size_t count = gt_sets_members(&owners->sets, set, members);
        for (size_t i = 0; i < count; i++) {
            owners->owned[members[i]].bytes += sums[set].bytes;
            owners->owned[members[i]].objects += sums[set].objects;
        }
    }
    gt_free(sums);
}

void gt_exclusive_spread(struct gt_exclusive *owners)
{
    struct spread spread = {.owners = owners};

    while (owners->given < owners->count)
        owners->first_edge[++owners->given] = owners->edges.len;
    gt_bitmap_init(&spread.waiting, gt_exclusive_residue_size(owners));
    for (size_t i = 0; i < owners->edges.len; i++)
        send_edge(&spread, gt_vec_at(&owners->edges, i));
    drain(&spread);
    gt_bitmap_deinit(&spread.waiting);
    gt_u32s_deinit(&spread.list);
    sum_owned(owners);
}

void gt_exclusive_all(const struct gt_exclusive *owners, struct gt_bitmap *out)
{
    uint32_t place = 0;

    for (size_t i = gt_bitmap_next(&owners->residue, 0); i < owners->residue.bits;
         i = gt_bitmap_next(&owners->residue, i + 1))
        if (owners->set[place++] >= GT_SET_FIRST) gt_bit_set(out, (uint32_t)i);
}

bool gt_exclusive_has(const struct gt_exclusive *owners, uint32_t owner, uint32_t object)
{
    return gt_exclusive_in_residue(owners, object) &&
           gt_sets_has(&owners->sets, owners->set[gt_exclusive_place(owners, object)], owner);
}

/* ---- for walks over the residue ------------------------------------------------------------ */

struct alone {
    const struct gt_exclusive *owners;
    uint32_t set;     /* the set of the owner whose edges count */
    uint64_t address; /* of the object whose words are visited */
    uint64_t inside;  /* pointers into this many bytes from `address` on are dropped */
    gt_word_fn *visit;
    void *ctx;
};

static bool counts(const struct alone *alone, uint32_t set)
{
    return set == GT_SET_NONE || set == alone->set;
}

static void visit_alone(void *ctx, uint64_t offset, uint64_t value)
{
    const struct alone *alone = ctx;

    if (value - alone->address < alone->inside) return;
    if (counts(alone, set_of_key(alone->owners, alone->address + offset)))
        alone->visit(alone->ctx, offset, value);
}

static void words_alone(struct alone *alone, uint32_t object, bool others_only)
{
    const struct gt_exclusive *owners = alone->owners;

    if (gt_bit(&owners->cut->no_out_edges, object) &&
        !counts(alone, set_of_key(owners, MUTED_KEY | object)))
        return;
    alone->address = gt_heap_address(owners->heap, object);
    alone->inside = others_only ? gt_heap_size(owners->heap, object) : 0;
    if (others_only || gt_bit(&owners->cut->has_words, object))
        gt_heap_words(owners->heap, object, visit_alone, alone);
    else
        gt_heap_words(owners->heap, object, alone->visit, alone->ctx);
}

void gt_exclusive_words(const struct gt_exclusive *owners, uint32_t owner, uint32_t object,
                        gt_word_fn *visit, void *ctx)
{
    struct alone alone = {.owners = owners, .set = gt_set_of(owner), .visit = visit, .ctx = ctx};

    words_alone(&alone, object, false);
}

void gt_exclusive_follow(const struct gt_exclusive *owners, uint32_t owner,
                         const struct gt_owned_edge *edge, gt_word_fn *visit, void *ctx)
{
    struct alone alone = {.owners = owners, .set = gt_set_of(owner), .visit = visit, .ctx = ctx};
    uint32_t object = (uint32_t)edge->key;
    uint64_t value;

    if (edge->kind == GT_OWNED_WORD) {
        object = gt_heap_object(owners->heap, edge->key);
        if (in_base(owners, object) && !gt_bit(&owners->cut->no_out_edges, object) &&
            set_of_key(owners, edge->key) == alone.set &&
            word_at(owners->heap, object, edge->key, &value))
            visit(ctx, 0, value);
    } else if (edge->kind == GT_OWNED_OUT_EDGES) {
        if (in_base(owners, object)) words_alone(&alone, object, false);
    } else if (owners->root_set[edge->key] == alone.set) {
        if (edge->kind == GT_OWNED_ROOT)
            visit(ctx, 0, edge->value);
        else
            words_alone(&alone, (uint32_t)edge->value, true);
    }
}

bool gt_exclusive_starts_inside(const struct gt_exclusive *owners, const struct gt_owned_edge *edge)
{
    uint32_t object = (uint32_t)edge->key;

    if (edge->kind == GT_OWNED_WORD)
        object = gt_heap_object(owners->heap, edge->key);
    else if (edge->kind != GT_OWNED_OUT_EDGES)
        return false;
    return object != GT_NO_OBJECT && gt_exclusive_in_residue(owners, object);
}
