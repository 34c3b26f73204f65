/* Files that a core names. They may be under another root than this machine's. */
#include "inspector/base/alloc.h"
#include "inspector/core/core_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The path within the folder `root` of `file`; neither has links. NULL when it is outside. */
static const char *inside(const char *root, const char *file)
{
    size_t length = strlen(root);

    if (strcmp(root, "/") == 0) return file;
    return strncmp(file, root, length) == 0 && file[length] == '/' ? file + length : NULL;
}

/* For kernels without openat2, or seccomp rules that refuse it: links are followed as on this
 * machine, and paths that lead out of the root are refused. */
static char *resolve_checked(const char *root, const char *path)
{
    char *joined = gt_format("%s/%s", root, path);
    char *real = gt_adopt(realpath(joined, NULL)), *top = gt_adopt(realpath(root, NULL));

    gt_free(joined);
    if (!real || !top || !inside(top, real)) {
        gt_free(real);
        real = NULL;
    }
    gt_free(top);
    return real;
}

/* Symbolic links are followed as if the directory were the root, so none leads out of it. */
static char *resolve_in(const char *root, const char *path)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
    char link[32], real[PATH_MAX];
    int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    ssize_t length = -1;

    if (dir < 0) return NULL;
    int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how), failed = errno;
    close(dir);
    errno = failed;
    if (fd < 0) return errno == ENOSYS || errno == EPERM ? resolve_checked(root, path) : NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, real, sizeof real - 1);
    close(fd);
    if (length <= 0) return NULL;
    real[length] = '\0';
    return gt_strdup(real);
}

char *gt_regular_file(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode) ? gt_strdup(path) : NULL;
}

char *gt_core_file(const struct gt_core *core, const char *path)
{
    if (!core->sysroot) return gt_regular_file(path);
    char *resolved = resolve_in(core->sysroot, path);
    char *file = resolved ? gt_regular_file(resolved) : NULL;
    gt_free(resolved);
    return file;
}

const char *gt_core_inside(const struct gt_core *core, const char *file)
{
    char *root = core->sysroot ? gt_adopt(realpath(core->sysroot, NULL)) : gt_strdup("/");
    const char *path = root ? inside(root, file) : NULL;

    gt_free(root);
    return path;
}
