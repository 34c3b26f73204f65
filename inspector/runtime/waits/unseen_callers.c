/* Compares the name of every function with those that cgo makes for exported functions, and with
 * the one in net/rpc that calls methods. */
#include "inspector/runtime/waits/unseen_callers.h"

#include <string.h>

bool gt_has_unseen_callers(const struct gt_process *process)
{
    struct gt_func func;

    for (size_t i = 0; i < process->code.tab_count; i++)
        for (size_t j = 0; j < gt_pclntab_count(process->code.tabs[i]); j++) {
            if (!gt_func_at(process->code.tabs[i], j, &func)) continue;
            const char *name = gt_func_name(process->code.tabs[i], &func);
            if (strncmp(name, "_cgoexp_", 8) == 0 || strcmp(name, "net/rpc.(*service).call") == 0)
                return true;
        }
    return false;
}
