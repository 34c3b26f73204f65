/* Escapes control characters, puts a backslash before Markdown's signs, and breaks what would be a
 * link by an empty comment. */
#include "inspector/report/markdown/words.h"

#include "inspector/base/str.h"
#include "inspector/report/escape.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Sites make links of @name, #12, !12, http:// and www. in any text, escaped or not. An invisible
 * comment after the first character prevents that. */
static bool may_link(const char *at, ptrdiff_t before)
{
    bool names = strchr("@#!&~%$", *at) && (isalnum((unsigned char)at[1]) || at[1] == '_');
    bool host = *at == '.' && before >= 3 && strncasecmp(at - 3, "www", 3) == 0;

    return names || host || strncmp(at, "://", 3) == 0;
}

void gt_markdown_put(FILE *to, const char *text)
{
    struct gt_str safe = {0};

    gt_escape(&safe, text);
    for (const char *at = gt_str_text(&safe); *at; at++) {
        if (strchr("\\`*_{}[]<>#|~&!", *at)) putc('\\', to);
        putc(*at, to);
        if (may_link(at, at - gt_str_text(&safe))) fputs("<!-- -->", to);
    }
    gt_str_deinit(&safe);
}

static size_t longest_fence(const char *text)
{
    size_t longest = 0, run = 0;

    for (; *text; text++) {
        run = *text == '`' ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    return longest;
}

void gt_markdown_code(FILE *to, const char *code)
{
    size_t fence = longest_fence(code) < 3 ? 3 : longest_fence(code) + 1;

    for (size_t i = 0; i < fence; i++)
        putc('`', to);
    fprintf(to, "text\n%s", code);
    for (size_t i = 0; i < fence; i++)
        putc('`', to);
    fputs("\n\n", to);
}
