/* Sorts the program's types by pointer mask and size. For an object, it tries the types with its
 * mask, then elements whose masks repeat over it, until two types fit that differ. */
#include "inspector/runtime/typing/candidates.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"
#include "inspector/runtime/typing/typing_impl.h"

#include <stdlib.h>

enum {
    WORD = 8,
    MOST_BYTES = 64 * WORD,  /* of a type or a slot */
    MOST_TRIES = 256,        /* types that are tried for one object */
    MOST_JOINED = 1 << 20,   /* the same for all slices in objects that several types fit */
    MOST_FAILURES = 1 << 16, /* objects whose type was not found */
    RTYPE_GCDATA = 32,       /* abi.Type */
    MOST_PATH = 64,          /* bytes of a package's path that count */
};

struct candidate {
    uint64_t mask, rtype;
    uint32_t size;
};

struct gt_candidates {
    const struct gt_typing *typing;
    struct gt_vec list; /* struct candidate, by mask and size */
    bool read;
    size_t failures;
    size_t joined; /* types that were tried for slices in objects that several types fit */
};

struct gt_candidates *gt_candidates_create(const struct gt_typing *typing)
{
    struct gt_candidates *candidates = gt_calloc(1, sizeof *candidates);

    candidates->typing = typing;
    candidates->list = GT_VEC_OF(struct candidate);
    return candidates;
}

void gt_candidates_destroy(struct gt_candidates *candidates)
{
    if (!candidates) return;
    gt_vec_deinit(&candidates->list);
    gt_free(candidates);
}

/* ---- the program's types ------------------------------------------------------------------- */

/* A type of so few words has its mask in the program's data. */
static void note_type(void *ctx, uint64_t rtype, const struct gt_type *head)
{
    struct gt_candidates *candidates = ctx;
    const struct gt_memory *mem = candidates->typing->process->mem;
    struct candidate candidate = {.rtype = rtype, .size = (uint32_t)head->size};
    uint64_t gcdata, words = head->ptr_bytes / WORD;

    if (!words || head->size > MOST_BYTES || head->size % WORD || head->size == WORD) return;
    if (!gt_mem_u64(mem, rtype + RTYPE_GCDATA, &gcdata)) return;
    const unsigned char *bits = gt_mem_at(mem, gcdata, (words + 7) / 8);
    if (!bits) return;
    memcpy(&candidate.mask, bits, (words + 7) / 8);
    candidate.mask &= gt_low_bits(words);
    gt_vec_add(&candidates->list, &candidate);
}

static int by_mask(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;

    if (left->mask != right->mask) return left->mask < right->mask ? -1 : 1;
    return (left->size > right->size) - (left->size < right->size);
}

static void read_types(struct gt_candidates *candidates)
{
    candidates->read = true;
    gt_types_each(candidates->typing->types, note_type, candidates);
    if (candidates->list.len)
        qsort(candidates->list.data, candidates->list.len, sizeof(struct candidate), by_mask);
}

static const struct candidate *candidate_at(const struct gt_candidates *candidates, size_t index)
{
    return gt_vec_at(&candidates->list, index);
}

static uint64_t mask_at(const void *candidates, size_t index)
{
    return candidate_at(candidates, index)->mask;
}

/* ---- one object ---------------------------------------------------------------------------- */

/* The first kind of which a type fits decides. A generic function's shape says less than the type
 * that it stands for. Objects of the runtime are typed by what leads to them, so one of its many
 * types that fits says little. */
enum kind { OF_PROGRAM, SHAPE, OF_RUNTIME, KINDS };

struct answer {
    gt_type_id found;
    uint64_t count; /* values of that type */
    bool several;   /* types that differ fit */
};

struct question {
    struct gt_candidates *candidates;
    struct gt_possible_slice *slice; /* the question is about this word; NULL: about the type */
    const unsigned char *bytes;      /* of the slot */
    uint64_t mask;                   /* of the slot */
    uint64_t size, below; /* the values take more than `below` and at most `size` bytes */
    size_t tries;
    struct answer answers[KINDS];
};

/* The size of the next smaller slot, for size classes up to 512 bytes. */
static uint64_t class_below(uint64_t slot)
{
    uint64_t step = slot <= 32 ? 8 : slot <= 256 ? 16 : 32;

    return slot == 48 ? 32 : slot - step;
}

/* Memory after the values is ignored: the allocator clears no more than was asked for. */
static bool all_fit(const struct question *question, gt_type_id id, uint64_t size, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (!gt_value_fits(question->candidates->typing, id, question->bytes + i * size))
            return false;
    return true;
}

/* An array type counts as its elements. */
static gt_type_id element_of(struct gt_types *types, gt_type_id id, uint64_t *count)
{
    for (int depth = 0; depth < 4 && gt_types_get(types, id)->kind == GT_T_ARRAY; depth++) {
        gt_type_id elem = gt_types_elem(types, id);
        if (!elem) break;
        *count *= gt_types_get(types, id)->len;
        id = elem;
    }
    return id;
}

/* A generic function allocates by the real type, which has the same layout as the shape. Its
 * closures are the exception; and where it is inlined, it allocates by the shape. */
static bool is_only_shape(const char *name)
{
    return strstr(name, "go.shape.") && strncmp(name, "struct { F uintptr;", 19) != 0;
}

/* True if the type has the other one as its first field, and no more pointers. Then both fit an
 * object of the other type. */
static bool begins_with(struct gt_types *types, gt_type_id id, gt_type_id other)
{
    for (int depth = 0; depth < 4 && id; depth++) {
        const struct gt_type *type = gt_types_get(types, id);
        if (id == other) return true;
        if (type->kind != GT_T_STRUCT || !type->field_count || type->fields[0].offset) return false;
        if (type->ptr_bytes != gt_types_get(types, other)->ptr_bytes) return false;
        id = gt_types_find(types, type->fields[0].type);
    }
    return false;
}

/* True if all pointers of both types are those of strings, at the same offsets. */
static bool same_strings(struct gt_types *types, gt_type_id left, gt_type_id right)
{
    const struct gt_pointer_layout *one = gt_types_pointer_layout(types, left);
    const struct gt_pointer_layout *other = gt_types_pointer_layout(types, right);

    if (one->count != other->count ||
        gt_types_get(types, left)->size != gt_types_get(types, right)->size)
        return false;
    for (size_t i = 0; i < one->count; i++)
        if (one->places[i].kind != GT_P_STRING || other->places[i].kind != GT_P_STRING ||
            one->places[i].offset != other->places[i].offset)
            return false;
    return true;
}

/* True for string, and for the group of a map whose key and element have basic types: named types
 * are defined from these. */
static bool is_basic(struct gt_types *types, gt_type_id id)
{
    static const char group[] = "map.group[";
    const char *name = gt_types_name(types, id);

    if (strncmp(name, group, sizeof group - 1) == 0) return !strchr(name + sizeof group - 1, '.');
    return strcmp(name, "string") == 0;
}

/* Of two types that fit, the one that is right whichever is the true one; GT_NO_TYPE: none is. */
static gt_type_id common(struct gt_types *types, gt_type_id left, gt_type_id right)
{
    if (!left || begins_with(types, left, right)) return right;
    if (begins_with(types, right, left)) return left;
    if (!same_strings(types, left, right)) return GT_NO_TYPE;
    if (is_basic(types, left)) return left;
    return is_basic(types, right) ? right : GT_NO_TYPE;
}

/* A slot of a map is a part of a group, and never an object. */
static bool is_map_slot(const char *name)
{
    return strncmp(name, "struct { key ", 13) == 0 && strstr(name, "; elem ");
}

static enum kind kind_of(struct gt_types *types, gt_type_id id)
{
    const char *name = gt_types_name(types, id);
    char path[MOST_PATH];

    if (!gt_types_package(types, id, path, sizeof path)) /* a struct without a name */
        return strstr(name, " *runtime.") ? OF_RUNTIME : OF_PROGRAM;
    return strcmp(path, "runtime") == 0 ? OF_RUNTIME : OF_PROGRAM;
}

static void take(struct question *question, gt_type_id id, enum kind kind, uint64_t count)
{
    struct answer *answer = &question->answers[kind];

    if (!answer->found || count > answer->count) answer->count = count;
    if (kind != SHAPE) id = common(question->candidates->typing->types, answer->found, id);
    answer->several = !id || (kind == SHAPE && answer->found && answer->found != id);
    answer->found = id;
}

static void try_type(struct question *question, const struct candidate *candidate, uint64_t count)
{
    struct gt_types *types = question->candidates->typing->types;
    gt_type_id id = gt_types_at(types, candidate->rtype);
    uint64_t values = count;

    if (!id) return;
    gt_type_id elem = element_of(types, id, &values);
    if (is_map_slot(gt_types_name(types, elem))) return;
    if (question->slice) {
        if (all_fit(question, id, candidate->size, count))
            gt_possible_slice_of(question->candidates->typing, id, candidate->rtype,
                                 question->slice);
        return;
    }
    enum kind kind = is_only_shape(gt_types_name(types, id)) ? SHAPE : kind_of(types, elem);
    if (question->answers[kind].several) return;
    if (all_fit(question, id, candidate->size, count)) take(question, elem, kind, values);
}

/* Several types of the program fit. More types cannot change that. */
static bool is_undecided(const struct question *question)
{
    return question->slice ? question->slice->denied : question->answers[OF_PROGRAM].several;
}

/* Counts a try. True when there were too many. */
static bool tried_enough(struct question *question)
{
    if (question->slice) return ++question->candidates->joined > MOST_JOINED;
    return ++question->tries > MOST_TRIES;
}

static void give_up(struct question *question)
{
    question->answers[OF_PROGRAM].several = true;
    if (question->slice) question->slice->denied = true;
}

/* Tries the types with this mask whose `count` values fit the slot, but not the next smaller
 * one. */
static void try_types(struct question *question, uint64_t mask, uint64_t count)
{
    struct gt_candidates *candidates = question->candidates;
    size_t first = gt_lower_bound(candidates, 0, candidates->list.len, mask, mask_at);

    for (size_t i = first; i < candidates->list.len && !is_undecided(question); i++) {
        const struct candidate *candidate = candidate_at(candidates, i);
        if (candidate->mask != mask || candidate->size * count > question->size) break;
        if (candidate->size * count <= question->below) continue;
        if (tried_enough(question)) give_up(question);
        try_type(question, candidate, count);
    }
}

static bool repeats(uint64_t mask, uint64_t words, uint64_t count)
{
    uint64_t tile = mask & gt_low_bits(words), all = 0;

    for (uint64_t i = 0; i < count; i++)
        all |= tile << i * words;
    return all == mask;
}

/* Tries elements of `words` words each, as many as fill the slot. */
static void try_elements(struct question *question, uint64_t words)
{
    for (uint64_t count = question->size / (words * WORD); count > 1; count--) {
        if (count * words * WORD <= question->below) return;
        if (!repeats(question->mask, words, count)) continue;
        uint64_t below = question->below, size = question->size;
        /* Only this exact size. */
        question->below = count * words * WORD - 1;
        question->size = count * words * WORD;
        try_types(question, question->mask & gt_low_bits(words), count);
        question->below = below;
        question->size = size;
    }
}

/* An object of pointers only could be an array of any pointers. */
static bool all_pointers(const struct question *question)
{
    uint64_t words = 64 - (uint64_t)__builtin_clzll(question->mask);

    return question->mask == gt_low_bits(words) && words * WORD > question->below;
}

static void ask(struct question *question)
{
    try_types(question, question->mask, 1);
    for (uint64_t words = 2; words * 2 * WORD <= question->size && !is_undecided(question); words++)
        try_elements(question, words);
}

static const struct answer *answer_of(const struct question *question)
{
    for (size_t kind = 0; kind < KINDS; kind++)
        if (question->answers[kind].several || question->answers[kind].found)
            return question->answers[kind].several ? NULL : &question->answers[kind];
    return NULL;
}

/* Prepares what both questions need; false when elimination finds no type. */
static bool prepare(struct question *question, uint32_t object)
{
    struct gt_candidates *candidates = question->candidates;
    struct gt_slot_ref ref = gt_slot_ref_of(candidates->typing, object);
    const struct gt_region *region = ref.region;

    if (region->scan != GT_SCAN_BITMAP || !region->bytes || region->slot_size > MOST_BYTES ||
        region->slot_size <= WORD)
        return false;
    if (!candidates->read) read_types(candidates);
    question->size = region->slot_size;
    question->bytes = region->bytes + ref.slot * region->slot_size;
    question->mask = gt_slot_mask(&ref);
    question->below = class_below(region->slot_size);
    return question->mask && !all_pointers(question);
}

gt_type_id gt_candidate_of(struct gt_candidates *candidates, uint32_t object, uint64_t *count)
{
    struct question question = {.candidates = candidates};

    if (candidates->failures > MOST_FAILURES || !prepare(&question, object)) return GT_NO_TYPE;
    ask(&question);
    const struct answer *answer = answer_of(&question);
    if (!answer) {
        candidates->failures++;
        return GT_NO_TYPE;
    }
    *count = answer->count;
    return answer->found;
}

uint64_t gt_candidates_widest(struct gt_candidates *candidates, uint32_t object,
                              const struct gt_word *word)
{
    const struct gt_goheap *heap = candidates->typing->heap;
    uint32_t block = gt_heap_object(&heap->graph, word->value);
    struct gt_possible_slice slice = {.offset = word->offset, .cap = word->cap};
    struct question question = {.candidates = candidates, .slice = &slice};

    if (block == GT_NO_OBJECT || !slice.cap) return 0;
    slice.at = word->value - gt_goheap_user(heap, block, &slice.user);
    if (slice.at >= slice.user || !prepare(&question, object)) return 0;
    ask(&question);
    return slice.denied ? 0 : slice.widest;
}
