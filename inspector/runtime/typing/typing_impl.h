/*
 * What typing.c, claims.c, object_words.c and root_words.c share: how a type covers a slot.
 *
 * Each type has a row with what every object of it needs, filled at first use. Rows may move when a
 * type is added, so a row is valid until the next call for one.
 */
#ifndef GT_RUNTIME_TYPING_IMPL_H
#define GT_RUNTIME_TYPING_IMPL_H

#include "inspector/runtime/typing/typing.h"

/*
 * What is known of an object, in one word. It has the number of its type. If a heap bitmap
 * describes its slot, it also has the elements [from, to) that are of that type, and whether they
 * include all its pointers. Wide slots have more than 64 words, which have bitmaps up to Go 1.21
 * only. Their from and to are in gt_typing.wide. A slot whose type the allocator recorded has that
 * type throughout.
 */
enum { GT_TYPE_BITS = 19, GT_TILE_BITS = 6 };

/* Memory of the runtime: map directories and tables. It counts as typed, not as unknown, but has no
 * type. */
#define GT_OPAQUE_TYPE (((uint32_t)1 << GT_TYPE_BITS) - 1)

struct gt_extent { /* elements of a slot */
    uint32_t from, to;
    bool all; /* the slot has no pointers outside of them */
};

static inline uint32_t gt_typed(gt_type_id id, struct gt_extent extent)
{
    return id | extent.from << GT_TYPE_BITS | (extent.to - 1) << (GT_TYPE_BITS + GT_TILE_BITS) |
           (uint32_t)extent.all << 31;
}

static inline gt_type_id gt_typed_id(uint32_t typed)
{
    return typed & GT_OPAQUE_TYPE;
}

static inline struct gt_extent gt_typed_extent(uint32_t typed)
{
    uint32_t tiles = ((uint32_t)1 << GT_TILE_BITS) - 1;

    return (struct gt_extent){typed >> GT_TYPE_BITS & tiles,
                              (typed >> (GT_TYPE_BITS + GT_TILE_BITS) & tiles) + 1, typed >> 31};
}

struct gt_type_row {
    uint64_t size;
    uint64_t mask;                          /* of pointers, if the type has at most 64 words */
    const struct gt_pointer_layout *layout; /* NULL: not asked for yet */
    uint8_t words;                          /* 0: more than 64, or no pointers */
    bool known, is_map, has_pointers;
    bool plain;         /* what a pointer to it leads to is of this type, and nothing more is known
                         * of it */
    bool shaped;        /* of a generic function's shape: some real type has the same layout */
    gt_type_id trie[2]; /* for a node of sync.Map's trie: its real types, by isEntry */
    gt_type_id cell;    /* for a map type: see gt_type_cell(); 0: not made yet */
    gt_type_id around;  /* for a runtime.timer: the type that contains it, and its offset there */
    uint64_t within;
};

struct gt_slot_ref { /* an object, with its region and address */
    const struct gt_region *region;
    uint32_t slot;
};

static inline uint32_t gt_slot_object(const struct gt_slot_ref *ref)
{
    return ref->region->first + ref->slot;
}

/* Where the program's data begins in the slot. */
static inline uint64_t gt_slot_skip(const struct gt_slot_ref *ref)
{
    return ref->region->skip;
}

/* ---- type_rows.c ---------------------------------------------------------------------------- */

/* Makes the row at its first use. */
const struct gt_type_row *gt_type_row_make(const struct gt_typing *typing, gt_type_id id);

/* Called for every pointer of the heap. */
static inline const struct gt_type_row *gt_type_row(const struct gt_typing *typing, gt_type_id id)
{
    if (id >= typing->rows->len) return gt_type_row_make(typing, id);
    const struct gt_type_row *row = (const struct gt_type_row *)typing->rows->data + id;
    return row->known ? row : gt_type_row_make(typing, id);
}

/* Where its pointers are. The row keeps it. */
const struct gt_pointer_layout *gt_type_row_layout(const struct gt_typing *typing, gt_type_id id);

/* The type of memory that holds a map, since an object of the map type itself is the map's
 * header. */
gt_type_id gt_type_cell(const struct gt_typing *typing, gt_type_id map);

/* ---- object_words.c ------------------------------------------------------------------------- */

struct gt_slot_ref gt_slot_ref_of(const struct gt_typing *typing, uint32_t object);

/* As gt_typing_words(), of an object with pointers. */
void gt_typing_words_of_slot(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                             const struct gt_word_reader *reader);

/* The queue of objects whose words are being prefetched. */
enum { GT_READY = 16 };

struct gt_ready_slots { /* empty if zeroed */
    struct gt_slot_ref ring[GT_READY];
    unsigned in, out; /* counts of slots that came and went */
};

static inline bool gt_ready_is_empty(const struct gt_ready_slots *ready)
{
    return ready->in == ready->out;
}

static inline bool gt_ready_is_full(const struct gt_ready_slots *ready)
{
    return ready->in - ready->out == GT_READY;
}

/* Removes the oldest; there must be one. */
static inline struct gt_slot_ref gt_ready_take(struct gt_ready_slots *ready)
{
    return ready->ring[ready->out++ % GT_READY];
}

/* There must be room. */
static inline void gt_ready_add(struct gt_ready_slots *ready, struct gt_slot_ref next)
{
    const struct gt_region *region = next.region;
    uint64_t offset = next.slot * region->slot_size;

    ready->ring[ready->in++ % GT_READY] = next;
    if (!region->bytes) return;
    /* Both ends, as most small objects are in two cache lines. */
    __builtin_prefetch(region->bytes + offset);
    __builtin_prefetch(region->bytes + offset + region->slot_size - 8);
}

/* The object's slot. Faster if the object is in the region of `last`. */
struct gt_slot_ref gt_slot_ref_near(const struct gt_typing *typing, uint32_t object,
                                    const struct gt_slot_ref *last);

/* The allocated object with pointers that `value` leads to; false when there is none. */
bool gt_slot_ref_at(const struct gt_typing *typing, uint64_t value, struct gt_slot_ref *ref);

/* Are all pointers of a slot with a heap bitmap in these elements of the type? */
bool gt_extent_has_all(const struct gt_typing *typing, const struct gt_slot_ref *ref, gt_type_id id,
                       struct gt_extent extent);

/* A slot of more words than one 64-bit mask has, described by a bitmap. */
static inline bool gt_slot_is_wide(const struct gt_region *region)
{
    return region->scan == GT_SCAN_BITMAP && region->slot_size > 64 * 8;
}

/* The pointer words of a slot that a heap bitmap describes and that is not wide. */
uint64_t gt_slot_mask(const struct gt_slot_ref *ref);

/* A root as a word, or another entry of a table of roots. */
void gt_root_word(const struct gt_typing *typing, const struct gt_root *root, struct gt_word *word);

/* ---- claims.c ------------------------------------------------------------------------------ */

/* Objects are handled in blocks of neighbours, which are close in memory too. While a block waits,
 * most of its objects turn grey. */
enum { GT_BLOCK_SHIFT = 9 };

uint32_t gt_block_count(const struct gt_typing *typing);

/* Gives the object the type: its words will make claims. */
void gt_settle(struct gt_typing *typing, uint32_t object, gt_type_id id, struct gt_extent extent);

/* A word says that `value` points to `count` of type `id`. The claim waits a few turns, while the
 * memory that decides it is fetched. */
void gt_claim(struct gt_typing *typing, uint64_t value, gt_type_id id, uint64_t count);
void gt_judge_oldest(struct gt_typing *typing); /* the oldest of those that wait; there must be one
                                                 */

/* Claims the words of the oldest object that waits in the queue; there must be one. */
void gt_claim_oldest(struct gt_typing *typing);

/* What a pointer of the type leads to: its own type, except for nodes of which only the first field
 * is known. */
gt_type_id gt_type_behind(const struct gt_typing *typing, gt_type_id type, uint64_t value);

/* Marks the object as memory of the runtime. */
void gt_claim_opaque(struct gt_typing *typing, uint64_t value);
void gt_claim_map(struct gt_typing *typing, uint64_t header, gt_type_id map_type);
void gt_claim_function(struct gt_typing *typing, uint64_t value);

/* Makes claims for the target of the word; `typing` is a struct gt_typing. */
void gt_claim_word(void *typing, const struct gt_word *word);

/* The elements of a slot with a bitmap that are of its type. */
static inline struct gt_extent gt_extent_of(const struct gt_typing *typing,
                                            const struct gt_slot_ref *ref, uint32_t typed)
{
    struct gt_extent extent = gt_typed_extent(typed);

    if (!gt_slot_is_wide(ref->region)) return extent;
    const uint64_t *wide = gt_map_find(&typing->wide, gt_slot_object(ref));
    extent.from = wide ? (uint32_t)*wide : 0;
    extent.to = wide ? (uint32_t)(*wide >> 32) : 0;
    return extent;
}

/* Types the arrays of which a part is typed throughout, and from then on every array that a claim
 * is about. */
void gt_widen_arrays(struct gt_typing *typing, const struct gt_bitmap *live);

/* Which of `count` elements, from the `first` on, can be of the type by the slot's heap bitmap: an
 * unbroken run from the first on. to <= from when the first cannot. `all` is set if it is known
 * that they have all the slot's pointers. */
struct gt_extent gt_tiles_that_fit(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                                   gt_type_id id, uint64_t first, uint64_t count);

/* ---- typing.c, eliminate.c ------------------------------------------------------------------ */

struct gt_map_shapes;

/* Handles all claims, until none is left. */
void gt_drain(struct gt_typing *typing);

/* Types the untyped live objects that exactly one type of the program fits. */
void gt_eliminate(struct gt_typing *typing, const struct gt_bitmap *live);

/* Finds out how wide the elements are, at most, of slices in objects that several types fit. */
void gt_bound_slices(struct gt_typing *typing, const struct gt_bitmap *live);

/* Types the headers of maps whose storage has a type. */
void gt_claim_maps_of_typed(struct gt_typing *typing, const struct gt_map_shapes *maps,
                            const struct gt_bitmap *live);

/* ---- static_words.c ------------------------------------------------------------------------ */

/* Makes claims for words that point from static data to static data. */
void gt_claim_statics(struct gt_typing *typing);

/* Makes claims for the target of the word if that is static data; false when it is elsewhere. */
bool gt_claim_static(struct gt_typing *typing, const struct gt_word *word);

/* Makes claims for the words of new static areas; false when there are none. */
bool gt_spread_statics(struct gt_typing *typing);

#endif
