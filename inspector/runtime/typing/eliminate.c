/* Types objects that nothing typed leads to, or only generic code: each gets the one type of the
 * program that fits. */
#include "inspector/runtime/typing/candidates.h"
#include "inspector/runtime/typing/map_shapes.h"
#include "inspector/runtime/typing/typing_impl.h"

#include <string.h>

enum { LEAST_BLOCK = 1024 }; /* bytes; slices into smaller blocks are not bounded */

struct eliminator {
    struct gt_typing *typing;
    struct gt_candidates *candidates;
    const struct gt_map_shapes *maps;
};

/* Types of the runtime's own objects. These are handled apart, since their contents say more than
 * the types. */
enum part { NO_PART, MAP_HEADER, MAP_TABLE, MAP_BUCKET, CHANNEL };

static enum part part_of(const char *name)
{
    static const struct {
        const char *name;
        enum part part;
    } rows[] = {
        {"runtime.hmap", MAP_HEADER}, /* up to Go 1.23 */
        {"maps.Map", MAP_HEADER},     {"internal/runtime/maps.Map", MAP_HEADER},
        {"maps.table", MAP_TABLE},    {"internal/runtime/maps.table", MAP_TABLE},
        {"runtime.hchan", CHANNEL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, name) == 0) return rows[i].part;
    return strncmp(name, "map.bucket[", 11) == 0 ? MAP_BUCKET : NO_PART;
}

static void claim_channel(struct gt_typing *typing, uint64_t addr)
{
    struct gt_word word = {.value = addr, .kind = GT_P_CHAN};

    gt_claim_word(typing, &word);
}

/* A map's header waits until its storage has a type, and buckets wait for their header
 * (type_of_buckets). A single bucket may be an overflow bucket of an array that is too long to be
 * read: its entries could get another type than those of the array. */
static void claim_found(struct gt_typing *typing, uint64_t addr, gt_type_id id, uint64_t count)
{
    switch (part_of(gt_types_name(typing->types, id))) {
    case NO_PART:
        gt_claim(typing, addr, id, count);
        break;
    case CHANNEL:
        claim_channel(typing, addr);
        break;
    case MAP_TABLE:
        gt_claim_opaque(typing, addr);
        break;
    default:
        break;
    }
}

/* A closure is known by its function, which tells more than the type of what it captured. */
static bool claim_closure(const struct eliminator *eliminator, uint32_t object)
{
    struct gt_typing *typing = eliminator->typing;

    gt_claim_function(typing, gt_heap_address(&typing->heap->graph, object));
    if (!typing->waiting_count) return false;
    gt_drain(typing);
    return gt_packed_at(&typing->type, object) != 0;
}

static void eliminate(const struct eliminator *eliminator, uint32_t object)
{
    struct gt_typing *typing = eliminator->typing;
    uint64_t addr = gt_heap_address(&typing->heap->graph, object), count = 0;

    if (claim_closure(eliminator, object)) return;
    gt_type_id id = gt_candidate_of(eliminator->candidates, object, &count);
    if (!id) return;
    claim_found(typing, addr, id, count);
    gt_drain(typing);
}

/* The one type of buckets that fits the storage of a header, as many as the header says. Overflow
 * buckets are elsewhere. */
static gt_type_id type_of_buckets(const struct eliminator *eliminator, uint32_t header,
                                  uint32_t storage)
{
    uint64_t expected = gt_map_bucket_count(eliminator->maps, header), count = 0;
    gt_type_id id = expected ? gt_candidate_of(eliminator->candidates, storage, &count) : 0;

    return count == expected ? id : (gt_type_id)GT_NO_TYPE;
}

/* The map's storage may have a type by now. */
static void claim_map(const struct eliminator *eliminator, uint32_t object)
{
    struct gt_typing *typing = eliminator->typing;
    uint32_t storage = gt_map_storage_of(eliminator->maps, object);

    if (storage == GT_NO_OBJECT) return;
    gt_type_id type = gt_typing_knows(typing, storage)
                          ? gt_typing_type(typing, storage)
                          : type_of_buckets(eliminator, object, storage);
    gt_type_id map = gt_map_of_storage(eliminator->maps, object, type);
    if (!map) return;
    gt_claim_map(typing, gt_heap_address(&typing->heap->graph, object), map);
    gt_drain(typing);
}

/* A generic function's shape says less than the type that it stands for. */
static bool has_type(const struct gt_typing *typing, uint32_t object, bool shapes)
{
    gt_type_id id = gt_typed_id(gt_packed_at(&typing->type, object));

    return id && !(shapes && id != GT_OPAQUE_TYPE && gt_type_row(typing, id)->shaped);
}

static bool any_shapes(const struct gt_typing *typing)
{
    for (size_t i = 0; i < typing->rows->len; i++)
        if (((const struct gt_type_row *)gt_vec_at(typing->rows, i))->shaped) return true;
    return false;
}

/* Has an object near this one perhaps the type of a shape? */
static bool shapes_near(const struct gt_typing *typing, uint32_t object)
{
    size_t count;
    const uint32_t *values = gt_packed_near(&typing->type, object, &count);

    for (size_t i = 0; i < count; i++) {
        gt_type_id id = gt_typed_id(values[i]);
        if (id && id != GT_OPAQUE_TYPE && gt_type_row(typing, id)->shaped) return true;
    }
    return false;
}

/* Visits the untyped ones of the 64 objects from `first` on. A visit may type others of them. */
static void untyped_of_word(const struct eliminator *eliminator, uint32_t first, uint64_t live,
                            bool shapes, void visit(const struct eliminator *, uint32_t))
{
    const struct gt_typing *typing = eliminator->typing;

    while (live) {
        uint64_t left = live;
        if (!shapes || !shapes_near(typing, first))
            left &= ~gt_packed_nonzero(&typing->type, first);
        if (!left) return;
        unsigned bit = (unsigned)__builtin_ctzll(left);
        if (!has_type(typing, first + bit, shapes)) visit(eliminator, first + bit);
        live &= bit < 63 ? ~(uint64_t)0 << (bit + 1) : 0;
    }
}

/* With shapes, an object that has a type may be visited, too. */
static void each_untyped(const struct eliminator *eliminator, const struct gt_bitmap *live,
                         bool shapes, void visit(const struct eliminator *, uint32_t))
{
    const struct gt_bitmap *words = &eliminator->typing->untyped;
    uint32_t end = eliminator->typing->heap->graph.scan_objects;

    for (size_t word = 0; word < words->bits; word++) {
        if (!shapes) word = gt_bitmap_next(words, word);
        if (word == words->bits) return;
        uint32_t first = (uint32_t)word * 64;
        untyped_of_word(eliminator, first, live->words[word] & gt_low_bits(end - first), shapes,
                        visit);
    }
}

void gt_eliminate(struct gt_typing *typing, const struct gt_bitmap *live)
{
    struct eliminator eliminator = {typing, gt_candidates_create(typing), NULL};

    each_untyped(&eliminator, live, any_shapes(typing), eliminate);
    gt_candidates_destroy(eliminator.candidates);
}

struct bounder {
    struct gt_typing *typing;
    struct gt_candidates *candidates;
    struct gt_slot_ref ref; /* of the object whose words are visited */
};

/* The width decides only where bytes as elements would leave out half of a block that is not small.
 */
static void bound_slice(void *ctx, const struct gt_word *word)
{
    const struct bounder *bounder = ctx;
    const struct gt_goheap *heap = bounder->typing->heap;
    uint32_t block = gt_heap_object(&heap->graph, word->value);

    if (word->kind != GT_P_SLICE || !word->inferred || word->bytes || block == GT_NO_OBJECT ||
        block < heap->graph.scan_objects || gt_heap_size(&heap->graph, block) < LEAST_BLOCK ||
        word->cap * 2 > gt_heap_size(&heap->graph, block))
        return;
    uint64_t widest =
        gt_candidates_widest(bounder->candidates, gt_slot_object(&bounder->ref), word);
    if (widest) *gt_map_put(&bounder->typing->widest, word->addr, NULL) = widest;
}

/* Has the slot a pointer before two words that are no pointers? */
static bool may_hold_slice(const struct gt_slot_ref *ref)
{
    const struct gt_region *region = ref->region;
    uint64_t words = region->slot_size / 8;

    if (region->scan != GT_SCAN_BITMAP || gt_slot_is_wide(region) || words < 3) return false;
    uint64_t mask = gt_slot_mask(ref);
    return mask & ~(mask >> 1) & ~(mask >> 2) & gt_low_bits(words - 2);
}

static void bound_slices_of(void *ctx, uint32_t object)
{
    struct bounder *bounder = ctx;
    const struct gt_word_reader reader = {.word = bound_slice, .ctx = bounder};

    bounder->ref = gt_slot_ref_near(bounder->typing, object, &bounder->ref);
    if (may_hold_slice(&bounder->ref))
        gt_typing_words_of_slot(bounder->typing, &bounder->ref, &reader);
}

void gt_bound_slices(struct gt_typing *typing, const struct gt_bitmap *live)
{
    struct bounder bounder = {.typing = typing, .candidates = gt_candidates_create(typing)};

    gt_each_untyped(typing, live, bound_slices_of, &bounder);
    gt_candidates_destroy(bounder.candidates);
}

void gt_claim_untyped_maps(struct gt_typing *typing, const struct gt_map_shapes *maps,
                           const struct gt_bitmap *live)
{
    struct eliminator eliminator = {typing, gt_candidates_create(typing), maps};

    each_untyped(&eliminator, live, false, claim_map);
    gt_candidates_destroy(eliminator.candidates);
}
