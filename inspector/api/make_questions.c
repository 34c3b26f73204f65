/* `object`, `paths` and their like: a question about one thing each. */
#include "inspector/api/question.h"
#include "inspector/base/options.h"
#include "inspector/detect/inspect/object.h"
#include "inspector/detect/inspect/paths.h"

enum { USUAL_MOST = 20, USUAL_PATHS = 10 };

/* ---- object -------------------------------------------------------------------------------- */

static struct gt_error *answer_object(struct gt_heap_analysis *analysis, const void *options,
                                      void *document)
{
    const struct gt_object_options *asked = options;
    struct gt_object *object = document;

    object->address = asked->address;
    gt_object_fill(analysis, asked->most ? asked->most : USUAL_MOST, object);
    return NULL;
}

struct gt_error *gt_object_create(struct gt_analysis *analysis,
                                  const struct gt_object_options *options,
                                  struct gt_object **object)
{
    struct gt_object_options own;
    struct gt_question question = {.analysis = analysis,
                                   .options = &own,
                                   .size = sizeof **object,
                                   .answer = answer_object,
                                   .stage = "looking for pointers"};
    struct gt_error *error = gt_options_take(&own, sizeof own, options);

    return error ? error : gt_question_ask(&question, object);
}

void gt_object_destroy(struct gt_object *object)
{
    gt_answer_destroy(object);
}

/* ---- paths --------------------------------------------------------------------------------- */

static struct gt_error *answer_paths(struct gt_heap_analysis *analysis, const void *options,
                                     void *document)
{
    const struct gt_path_options *asked = options;
    struct gt_paths *paths = document;

    paths->address = asked->address;
    return gt_paths_fill(analysis, asked->most ? asked->most : USUAL_PATHS, paths);
}

struct gt_error *gt_paths_create(struct gt_analysis *analysis,
                                 const struct gt_path_options *options, struct gt_paths **paths)
{
    struct gt_path_options own;
    struct gt_question question = {.analysis = analysis,
                                   .options = &own,
                                   .size = sizeof **paths,
                                   .answer = answer_paths,
                                   .stage = "looking for paths"};
    struct gt_error *error = gt_options_take(&own, sizeof own, options);

    return error ? error : gt_question_ask(&question, paths);
}

void gt_paths_destroy(struct gt_paths *paths)
{
    gt_answer_destroy(paths);
}
