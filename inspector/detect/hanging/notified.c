/* Reads the mask of signals in the runtime's record, and names each by a table. */
#include "inspector/detect/hanging/notified.h"

enum {
    SIGNALS = 65, /* numSig of os/signal */
    MOST_NAMED = 6,
};

/* Those that programs ask for; the numbers are Linux's, the same on amd64 and arm64. */
static const struct name {
    unsigned number;
    const char *text;
} names[] = {
    {1, "SIGHUP"},   {2, "SIGINT"},   {3, "SIGQUIT"},   {6, "SIGABRT"},  {10, "SIGUSR1"},
    {12, "SIGUSR2"}, {13, "SIGPIPE"}, {14, "SIGALRM"},  {15, "SIGTERM"}, {17, "SIGCHLD"},
    {18, "SIGCONT"}, {20, "SIGTSTP"}, {28, "SIGWINCH"},
};

static void add_signal(struct gt_str *text, unsigned number)
{
    gt_str_add(text, text->len ? ", " : "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number) {
            gt_str_add(text, names[i].text);
            return;
        }
    gt_str_format(text, "signal %u", number);
}

/* The handler's mask has a bit for each signal (os/signal/signal.go). */
static const char *describe(const struct gt_heap_analysis *analysis, uint64_t handler)
{
    static const char plain[] = "a signal to the process";
    struct gt_str text = {0};
    size_t count = 0;
    uint32_t mask;

    for (unsigned i = 0; i < SIGNALS && handler; i++) {
        if (!gt_mem_u32(analysis->process->mem, handler + i / 32 * 4, &mask)) break;
        if (!(mask >> i % 32 & 1)) continue;
        if (count++ < MOST_NAMED) add_signal(&text, i);
    }
    const char *phrase =
        !count || count > MOST_NAMED
            ? plain
            : gt_arena_format(analysis->storage, "%s (%s)", plain, gt_str_text(&text));
    gt_str_deinit(&text);
    return phrase;
}

const char *gt_notified_text(const struct gt_abandoned *abandoned, uint32_t goroutine)
{
    const struct gt_wait *wait = &abandoned->analysis->baseline->wait[goroutine];

    for (size_t i = 0; i < wait->objects.len; i++) {
        const uint64_t *handler = gt_map_find(&abandoned->notified, wait->objects.at[i]);
        if (handler) return describe(abandoned->analysis, *handler);
    }
    return NULL;
}
