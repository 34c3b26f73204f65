#include "inspector/runtime/goroutines/crash.h"

#include "inspector/base/error.h"
#include "inspector/runtime/process/threads.h"

#include <string.h>

#define FATAL "fatal error: "

/*
 * The runtime keeps the last it printed before it began to die, in a ring: a fatal error's line is
 * the last one then. What a program prints goes the same way, so nothing else is taken from there.
 */
static void read_fatal_error(const struct gt_process *process, struct gt_crash *crash)
{
    struct gt_debug_global ring;
    uint64_t at;
    const unsigned char *bytes;
    char text[GT_FATAL_ERROR_BYTES];
    struct gt_error *error = gt_process_global(process, "runtime.printBacklogIndex", &at);

    if (error) {
        gt_error_free(error);
        return;
    }
    if (!process->facts->global(process->facts->ctx, "runtime.printBacklog", &ring) ||
        ring.size != sizeof text || !(bytes = gt_mem_at(process->mem, ring.addr, ring.size)) ||
        !gt_mem_u64(process->mem, at, &at) || at >= ring.size)
        return;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)bytes[(at + i) % sizeof text];
    if (text[sizeof text - 1] != '\n') return;
    text[sizeof text - 1] = '\0';
    size_t start = sizeof text - 1;
    while (start > 0 && text[start - 1] != '\n' && text[start - 1] != '\0')
        start--;
    if (strncmp(text + start, FATAL, sizeof FATAL - 1) == 0)
        memcpy(crash->fatal_error, text + start + sizeof FATAL - 1,
               sizeof text - start - (sizeof FATAL - 1));
}

void gt_crash_read(struct gt_process *process, const struct gt_goroutines *goroutines,
                   struct gt_crash *out)
{
    *out = (struct gt_crash){0};
    gt_death_find(process, goroutines, &out->death);
    if (gt_death_is_throw(process, &out->death)) read_fatal_error(process, out);
    gt_death_read_signal(process, goroutines, out->fatal_error, &out->death);
}

static const char *function_of(const struct gt_process *process,
                               const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                               uint32_t frame)
{
    uint64_t pc = gt_g_frame(goroutines, g, frame)->pc;

    return gt_process_function(process, frame ? pc - 1 : pc);
}

/* ---- panics -----------------------------------------------------------------------------------
 */

/* The runtime called gopanic: the frames of gopanic, from `from` on, stand for the panics in turn.
 */
static bool raised_by_runtime(const struct gt_process *process,
                              const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                              uint32_t *from)
{
    for (uint32_t i = *from; i + 1 < g->frame_count; i++) {
        if (strcmp(function_of(process, goroutines, g, i), "runtime.gopanic") != 0) continue;
        *from = i + 1;
        return strncmp(function_of(process, goroutines, g, i + 1), "runtime.", 8) == 0;
    }
    *from = g->frame_count;
    return false;
}

static bool flag_at(const struct gt_process *process, uint64_t panic, enum gt_field_id field)
{
    uint64_t value = 0;

    return gt_process_field(process, panic, field, &value) && (value & 0xff);
}

static bool read_panic(const struct gt_process *process, uint64_t panic,
                       struct gt_panic_record *out)
{
    uint64_t value = panic + gt_off(&process->layout, GT_F__panic_arg);

    if (!gt_has(&process->layout, GT_F__panic_arg)) return false;
    out->recovered = flag_at(process, panic, GT_F__panic_recovered);
    out->goexit = flag_at(process, panic, GT_F__panic_goexit);
    return gt_mem_u64(process->mem, value, &out->type) &&
           gt_mem_u64(process->mem, value + 8, &out->data);
}

size_t gt_panics_of(const struct gt_process *process, const struct gt_goroutines *goroutines,
                    const struct gt_goroutine *g, struct gt_panic_record *out, size_t max)
{
    uint64_t panic = 0;
    uint32_t frame = 0;
    size_t count = 0;

    if (!gt_process_field(process, g->address, GT_F_g__panic, &panic)) return 0;
    while (panic && count < max) {
        struct gt_panic_record record = {0};
        if (!read_panic(process, panic, &record)) break;
        record.by_runtime = !record.goexit && raised_by_runtime(process, goroutines, g, &frame);
        out[count++] = record;
        if (!gt_process_field(process, panic, GT_F__panic_link, &panic)) break;
    }
    return count;
}
