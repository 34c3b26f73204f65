/* A document for a regular file is collected in a memfd. When it is complete, it is copied to a
 * temporary file beside the target, which is renamed with signals blocked. Before all work, the
 * path is checked: it must be writable, and must not be an input. */
#include "inspector/cli/output.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/cli/shown.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEAST_WIDTH = 60, MOST_WIDTH = 120, USUAL_WIDTH = 100 };

static struct gt_error *cannot_write(const char *path)
{
    int number = errno;
    struct gt_error *error =
        gt_error_create(GT_ERR_IO, "cannot write %s: %s", path, strerror(number));

    return gt_error_number(gt_error_file(error, path), number);
}

/* ---- style --------------------------------------------------------------------------------- */

static bool coloured(const struct gt_options *options, FILE *file)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    if (options->colour != GT_AUTO) return options->colour == GT_ALWAYS;
    return isatty(fileno(file)) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

static unsigned width_of(const struct gt_options *options, FILE *file)
{
    struct winsize size;

    if (options->width) return options->width;
    if (!isatty(fileno(file)) || ioctl(fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return USUAL_WIDTH;
    if (size.ws_col < LEAST_WIDTH) return LEAST_WIDTH;
    return size.ws_col < MOST_WIDTH ? size.ws_col : MOST_WIDTH;
}

/* ---- the file -------------------------------------------------------------------------------- */

/* Whether `path` exists and must be written directly: a device, a pipe. */
static bool is_special(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? gt_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : gt_strdup(".");
}

static struct gt_error *check_terminal(const struct gt_options *options)
{
    if (options->format != GT_FORMAT_PPROF || !isatty(STDOUT_FILENO)) return NULL;
    return gt_error_create(GT_ERR_USAGE, "pprof is no text for a terminal: name a file with -o");
}

static bool is_file(const char *path, const struct stat *other)
{
    struct stat status;
    bool there =
        strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &status) == 0 : stat(path, &status) == 0;

    return there && status.st_dev == other->st_dev && status.st_ino == other->st_ino;
}

/* A report must not replace a program or a core, including those that gotopsy found itself. */
static bool is_elf(const char *path)
{
    char magic[4] = {0};
    FILE *file = fopen(path, "re");
    bool is = file && fread(magic, 1, sizeof magic, file) == sizeof magic &&
              memcmp(magic, "\177ELF", sizeof magic) == 0;

    if (file) fclose(file);
    return is;
}

/* Whether -o would replace an input. */
static bool is_input(const struct gt_options *options)
{
    struct stat status;

    if (stat(options->output, &status) != 0 || !S_ISREG(status.st_mode)) return false;
    if (options->core.core_path && is_file(options->core.core_path, &status)) return true;
    if (options->operand && is_file(options->operand, &status)) return true;
    for (const char *const *path = options->core.exe_paths; path && *path; path++)
        if (is_file(*path, &status)) return true;
    return is_elf(options->output);
}

struct gt_error *gt_output_check(const struct gt_options *options)
{
    if (!options->output) return check_terminal(options);
    if (is_input(options))
        return gt_error_create(GT_ERR_USAGE,
                               "-o %s: expected a file to write to, found a core or a program; "
                               "name another one",
                               options->output);
    char *folder = folder_of(options->output);
    bool writable = access(is_special(options->output) ? options->output : folder, W_OK) == 0;
    gt_free(folder);
    return writable ? NULL : cannot_write(options->output);
}

/* The target of a link, so that a rename replaces the target and not the link. */
static char *resolve(const char *path)
{
    char *real = gt_adopt(realpath(path, NULL));

    return real ? real : gt_strdup(path);
}

/* The permissions of the file that is replaced, or of a new one. */
static mode_t permissions(const char *path)
{
    struct stat status;

    if (stat(path, &status) == 0) return status.st_mode & 07777;
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* The document is written in memory, so that no signal leaves a partial file. */
static struct gt_error *open_memory(struct gt_output *output, const char *path)
{
    int file = memfd_create("gotopsy", MFD_CLOEXEC);

    if (file >= 0) output->file = fdopen(file, "w+");
    if (!output->file) {
        struct gt_error *error = cannot_write(path);
        if (file >= 0) close(file);
        return error;
    }
    output->path = resolve(path);
    return NULL;
}

static bool copy(int to, int from)
{
    off_t at = 0;
    ssize_t sent;

    while ((sent = sendfile(to, from, &at, (size_t)1 << 30)) > 0)
        ;
    return sent == 0;
}

static bool write_beside(const struct gt_output *output, int file, const char *temporary)
{
    return fflush(output->file) == 0 && fchmod(file, permissions(output->path)) == 0 &&
           copy(file, fileno(output->file)) && rename(temporary, output->path) == 0;
}

/* Signals that users send are blocked while the temporary file has a name. */
static struct gt_error *replace(const struct gt_output *output)
{
    char *temporary = gt_format("%s.XXXXXX", output->path);
    struct gt_error *error = NULL;
    sigset_t all, before;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    int file = mkstemp(temporary);
    if (file < 0 || !write_beside(output, file, temporary)) {
        error = cannot_write(output->path);
        if (file >= 0) unlink(temporary);
    }
    if (file >= 0) close(file);
    sigprocmask(SIG_SETMASK, &before, NULL);
    gt_free(temporary);
    return error;
}

static void open_standard(struct gt_output *output, const struct gt_options *options)
{
    fflush(stdout);
    if (options->pager) output->file = popen(options->pager, "w");
    output->paged = output->file;
    if (!output->file) output->file = stdout;
    FILE *noting = options->shown ? gt_shown_open(options->shown, output->file) : NULL;
    if (!noting) return;
    output->behind = output->file;
    output->file = noting;
}

struct gt_error *gt_output_open(struct gt_output *output, const struct gt_options *options)
{
    struct gt_error *error = NULL;

    *output = (struct gt_output){0};
    if (!options->output)
        open_standard(output, options);
    else if (!is_special(options->output))
        error = open_memory(output, options->output);
    else if (!(output->file = fopen(options->output, "w")))
        error = cannot_write(options->output);
    if (!output->file) return error;
    FILE *seen = output->paged || output->behind ? stdout : output->file;
    output->style = (struct gt_style){
        .size = sizeof output->style,
        .colour = coloured(options, seen),
        .width = width_of(options, seen),
        .all = options->all,
    };
    return NULL;
}

static struct gt_error *close_pager(struct gt_output *output, struct gt_error *error)
{
    bool left = error && gt_error_errno(error) == EPIPE;

    pclose(output->file);
    if (!left) return error;
    gt_error_destroy(error);
    return NULL;
}

/* Closes a stream that records addresses. The stream below it stays open. */
static void close_noting(struct gt_output *output)
{
    if (!output->behind) return;
    fclose(output->file); /* an error was reported when it was written */
    output->file = output->behind;
    output->behind = NULL;
}

struct gt_error *gt_output_close(struct gt_output *output, struct gt_error *error)
{
    close_noting(output);
    if (output->paged) return close_pager(output, error);
    if (output->path && !error) error = replace(output);
    if (output->file != stdout && fclose(output->file) != 0 && !error)
        error = cannot_write(output->path ? output->path : "the output");
    gt_free(output->path);
    return error;
}
