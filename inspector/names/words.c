/* One list for each enum, indexed by its values. */
#include "inspector/names/words.h"

static const char *const things[] = {
    [GT_THING_NONE] = NULL,
    [GT_THING_CHANNEL] = "channel",
    [GT_THING_MUTEX] = "mutex",
    [GT_THING_RWMUTEX] = "rwmutex",
    [GT_THING_WAIT_GROUP] = "wait group",
    [GT_THING_ONCE] = "once",
    [GT_THING_CONDITION] = "condition",
    [GT_THING_COROUTINE] = "coroutine",
    [GT_THING_SEMAPHORE] = "semaphore",
};
const struct gt_words gt_thing_words = GT_WORDS(things);

static const char *const actions[] = {
    [GT_ACTION_UNKNOWN] = NULL, [GT_ACTION_RECEIVE] = "receive", [GT_ACTION_SEND] = "send",
    [GT_ACTION_LOCK] = "lock",  [GT_ACTION_READ] = "read",       [GT_ACTION_WRITE] = "write",
    [GT_ACTION_WAIT] = "wait",
};
const struct gt_words gt_action_words = GT_WORDS(actions);

static const char *const holders[] = {
    [GT_HOLDER_MAP] = "map",           [GT_HOLDER_SLICE] = "slice",
    [GT_HOLDER_CHANNEL] = "channel",   [GT_HOLDER_LIST] = "list",
    [GT_HOLDER_OBJECT] = "object",     [GT_HOLDER_OBJECTS] = "objects",
    [GT_HOLDER_VARIABLE] = "variable",
};
const struct gt_words gt_holder_words = GT_WORDS(holders);

static const char *const threads[] = {
    [GT_THREAD_UNKNOWN] = "unknown", [GT_THREAD_RUNNING] = "running",
    [GT_THREAD_SYSCALL] = "syscall", [GT_THREAD_IN_C] = "C",
    [GT_THREAD_IDLE] = "idle",       [GT_THREAD_RUNTIME] = "runtime",
    [GT_THREAD_FOREIGN] = "foreign",
};
const struct gt_words gt_thread_words = GT_WORDS(threads);

static const char *const wakers[] = {
    [GT_WAKER_OTHER] = "other",         [GT_WAKER_GOROUTINE] = "goroutine",
    [GT_WAKER_TIMER] = "timer",         [GT_WAKER_GLOBAL] = "global",
    [GT_WAKER_FINALIZER] = "finalizer", [GT_WAKER_CLEANUP] = "cleanup",
};
const struct gt_words gt_waker_words = GT_WORDS(wakers);

static const char *const evidence[] = {
    [GT_EVIDENCE_POINTER] = "pointer",          [GT_EVIDENCE_LOCK] = "lock",
    [GT_EVIDENCE_DEFERRED] = "deferred unlock", [GT_EVIDENCE_WAIT] = "writer",
    [GT_EVIDENCE_REACHES] = "reaches",
};
const struct gt_words gt_evidence_words = GT_WORDS(evidence);

static const char *const outside[] = {
    [GT_OUTSIDE_NONE] = NULL,
    [GT_OUTSIDE_IO] = "io",
    [GT_OUTSIDE_SLEEP] = "sleep",
    [GT_OUTSIDE_BUBBLE] = "bubble",
};
const struct gt_words gt_outside_words = GT_WORDS(outside);

static const char *const views[] = {
    [GT_VIEW_GLOBAL] = "global",
    [GT_VIEW_VARIABLE] = "variable",
    [GT_VIEW_OBJECT] = "object",
    [GT_VIEW_MEMORY] = "memory",
};
const struct gt_words gt_view_words = GT_WORDS(views);

const char *gt_word(const struct gt_words *words, unsigned value)
{
    return value < words->count ? words->list[value] : NULL;
}
