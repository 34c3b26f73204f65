/* Reads the grey objects of blocks: those that are one value of a known type, and small arrays; or
 * a part of a large array. Values are followed in batches, as in graph/follow.h. Objects without
 * pointers are leaves: they are marked at once. */
#include "inspector/runtime/typing/spread/reading.h"
#include "inspector/runtime/typing/spread/rounds_impl.h"
#include "inspector/runtime/typing/static_areas.h"

enum { WORD = 8, BATCH = 32, AHEAD = 24 };

/* With an object in reader.leaves: a string covers half of it. Objects are fewer than 2^31. */
static const uint32_t COVERED = (uint32_t)1 << 31;

struct found { /* a value in a region's pages */
    uint64_t value;
    uint32_t region; /* + 1 */
    uint32_t what;   /* as in a fact */
    uint32_t count;  /* elements of a slice, bytes of a string; 0: the value is a pointer */
    uint32_t from;   /* of a string: the object that has it */
};

struct reader {
    const struct gt_typing *typing;
    const struct gt_heap *heap;
    struct gt_chunk *chunk;
    struct gt_last_type last;
    uint32_t reaches; /* GT_FACT_REACHES if the object is read for the mark, too */
    bool settles;     /* all its pointers are strings': what they cover is noted */
    bool outside;     /* a word of the object leads to static data */
    uint32_t object;
    unsigned found_count, leaf_count;
    struct found found[BATCH];
    uint32_t leaves[BATCH]; /* objects without pointers that are marked next, and COVERED */
    size_t word; /* of the marks and of half-covered blocks, whose bits are written when another
                  * one has some */
    uint64_t marks, half;
    bool alone; /* no other thread reads now */
};

/* ---- values -------------------------------------------------------------------------------- */

static inline void add_fact(struct gt_chunk *chunk, uint32_t object, uint32_t what)
{
    chunk->fact[chunk->facts++] = (struct gt_fact){object, what};
}

static inline void add_array(struct gt_chunk *chunk, const struct found *found, uint32_t object,
                             uint32_t plain)
{
    chunk->array[chunk->arrays++] =
        (struct gt_array){found->value, object, found->region, found->what | plain, found->count};
}

/* Threads may set it together. */
static void note_elsewhere(const struct gt_type_row *row)
{
    bool *elsewhere = (bool *)&row->elsewhere;

    if (!__atomic_load_n(elsewhere, __ATOMIC_RELAXED))
        __atomic_store_n(elsewhere, true, __ATOMIC_RELAXED);
}

static inline const struct gt_type_row *known_row(const struct reader *reader, gt_type_id id)
{
    return (const struct gt_type_row *)reader->typing->rows->data + id;
}

static void write_bits(uint64_t *word, uint64_t bits, bool alone)
{
    if (alone)
        *word |= bits;
    else
        __atomic_fetch_or(word, bits, __ATOMIC_RELAXED);
}

static void write_marks(struct reader *reader)
{
    const struct gt_typing *typing = reader->typing;

    if (reader->marks)
        write_bits(&typing->reach->marked->words[reader->word], reader->marks, reader->alone);
    if (reader->half)
        write_bits(&typing->strings->half.words[reader->word], reader->half, reader->alone);
    reader->marks = reader->half = 0;
}

/* Nothing is known of them but these bits, so the order does not matter, and nobody else needs to
 * judge them. Neighbours are mostly met together. */
static void mark_leaves(struct reader *reader)
{
    for (unsigned i = 0; i < reader->leaf_count; i++) {
        uint32_t object = reader->leaves[i] & ~COVERED;
        uint64_t bit = (uint64_t)1 << (object & 63);
        if (!gt_bit(&reader->heap->allocated, object)) {
            reader->chunk->dangles = true;
            continue;
        }
        if (object >> 6 != reader->word) write_marks(reader);
        reader->word = object >> 6;
        reader->marks |= bit;
        if (reader->leaves[i] & COVERED) reader->half |= bit;
    }
    reader->leaf_count = 0;
}

static void open_object(const struct reader *reader, uint32_t object)
{
    write_bits(&reader->typing->strings->open.words[object >> 6], (uint64_t)1 << (object & 63),
               reader->alone);
}

/* An object without pointers. */
static inline void add_leaf(struct reader *reader, uint32_t object, uint32_t covered)
{
    __builtin_prefetch(&reader->typing->reach->marked->words[object >> 6], 1);
    __builtin_prefetch(&reader->heap->allocated.words[object >> 6]);
    reader->leaves[reader->leaf_count++] = object | covered;
}

static inline void reach_leaf(struct reader *reader, const struct found *found, uint32_t object)
{
    if (found->what & GT_FACT_REACHES) add_leaf(reader, object, 0);
}

/* As gt_string_covers_half() of detect/windows. A string that does not needs a closer look, and so
 * does one into a block with pointers. */
static inline void settle_string(struct reader *reader, const struct found *found,
                                 const struct gt_region *region, uint32_t slot)
{
    uint64_t size, start = gt_goheap_user_in(region, slot, &size), offset = found->value - start;
    uint32_t object = region->first + slot;
    bool leaf = region->scan == GT_SCAN_NONE;

    if (leaf && offset < size && found->count <= size - offset &&
        found->count >= size - found->count) {
        add_leaf(reader, object, COVERED);
        return;
    }
    open_object(reader, found->from);
    if (leaf)
        add_leaf(reader, object, 0);
    else
        add_fact(reader->chunk, object, GT_FACT_REACHES);
}

/* The type of a plain pointer is known of the object if that can be one value of it. */
static inline void settle_typed(struct reader *reader, const struct found *found,
                                const struct gt_region *region, uint32_t slot)
{
    const struct gt_type_row *row = known_row(reader, found->what & GT_OPAQUE_TYPE);
    bool bitmap = region->scan == GT_SCAN_BITMAP;

    if (!bitmap) note_elsewhere(row);
    if (region->scan == GT_SCAN_NONE) {
        reach_leaf(reader, found, region->first + slot);
    } else if (!bitmap || gt_slot_is_wide(region) ||
               found->value - region->base != slot * region->slot_size) {
        add_array(reader->chunk, found, region->first + slot, bitmap ? GT_FACT_PLAIN : 0);
    } else if (row->words && row->words * (uint64_t)WORD <= region->slot_size) {
        add_fact(reader->chunk, region->first + slot, found->what | GT_FACT_PLAIN);
    } else {
        add_fact(reader->chunk, region->first + slot,
                 (found->what & ~GT_OPAQUE_TYPE) | GT_FACT_PLAIN);
    }
}

static inline void settle(struct reader *reader, const struct found *found)
{
    const struct gt_region *region = &reader->heap->regions[found->region - 1];
    uint32_t slot = gt_region_slot(region, found->value);

    if (slot >= region->count) return;
    if (found->what & GT_FACT_STRING)
        settle_string(reader, found, region, slot);
    else if (found->what & GT_OPAQUE_TYPE && !found->count)
        settle_typed(reader, found, region, slot);
    else if (region->scan == GT_SCAN_NONE)
        reach_leaf(reader, found, region->first + slot);
    else if (found->count)
        add_array(reader->chunk, found, region->first + slot, 0);
    else
        add_fact(reader->chunk, region->first + slot, found->what);
}

static __attribute__((noinline)) void settle_all(struct reader *reader)
{
    for (unsigned i = 0; i < reader->found_count; i++)
        settle(reader, &reader->found[i]);
    reader->found_count = 0;
    mark_leaves(reader);
}

/* False if it is in no region. */
GT_INLINE bool follow(struct reader *reader, uint64_t value, uint32_t what, uint32_t count)
{
    uint64_t page = (value >> GT_PAGE_SHIFT) - reader->heap->first_page;
    uint32_t region = page < reader->heap->page_count ? reader->heap->pages[page] : 0;

    if (!region) return false;
    __builtin_prefetch(&reader->heap->regions[region - 1]);
    reader->found[reader->found_count++] =
        (struct found){value, region, what, count, reader->object};
    if (reader->found_count == BATCH) settle_all(reader);
    return true;
}

/* ---- words --------------------------------------------------------------------------------- */

GT_INLINE void read_plain(void *ctx, uint64_t value, gt_type_id type, uint64_t offset)
{
    struct reader *reader = ctx;

    (void)offset;
    if (!follow(reader, value, type | reader->reaches, 0))
        reader->outside |= gt_static_is_near(reader->typing->statics, value);
}

GT_INLINE void read_slice(void *ctx, uint64_t value, uint64_t count,
                          const struct gt_plain_slice *slice, uint64_t offset)
{
    struct reader *reader = ctx;
    gt_type_id type = count ? slice->memory : (gt_type_id)GT_NO_TYPE;
    uint32_t some = !type ? 0 : count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;

    (void)offset;
    if (!type && !reader->reaches && gt_heap_region(reader->heap, value)) return;
    if (!follow(reader, value, type | reader->reaches, some))
        reader->outside |= gt_static_is_near(reader->typing->statics, value);
}

/* One that is too long for a block of the usual sizes is not settled. */
GT_INLINE void read_string(void *ctx, uint64_t value, uint64_t len)
{
    struct reader *reader = ctx;
    uint32_t some = len < UINT32_MAX ? (uint32_t)len : 0;

    if (reader->settles)
        follow(reader, value, GT_FACT_REACHES | GT_FACT_STRING, some);
    else
        follow(reader, value, GT_FACT_REACHES, 0);
}

GT_INLINE void read_mark(void *ctx, uint64_t value)
{
    follow(ctx, value, GT_FACT_REACHES, 0);
}

static const struct gt_claim_sink sink = {read_plain, read_slice, read_string, read_mark};

/* ---- objects ------------------------------------------------------------------------------- */

static void leave(struct gt_chunk *chunk, const struct gt_slot_ref *ref, bool whole)
{
    chunk->object[chunk->unread++] = (struct gt_unread){*ref, whole};
}

/* The row of a type whose plan has been made; NULL if it has not, or the type needs more. */
static const struct gt_type_row *ready_row(const struct reader *reader, gt_type_id id)
{
    if (id == GT_NO_TYPE || id >= reader->typing->rows->len) return NULL;
    const struct gt_type_row *row = known_row(reader, id);
    return row->known && !row->is_map && row->plan && row->plan->exact ? row : NULL;
}

/* Readies the reader for an object that is one value with all pointers of its slot. */
static bool is_one_value(struct reader *reader, const struct gt_slot_ref *ref, uint32_t typed)
{
    const struct gt_type_row *row;

    if (!gt_is_one_value(typed) || !(row = ready_row(reader, gt_typed_id(typed)))) return false;
    if (gt_slot_mask(ref) != row->mask) return false;
    reader->last = (struct gt_last_type){typed, row->mask, row->plan};
    return true;
}

static inline void begin_object(struct reader *reader, const struct gt_slot_ref *ref,
                                const struct gt_word_plan *plan)
{
    const struct gt_typing *typing = reader->typing;

    reader->object = gt_slot_object(ref);
    reader->outside = false;
    reader->reaches = gt_begins_to_reach(typing->reach, reader->object) ? GT_FACT_REACHES : 0;
    reader->settles = reader->reaches && plan->only_strings;
    if (reader->settles) gt_bit_set(&typing->strings->settled, reader->object);
}

static void read_value(struct reader *reader, const struct gt_slot_ref *ref)
{
    const struct gt_word_plan *plan = reader->last.plan;
    const unsigned char *bytes = gt_slot_bytes(ref);

    begin_object(reader, ref, plan);
    if (reader->reaches)
        gt_read_element(plan, bytes, 0, true, sink, reader);
    else
        gt_read_element(plan, bytes, 0, false, sink, reader);
    if (reader->outside)
        leave(reader->chunk, ref, true);
    else if (plan->claims_more && gt_has_more(ref, plan))
        leave(reader->chunk, ref, false);
}

/* An array that has all pointers of its slot. */
static bool read_array(struct reader *reader, const struct gt_slot_ref *ref, uint32_t typed)
{
    const struct gt_type_row *row = ready_row(reader, gt_typed_id(typed));
    struct gt_extent extent = gt_typed_extent(typed);

    if (!row || gt_is_one_value(typed) || !extent.all || row->plan->claims_more) return false;
    begin_object(reader, ref, row->plan);
    for (uint64_t i = extent.from; i < extent.to; i++)
        gt_read_element(row->plan, gt_slot_bytes(ref), i * row->size, reader->reaches, sink,
                        reader);
    if (reader->outside) leave(reader->chunk, ref, true);
    return true;
}

static inline bool is_like_last(const struct reader *reader, const struct gt_slot_ref *ref,
                                uint32_t typed)
{
    return reader->last.plan && typed == reader->last.typed &&
           gt_slot_mask(ref) == reader->last.mask;
}

static inline void read_object(struct reader *reader, const struct gt_slot_ref *ref)
{
    if (ref->region->small) {
        uint32_t typed = gt_packed_at(&reader->typing->type, gt_slot_object(ref));
        if (is_like_last(reader, ref, typed) || is_one_value(reader, ref, typed)) {
            read_value(reader, ref);
            return;
        }
        if (read_array(reader, ref, typed)) return;
    }
    leave(reader->chunk, ref, true);
}

static bool has_room(const struct reader *reader)
{
    const struct gt_chunk *chunk = reader->chunk;

    return chunk->facts + reader->found_count + GT_WORDS_OF_ONE <= GT_FACTS &&
           chunk->arrays + reader->found_count + GT_WORDS_OF_ONE <= GT_ARRAYS;
}

/* ---- chunks -------------------------------------------------------------------------------- */

/* Adds the block's grey objects to a list of `count`. They are grey no more. */
static unsigned take_grey(const struct gt_typing *typing, uint32_t block, struct gt_slot_ref *refs,
                          unsigned count)
{
    size_t first = (size_t)block << GT_BLOCK_SHIFT >> 6, end = first + (1 << GT_BLOCK_SHIFT >> 6);
    size_t words = (typing->grey.bits + 63) / 64;
    struct gt_slot_ref ref = {0};

    for (size_t word = first; word < end && word < words; word++) {
        for (uint64_t grey = typing->grey.words[word]; grey; grey &= grey - 1) {
            ref = gt_slot_ref_near(typing, (uint32_t)word * 64 + (uint32_t)__builtin_ctzll(grey),
                                   &ref);
            refs[count++] = ref;
        }
        typing->grey.words[word] = 0;
    }
    return count;
}

/* Those for which the chunk has no room turn grey again. */
static void give_back(struct gt_typing *typing, const struct gt_slot_ref *refs, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t object = gt_slot_object(&refs[i]);
        gt_bit_set(&typing->grey, object);
        typing->queued[object >> GT_BLOCK_SHIFT] = GT_TO_BE_QUEUED; /* it is one of the chunk's */
    }
}

GT_INLINE void fetch(const struct gt_slot_ref *ref)
{
    gt_fetch_slot(ref->region, ref->slot);
    gt_fetch_middle(ref->region, ref->slot);
}

static void read_blocks(struct reader *reader, struct gt_typing *typing)
{
    struct gt_slot_ref refs[GT_CHUNK_OBJECTS];
    unsigned count = 0, i = 0;

    for (; i < reader->chunk->block_count; i++)
        count = take_grey(typing, reader->chunk->blocks[i], refs, count);
    for (i = 0; i < AHEAD && i < count; i++)
        fetch(&refs[i]);
    for (i = 0; i < count && has_room(reader); i++) {
        if (i + AHEAD < count) fetch(&refs[i + AHEAD]);
        read_object(reader, &refs[i]);
    }
    give_back(typing, refs + i, count - i);
}

/* There is room: take_part() in rounds.c has counted its words. */
static void read_part(struct reader *reader, const struct gt_elements *part)
{
    const unsigned char *bytes = gt_slot_bytes(&part->ref);

    reader->object = gt_slot_object(&part->ref);
    reader->reaches = part->reaches ? GT_FACT_REACHES : 0;
    reader->settles = part->reaches && part->plan->only_strings;
    if (part->reaches)
        for (uint64_t at = part->from; at < part->to; at += part->size)
            gt_read_element(part->plan, bytes, at, true, sink, reader);
    else
        for (uint64_t at = part->from; at < part->to; at += part->size)
            gt_read_element(part->plan, bytes, at, false, sink, reader);
    reader->chunk->outside = reader->outside;
}

void gt_round_read(void *ctx, unsigned number)
{
    struct gt_rounds *rounds = ctx;
    struct reader reader = {.typing = rounds->typing,
                            .heap = &rounds->typing->heap->graph,
                            .chunk = &rounds->chunks[number],
                            .alone = !rounds->crew};

    reader.chunk->facts = reader.chunk->arrays = reader.chunk->unread = 0;
    reader.chunk->outside = reader.chunk->dangles = false;
    if (reader.chunk->block_count)
        read_blocks(&reader, rounds->typing);
    else
        read_part(&reader, &reader.chunk->part);
    settle_all(&reader);
    write_marks(&reader);
}
