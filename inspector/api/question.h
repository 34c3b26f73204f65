/*
 * Documents about one thing, made from the live heap with its types.
 *
 * Each begins with the report of its process, whose storage owns all of it. A document is made in a
 * call, and then detached from it. If anything fails, there is no document.
 */
#ifndef GT_API_QUESTION_H
#define GT_API_QUESTION_H

#include "inspector/api/analysis.h"

/* Fills in the document, whose process is filled in already. */
typedef struct gt_error *gt_answer_fn(struct gt_heap_analysis *analysis, const void *options,
                                      void *document);

struct gt_question {
    struct gt_analysis *analysis;
    const void *options;
    size_t size; /* of the document */
    gt_answer_fn *answer;
    const char *stage; /* for the progress line */
    bool show_data;
    void *document; /* the document */
};

/* `out` is where the entry point stores the document, a struct X **. */
struct gt_error *gt_question_ask(struct gt_question *question, void *out);
void gt_answer_destroy(void *document); /* NULL is allowed */

#endif
