/* Each text is that of the first case that applies. */
#include "inspector/detect/hanging/unanswered_texts.h"

const char *gt_unanswered_why(unsigned needs)
{
    if (needs & GT_ANSWER_DONE) return "no code that may still run calls Done";
    if (needs & GT_ANSWER_SIGNAL) return "no code that may still run calls Signal or Broadcast";
    return needs & GT_ANSWER_RECEIVE ? "no code that may still run receives from it"
                                     : "no code that may still run sends to it or closes it";
}

const char *gt_unanswered_doubt(const struct gt_abandoned *abandoned,
                                const struct gt_member *members, size_t count, uint64_t now)
{
    uint64_t signal = gt_abandoned_signal(abandoned, members[0].item);
    const char *ends = "nothing could end them";

    if (signal)
        ends = gt_endings_describe(&abandoned->endings, abandoned->analysis, members, count, signal,
                                   NULL, now);
    return gt_arena_format(abandoned->analysis->storage,
                           "%s, as far as the code shows; calls by reflection are not seen", ends);
}

const char *gt_abandoned_why(unsigned cases)
{
    if (cases & GT_CASE_NOTIFY && !(cases & (GT_CASE_CLOCK | GT_CASE_PERIODIC)))
        return "only a signal to the process wakes them";
    if (cases & GT_CASE_OWN) return "no other goroutine reaches what they wait for";
    return cases & GT_CASE_PERIODIC ? "only their tickers wake them"
           : cases & GT_CASE_CLOCK  ? "only their timers wake them"
                                    : "they wait only to be told to end";
}
