/* pages NAME: writes the page of that name to standard output. */
#include "inspector/pages/pages.h"

#include <string.h>

static const struct {
    const char *name;
    gt_page_fn *write;
} pages[] = {
    {"gotopsy.1", gt_page_man},     {"gotopsy.bash", gt_page_bash}, {"_gotopsy", gt_page_zsh},
    {"gotopsy.fish", gt_page_fish}, {"rows", gt_page_rows},         {"schema", gt_page_schema},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof pages / sizeof *pages; i++) {
        if (strcmp(argv[1], pages[i].name) != 0) continue;
        pages[i].write(stdout);
        return fflush(stdout) == 0 ? GT_DONE : GT_UNABLE;
    }
    fputs("usage: pages NAME\n", stderr);
    return GT_WRONG;
}
