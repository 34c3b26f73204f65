/*
 * What a blocked goroutine does, in words: "sending on a channel" for Go's wait reason "chan send".
 */
#ifndef GT_DETECT_WAIT_WORDS_H
#define GT_DETECT_WAIT_WORDS_H

/* What follows "blocked". Static; NULL for a reason that has no words of its own. */
const char *gt_wait_words(const char *wait_reason);

#endif
