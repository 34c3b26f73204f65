/* Finds the thread that died. If the runtime ended the process for an error, takes the message from
 * the ring where the runtime keeps what it printed last. The signal is read last, since the message
 * may say where it is recorded. */
#include "inspector/runtime/goroutines/crash.h"

#include "inspector/base/error.h"
#include "inspector/runtime/process/threads.h"

#include <string.h>

#define FATAL "fatal error: "

/*
 * The runtime keeps what it printed last, before it began to die, in a ring. The line of a fatal
 * error is then the last one. A program's own prints go there too, so nothing else is read from it.
 */
static void read_fatal_error(const struct gt_process *process, struct gt_crash *crash)
{
    struct gt_debug_global ring;
    uint64_t at;
    const unsigned char *bytes;
    char text[GT_FATAL_ERROR_BYTES];
    struct gt_error *error = gt_process_global(process, "runtime.printBacklogIndex", &at);

    if (error) {
        gt_error_destroy(error);
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
