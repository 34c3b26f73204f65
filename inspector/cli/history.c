/* Lines are only appended. If the file has twice as many lines as are kept, the next opening writes
 * the latest ones to a temporary file, and renames that over the old one. */
#include "inspector/cli/history.h"

#include "inspector/base/alloc.h"
#include "inspector/base/str.h"
#include "inspector/base/vec.h"
#include "inspector/cli/complaint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LINE = 4096, MOST_FILE = 1 << 22 };

struct gt_history {
    char *path;
    int file;            /* opened for appending */
    struct gt_vec lines; /* char * */
};

/* ---- where it is --------------------------------------------------------------------------- */

static char *path_of(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    if (state && *state == '/') return gt_format("%s/gotopsy/history", state);
    return home && *home == '/' ? gt_format("%s/.local/state/gotopsy/history", home) : NULL;
}

/* Makes the folders of the path that do not exist. */
static void make_folders(const char *path)
{
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        char *folder = gt_strndup(path, (size_t)(slash - path));
        (void)mkdir(folder, 0700); /* opening the file reports an error */
        gt_free(folder);
    }
}

/* ---- reading ------------------------------------------------------------------------------- */

static bool is_text(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f) return false;
    return length && length < MOST_LINE;
}

static void keep_line(struct gt_history *history, const char *line, size_t length)
{
    if (!is_text(line, length)) return;
    char *kept = gt_strndup(line, length);
    gt_vec_add(&history->lines, &kept);
}

/* Reads the end of the file, if it is larger than any that was written here. */
static void read_lines(struct gt_history *history)
{
    struct gt_str text = {0};
    char piece[BUFSIZ];
    ssize_t got;
    off_t size = lseek(history->file, 0, SEEK_END);
    off_t from = size > MOST_FILE ? size - MOST_FILE : 0;

    while (text.len <= MOST_FILE &&
           (got = pread(history->file, piece, sizeof piece, from + (off_t)text.len)) > 0)
        gt_str_addn(&text, piece, (size_t)got);
    for (size_t at = 0; at < text.len;) {
        const char *line = gt_str_text(&text) + at, *end = memchr(line, '\n', text.len - at);
        size_t length = end ? (size_t)(end - line) : text.len - at;
        keep_line(history, line, length);
        at += length + 1;
    }
    gt_str_deinit(&text);
}

/* ---- writing ------------------------------------------------------------------------------- */

static bool write_line(int file, const char *line)
{
    struct gt_str text = {0};

    gt_str_format(&text, "%s\n", line);
    bool whole = write(file, gt_str_text(&text), text.len) == (ssize_t)text.len;
    gt_str_deinit(&text);
    return whole;
}

/* Keeps only the latest lines, once there are twice as many. */
static void shorten(struct gt_history *history)
{
    size_t count = history->lines.len;

    if (count < 2 * GT_MOST_HISTORY) return;
    char *beside = gt_format("%s.XXXXXX", history->path);
    int file = mkstemp(beside);
    bool whole = file >= 0;
    for (size_t i = count - GT_MOST_HISTORY; whole && i < count; i++)
        whole = write_line(file, *(char **)gt_vec_at(&history->lines, i));
    if (whole && rename(beside, history->path) == 0) {
        close(history->file);
        history->file = fcntl(file, F_DUPFD_CLOEXEC, 0);
    } else if (file >= 0) {
        unlink(beside);
    }
    if (file >= 0) close(file);
    gt_free(beside);
}

/* ---- all ----------------------------------------------------------------------------------- */

static struct gt_history *complain(char *path)
{
    struct gt_str message = {0};

    gt_str_format(&message, "the history of lines is not kept: %s: %s", path, strerror(errno));
    gt_complain(gt_str_text(&message), "");
    gt_str_deinit(&message);
    gt_free(path);
    return NULL;
}

struct gt_history *gt_history_open(void)
{
    struct stat status;
    char *path = path_of();

    if (!path) return NULL;
    make_folders(path);
    int file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    if (file < 0) return complain(path);
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || fchmod(file, 0600) != 0) {
        errno = S_ISREG(status.st_mode) ? errno : EINVAL;
        close(file);
        return complain(path);
    }
    struct gt_history *history = gt_calloc(1, sizeof *history);
    *history = (struct gt_history){path, file, GT_VEC_OF(char *)};
    read_lines(history);
    shorten(history);
    return history;
}

void gt_history_close(struct gt_history *history)
{
    if (!history) return;
    for (size_t i = 0; i < history->lines.len; i++)
        gt_free(*(char **)gt_vec_at(&history->lines, i));
    gt_vec_deinit(&history->lines);
    if (history->file >= 0) close(history->file);
    gt_free(history->path);
    gt_free(history);
}

void gt_history_each(const struct gt_history *history, gt_history_fn *visit, void *ctx)
{
    size_t count = history->lines.len;
    size_t first = count > GT_MOST_HISTORY ? count - GT_MOST_HISTORY : 0;

    for (size_t i = first; i < count; i++)
        visit(ctx, *(char **)gt_vec_at(&history->lines, i));
}

void gt_history_add(struct gt_history *history, const char *line)
{
    bool blank = !line[strspn(line, " ")];

    if (blank || !is_text(line, strlen(line)) || strstr(line, "--show-data")) return;
    (void)write_line(history->file, line); /* a full disk loses a line of history */
}
