/* Substrings and subslices: a block and the windows into it. As text the block is a bar. */
#include "inspector/base/alloc.h"
#include "inspector/report/shapes/shapes.h"

#include <string.h>

enum { BAR_CELLS = 40 };

static const char *const kinds[] = {
    [GT_WINDOW_STRING] = "string", [GT_WINDOW_SLICE] = "slice", [GT_WINDOW_ELEMENT] = "element"};
static const struct gt_words kind_words = GT_WORDS(kinds);

static const struct gt_field window_list[] = {
    GT_FIELD("offset", SIZE, struct gt_window, offset),
    GT_FIELD("length", SIZE, struct gt_window, length),
    GT_FIELD("capacity", SIZE, struct gt_window, capacity),
    GT_FIELD_WORD("kind", WORD, &kind_words, struct gt_window, kind),
    GT_FIELD("holder", TEXT, struct gt_window, holder),
    GT_FIELD("data", TEXT_IF_ANY, struct gt_window, data),
};
static const struct gt_fields window_fields = GT_FIELDS(window_list, struct gt_window);

static const struct gt_field fields[] = {
    GT_IN_INSTANCE("block", BLOCK, windowed.block),
    GT_FIELD_LIST("windows", &window_fields, struct gt_instance, windowed.windows,
                  windowed.window_count),
    GT_IN_INSTANCE("wasted_bytes", SIZE, windowed.wasted_bytes),
    GT_IN_INSTANCE("spare_bytes", SIZE, windowed.spare_bytes),
    GT_IN_INSTANCE("allocated_at", STACK_OR_NULL, windowed.allocated_at),
};

/* Marks the cells that [from, to) of a block touches. Even one byte marks a cell. */
static void fill(char *bar, uint64_t size, uint64_t from, uint64_t to, char mark)
{
    if (to > size) to = size;
    if (size == 0 || from >= to) return;
    size_t last = (size_t)((double)(to - 1) / (double)size * BAR_CELLS);

    for (size_t i = (size_t)((double)from / (double)size * BAR_CELLS); i <= last; i++)
        if (i < BAR_CELLS && bar[i] != '#') bar[i] = mark;
}

static uint64_t end_of(uint64_t offset, uint64_t length)
{
    uint64_t end = UINT64_MAX;

    gt_add(offset, length, &end);
    return end;
}

static void draw_windows(char *bar, uint64_t size, const struct gt_window *windows, size_t count)
{
    memset(bar, '.', BAR_CELLS);
    bar[BAR_CELLS] = '\0';
    for (size_t i = 0; i < count; i++)
        fill(bar, size, windows[i].offset, end_of(windows[i].offset, windows[i].length), '#');
    for (size_t i = 0; i < count; i++)
        fill(bar, size, windows[i].offset, end_of(windows[i].offset, windows[i].capacity), '+');
}

static void put_holder(struct gt_page *page, unsigned column, const struct gt_window *windows,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!windows[i].holder && !windows[i].data) continue;
        gt_page_line(page, column, column + GT_STEP_IN);
        gt_page_format(page, GT_PLAIN, "a %s in %s", gt_word(&kind_words, windows[i].kind),
                       windows[i].holder ? windows[i].holder : "the holder below");
        if (windows[i].data) gt_page_format(page, GT_PLAIN, ": \"%s\"", windows[i].data);
        gt_page_deinit(page);
        return;
    }
}

static void put_bar(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    uint64_t size = instance->windowed.block.size, spare = instance->windowed.spare_bytes;
    uint64_t unused = end_of(instance->windowed.wasted_bytes, spare);
    char bar[BAR_CELLS + 1];

    if (size == 0) return;
    draw_windows(bar, size, instance->windowed.windows, instance->windowed.window_count);
    gt_page_line(page, column, column + BAR_CELLS + 4);
    gt_page_format(page, GT_CYAN, "[%s]", bar);
    gt_page_format(page, GT_PLAIN, "  %s of %s bytes used",
                   gt_exact(unused < size ? size - unused : 0).text, gt_exact(size).text);
    if (spare) gt_page_format(page, GT_PLAIN, ", %s spare", gt_exact(spare).text);
    gt_page_deinit(page);
}

static void put(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    put_bar(page, column, instance);
    put_holder(page, column, instance->windowed.windows, instance->windowed.window_count);
}

/* Writes where one of the blocks was allocated. The blocks of a finding mostly come from one
 * location, and the profile samples only some of them. */
static void put_sample(struct gt_page *page, unsigned column, const struct gt_instance *instances,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct gt_stack *stack = &instances[i].windowed.allocated_at;
        if (stack->count == 0) continue;
        gt_page_line(page, column, column);
        gt_page_put(page, GT_PLAIN,
                    i ? "one of them allocated at (sampled)" : "allocated at (sampled)");
        gt_page_deinit(page);
        gt_page_stack(page, column + GT_STEP_IN, stack, NULL);
        return;
    }
}

const struct gt_shape gt_shape_windowed = {
    .fields = GT_FIELDS(fields, struct gt_instance),
    .put = put,
    .put_all = put_sample,
    .key = offsetof(struct gt_instance, windowed.block.address),
};
