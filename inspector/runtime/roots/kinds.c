/* Hashes the recorded type, or the function of a closure, or else the pointer layout and the size.
 * The layout has a bit for each of the first 64 words. If it repeats at least four times, it is an
 * array's and is cut to one element. */
#include "inspector/runtime/roots/kinds.h"

#include "inspector/base/hash.h"
#include "inspector/runtime/heap/size_classes.h"

enum {
    WORD = 8,
    LAYOUT_WORDS = 64, /* of an object: what a kind knows of its layout */
    ARRAY_LENGTH = 4,  /* a layout that repeats so often is an array's */
};

struct kind {
    uint64_t type;   /* an rtype's address, or a function's; 0 neither is known */
    uint64_t layout; /* which of its first words are pointers; of an array, of its first element */
    uint64_t size;   /* of the slot; of an array, of its element, in words */
};

/* ---- layouts ------------------------------------------------------------------------------- */

static void add_pointer(void *ctx, uint64_t offset, uint64_t value)
{
    uint64_t *layout = ctx, word = offset / WORD;

    (void)value;
    if (word < LAYOUT_WORDS) *layout |= (uint64_t)1 << word;
}

static uint64_t low_bits(uint64_t bits, unsigned count)
{
    return count < LAYOUT_WORDS ? bits & (((uint64_t)1 << count) - 1) : bits;
}

/* The number of words of an array's element; 0 if the layout is not that of an array. */
static unsigned element_words(uint64_t layout)
{
    unsigned words = layout ? LAYOUT_WORDS - (unsigned)__builtin_clzll(layout) : 0;

    for (unsigned period = 1; period * ARRAY_LENGTH <= words; period++)
        if (low_bits(layout ^ layout >> period, words - period) == 0) return period;
    return 0;
}

/* ---- kinds --------------------------------------------------------------------------------- */

/* For an array, only its element counts: arrays of all lengths are of one kind. */
static struct kind shaped(uint64_t layout, uint64_t size)
{
    unsigned element = element_words(layout);

    if (element) return (struct kind){.layout = low_bits(layout, element), .size = element};
    return (struct kind){.layout = layout, .size = size};
}

static uint64_t key_of(struct kind kind)
{
    const uint64_t spread = 0x9e3779b97f4a7c15;
    uint64_t key = kind.type * spread;

    key = ((key ^ key >> 29) + kind.layout) * spread;
    return ((key ^ key >> 29) + kind.size) * spread;
}

/* The function of a closure, which is its first word, and no pointer of the heap. */
static uint64_t function_of(const struct gt_goheap *heap, uint32_t object)
{
    const unsigned char *bytes = gt_heap_bytes(&heap->graph, object);
    uint64_t first = bytes ? gt_load64(bytes) : 0;

    return first && gt_process_is_entry(heap->process, first) ? first : 0;
}

/* A type or a function alone determines the kind. */
uint64_t gt_kind_of(const struct gt_goheap *heap, uint32_t object)
{
    uint64_t type = gt_goheap_header(heap, object), layout = 0;

    if (!type) type = function_of(heap, object);
    if (type) return key_of((struct kind){.type = type});
    gt_heap_words(&heap->graph, object, add_pointer, &layout);
    return key_of(shaped(layout, gt_heap_size(&heap->graph, object)));
}

/* ---- what code makes ----------------------------------------------------------------------- */

static uint64_t layout_of_type(struct gt_types *types, gt_type_id id)
{
    uint64_t words, layout = 0;
    const unsigned char *mask = gt_types_mask(types, id, &words);

    for (uint64_t i = 0; mask && i < words && i < LAYOUT_WORDS; i++)
        layout |= (uint64_t)(mask[i / 8] >> i % 8 & 1) << i;
    return layout;
}

/* That of an array so long that its length does not matter. */
static uint64_t repeated(uint64_t layout, uint64_t words)
{
    for (; words < LAYOUT_WORDS; words *= 2)
        layout |= layout << words;
    return layout;
}

static bool is_of_types(const struct gt_process *process, uint64_t addr)
{
    for (size_t i = 0; addr % WORD == 0 && i < process->module_count; i++)
        if (addr >= process->modules[i].types && addr < process->modules[i].etypes) return true;
    return false;
}

size_t gt_kinds_of_target(const struct gt_goheap *heap, uint64_t target,
                          uint64_t kinds[GT_KINDS_OF_TARGET])
{
    struct gt_types *types = heap->process->types;

    kinds[0] = key_of((struct kind){.type = target});
    if (!is_of_types(heap->process, target)) return 1;
    gt_type_id id = gt_types_at(types, target);
    uint64_t layout = id != GT_NO_TYPE ? layout_of_type(types, id) : 0;
    uint64_t size = layout ? gt_types_get(types, id)->size : 0;
    if (!size || size % WORD) return 1;
    kinds[1] = key_of(shaped(layout, gt_slot_for(size)));
    kinds[2] = key_of(shaped(repeated(layout, size / WORD), 0));
    return 3;
}

/* ---- models of a kind ---------------------------------------------------------------------- */

static void want(const struct gt_goheap *heap, const struct gt_bitmap *wanted, struct gt_map *left)
{
    for (size_t i = gt_bitmap_next(wanted, 0); i < wanted->bits; i = gt_bitmap_next(wanted, i + 1))
        ++*gt_map_put(left, gt_kind_of(heap, (uint32_t)i), NULL);
}

/* A model takes away as many of its kind as it explains. */
static void count_model(const struct gt_goheap *heap, const struct gt_bitmap *models,
                        struct gt_map *left)
{
    size_t missing = left->len;

    for (size_t i = gt_bitmap_next(models, 0); i < models->bits && missing;
         i = gt_bitmap_next(models, i + 1)) {
        uint64_t *wanted = gt_map_find(left, gt_kind_of(heap, (uint32_t)i));
        if (!wanted || !*wanted) continue;
        *wanted -= *wanted < GT_FOR_EACH_MODEL ? *wanted : GT_FOR_EACH_MODEL;
        missing -= !*wanted;
    }
}

void gt_kinds_find(const struct gt_goheap *heap, const struct gt_bitmap *wanted,
                   const struct gt_bitmap *models, struct gt_bitmap *alike, struct gt_bitmap *few)
{
    struct gt_map all = {0}, left = {0}; /* of the wanted: how many of a kind; how many more than
                                          * models explain */

    want(heap, wanted, &all);
    gt_map_copy(&left, &all);
    count_model(heap, models, &left);
    for (size_t i = gt_bitmap_next(wanted, 0); i < wanted->bits;
         i = gt_bitmap_next(wanted, i + 1)) {
        uint64_t kind = gt_kind_of(heap, (uint32_t)i), many = *gt_map_find(&left, kind);
        if (!many)
            gt_bit_set(alike, i);
        else if (many < *gt_map_find(&all, kind))
            gt_bit_set(few, i);
    }
    gt_map_deinit(&all);
    gt_map_deinit(&left);
}
