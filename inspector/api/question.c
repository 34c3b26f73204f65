/* A document's first member is the pointer to its report, so all documents are made, kept and freed
 * alike. The report of the process is filled in first, then the answer, then the notes. */
#include "inspector/api/question.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/model/fill_process.h"

/* The first member of every document. */
static struct gt_report **process_of(void *document)
{
    return document;
}

static struct gt_error *answer(struct gt_question *question)
{
    struct gt_analysis *analysis = question->analysis;
    const struct gt_source_process source = gt_analysis_source(analysis);
    struct gt_report *process = *process_of(question->document);

    gt_fill_process(&source, process);
    struct gt_heap_analysis *live_heap =
        gt_analysis_live_heap(analysis, GT_TYPES_FOR_QUESTIONS, process->storage);
    live_heap->show_data = question->show_data;
    gt_analysis_stage(analysis, question->stage);
    struct gt_error *error = question->answer(live_heap, question->options, question->document);
    gt_fill_notes(&source, process);
    return error;
}

static struct gt_error *make(void *args)
{
    struct gt_question *question = args;
    struct gt_error *error = gt_analysis_heap_for_types(question->analysis);

    if (error) return error;
    question->document = gt_calloc(1, question->size);
    *process_of(question->document) = gt_report_create_empty();
    error = answer(question);
    if (error) gt_answer_destroy(question->document);
    return error;
}

struct gt_error *gt_question_ask(struct gt_question *question, void *out)
{
    struct gt_error *error = gt_analysis_run(question->analysis, out, make, question);

    if (error) return error;
    gt_report_keep(*process_of(question->document));
    gt_detach(question->document);
    *(void **)out = question->document;
    return NULL;
}

void gt_answer_destroy(void *document)
{
    if (!document) return;
    gt_report_destroy(*process_of(document));
    gt_free(document);
}
