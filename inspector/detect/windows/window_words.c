/* What one pointer word means for the block that it points into. */
#include "inspector/detect/windows/window_words.h"

#include "inspector/runtime/typing/map_shapes.h"
#include "inspector/runtime/typing/shapes.h"

enum { LEAST_ELEMENT = 16 }; /* bytes: a pointer to less may be one to a field */

static bool is_in_frame(const struct gt_heap_analysis *analysis, const struct gt_referrer *referrer)
{
    return referrer->object == GT_NO_OBJECT &&
           gt_root_at(analysis->roots, referrer->root)->kind == GT_ROOT_FRAME;
}

/* The type of the elements of an object, if the allocator recorded that it is an array. Then a
 * pointer to an element pins the array. Any other pointer into a block may use all of it. */
static gt_type_id recorded_element(const struct gt_heap_analysis *analysis,
                                   const struct gt_window_target *target)
{
    struct gt_types *types = analysis->process->types;

    if (target->region->scan != GT_SCAN_TILED) return GT_NO_TYPE;
    uint64_t header = gt_goheap_header(analysis->heap, target->object);
    gt_type_id elem = header ? gt_types_at(types, header) : GT_NO_TYPE;
    uint64_t size = elem ? gt_types_get(types, elem)->size : 0;
    return size && target->size >= 2 * size ? elem : (gt_type_id)GT_NO_TYPE;
}

/* Does a pointer lead to a later element of a block without pointers, of which the allocator
 * records no type? It does if the program has no type that the block could be one value of. A
 * pointer to the block's start may be one to the head of something larger. */
static bool is_in_slab(const struct gt_heap_analysis *analysis,
                       const struct gt_window_target *target, const struct gt_word *word)
{
    uint64_t offset = word->value - target->start;

    if (target->region->scan != GT_SCAN_NONE) return false;
    uint64_t size = gt_types_get(analysis->process->types, word->type)->size;
    return size >= LEAST_ELEMENT && offset >= size && offset % size == 0 &&
           !gt_shape_may_be_one(analysis->typing->shapes, target->size);
}

/* May the word be a slice? If debug information has the variables of frames, a word that is none of
 * them is the position of a loop. */
static bool may_be_slice(const struct gt_heap_analysis *analysis, const struct gt_word *word,
                         const struct gt_referrer *referrer)
{
    if (word->disputed) return false;
    if (is_in_frame(analysis, referrer)) return !analysis->process->dwarf;
    return referrer->object != GT_NO_OBJECT ||
           gt_root_at(analysis->roots, referrer->root)->kind == GT_ROOT_GLOBAL;
}

/* A type's short name may also be that of another package's type. */
static bool is_runtimes(struct gt_types *types, gt_type_id type)
{
    const char *name = gt_types_name(types, type);

    return gt_is_map_storage(name) ||
           (strncmp(name, "runtime.", 8) == 0 && gt_types_named(types, name) == type);
}

/* A word of unknown type that leads into an array whose type the allocator recorded. It is a slice
 * or a pointer to an element, and neither leads to the elements before. It may use all others. */
static enum gt_word_verdict window_from(const struct gt_heap_analysis *analysis,
                                        const struct gt_word *word,
                                        const struct gt_referrer *referrer,
                                        const struct gt_window_target *target,
                                        struct gt_window_ref *window)
{
    if (!may_be_slice(analysis, word, referrer)) return GT_UNTYPED;
    gt_type_id elem = recorded_element(analysis, target);
    uint64_t user = target->size, start = target->start;
    uint64_t size = elem ? gt_types_get(analysis->process->types, elem)->size : 0;

    if (!size || word->value < start + size || word->value - start >= user ||
        is_runtimes(analysis->process->types, elem))
        return GT_UNTYPED;
    window->kind = GT_P_SLICE;
    window->elem = elem;
    window->elem_size = size;
    window->offset = (word->value - start) / size * size;
    window->len = window->cap = (user - window->offset) / size * size;
    window->unsure = true;
    window->untyped = true;
    return window->len ? GT_IS_WINDOW : GT_UNTYPED;
}

static bool is_byte_like(const struct gt_heap_analysis *analysis, gt_type_id type)
{
    return !type || gt_types_get(analysis->process->types, type)->size <= 1;
}

/* The elements of an inferred slice have the largest size that is possible. */
static uint64_t inferred_size(const struct gt_heap_analysis *analysis, const struct gt_word *word,
                              const struct gt_window_target *target, uint64_t offset)
{
    uint64_t most = (target->size - offset) / word->cap;

    if (word->bytes) return 1;
    if (word->widest && word->widest < most) most = word->widest;
    return gt_shape_element(analysis->typing->shapes, target->object, offset, most);
}

/* The capacity of a slice, in a block with room for so many elements. A function that does not need
 * the capacity any more may leave an older one in its frame. None leads before the first element.
 */
static uint64_t fitting_capacity(const struct gt_heap_analysis *analysis,
                                 const struct gt_word *word, const struct gt_referrer *referrer,
                                 uint64_t room, struct gt_window_ref *window)
{
    if (word->cap <= room || word->kind != GT_P_SLICE || word->inferred || word->len > room ||
        !is_in_frame(analysis, referrer))
        return word->cap;
    window->unsure = true;
    return room;
}

static enum gt_word_verdict window_of(const struct gt_heap_analysis *analysis,
                                      const struct gt_word *word,
                                      const struct gt_referrer *referrer,
                                      const struct gt_window_target *target,
                                      struct gt_window_ref *window)
{
    uint64_t user = target->size;

    window->kind = word->kind;
    window->elem = word->type;
    window->elem_size = 1;
    window->inferred = word->inferred;
    window->weak = word->weak;
    window->bounded = word->widest != 0;
    window->offset = word->value - target->start;
    if (window->offset >= user) return GT_UNFIT;
    if (word->inferred)
        window->elem_size = inferred_size(analysis, word, target, window->offset);
    else if (word->kind != GT_P_STRING)
        window->elem_size =
            word->type ? gt_types_get(analysis->process->types, word->type)->size : 0;
    if (window->elem_size == 0) return GT_UNFIT;
    uint64_t room = (user - window->offset) / window->elem_size;
    uint64_t count =
        word->kind == GT_P_POINTER ? 1 : fitting_capacity(analysis, word, referrer, room, window);
    if (count > room) return GT_UNFIT;
    window->cap = count * window->elem_size;
    window->len = word->kind == GT_P_POINTER ? window->cap : word->len * window->elem_size;
    return word->len <= word->cap ? GT_IS_WINDOW : GT_UNFIT;
}

enum gt_word_verdict gt_window_judge(const struct gt_heap_analysis *analysis,
                                     const struct gt_word *word, const struct gt_referrer *referrer,
                                     const struct gt_window_target *target,
                                     struct gt_window_ref *window)
{
    switch (word->kind) {
    case GT_P_STRING:
    case GT_P_SLICE:
        return window_of(analysis, word, referrer, target, window);
    case GT_P_POINTER:
        if (gt_typing_is_node(analysis->typing, word->type)) return GT_COVERS_ALL;
        if (is_byte_like(analysis, word->type)) return word->type ? GT_BYTE_POINTER : GT_UNTYPED;
        if (recorded_element(analysis, target) != word->type && !is_in_slab(analysis, target, word))
            return GT_COVERS_ALL;
        return window_of(analysis, word, referrer, target, window);
    case GT_P_UNSAFE:
        return GT_UNSAFE_POINTER;
    case GT_W_UNKNOWN:
        return window_from(analysis, word, referrer, target, window);
    case GT_W_REFERENCE:
        return GT_IS_REFERENCE;
    default:
        return GT_COVERS_ALL;
    }
}

bool gt_window_is_runtimes(const struct gt_heap_analysis *analysis, uint32_t block)
{
    gt_type_id type = gt_typing_type(analysis->typing, block);

    if (type) return is_runtimes(analysis->process->types, type);
    return gt_typing_knows(analysis->typing, block) || gt_channel_has_shape(analysis->heap, block);
}

bool gt_window_is_one_value(const struct gt_heap_analysis *analysis, uint32_t block)
{
    gt_type_id type = gt_typing_type(analysis->typing, block);
    uint64_t user, size = type ? gt_types_get(analysis->process->types, type)->size : 0;

    gt_goheap_user(analysis->heap, block, &user);
    return size && user < 2 * size;
}

/* What comes from a word without a type of its own is untyped. */
enum gt_undecided_reason gt_verdict_reason(enum gt_word_verdict verdict)
{
    static const enum gt_undecided_reason reasons[GT_WORD_VERDICTS] = {
        [GT_UNSAFE_POINTER] = GT_UNDECIDED_UNSAFE_POINTER,
        [GT_BYTE_POINTER] = GT_UNDECIDED_BYTE_POINTER,
        [GT_UNFIT] = GT_UNDECIDED_UNFIT,
        [GT_STALE_ONLY] = GT_UNDECIDED_STALE,
        [GT_WEAK_ONLY] = GT_UNDECIDED_WEAK,
        [GT_UNEQUAL] = GT_UNDECIDED_UNEQUAL,
        [GT_MAY_BE_TEXT] = GT_UNDECIDED_MAY_BE_TEXT,
        [GT_CONTRADICTS] = GT_UNDECIDED_CONTRADICTS,
    };

    return reasons[verdict];
}

static bool any_set(const unsigned char *bytes, uint64_t from, uint64_t to)
{
    for (; from + 8 <= to; from += 8)
        if (gt_load64(bytes + from)) return true;
    return false;
}

/* Most windows cover all of their block, which then need not be read. */
bool gt_window_leaves_out(const struct gt_heap_analysis *analysis,
                          const struct gt_window_target *target, const struct gt_window_ref *window)
{
    uint64_t user = target->size, end = (window->offset + window->len + 7) & ~(uint64_t)7;

    if (!window->offset && end + 8 > user) return false;
    const unsigned char *bytes = gt_mem_at(analysis->process->mem, target->start, user);
    return bytes && (any_set(bytes, 0, window->offset) || any_set(bytes, end, user));
}

static bool may_be_in_change(const struct gt_heap_analysis *analysis,
                             const struct gt_referrer *referrer)
{
    return referrer->object == GT_NO_OBJECT &&
           gt_root_at(analysis->roots, referrer->root)->kind != GT_ROOT_GLOBAL;
}

bool gt_window_may_be_stale(const struct gt_heap_analysis *analysis, const struct gt_word *word,
                            const struct gt_referrer *referrer)
{
    return referrer->object == GT_NO_OBJECT &&
           (word->disputed ||
            gt_root_at(analysis->roots, referrer->root)->kind == GT_ROOT_CONSERVATIVE);
}

void gt_check_length(const struct gt_heap_analysis *analysis, const struct gt_word *word,
                     const struct gt_referrer *referrer, const struct gt_window_target *target,
                     const struct gt_window_ref *window)
{
    uint64_t user = target->size;

    if (word->inferred || word->disputed || !window->elem_size) return;
    if (word->kind != GT_P_STRING && word->kind != GT_P_SLICE) return;
    if (may_be_in_change(analysis, referrer)) return;
    if (window->offset < user && word->len > (user - window->offset) / window->elem_size)
        gt_contradict(&analysis->process->contradictions, GT_CONTRADICTION_LENGTHS, 1, word->addr);
}
