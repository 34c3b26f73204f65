/* Takes the pairs of a list, or those of a map, which are then sorted by their keys. A text is a
 * pointer into the core's memory and a length. */
#include "inspector/runtime/goroutines/labels.h"

#include <stdlib.h>

enum {
    MAX_TEXT = 256,
    PAIR = 32, /* two string headers */
};

struct reader {
    const struct gt_memory *mem;
    struct gt_label_text *labels;
    size_t count;
};

/* NULL when the core lacks the bytes. The text ends before the first zero byte, as all texts in the
 * output do. */
static const char *text(const struct gt_memory *mem, uint64_t header, size_t *length)
{
    uint64_t words[2];

    if (!gt_mem_read(mem, header, words, sizeof words)) return NULL;
    *length = words[1] < MAX_TEXT ? words[1] : MAX_TEXT;
    if (*length == 0) return "";
    const char *bytes = (const char *)gt_mem_at(mem, words[0], *length);
    if (bytes) *length = strnlen(bytes, *length);
    return bytes;
}

static bool add(void *ctx, uint64_t key, uint64_t value)
{
    struct reader *reader = ctx;
    struct gt_label_text *label = &reader->labels[reader->count];

    label->key = text(reader->mem, key, &label->key_length);
    label->value = text(reader->mem, value, &label->value_length);
    if (label->key && label->value) reader->count++;
    return reader->count < GT_MAX_LABELS;
}

static int by_key(const void *a, const void *b)
{
    const struct gt_label_text *left = a, *right = b;
    size_t length = left->key_length < right->key_length ? left->key_length : right->key_length;
    int order = memcmp(left->key, right->key, length);

    if (order) return order;
    return left->key_length < right->key_length ? -1 : left->key_length > right->key_length;
}

/* type labelMap map[string]string: `labels` points to the word that is the map. */
static void read_map(const struct gt_label_source *source, uint64_t labels, struct reader *reader)
{
    uint64_t header;

    if (!gt_mem_u64(reader->mem, labels, &header)) return;
    gt_map_walk(source->process->types, source->map, header, add, reader);
    /* A list is in this order; a map has no order. */
    qsort(reader->labels, reader->count, sizeof *reader->labels, by_key);
}

/* type labelMap struct { LabelSet }, LabelSet { list []label }, label { key, value string } */
static void read_list(const struct gt_process *process, uint64_t labels, struct reader *reader)
{
    struct gt_slice list;

    if (!gt_process_slice(process, labels, PAIR, &list)) return;
    for (uint64_t i = 0; i < list.len; i++)
        if (!add(reader, list.ptr + i * PAIR, list.ptr + i * PAIR + PAIR / 2)) return;
}

void gt_label_source_init(struct gt_label_source *source, struct gt_process *process)
{
    gt_type_id type = gt_types_named(process->types, "runtime/pprof.labelMap");

    *source = (struct gt_label_source){.process = process};
    if (type && gt_types_get(process->types, type)->kind == GT_T_MAP) source->map = type;
}

uint64_t gt_labels_address(const struct gt_process *process, const struct gt_goroutine *g)
{
    uint64_t labels;

    return gt_process_field(process, g->address, GT_F_g_labels, &labels) ? labels : 0;
}

size_t gt_labels_read(const struct gt_label_source *source, uint64_t address,
                      struct gt_label_text out[GT_MAX_LABELS])
{
    struct reader reader = {.mem = source->process->mem, .labels = out};

    if (!address) return 0;
    if (source->map)
        read_map(source, address, &reader);
    else
        read_list(source->process, address, &reader);
    return reader.count;
}

static bool same(const char *a, size_t a_length, const char *b, size_t b_length)
{
    return a_length == b_length && memcmp(a, b, a_length) == 0;
}

bool gt_label_equal(const struct gt_label_text *a, const struct gt_label_text *b)
{
    return same(a->key, a->key_length, b->key, b->key_length) &&
           same(a->value, a->value_length, b->value, b->value_length);
}
