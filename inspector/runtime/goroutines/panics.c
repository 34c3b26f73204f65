/* Follows the list of records from the last panic on, and the frames outwards to the one that holds
 * each record. The argument that gopanic stored there is compared with the record's value. */
#include "inspector/runtime/goroutines/panics.h"

#include <string.h>

enum { WORD = 8 };

struct reader {
    const struct gt_process *process;
    const struct gt_goroutines *goroutines;
    const struct gt_goroutine *g;
    uint32_t frame; /* the frame that holds the current record; records of earlier panics are
                     * further out */
};

/* Frames of gopanic and of its callers are never the innermost, so their pcs are return
 * addresses. */
static const char *function_of(const struct reader *reader, uint32_t frame)
{
    const struct gt_frame *at = gt_g_frame(reader->goroutines, reader->g, frame);

    return gt_process_function(reader->process, at->pc - 1);
}

/* Moves to the frame that holds `addr`; false when the stack's frames end before it. */
static bool find_frame(struct reader *reader, uint64_t addr)
{
    while (reader->frame < reader->g->frame_count &&
           gt_g_frame(reader->goroutines, reader->g, reader->frame)->cfa <= addr)
        reader->frame++;
    return reader->frame + 1 < reader->g->frame_count;
}

static bool read_eface(const struct gt_process *process, uint64_t addr, struct gt_eface *out)
{
    return gt_mem_u64(process->mem, addr, &out->type) &&
           gt_mem_u64(process->mem, addr + WORD, &out->data);
}

/* The argument of gopanic, where its register is spilled in the caller's frame. */
static bool read_argument(const struct reader *reader, struct gt_eface *out)
{
    const struct gt_process *process = reader->process;
    uint64_t fp = gt_g_frame(reader->goroutines, reader->g, reader->frame)->cfa;

    return strcmp(function_of(reader, reader->frame), "runtime.gopanic") == 0 &&
           read_eface(process, fp + process->code.rules->args_offset, out) &&
           (!out->type || gt_types_at(process->types, out->type) != GT_NO_TYPE);
}

static bool is_string(const struct gt_process *process, uint64_t rtype)
{
    gt_type_id id = rtype ? gt_types_at(process->types, rtype) : GT_NO_TYPE;

    return id != GT_NO_TYPE && strcmp(gt_types_name(process->types, id), "string") == 0;
}

/* Go replaces values in records only by strings. */
static void describe_value(const struct reader *reader, const struct gt_eface *argument,
                           struct gt_panic_record *record)
{
    const struct gt_eface *printed = &record->printed;
    bool same = argument && argument->type == printed->type && argument->data == printed->data;

    if (same || !is_string(reader->process, printed->type)) {
        record->value = *printed;
        record->known = true;
    } else if (argument && argument->type != printed->type) {
        record->value = *argument;
        record->known = true;
    }
}

static bool flag_at(const struct reader *reader, uint64_t panic, enum gt_field_id field)
{
    uint64_t value = 0;

    return gt_process_field(reader->process, panic, field, &value) && (value & 0xff);
}

static bool read_record(struct reader *reader, uint64_t panic, struct gt_panic_record *out)
{
    const struct gt_layout *layout = &reader->process->layout;
    struct gt_eface argument;

    if (!gt_has(layout, GT_F__panic_arg) ||
        !read_eface(reader->process, panic + gt_off(layout, GT_F__panic_arg), &out->printed))
        return false;
    out->recovered = flag_at(reader, panic, GT_F__panic_recovered);
    out->repanicked = flag_at(reader, panic, GT_F__panic_repanicked);
    out->goexit = flag_at(reader, panic, GT_F__panic_goexit);
    bool found = !out->goexit && find_frame(reader, panic);
    out->from_runtime =
        found && gt_is_in_package(function_of(reader, reader->frame + 1), "runtime");
    describe_value(reader, found && read_argument(reader, &argument) ? &argument : NULL, out);
    return true;
}

size_t gt_panics_of(const struct gt_process *process, const struct gt_goroutines *goroutines,
                    const struct gt_goroutine *g, struct gt_panic_record *out, size_t max)
{
    struct reader reader = {process, goroutines, g, 0};
    uint64_t panic = 0;
    size_t count = 0;

    if (!gt_process_field(process, g->address, GT_F_g__panic, &panic)) return 0;
    while (panic && count < max) {
        out[count] = (struct gt_panic_record){0};
        if (!read_record(&reader, panic, &out[count])) break;
        count++;
        if (!gt_process_field(process, panic, GT_F__panic_link, &panic)) break;
    }
    return count;
}

bool gt_died_printing_panics(const struct gt_process *process,
                             const struct gt_goroutines *goroutines, const struct gt_goroutine *g)
{
    const struct reader reader = {process, goroutines, g, 0};

    for (uint32_t i = 0; i < g->frame_count; i++)
        if (strcmp(function_of(&reader, i), "runtime.preprintpanics.func1") == 0) return true;
    return false;
}
