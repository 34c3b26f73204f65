/*
 * What a blocked goroutine does, in words: "sending on a channel" for Go's wait reason "chan send".
 */
#ifndef GT_DETECT_WAIT_WORDS_H
#define GT_DETECT_WAIT_WORDS_H

/* The words after "blocked". Static; NULL for a reason without words of its own. */
const char *gt_wait_words(const char *wait_reason);

#endif
