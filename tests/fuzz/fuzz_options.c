/* The command line: the input is its arguments, a line each. */
#include "inspector/base/error.h"
#include "inspector/cli/command_line.h"
#include "inspector/cli/values/size.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { MOST = 32 };

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    const char *arguments[MOST + 2] = {"gotopsy"};
    char *text = malloc(size + 1), *rest = text, *line;
    struct gt_options options;
    uint64_t number;
    int count = 1;

    if (!text) return 0;
    memcpy(text, bytes, size);
    text[size] = '\0';
    while (count <= MOST && (line = strsep(&rest, "\n"))) {
        gt_size_parse(line, &number);
        arguments[count++] = line;
    }
    arguments[count] = NULL;
    gt_error_destroy(gt_options_parse(count, arguments, &options));
    gt_options_deinit(&options);
    free(text);
    return 0;
}
