/* Tries what a word can be in this order: interface, slice, string, reference. The sizes that
 * elements can have come from the type that the allocator recorded, from the pointer mask of the
 * block, or from a sorted list of the sizes of the program's types. */
#include "inspector/runtime/typing/shapes.h"

#include "inspector/base/alloc.h"
#include "inspector/base/numbers.h"
#include "inspector/base/search.h"
#include "inspector/runtime/heap/size_classes.h"
#include "inspector/runtime/typing/words.h"

enum {
    WORD = 8,
    MASK_WORDS = 64,      /* of an object without a type header: its pointers are in a bitmap */
    LEAST_POINTERS = 16,  /* elements in the block, for the length of a slice to be used */
    LEAST_TEXT = 8,       /* bytes; a shorter text may be there by chance */
    LEAST_WORD = 4,       /* the same for a pointer that is not aligned */
    LEAST_DOCUMENT = 256, /* bytes; no value of a type has so long a text */
    MOST_TEXT = 4096,     /* bytes of a text that are tested */
    MANY_TRIES = 256,     /* sizes of elements that are tried */
    LARGEST_SLOT = 32768, /* larger objects take whole pages */
    PAGE = 8192,
    ITAB_TYPE = 8, /* abi.ITab: Inter, Type, Hash, Fun */
    ITAB_HASH = 16,
    ITAB_FUN = 24,
    TYPE_HASH = 16, /* abi.Type */
};

struct gt_shapes {
    const struct gt_goheap *heap;
    struct gt_process *process;
    struct gt_map itabs;          /* address -> type */
    struct gt_u64s whole_sizes;   /* of the program's structs and arrays without pointers */
    struct gt_u64s buffer_sizes;  /* of those that are bytes, or mostly are */
    struct gt_u64s element_sizes; /* of all its types without pointers */
};

/* ---- the program's types ------------------------------------------------------------------- */

static bool is_bytes(struct gt_types *types, gt_type_id id)
{
    gt_type_id elem =
        id && gt_types_get(types, id)->kind == GT_T_ARRAY ? gt_types_elem(types, id) : GT_NO_TYPE;

    return elem && gt_types_get(types, elem)->size == 1;
}

/* True for an array of bytes, for a struct most of which is one, and for a struct of which nothing
 * is known. */
static bool is_buffer(struct gt_types *types, gt_type_id id)
{
    const struct gt_type *type = gt_types_get(types, id);

    if (is_bytes(types, id)) return true;
    if (type->kind == GT_T_STRUCT && !type->field_count) return true;
    for (size_t i = 0; type->kind == GT_T_STRUCT && i < type->field_count; i++) {
        gt_type_id field = gt_types_find(types, type->fields[i].type);
        if (is_bytes(types, field) && gt_types_get(types, field)->size > type->size / 2)
            return true;
    }
    return false;
}

static void note_size(void *ctx, uint64_t rtype, const struct gt_type *head)
{
    struct gt_shapes *shapes = ctx;

    if (head->ptr_bytes || !head->size) return;
    gt_u64s_add(&shapes->element_sizes, head->size);
    if (head->kind != GT_T_STRUCT && head->kind != GT_T_ARRAY) return;
    gt_u64s_add(&shapes->whole_sizes, head->size);
    if (head->size < LEAST_DOCUMENT) return;
    gt_type_id id = gt_types_at(shapes->process->types, rtype);
    if (!id || is_buffer(shapes->process->types, id))
        gt_u64s_add(&shapes->buffer_sizes, head->size);
}

struct gt_shapes *gt_shapes_create(const struct gt_goheap *heap)
{
    struct gt_shapes *shapes = gt_calloc(1, sizeof *shapes);

    *shapes = (struct gt_shapes){.heap = heap, .process = heap->process};
    gt_types_each(heap->process->types, note_size, shapes);
    gt_u64s_sort(&shapes->whole_sizes);
    gt_u64s_sort(&shapes->buffer_sizes);
    gt_u64s_sort(&shapes->element_sizes);
    return shapes;
}

void gt_shapes_destroy(struct gt_shapes *shapes)
{
    if (!shapes) return;
    gt_map_deinit(&shapes->itabs);
    gt_u64s_deinit(&shapes->whole_sizes);
    gt_u64s_deinit(&shapes->buffer_sizes);
    gt_u64s_deinit(&shapes->element_sizes);
    gt_free(shapes);
}

/* True if the program has a type of one of these sizes whose values the allocator puts into slots
 * of this size. Size classes are at most a sixth of the slot apart, or a third below 1 KiB. */
static bool any_for_slot(const struct gt_u64s *sizes, uint64_t slot)
{
    uint64_t least = slot < 1024 ? slot - slot / 3 : slot - slot / 6;
    size_t first = gt_u64s_below(sizes, least);

    return first < sizes->len && sizes->at[first] <= slot;
}

bool gt_shape_may_be_one(const struct gt_shapes *shapes, uint64_t slot)
{
    return any_for_slot(&shapes->whole_sizes, slot);
}

/* ---- interfaces ---------------------------------------------------------------------------- */

static bool is_static_type(const struct gt_process *process, uint64_t addr)
{
    if (addr % WORD) return false;
    for (size_t i = 0; i < process->module_count; i++)
        if (addr >= process->modules[i].types && addr < process->modules[i].etypes) return true;
    return false;
}

static bool is_code(const struct gt_process *process, uint64_t pc)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    return gt_text_find(&process->code, pc, &tab, &func);
}

/* An itab has its interface and its type, repeats the type's hash, and lists methods. */
static gt_type_id type_of_itab(struct gt_shapes *shapes, uint64_t addr)
{
    const struct gt_process *process = shapes->process;
    const unsigned char *itab = gt_mem_at(process->mem, addr, ITAB_FUN + WORD);
    uint32_t hash;

    if (!itab || !is_static_type(process, gt_load64(itab)) ||
        !is_static_type(process, gt_load64(itab + ITAB_TYPE)))
        return GT_NO_TYPE;
    uint64_t *known = gt_map_put(&shapes->itabs, addr, NULL);
    if (*known) return (gt_type_id)(*known - 1);
    gt_type_id interface = gt_types_at(process->types, gt_load64(itab));
    gt_type_id type = gt_types_at(process->types, gt_load64(itab + ITAB_TYPE));
    bool sane = interface && gt_types_get(process->types, interface)->kind == GT_T_INTERFACE &&
                type && gt_mem_u32(process->mem, gt_load64(itab + ITAB_TYPE) + TYPE_HASH, &hash) &&
                hash == gt_load32(itab + ITAB_HASH) && is_code(process, gt_load64(itab + ITAB_FUN));
    *known = (sane ? type : (gt_type_id)GT_NO_TYPE) + 1;
    return sane ? type : (gt_type_id)GT_NO_TYPE;
}

static bool reads_as_interface(struct gt_shapes *shapes, const struct gt_surrounding *around,
                               struct gt_word *word)
{
    gt_type_id type = GT_NO_TYPE;

    if (!around->has_before || !around->before || around->before % WORD) return false;
    if (is_static_type(shapes->process, around->before))
        type = gt_types_at(shapes->process->types, around->before);
    if (!type || gt_types_get(shapes->process->types, type)->kind == GT_T_INTERFACE)
        type = type_of_itab(shapes, around->before);
    return type && gt_word_from_interface(shapes->process->types, type, around->value, word);
}

/* ---- elements ------------------------------------------------------------------------------ */

struct mask_of { /* the pointer words of a small object */
    uint64_t bits;
    uint64_t words;
};

static void note_pointer(void *ctx, uint64_t offset, uint64_t value)
{
    struct mask_of *mask = ctx;

    (void)value;
    if (offset / WORD < MASK_WORDS) mask->bits |= (uint64_t)1 << offset / WORD;
}

/* The words of an object that an array of it must have filled: the allocator rounds an array up to
 * its size class, and there are no pointers in what that adds. */
static uint64_t filled_words(uint64_t bits, uint64_t size)
{
    uint64_t least = gt_slot_below(size) / WORD + 1;
    uint64_t last = bits ? 64 - (uint64_t)__builtin_clzll(bits) : 0;

    return last > least ? last : least;
}

/* Would elements of so many words have their pointers at the same offsets, throughout the
 * object? */
static bool repeats(const struct mask_of *mask, uint64_t words)
{
    if (words >= MASK_WORDS || words > mask->words) return true;
    uint64_t whole = mask->words - mask->words % words; /* the rest of the object has no element */
    uint64_t compared = whole - words;
    uint64_t low = compared >= 64 ? UINT64_MAX : ((uint64_t)1 << compared) - 1;

    return ((mask->bits ^ mask->bits >> words) & low) == 0;
}

/* The largest size up to `most`, a multiple of `step`, that divides `offset`. If none is found
 * soon, `most`: a wider window never blames the program. */
static uint64_t widest(uint64_t offset, uint64_t most, uint64_t step, const struct mask_of *mask)
{
    uint64_t tries = 0;

    if (offset && offset < most) most = offset;
    most -= most % step;
    for (uint64_t size = most; size && tries < MANY_TRIES; size -= step, tries++)
        if (offset % size == 0 && (!mask || repeats(mask, size / WORD))) return size;
    return tries == MANY_TRIES ? most : 0;
}

/* The same among the sizes of the program's types, since the code that made the array knew its
 * type. */
static uint64_t widest_type(const struct gt_shapes *shapes, uint64_t offset, uint64_t most)
{
    for (size_t i = gt_u64s_below(&shapes->element_sizes, most + 1); i-- > 0;) {
        uint64_t size = shapes->element_sizes.at[i];
        if (offset % size == 0) return size;
    }
    return 1;
}

/* The type that the allocator recorded, of the object or of its elements. */
static gt_type_id noted_type(const struct gt_goheap *heap, uint32_t object)
{
    uint64_t header = gt_heap_region_of(&heap->graph, object)->scan == GT_SCAN_TILED
                          ? gt_goheap_header(heap, object)
                          : 0;

    return header ? gt_types_at(heap->process->types, header) : (gt_type_id)GT_NO_TYPE;
}

/* In a block without pointers, of which only the size is known. If it may be one value of some
 * type, a pointer into it uses everything after it. */
static uint64_t element_of_bytes(const struct gt_shapes *shapes, uint64_t user, uint64_t offset,
                                 uint64_t most)
{
    if (offset % WORD) return widest_type(shapes, offset, most);
    return gt_shape_may_be_one(shapes, user) ? most : widest(offset, most, 1, NULL);
}

uint64_t gt_shape_element(const struct gt_shapes *shapes, uint32_t object, uint64_t offset,
                          uint64_t most)
{
    const struct gt_goheap *heap = shapes->heap;
    gt_type_id noted = noted_type(heap, object);
    struct mask_of mask = {0};
    uint64_t user;

    gt_goheap_user(heap, object, &user);
    if (object >= heap->graph.scan_objects) return element_of_bytes(shapes, user, offset, most);
    if (noted) {
        uint64_t size = gt_types_get(heap->process->types, noted)->size;
        return size && size <= most && offset % size == 0 ? size : 0;
    }
    if (user / WORD > MASK_WORDS) return widest(offset, most, WORD, NULL);
    gt_heap_words(&heap->graph, object, note_pointer, &mask);
    mask.words = filled_words(mask.bits, user);
    return widest(offset, most, WORD, &mask);
}

/* ---- strings and slices -------------------------------------------------------------------- */

struct target { /* what a word points into */
    uint32_t object;
    uint64_t offset, user; /* offset in the object's data, and the size of the data */
    bool has_pointers;
};

/* Is it text: UTF-8 with no control characters other than those of text? A character at either end
 * may be incomplete. */
static bool is_text(const struct gt_memory *mem, uint64_t addr, uint64_t len)
{
    const unsigned char *bytes;

    if (len > MOST_TEXT) len = MOST_TEXT;
    bytes = gt_mem_at(mem, addr, len);
    for (uint64_t i = 0; bytes && i < len; i++)
        if ((bytes[i] < ' ' && !strchr("\t\n\r\f\v\033", bytes[i])) || bytes[i] == 0 ||
            bytes[i] == 0x7f || bytes[i] >= 0xf8 || bytes[i] == 0xc0 || bytes[i] == 0xc1)
            return false;
    return bytes != NULL;
}

/* True if the block is text far beyond the length, and no buffer: then a string was cut from a long
 * one. Other things that a *T points to have numbers. */
static bool is_cut_from_text(const struct gt_shapes *shapes, uint64_t addr, uint64_t len,
                             const struct target *target)
{
    uint64_t room = target->user - target->offset, most = room - room / 4;

    return most >= LEAST_DOCUMENT && len < most / 2 &&
           !any_for_slot(&shapes->buffer_sizes, target->user) &&
           is_text(shapes->process->mem, addr, most);
}

/* If the bytes are text, must a pointer and a number be a string? */
static bool must_be_bytes(const struct gt_shapes *shapes, uint64_t addr,
                          const struct target *target, uint64_t len)
{
    if (target->offset % WORD != 0 && len >= LEAST_WORD) return true;
    if (is_cut_from_text(shapes, addr, len, target)) return true;
    return (len >= LEAST_TEXT || target->offset % WORD != 0) &&
           !gt_shape_may_be_one(shapes, target->user); /* blocks without pointers have no header */
}

/* False when the value leads to no data of an object. */
static bool find_target(const struct gt_shapes *shapes, uint64_t value, struct target *target)
{
    const struct gt_heap *graph = &shapes->heap->graph;

    target->object = gt_heap_object(graph, value);
    if (target->object == GT_NO_OBJECT) return false;
    target->offset = value - gt_goheap_user(shapes->heap, target->object, &target->user);
    target->has_pointers = target->object < graph->scan_objects;
    return target->offset < target->user; /* else it is the header, which no pointer leads to */
}

/* Can it be a pointer, a length and a capacity? */
static bool may_be_slice(const struct gt_surrounding *around, const struct target *target)
{
    uint64_t len = around->next[0], cap = around->next[1];

    return around->after == 2 && cap && len <= cap && cap <= target->user - target->offset;
}

bool gt_shape_has_capacity(const struct gt_shapes *shapes, const struct gt_surrounding *around)
{
    struct target target;

    if (around->after < 2) return false;
    return find_target(shapes, around->value, &target) ? may_be_slice(around, &target)
                                                       : around->next[0] <= around->next[1];
}

static bool may_be_string(const struct gt_surrounding *around, const struct target *target)
{
    return around->after >= 1 && !target->has_pointers &&
           around->next[0] <= target->user - target->offset;
}

/* Is a small object an array of `words` pointers? Its bitmap shows that. */
static bool is_pointers(const struct gt_shapes *shapes, const struct target *target, uint64_t words)
{
    struct mask_of mask = {0};

    if (words > MASK_WORDS || target->user / WORD > MASK_WORDS) return false;
    gt_heap_words(&shapes->heap->graph, target->object, note_pointer, &mask);
    return mask.bits == (words == MASK_WORDS ? UINT64_MAX : ((uint64_t)1 << words) - 1);
}

/* An array of so many bytes, with the block's header, has a slot of this size. */
static bool is_for_slot(const struct gt_shapes *shapes, const struct target *target, uint64_t bytes)
{
    uint64_t slot = gt_heap_size(&shapes->heap->graph, target->object);
    uint64_t least = slot > LARGEST_SLOT ? slot - PAGE : gt_slot_below(slot);

    return bytes <= target->user && bytes + (slot - target->user) > least;
}

/* The capacity counts exactly the elements up to the array's end. Two unrelated numbers beside a
 * pointer do not match that by chance, so the length is trusted too. Elements are of the type that
 * the allocator recorded, or pointers. */
static bool fills_array(const struct gt_shapes *shapes, const struct target *target, uint64_t cap)
{
    gt_type_id noted = noted_type(shapes->heap, target->object);
    uint64_t size = noted ? gt_types_get(shapes->process->types, noted)->size : WORD;

    if (!target->has_pointers || cap < LEAST_POINTERS || !size || target->offset % size)
        return false;
    if (cap > (target->user - target->offset) / size) return false;
    uint64_t end = target->offset + cap * size;
    if (end == target->user) return true;
    return is_for_slot(shapes, target, end) && (noted || is_pointers(shapes, target, end / WORD));
}

static bool reads_as_slice(const struct gt_shapes *shapes, const struct gt_surrounding *around,
                           const struct target *target, struct gt_word *word)
{
    uint64_t cap = around->next[1], room = target->user - target->offset;

    word->bytes = !target->has_pointers && must_be_bytes(shapes, around->value, target, cap) &&
                  is_text(shapes->process->mem, around->value, cap);
    if (!word->bytes && !gt_shape_element(shapes, target->object, target->offset, room / cap))
        return false;
    word->type = noted_type(shapes->heap, target->object);
    word->kind = GT_P_SLICE;
    word->cap = cap;
    word->len = fills_array(shapes, target, cap) ? around->next[0] : cap;
    word->inferred = true;
    return true;
}

static bool reads_as_string(const struct gt_shapes *shapes, const struct gt_surrounding *around,
                            const struct target *target, struct gt_word *word)
{
    uint64_t len = around->next[0];

    if (!len || !is_text(shapes->process->mem, around->value, len)) return false;
    word->weak = !must_be_bytes(shapes, around->value, target, len);
    word->kind = GT_P_STRING;
    word->len = word->cap = len;
    word->bytes = true;
    word->inferred = true;
    return true;
}

void gt_shape_word(struct gt_shapes *shapes, const struct gt_surrounding *around,
                   struct gt_word *word)
{
    struct target target;

    word->kind = GT_W_UNKNOWN;
    if (reads_as_interface(shapes, around, word)) return;
    if (!find_target(shapes, around->value, &target)) return;
    bool slice = may_be_slice(around, &target), string = may_be_string(around, &target);
    if (slice && reads_as_slice(shapes, around, &target, word)) return;
    if (!slice && string && reads_as_string(shapes, around, &target, word)) return;
    if (!slice && !string) word->kind = GT_W_REFERENCE;
}
