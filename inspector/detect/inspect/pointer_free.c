/* Looks at all live words. A word counts if it leads to the start of an object without pointers,
 * and its type says what is there and fits in the object. */
#include "inspector/detect/inspect/pointer_free.h"

struct looker {
    const struct gt_heap_analysis *analysis;
    gt_pointer_free_fn *visit;
    void *ctx;
};

/* The type of a word's target, and how many of it; false for words that do not say it. */
static bool claim_of(struct gt_types *types, const struct gt_word *word, gt_type_id *type,
                     uint64_t *count)
{
    *type = word->type;
    *count = 1;
    if (word->inferred || !word->type) return false;
    if (word->kind == GT_P_SLICE) *count = word->cap;
    if (word->kind == GT_P_CHAN) return false; /* its buffer is in the hchan's own block */
    (void)types;
    return word->kind == GT_P_POINTER || word->kind == GT_P_SLICE;
}

static void look(void *ctx, const struct gt_word *word)
{
    const struct looker *looker = ctx;
    const struct gt_goheap *heap = looker->analysis->heap;
    uint32_t object = gt_heap_object(&heap->graph, word->value);
    gt_type_id type;
    uint64_t count, size;

    if (object == GT_NO_OBJECT || object < heap->graph.scan_objects) return;
    if (!claim_of(looker->analysis->process->types, word, &type, &count)) return;
    if (gt_goheap_user(heap, object, &size) != word->value || !count) return;
    if (gt_types_get(looker->analysis->process->types, type)->size > size) return;
    looker->visit(looker->ctx, object, type, count);
}

void gt_pointer_free_each(const struct gt_heap_analysis *analysis, gt_pointer_free_fn *visit,
                          void *ctx)
{
    struct looker looker = {analysis, visit, ctx};
    uint32_t count = analysis->heap->graph.scan_objects;
    struct gt_word word;

    for (size_t i = gt_bitmap_next(&analysis->live, 0); i < count;
         i = gt_bitmap_next(&analysis->live, i + 1))
        gt_typing_words(analysis->typing, (uint32_t)i, look, &looker);
    for (size_t i = 0; i < analysis->roots->list.len; i++) {
        gt_typing_root(analysis->typing, i, &word);
        if (word.value) look(&looker, &word);
    }
}

struct choice {
    struct gt_types *types;
    uint32_t object;
    gt_type_id type;
    uint64_t size, count;
};

static void choose(void *ctx, uint32_t object, gt_type_id type, uint64_t count)
{
    struct choice *choice = ctx;
    uint64_t size = gt_types_get(choice->types, type)->size;

    if (object != choice->object || size < choice->size) return;
    if (size > choice->size) *choice = (struct choice){choice->types, object, type, size, count};
    if (count > choice->count) choice->count = count;
}

gt_type_id gt_pointer_free_type(const struct gt_heap_analysis *analysis, uint32_t object,
                                uint64_t *count)
{
    struct choice choice = {.types = analysis->process->types, .object = object};

    *count = 0;
    if (object < analysis->heap->graph.scan_objects) return GT_NO_TYPE;
    gt_pointer_free_each(analysis, choose, &choice);
    *count = choice.count;
    return choice.type;
}
