/* A thread takes some neighbours of the list at a time. The fields of an mspan are read from one
 * piece of memory, or one by one where that is cut. */
#include "inspector/runtime/heap/mspans.h"

#include "inspector/base/alloc.h"
#include "inspector/base/task.h"

#include <stdatomic.h>

enum { WORD = 8, TOGETHER = 512 };

enum field {
    STATE,
    START,
    PAGES,
    ELEM_SIZE,
    ELEMS,
    FREE_INDEX,
    SWEEP_GEN,
    CLASS,
    SPECIALS,
    NEEDED, /* are those above */
    LARGE_TYPE = NEEDED,
    SCAN_INDEX,
    ALLOC_BITS,
    MARK_BITS,
    FIELDS
};

static const enum gt_field_id ids[FIELDS] = {
    [STATE] = GT_F_mspan_state,
    [START] = GT_F_mspan_startAddr,
    [PAGES] = GT_F_mspan_npages,
    [ELEM_SIZE] = GT_F_mspan_elemsize,
    [ELEMS] = GT_F_mspan_nelems,
    [FREE_INDEX] = GT_F_mspan_freeindex,
    [SWEEP_GEN] = GT_F_mspan_sweepgen,
    [CLASS] = GT_F_mspan_spanclass,
    [SPECIALS] = GT_F_mspan_specials,
    [LARGE_TYPE] = GT_F_mspan_largeType,
    [SCAN_INDEX] = GT_F_mspan_freeIndexForScan,
    [ALLOC_BITS] = GT_F_mspan_allocBits,
    [MARK_BITS] = GT_F_mspan_gcmarkBits,
};

struct place { /* of a field in an mspan */
    uint64_t offset;
    unsigned size; /* 1, 2, 4 or 8; 0: there is none */
};

struct reading {
    const struct gt_process *process;
    uint64_t list; /* where the first entry that is read is */
    uint64_t count;
    struct gt_span *spans;
    struct place places[FIELDS];
    uint64_t end; /* of the last field */
    atomic_ullong next;
};

/* Memory by what is read there: the runtime keeps things of one kind close together. */
struct reader {
    struct reading *reading;
    struct gt_recent_memory list, mspans, bits, marks;
};

static void find_places(struct reading *reading)
{
    const struct gt_layout *layout = &reading->process->layout;

    for (size_t i = 0; i < FIELDS; i++) {
        struct place place = {0};
        if (gt_has(layout, ids[i]))
            place = (struct place){gt_off(layout, ids[i]), layout->field[ids[i]].size};
        if (!gt_is_word(place.size)) place.size = 0;
        if (place.offset + place.size > reading->end) reading->end = place.offset + place.size;
        reading->places[i] = place;
    }
}

/* A field that is not there keeps its value; false when it is needed. */
static bool read_fields(const struct reader *reader, uint64_t mspan, uint64_t values[FIELDS])
{
    const struct gt_memory *memory = &reader->mspans.memory;
    const struct reading *reading = reader->reading;
    const unsigned char *bytes = gt_mem_at(memory, mspan, reading->end);

    for (size_t i = 0; i < FIELDS; i++) {
        struct place place = reading->places[i];
        if (place.size && bytes)
            values[i] = gt_load_word(bytes + place.offset, place.size);
        else if (!gt_mem_uint(memory, mspan + place.offset, place.size, &values[i]) && i < NEEDED)
            return false;
    }
    return true;
}

static const unsigned char *bits_at(const struct gt_recent_memory *recent, uint64_t addr,
                                    uint32_t nelems)
{
    return addr ? gt_mem_at(&recent->memory, addr, ((uint64_t)nelems + 7) / 8) : NULL;
}

static uint32_t narrow(uint64_t value)
{
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static void read_span(const struct reader *reader, struct gt_span *span)
{
    uint64_t values[FIELDS] = {[SCAN_INDEX] = UINT64_MAX};

    if (!read_fields(reader, span->address, values)) return;
    span->state = values[STATE] > GT_SPAN_MANUAL ? GT_SPAN_DEAD : (uint8_t)values[STATE];
    span->base = values[START];
    span->npages = values[PAGES];
    span->elem_size = values[ELEM_SIZE];
    span->nelems = narrow(values[ELEMS]);
    span->end_index = narrow(values[FREE_INDEX]);
    span->free_index =
        narrow(values[SCAN_INDEX]) < span->end_index ? narrow(values[SCAN_INDEX]) : span->end_index;
    span->sweep_gen = (uint32_t)values[SWEEP_GEN];
    span->span_class = (uint8_t)values[CLASS];
    span->specials = values[SPECIALS];
    /* A span that was used for a large object before still has its type. */
    span->large_type = span->span_class >> 1 ? 0 : values[LARGE_TYPE];
    if (span->state != GT_SPAN_IN_USE) return;
    span->alloc_bits = bits_at(&reader->bits, values[ALLOC_BITS], span->nelems);
    span->mark_bits = bits_at(&reader->marks, values[MARK_BITS], span->nelems);
}

static void read_entry(const struct reader *reader, uint64_t index, struct gt_span *span)
{
    const struct reading *reading = reader->reading;

    *span = (struct gt_span){.state = GT_SPAN_ABSENT};
    if (gt_mem_u64(&reader->list.memory, reading->list + index * WORD, &span->address))
        read_span(reader, span);
    else
        span->state = GT_SPAN_DEAD;
}

static struct gt_error *read_parts(void *args)
{
    struct reading *reading = args;
    struct reader reader = {.reading = reading};

    gt_recent_init(&reader.list, reading->process->mem);
    gt_recent_init(&reader.mspans, reading->process->mem);
    gt_recent_init(&reader.bits, reading->process->mem);
    gt_recent_init(&reader.marks, reading->process->mem);
    for (uint64_t from; (from = atomic_fetch_add(&reading->next, TOGETHER)) < reading->count;)
        for (uint64_t i = from; i < from + TOGETHER && i < reading->count; i++)
            read_entry(&reader, i, &reading->spans[i]);
    return NULL;
}

void gt_mspans_read(const struct gt_process *process, unsigned threads, const struct gt_slice *list,
                    uint64_t first, uint64_t count, struct gt_span *spans)
{
    struct reading *reading = gt_calloc(1, sizeof *reading);

    *reading = (struct reading){
        .process = process, .list = list->ptr + first * WORD, .count = count, .spans = spans};
    find_places(reading);
    gt_task_share(count > 2 * TOGETHER ? threads : 1, read_parts, reading);
    gt_free(reading);
}
