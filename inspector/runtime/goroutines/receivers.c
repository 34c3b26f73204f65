/* Checks that the address is that of the first argument, by the function's argument information.
 * The type's name is made from the function's name, and each function's type is kept in a map. */
#include "inspector/runtime/goroutines/receivers.h"

#include "inspector/base/alloc.h"
#include "inspector/base/hash.h"

#include <stdio.h>

enum {
    WORD = 8,
    MAX_NAME = 512,
    ARGUMENT_SPECIAL = 0xf0, /* from here on a value is no offset (runtime/traceback.go) */
    ARM64_FRAME = 8,         /* the caller's link register is stored before its arguments */
};

struct gt_receivers {
    struct gt_process *process;
    struct gt_map methods; /* entry of a function -> type + 1 */
};

struct gt_receivers *gt_receivers_create(struct gt_process *process)
{
    struct gt_receivers *receivers = gt_calloc(1, sizeof *receivers);

    receivers->process = process;
    return receivers;
}

void gt_receivers_destroy(struct gt_receivers *receivers)
{
    if (!receivers) return;
    gt_map_deinit(&receivers->methods);
    gt_free(receivers);
}

/* ---- methods ------------------------------------------------------------------------------- */

/* "gopkg.in/yaml%2ev3.(*node).walk" -> "gopkg.in/yaml.v3.node"; false when it is no method with a
 * pointer receiver. Closures and wrappers that the compiler makes for a method have longer
 * names. */
static bool receiver_name(const char *function, char *out, size_t size)
{
    const char *star = strstr(function, ".(*"), *end = star ? strchr(star, ')') : NULL;
    size_t length = 0;

    if (!end || end[1] != '.' || strpbrk(end + 2, ".-[") || strchr(function, '[')) return false;
    for (const char *from = function; from < end && length + 1 < size; from++) {
        if (from == star + 1) from += 2; /* skip the parenthesis and the star */
        bool escaped = from[0] == '%' && from[1] == '2' && from[2] == 'e';
        out[length++] = (char)(escaped ? '.' : *from);
        from += escaped ? 2 : 0;
    }
    out[length] = '\0';
    return length + 1 < size;
}

static gt_type_id receiver_of(struct gt_receivers *receivers, const struct gt_pclntab *tab,
                              const struct gt_func *func)
{
    uint64_t *known = gt_map_put(&receivers->methods, func->entry, NULL);
    char name[MAX_NAME];

    if (*known) return (gt_type_id)(*known - 1);
    *known = GT_NO_TYPE + 1;
    if (!receiver_name(gt_func_name(tab, func), name, sizeof name)) return GT_NO_TYPE;
    *known = (uint64_t)gt_types_named(receivers->process->types, name) + 1;
    return (gt_type_id)(*known - 1);
}

gt_type_id gt_receiver_at(struct gt_receivers *receivers, const struct gt_frame *frame, bool top,
                          uint64_t addr)
{
    const struct gt_process *process = receivers->process;
    uint64_t args =
        frame->cfa + (gt_core_machine(process->core) == GT_MACHINE_ARM64 ? ARM64_FRAME : 0);
    const struct gt_pclntab *tab;
    struct gt_func func;

    if (addr < args || addr >= args + ARGUMENT_SPECIAL) return GT_NO_TYPE;
    if (!gt_text_find(&process->code, frame->pc - !top, &tab, &func)) return GT_NO_TYPE;
    uint64_t info = gt_func_funcdata(tab, &func, GT_FUNCDATA_ARG_INFO);
    const unsigned char *first = info ? gt_mem_at(process->mem, info, 2) : NULL;
    if (!first || first[0] >= ARGUMENT_SPECIAL || first[1] != WORD || addr != args + first[0])
        return GT_NO_TYPE;
    return receiver_of(receivers, tab, &func);
}
