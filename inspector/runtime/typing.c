#include "inspector/runtime/typing.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/closures.h"
#include "inspector/runtime/map_shapes.h"
#include "inspector/runtime/receivers.h"
#include "inspector/runtime/shapes.h"
#include "inspector/runtime/static_areas.h"
#include "inspector/runtime/typing_impl.h"
#include "inspector/runtime/words.h"

#include <stdlib.h>

/* Objects are worked through in blocks of neighbours, which lie close in memory too: a block waits
 * its turn, and by then most of its objects are grey. */
enum { BLOCK_SHIFT = 9 };

/* ---- claims -------------------------------------------------------------------------------- */

static uint32_t block_count(const struct gt_typing *typing)
{
    return (typing->heap->graph.scan_objects >> BLOCK_SHIFT) + 1;
}

static void settle(struct gt_typing *typing, uint32_t object, gt_type_id id,
                   struct gt_extent extent)
{
    uint32_t block = object >> BLOCK_SHIFT;

    typing->type[object] = gt_typed(id, extent);
    gt_bit_set(&typing->grey, object);
    if (gt_bit_test_set(&typing->queued, block)) return;
    typing->queue[typing->tail] = block;
    typing->tail = typing->tail == block_count(typing) ? 0 : typing->tail + 1;
}

static uint64_t claim_size(const struct gt_typing *typing, gt_type_id id)
{
    return id == GT_NO_TYPE ? 0 : gt_type_row(typing, id)->size;
}

/* Map headers and what else the runtime owns are what they are, whoever else points to them. What
 * the allocator noted down is final too. */
static bool is_final(const struct gt_typing *typing, gt_type_id id)
{
    return id == GT_OPAQUE_TYPE || (id && gt_type_row(typing, id)->is_map);
}

/* Elements that a second claim adds: ranges that do not meet stay apart, and the longer one counts.
 */
static struct gt_extent join(struct gt_extent a, struct gt_extent b)
{
    if (a.from > b.to || b.from > a.to) return a.to - a.from >= b.to - b.from ? a : b;
    return (struct gt_extent){a.from < b.from ? a.from : b.from, a.to > b.to ? a.to : b.to, false};
}

/* The same for a slot of any width: a wide one's elements are kept apart. */
static void settle_extent(struct gt_typing *typing, const struct gt_slot_ref *ref, gt_type_id id,
                          struct gt_extent extent)
{
    uint32_t object = gt_slot_object(ref);

    if (gt_slot_is_wide(ref->region)) {
        *gt_map_put(&typing->wide, object, NULL) = extent.from | (uint64_t)extent.to << 32;
        extent = (struct gt_extent){0, 1, extent.all};
    }
    settle(typing, object, id, extent);
}

/* Most claims say what is known: the object need not be looked at again. */
static bool is_known(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                     const struct gt_claim *claim, uint64_t size)
{
    uint32_t typed = typing->type[gt_slot_object(ref)];
    struct gt_extent extent = gt_extent_of(typing, ref, typed);

    if (gt_typed_id(typed) != claim->type) return false;
    if (extent.all) return true;
    return claim->offset >= extent.from * size && claim->count <= extent.to &&
           claim->offset + claim->count * size <= extent.to * size;
}

static void judge_by_bitmap(struct gt_typing *typing, const struct gt_claim *claim, uint32_t object)
{
    struct gt_slot_ref ref = {claim->region, claim->slot, false};
    gt_type_id now = gt_typed_id(typing->type[object]);
    uint64_t size = claim_size(typing, claim->type);

    if (is_known(typing, &ref, claim, size) || is_final(typing, now)) return;
    if (now != claim->type && claim_size(typing, now) >= size) return;
    if (claim->offset && claim->offset % size != 0) return;
    uint64_t first = claim->offset ? claim->offset / size : 0;
    struct gt_extent extent = gt_tiles_that_fit(typing, &ref, claim->type, first, claim->count);
    if (extent.to <= extent.from) return;
    struct gt_extent before = gt_extent_of(typing, &ref, typing->type[object]);
    if (now == claim->type) extent = join(before, extent);
    extent.all = gt_extent_has_all(typing, &ref, claim->type, extent);
    if (now != claim->type || extent.from != before.from || extent.to != before.to ||
        extent.all != before.all)
        settle_extent(typing, &ref, claim->type, extent);
}

/* Objects whose type the allocator noted down are typed already, unless it could not be read. */
static void judge_claim(struct gt_typing *typing, const struct gt_claim *claim)
{
    uint32_t object = claim->region->first + claim->slot;
    struct gt_extent first = {0, 1, false};

    if (!gt_bit(&typing->heap->graph.allocated, object)) return;
    if (claim_size(typing, claim->type) == 0 || claim->type >= GT_OPAQUE_TYPE) return;
    if (claim->region->scan == GT_SCAN_BITMAP)
        judge_by_bitmap(typing, claim, object);
    else if (!typing->type[object] &&
             claim->offset == (gt_slot_has_header(typing, claim->region) ? 8 : 0))
        settle(typing, object, claim->type, first);
}

static void fetch_for(const struct gt_typing *typing, const struct gt_claim *claim)
{
    uint32_t object = claim->region->first + claim->slot;

    __builtin_prefetch(&typing->type[object]);
    __builtin_prefetch(&typing->heap->graph.allocated.words[object >> 6]);
    if (claim->region->mask)
        __builtin_prefetch(claim->region->mask + claim->slot * claim->region->slot_size / 64);
}

static void judge_oldest(struct gt_typing *typing)
{
    struct gt_claim oldest = typing->waiting[typing->judged++ % GT_CLAIMS_WAITING];

    judge_claim(typing, &oldest);
}

/* Something says that `value` points to `count` of type `id`. The claim waits a few
 * turns, while the memory that decides it is fetched. */
static void claim(struct gt_typing *typing, uint64_t value, gt_type_id id, uint64_t count)
{
    if (id == GT_NO_TYPE || count == 0 || !gt_type_row(typing, id)->has_pointers) return;
    const struct gt_region *region = gt_heap_region(&typing->heap->graph, value);
    if (!region || region->scan == GT_SCAN_NONE) return;
    uint32_t slot = gt_region_slot(region, value);
    if (slot >= region->count) return;
    if (typing->claimed - typing->judged == GT_CLAIMS_WAITING) judge_oldest(typing);
    struct gt_claim *place = &typing->waiting[typing->claimed++ % GT_CLAIMS_WAITING];
    *place =
        (struct gt_claim){region, slot, id, value - region->base - slot * region->slot_size, count};
    fetch_for(typing, place);
}

static void claim_opaque(struct gt_typing *typing, uint64_t value)
{
    struct gt_slot_ref ref;

    if (gt_slot_ref_at(typing, value, &ref))
        typing->type[gt_slot_object(&ref)] =
            gt_typed(GT_OPAQUE_TYPE, (struct gt_extent){0, 1, false});
}

struct map_claim {
    struct gt_typing *typing;
    gt_type_id group;
};

/* The runtime allocates nothing but groups or buckets together: an array of buckets also has those
 * for overflow, which it takes into use one by one. */
static uint64_t groups_from(const struct gt_typing *typing, uint64_t addr, gt_type_id group,
                            uint64_t count)
{
    uint64_t size = claim_size(typing, group);
    struct gt_slot_ref ref;

    if (!size || !gt_slot_ref_at(typing, addr, &ref) || !gt_slot_is_wide(ref.region) ||
        addr != ref.region->base + ref.slot * ref.region->slot_size)
        return count;
    return ref.region->slot_size / size;
}

static void claim_map_part(void *ctx, enum gt_map_part part, uint64_t addr, uint64_t count)
{
    struct map_claim *map = ctx;

    if (part == GT_MAP_GROUPS)
        claim(map->typing, addr, map->group, groups_from(map->typing, addr, map->group, count));
    else
        claim_opaque(map->typing, addr);
}

/* A map header becomes an object of the map type itself, which has no places of its own. */
static void claim_map(struct gt_typing *typing, uint64_t header, gt_type_id map_type)
{
    struct gt_slot_ref ref;

    if (!map_type || !gt_slot_ref_at(typing, header, &ref)) return;
    if (is_final(typing, gt_typed_id(typing->type[gt_slot_object(&ref)]))) return;
    if (map_type >= GT_OPAQUE_TYPE) return;
    typing->type[gt_slot_object(&ref)] = gt_typed(map_type, (struct gt_extent){0, 1, false});
    struct map_claim map = {
        typing, gt_types_find(typing->types, gt_types_get(typing->types, map_type)->map.group)};
    gt_map_parts(typing->types, map_type, header, claim_map_part, &map);
}

static void claim_channel(struct gt_typing *typing, uint64_t channel, gt_type_id elem)
{
    uint64_t buffer, room, noted;

    if (gt_process_field(typing->process, channel, GT_F_hchan_elemtype, &noted)) {
        gt_type_id told = gt_types_at(typing->types, noted);
        if (told) elem = told;
    }
    if (elem && gt_process_field(typing->process, channel, GT_F_hchan_buf, &buffer) &&
        gt_process_field(typing->process, channel, GT_F_hchan_dataqsiz, &room))
        claim(typing, buffer, elem, room);
    claim_opaque(typing, channel);
}

/* What a pointer leads to: its own type, but for nodes that are known by their first field only. */
static gt_type_id type_behind(const struct gt_typing *typing, const struct gt_word *word)
{
    uint8_t is_entry;

    if (!word->type) return GT_NO_TYPE;
    const struct gt_type_row *row = gt_type_row(typing, word->type);
    if (!row->trie[0] || !gt_mem_u8(typing->process->mem, word->value, &is_entry))
        return word->type;
    return row->trie[is_entry & 1];
}

/* A func value leads to its code's address, which says what is captured behind it. */
static void claim_function(struct gt_typing *typing, uint64_t value)
{
    struct gt_slot_ref ref;
    uint64_t entry;

    if (!gt_slot_ref_at(typing, value, &ref) || typing->type[gt_slot_object(&ref)] ||
        value != ref.region->base + ref.slot * ref.region->slot_size ||
        !gt_mem_u64(typing->process->mem, value, &entry))
        return;
    claim(typing, value, gt_closure_type(typing->closures, entry), 1);
}

void gt_claim_word(void *ctx, const struct gt_word *word)
{
    struct gt_typing *typing = ctx;

    if (word->inferred) return; /* a guess types nothing */
    if (gt_claim_static(typing, word)) return;
    switch (word->kind) {
    case GT_P_POINTER:
        claim(typing, word->value, type_behind(typing, word), 1);
        break;
    case GT_P_SLICE:
        claim(typing, word->value, word->type, word->cap);
        break;
    case GT_P_MAP:
        claim_map(typing, word->value, word->type);
        break;
    case GT_P_CHAN:
        claim_channel(typing, word->value, word->type);
        break;
    case GT_P_FUNC:
        claim_function(typing, word->value);
        break;
    default:
        break;
    }
}

/* ---- the spread ---------------------------------------------------------------------------- */

/* The words of a block's grey objects, in the order of their addresses. What turns grey meanwhile
 * is taken along, or queues the block again. */
static void claim_block(struct gt_typing *typing, uint32_t block)
{
    size_t first = (size_t)block << BLOCK_SHIFT >> 6, end = first + (1 << BLOCK_SHIFT >> 6);
    size_t words = (typing->grey.bits + 63) / 64;

    for (size_t word = first; word < end && word < words; word++)
        while (typing->grey.words[word]) {
            size_t object = word * 64 + (size_t)__builtin_ctzll(typing->grey.words[word]);
            gt_bit_clear(&typing->grey, object);
            gt_typing_words(typing, (uint32_t)object, gt_claim_word, typing);
        }
}

/* The next block of grey objects; false when neither a block nor a claim is left. */
static bool next_block(struct gt_typing *typing, uint32_t *block)
{
    while (typing->head == typing->tail) {
        if (typing->judged == typing->claimed) return false;
        judge_oldest(typing);
    }
    *block = typing->queue[typing->head];
    typing->head = typing->head == block_count(typing) ? 0 : typing->head + 1;
    gt_bit_clear(&typing->queued, *block);
    return true;
}

static void drain(struct gt_typing *typing)
{
    uint32_t block;

    do {
        while (next_block(typing, &block)) {
            claim_block(typing, block);
            if (gt_static_many_claims(typing->statics)) gt_spread_statics(typing);
        }
    } while (gt_spread_statics(typing));
}

static void claim_headers(struct gt_typing *typing, const struct gt_bitmap *live)
{
    const struct gt_heap *graph = &typing->heap->graph;

    for (uint32_t i = 0; i < graph->region_count; i++) {
        const struct gt_region *region = &graph->regions[i];
        if (region->scan != GT_SCAN_TILED) continue;
        for (uint32_t slot = 0; slot < region->count; slot++) {
            uint32_t object = region->first + slot;
            if (!gt_bit(live, object)) continue;
            gt_type_id id = gt_types_at(typing->types, gt_goheap_header(typing->heap, object));
            if (id && id < GT_OPAQUE_TYPE && gt_types_get(typing->types, id)->size)
                settle(typing, object, id, (struct gt_extent){0, 1, false});
        }
    }
}

/* A finalizer's special says what its object is: `ot` is the type of the pointer to it. */
static void claim_finalized(struct gt_typing *typing, const struct gt_root *root)
{
    struct gt_process *process = typing->process;
    uint64_t pointer;

    if (root->kind != GT_ROOT_CONTENTS ||
        !gt_process_field(process, root->addr, GT_F_specialfinalizer_ot, &pointer))
        return;
    gt_type_id type = gt_types_at(typing->types, pointer);
    if (type && gt_types_get(typing->types, type)->kind == GT_T_POINTER)
        claim(typing, root->value, gt_types_elem(typing->types, type), 1);
}

static void claim_roots(struct gt_typing *typing)
{
    struct gt_word word;

    for (size_t i = 0; i < typing->roots->list.len; i++) {
        gt_typing_root(typing, i, &word);
        typing->names_disputed += word.disputed;
        gt_claim_word(typing, &word);
        if (word.kind == GT_W_RUNTIME) claim_function(typing, word.value);
        claim_finalized(typing, gt_root_at(typing->roots, i));
    }
}

/* Goroutines are known without the types of the lists that hold them. */
static void claim_goroutines(struct gt_typing *typing)
{
    gt_type_id type = gt_types_named(typing->types, "runtime.g");

    for (uint32_t i = 0; i < typing->goroutines->count; i++)
        claim(typing, typing->goroutines->list[i].address, type, 1);
}

/* An object that nothing typed leads to may be a closure or a map; if not, it may hold interfaces.
 */
static void claim_unreached(struct gt_typing *typing, const struct gt_map_shapes *maps,
                            uint32_t object)
{
    uint64_t addr = gt_heap_address(&typing->heap->graph, object);
    gt_type_id map;

    claim_function(typing, addr);
    map = gt_map_shape_of(maps, object);
    if (map)
        claim_map(typing, addr, map);
    else
        gt_typing_words(typing, object, gt_claim_word, typing);
}

static void claim_untyped(struct gt_typing *typing, const struct gt_bitmap *live)
{
    struct gt_map_shapes *maps = gt_map_shapes_create(typing->heap);
    uint32_t count = typing->heap->graph.scan_objects;

    for (size_t i = gt_bitmap_next(live, 0); i < count; i = gt_bitmap_next(live, i + 1)) {
        if (!typing->type[i]) claim_unreached(typing, maps, (uint32_t)i);
    }
    gt_map_shapes_free(maps);
}

static void count_bytes(struct gt_typing *typing, const struct gt_bitmap *live)
{
    const struct gt_heap *graph = &typing->heap->graph;

    for (uint32_t i = 0; i < graph->region_count && graph->regions[i].first < graph->scan_objects;
         i++)
        for (uint32_t slot = 0; slot < graph->regions[i].count; slot++) {
            uint32_t object = graph->regions[i].first + slot;
            if (!gt_bit(live, object)) continue;
            *(typing->type[object] ? &typing->typed_bytes : &typing->untyped_bytes) +=
                graph->regions[i].slot_size;
        }
}

struct gt_typing *gt_typing_create(const struct gt_goheap *heap,
                                   const struct gt_goroutines *goroutines,
                                   const struct gt_roots *roots, const struct gt_bitmap *live)
{
    struct gt_typing *typing = gt_calloc(1, sizeof *typing);

    *typing = (struct gt_typing){.heap = heap,
                                 .goroutines = goroutines,
                                 .roots = roots,
                                 .process = heap->process,
                                 .types = heap->process->types,
                                 .rows = gt_alloc(sizeof *typing->rows)};
    *typing->rows = GT_VEC_OF(struct gt_type_row);
    typing->shapes = gt_shapes_create(heap);
    if (!heap->process->dwarf) typing->receivers = gt_receivers_create(heap->process);
    typing->closures = gt_closures_create(heap->process);
    typing->statics = gt_static_areas_create(heap->process);
    typing->type = gt_calloc(heap->graph.scan_objects, sizeof *typing->type);
    gt_bitmap_init(&typing->grey, heap->graph.scan_objects);
    gt_bitmap_init(&typing->queued, block_count(typing));
    typing->queue = gt_calloc((size_t)block_count(typing) + 1, sizeof *typing->queue);
    gt_claim_statics(typing);
    claim_headers(typing, live);
    drain(typing);
    claim_roots(typing);
    if (!heap->process->dwarf) claim_goroutines(typing);
    drain(typing);
    claim_untyped(typing, live);
    drain(typing);
    count_bytes(typing, live);
    gt_bitmap_free(&typing->grey);
    gt_bitmap_free(&typing->queued);
    free(typing->queue);
    return typing;
}

void gt_typing_free(struct gt_typing *typing)
{
    if (!typing) return;
    gt_static_areas_free(typing->statics);
    gt_vec_free(&typing->static_runs);
    gt_shapes_free(typing->shapes);
    gt_receivers_free(typing->receivers);
    gt_closures_free(typing->closures);
    gt_vec_free(typing->rows);
    free(typing->rows);
    gt_map_free(&typing->wide);
    free(typing->type);
    free(typing);
}
