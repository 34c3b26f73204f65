#include "inspector/report/text/details.h"

#include "inspector/base/alloc.h"
#include "inspector/base/str.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <inttypes.h>
#include <string.h>

enum {
    BAR_CELLS = 40,
    SHOWN_SLOTS = 3,  /* lost slots shown with what they keep */
    SHOWN_EDGES = 12, /* of a cycle */
    SHOWN_OTHERS = 4, /* further instances, by address */
    STEP_IN = 4,      /* columns that a stack stands further in than its heading */
};

static const char *type_or(const char *type, const char *otherwise)
{
    return type ? type : otherwise;
}

/* ---- substrings and subslices: the block as a bar ------------------------------------------- */

/* Marks the cells that [from, to) of a block touches; even one byte shows. */
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
        gt_page_line(page, column, column + STEP_IN);
        gt_page_format(page, GT_PLAIN, "a %s in %s", windows[i].kind,
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

static void put_windowed(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    put_bar(page, column, instance);
    put_holder(page, column, instance->windowed.windows, instance->windowed.window_count);
}

/* Where one of the blocks was allocated: alike blocks mostly come from one place, and the profile
 * samples only some of them. */
static void put_sample(struct gt_page *page, unsigned column, const struct gt_finding *finding)
{
    if (finding->kind != GT_SUBSTRING && finding->kind != GT_SUBSLICE) return;
    for (size_t i = 0; i < finding->instance_count; i++) {
        const struct gt_stack *stack = &finding->instances[i].windowed.allocated_at;
        if (stack->count == 0) continue;
        gt_page_line(page, column, column);
        gt_page_put(page, GT_PLAIN,
                    i ? "one of them allocated at (sampled)" : "allocated at (sampled)");
        gt_page_deinit(page);
        gt_page_stack(page, column + STEP_IN, stack, NULL);
        return;
    }
}

/* ---- lost elements --------------------------------------------------------------------------- */

static void put_slot(struct gt_page *page, unsigned column, const struct gt_slot *slot)
{
    gt_page_line(page, column, column + STEP_IN);
    gt_page_format(page, GT_PLAIN, "[%" PRIu64 "] -> %s, %s at %s", slot->index,
                   type_or(slot->target.type, "?"), gt_bytes(slot->target.size).text,
                   gt_address(slot->target.address).text);
    gt_page_deinit(page);
}

static void put_lost(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    size_t slots = instance->lost.slots_len;
    size_t shown = page->all || slots < SHOWN_SLOTS ? slots : SHOWN_SLOTS;

    gt_page_line(page, column, column + STEP_IN);
    gt_page_format(
        page, GT_PLAIN, "array of %s, %s at %s: %s slots not covered",
        type_or(instance->lost.element_type, "pointers"), gt_bytes(instance->lost.block.size).text,
        gt_address(instance->lost.block.address).text, gt_exact(instance->lost.slot_count).text);
    if (instance->lost.spare_slot_count)
        gt_page_format(page, GT_PLAIN, ", %s of them in the spare capacity",
                       gt_exact(instance->lost.spare_slot_count).text);
    gt_page_deinit(page);
    for (size_t i = 0; i < shown; i++)
        put_slot(page, column + STEP_IN, &instance->lost.slots[i]);
}

/* ---- goroutines, timers, cycles, defers --------------------------------------------------------
 */

static void put_blocked(struct gt_page *page, const struct gt_instance *instance)
{
    const struct gt_blocked_thing *first = instance->hung.blocked;

    if (!instance->hung.blocked_count) return;
    gt_page_format(page, GT_PLAIN, ", on a %s", first->what);
    if (first->type) gt_page_format(page, GT_DIM, " (%s)", first->type);
    if (first->address) gt_page_format(page, GT_DIM, " at %s", gt_address(first->address).text);
    if (instance->hung.blocked_count > 1)
        gt_page_format(page, GT_PLAIN, " or %zu more", instance->hung.blocked_count - 1);
}

static void put_hung(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    gt_page_line(page, column, column + STEP_IN);
    gt_page_format(page, GT_PLAIN, "goroutine %" PRIu64, instance->hung.goroutine);
    if (instance->hung.wait_reason)
        gt_page_format(page, GT_PLAIN, ": %s", instance->hung.wait_reason);
    if (instance->hung.wait_ns != GT_UNKNOWN)
        gt_page_format(page, GT_PLAIN, " for %s", gt_duration(instance->hung.wait_ns).text);
    else if (instance->hung.wait_reason)
        gt_page_put(page, GT_PLAIN, " (no collection has seen it wait)");
    put_blocked(page, instance);
    gt_page_deinit(page);
    gt_page_stack(page, column + STEP_IN, &instance->hung.stack, &instance->hung.created_by);
    gt_page_labels(page, column + STEP_IN, instance->hung.labels, instance->hung.label_count);
}

static void put_due(struct gt_page *page, int64_t due_in_ns)
{
    if (due_in_ns == GT_UNKNOWN) return;
    if (due_in_ns >= 0)
        gt_page_format(page, GT_PLAIN, ", fires in %s", gt_duration(due_in_ns).text);
    else
        gt_page_format(page, GT_PLAIN, ", overdue by %s", gt_duration(-due_in_ns).text);
}

static void put_ticker(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    bool periodic = instance->ticker.period_ns != GT_UNKNOWN && instance->ticker.period_ns > 0;

    gt_page_line(page, column, column + STEP_IN);
    gt_page_put(page, GT_PLAIN, instance->ticker.what);
    if (periodic)
        gt_page_format(page, GT_PLAIN, " of %s", gt_duration(instance->ticker.period_ns).text);
    gt_page_format(page, GT_DIM, " at %s", gt_address(instance->ticker.timer).text);
    put_due(page, instance->ticker.due_in_ns);
    if (instance->ticker.callback)
        gt_page_format(page, GT_PLAIN, ", calls %s", instance->ticker.callback);
    if (!instance->ticker.referenced)
        gt_page_put(page, GT_PLAIN, ", reached from the timer heap only");
    gt_page_deinit(page);
    if (instance->ticker.owner_path.count == 0) return;
    gt_page_line(page, column, column + STEP_IN);
    gt_page_put(page, GT_DIM, "owner  ");
    gt_page_path(page, &instance->ticker.owner_path);
    gt_page_deinit(page);
}

static void put_edges(struct gt_page *page, unsigned column, const struct gt_edge *edges,
                      size_t count)
{
    size_t shown = page->all || count <= SHOWN_EDGES ? count : SHOWN_EDGES;

    gt_page_line(page, column, column + STEP_IN);
    for (size_t i = 0; i < shown; i++) {
        const char *field = type_or(edges[i].field, "");
        gt_page_format(page, GT_PLAIN, "%s%s%s -> ", type_or(edges[i].type, "?"), *field ? " " : "",
                       field);
    }
    if (shown < count) gt_page_format(page, GT_DIM, "(%zu more) -> ", count - shown);
    gt_page_put(page, GT_PLAIN, type_or(edges[0].type, "?"));
    gt_page_deinit(page);
}

static void put_cycle(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    gt_page_line(page, column, column + STEP_IN);
    gt_page_format(page, GT_PLAIN, "%s at %s has a %s",
                   type_or(instance->cycle.object.type, "an object"),
                   gt_address(instance->cycle.object.address).text, instance->cycle.mechanism);
    if (instance->cycle.function) gt_page_format(page, GT_PLAIN, " %s", instance->cycle.function);
    gt_page_put(page, GT_PLAIN, " and reaches itself:");
    gt_page_deinit(page);
    if (instance->cycle.cycle_len)
        put_edges(page, column + STEP_IN, instance->cycle.cycle, instance->cycle.cycle_len);
}

static void put_deferred(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    const struct gt_source_location *site = &instance->deferred.site;

    gt_page_line(page, column, column + STEP_IN);
    gt_page_format(page, GT_PLAIN, "goroutine %" PRIu64 ": %s calls of %s deferred by %s  ",
                   instance->deferred.goroutine, gt_exact(instance->deferred.calls).text,
                   type_or(instance->deferred.deferred_function, "?"),
                   type_or(site->function, "?"));
    gt_page_site(page, site);
    gt_page_deinit(page);
}

/* ---- by kind ----------------------------------------------------------------------------------
 */

static uint64_t windowed_key(const struct gt_instance *instance)
{
    return instance->windowed.block.address;
}

static uint64_t lost_key(const struct gt_instance *instance)
{
    return instance->lost.block.address;
}

static uint64_t hung_key(const struct gt_instance *instance)
{
    return instance->hung.goroutine;
}

static uint64_t ticker_key(const struct gt_instance *instance)
{
    return instance->ticker.timer;
}

static uint64_t cycle_key(const struct gt_instance *instance)
{
    return instance->cycle.object.address;
}

static uint64_t deferred_key(const struct gt_instance *instance)
{
    return instance->deferred.goroutine;
}

static const struct {
    void (*put)(struct gt_page *page, unsigned column, const struct gt_instance *instance);
    uint64_t (*key)(const struct gt_instance *instance); /* an address or a goroutine's number */
    bool numbered, single; /* single: its count is not that of its instances */
} kinds[GT_KINDS] = {
#define KIND(kind, name, heading, plural, one, many, shape, numbered, single)                      \
    [kind] = {put_##shape, shape##_key, numbered, single},
#include "inspector/report/kinds.def"
#undef KIND
};

static void put_others(struct gt_page *page, unsigned column, const struct gt_finding *finding)
{
    size_t end = finding->instance_count;

    if (end < 2 || kinds[finding->kind].single) return;
    if (!page->all && end > SHOWN_OTHERS + 1) end = SHOWN_OTHERS + 1;
    gt_page_line(page, column, column + STEP_IN);
    if (kinds[finding->kind].numbered)
        gt_page_put(page, GT_DIM, end == 2 ? "also goroutine " : "also goroutines ");
    else
        gt_page_put(page, GT_DIM, "also at ");
    for (size_t i = 1; i < end; i++) {
        uint64_t key = kinds[finding->kind].key(&finding->instances[i]);
        gt_page_format(page, GT_DIM, kinds[finding->kind].numbered ? "%s%" PRIu64 : "%s0x%" PRIx64,
                       i > 1 ? ", " : "", key);
    }
    gt_page_deinit(page);
    if (end == finding->count) return; /* all of them */
    gt_page_line(page, column, column + STEP_IN);
    gt_page_format(page, GT_DIM, "%zu of %s shown", end, gt_count(finding->count).text);
    gt_page_put(page, GT_DIM,
                finding->instance_count == finding->count
                    ? "; all in the JSON"
                    : "; --format=json --instances=all lists all");
    gt_page_deinit(page);
}

void gt_page_cost(struct gt_page *page, unsigned column, const struct gt_finding *finding)
{
    uint64_t stacks = finding->stack_bytes;
    uint64_t heap = finding->bytes_freed > stacks ? finding->bytes_freed - stacks : 0;

    gt_page_line(page, column, column + 2 * STEP_IN);
    gt_page_put(page, GT_DIM, "frees   ");
    if (finding->bytes_freed == 0)
        gt_page_put(page, GT_PLAIN, "nothing by itself");
    else
        gt_page_format(page, GT_PLAIN, "%s of heap", gt_bytes(heap).text);
    if (finding->objects_freed)
        gt_page_format(page, GT_PLAIN, " in %s object%s", gt_count(finding->objects_freed).text,
                       finding->objects_freed == 1 ? "" : "s");
    if (stacks) gt_page_format(page, GT_PLAIN, " and %s of stacks", gt_bytes(stacks).text);
    if (finding->bytes_shared)
        gt_page_format(page, GT_PLAIN, "; %s more when the other findings are fixed too",
                       gt_bytes(finding->bytes_shared).text);
    if (finding->descriptor_bytes)
        gt_page_format(page, GT_DIM, "; %s of goroutine descriptors stay, for new goroutines",
                       gt_bytes(finding->descriptor_bytes).text);
    gt_page_deinit(page);
}

void gt_page_details(struct gt_page *page, unsigned column, const struct gt_finding *finding)
{
    if (finding->instance_count) kinds[finding->kind].put(page, column, &finding->instances[0]);
    put_others(page, column, finding);
    put_sample(page, column, finding);
    if (finding->path.count == 0) return;
    gt_page_line(page, column, column + 2 * STEP_IN);
    gt_page_put(page, GT_DIM, finding->kind == GT_HUNG_GOROUTINE ? "mostly held by " : "held by ");
    gt_page_path(page, &finding->path);
    gt_page_deinit(page);
}
