/* The origin of the function's package decides. For a dependency's generic code, the type arguments
 * in the function's name decide. */
#include "inspector/runtime/waits/code_owner.h"

#include <string.h>

enum { MAX_INLINED = 16 };

static enum gt_origin origin_of(const struct gt_process *process, const struct gt_pclntab *tab,
                                const struct gt_func *func)
{
    struct gt_source_pos positions[MAX_INLINED];
    size_t count = gt_func_positions(tab, func, func->entry, positions, MAX_INLINED);

    return gt_origin_of(&process->packages, gt_func_name(tab, func),
                        count ? positions[count - 1].file : NULL);
}

/* May one of the type arguments be the program's? They have the whole paths of their packages. An
 * older Go writes "[...]" for them. */
static bool may_be_programs(const struct gt_process *process, const char *arguments)
{
    const char *module = process->packages.main_module;

    return !module || strstr(arguments, "[...]") || strstr(arguments, "main.") ||
           strstr(arguments, module);
}

enum gt_code_owner gt_code_owner_of(const struct gt_process *process, const struct gt_pclntab *tab,
                                    const struct gt_func *func)
{
    const char *arguments = strchr(gt_func_name(tab, func), '[');
    enum gt_origin origin = origin_of(process, tab, func);

    if (origin == GT_ORIGIN_PROGRAM) return GT_CODE_PROGRAMS;
    if (origin != GT_ORIGIN_DEPENDENCY) return GT_CODE_LIBRARYS;
    if (!arguments) return GT_CODE_DEPENDENCYS;
    if (may_be_programs(process, arguments)) return GT_CODE_PROGRAMS;
    return strstr(arguments, "go.shape.") ? GT_CODE_CALLERS : GT_CODE_DEPENDENCYS;
}

bool gt_code_never_returns(const char *name)
{
    static const char *const names[] = {"runtime.gopanic", "runtime.panic", "runtime.goPanic",
                                        "runtime.throw",   "runtime.fatal", "runtime.goexit",
                                        "runtime.Goexit",  "os.Exit"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0) return true;
    return false;
}
