#include "inspector/runtime/typing.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/words.h"

#include <stdlib.h>

/* The runtime's own: map directories and tables. Typed, so that it is not unknown, but no type. */
#define OPAQUE UINT32_MAX

enum {
    WORD = 8,
    MASK_WORDS = 64,  /* a heap bitmap's slot has at most so many words */
    MAX_PIECES = 256, /* variables of one frame that are looked at */
};

static uint64_t low_bits(uint64_t count)
{
    return count >= 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1;
}

/* `count` (at most 64) bits of a bitmap from bit `first` on. */
static uint64_t load_bits(const unsigned char *bits, uint64_t first, uint64_t count)
{
    uint64_t value = 0;

    for (uint64_t i = 0; i < (first % 8 + count + 7) / 8 && i < 8; i++)
        value |= (uint64_t)bits[first / 8 + i] << (8 * i);
    value >>= first % 8;
    if (first % 8 && (first % 8 + count + 7) / 8 > 8)
        value |= (uint64_t)bits[first / 8 + 8] << (64 - first % 8);
    return value & low_bits(count);
}

/* ---- claims ------------------------------------------------------------------------------- */

/* The pointer mask of a small type as one word; false when the type has more than 64 words. */
static bool small_mask(const struct gt_typing *typing, gt_type_id id, uint64_t *mask,
                       uint64_t *words)
{
    uint64_t pointers;
    uint64_t size = gt_types_get(typing->types, id)->size;
    const unsigned char *bits = gt_types_mask(typing->types, id, &pointers);

    if (!bits || size > MASK_WORDS * WORD || pointers > MASK_WORDS) return false;
    *words = size / WORD;
    *mask = load_bits(bits, 0, pointers);
    return *words > 0;
}

/* How many times a type lies in a slot that has a heap bitmap, by that bitmap; 0: not at all. */
static uint64_t tiles_by_mask(const struct gt_typing *typing, const struct gt_region *region,
                              uint32_t slot, gt_type_id id)
{
    uint64_t type_mask, words, tiles = 0, slot_words = region->slot_size / WORD;

    if (!small_mask(typing, id, &type_mask, &words)) return 0;
    uint64_t mask = load_bits(region->mask, slot * slot_words, slot_words);
    while ((tiles + 1) * words <= slot_words) {
        uint64_t here = mask >> tiles * words & low_bits(words);
        if (here != type_mask) break;
        tiles++;
        if (tiles * words >= 64) break;
    }
    return tiles;
}

static uint64_t tiles_of(const struct gt_typing *typing, uint32_t object, gt_type_id id)
{
    const struct gt_region *region = gt_heap_region_of(&typing->heap->graph, object);
    uint64_t user;

    if (region->scan == GT_SCAN_BITMAP)
        return tiles_by_mask(typing, region, object - region->first, id);
    gt_goheap_user(typing->heap, object, &user);
    uint64_t size = gt_types_get(typing->types, id)->size;
    return size ? user / size : 0;
}

static void settle(struct gt_typing *typing, uint32_t object, gt_type_id id)
{
    typing->type[object] = id;
    gt_vec_add(&typing->work, &object);
}

static uint64_t claim_size(const struct gt_typing *typing, gt_type_id id)
{
    return id == GT_NO_TYPE || id == OPAQUE ? 0 : gt_types_get(typing->types, id)->size;
}

/* Map headers and what else the runtime owns are what they are, whoever else points to them. */
static bool is_final(const struct gt_typing *typing, gt_type_id id)
{
    return id == OPAQUE || (id && gt_types_get(typing->types, id)->kind == GT_T_MAP);
}

/* Something says that `value` points to a `id`, or into an array of them. */
static void claim(struct gt_typing *typing, uint64_t value, gt_type_id id, bool array)
{
    uint32_t object = gt_heap_object(&typing->heap->graph, value);
    uint64_t size = claim_size(typing, id), user;

    if (object >= typing->heap->graph.scan_objects || size == 0) return;
    gt_type_id now = typing->type[object];
    if (now == id || is_final(typing, now) || claim_size(typing, now) >= size) return;
    if (gt_goheap_header(typing->heap, object)) return; /* the allocator's word is final */
    uint64_t offset = value - gt_goheap_user(typing->heap, object, &user);
    if (offset >= user || (array ? offset % size : offset) != 0) return;
    if (tiles_of(typing, object, id)) settle(typing, object, id);
}

static void claim_opaque(struct gt_typing *typing, uint64_t value)
{
    uint32_t object = gt_heap_object(&typing->heap->graph, value);

    if (object < typing->heap->graph.scan_objects) typing->type[object] = OPAQUE;
}

struct map_claim {
    struct gt_typing *typing;
    gt_type_id group;
};

static void claim_map_part(void *ctx, enum gt_map_part part, uint64_t addr, uint64_t count)
{
    struct map_claim *map = ctx;

    (void)count;
    if (part == GT_MAP_GROUPS)
        claim(map->typing, addr, map->group, true);
    else
        claim_opaque(map->typing, addr);
}

/* A map header becomes an object of the map type itself, which has no places of its own. */
static void claim_map(struct gt_typing *typing, uint64_t header, gt_type_id map_type)
{
    uint32_t object = gt_heap_object(&typing->heap->graph, header);

    if (!map_type || object >= typing->heap->graph.scan_objects) return;
    if (is_final(typing, typing->type[object])) return;
    typing->type[object] = map_type;
    struct map_claim map = {
        typing, gt_types_find(typing->types, gt_types_get(typing->types, map_type)->map.group)};
    gt_map_parts(typing->types, map_type, header, claim_map_part, &map);
}

static void claim_channel(struct gt_typing *typing, uint64_t channel, gt_type_id elem)
{
    uint64_t buffer;

    if (elem && gt_process_field(typing->process, channel, GT_F_hchan_buf, &buffer))
        claim(typing, buffer, elem, true);
    claim_opaque(typing, channel);
}

static void claim_word(void *ctx, const struct gt_word *word)
{
    struct gt_typing *typing = ctx;

    switch (word->kind) {
    case GT_P_POINTER:
        claim(typing, word->value, word->type, false);
        break;
    case GT_P_SLICE:
        claim(typing, word->value, word->type, true);
        break;
    case GT_P_MAP:
        claim_map(typing, word->value, word->type);
        break;
    case GT_P_CHAN:
        claim_channel(typing, word->value, word->type);
        break;
    default:
        break;
    }
}

/* ---- words of objects --------------------------------------------------------------------- */

struct mask_walk {
    gt_typed_word_fn *visit;
    void *ctx;
    uint64_t addr, skip; /* of the slot; words before `skip` were seen */
    uint64_t header;     /* offset of the program's data in the slot */
    uint8_t kind;
};

static void visit_masked(void *ctx, uint64_t offset, uint64_t value)
{
    struct mask_walk *walk = ctx;

    if (offset < walk->skip || !value) return;
    struct gt_word word = {.addr = walk->addr + offset,
                           .value = value,
                           .offset = offset - walk->header,
                           .kind = walk->kind};
    walk->visit(walk->ctx, &word);
}

static void words_by_mask(const struct gt_typing *typing, uint32_t object, uint64_t skip,
                          uint8_t kind, gt_typed_word_fn *visit, void *ctx)
{
    uint64_t size;
    struct mask_walk walk = {.visit = visit, .ctx = ctx, .kind = kind};

    walk.addr = gt_heap_address(&typing->heap->graph, object);
    walk.header = gt_goheap_user(typing->heap, object, &size) - walk.addr;
    walk.skip = walk.header + skip;
    gt_heap_words(&typing->heap->graph, object, visit_masked, &walk);
}

static void words_of_tile(const struct gt_typing *typing, const struct gt_places *places,
                          const unsigned char *bytes, uint64_t addr, uint64_t base,
                          gt_typed_word_fn *visit, void *ctx)
{
    for (size_t i = 0; i < places->count; i++) {
        static const unsigned char counts[] = {
            [GT_P_STRING] = 2, [GT_P_SLICE] = 3, [GT_P_EFACE] = 2, [GT_P_IFACE] = 2};
        const struct gt_place_of_type *place = &places->places[i];
        unsigned have =
            place->kind < sizeof counts && counts[place->kind] ? counts[place->kind] : 1;
        uint64_t words[3];
        struct gt_word word = {0};
        memcpy(words, bytes + base + place->offset, have * sizeof *words);
        if (!gt_word_from_place(typing->types, place, words, have, &word)) continue;
        word.offset += base;
        word.addr = addr + word.offset;
        visit(ctx, &word);
    }
}

void gt_typing_words(const struct gt_typing *typing, uint32_t object, gt_typed_word_fn *visit,
                     void *ctx)
{
    uint64_t user, size;
    gt_type_id id = object < typing->heap->graph.scan_objects ? typing->type[object] : GT_NO_TYPE;
    const unsigned char *slot = gt_heap_bytes(&typing->heap->graph, object);

    if (!slot) return;
    if (id == OPAQUE || !id || gt_types_get(typing->types, id)->kind == GT_T_MAP) {
        words_by_mask(typing, object, 0, id ? GT_W_RUNTIME : GT_W_UNKNOWN, visit, ctx);
        return;
    }
    user = gt_goheap_user(typing->heap, object, &size);
    const unsigned char *bytes = slot + (user - gt_heap_address(&typing->heap->graph, object));
    const struct gt_places *places = gt_types_places(typing->types, id);
    uint64_t tile = gt_types_get(typing->types, id)->size, tiles = tiles_of(typing, object, id);
    for (uint64_t i = 0; i < tiles; i++)
        words_of_tile(typing, places, bytes, user, i * tile, visit, ctx);
    if (!places->complete)
        words_by_mask(typing, object, 0, GT_W_UNKNOWN, visit, ctx);
    else if (tiles * tile < size)
        words_by_mask(typing, object, tiles * tile, GT_W_UNKNOWN, visit, ctx);
}

gt_type_id gt_typing_type(const struct gt_typing *typing, uint32_t object)
{
    if (object >= typing->heap->graph.scan_objects || typing->type[object] == OPAQUE)
        return GT_NO_TYPE;
    return typing->type[object];
}

/* ---- words of roots ----------------------------------------------------------------------- */

/* The variables of the frame a root lies in, as far as they are near its address. */
struct variables {
    struct gt_frame_variable list[MAX_PIECES];
    size_t count;
};

static void collect_variable(void *ctx, const struct gt_frame_variable *variable)
{
    struct variables *variables = ctx;

    if (variables->count < MAX_PIECES) variables->list[variables->count++] = *variable;
}

static void frame_variables(const struct gt_typing *typing, const struct gt_root *root,
                            struct variables *out)
{
    const struct gt_goroutine *g = &typing->goroutines->list[root->owner];
    const struct gt_frame *frame;

    out->count = 0;
    if (root->frame >= g->frame_count || !root->addr) return;
    frame = gt_g_frame(typing->goroutines, g, root->frame);
    uint64_t pc = root->frame == 0 ? frame->pc : frame->pc - 1;
    gt_dwarf_variables(typing->process->dwarf, pc, frame->cfa, collect_variable, out);
}

/* The variable that lies at addr; NULL when none does, or when several of different types share the
 * slot (the compiler lets variables of disjoint lives share one). */
static const struct gt_frame_variable *variable_at(const struct variables *variables, uint64_t addr)
{
    const struct gt_frame_variable *found = NULL;

    for (size_t i = 0; i < variables->count; i++) {
        const struct gt_frame_variable *here = &variables->list[i];
        if (addr - here->addr >= here->size) continue;
        if (found &&
            (found->type.rtype != here->type.rtype || found->type.debug != here->type.debug))
            return NULL;
        if (!found) found = here;
    }
    return found;
}

/* A word of the variable at `offset`, from whichever piece holds it. */
static bool variable_word(const struct gt_typing *typing, const struct variables *variables,
                          const struct gt_frame_variable *of, uint64_t offset, uint64_t *out)
{
    for (size_t i = 0; i < variables->count; i++) {
        const struct gt_frame_variable *piece = &variables->list[i];
        if (strcmp(piece->name, of->name) != 0) continue;
        if (offset - piece->piece_offset < piece->size)
            return gt_mem_u64(typing->process->mem, piece->addr + (offset - piece->piece_offset),
                              out);
    }
    return false;
}

static void frame_word(const struct gt_typing *typing, const struct gt_root *root,
                       struct gt_word *word)
{
    struct variables variables;
    struct gt_place_of_type place;
    uint64_t start, words[3], offset;

    frame_variables(typing, root, &variables);
    const struct gt_frame_variable *variable = variable_at(&variables, root->addr);
    gt_type_id type = variable ? gt_types_find(typing->types, variable->type) : GT_NO_TYPE;
    if (!type) return;
    offset = variable->piece_offset + (root->addr - variable->addr);
    if (!gt_place_at(typing->types, type, offset, &place, &start)) return;
    unsigned have = 0;
    while (have < 3 &&
           variable_word(typing, &variables, variable, start + have * WORD, &words[have]))
        have++;
    struct gt_word typed = {.addr = root->addr};
    if (have && gt_word_from_place(typing->types, &place, words, have, &typed) &&
        typed.value == root->value)
        *word = typed;
}

static void global_word(const struct gt_typing *typing, const struct gt_root *root,
                        struct gt_word *word)
{
    struct gt_place_of_type place;
    uint64_t start, words[3] = {0};
    const struct gt_debug_global *global = gt_process_global_at(typing->process, root->addr);
    gt_type_id type = global ? gt_types_find(typing->types, global->type) : GT_NO_TYPE;

    if (!type || !gt_place_at(typing->types, type, root->addr - global->addr, &place, &start))
        return;
    struct gt_word typed = {.addr = root->addr};
    unsigned have = 3;
    while (have && !gt_mem_read(typing->process->mem, global->addr + start, words, have * WORD))
        have--;
    if (gt_word_from_place(typing->types, &place, words, have, &typed) &&
        typed.value == root->value)
        *word = typed;
}

void gt_typing_root(const struct gt_typing *typing, size_t index, struct gt_word *word)
{
    const struct gt_root *root = gt_root_at(typing->roots, index);

    *word = (struct gt_word){.addr = root->addr, .value = root->value, .kind = GT_W_UNKNOWN};
    switch (root->kind) {
    case GT_ROOT_GLOBAL:
        global_word(typing, root, word);
        break;
    case GT_ROOT_FRAME:
        frame_word(typing, root, word);
        break;
    case GT_ROOT_CONSERVATIVE:
        break;
    default:
        word->kind = GT_W_RUNTIME;
        break;
    }
}

const char *gt_typing_variable(const struct gt_typing *typing, const struct gt_root *root,
                               gt_type_id *type, uint64_t *offset)
{
    struct variables variables;

    if (root->kind == GT_ROOT_GLOBAL) {
        const struct gt_debug_global *global = gt_process_global_at(typing->process, root->addr);
        if (!global) return NULL;
        *type = gt_types_find(typing->types, global->type);
        *offset = root->addr - global->addr;
        return global->name;
    }
    if (root->kind != GT_ROOT_FRAME) return NULL;
    frame_variables(typing, root, &variables);
    const struct gt_frame_variable *variable = variable_at(&variables, root->addr);
    if (!variable) return NULL;
    *type = gt_types_find(typing->types, variable->type);
    *offset = variable->piece_offset + (root->addr - variable->addr);
    return variable->name;
}

/* ---- the spread --------------------------------------------------------------------------- */

static void drain(struct gt_typing *typing)
{
    while (typing->work.len) {
        uint32_t object = *(uint32_t *)gt_vec_at(&typing->work, --typing->work.len);
        gt_typing_words(typing, object, claim_word, typing);
    }
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
            if (id && gt_types_get(typing->types, id)->size) settle(typing, object, id);
        }
    }
}

static void claim_roots(struct gt_typing *typing)
{
    struct gt_word word;

    for (size_t i = 0; i < typing->roots->list.len; i++) {
        gt_typing_root(typing, i, &word);
        claim_word(typing, &word);
    }
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
                                 .work = GT_VEC_OF(uint32_t)};
    typing->type = gt_calloc(heap->graph.scan_objects, sizeof *typing->type);
    claim_headers(typing, live);
    drain(typing);
    claim_roots(typing);
    drain(typing);
    count_bytes(typing, live);
    return typing;
}

void gt_typing_free(struct gt_typing *typing)
{
    if (!typing) return;
    gt_vec_free(&typing->work);
    free(typing->type);
    free(typing);
}
