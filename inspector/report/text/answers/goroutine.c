/* One goroutine for a terminal: its frames, and the variables of each. */
#include "inspector/report/names.h"
#include "inspector/report/sinks.h"
#include "inspector/report/text/answers/values.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <inttypes.h>
#include <string.h>

enum {
    FRAME_COLUMN = 4,
    VARIABLE_COLUMN = 8,
    MAX_TYPES = 32, /* of the words of one frame that are folded */
    FEW = 3,        /* words of one type that are shown one by one */
};

static void put_head(struct gt_page *page, const struct gt_goroutine_view *view)
{
    gt_page_deinit(page);
    gt_page_line(page, 0, FRAME_COLUMN);
    gt_page_format(page, GT_BOLD, "goroutine %" PRIu64 ": %s", view->id,
                   gt_state_name(view->wait_reason, view->status));
    gt_page_format(page, GT_PLAIN, ", stack of %s", gt_bytes(view->stack_bytes).text);
    gt_page_deinit(page);
}

static void put_variable(struct gt_page *page, const struct gt_variable *variable)
{
    gt_page_values(page, VARIABLE_COLUMN, &variable->value);
    if (!variable->retained_bytes) return;
    gt_page_line(page, VARIABLE_COLUMN + 4, VARIABLE_COLUMN + 4);
    gt_page_format(page, GT_BOLD, "retains %s", gt_bytes(variable->retained_bytes).text);
    gt_page_deinit(page);
}

/* ---- words of no variable ----------------------------------------------------------------------
 */

/* A large array on the stack is a thousand such words of one type: the word that retains most
 * stands for them. */
struct alike {
    const char *type;
    const struct gt_variable *largest;
    uint64_t count, retained_bytes;
};

struct words {
    struct alike types[MAX_TYPES];
    size_t type_count;
};

static const char *type_of(const struct gt_variable *variable)
{
    const char *type = variable->value.count ? variable->value.values[0].type : NULL;

    return type ? type : "";
}

/* NULL for a named variable, and when the frame has words of too many types. */
static struct alike *alike_of(struct words *words, const struct gt_variable *variable)
{
    if (!variable->inferred) return NULL;
    for (size_t i = 0; i < words->type_count; i++)
        if (strcmp(words->types[i].type, type_of(variable)) == 0) return &words->types[i];
    if (words->type_count == MAX_TYPES) return NULL;
    words->types[words->type_count] = (struct alike){.type = type_of(variable)};
    return &words->types[words->type_count++];
}

static void count_words(const struct gt_frame_view *frame, struct words *words)
{
    for (size_t i = 0; i < frame->variable_count; i++) {
        const struct gt_variable *variable = &frame->variables[i];
        struct alike *alike = alike_of(words, variable);
        if (!alike) continue;
        alike->count++;
        alike->retained_bytes += variable->retained_bytes;
        if (!alike->largest || variable->retained_bytes > alike->largest->retained_bytes)
            alike->largest = variable;
    }
}

static void put_folded(struct gt_page *page, const struct alike *alike)
{
    gt_page_line(page, VARIABLE_COLUMN, VARIABLE_COLUMN + 4);
    gt_page_format(page, GT_PLAIN, "... %s more slots", gt_count(alike->count - 1).text);
    if (*alike->type) gt_page_format(page, GT_PLAIN, " of type %s", alike->type);
    if (alike->retained_bytes)
        gt_page_format(page, GT_BOLD, "; all retain %s", gt_bytes(alike->retained_bytes).text);
    gt_page_deinit(page);
}

static void put_variables(struct gt_page *page, const struct gt_frame_view *frame)
{
    struct words words = {.type_count = 0};

    count_words(frame, &words);
    for (size_t i = 0; i < frame->variable_count; i++) {
        const struct gt_variable *variable = &frame->variables[i];
        const struct alike *alike = alike_of(&words, variable);
        bool folds = alike && alike->count > FEW;
        if (!folds || alike->largest == variable) put_variable(page, variable);
        if (folds && alike->largest == variable) put_folded(page, alike);
    }
}

static void put_frame(struct gt_page *page, const struct gt_frame_view *frame)
{
    gt_page_deinit(page);
    for (size_t i = 0; i < frame->calls.count; i++) {
        const struct gt_source_location *place = &frame->calls.locations[i];
        gt_page_line(page, FRAME_COLUMN, FRAME_COLUMN + 4);
        gt_page_format(page, GT_BOLD, "%s", place->function);
        gt_page_put(page, GT_PLAIN, "  ");
        gt_page_site(page, place);
        if (place->inlined) gt_page_put(page, GT_DIM, " (inlined)");
        gt_page_deinit(page);
    }
    put_variables(page, frame);
}

bool gt_text_goroutine(const struct gt_goroutine_view *view, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_process(&page, view->process);
    put_head(&page, view);
    for (size_t i = 0; i < view->frame_count; i++)
        put_frame(&page, &view->frames[i]);
    if (view->frames_left_out) {
        gt_page_line(&page, FRAME_COLUMN, FRAME_COLUMN);
        gt_page_format(&page, GT_DIM, "... %s more frames", gt_exact(view->frames_left_out).text);
        gt_page_deinit(&page);
    }
    if (!view->created_by.function) return true;
    gt_page_line(&page, FRAME_COLUMN, FRAME_COLUMN + 4);
    gt_page_format(&page, GT_PLAIN, "created by %s  ", view->created_by.function);
    gt_page_site(&page, &view->created_by);
    gt_page_deinit(&page);
    return true;
}
