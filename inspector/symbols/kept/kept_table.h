/*
 * Answers about a file, and the form in which they are kept in another.
 *
 * Invariants: a question is a short text, and has one answer, a few numbers or a list in bytes.
 * `subject` is bytes that tell the file from any other; answers of another subject are never
 * loaded. Nothing of a damaged form is loaded: it has a checksum, and every length in it is
 * checked. What is in a list is for whoever asked to check.
 */
#ifndef GT_KEPT_TABLE_H
#define GT_KEPT_TABLE_H

#include "inspector/base/arena.h"
#include "inspector/base/hash.h"
#include "inspector/base/vec.h"

#include <stdbool.h>

enum { GT_KEPT_VALUES = 5, GT_KEPT_QUESTION = 400 };

struct gt_kept_answer {
    bool found; /* else the values mean nothing */
    uint64_t values[GT_KEPT_VALUES];
    const void *list; /* in a row, the arena's */
    uint32_t size;    /* of the list, in bytes */
};

struct gt_kept_row {
    const char *question; /* the arena's */
    struct gt_kept_answer answer;
    bool fresh; /* it was not read, or is another answer than was read */
    bool asked; /* since the table was made */
};

struct gt_kept_table {
    struct gt_strmap places; /* question -> its place in the list */
    struct gt_vec list;      /* struct gt_kept_row */
    size_t fresh;            /* how many of them are fresh */
    struct gt_arena arena;
};

void gt_kept_table_init(struct gt_kept_table *answers);
void gt_kept_table_deinit(struct gt_kept_table *answers);

/* Asks for an answer: NULL when there is none. The next addition may move it; the question stays.
 */
const struct gt_kept_row *gt_kept_table_find(const struct gt_kept_table *answers,
                                             const char *question);
/* Takes the place of the answer that a question had. The list is copied. */
void gt_kept_table_add(struct gt_kept_table *answers, const char *question,
                       struct gt_kept_answer answer);

/* Appends the form to `form`, a vector of bytes. Lists that would make it longer than `most` bytes
 * are left out, with their questions; first those that nobody asked. Returns the number of fresh
 * answers in it. No answer is fresh after that. */
size_t gt_kept_table_write(struct gt_kept_table *answers, const void *subject, size_t subject_size,
                           size_t most, struct gt_vec *form);
/* False, and nothing is added, when it is damaged, of another subject, or of another form. */
bool gt_kept_table_read(struct gt_kept_table *answers, const void *subject, size_t subject_size,
                        const unsigned char *form, size_t size);

#endif
