/* The kinds of live objects, by claims, types, sizes and pointer masks. */
#include "inspector/detect/heap_tables/object_kinds.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/looks.h"
#include "inspector/detect/heap_tables/type_package.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    MASK_BYTES = 512,      /* bytes; a slot of at most this size has one mask of 64 words */
    MOST_MASKS = 1024,     /* kinds of untyped objects that masks distinguish */
    MOST_WORDS = 6,        /* words of one mask that a name shows */
    LARGEST_SMALL = 32768, /* the largest size class; larger slots have exactly the size that they
                            * need */
    TYPE_BITS = 24,
};

struct sorter { /* sorts objects into kinds */
    const struct gt_heap_analysis *analysis;
    struct gt_object_kinds *kinds;
    struct gt_map known;      /* claim, or kind of an untyped object -> kind + 1 */
    struct gt_map masks;      /* size and mask -> its number in `known` */
    struct gt_strmap by_name; /* -> kind + 1 */
    uint64_t last_key;
    uint32_t last;
    const struct gt_region *last_region; /* of the last object, with what is known of its type */
    uint32_t last_typed;
};

/* Kinds of keys beside claims, which are below 1 << 32. */
enum { UNTYPED = 1, TINY, RUNTIME, MASKED, BEGINS };

static uint64_t key_of(unsigned what, uint64_t number)
{
    return (uint64_t)what << 56 | number;
}

/* ---- the kind of an object ---------------------------------------------------------------- */

static void add_to_mask(void *ctx, uint64_t offset, uint64_t value)
{
    (void)value;
    *(uint64_t *)ctx |= (uint64_t)1 << (offset / 8 & 63);
}

static uint64_t mask_of(const struct sorter *sorter, uint32_t object)
{
    uint64_t mask = 0;

    gt_heap_words(&sorter->analysis->heap->graph, object, add_to_mask, &mask);
    return mask;
}

static uint64_t key_of_untyped(struct sorter *sorter, uint32_t object, uint64_t size)
{
    const struct gt_heap *graph = &sorter->analysis->heap->graph;

    if (gt_goheap_tiny(sorter->analysis->heap, object)) return key_of(TINY, size);
    if (gt_typing_knows(sorter->analysis->typing, object)) return key_of(RUNTIME, size);
    bool pointers = object < graph->scan_objects;
    if (!pointers || size > MASK_BYTES) return key_of(UNTYPED, size << 1 | pointers);
    uint64_t mixed = gt_look_blend(mask_of(sorter, object), size);
    if (sorter->masks.len >= MOST_MASKS && !gt_map_find(&sorter->masks, mixed))
        return key_of(UNTYPED, size << 1 | pointers);
    bool added;
    uint64_t *number = gt_map_put(&sorter->masks, mixed, &added);
    if (added) *number = sorter->masks.len;
    return key_of(MASKED, *number);
}

/* A pointer to the first field of a larger object gives only the type that the object begins
 * with. */
static uint64_t key_of_value(const struct sorter *sorter, uint64_t slot, gt_type_id type)
{
    const struct gt_type *described = gt_types_get(sorter->analysis->process->types, type);

    if (described->kind != GT_T_MAP && described->size <= slot / 2 && slot <= LARGEST_SMALL)
        return key_of(BEGINS, slot << TYPE_BITS | type);
    return gt_form_of_type(GT_FORM_VALUE, type);
}

static uint64_t key_of_object(struct sorter *sorter, uint32_t object, uint64_t slot, uint32_t claim)
{
    const struct gt_typing *typing = sorter->analysis->typing;
    gt_type_id type = gt_typing_type(typing, object);

    if (type && (gt_form_in(claim) == GT_FORM_ARRAY || gt_typing_elements(typing, object) > 1))
        return gt_form_of_type(GT_FORM_ARRAY, type);
    if (type) return key_of_value(sorter, slot, type);
    if (gt_form_in(claim) == GT_FORM_VALUE) return key_of_value(sorter, slot, gt_form_type(claim));
    return claim ? claim : key_of_untyped(sorter, object, slot);
}

/* ---- names of kinds ------------------------------------------------------------------------ */

static const char *name_of_claim(const struct sorter *sorter, uint32_t claim)
{
    static const char *const patterns[GT_FORMS] = {[GT_FORM_VALUE] = "%s",
                                                   [GT_FORM_ARRAY] = "[]%s",
                                                   [GT_FORM_STRING] = "string",
                                                   [GT_FORM_CHAN] = "chan %s",
                                                   [GT_FORM_TABLES] = "(tables of %s)",
                                                   [GT_FORM_CLOSURE] = "(func value)"};
    const char *pattern = patterns[gt_form_in(claim)], *place = strstr(pattern, "%s");
    struct gt_arena *storage = &sorter->kinds->names;
    const char *name =
        gt_full_type_name(sorter->analysis->process->types, gt_form_type(claim), storage);

    if (!place) return pattern;
    return gt_arena_format(storage, "%.*s%s%s", (int)(place - pattern), pattern, name, place + 2);
}

static const char *name_of_mask(const struct sorter *sorter, uint64_t size, uint64_t mask)
{
    struct gt_str words = {0};
    unsigned count = 0;

    for (; mask && count < MOST_WORDS; mask &= mask - 1, count++)
        gt_str_format(&words, "%s%d", count ? ", " : "", __builtin_ctzll(mask));
    const char *name =
        gt_arena_format(&sorter->kinds->names, "(untyped, %" PRIu64 " B, pointers in words %s%s)",
                        size, gt_str_text(&words), mask ? ", ..." : "");
    gt_str_deinit(&words);
    return name;
}

static const char *name_of_untyped(const struct sorter *sorter, uint64_t key, uint32_t object)
{
    struct gt_arena *storage = &sorter->kinds->names;
    uint64_t size = gt_heap_size(&sorter->analysis->heap->graph, object);
    bool pointers = object < sorter->analysis->heap->graph.scan_objects;

    switch (key >> 56) {
    case TINY:
        return "(tiny allocator block, 16 B)";
    case RUNTIME:
        return gt_arena_format(storage, "(the runtime's own, %" PRIu64 " B)", size);
    case BEGINS:
        return gt_arena_format(storage, "(%" PRIu64 " B that begin with %s)", size,
                               gt_types_name(sorter->analysis->process->types,
                                             key & (((gt_type_id)1 << TYPE_BITS) - 1)));
    case MASKED:
        return name_of_mask(sorter, size, mask_of(sorter, object));
    default:
        return gt_arena_format(storage, "(untyped, %" PRIu64 " B, %s)", size,
                               pointers ? "pointers" : "no pointers");
    }
}

static uint32_t make_kind(struct sorter *sorter, uint64_t key, uint32_t object)
{
    bool typed = key <= UINT32_MAX, added;
    const char *name =
        typed ? name_of_claim(sorter, (uint32_t)key) : name_of_untyped(sorter, key, object);
    uint64_t *number = gt_strmap_put(&sorter->by_name, name, &added);

    if (!added) return (uint32_t)*number - 1;
    struct gt_object_kind *kind = gt_vec_push(&sorter->kinds->list);
    kind->name = name;
    kind->type = typed ? gt_form_type((uint32_t)key) : (gt_type_id)GT_NO_TYPE;
    kind->form = typed ? gt_form_in((uint32_t)key) : GT_FORM_NONE;
    if (key >> 56 == BEGINS) kind->first = key & (((gt_type_id)1 << TYPE_BITS) - 1);
    *number = sorter->kinds->list.len;
    return (uint32_t)*number - 1;
}

/* The kind of the last object is tried first, since neighbours are often of one kind. */
static uint32_t kind_of(struct sorter *sorter, uint32_t object, uint64_t slot, uint32_t claim)
{
    uint64_t key = key_of_object(sorter, object, slot, claim);

    if (key == sorter->last_key) return sorter->last;
    uint64_t *kind = gt_map_put(&sorter->known, key, NULL);
    if (!*kind) *kind = make_kind(sorter, key, object) + (uint64_t)1;
    sorter->last_key = key;
    return sorter->last = (uint32_t)*kind - 1;
}

/* ---- all of them --------------------------------------------------------------------------- */

/* Objects of one type in slots of one size, which are not too large, are of one kind. */
static bool is_like_last(const struct sorter *sorter, const struct gt_region *region,
                         uint32_t typed, uint32_t claim)
{
    return typed && !claim && typed == sorter->last_typed && sorter->last_region == region &&
           region->slot_size <= MASK_BYTES;
}

static uint32_t number_of(struct sorter *sorter, uint32_t object, const struct gt_region *region,
                          uint32_t claim)
{
    const struct gt_heap *graph = &sorter->analysis->heap->graph;
    uint32_t typed =
        object < graph->scan_objects ? gt_packed_at(&sorter->analysis->typing->type, object) : 0;

    if (is_like_last(sorter, region, typed, claim)) return sorter->last;
    sorter->last_typed = claim ? 0 : typed;
    sorter->last_region = region;
    return kind_of(sorter, object, region->slot_size, claim);
}

static void sort_object(struct sorter *sorter, uint32_t object, const struct gt_region *region,
                        uint32_t *number)
{
    *number = number_of(sorter, object, region, *number);
    struct gt_object_kind *kind = gt_vec_at(&sorter->kinds->list, *number);
    kind->bytes += region->slot_size;
    kind->objects++;
}

/* Replaces claims by kinds. */
static void sort_objects(struct sorter *sorter)
{
    const struct gt_region *region = sorter->analysis->heap->graph.regions;
    const struct gt_bitmap *set = sorter->kinds->rank.set;
    uint32_t *number = sorter->kinds->wide;

    for (size_t word = 0; word * 64 < set->bits; word++)
        for (uint64_t bits = set->words[word]; bits; bits &= bits - 1) {
            size_t at = word * 64 + (size_t)__builtin_ctzll(bits);
            while (at - region->first >= region->count)
                region++;
            sort_object(sorter, (uint32_t)at, region, number++);
        }
}

struct numbered {
    uint64_t bytes;
    uint32_t number;
};

static int by_bytes(const void *a, const void *b)
{
    const struct numbered *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return left->number < right->number ? -1 : 1;
}

static void number_by_bytes(struct gt_object_kinds *kinds)
{
    struct gt_vec order = GT_VEC_OF(struct numbered), sorted = GT_VEC_OF(struct gt_object_kind);
    uint32_t *now = gt_alloc((kinds->list.len + 1) * sizeof *now);

    for (uint32_t i = 0; i < kinds->list.len; i++)
        gt_vec_add(&order, &(struct numbered){gt_object_kind_at(kinds, i)->bytes, i});
    if (order.len) qsort(order.data, order.len, sizeof(struct numbered), by_bytes);
    for (uint32_t i = 0; i < order.len; i++) {
        uint32_t number = ((const struct numbered *)gt_vec_at(&order, i))->number;
        gt_vec_add(&sorted, gt_object_kind_at(kinds, number));
        now[number] = i;
    }
    for (uint32_t i = 0; i < gt_rank_count(&kinds->rank); i++)
        kinds->wide[i] = now[kinds->wide[i]];
    gt_vec_deinit(&kinds->list);
    kinds->list = sorted;
    gt_vec_deinit(&order);
    gt_free(now);
}

/* Gives each number as few bytes as the largest needs. */
static void narrow(struct gt_object_kinds *kinds)
{
    uint32_t count = gt_rank_count(&kinds->rank);
    size_t most = kinds->list.len;

    if (most > (size_t)UINT16_MAX + 1) return;
    if (most <= (size_t)UINT8_MAX + 1)
        kinds->narrow = gt_alloc((size_t)count + 1);
    else
        kinds->medium = gt_alloc(((size_t)count + 1) * sizeof *kinds->medium);
    for (uint32_t i = 0; i < count; i++)
        if (kinds->narrow)
            kinds->narrow[i] = (uint8_t)kinds->wide[i];
        else
            kinds->medium[i] = (uint16_t)kinds->wide[i];
    gt_free(kinds->wide);
    kinds->wide = NULL;
}

static void sort_all(struct gt_object_kinds *kinds, const struct gt_bitmap *set)
{
    const struct gt_heap_analysis *analysis = kinds->analysis;
    struct sorter sorter = {.analysis = analysis, .kinds = kinds, .last_key = UINT64_MAX};

    gt_rank_init(&kinds->rank, set);
    kinds->wide = gt_object_claims(analysis, &kinds->rank);
    sort_objects(&sorter);
    number_by_bytes(kinds);
    narrow(kinds);
    gt_map_deinit(&sorter.known);
    gt_map_deinit(&sorter.masks);
    gt_strmap_deinit(&sorter.by_name);
}

static struct gt_object_kinds *create(const struct gt_heap_analysis *analysis)
{
    struct gt_object_kinds *kinds = gt_alloc(sizeof *kinds);

    *kinds = (struct gt_object_kinds){
        .analysis = analysis, .list = GT_VEC_OF(struct gt_object_kind), .typing = analysis->typing};
    return kinds;
}

const struct gt_object_kinds *gt_object_kinds(struct gt_heap_analysis *analysis)
{
    if (analysis->kinds && analysis->kinds->typing == analysis->typing) return analysis->kinds;
    gt_object_kinds_destroy(analysis->kinds);
    analysis->kinds = create(analysis);
    sort_all(analysis->kinds, &analysis->live);
    return analysis->kinds;
}

struct gt_object_kinds *gt_object_kinds_of(const struct gt_heap_analysis *analysis,
                                           struct gt_bitmap some)
{
    struct gt_object_kinds *kinds = create(analysis);

    kinds->some = some;
    gt_claims_need(analysis, &kinds->some);
    sort_all(kinds, &kinds->some);
    return kinds;
}

void gt_object_kinds_destroy(struct gt_object_kinds *kinds)
{
    if (!kinds) return;
    gt_rank_deinit(&kinds->rank);
    gt_bitmap_deinit(&kinds->some);
    gt_free(kinds->narrow);
    gt_free(kinds->medium);
    gt_free(kinds->wide);
    gt_vec_deinit(&kinds->list);
    gt_arena_deinit(&kinds->names);
    gt_free(kinds);
}
