#include "inspector/runtime/typing/candidates.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"
#include "inspector/runtime/typing/fits.h"
#include "inspector/runtime/typing/typing_impl.h"

#include <stdlib.h>

enum {
    WORD = 8,
    MOST_BYTES = 64 * WORD,  /* of a type or a slot */
    MOST_TRIES = 256,        /* types that are tried for one object */
    MOST_FAILURES = 1 << 16, /* objects whose type was not found */
    RTYPE_GCDATA = 32,       /* abi.Type */
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

struct question {
    struct gt_candidates *candidates;
    const unsigned char *bytes; /* of the slot */
    uint64_t mask;              /* of the slot */
    uint64_t size, below;       /* the values take more than `below` and at most `size` bytes */
    size_t tries;
    gt_type_id found;
    gt_type_id shape; /* of a generic function, that fits */
    uint64_t count;   /* values of the type found, or else of the shape */
    bool several, several_shapes;
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

/* Of two types that fit, the one that holds in both cases; GT_NO_TYPE if there is none. */
static gt_type_id common(struct gt_types *types, gt_type_id left, gt_type_id right)
{
    if (!left || begins_with(types, left, right)) return right;
    if (begins_with(types, right, left)) return left;
    if (!same_strings(types, left, right)) return GT_NO_TYPE;
    if (is_basic(types, left)) return left;
    return is_basic(types, right) ? right : GT_NO_TYPE;
}

static void take_shape(struct question *question, gt_type_id id, uint64_t count)
{
    question->several_shapes |= question->shape && question->shape != id;
    question->shape = id;
    if (!question->found) question->count = count;
}

static void try_type(struct question *question, const struct candidate *candidate, uint64_t count)
{
    struct gt_types *types = question->candidates->typing->types;
    gt_type_id id = gt_types_at(types, candidate->rtype);

    if (!id || question->several) return;
    bool shape = is_only_shape(gt_types_name(types, id));
    if (!all_fit(question, id, candidate->size, count)) return;
    id = element_of(types, id, &count);
    if (shape) {
        take_shape(question, id, count);
        return;
    }
    if (!question->found || count > question->count) question->count = count;
    question->found = common(types, question->found, id);
    question->several = !question->found;
}

/* Tries the types with this mask whose `count` values fit the slot, but not the next smaller
 * one. */
static void try_types(struct question *question, uint64_t mask, uint64_t count)
{
    struct gt_candidates *candidates = question->candidates;
    size_t first = gt_lower_bound(candidates, 0, candidates->list.len, mask, mask_at);

    for (size_t i = first; i < candidates->list.len && !question->several; i++) {
        const struct candidate *candidate = candidate_at(candidates, i);
        if (candidate->mask != mask || candidate->size * count > question->size) break;
        if (candidate->size * count <= question->below) continue;
        if (++question->tries > MOST_TRIES) question->several = true;
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
    for (uint64_t words = 2; words * 2 * WORD <= question->size && !question->several; words++)
        try_elements(question, words);
}

gt_type_id gt_candidate_of(struct gt_candidates *candidates, uint32_t object, uint64_t *count)
{
    struct gt_slot_ref ref = gt_slot_ref_of(candidates->typing, object);
    const struct gt_region *region = ref.region;
    struct question question = {.candidates = candidates, .size = region->slot_size};

    if (region->scan != GT_SCAN_BITMAP || !region->bytes || region->slot_size > MOST_BYTES ||
        region->slot_size <= WORD || candidates->failures > MOST_FAILURES)
        return GT_NO_TYPE;
    if (!candidates->read) read_types(candidates);
    question.bytes = region->bytes + ref.slot * region->slot_size;
    question.mask = gt_slot_mask(&ref);
    question.below = class_below(region->slot_size);
    if (!question.mask || all_pointers(&question)) return GT_NO_TYPE;
    ask(&question);
    if (!question.found && !question.several && !question.several_shapes)
        question.found = question.shape;
    if (question.several || !question.found) {
        candidates->failures++;
        return GT_NO_TYPE;
    }
    *count = question.count;
    return question.found;
}
