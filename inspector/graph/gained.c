/* Walks from the owner's edges up to shared objects, the gates. What is reached through a set of
 * gates is cached by the hash of the set. If an owner has an edge that starts at a shared object,
 * no gate stops the walk, and nothing is cached. */
#include "inspector/graph/gained.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>
#include <string.h>

struct known {           /* what is reached through a set of gates */
    size_t first, count; /* of its gates */
    struct gt_owned behind;
    uint64_t next; /* another one with the same hash, + 1; 0: none */
};

struct walk {
    struct gt_gained *reaches;
    uint32_t owner;
    bool stop_at_gates;
    struct gt_owned gained;
};

void gt_gained_init(struct gt_gained *reaches, const struct gt_exclusive *owners)
{
    *reaches = (struct gt_gained){.owners = owners, .known = GT_VEC_OF(struct known)};
    reaches->stamps =
        gt_calloc((size_t)gt_exclusive_residue_size(owners) + 1, sizeof *reaches->stamps);
}

void gt_gained_deinit(struct gt_gained *reaches)
{
    gt_free(reaches->stamps);
    gt_u32s_deinit(&reaches->list);
    gt_u32s_deinit(&reaches->gates);
    gt_u32s_deinit(&reaches->gate_list);
    gt_vec_deinit(&reaches->known);
    gt_map_deinit(&reaches->by_gates);
}

/* ---- walking --------------------------------------------------------------------------------- */

static void reach_value(void *ctx, uint64_t offset, uint64_t value)
{
    struct walk *walk = ctx;
    struct gt_gained *reaches = walk->reaches;
    const struct gt_exclusive *owners = reaches->owners;
    uint32_t object = gt_heap_object(owners->heap, value);

    (void)offset;
    if (object == GT_NO_OBJECT || !gt_exclusive_in_residue(owners, object)) return;
    uint32_t *stamp = &reaches->stamps[gt_exclusive_place(owners, object)];
    if (*stamp == reaches->stamp) return;
    *stamp = reaches->stamp;
    if (walk->stop_at_gates && !gt_exclusive_has(owners, walk->owner, object)) {
        gt_u32s_add(&reaches->gates, object);
        return;
    }
    walk->gained.bytes += gt_heap_size(owners->heap, object);
    walk->gained.objects++;
    if (object < owners->heap->scan_objects) gt_u32s_add(&reaches->list, object);
}

static void walk_on(struct walk *walk)
{
    struct gt_u32s *list = &walk->reaches->list;

    while (list->len) {
        uint32_t object = list->at[--list->len];
        gt_exclusive_words(walk->reaches->owners, walk->owner, object, reach_value, walk);
    }
}

/* ---- gates ----------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

static uint64_t hash_gates(const struct gt_u32s *gates)
{
    return gt_hash_bytes(gt_hash_seed(), gates->at, gates->len * sizeof *gates->at);
}

static const struct known *find_known(const struct gt_gained *reaches, uint64_t index)
{
    const struct gt_u32s *gates = &reaches->gates;

    while (index) {
        const struct known *known = gt_vec_at(&reaches->known, index - 1);
        if (known->count == gates->len && memcmp(&reaches->gate_list.at[known->first], gates->at,
                                                 gates->len * sizeof *gates->at) == 0)
            return known;
        index = known->next;
    }
    return NULL;
}

static struct gt_owned walk_gates(struct gt_gained *reaches)
{
    const struct gt_exclusive *owners = reaches->owners;
    struct walk walk = {.reaches = reaches, .owner = GT_NOBODY};

    reaches->stamp++;
    for (size_t i = 0; i < reaches->gates.len; i++)
        reach_value(&walk, 0, gt_heap_address(owners->heap, reaches->gates.at[i]));
    walk_on(&walk);
    return walk.gained;
}

static struct gt_owned behind_gates(struct gt_gained *reaches)
{
    struct gt_u32s *gates = &reaches->gates;

    if (!gates->len) return (struct gt_owned){0};
    qsort(gates->at, gates->len, sizeof *gates->at, by_number);
    uint64_t *last = gt_map_put(&reaches->by_gates, hash_gates(gates), NULL);
    const struct known *found = find_known(reaches, *last);
    if (found) return found->behind;
    struct known known = {reaches->gate_list.len, gates->len, walk_gates(reaches), *last};
    for (size_t i = 0; i < gates->len; i++)
        gt_u32s_add(&reaches->gate_list, gates->at[i]);
    gt_vec_add(&reaches->known, &known);
    *last = reaches->known.len;
    return known.behind;
}

/* An edge of the owner starts at an object that others keep too. Then what is reached through that
 * object differs between owners. */
static bool has_edges_within(const struct gt_exclusive *owners, uint32_t owner)
{
    for (size_t i = owners->first_edge[owner]; i < owners->first_edge[owner + 1]; i++) {
        const struct gt_owned_edge *edge = gt_exclusive_edge(owners, i);
        if (!gt_exclusive_starts_inside(owners, edge)) continue;
        uint32_t start = edge->kind == GT_OWNED_WORD ? gt_heap_object(owners->heap, edge->key)
                                                     : (uint32_t)edge->key;
        if (!gt_exclusive_has(owners, owner, start)) return true;
    }
    return false;
}

struct gt_owned gt_gained_by(struct gt_gained *reaches, uint32_t owner)
{
    const struct gt_exclusive *owners = reaches->owners;
    struct walk walk = {.reaches = reaches, .owner = owner};

    walk.stop_at_gates = !has_edges_within(owners, owner);
    reaches->stamp++;
    gt_u32s_clear(&reaches->gates);
    for (size_t i = owners->first_edge[owner]; i < owners->first_edge[owner + 1]; i++)
        gt_exclusive_follow(owners, owner, gt_exclusive_edge(owners, i), reach_value, &walk);
    walk_on(&walk);
    struct gt_owned behind = behind_gates(reaches);
    return (struct gt_owned){walk.gained.bytes + behind.bytes,
                             walk.gained.objects + behind.objects};
}
