/* libedit reads the lines of a terminal, and calls back for the prompt and for completion. Any
 * other stream is read byte by byte up to a line end. */
#include "inspector/cli/lines.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/hash.h"
#include "inspector/base/str.h"

#include <histedit.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_LISTED = 100 };

struct gt_lines {
    EditLine *editor; /* NULL: no terminal */
    History *history;
    const struct gt_lines_use *use;
    struct gt_str line;
};

/* ---- the editor ---------------------------------------------------------------------------- */

static char *prompt(EditLine *editor)
{
    static char text[] = "gotopsy> ";

    (void)editor;
    return text;
}

struct choice {
    struct gt_str common; /* the common prefix of all candidates */
    struct gt_str list;
    struct gt_strmap known;
    unsigned count;
};

static void choose(void *ctx, const char *candidate)
{
    struct choice *choice = ctx;
    size_t same = 0;
    bool added;

    gt_strmap_put(&choice->known, candidate, &added);
    if (!added) return;
    if (choice->count < MOST_LISTED)
        gt_str_format(&choice->list, "%s%s", choice->count ? "  " : "", candidate);
    if (choice->count++ == 0) {
        gt_str_add(&choice->common, candidate);
        return;
    }
    while (same < choice->common.len && choice->common.text[same] == candidate[same])
        same++;
    choice->common.len = same;
}

/* Inserts the common prefix of all candidates. If it adds nothing, lists the candidates. */
static void complete_by(EditLine *editor, struct choice *choice, size_t typed)
{
    if (choice->common.len > typed || choice->count == 1) {
        if (choice->count == 1 && choice->common.text[choice->common.len - 1] != '=')
            gt_str_add(&choice->common, " ");
        choice->common.text[choice->common.len] = '\0';
        (void)el_insertstr(editor, choice->common.text + typed);
    } else if (choice->count > 1) {
        printf("\n%s", gt_str_text(&choice->list));
        if (choice->count > MOST_LISTED) printf("  (%u more)", choice->count - MOST_LISTED);
        putchar('\n');
    }
}

static unsigned char complete(EditLine *editor, int key)
{
    const LineInfo *line = el_line(editor);
    size_t length = (size_t)(line->cursor - line->buffer);
    struct gt_lines *lines = NULL;
    struct choice choice = {0};

    (void)key;
    el_get(editor, EL_CLIENTDATA, &lines);
    size_t typed = gt_complete(line->buffer, length, &lines->use->source, choose, &choice);
    complete_by(editor, &choice, typed);
    unsigned char result = choice.count > 1 ? CC_REDISPLAY : choice.count ? CC_REFRESH : CC_ERROR;
    gt_str_deinit(&choice.common);
    gt_str_deinit(&choice.list);
    gt_strmap_deinit(&choice.known);
    return result;
}

static void recall(void *ctx, const char *line)
{
    HistEvent event;

    history(ctx, &event, H_ENTER, line);
}

static void open_editor(struct gt_lines *lines)
{
    HistEvent event;

    lines->editor = el_init("gotopsy", stdin, stdout, stderr);
    lines->history = history_init();
    if (!lines->editor || !lines->history) return;
    history(lines->history, &event, H_SETSIZE, GT_MOST_HISTORY);
    el_set(lines->editor, EL_PROMPT, prompt);
    el_set(lines->editor, EL_EDITOR, "emacs");
    el_set(lines->editor, EL_HIST, history, lines->history);
    el_set(lines->editor, EL_CLIENTDATA, lines);
    if (lines->use->history) gt_history_each(lines->use->history, recall, lines->history);
    /* el_set() would copy the two texts and never free the copies. */
    el_wset(lines->editor, EL_ADDFN, L"complete", L"Complete a command or an option", complete);
    el_set(lines->editor, EL_BIND, "^I", "complete", NULL);
}

static const char *next_edited(struct gt_lines *lines)
{
    HistEvent event;
    int length = 0;
    const char *line = el_gets(lines->editor, &length);

    if (!line || length <= 0) return NULL;
    gt_str_deinit(&lines->line);
    gt_str_addn(&lines->line, line, strcspn(line, "\r\n"));
    if (lines->line.len) {
        history(lines->history, &event, H_ENTER, gt_str_text(&lines->line));
        if (lines->use->history) gt_history_add(lines->use->history, gt_str_text(&lines->line));
    }
    return gt_str_text(&lines->line);
}

/* ---- any other stream ---------------------------------------------------------------------- */

static const char *next_read(struct gt_lines *lines, struct gt_error **error)
{
    int byte;

    gt_str_deinit(&lines->line);
    while ((byte = getc(stdin)) != EOF && byte != '\n') {
        char text = (char)byte;
        if (byte == '\0' || lines->line.len == GT_MOST_LINE) {
            *error = gt_error_create(GT_ERR_USAGE,
                                     "expected lines of at most %d bytes of text on standard input",
                                     GT_MOST_LINE);
            return NULL;
        }
        gt_str_addn(&lines->line, &text, 1);
    }
    if (ferror(stdin)) *error = gt_error_plain(GT_ERR_IO, "cannot read standard input");
    return *error || (byte == EOF && !lines->line.len) ? NULL : gt_str_text(&lines->line);
}

/* ---- both --------------------------------------------------------------------------------- */

bool gt_lines_may_be_edited(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

struct gt_lines *gt_lines_open(const struct gt_lines_use *use)
{
    struct gt_lines *lines = gt_calloc(1, sizeof *lines);

    lines->use = use;
    if (gt_lines_may_be_edited()) open_editor(lines);
    return lines;
}

void gt_lines_close(struct gt_lines *lines)
{
    if (lines->history) history_end(lines->history);
    if (lines->editor) el_end(lines->editor);
    gt_str_deinit(&lines->line);
    gt_free(lines);
}

bool gt_lines_have_editor(const struct gt_lines *lines)
{
    return lines->editor && lines->history;
}

const char *gt_lines_next(struct gt_lines *lines, struct gt_error **error)
{
    *error = NULL;
    return gt_lines_have_editor(lines) ? next_edited(lines) : next_read(lines, error);
}
