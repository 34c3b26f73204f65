/* The line is drawn over itself with a carriage return, at most every 100 ms. A stage's time is the
 * difference between two readings of the clocks and of the page faults. */
#include "inspector/cli/progress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static const uint64_t patience_ns = 500000000, interval_ns = 100000000;

static uint64_t now_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void gt_progress_init(struct gt_progress *progress, const struct gt_options *options)
{
    const char *term = getenv("TERM");
    bool capable = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;

    *progress = (struct gt_progress){
        .shown = capable && !options->quiet && options->progress == GT_AUTO,
        .timed = options->timings,
        .next_ns = now_ns(CLOCK_MONOTONIC) + patience_ns,
    };
}

bool gt_progress_wanted(const struct gt_progress *progress)
{
    return progress->shown || progress->timed;
}

static void erase(struct gt_progress *progress)
{
    if (progress->drawn) fputs("\r\033[K", stderr);
    progress->drawn = false;
}

static void draw(struct gt_progress *progress, const char *what, uint64_t done, uint64_t total)
{
    uint64_t now = now_ns(CLOCK_MONOTONIC);

    if (now < progress->next_ns) return;
    progress->next_ns = now + interval_ns;
    progress->drawn = true;
    fprintf(stderr, "\r\033[K%s", what);
    if (total) fprintf(stderr, " %.0f%%", 100.0 * (double)done / (double)total);
    fflush(stderr);
}

static struct gt_spent spent(void)
{
    struct rusage usage = {.ru_minflt = 0};

    getrusage(RUSAGE_SELF, &usage);
    return (struct gt_spent){.wall_ns = now_ns(CLOCK_MONOTONIC),
                             .cpu_ns = now_ns(CLOCK_PROCESS_CPUTIME_ID),
                             .faults = (uint64_t)(usage.ru_minflt + usage.ru_majflt)};
}

static void show_stage(const struct gt_progress *progress, const struct gt_spent *now)
{
    const struct gt_spent *began = &progress->began;
    uint64_t faults = now->faults - began->faults;

    fprintf(stderr, "timing: %s %.1f ms, %.1f ms of CPU, %" PRIu64 " page fault%s\n",
            progress->stage, (double)(now->wall_ns - began->wall_ns) / 1e6,
            (double)(now->cpu_ns - began->cpu_ns) / 1e6, faults, faults == 1 ? "" : "s");
}

/* Ends the current stage and begins the next; NULL: there is none. */
static void begin_stage(struct gt_progress *progress, const char *next)
{
    const struct gt_spent now = spent();

    if (progress->stage) {
        erase(progress);
        show_stage(progress, &now);
    }
    progress->stage = next;
    progress->began = now;
}

void gt_progress_step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct gt_progress *progress = ctx;
    bool begins = done == 0 && total == 0;

    if (progress->timed && begins && !(progress->stage && strcmp(progress->stage, what) == 0))
        begin_stage(progress, what);
    if (progress->shown) draw(progress, what, done, total);
}

void gt_progress_deinit(struct gt_progress *progress)
{
    begin_stage(progress, NULL);
    erase(progress);
}
