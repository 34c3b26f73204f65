#include "inspector/cli/progress.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const uint64_t patience_ns = 500000000, interval_ns = 100000000;

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void gt_progress_init(struct gt_progress *progress, const struct gt_options *options)
{
    const char *term = getenv("TERM");
    bool capable = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;

    *progress = (struct gt_progress){
        .shown = capable && !options->quiet && options->progress == GT_AUTO,
        .next_ns = now_ns() + patience_ns,
    };
}

void gt_progress_step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct gt_progress *progress = ctx;
    uint64_t now = now_ns();

    if (now < progress->next_ns) return;
    progress->next_ns = now + interval_ns;
    progress->drawn = true;
    fprintf(stderr, "\r\033[K%s", what);
    if (total) fprintf(stderr, " %.0f%%", 100.0 * (double)done / (double)total);
    fflush(stderr);
}

void gt_progress_end(struct gt_progress *progress)
{
    if (progress->drawn) fputs("\r\033[K", stderr);
    progress->drawn = false;
}
