/* Files that a core names, which may lie under another root than this machine's. */
#include "inspector/base/alloc.h"
#include "inspector/core/core_impl.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Symbolic links are followed as if the directory were the root, so that none leads out of it. */
static char *resolve_in(const char *root, const char *path)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
    char link[32], real[PATH_MAX];
    int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    ssize_t length = -1;

    if (dir < 0) return NULL;
    int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
    close(dir);
    if (fd < 0) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, real, sizeof real - 1);
    close(fd);
    if (length <= 0) return NULL;
    real[length] = '\0';
    return gt_strdup(real);
}

char *gt_core_file(const struct gt_core *core, const char *path)
{
    struct stat info;
    char *file = core->sysroot ? resolve_in(core->sysroot, path) : gt_strdup(path);

    if (file && stat(file, &info) == 0 && S_ISREG(info.st_mode)) return file;
    free(file);
    return NULL;
}
