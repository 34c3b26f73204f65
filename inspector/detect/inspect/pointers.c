/* Keeps the words with the smallest offsets in a sorted list, in whatever order they are
 * visited. */
#include "inspector/detect/inspect/pointers.h"

#include "inspector/detect/describe/fields.h"
#include "inspector/detect/inspect/place.h"

struct collector {       /* the words with the smallest offsets, in their order */
    struct gt_vec words; /* struct gt_word */
    size_t most;
    uint64_t count;
};

static void collect(void *ctx, const struct gt_word *word)
{
    struct collector *collector = ctx;
    size_t at = collector->words.len;
    struct gt_word *list;

    collector->count++;
    if (at < collector->most)
        gt_vec_push(&collector->words);
    else if (!at || ((struct gt_word *)gt_vec_at(&collector->words, --at))->offset <= word->offset)
        return;
    for (list = collector->words.data; at > 0 && list[at - 1].offset > word->offset; at--)
        list[at] = list[at - 1];
    list[at] = *word;
}

static enum gt_typed_kind kind_of(const struct gt_word *word)
{
    static const enum gt_typed_kind kinds[] = {
        [GT_P_POINTER] = GT_TYPED_POINTER,       [GT_P_STRING] = GT_TYPED_STRING,
        [GT_P_SLICE] = GT_TYPED_SLICE,           [GT_P_EFACE] = GT_TYPED_INTERFACE,
        [GT_P_IFACE] = GT_TYPED_INTERFACE,       [GT_P_MAP] = GT_TYPED_MAP,
        [GT_P_CHAN] = GT_TYPED_CHANNEL,          [GT_P_FUNC] = GT_TYPED_FUNC,
        [GT_P_UNSAFE] = GT_TYPED_UNSAFE_POINTER, [GT_P_SHAPED] = GT_TYPED_POINTER,
    };

    if (word->inferred || word->kind >= sizeof kinds / sizeof *kinds) return GT_TYPED_UNKNOWN;
    return kinds[word->kind];
}

/* The target: by the object's own type, else by the word's. */
static struct gt_block block_of(const struct gt_heap_analysis *analysis, const struct gt_word *word)
{
    uint32_t object = gt_heap_object(&analysis->heap->graph, word->value);

    if (object == GT_NO_OBJECT) return (struct gt_block){0};
    struct gt_block block = gt_block_of(analysis, object);
    bool says = word->kind == GT_P_POINTER || word->kind == GT_P_SLICE;
    block.address = gt_goheap_user(analysis->heap, object, &(uint64_t){0});
    if (!block.type && says && !word->inferred)
        block.type = gt_heap_analysis_keep(analysis, gt_analysis_type_name(analysis, word->type));
    return block;
}

struct gt_pointer gt_pointer_of(const struct gt_heap_analysis *analysis, const struct gt_word *word)
{
    struct gt_object place = {.address = word->value};
    bool sized = !word->inferred && (word->kind == GT_P_STRING || word->kind == GT_P_SLICE);

    gt_place_find(analysis, &place);
    return (struct gt_pointer){.offset = word->offset,
                               .value = word->value,
                               .where = place.what,
                               .kind = kind_of(word),
                               .into = block_of(analysis, word),
                               .len = sized ? (int64_t)word->len : GT_UNKNOWN,
                               .cap = sized ? (int64_t)word->cap : GT_UNKNOWN};
}

void gt_pointers_fill(const struct gt_heap_analysis *analysis, uint32_t object, size_t most,
                      struct gt_object *out)
{
    struct collector collector = {GT_VEC_OF(struct gt_word), most, 0};
    char field[GT_FIELD];

    if (object < analysis->heap->graph.scan_objects)
        gt_typing_words(analysis->typing, object, collect, &collector);
    size_t count = collector.words.len;
    struct gt_pointer *list = gt_arena_alloc(analysis->storage, count * sizeof *list);
    for (size_t i = 0; i < count; i++) {
        const struct gt_word *word = gt_vec_at(&collector.words, i);
        list[i] = gt_pointer_of(analysis, word);
        gt_field_of(analysis, object, word->offset, field, sizeof field);
        if (*field) list[i].field = gt_heap_analysis_keep(analysis, field);
    }
    out->pointers = list;
    out->pointer_count = count;
    out->pointers_left_out = collector.count - count;
    gt_vec_deinit(&collector.words);
}
