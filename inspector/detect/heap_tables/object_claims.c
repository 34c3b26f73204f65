/* Claims of live words on objects that typing leaves out. */
#include "inspector/detect/heap_tables/object_claims.h"

#include "gotypes/types/maps.h"
#include "inspector/base/alloc.h"
#include "inspector/graph/reverse_edges.h"
#include "inspector/runtime/functions/closures.h"

enum {
    MOST_TYPES = 1 << 24,
    TINY_BLOCK = 16,
    MOST_SPARE = 32, /* bytes of a slot that a channel does not use */
};

struct claims {
    const struct gt_heap_analysis *analysis;
    const struct gt_heap *graph;
    struct gt_types *types;
    const struct gt_rank *rank;
    uint32_t *claim; /* by rank */
};

static uint64_t size_of(const struct claims *claims, gt_type_id type)
{
    return type ? gt_types_get(claims->types, type)->size : 0;
}

/* ---- the strongest claim ------------------------------------------------------------------ */

static bool fills(const struct claims *claims, gt_type_id type, uint64_t slot)
{
    return size_of(claims, type) > slot / 2;
}

static unsigned strength(const struct claims *claims, uint32_t claim, uint64_t slot)
{
    static const unsigned strengths[GT_FORMS] = {
        [GT_FORM_VALUE] = 1,   [GT_FORM_STRING] = 2, [GT_FORM_ARRAY] = 3,
        [GT_FORM_CLOSURE] = 5, [GT_FORM_TABLES] = 6, [GT_FORM_CHAN] = 6};
    enum gt_form form = gt_form_in(claim);

    if (form == GT_FORM_VALUE && fills(claims, gt_form_type(claim), slot)) return 4;
    return strengths[form];
}

static bool is_stronger(const struct claims *claims, uint32_t claim, uint32_t than, uint64_t slot)
{
    unsigned own = strength(claims, claim, slot), other = strength(claims, than, slot);
    uint64_t size = size_of(claims, gt_form_type(claim));
    uint64_t other_size = size_of(claims, gt_form_type(than));

    if (own != other) return own > other;
    if (size != other_size) return size > other_size;
    return claim < than;
}

struct target { /* of a word */
    const struct gt_region *region;
    uint32_t object;
    uint64_t offset; /* in the slot */
};

/* Objects with a type need no claim: of the objects with pointers, only those of the runtime do.
 * Most words lead to others, and their regions say so. */
static bool find(const struct claims *claims, uint64_t value, enum gt_form form,
                 struct target *target)
{
    const struct gt_region *region = gt_heap_region(claims->graph, value);
    bool runtimes = form == GT_FORM_CHAN || form == GT_FORM_TABLES;

    if (!region || (region->scan != GT_SCAN_NONE && !runtimes)) return false;
    uint32_t slot = gt_region_slot(region, value);
    if (slot >= region->count) return false;
    *target = (struct target){region, region->first + slot,
                              value - region->base - slot * region->slot_size};
    return gt_bit(claims->rank->set, target->object) &&
           (region->scan == GT_SCAN_NONE ||
            !gt_typing_type(claims->analysis->typing, target->object));
}

static bool is_possible(const struct claims *claims, const struct target *target, enum gt_form form,
                        uint64_t bytes)
{
    if (form == GT_FORM_VALUE && (bytes == 0 || bytes > target->region->slot_size)) return false;
    return bytes >= TINY_BLOCK || !gt_goheap_tiny(claims->analysis->heap, target->object);
}

/* `bytes`: the size that the word gives. Most claims repeat the one that is there. */
static void claim(const struct claims *claims, const struct target *target, enum gt_form form,
                  gt_type_id type, uint64_t bytes)
{
    uint32_t *now = &claims->claim[gt_rank_of(claims->rank, target->object)];
    uint32_t made = gt_form_of_type(form, type);

    if (type >= MOST_TYPES || made == *now || !is_possible(claims, target, form, bytes)) return;
    if (is_stronger(claims, made, *now, target->region->slot_size)) *now = made;
}

/* ---- claims of words ------------------------------------------------------------------------ */

static void claim_value(const struct claims *claims, const struct gt_word *word)
{
    struct target target;

    if (word->type && find(claims, word->value, GT_FORM_VALUE, &target) && !target.offset)
        claim(claims, &target, GT_FORM_VALUE, word->type, size_of(claims, word->type));
}

/* An array of one element counts as that element. */
static void claim_slice(const struct claims *claims, const struct gt_word *word)
{
    struct target target;
    uint64_t bytes;

    if (!word->type || !find(claims, word->value, GT_FORM_ARRAY, &target) ||
        !gt_mul(word->cap, size_of(claims, word->type), &bytes) || !bytes)
        return;
    bool one = fills(claims, word->type, target.region->slot_size);
    claim(claims, &target, one ? GT_FORM_VALUE : GT_FORM_ARRAY, word->type, bytes);
}

/* The buffer of a channel that has room for one element, if it is in the set; else GT_NO_OBJECT. */
static uint32_t buffer_of_one(const struct gt_heap_analysis *analysis, const struct gt_bitmap *set,
                              uint64_t channel)
{
    uint64_t room, buffer;

    if (!gt_process_field(analysis->process, channel, GT_F_hchan_dataqsiz, &room) || room != 1 ||
        !gt_process_field(analysis->process, channel, GT_F_hchan_buf, &buffer))
        return GT_NO_OBJECT;
    uint32_t object = gt_heap_object(&analysis->heap->graph, buffer);
    return object != GT_NO_OBJECT && gt_bit(set, object) ? object : GT_NO_OBJECT;
}

/* A buffer of one element looks like an object of that type. */
static void claim_buffer(const struct claims *claims, uint64_t channel)
{
    uint32_t object = buffer_of_one(claims->analysis, claims->rank->set, channel);

    if (object == GT_NO_OBJECT) return;
    gt_type_id type = gt_typing_type(claims->analysis->typing, object);
    if (type && type < MOST_TYPES)
        claims->claim[gt_rank_of(claims->rank, object)] = gt_form_of_type(GT_FORM_ARRAY, type);
}

/* A channel whose buffer has no pointers is one object with its buffer. */
static void claim_channel(const struct claims *claims, const struct gt_word *word)
{
    struct target target;

    if (!find(claims, word->value, GT_FORM_CHAN, &target)) return;
    claim(claims, &target, GT_FORM_CHAN, word->type, TINY_BLOCK);
    claim_buffer(claims, word->value);
}

static void claim_closure(const struct claims *claims, const struct gt_word *word)
{
    const struct gt_heap_analysis *analysis = claims->analysis;
    struct target target;
    uint64_t entry;

    if (!find(claims, word->value, GT_FORM_CLOSURE, &target) ||
        !gt_mem_u64(analysis->process->mem, word->value, &entry))
        return;
    gt_type_id type = gt_closure_type(analysis->typing->closures, entry);
    claim(claims, &target, type ? GT_FORM_VALUE : GT_FORM_CLOSURE, type,
          type ? size_of(claims, type) : sizeof entry);
}

static void claim_string(const struct claims *claims, const struct gt_word *word)
{
    struct target target;

    if (find(claims, word->value, GT_FORM_STRING, &target))
        claim(claims, &target, GT_FORM_STRING, GT_NO_TYPE, word->len);
}

static void claim_word(void *ctx, const struct gt_word *word)
{
    const struct claims *claims = ctx;

    if (word->inferred) return;
    switch (word->kind) {
    case GT_P_POINTER:
        claim_value(claims, word);
        break;
    case GT_P_SLICE:
        claim_slice(claims, word);
        break;
    case GT_P_STRING:
        claim_string(claims, word);
        break;
    case GT_P_CHAN:
        claim_channel(claims, word);
        break;
    case GT_P_FUNC:
        claim_closure(claims, word);
        break;
    default:
        break;
    }
}

/* ---- maps ---------------------------------------------------------------------------------- */

struct map_claim {
    const struct claims *claims;
    gt_type_id map, group;
};

static void claim_part(void *ctx, enum gt_map_part part, uint64_t addr, uint64_t count)
{
    const struct map_claim *map = ctx;
    enum gt_form form = part != GT_MAP_GROUPS ? GT_FORM_TABLES
                        : count > 1           ? GT_FORM_ARRAY
                                              : GT_FORM_VALUE;
    struct target target;

    if (!find(map->claims, addr, form, &target)) return;
    if (part != GT_MAP_GROUPS)
        claim(map->claims, &target, form, map->map, TINY_BLOCK);
    else
        claim(map->claims, &target, form, map->group, size_of(map->claims, map->group));
}

static void claim_map(void *ctx, uint32_t object)
{
    const struct claims *claims = ctx;
    gt_type_id type = gt_typing_type(claims->analysis->typing, object);

    if (!type || gt_types_get(claims->types, type)->kind != GT_T_MAP) return;
    struct map_claim map = {
        claims, type, gt_types_find(claims->types, gt_types_get(claims->types, type)->map.group)};
    gt_map_parts(claims->types, type,
                 gt_goheap_user(claims->analysis->heap, object, &(uint64_t){0}), claim_part, &map);
}

static void ignore_object(void *ctx, uint32_t object)
{
    (void)ctx, (void)object;
}

/* ---- sets of some objects ------------------------------------------------------------------ */

/* Calls `visit` for the live objects of regions with pointers, whose slots have at least `least`
 * bytes and fewer than `end`. */
static void visit_sizes(const struct gt_heap_analysis *analysis, uint64_t least, uint64_t end,
                        gt_typed_object_fn *visit, void *ctx)
{
    const struct gt_heap *graph = &analysis->heap->graph;

    for (uint32_t i = 0; i < graph->region_count; i++) {
        const struct gt_region *region = &graph->regions[i];
        size_t past = (size_t)region->first + region->count;
        if (region->scan == GT_SCAN_NONE) break;
        if (region->slot_size < least || region->slot_size >= end) continue;
        for (size_t at = gt_bitmap_next(&analysis->live, region->first); at < past;
             at = gt_bitmap_next(&analysis->live, at + 1))
            visit(ctx, (uint32_t)at);
    }
}

struct need {
    const struct gt_heap_analysis *analysis;
    struct gt_bitmap *set;
};

static void need_channel(void *ctx, uint32_t object)
{
    const struct need *need = ctx;
    uint64_t address = gt_heap_address(&need->analysis->heap->graph, object);

    if (gt_typing_type(need->analysis->typing, object)) return;
    if (buffer_of_one(need->analysis, need->set, address) != GT_NO_OBJECT)
        gt_bit_set(need->set, object);
}

void gt_claims_need(const struct gt_heap_analysis *analysis, struct gt_bitmap *set)
{
    uint64_t size = analysis->process->layout.size[GT_S_hchan];
    struct need need = {analysis, set};

    if (size) visit_sizes(analysis, size, size + MOST_SPARE, need_channel, &need);
}

/* Most words lead to typed objects, on which there are no claims. Neighbours are mostly of one
 * type, which is asked for once. */
static void leave_out_typed(const struct claims *claims, struct gt_bitmap *targets)
{
    const struct gt_typing *typing = claims->analysis->typing;
    uint32_t last = 0, known, end = claims->graph->scan_objects;
    bool typed = false;

    for (size_t word = 0; word * 64 < end; word++)
        for (uint64_t bits = targets->words[word]; bits; bits &= bits - 1) {
            size_t at = word * 64 + (size_t)__builtin_ctzll(bits);
            if (at >= end) break;
            known = gt_packed_at(&typing->type, at);
            if (known != last) typed = gt_typing_type(typing, (uint32_t)at) != GT_NO_TYPE;
            last = known;
            if (typed) gt_bit_clear(targets, at);
        }
}

/* No slot of a map's header is smaller. */
static uint64_t least_map(const struct gt_heap_analysis *analysis)
{
    const struct gt_layout *layout = &analysis->process->layout;

    return layout->size[gt_has(layout, GT_F_map_dirPtr) ? GT_S_map : GT_S_hmap];
}

/* A plain pointer to a slot with a heap bitmap claims nothing. */
static void claim_from_sources(struct claims *claims)
{
    const struct gt_heap_analysis *analysis = claims->analysis;
    struct gt_bitmap targets, claimers, sources;

    gt_bitmap_init(&targets, claims->graph->objects);
    gt_bitmap_init(&claimers, claims->graph->objects);
    gt_bitmap_init(&sources, claims->graph->objects);
    gt_bitmap_copy(&targets, claims->rank->set);
    gt_bitmap_copy(&claimers, &analysis->live);
    leave_out_typed(claims, &targets);
    gt_typing_leave_out_plain(analysis->typing, &claimers);
    gt_find_sources(claims->graph, &claimers, &targets, &sources);
    gt_typing_words_of_all(analysis->typing, &sources, ignore_object, claim_word, claims);
    gt_bitmap_deinit(&targets);
    gt_bitmap_deinit(&claimers);
    gt_bitmap_deinit(&sources);
    visit_sizes(analysis, least_map(analysis), UINT64_MAX, claim_map, claims);
}

/* ---- all of them --------------------------------------------------------------------------- */

uint32_t *gt_object_claims(const struct gt_heap_analysis *analysis, const struct gt_rank *rank)
{
    const struct gt_heap *graph = &analysis->heap->graph;
    struct claims claims = {analysis, graph, analysis->process->types, rank,
                            gt_calloc((size_t)gt_rank_count(rank) + 1, sizeof(uint32_t))};
    struct gt_word word;

    for (size_t i = 0; i < analysis->roots->list.len; i++) {
        gt_typing_root(analysis->typing, i, &word);
        claim_word(&claims, &word);
    }
    if (rank->set == &analysis->live)
        gt_typing_words_of_all(analysis->typing, rank->set, claim_map, claim_word, &claims);
    else
        claim_from_sources(&claims);
    return claims.claim;
}
