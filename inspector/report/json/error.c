/* An error as JSON: a script gets it instead of the document that it asked for. */
#include "inspector/report/json/values.h"
#include "inspector/report/sinks.h"

static const char *const codes[] = {
    [GT_ERR_USAGE] = "usage",       [GT_ERR_IO] = "io",           [GT_ERR_FORMAT] = "format",
    [GT_ERR_MISMATCH] = "mismatch", [GT_ERR_MISSING] = "missing", [GT_ERR_MEMORY] = "memory",
};

bool gt_json_error(const struct gt_error *error, FILE *to)
{
    int number = gt_error_errno(error);

    return gt_json_dump(
        json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o}", "schema", "gotopsy-error/1", "tool",
                  gt_json_tool(), "code", codes[gt_error_code(error)], "message",
                  gt_json_text(gt_error_message(error)), "path", gt_json_text(gt_error_path(error)),
                  "address", gt_json_address(gt_error_address(error)), "errno",
                  number ? json_integer(number) : json_null()),
        to);
}
