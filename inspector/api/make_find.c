/* `find`: the live objects of a type; and the names that may be asked for. */
#include "inspector/api/question.h"
#include "inspector/base/error.h"
#include "inspector/base/options.h"
#include "inspector/detect/find/find.h"
#include "inspector/detect/inspect/names.h"

/* ---- find ---------------------------------------------------------------------------------- */

static struct gt_error *answer_find(struct gt_heap_analysis *analysis, const void *options,
                                    void *document)
{
    struct gt_find *find = document;

    find->process->live.bytes = analysis->live_bytes;
    find->process->live.objects = analysis->live_objects;
    return gt_find_fill(analysis, options, find);
}

struct gt_error *gt_find_create(struct gt_analysis *analysis, const struct gt_find_options *options,
                                struct gt_find **find)
{
    struct gt_find_options own;
    struct gt_question question = {.analysis = analysis,
                                   .options = &own,
                                   .size = sizeof **find,
                                   .answer = answer_find,
                                   .stage = "looking for objects"};
    struct gt_error *error = gt_options_take(&own, sizeof own, options);

    if (!error && (!own.type || !*own.type))
        error = gt_error_plain(GT_ERR_USAGE, "options with the name of a type are required");
    question.show_data = own.show_data;
    return error ? error : gt_question_ask(&question, find);
}

void gt_find_destroy(struct gt_find *find)
{
    gt_answer_destroy(find);
}

/* ---- names --------------------------------------------------------------------------------- */

static struct gt_error *answer_names(struct gt_heap_analysis *analysis, const void *options,
                                     void *document)
{
    const struct gt_name_options *asked = options;

    gt_names_fill(analysis, asked->what, document);
    return NULL;
}

struct gt_error *gt_names_create(struct gt_analysis *analysis,
                                 const struct gt_name_options *options, struct gt_names **names)
{
    struct gt_name_options own;
    struct gt_question question = {.analysis = analysis,
                                   .options = &own,
                                   .size = sizeof **names,
                                   .answer = answer_names,
                                   .stage = "looking for names"};
    struct gt_error *error = gt_options_take(&own, sizeof own, options);

    if (!error && (unsigned)own.what >= GT_NAMES_OF_KINDS)
        error = gt_error_plain(GT_ERR_USAGE, "there are no names of such things");
    return error ? error : gt_question_ask(&question, names);
}

void gt_names_destroy(struct gt_names *names)
{
    gt_answer_destroy(names);
}
