/* The document gotopsy-paths/1. */
#include "inspector/report/json/values.h"
#include "inspector/report/sinks.h"
#include "inspector/report/units.h"

static json_t *path_of(const struct gt_root_path *path)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "kind", gt_path_kind_name(path->kind),
                     "goroutine", path->goroutine ? gt_json_size(path->goroutine) : json_null(),
                     "objects", gt_json_size(path->objects), "left_out",
                     gt_json_size(path->left_out), "path", gt_json_path(&path->path));
}

bool gt_json_paths(const struct gt_paths *paths, const struct gt_style *style, FILE *to)
{
    json_t *list = json_array();

    (void)style;
    for (size_t i = 0; i < paths->path_count; i++)
        list = gt_json_append(list, path_of(&paths->paths[i]));
    return gt_json_dump(
        json_pack("{s:s, s:o, s:o, s:o, s:s, s:o, s:b, s:o, s:b}", "schema", "gotopsy-paths/1",
                  "tool", gt_json_tool(), "core", gt_json_core(paths->process), "binary",
                  gt_json_binary(paths->process), "address", gt_address(paths->address).text,
                  "object", gt_json_block(&paths->object), "live", paths->live, "paths", list,
                  "more", paths->more),
        to);
}
