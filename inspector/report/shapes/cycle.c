/* Finalizer cycles: an object, and the edges by which it reaches itself. */
#include "inspector/report/shapes/shapes.h"

enum { SHOWN_EDGES = 12 };

static const char *const mechanisms[] = {
    [GT_MECHANISM_FINALIZER] = "finalizer", [GT_MECHANISM_CLEANUP] = "cleanup"};
static const struct gt_words mechanism_words = GT_WORDS(mechanisms);

static const struct gt_field edge_list[] = {
    GT_FIELD("address", ADDRESS_OR_NULL, struct gt_edge, address),
    GT_FIELD("type", TEXT, struct gt_edge, type),
    GT_FIELD("field", TEXT, struct gt_edge, field),
};
static const struct gt_fields edge_fields = GT_FIELDS(edge_list, struct gt_edge);

static const struct gt_field fields[] = {
    GT_IN_INSTANCE("object", BLOCK, cycle.object),
    GT_FIELD_WORD("mechanism", WORD, &mechanism_words, struct gt_instance, cycle.mechanism),
    GT_IN_INSTANCE("function", TEXT, cycle.function),
    GT_FIELD_LIST("cycle", &edge_fields, struct gt_instance, cycle.cycle, cycle.cycle_len),
};

static void put_edges(struct gt_page *page, unsigned column, const struct gt_edge *edges,
                      size_t count)
{
    size_t shown = page->all || count <= SHOWN_EDGES ? count : SHOWN_EDGES;

    gt_page_line(page, column, column + GT_STEP_IN);
    for (size_t i = 0; i < shown; i++) {
        const char *field = gt_or(edges[i].field, "");
        gt_page_format(page, GT_PLAIN, "%s%s%s -> ", gt_or(edges[i].type, "?"), *field ? " " : "",
                       field);
    }
    if (shown < count) gt_page_format(page, GT_DIM, "(%zu more) -> ", count - shown);
    gt_page_put(page, GT_PLAIN, gt_or(edges[0].type, "?"));
    gt_page_deinit(page);
}

static void put(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    gt_page_line(page, column, column + GT_STEP_IN);
    gt_page_format(page, GT_PLAIN, "%s at %s has a %s",
                   gt_or(instance->cycle.object.type, "an object"),
                   gt_address(instance->cycle.object.address).text,
                   gt_word(&mechanism_words, instance->cycle.mechanism));
    if (instance->cycle.function) gt_page_format(page, GT_PLAIN, " %s", instance->cycle.function);
    gt_page_put(page, GT_PLAIN, " and reaches itself:");
    gt_page_deinit(page);
    if (instance->cycle.cycle_len)
        put_edges(page, column + GT_STEP_IN, instance->cycle.cycle, instance->cycle.cycle_len);
}

const struct gt_shape gt_shape_cycle = {
    .fields = GT_FIELDS(fields, struct gt_instance),
    .put = put,
    .key = offsetof(struct gt_instance, cycle.object.address),
};
