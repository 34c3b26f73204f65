/* What keeps an object alive, for a terminal: a path from each kind of root. */
#include "inspector/report/sinks.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <inttypes.h>

enum { KIND_COLUMN = 4, PATH_COLUMN = 16 };

static void put_path(struct gt_page *page, const struct gt_root_path *path)
{
    gt_page_line(page, KIND_COLUMN, PATH_COLUMN + 4);
    gt_page_put(page, GT_BOLD, gt_path_kind_name(path->kind));
    gt_page_tab(page, PATH_COLUMN);
    if (path->goroutine) gt_page_format(page, GT_DIM, "goroutine %" PRIu64 ": ", path->goroutine);
    gt_page_path(page, &path->path);
    if (path->left_out)
        gt_page_format(page, GT_DIM, " (%s object%s of it %s not shown)",
                       gt_count(path->left_out).text, gt_s(path->left_out),
                       path->left_out == 1 ? "is" : "are");
    gt_page_deinit(page);
}

static void put_head(struct gt_page *page, const struct gt_paths *paths)
{
    gt_page_deinit(page);
    gt_page_line(page, 0, KIND_COLUMN);
    gt_page_format(page, GT_BOLD, "%s: ", gt_address(paths->address).text);
    gt_page_format(page, GT_BOLD, "%s", paths->object.type ? paths->object.type : "heap object");
    gt_page_format(page, GT_PLAIN, ", %s at %s", gt_bytes(paths->object.size).text,
                   gt_address(paths->object.address).text);
    gt_page_deinit(page);
}

bool gt_text_paths(const struct gt_paths *paths, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_process(&page, paths->process);
    put_head(&page, paths);
    gt_page_line(&page, KIND_COLUMN, KIND_COLUMN);
    if (!paths->live)
        gt_page_put(&page, GT_YELLOW, "garbage: no root leads to it");
    else
        gt_page_put(&page, GT_PLAIN, "kept by these paths, which have no object in common:");
    gt_page_deinit(&page);
    for (size_t i = 0; i < paths->path_count; i++)
        put_path(&page, &paths->paths[i]);
    if (!paths->more) return true;
    gt_page_line(&page, KIND_COLUMN, KIND_COLUMN);
    gt_page_format(&page, GT_DIM, "%zu paths shown; there are more, see --max", paths->path_count);
    gt_page_deinit(&page);
    return true;
}
