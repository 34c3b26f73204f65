/* Contents of strings, compared by hash and then byte by byte. */
#include "inspector/detect/heap_tables/equal_strings.h"

#include <inttypes.h>

enum {
    MOST_CONTENTS = 1 << 22, /* bounds the memory that a hostile heap can take */
    SMALL_SHARE = 10000,     /* fraction of the live heap: contents with less share a row */
    SHOWN = 40,              /* bytes of a string that are shown, with show_data */
};

struct content {
    const unsigned char *bytes; /* of the first string, where the host has them */
    uint64_t length, copies;
    uint64_t taken, largest; /* bytes of the slots of all copies, and of the largest copy */
};

void gt_equal_strings_init(struct gt_equal_strings *strings,
                           const struct gt_heap_analysis *analysis)
{
    *strings = (struct gt_equal_strings){
        .analysis = analysis, .seed = gt_hash_seed(), .contents = GT_VEC_OF(struct content)};
    gt_bitmap_init(&strings->seen, analysis->heap->graph.objects);
}

void gt_equal_strings_deinit(struct gt_equal_strings *strings)
{
    gt_bitmap_deinit(&strings->seen);
    gt_map_deinit(&strings->known);
    gt_vec_deinit(&strings->contents);
}

/* NULL when the string is not within one block that the core has. */
static const unsigned char *bytes_of(const struct gt_heap *graph, uint32_t object,
                                     const struct gt_word *word)
{
    const unsigned char *bytes = gt_heap_bytes(graph, object);
    uint64_t offset = word->value - gt_heap_address(graph, object);
    uint64_t size = gt_heap_size(graph, object);

    return bytes && word->len && word->len <= size - offset ? bytes + offset : NULL;
}

static void add_copy(struct gt_equal_strings *strings, const unsigned char *bytes, uint64_t length,
                     uint64_t slot)
{
    uint64_t *place =
        gt_map_put(&strings->known, gt_hash_bytes(strings->seed, bytes, length), NULL);

    if (!*place) {
        if (strings->contents.len >= MOST_CONTENTS) return;
        gt_vec_add(&strings->contents, &(struct content){bytes, length, 0, 0, 0});
        *place = strings->contents.len;
    }
    struct content *content = gt_vec_at(&strings->contents, *place - 1);
    if (content->length != length || memcmp(content->bytes, bytes, length) != 0) return;
    content->copies++;
    content->taken += slot;
    if (slot > content->largest) content->largest = slot;
}

void gt_equal_strings_add(struct gt_equal_strings *strings, const struct gt_word *word)
{
    const struct gt_heap *graph = &strings->analysis->heap->graph;
    uint32_t object = gt_heap_object(graph, word->value);

    if (word->kind != GT_P_STRING || word->inferred || object == GT_NO_OBJECT ||
        gt_goheap_tiny(strings->analysis->heap, object))
        return;
    const unsigned char *bytes = bytes_of(graph, object, word);
    if (!bytes || gt_bit_test_set(&strings->seen, object)) return;
    add_copy(strings, bytes, word->len, gt_heap_size(graph, object));
}

/* ---- rows ---------------------------------------------------------------------------------- */

static const char *name_of(const struct gt_table_maker *maker, const struct content *content)
{
    struct gt_arena *storage = maker->analysis->storage;
    uint64_t shown = content->length < SHOWN ? content->length : SHOWN;

    if (!maker->options->show_data)
        return gt_arena_format(storage, "(a string of %" PRIu64 " bytes)", content->length);
    return gt_arena_format(storage, "\"%.*s\"%s", (int)shown, (const char *)content->bytes,
                           shown < content->length ? "..." : "");
}

static void add_to_row(struct gt_heap_row *row, const struct content *content)
{
    row->kind = GT_ROW_EQUAL_STRINGS;
    row->objects += (int64_t)content->copies;
    row->bytes += (int64_t)content->taken;
    if (row->spare_bytes == GT_UNKNOWN) row->spare_bytes = 0;
    row->spare_bytes += (int64_t)(content->taken - content->largest);
}

void gt_equal_strings_rows(const struct gt_equal_strings *strings, struct gt_table_maker *maker)
{
    uint64_t least = maker->analysis->live_bytes / SMALL_SHARE;
    struct gt_heap_row *others = gt_table_row(maker, "(other strings)");
    size_t place = maker->rows.len - 1;

    others->kind = GT_ROW_EQUAL_STRINGS;
    for (size_t i = 0; i < strings->contents.len; i++) {
        const struct content *content = gt_vec_at(&strings->contents, i);
        if (content->copies < 2) continue;
        bool small = content->taken - content->largest < least;
        add_to_row(small ? gt_vec_at(&maker->rows, place)
                         : gt_table_row(maker, name_of(maker, content)),
                   content);
    }
}
