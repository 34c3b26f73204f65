/* Most of this file writes paths. Three things shorten a path: the nodes of a sync.Map become one
 * entry, untyped objects in a row become a number, and the middle of a long path is left out. */
#include "inspector/report/text/pieces.h"

#include "inspector/report/text/summary.h"

#include "inspector/base/str.h"
#include "inspector/names/words.h"
#include "inspector/report/escape.h"
#include "inspector/report/names.h"
#include "inspector/report/units.h"

#include <string.h>

enum {
    SHOWN_STEPS = 6, /* shown at each end of a path */
    SHOWN_LABELS = 8,
};

void gt_str_site(struct gt_str *to, const struct gt_page *page,
                 const struct gt_source_location *place)
{
    const char *file = page->all || !place->source ? place->file : place->source;

    gt_str_add(to, file ? file : "?");
    if (file && place->line) gt_str_format(to, ":%u", place->line);
}

void gt_page_site(struct gt_page *page, const struct gt_source_location *place)
{
    struct gt_str text = {0};

    gt_str_site(&text, page, place);
    gt_page_put(page, GT_DIM, gt_str_text(&text));
    gt_str_deinit(&text);
}

/* A node of the trie that a sync.Map has since Go 1.24. A user knows the map and its entries. */
static bool is_trie_node(const struct gt_step *step)
{
    static const char *const nodes[] = {"sync.indirect[", "sync.entry["};
    const char *type = step->kind == GT_STEP_OBJECT ? step->type : NULL;

    if (type && strncmp(type, "internal/", 9) == 0) type += 9;
    for (size_t i = 0; type && i < sizeof nodes / sizeof *nodes; i++)
        if (strncmp(type, nodes[i], strlen(nodes[i])) == 0) return true;
    return false;
}

/* How many steps of a path in [first, end) are in a sync.Map, up to its entry. */
static size_t count_trie_nodes(const struct gt_path *path, size_t first, size_t end)
{
    size_t count = 0;

    while (first + count < end && is_trie_node(&path->steps[first + count]))
        count++;
    return count;
}

static void put_trie_entry(struct gt_page *page, const struct gt_step *last)
{
    bool key = last->field && strncmp(last->field, ".key", 4) == 0;

    gt_page_put(page, GT_PLAIN, key ? "[key]" : "[…]");
}

/* How much of a field is shown: all, or up to the sync.Map, if its trie follows. */
static int field_length(const char *field, bool in_map)
{
    static const char *const roots[] = {".m.root", ".root"};
    size_t length = strlen(field);

    for (size_t i = 0; in_map && i < sizeof roots / sizeof *roots; i++) {
        const char *root = strstr(field, roots[i]);
        if (root && (size_t)(root - field) < length) length = (size_t)(root - field);
    }
    return (int)length;
}

/* "global main.sessions", "[…]", "main.session.token": an object is shown by its type. A step
 * without a type, such as an entry of a map, is shown only by its field. Lines break around a step,
 * not between its name and its field. */
static void put_step(struct gt_page *page, const struct gt_step *step, bool last, bool in_map)
{
    bool is_object = step->kind == GT_STEP_OBJECT, is_entry = step->kind == GT_STEP_ENTRY;
    char text[GT_STEP_NAME], short_type[GT_SHORT_TYPE];
    const char *type = step->type, *field = step->field ? step->field : "", *name = "";

    if (type && !page->all) type = gt_short_type(short_type, type);
    if (!is_object && !is_entry) name = gt_step_name(text, step);
    if (is_object) name = type ? type : "untyped object";
    gt_page_format(page, GT_PLAIN, "%s%.*s", name, field_length(field, in_map), field);
    if (last && !is_object && type) gt_page_format(page, GT_DIM, " %s", type);
}

/* An object of the path of which nothing else is known. */
static bool is_untyped(const struct gt_step *step)
{
    return step->kind == GT_STEP_OBJECT && !step->type && !step->field;
}

/* How many steps of a path in [first, end) have neither type nor field. */
static size_t count_untyped(const struct gt_path *path, size_t first, size_t end)
{
    size_t count = 0;

    while (first + count < end && is_untyped(&path->steps[first + count]))
        count++;
    return count;
}

void gt_page_path(struct gt_page *page, const struct gt_path *path)
{
    size_t left_out =
        !page->all && path->count > 2 * SHOWN_STEPS ? path->count - 2 * SHOWN_STEPS : 0;

    for (size_t i = 0; i < path->count; i++) {
        size_t nodes = page->all || i == 0 ? 0 : count_trie_nodes(path, i, path->count);
        if (nodes) {
            i += nodes - 1;
            put_trie_entry(page, &path->steps[i]);
            continue;
        }
        if (i > 0 && path->steps[i].kind != GT_STEP_ENTRY) gt_page_put(page, GT_PLAIN, " -> ");
        if (left_out && i == SHOWN_STEPS) {
            gt_page_format(page, GT_DIM, "(%zu steps) -> ", left_out);
            i += left_out;
        }
        size_t end = left_out && i < SHOWN_STEPS ? SHOWN_STEPS : path->count;
        size_t untyped = page->all ? 0 : count_untyped(path, i, end);
        if (untyped < 2) {
            bool in_map = !page->all && i + 1 < path->count && is_trie_node(&path->steps[i + 1]);
            put_step(page, &path->steps[i], i + 1 == path->count, in_map);
            continue;
        }
        gt_page_format(page, GT_PLAIN, "%zu untyped objects", untyped);
        i += untyped - 1;
    }
}

void gt_page_labels(struct gt_page *page, unsigned column, const struct gt_label *labels,
                    size_t count)
{
    size_t shown = page->all || count < SHOWN_LABELS ? count : SHOWN_LABELS;

    if (count == 0) return;
    gt_page_line(page, column, column + 4);
    gt_page_put(page, GT_DIM, "labels  ");
    for (size_t i = 0; i < shown; i++)
        gt_page_format(page, GT_PLAIN, "%s%s=%s%s", i ? " " : "", labels[i].key, labels[i].value,
                       i + 1 < count ? "," : "");
    if (shown < count) gt_page_format(page, GT_DIM, " %zu more", count - shown);
    gt_page_deinit(page);
}

void gt_page_thing(struct gt_page *page, const struct gt_blocked_thing *thing)
{
    bool channel = thing->what == GT_THING_CHANNEL;

    if (!channel || !thing->type)
        gt_page_put(page, GT_PLAIN, gt_word(&gt_thing_words, thing->what));
    if (channel && thing->type) gt_page_put(page, GT_PLAIN, thing->type);
    if (thing->name) gt_page_format(page, GT_BOLD, " %s", thing->name);
    gt_page_format(page, GT_DIM, " at %s", gt_address(thing->address).text);
}

void gt_page_wanted(struct gt_page *page, const struct gt_blocked_thing *thing)
{
    static const char *const said[] = {
        [GT_ACTION_UNKNOWN] = "for ",       [GT_ACTION_RECEIVE] = "to receive from ",
        [GT_ACTION_SEND] = "to send on ",   [GT_ACTION_LOCK] = "to lock ",
        [GT_ACTION_READ] = "to read-lock ", [GT_ACTION_WRITE] = "to write-lock ",
        [GT_ACTION_WAIT] = "for "};
    bool once = thing->what == GT_THING_ONCE;

    gt_page_put(page, GT_PLAIN, said[once ? GT_ACTION_UNKNOWN : thing->action]);
    gt_page_thing(page, thing);
}

void gt_page_waited(struct gt_page *page, int64_t wait_ns, size_t count, uint64_t collections)
{
    if (wait_ns != GT_UNKNOWN)
        gt_page_format(page, GT_PLAIN, " for %s%s", count > 1 ? "up to " : "",
                       gt_duration(wait_ns).text);
    else if (collections)
        gt_page_put(page, GT_PLAIN, " since the last collection");
}

int64_t gt_wait_of(const struct gt_goroutine_group *group, size_t index)
{
    if (group->waits_ns) return group->waits_ns[index];
    return group->count == 1 ? group->wait_ns_max : GT_UNKNOWN;
}

void gt_page_process(struct gt_page *page, const struct gt_report *report)
{
    struct gt_str text = {0};

    gt_summary_process(&text, report);
    gt_page_line(page, 0, 2);
    gt_page_put(page, GT_BOLD, gt_str_text(&text));
    gt_page_deinit(page);
    gt_str_deinit(&text);
}

size_t gt_died_in(const struct gt_report *report, const struct gt_goroutine_group *group)
{
    size_t index = 0;

    if (!report->crash.goroutine) return group->id_count;
    while (index < group->id_count && group->ids[index] != report->crash.goroutine)
        index++;
    return index;
}

void gt_page_crash(struct gt_page *page, const struct gt_report *report)
{
    struct gt_str text = {0};

    gt_summary_crash(&text, report);
    if (text.len) {
        gt_page_line(page, 0, 2);
        gt_page_put(page, GT_RED, "crashed: ");
        gt_page_put(page, GT_PLAIN, gt_str_text(&text));
        gt_page_deinit(page);
    }
    gt_str_deinit(&text);
}

void gt_page_labelled(struct gt_page *page, unsigned column, const char *label, const char *text)
{
    gt_page_line(page, 0, column);
    gt_page_put(page, GT_BOLD, label);
    gt_page_tab(page, column);
    gt_page_put(page, GT_PLAIN, text);
    gt_page_deinit(page);
}
