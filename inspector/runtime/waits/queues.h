/*
 * What the queues of channels say of a goroutine, compared with what its own list says. While no
 * lock of these channels is held, two facts hold (runtime/chan.go, select.go): a goroutine waits if
 * all channels of its list have it in their queues, and a channel has it in a queue only if the
 * channel is in its list and is open. So a damaged status or list is found.
 */
#ifndef GT_RUNTIME_QUEUES_H
#define GT_RUNTIME_QUEUES_H

#include "inspector/runtime/goroutines/goroutines.h"

/* False if the core is damaged. */
bool gt_queues_are_sound(const struct gt_process *process, const struct gt_goroutines *goroutines,
                         const struct gt_goroutine *g);

#endif
