/* Lines of the shell: the input is one, which is parsed and completed. */
#include "inspector/base/error.h"
#include "inspector/cli/command_line.h"
#include "inspector/cli/commands.h"
#include "inspector/cli/completion.h"
#include "inspector/cli/shown.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

struct word { /* the last one of the line */
    const char *text;
    size_t length;
};

static void each(void *ctx, enum gt_completed kind, gt_completion_fn *visit, void *visit_ctx)
{
    static const char *const names[] = {"main.x", "*net/http.Conn", "chan int", "0xc000012080", ""};

    (void)ctx, (void)kind;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        visit(visit_ctx, names[i]);
}

/* A completion begins with what is there. */
static void check(void *ctx, const char *candidate)
{
    const struct word *word = ctx;

    if (strncmp(candidate, word->text, word->length) != 0) abort();
}

static void complete(const char *text, size_t size)
{
    const struct gt_completion_source source = {each, NULL};
    size_t begun = 0;

    while (begun < size && text[size - begun - 1] != ' ' && text[size - begun - 1] != '\t')
        begun++;
    struct word word = {text + size - begun, begun};
    if (gt_complete(text, size, &source, check, &word) != begun) abort();
}

static void parse(const char *text)
{
    const char *arguments[] = {"gotopsy", "shell", "core", NULL};
    struct gt_options shell, options;
    struct gt_error *error = gt_options_parse(3, arguments, &shell);

    if (error) abort();
    error = gt_options_parse_line(&shell, text, &options);
    if (!error && (!options.command || options.command == shell.command)) abort();
    gt_error_destroy(error);
    gt_options_deinit(&options);
    gt_options_deinit(&shell);
}

/* A line has no NUL; what is shown may be anything. */
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    char *text = malloc(size + 1);
    struct gt_shown shown = {.count = 0};

    if (!text) abort();
    memcpy(text, bytes, size);
    text[size] = '\0';
    gt_shown_take(&shown, text, size);
    if (shown.count > GT_MOST_SHOWN) abort();
    complete(text, strlen(text));
    parse(text);
    free(text);
    return 0;
}
