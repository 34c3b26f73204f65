/* The wait reasons of runtime/runtime2.go (waitReasonStrings) with which a goroutine can leak. */
#include "inspector/detect/describe/wait_words.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *reason, *words;
} rows[] = {
    {"chan send", "sending on a channel"},
    {"chan receive", "receiving from a channel"},
    {"chan send (nil chan)", "sending on a nil channel"},
    {"chan receive (nil chan)", "receiving from a nil channel"},
    {"select", "in a select"},
    {"select (no cases)", "in a select without cases"},
    {"sync.Mutex.Lock", "locking a sync.Mutex"},
    {"sync.RWMutex.Lock", "locking a sync.RWMutex"},
    {"sync.RWMutex.RLock", "read-locking a sync.RWMutex"},
    {"sync.WaitGroup.Wait", "waiting for a sync.WaitGroup"},
    {"sync.Cond.Wait", "waiting on a sync.Cond"},
    {"semacquire", "waiting for a semaphore"},
    {"coroutine", "waiting in a coroutine"},
};

const char *gt_wait_words(const char *wait_reason)
{
    for (size_t i = 0; wait_reason && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].reason, wait_reason) == 0) return rows[i].words;
    return NULL;
}
