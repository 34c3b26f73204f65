/*
 * Types of live heap objects, spread from what certainly has a type.
 *
 * Theory. Allocation headers, DWARF types of globals and of frames' variables, and the dynamic
 * types in interface words are facts. A typed object types what its pointers lead to: a *T to an
 * object's start makes its first bytes a T, a []T into it makes those elements T, and a map or
 * channel types its storage. A claim types only what it covers: a *T may point to the first field
 * of something larger. If claims differ, the largest type that fits the object's own pointer mask
 * wins, so types only grow and the spread ends. A claim that contradicts the mask is dropped. An
 * object that no claim reaches has the one type of the program that fits it (candidates.h), if
 * exactly one does. All others stay untyped, and every pointer in them is a word of unknown kind.
 *
 * Static data without a name is typed by the same claims (static_areas.h): types spread from
 * globals and objects into it, and on from there.
 *
 * All users read pointers through one function for objects and one for roots, as struct gt_word:
 * the kind of pointer, and for strings and slices the length. Types are kept only for objects with
 * pointers, and packed: neighbours mostly have the same.
 */
#ifndef GT_RUNTIME_TYPING_H
#define GT_RUNTIME_TYPING_H

#include "inspector/base/packed.h"
#include "inspector/graph/follow.h"
#include "inspector/runtime/roots/live.h"

/* Kinds beside enum gt_location_kind: pointers that no Go type describes. */
enum {
    GT_W_RUNTIME = 100, /* the runtime's own data: it may use all of its target */
    GT_W_UNKNOWN,       /* an untyped word: it may be anything */
    GT_W_REFERENCE,     /* an untyped pointer that is no string or slice: it may use all of its
                         * target */
};

struct gt_word {
    uint64_t addr;     /* of the word; 0 for a register */
    uint64_t value;    /* the target; never 0 */
    uint64_t len, cap; /* strings and slices, in elements; a string's cap is its len */
    uint64_t offset;   /* of the word in the data of its object or variable */
    gt_type_id type;   /* the target's type, as for enum gt_location_kind; GT_NO_TYPE if unknown */
    uint32_t widest;   /* bytes: no element of an inferred slice is wider; 0: unknown */
    uint8_t kind;      /* enum gt_location_kind or one of the above */
    bool inferred;     /* a string or slice by its shape alone (shapes.h): a guess */
    bool weak;         /* an inferred string that may not be one */
    bool bytes;        /* inferred elements are bytes; else their size is unknown */
    bool uncapped; /* a slice whose capacity is not in memory: the code knows it, or does not need
                    * it */
    bool disputed; /* in a frame: the variable has no pointer there, but the stack map does */
};

typedef void gt_typed_word_fn(void *ctx, const struct gt_word *word);

/* A word that is a pointer with a static type, and no string, slice or interface. */
typedef void gt_typed_pointer_fn(void *ctx, uint64_t value, gt_type_id type, uint64_t addr,
                                 uint64_t offset);

/* The same for a string, whose pointer is not nil. */
typedef void gt_typed_string_fn(void *ctx, uint64_t value, uint64_t len, gt_type_id type,
                                uint64_t addr, uint64_t offset);

/* What gt_typed_string_fn is called with, as a word. */
static inline struct gt_word gt_word_of_string(uint64_t value, uint64_t len, gt_type_id type,
                                               uint64_t addr, uint64_t offset)
{
    return (struct gt_word){.addr = addr,
                            .value = value,
                            .len = len,
                            .cap = len,
                            .offset = offset,
                            .type = type,
                            .kind = GT_P_STRING};
}

struct gt_word_reader { /* what is called for the words of objects */
    gt_typed_word_fn *word;
    gt_typed_pointer_fn *pointer; /* for the pointers with a static type, which are most words, in
                                   * the place of `word`; NULL: there is none */
    gt_typed_string_fn *string;   /* for strings with a static type; NULL: the same */
    uint32_t ignores; /* kinds of words in typed memory that are left out: 1 << gt_location_kind */
    enum gt_plain_words {
        GT_PLAIN_READ,
        GT_PLAIN_POINTED, /* left out if what all of them lead to is in gt_typing.pointed */
        GT_PLAIN_SKIPPED, /* left out */
    } plain;              /* plain pointers: pointers to a type that has pointers */
    void *ctx;
};

enum { GT_CLAIMS_WAITING = 32 };

struct gt_claim { /* a word says that `count` of `type` are at an offset in a slot */
    const struct gt_region *region; /* NULL: `value` leads to no object, or to one of which nothing
                                     * is claimed */
    uint64_t value;                 /* of the word */
    uint64_t offset;                /* in the slot; set with `slot`, once the region is fetched */
    uint64_t count;
    uint32_t slot;
    gt_type_id type;
    bool plain;   /* by a plain pointer, of an object with a heap bitmap */
    bool reaches; /* its object is marked, too (gt_typed_mark) */
    bool first;   /* of the one value at the start of a slot with a bitmap that is not wide */
};

/* Marks that are made while types spread. Types and marks follow the same pointers, so both read an
 * object once. Objects whose pointers are all in the words of their type are read for both; a mark
 * goes on from the others (gt_mark_resume()). The caller owns the bitmaps. */
struct gt_typed_mark {
    struct gt_bitmap *marked;     /* roots at first; then also what they lead to through objects
                                   * that are read for both */
    const struct gt_bitmap *away; /* objects that are not read for both; NULL: there are none */
    struct gt_bitmap scanned;     /* those that were, of objects with pointers */
    bool dangles;                 /* one of their words points to a free slot */
    bool settles;                 /* what their words cover is noted, too (gt_settled_words) */
};

/* What words cover, noted where rounds follow them for a mark. A string or a slice is settled if it
 * covers half of a block without pointers or, as a slice, all of one with pointers. A pointer is,
 * if its target is noted in `whole` or in gt_typing.pointed, or if it leads into an array that is
 * used whole. So is any word that leads to no object. */
struct gt_settled_words {
    struct gt_bitmap objects; /* all of their words are settled, or nil */
    struct gt_bitmap open;    /* while types spread: objects with a word that is not settled */
    struct gt_bitmap whole;   /* blocks that a pointer covers */
    struct gt_bitmap half;    /* blocks that a string or a slice covers by half */
    struct gt_bitmap full;    /* blocks with pointers, of which a slice leaves out none */
    struct gt_bitmap leaning; /* some of the objects: with a pointer into an array */
    struct gt_bitmap arrays;  /* these arrays */
    bool stale;               /* one of the objects got another type later: do not use this */
};

/* The kinds of words that can be settled: for a detector, all others need a closer look. */
enum {
    GT_SETTLED_KINDS = 1 << GT_P_STRING | 1 << GT_P_SLICE | 1 << GT_P_POINTER | 1 << GT_P_MAP |
                       1 << GT_P_CHAN | 1 << GT_P_FUNC | 1 << GT_P_EFACE | 1 << GT_P_IFACE,
};

/* Does a part of a block reach from its first word to its last? */
static inline bool gt_covers_all_words(uint64_t offset, uint64_t len, uint64_t size)
{
    return !offset && ((len + 7) & ~(uint64_t)7) + 8 > size;
}

struct gt_typing {
    const struct gt_goheap *heap;
    const struct gt_goroutines *goroutines;
    const struct gt_roots *roots;
    struct gt_process *process;
    struct gt_types *types;
    struct gt_shapes *shapes;
    struct gt_receivers *receivers; /* NULL where debug information has the variables */
    struct gt_closures *closures;
    struct gt_dictionaries *dictionaries;
    struct gt_packed type; /* by object, for those with pointers; typing_impl.h */
    bool borrows;          /* another typing owns the shapes, receivers, closures, dictionaries and
                            * rows */
    bool whole;            /* from now on, arrays are typed beyond what slices cover */
    bool eager;            /* a claim's object is compared at once: some are asked for before all
                            * claims are handled */
    struct gt_settled_words *settled; /* NULL: they were not noted */
    struct gt_typed_mark *reach;      /* while types spread: what is marked; NULL: nothing */
    const struct gt_bitmap *within;   /* while types spread: the objects whose words are read; NULL:
                                       * all */
    struct gt_map wide;   /* object -> its elements that are of its type; typing_impl.h */
    struct gt_map widest; /* address of a word that may be a slice -> struct gt_word's widest */
    struct gt_static_areas *statics;
    struct gt_vec static_runs; /* see static_words.c */
    struct gt_vec *rows;       /* by type; see typing_impl.h */
    struct gt_arena *plans;    /* of the rows */
    struct gt_bitmap pointed;  /* objects with a heap bitmap that a plain pointer leads to, or did
                                * before a larger type replaced that of its object */
    struct gt_bitmap grey;     /* objects whose words are to be claimed */
    uint8_t *queued;           /* by block of neighbours: is it in the queue? Others have no grey
                                * objects, but in a round (spread/rounds.h) */
    uint32_t *queue;           /* a ring of these blocks, one entry longer than their number */
    uint32_t head, tail;
    struct gt_claim waiting[GT_CLAIMS_WAITING]; /* they are judged together, in order, while the
                                                 * memory that decides them is fetched */
    size_t waiting_count;
    struct gt_batch marks; /* pointers to what is marked next */
    struct gt_last_type {  /* of the object whose words were claimed last */
        uint32_t typed;
        uint64_t mask;
        const struct gt_word_plan *plan;
    } last;
    struct gt_bitmap untyped; /* while the last ones are typed: words of 64 objects; untyped.c */
    struct gt_vec arrays;     /* parts of large ones, for the next round */
    struct gt_rounds *rounds; /* NULL: none runs */
    struct gt_fetched *ready; /* while types spread; graph/fetched.h */
    uint64_t typed_bytes, untyped_bytes; /* of live objects with pointers */
    uint64_t names_disputed;             /* roots that are disputed (struct gt_word) */
};

/* Types what follows from static data and roots, for one of the next three functions. The live set
 * need not be known yet. `reach` is used until the function returns; with NULL, nothing is marked.
 * The types do not depend on it. All other arguments must outlive the result. */
struct gt_typing *gt_typing_start(const struct gt_goheap *heap,
                                  const struct gt_goroutines *goroutines,
                                  const struct gt_roots *roots, struct gt_typed_mark *reach);
/* Types the objects in `live`. `started` becomes the result. */
struct gt_typing *gt_typing_create(struct gt_typing *started, const struct gt_bitmap *live);
/* The same, but an array that slices cover in part is typed throughout, so what its other elements
 * point to has types, too. Windows must not be made from these types, since no live word leads to
 * those elements. */
struct gt_typing *gt_typing_create_whole(struct gt_typing *started, const struct gt_bitmap *live);
/* The same as gt_typing_create(), with a copy of its beginning in *begun. gt_typing_finish_whole()
 * makes that into the types of gt_typing_create_whole(), in much less time than a new start. *begun
 * borrows from the result, so it is destroyed first. */
struct gt_typing *gt_typing_create_twice(struct gt_typing *started, const struct gt_bitmap *live,
                                         struct gt_typing **begun);
struct gt_typing *gt_typing_finish_whole(struct gt_typing *begun, const struct gt_bitmap *live);
/* The types of `some` of the live objects. The words of other objects are not read. So the types of
 * the chosen ones must follow from frames, static data, or the chosen ones themselves. Types of
 * other objects must not be queried. */
struct gt_typing *gt_typing_create_of(const struct gt_goheap *heap,
                                      const struct gt_goroutines *goroutines,
                                      const struct gt_roots *roots, const struct gt_bitmap *some);
void gt_typing_destroy(struct gt_typing *typing); /* NULL is allowed */

/* The type of an object's data, or of its elements if it is an array; GT_NO_TYPE if it is unknown
 * or memory of the runtime. */
gt_type_id gt_typing_type(const struct gt_typing *typing, uint32_t object);

/* Neighbours whose types are kept together: those that differ in the lower bits alone. */
enum { GT_TYPED_TOGETHER = 256 };

/* False if no neighbour, and not the object itself, is of a type of this kind. */
bool gt_typing_may_be_near(const struct gt_typing *typing, uint32_t object,
                           enum gt_kind_of_type kind);

/* The number of elements of that type that it is known to hold: 0 if the type is unknown, more than
 * 1 for an array. */
uint64_t gt_typing_elements(const struct gt_typing *typing, uint32_t object);

/* Is its type known, or is it memory of the runtime? */
bool gt_typing_knows(const struct gt_typing *typing, uint32_t object);

/* Is it the first field of sync.Map's nodes? Then the target of a pointer to it is more than this
 * type. */
bool gt_typing_is_node(const struct gt_typing *typing, gt_type_id type);

/* Every pointer word of an object that is not nil, in no particular order. */
void gt_typing_words(const struct gt_typing *typing, uint32_t object, gt_typed_word_fn *visit,
                     void *ctx);

/* The same for a reader, which may take most words without a struct gt_word. */
void gt_typing_read(const struct gt_typing *typing, uint32_t object,
                    const struct gt_word_reader *reader);

/* Visits the words of each object of a set, in the order of objects. Calls `begin` with each object
 * before its words. */
typedef void gt_typed_object_fn(void *ctx, uint32_t object);
void gt_typing_words_of_all(const struct gt_typing *typing, const struct gt_bitmap *objects,
                            gt_typed_object_fn *begin, gt_typed_word_fn *visit, void *ctx);
void gt_typing_read_all(const struct gt_typing *typing, const struct gt_bitmap *objects,
                        gt_typed_object_fn *begin, const struct gt_word_reader *reader);

/* Takes away objects that have no words but plain pointers to slots with a heap bitmap; not all of
 * them, but most. */
void gt_typing_leave_out_plain(const struct gt_typing *typing, struct gt_bitmap *objects);

/* Parts of the heap, which several threads read at once: the words of objects whose type says all
 * of them. Most words need no more than a look. What plain pointers lead to must be known already
 * (GT_PLAIN_POINTED): they are read only if that is a slot without a heap bitmap. */
struct gt_read_part {    /* what one thread reads at a time */
    uint32_t from, to;   /* objects */
    uint64_t first, end; /* elements of the one object, if it is a large array; else all */
};

/* Splits all objects with pointers into parts, which it adds to `parts`, and readies the types for
 * reading by several threads. Objects with words of other kinds than `kinds` (1 <<
 * gt_location_kind) will not be read. A word of `kinds` is nil if its first 8 bytes are 0. */
void gt_typing_parts(const struct gt_typing *typing, uint32_t kinds, struct gt_vec *parts);

/* Calls `settle` for each word of the part's objects in `objects` that is not nil; `words` are its
 * bytes. Adds to `others`, which parts share, the objects that are not read, and those with a word
 * for which `settle` returns false: the rest of their words is not read. */
typedef bool gt_settle_word_fn(void *ctx, const struct gt_pointer_slot *place,
                               const unsigned char *words);
void gt_typing_read_part(const struct gt_typing *typing, const struct gt_bitmap *objects,
                         const struct gt_read_part *part, gt_settle_word_fn *settle, void *ctx,
                         struct gt_bitmap *others);

/* A root as a word; its offset is that in its variable. */
void gt_typing_root(const struct gt_typing *typing, size_t root, struct gt_word *word);

/* The variable that contains a global's word, a frame's word or an interrupted register: its name,
 * its type and the offset in it. NULL when none is known, or when its type has no pointer there.
 * The name lives as long as the process. */
const char *gt_typing_variable(const struct gt_typing *typing, const struct gt_root *root,
                               gt_type_id *type, uint64_t *offset);

#endif
