#include "inspector/runtime/labels.h"

#include <stdlib.h>

enum {
    MAX_LABELS = 64,
    MAX_TEXT = 256,
    PAIR = 32, /* two string headers */
};

struct reading {
    struct gt_process *process;
    struct gt_vec labels; /* struct gt_label */
    struct gt_arena *storage;
};

static const char *text(const struct reading *reading, uint64_t header)
{
    uint64_t words[2];

    if (!gt_mem_read(reading->process->mem, header, words, sizeof words)) return NULL;
    uint64_t len = words[1] < MAX_TEXT ? words[1] : MAX_TEXT;
    if (len == 0) return "";
    const unsigned char *bytes = gt_mem_at(reading->process->mem, words[0], len);
    return bytes ? gt_arena_strndup(reading->storage, (const char *)bytes, len) : NULL;
}

static bool add(void *ctx, uint64_t key, uint64_t value)
{
    struct reading *reading = ctx;
    struct gt_label label = {text(reading, key), text(reading, value)};

    if (label.key && label.value) gt_vec_add(&reading->labels, &label);
    return reading->labels.len < MAX_LABELS;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct gt_label *)a)->key, ((const struct gt_label *)b)->key);
}

/* type labelMap map[string]string: `labels` points to the word that is the map. */
static void read_map(struct reading *reading, gt_type_id type, uint64_t labels)
{
    uint64_t header;

    if (!gt_mem_u64(reading->process->mem, labels, &header)) return;
    gt_map_walk(reading->process->types, type, header, add, reading);
    /* A list is in this order; a map has none. */
    if (reading->labels.len)
        qsort(reading->labels.data, reading->labels.len, sizeof(struct gt_label), by_key);
}

/* type labelMap struct { LabelSet }, LabelSet { list []label }, label { key, value string } */
static void read_list(struct reading *reading, uint64_t labels)
{
    struct gt_slice list;

    if (!gt_process_slice(reading->process, labels, PAIR, &list)) return;
    for (uint64_t i = 0; i < list.len; i++)
        if (!add(reading, list.ptr + i * PAIR, list.ptr + i * PAIR + PAIR / 2)) return;
}

static void read_labels(struct reading *reading, uint64_t labels)
{
    struct gt_types *types = reading->process->types;
    gt_type_id type = gt_types_named(types, "runtime/pprof.labelMap");

    if (type && gt_types_get(types, type)->kind == GT_T_MAP)
        read_map(reading, type, labels);
    else
        read_list(reading, labels);
}

struct gt_label *gt_labels_of(struct gt_process *process, const struct gt_goroutine *g,
                              struct gt_arena *storage, size_t *count)
{
    struct reading reading = {
        .process = process, .labels = GT_VEC_OF(struct gt_label), .storage = storage};
    uint64_t labels;

    *count = 0;
    if (!gt_process_field(process, g->address, GT_F_g_labels, &labels) || !labels) return NULL;
    read_labels(&reading, labels);
    struct gt_label *kept = gt_arena_alloc(storage, reading.labels.len * sizeof *kept);
    *count = reading.labels.len;
    if (*count) memcpy(kept, reading.labels.data, *count * sizeof *kept);
    gt_vec_free(&reading.labels);
    return kept;
}
