/* Follows each span's list of specials, and reads the pointer words of each by a table of kinds. A
 * map has the addresses that were read, so a list that is a loop ends. */
#include "inspector/runtime/heap/specials.h"

#include "inspector/base/alloc.h"

#include <inttypes.h>

/* One row a kind: the constant with its number, and the fields with its pointer words. */
static const struct {
    const char *what;
    const char *constant;
    enum gt_field_id first_word;
    enum gt_field_id wide_word; /* the field in versions where it is a struct of three words */
} kinds[GT_SPECIAL_KINDS] = {
    [GT_SPECIAL_FINALIZER] = {"finalizer", "runtime._KindSpecialFinalizer",
                              GT_F_specialfinalizer_fn, 0},
    [GT_SPECIAL_CLEANUP] = {"cleanup", "runtime._KindSpecialCleanup", GT_F_specialCleanup_fn,
                            GT_F_specialCleanup_call},
    [GT_SPECIAL_WEAK_HANDLE] = {"weak handle", "runtime._KindSpecialWeakHandle",
                                GT_F_specialWeakHandle_handle, 0},
    [GT_SPECIAL_PROFILE] = {"sample of an allocation", "runtime._KindSpecialProfile",
                            GT_F_specialprofile_b, 0},
};

struct reader {
    const struct gt_goheap *heap;
    struct gt_specials *specials;
    int64_t number[GT_SPECIAL_KINDS]; /* -1: this version has no such kind */
    struct gt_map seen;               /* addresses: a special belongs to one span */
};

/* A lost profile sample would only have named an allocation site. */
static enum gt_evidence evidence_of(int kind)
{
    return kind == GT_SPECIAL_PROFILE ? GT_OF_NAMES : GT_OF_SPECIALS;
}

static void read_kinds(struct reader *reader)
{
    struct gt_process *process = reader->heap->process;
    const struct gt_facts *facts = process->facts;

    for (int i = 0; i < GT_SPECIAL_KINDS; i++) {
        if (facts->constant(facts->ctx, kinds[i].constant, &reader->number[i])) continue;
        reader->number[i] = -1;
        if (gt_has(&process->layout, kinds[i].first_word))
            gt_process_lost(process, evidence_of(i), "no %s is known: this program has no %s",
                            kinds[i].what, kinds[i].constant);
    }
}

static int kind_of(const struct reader *reader, uint64_t number)
{
    for (int i = 0; i < GT_SPECIAL_KINDS; i++)
        if (reader->number[i] >= 0 && (uint64_t)reader->number[i] == number) return i;
    return -1;
}

static bool read_words(const struct gt_process *process, struct gt_special *special)
{
    enum gt_field_id first = kinds[special->kind].first_word;
    enum gt_field_id wide = kinds[special->kind].wide_word;

    special->word_count = 1;
    if (wide && gt_has(&process->layout, wide)) {
        special->word_count = 3;
        first = wide;
    }
    if (!gt_has(&process->layout, first)) return false;
    special->word_addr = special->address + gt_off(&process->layout, first);
    return gt_mem_read(process->mem, special->word_addr, special->words,
                       special->word_count * sizeof(uint64_t));
}

static void take(struct reader *reader, uint32_t object, uint64_t addr, int kind)
{
    struct gt_special special = {.address = addr, .object = object, .kind = (uint8_t)kind};

    if (read_words(reader->heap->process, &special))
        gt_vec_add(&reader->specials->list, &special);
    else
        gt_process_lost(reader->heap->process, evidence_of(kind),
                        "%s at 0x%" PRIx64 ": no layout or not in the core", kinds[kind].what,
                        addr);
}

/* The runtime keeps a list sorted by offset and kind, and removes the specials of an object before
 * it frees it (mheap.go, addspecial; mgcsweep.go). A span that is being swept is not checked. */
static void check_place(const struct reader *reader, const struct gt_span *span, uint32_t object,
                        uint64_t addr, bool sorted)
{
    const struct gt_goheap *heap = reader->heap;
    bool being_swept = (int32_t)(span->sweep_gen - heap->sweep_gen) == -1;

    if (!sorted || (!being_swept && !gt_bit(&heap->graph.allocated, object)))
        gt_contradict(&heap->process->contradictions, GT_CONTRADICTION_SPECIAL_ORDER, 1, addr);
}

static void read_list(struct reader *reader, const struct gt_region *region,
                      const struct gt_span *span)
{
    const struct gt_process *process = reader->heap->process;
    uint64_t addr = span->specials, next, offset, number, last = 0;

    for (bool added; addr; addr = next) {
        gt_map_put(&reader->seen, addr, &added);
        if (!added || !gt_process_field(process, addr, GT_F_special_next, &next) ||
            !gt_process_field(process, addr, GT_F_special_offset, &offset) ||
            !gt_process_field(process, addr, GT_F_special_kind, &number)) {
            gt_process_lost(reader->heap->process, GT_OF_SPECIALS,
                            "specials of span 0x%" PRIx64 ": not in the core, or listed twice",
                            span->base);
            return;
        }
        int kind = kind_of(reader, number);
        uint64_t slot = offset / span->elem_size, key = offset << 8 | (number & 0xff);
        if (slot < region->count)
            check_place(reader, span, region->first + (uint32_t)slot, addr, key >= last);
        last = key;
        if (kind < 0) continue;
        if (slot < region->count)
            take(reader, region->first + (uint32_t)slot, addr, kind);
        else
            gt_process_lost(reader->heap->process, evidence_of(kind),
                            "%s at 0x%" PRIx64 ": of no object", kinds[kind].what, addr);
    }
}

/* A newer Go may lack even these fields, which is recorded as one loss (layouts.h). */
static bool has_lists(const struct gt_layout *layout)
{
    return gt_has(layout, GT_F_special_next) && gt_has(layout, GT_F_special_offset) &&
           gt_has(layout, GT_F_special_kind);
}

struct gt_error *gt_specials_open(const struct gt_goheap *heap, struct gt_specials **out)
{
    struct gt_specials *specials = gt_calloc(1, sizeof *specials);
    struct reader reader = {.heap = heap, .specials = specials};

    specials->list = GT_VEC_OF(struct gt_special);
    read_kinds(&reader);
    for (uint32_t i = 0; has_lists(&heap->process->layout) && i < heap->graph.region_count; i++) {
        const struct gt_region *region = &heap->graph.regions[i];
        const struct gt_span *span = gt_vec_at(&heap->spans, region->tag);
        if (span->specials) read_list(&reader, region, span);
    }
    gt_map_deinit(&reader.seen);
    *out = specials;
    return NULL;
}

void gt_specials_close(struct gt_specials *specials)
{
    if (!specials) return;
    gt_vec_deinit(&specials->list);
    gt_free(specials);
}
