/*
 * What typing's own files share: how a type covers a slot, and how types spread.
 *
 * Each type has a row with what every object of it needs, filled at first use. Rows may move when a
 * type is added, so a row is valid until the next call for one.
 */
#ifndef GT_RUNTIME_TYPING_IMPL_H
#define GT_RUNTIME_TYPING_IMPL_H

#include "inspector/graph/fetched.h"
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

/* As one value, at the start of its slot, that has all of the slot's pointers. */
static inline uint32_t gt_typed_as_one(gt_type_id id)
{
    return gt_typed(id, (struct gt_extent){0, 1, true});
}

/* Kinds of words that make no claims. */
enum { GT_CLAIMLESS_KINDS = 1 << GT_P_STRING | 1 << GT_P_UNSAFE };

static inline bool gt_is_one_value(uint32_t typed)
{
    return (typed & ~GT_OPAQUE_TYPE) == gt_typed_as_one(0);
}

struct gt_plain_pointer { /* a pointer to a type with pointers whose row is plain */
    uint32_t offset;
    uint32_t size; /* of the type in whole words, as in its row; 0: more than 64 words */
    gt_type_id type;
};

struct gt_leaf_pointer { /* a pointer to a type without pointers: in the heap it claims nothing */
    uint32_t offset;
    uint32_t size; /* of what it leads to; 0: less than 2, or too large for this */
    gt_type_id type;
};

struct gt_plain_slice {
    uint64_t offset;
    uint32_t size; /* of an element; 0: unknown, or too large for this */
    gt_type_id elem;
    gt_type_id memory; /* what the elements' memory holds; GT_NO_TYPE: no pointers, or unknown */
};

enum gt_word_kinds { /* of the words that parts.c reads of a type */
                     GT_KINDS_UNKNOWN,
                     GT_NO_KINDS,
                     GT_CHOSEN_KINDS,
                     GT_OTHER_KINDS,
};

/* A type's pointer words, in lists: most are plain pointers, which need no more than an offset and
 * a type. Slices and pointers to leaves are almost as simple. The rows of all types that these
 * give to what they lead to are made with the plan: threads may read them. */
struct gt_word_plan {
    const struct gt_pointer_layout *all;
    struct gt_pointer_layout others; /* all but the plain pointers */
    const struct gt_plain_pointer *plain;
    size_t plain_count;
    const struct gt_plain_slice *slices; /* among the others */
    size_t slice_count;
    const struct gt_leaf_pointer *leaves; /* among the others */
    size_t leaf_count;
    const uint64_t *claiming; /* offsets of the others that are neither and make claims. Such a word
                               * is nil if its first 8 bytes are 0 */
    size_t claiming_count;
    const uint32_t *unclaimed; /* offsets of the words in the row's mask that are in none of the
                                * lists above: a mark follows them, too. Strings come first */
    size_t unclaimed_count, string_count;
    bool settles;     /* all words are strings, slices, plain pointers, or others that claim
                       * something: if none of the last is there, all may be settled */
    bool exact;       /* the row's mask has pointers, and each word of these lists is another one of
                       * them: so they are 64 at most */
    bool only_plain;  /* there are no others, and none is left out */
    bool claims_more; /* there are such words, or some are left out */
    enum { GT_LEADS_UNKNOWN, GT_LEADS_TO_BITMAPS, GT_LEADS_ELSEWHERE } leads;
    const struct gt_pointer_layout *read; /* what parts.c reads of all */
    enum gt_word_kinds kinds;             /* and of which kinds that is */
};

struct gt_type_row {
    uint64_t size;
    uint64_t mask;             /* of pointers, if the type has at most 64 words */
    struct gt_word_plan *plan; /* NULL: not asked for yet */
    uint8_t words;             /* 0: more than 64, or no pointers */
    bool known, is_map, has_pointers;
    bool plain;         /* what a pointer to it leads to is of this type, and nothing more is known
                         * of it */
    bool elsewhere;     /* a plain pointer to it led to a slot without a heap bitmap */
    bool shaped;        /* of a generic function's shape: some real type has the same layout */
    gt_type_id trie[2]; /* for a node of sync.Map's trie: its real types, by isEntry */
    gt_type_id cell;    /* for a map type: see gt_type_cell(); 0: not made yet */
    gt_type_id around;  /* for a runtime.timer: the type that contains it, and its offset there */
    uint64_t within;
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

/* The row of a type that has one, known or not. */
static inline const struct gt_type_row *gt_row_at(const struct gt_typing *typing, gt_type_id id)
{
    return (const struct gt_type_row *)typing->rows->data + id;
}

/* Called for every pointer of the heap. */
static inline const struct gt_type_row *gt_type_row(const struct gt_typing *typing, gt_type_id id)
{
    if (id >= typing->rows->len) return gt_type_row_make(typing, id);
    const struct gt_type_row *row = gt_row_at(typing, id);
    return row->known ? row : gt_type_row_make(typing, id);
}

/* Is a pointer to the type a plain one? */
static inline bool gt_is_plain(const struct gt_typing *typing, gt_type_id id)
{
    if (id == GT_NO_TYPE || id >= GT_OPAQUE_TYPE) return false;
    const struct gt_type_row *row = gt_type_row(typing, id);
    return row->plain && row->has_pointers;
}

/* Makes the plan at its first use. The row keeps it. */
const struct gt_type_row *gt_type_row_plan(const struct gt_typing *typing, gt_type_id id);

/* The row of a type of objects, with its plan; NULL for a map type, and for memory of the runtime.
 */
static inline const struct gt_type_row *gt_planned_row(const struct gt_typing *typing,
                                                       gt_type_id id)
{
    if (id == GT_NO_TYPE || id == GT_OPAQUE_TYPE) return NULL;
    const struct gt_type_row *row = gt_type_row(typing, id);
    if (row->is_map) return NULL;
    return row->plan ? row : gt_type_row_plan(typing, id);
}

/* Did each plain pointer of such objects lead to a slot with a heap bitmap? Asked once types have
 * spread. The plan keeps the answer until types have spread further. */
bool gt_plan_leads_to_bitmaps(const struct gt_typing *typing, const struct gt_word_plan *plan);

void gt_forget_leads(struct gt_typing *typing);

/* The type of memory that holds a map, since an object of the map type itself is the map's
 * header. */
gt_type_id gt_type_cell(const struct gt_typing *typing, gt_type_id map);

/* ---- object_words.c ------------------------------------------------------------------------- */

/* The slot of an object with pointers. */
struct gt_slot_ref gt_slot_ref_of(const struct gt_typing *typing, uint32_t object);

/* The same. Faster if the object is in the region of `last`. */
static inline struct gt_slot_ref gt_slot_ref_near(const struct gt_typing *typing, uint32_t object,
                                                  const struct gt_slot_ref *last)
{
    const struct gt_region *region = last->region;

    if (!region || object - region->first >= region->count) return gt_slot_ref_of(typing, object);
    return (struct gt_slot_ref){region, object - region->first};
}

/* As gt_typing_words(), of an object with pointers. */
void gt_typing_words_of_slot(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                             const struct gt_word_reader *reader);

/* The words of one element that a reader is to visit. */
struct gt_tile_words {
    const struct gt_pointer_layout *places;
    const struct gt_plain_pointer *plain;
    size_t plain_count;
};

struct gt_tile_words gt_words_to_visit(const struct gt_typing *typing,
                                       const struct gt_word_plan *plan,
                                       const struct gt_word_reader *reader);

/* Visits them in the element at `base` of the slot whose bytes and address these are. */
void gt_words_of_tile(const struct gt_typing *typing, const struct gt_tile_words *words,
                      const unsigned char *bytes, uint64_t addr, uint64_t base,
                      const struct gt_word_reader *reader);

/* The first run of elements of an extent, each of `tile` bytes, that may have words. Elements of a
 * sparse region that are only zeros have none. The run is empty, at the extent's end, if there is
 * none. */
struct gt_extent gt_filled_elements(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                                    uint64_t tile, struct gt_extent extent);

/* May the slot have pointers outside of the extent's elements, each of `tile` bytes? */
bool gt_has_rest(const struct gt_slot_ref *ref, uint64_t tile, struct gt_extent extent);

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
static inline uint64_t gt_slot_mask(const struct gt_slot_ref *ref)
{
    uint64_t words = ref->region->slot_size / 8;

    return gt_bits_load(ref->region->mask, ref->region->mask_bytes, ref->slot * words, words);
}

/* The object's entry of gt_typing.type, if it is one value in a slot of a small region; else 0. */
static inline uint32_t gt_value_type(const struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    if (!ref->region->small) return 0;
    uint32_t typed = gt_packed_at(&typing->type, gt_slot_object(ref));
    return gt_is_one_value(typed) ? typed : 0;
}

/* A root as a word, or another entry of a table of roots. */
void gt_root_word(const struct gt_typing *typing, const struct gt_root *root, struct gt_word *word);

/* ---- verified types ------------------------------------------------------------------------- */

uint32_t gt_verify(struct gt_typing *typing, const struct gt_slot_ref *ref, uint32_t typed);

/* The object's entry of gt_typing.type. While types spread, one value at the start of a slot is
 * entered before the slot's bitmap is read, as if it had all pointers. Here it is compared, and the
 * entry is corrected. So whoever asks sees what the bitmap allows, and all entries are right once
 * nothing is grey. */
static inline uint32_t gt_verified(struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    uint32_t typed = gt_packed_at(&typing->type, gt_slot_object(ref));

    if (!gt_is_one_value(typed) || ref->region->scan != GT_SCAN_BITMAP ||
        gt_slot_is_wide(ref->region))
        return typed;
    const struct gt_type_row *row = gt_type_row(typing, gt_typed_id(typed));
    return gt_slot_mask(ref) == row->mask ? typed : gt_verify(typing, ref, typed);
}

/* ---- settled objects --------------------------------------------------------------------------
 */

/* The object's type changes. What was settled by the type before may be wrong. */
static inline void gt_type_changes(struct gt_typing *typing, uint32_t object)
{
    if (typing->settled && gt_bit(&typing->settled->objects, object)) typing->settled->stale = true;
}

/* ---- spread/ -------------------------------------------------------------------------------- */

/* Objects are handled in blocks of neighbours, which are close in memory too. While a block waits,
 * most of its objects turn grey. */
enum { GT_BLOCK_SHIFT = 9 };

static inline uint32_t gt_block_count(const struct gt_typing *typing)
{
    return (typing->heap->graph.scan_objects >> GT_BLOCK_SHIFT) + 1;
}

void gt_spread_open(struct gt_typing *typing);
void gt_spread_close(struct gt_typing *typing);

/* Gives the object the type: its words will make claims. */
void gt_settle(struct gt_typing *typing, const struct gt_slot_ref *ref, gt_type_id id,
               struct gt_extent extent);

/* A word says that `value` points to `count` of type `id`, which has pointers and is no map. The
 * claim waits until there are 32 of them, or nothing else is left. */
void gt_claim_value(struct gt_typing *typing, uint64_t value, gt_type_id id, uint64_t count);

/* If the object is marked, marks what its words lead to, whatever its type. What is not that simple
 * is left to the mark that goes on. */
void gt_reach_slot(struct gt_typing *typing, const struct gt_slot_ref *ref);

/* The same for a plain pointer, the word at addr, to anywhere. What it leads to is noted
 * (gt_typing.pointed). */
void gt_claim_plain(struct gt_typing *typing, uint64_t value, gt_type_id type, uint64_t addr);

/* Handles all claims, until none is left. */
void gt_drain(struct gt_typing *typing);

/* ---- judge.c ------------------------------------------------------------------------------- */

uint64_t gt_claim_size(const struct gt_typing *typing, gt_type_id id);

/* Does the second type replace the first? The larger one wins. Of two of equal size, the one wins
 * that is no generic function's shape. */
bool gt_type_takes_over(const struct gt_typing *typing, gt_type_id now, gt_type_id next);

/* Types that no claim replaces: map headers and other memory of the runtime, and types that the
 * allocator recorded. */
bool gt_type_is_final(const struct gt_typing *typing, gt_type_id id);

/* Gives an object of a GT_SCAN_TILED region the type that the allocator recorded, if it has none
 * yet. */
void gt_settle_header(struct gt_typing *typing, const struct gt_slot_ref *ref);

/* Gives the claim's object its type, if the object agrees. The object is allocated. */
void gt_judge(struct gt_typing *typing, const struct gt_claim *claim);

/* ---- claims.c ------------------------------------------------------------------------------ */

/* The same as gt_claim_value(), for any type. */
void gt_claim(struct gt_typing *typing, uint64_t value, gt_type_id id, uint64_t count);

/* What a pointer of the type leads to: its own type, except for nodes of which only the first field
 * is known. */
gt_type_id gt_type_behind(const struct gt_typing *typing, gt_type_id type, uint64_t value);

/* Marks the object as memory of the runtime. */
void gt_claim_opaque(struct gt_typing *typing, uint64_t value);
void gt_claim_map(struct gt_typing *typing, uint64_t header, gt_type_id map_type);
void gt_claim_function(struct gt_typing *typing, uint64_t value);

/* Makes claims for the target of the word; `typing` is a struct gt_typing. */
void gt_claim_word(void *typing, const struct gt_word *word);
void gt_claim_typed_pointer(void *typing, uint64_t value, gt_type_id type, uint64_t addr,
                            uint64_t offset);

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

/* The elements of a slot that are of its type, each of `tile` bytes. */
static inline struct gt_extent gt_extent_of_slot(const struct gt_typing *typing,
                                                 const struct gt_slot_ref *ref, uint32_t typed,
                                                 uint64_t tile)
{
    uint64_t size = ref->region->slot_size - gt_slot_skip(ref);

    if (ref->region->scan == GT_SCAN_BITMAP) return gt_extent_of(typing, ref, typed);
    uint64_t tiles = tile ? size / tile : 0;
    return (struct gt_extent){0, tiles < UINT32_MAX ? (uint32_t)tiles : 0, tiles * tile == size};
}

/* Which of `count` elements, from the `first` on, can be of the type by the slot's heap bitmap: an
 * unbroken run from the first on. to <= from when the first cannot. `all` is set if it is known
 * that they have all the slot's pointers. */
struct gt_extent gt_tiles_that_fit(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                                   gt_type_id id, uint64_t first, uint64_t count);

/* ---- untyped.c ------------------------------------------------------------------------------ */

/* Notes which words of `live` have objects without a type. It is called when no object is grey and
 * no claim waits: then a type that an object has is verified, and stays. One that is given later
 * may be taken away again, but the object's word is noted. */
void gt_untyped_find(struct gt_typing *typing, const struct gt_bitmap *live);

/* Calls visit(ctx, object) for each of them, in order. A visit may type later ones: those are left
 * out. */
void gt_each_untyped(const struct gt_typing *typing, const struct gt_bitmap *live,
                     void visit(void *ctx, uint32_t object), void *ctx);

/* Sums up the bytes of the live objects with pointers, those with a type and the others. */
void gt_count_typed(struct gt_typing *typing, const struct gt_bitmap *live);

/* ---- eliminate.c --------------------------------------------------------------------------- */

struct gt_map_shapes;

/* Types the untyped live objects that exactly one type of the program fits. */
void gt_eliminate(struct gt_typing *typing, const struct gt_bitmap *live);

/* Finds out how wide the elements are, at most, of slices in objects that several types fit. */
void gt_bound_slices(struct gt_typing *typing, const struct gt_bitmap *live);

/* Types the headers of maps whose storage has a type, or the one type that fits it. */
void gt_claim_untyped_maps(struct gt_typing *typing, const struct gt_map_shapes *maps,
                           const struct gt_bitmap *live);

/* ---- static_words.c ------------------------------------------------------------------------ */

/* Makes claims for words that point from static data to static data. */
void gt_claim_statics(struct gt_typing *typing);

/* Makes claims for the target of the word if that is static data; false when it is elsewhere. */
bool gt_claim_static(struct gt_typing *typing, const struct gt_word *word);

/* Makes claims for the words of new static areas; false when there are none. */
bool gt_spread_statics(struct gt_typing *typing);

#endif
