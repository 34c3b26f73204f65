/* `object`, `paths` and the like: documents about one thing each. */
#include "inspector/api/question.h"
#include "inspector/base/error.h"
#include "inspector/base/options.h"
#include "inspector/detect/inspect/goroutine.h"
#include "inspector/detect/inspect/object.h"
#include "inspector/detect/inspect/paths.h"
#include "inspector/detect/inspect/view.h"

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

    if (!error && !options)
        error = gt_error_plain(GT_ERR_USAGE, "options with an address are required");
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

/* ---- show, global --------------------------------------------------------------------------- */

static struct gt_error *answer_show(struct gt_heap_analysis *analysis, const void *options,
                                    void *document)
{
    return gt_view_fill(analysis, options, document);
}

static struct gt_error *answer_global(struct gt_heap_analysis *analysis, const void *options,
                                      void *document)
{
    return gt_view_fill_global(analysis, options, document);
}

static struct gt_error *view_of(struct gt_analysis *analysis, const struct gt_show_options *options,
                                gt_answer_fn *answer, struct gt_view **view)
{
    struct gt_show_options own;
    struct gt_question question = {.analysis = analysis,
                                   .options = &own,
                                   .size = sizeof **view,
                                   .answer = answer,
                                   .stage = "reading values"};
    struct gt_error *error = gt_options_take(&own, sizeof own, options);

    question.show_data = own.show_data;
    return error ? error : gt_question_ask(&question, view);
}

struct gt_error *gt_show_create(struct gt_analysis *analysis, const struct gt_show_options *options,
                                struct gt_view **view)
{
    return view_of(analysis, options, answer_show, view);
}

struct gt_error *gt_global_create(struct gt_analysis *analysis,
                                  const struct gt_show_options *options, struct gt_view **view)
{
    struct gt_show_options own;
    struct gt_error *error = gt_options_take(&own, sizeof own, options);

    if (!error && !own.name) error = gt_error_plain(GT_ERR_USAGE, "a name is required");
    return error ? error : view_of(analysis, options, answer_global, view);
}

void gt_view_destroy(struct gt_view *view)
{
    gt_answer_destroy(view);
}

/* ---- goroutine ------------------------------------------------------------------------------ */

static struct gt_error *answer_goroutine(struct gt_heap_analysis *analysis, const void *options,
                                         void *document)
{
    return gt_goroutine_fill(analysis, options, document);
}

struct gt_error *gt_goroutine_create(struct gt_analysis *analysis,
                                     const struct gt_goroutine_options *options,
                                     struct gt_goroutine_view **view)
{
    struct gt_goroutine_options own;
    struct gt_question question = {.analysis = analysis,
                                   .options = &own,
                                   .size = sizeof **view,
                                   .answer = answer_goroutine,
                                   .stage = "reading variables"};
    struct gt_error *error = gt_options_take(&own, sizeof own, options);

    question.show_data = own.show_data;
    return error ? error : gt_question_ask(&question, view);
}

void gt_goroutine_destroy(struct gt_goroutine_view *view)
{
    gt_answer_destroy(view);
}
