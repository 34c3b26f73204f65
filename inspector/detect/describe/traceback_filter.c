/* Decides for each call by its name, its funcID and the funcID of the call that it made. */
#include "inspector/detect/describe/traceback_filter.h"

#include <string.h>

#define RUNTIME "runtime."

/* True for "Func" and "(*Func).Entry", false for "(*mheap).Alloc"; `name` is what follows
 * "runtime.". */
static bool is_exported(const char *name)
{
    const char *dot = strrchr(name, '.');
    const char *receiver = strncmp(name, "(*", 2) == 0 ? name + 2 : name;
    const char *last = dot ? dot + 1 : name;

    if (dot && !(*receiver >= 'A' && *receiver <= 'Z')) return false;
    return *last >= 'A' && *last <= 'Z';
}

/* A wrapper that calls one of these failed itself. */
static bool went_wrong(const struct gt_text *code, uint8_t callee)
{
    return callee && (callee == code->id_gopanic || callee == code->id_sigpanic ||
                      callee == code->id_panicwrap);
}

static bool is_shown(const struct gt_traceback_filter *filter, uint8_t callee, const char *function,
                     uint8_t id)
{
    static const char *const always[] = {"runtime.runFinalizers", "runtime.runCleanups"};
    const struct gt_text *code = filter->code;

    if (id && id == code->id_wrapper && !went_wrong(code, callee)) return false;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (strcmp(function, always[i]) == 0) return true;
    /* The boundary between code and the deferred calls of a panic. */
    if (strcmp(function, "runtime.gopanic") == 0 && filter->any) return true;
    if (!strchr(function, '.')) return false;
    return !gt_is_in_package(function, "runtime") || is_exported(function + sizeof RUNTIME - 1);
}

bool gt_in_traceback(struct gt_traceback_filter *filter, const char *function, uint8_t id)
{
    uint8_t callee = filter->callee;

    filter->callee = id;
    if (!is_shown(filter, callee, function, id)) return false;
    filter->any = true;
    return true;
}
