/* Reads the grey objects of blocks: those that are one value of a known type, and small arrays; or
 * a part of a large array. */
#include "inspector/runtime/typing/spread/followed.h"
#include "inspector/runtime/typing/spread/plain_objects.h"
#include "inspector/runtime/typing/spread/reading.h"
#include "inspector/runtime/typing/static_areas.h"

enum { AHEAD = 8, WORDS = 8 };

struct meanings { /* of an object's words, with GT_FACT_... and GT_FOLLOWED_... */
    uint32_t plain, slice, leaf, string;
};

/* Of an object that is not read for the mark, too. */
static const struct meanings claims = {0};

/* Of one that is. */
static const struct meanings reaches = {.plain = GT_FACT_REACHES,
                                        .slice = GT_FACT_REACHES,
                                        .leaf = GT_FACT_REACHES,
                                        .string = GT_FACT_REACHES};

/* Of one that is, and whose words may be settled. */
static const struct meanings settles = {.plain = GT_FACT_REACHES | GT_FOLLOWED_PLAIN,
                                        .slice = GT_FACT_REACHES | GT_FOLLOWED_WINDOW,
                                        .leaf = GT_FACT_REACHES | GT_FOLLOWED_LEAF,
                                        .string = GT_FACT_REACHES | GT_FOLLOWED_WINDOW |
                                                  GT_FOLLOWED_STRING};

struct array_type {
    uint32_t typed; /* as in gt_typing.type; 0: none */
    const struct gt_word_plan *plan;
    uint64_t size; /* of an element */
};

struct word { /* a plain pointer, and what follows from it */
    uint64_t value;
    uint32_t what;
};

struct reader {
    struct gt_last_type last;
    struct array_type array; /* of the last one */
    uint32_t simple;         /* gt_plain_objects_are() of the last type */
    struct meanings means;   /* what the object's words mean */
    bool outside;            /* one of them leads to static data */
    struct gt_following values;
    struct gt_own_blocks *own; /* the chunk's */
    struct word words[WORDS];  /* the last ones, by their offsets in the slot */
};

static const struct gt_cover none;

/* ---- words --------------------------------------------------------------------------------- */

/* Static data is no heap, so it is looked for only outside the heap. */
GT_INLINE void follow(struct reader *reader, uint64_t value, uint32_t what, uint32_t count,
                      struct gt_cover window)
{
    if (!gt_follow_value(&reader->values, value, what, count, window))
        reader->outside |= gt_static_is_near(reader->values.typing->statics, value);
}

/* Is the value in the heap, where its word claims nothing and marks nothing? */
GT_INLINE bool means_nothing(const struct reader *reader, uint64_t value)
{
    return !reader->means.plain && gt_heap_region(reader->values.heap, value);
}

/* Does the word say the same as that of an object before? Of a target with a heap bitmap, nothing
 * is noted that depends on who points to it. Notes the word. */
GT_INLINE bool repeats(struct reader *reader, struct word word, uint64_t offset)
{
    struct word *last = &reader->words[offset / 8 % WORDS];
    const struct gt_region *region;

    if (word.value != last->value || word.what != last->what) {
        *last = word;
        return false;
    }
    region = gt_heap_region(reader->values.heap, word.value);
    return region && region->scan == GT_SCAN_BITMAP;
}

GT_INLINE void read_plain(void *ctx, uint64_t value, const struct gt_plain_pointer *plain,
                          uint64_t offset)
{
    struct reader *reader = ctx;
    struct word word = {value, plain->type | reader->means.plain};

    if (!repeats(reader, word, offset)) follow(ctx, value, word.what, 0, none);
}

/* What the slice covers, if that can be said here. */
static inline struct gt_cover window_of(const unsigned char *words,
                                        const struct gt_plain_slice *slice)
{
    uint64_t len = gt_load64(words + 8), cap = gt_load64(words + 16);

    if (!slice->size || len > cap || cap > UINT32_MAX / slice->size) return none;
    return (struct gt_cover){(uint32_t)len * slice->size, (uint32_t)cap * slice->size};
}

GT_INLINE void read_slice(void *ctx, const unsigned char *words, const struct gt_plain_slice *slice,
                          uint64_t offset)
{
    const struct reader *reader = ctx;
    uint64_t value = gt_load64(words), count = gt_load64(words + 16);
    gt_type_id type = count ? slice->memory : (gt_type_id)GT_NO_TYPE;
    uint32_t some = !type ? 0 : count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;

    (void)offset;
    if (!type && means_nothing(reader, value)) return;
    follow(ctx, value, type | reader->means.slice, some,
           reader->means.slice & GT_FOLLOWED_WINDOW ? window_of(words, slice) : none);
}

GT_INLINE void read_leaf(void *ctx, uint64_t value, const struct gt_leaf_pointer *leaf,
                         uint64_t offset)
{
    const struct reader *reader = ctx;

    (void)offset;
    if (means_nothing(reader, value)) return;
    follow(ctx, value, reader->means.leaf, 0, (struct gt_cover){leaf->size, leaf->size});
}

/* One that is too long for a block of the usual sizes is not settled. */
GT_INLINE void read_string(void *ctx, uint64_t value, uint64_t len, size_t place)
{
    struct reader *reader = ctx;
    uint32_t some = len < UINT32_MAX ? (uint32_t)len : 0;

    gt_follow_string(&reader->values, value, reader->means.string, (struct gt_cover){some, some},
                     place);
}

GT_INLINE void read_mark(void *ctx, uint64_t value)
{
    struct reader *reader = ctx;

    gt_follow_value(&reader->values, value, GT_FACT_REACHES, 0, none);
}

static const struct gt_claim_sink sink = {read_plain, read_slice, read_leaf, read_string,
                                          read_mark};

/* ---- objects ------------------------------------------------------------------------------- */

static void leave(struct gt_chunk *chunk, const struct gt_slot_ref *ref, bool whole)
{
    chunk->object[chunk->unread++] = (struct gt_unread){*ref, whole};
}

/* The row of a type whose plan has been made; NULL if it has not, or the type needs more. */
static const struct gt_type_row *ready_row(const struct reader *reader, gt_type_id id)
{
    if (id == GT_NO_TYPE || id >= reader->values.typing->rows->len) return NULL;
    const struct gt_type_row *row = gt_row_at(reader->values.typing, id);
    return row->known && !row->is_map && row->plan && row->plan->exact ? row : NULL;
}

/* Readies the reader for an object that is one value with all pointers of its slot. */
static bool is_one_value(struct reader *reader, const struct gt_slot_ref *ref, uint32_t typed)
{
    const struct gt_type_row *row;

    if (!gt_is_one_value(typed) || !(row = ready_row(reader, gt_typed_id(typed)))) return false;
    if (gt_slot_mask(ref) != row->mask) return false;
    reader->last = (struct gt_last_type){typed, row->mask, row->plan};
    reader->simple = gt_plain_objects_are(reader->values.typing, &reader->last);
    return true;
}

/* An object with words that the round does not see is read again for windows. */
static inline void begin_object(struct reader *reader, const struct gt_slot_ref *ref,
                                const struct gt_word_plan *plan, bool more)
{
    const struct gt_typing *typing = reader->values.typing;
    uint32_t object = gt_slot_object(ref);

    reader->values.object = object;
    reader->outside = false;
    reader->means = claims;
    if (!gt_begins_to_reach(typing->reach, object)) return;
    reader->means = reaches;
    if (!plan->settles || more || !typing->settled) return;
    reader->means = settles;
    gt_bit_set(&typing->settled->objects, object);
}

/* Is what the object's words lead to marked, too? */
static inline bool marks(const struct reader *reader)
{
    return reader->means.plain & GT_FACT_REACHES;
}

GT_INLINE void read_value(struct reader *reader, const struct gt_slot_ref *ref)
{
    const struct gt_word_plan *plan = reader->last.plan;
    const unsigned char *bytes = gt_slot_bytes(ref);
    bool more = plan->claims_more && gt_has_more(ref, plan);

    begin_object(reader, ref, plan, more);
    if (marks(reader))
        gt_read_element(plan, bytes, 0, true, sink, reader);
    else
        gt_read_element(plan, bytes, 0, false, sink, reader);
    if (reader->outside)
        leave(reader->values.chunk, ref, true);
    else if (more)
        leave(reader->values.chunk, ref, false);
}

/* An array that has all pointers of its slot. */
static bool is_whole_array(struct reader *reader, uint32_t typed)
{
    const struct gt_type_row *row = ready_row(reader, gt_typed_id(typed));
    struct gt_extent extent = gt_typed_extent(typed);

    if (!row || gt_is_one_value(typed) || !extent.all || row->plan->claims_more) return false;
    reader->array = (struct array_type){typed, row->plan, row->size};
    return true;
}

/* Neighbours are mostly of one type and length. An object that is grey may have no type: two claims
 * contradicted each other. */
static bool read_array(struct reader *reader, const struct gt_slot_ref *ref, uint32_t typed)
{
    const struct array_type *array = &reader->array;
    struct gt_extent extent = gt_typed_extent(typed);

    if (!typed || (typed != array->typed && !is_whole_array(reader, typed))) return false;
    begin_object(reader, ref, array->plan, false);
    for (uint64_t i = extent.from; i < extent.to; i++)
        gt_read_element(array->plan, gt_slot_bytes(ref), i * array->size, marks(reader), sink,
                        reader);
    if (reader->outside) leave(reader->values.chunk, ref, true);
    return true;
}

static inline bool is_like_last(const struct reader *reader, const struct gt_slot_ref *ref,
                                uint32_t typed)
{
    return reader->last.plan && typed == reader->last.typed &&
           gt_slot_mask(ref) == reader->last.mask;
}

GT_INLINE bool read_one_value(struct reader *reader, const struct gt_slot_ref *ref, uint32_t typed)
{
    if (!is_like_last(reader, ref, typed) && !is_one_value(reader, ref, typed)) return false;
    read_value(reader, ref);
    return true;
}

/* The simplest wait for each other. */
static inline bool waits(struct reader *reader, const struct gt_slot_ref *ref, uint32_t typed)
{
    struct gt_own_blocks *own = reader->own;
    uint32_t object = gt_slot_object(ref);

    if (!reader->simple || typed != reader->last.typed || gt_own_is_full(own) ||
        !gt_is_marked(reader->values.typing->reach->marked, object))
        return false;
    gt_own_add(own, (struct gt_own_object){ref->region, object, reader->simple});
    return true;
}

GT_INLINE void read_object(struct reader *reader, const struct gt_slot_ref *ref)
{
    if (ref->region->small) {
        uint32_t typed = gt_packed_at(&reader->values.typing->type, gt_slot_object(ref));
        if (waits(reader, ref, typed) || read_one_value(reader, ref, typed) ||
            read_array(reader, ref, typed))
            return;
    }
    leave(reader->values.chunk, ref, true);
}

static bool has_room(const struct reader *reader)
{
    const struct gt_chunk *chunk = reader->values.chunk;

    return chunk->unread < GT_CHUNK_OBJECTS &&
           chunk->facts + reader->values.count + GT_WORDS_OF_ONE <= GT_FACTS &&
           chunk->arrays + reader->values.count + GT_WORDS_OF_ONE <= GT_ARRAYS;
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
    for (unsigned i = 0; i < count; i++)
        gt_own_put_off(typing, gt_slot_object(&refs[i]));
}

GT_INLINE void fetch(const struct gt_slot_ref *ref)
{
    gt_fetch_slot(ref->region, ref->slot);
    gt_fetch_middle(ref->region, ref->slot);
}

/* Reads the objects that wait, and those of own blocks that they lead to. */
static void read_own(struct reader *reader)
{
    struct gt_own_blocks *own = reader->own;

    while (has_room(reader) && !gt_own_is_empty(own)) {
        if (reader->simple && gt_own_next(own)->what == reader->simple) {
            gt_read_plain_objects(&reader->values, own, &reader->last);
            continue;
        }
        uint32_t typed = gt_typed_as_one(gt_own_next(own)->what & GT_OPAQUE_TYPE);
        struct gt_slot_ref ref = gt_own_take(own);
        if (!read_one_value(reader, &ref, typed)) leave(reader->values.chunk, &ref, true);
    }
}

static void read_blocks(struct reader *reader, struct gt_typing *typing)
{
    struct gt_slot_ref refs[GT_CHUNK_OBJECTS];
    unsigned count = 0, i = 0;

    for (; i < reader->values.chunk->block_count; i++)
        count = take_grey(typing, reader->values.chunk->blocks[i], refs, count);
    for (i = 0; i < AHEAD && i < count; i++)
        fetch(&refs[i]);
    for (i = 0; i < count && has_room(reader); i++) {
        if (i + AHEAD < count) fetch(&refs[i + AHEAD]);
        read_object(reader, &refs[i]);
    }
    give_back(typing, refs + i, count - i);
    read_own(reader);
    gt_own_close(reader->own);
}

static bool has_only_strings(const struct gt_word_plan *plan)
{
    return plan->string_count == gt_words_of_element(plan);
}

/* There is room: take_part() in rounds.c has counted its words. */
static void read_part(struct reader *reader, const struct gt_elements *part)
{
    const unsigned char *bytes = gt_slot_bytes(&part->ref);
    bool settling = part->reaches && gt_settles_all(reader->values.typing, part->plan);

    reader->values.object = gt_slot_object(&part->ref);
    reader->means = settling ? settles : part->reaches ? reaches : claims;
    if (part->reaches && has_only_strings(part->plan))
        for (uint64_t at = part->from; at < part->to; at += part->size)
            gt_read_strings(part->plan, bytes, at, sink, reader);
    else if (part->reaches)
        for (uint64_t at = part->from; at < part->to; at += part->size)
            gt_read_element(part->plan, bytes, at, true, sink, reader);
    else
        for (uint64_t at = part->from; at < part->to; at += part->size)
            gt_read_element(part->plan, bytes, at, false, sink, reader);
    reader->values.chunk->outside = reader->outside;
}

static void say_nothing(struct gt_chunk *chunk)
{
    chunk->facts = chunk->arrays = chunk->unread = 0;
    chunk->outside = chunk->dangles = false;
    for (unsigned i = 0; i <= chunk->shares; i++)
        chunk->said->of[i].facts = chunk->said->of[i].arrays = 0;
    chunk->said->fact_pieces = chunk->said->array_pieces = 0;
}

void gt_round_read(void *ctx, unsigned place)
{
    struct gt_rounds *rounds = ctx;
    struct gt_chunk *chunk = &rounds->chunks[rounds->by_share[place]];
    struct gt_own_blocks own;
    struct reader reader = {.values = {.typing = rounds->typing,
                                       .heap = &rounds->typing->heap->graph,
                                       .chunk = chunk,
                                       .alone = !rounds->crew},
                            .own = &own};

    gt_following_begin(&reader.values);
    gt_own_open(&own, rounds, chunk);
    say_nothing(chunk);
    if (chunk->block_count)
        read_blocks(&reader, rounds->typing);
    else
        read_part(&reader, &chunk->part);
    gt_following_end(&reader.values);
}
