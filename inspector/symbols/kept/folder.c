/* Every step is relative to the folder's descriptor, so that nobody puts another folder in its
 * place. A file's time says when it was last used. After each writing, the oldest files are removed
 * until the rest fits. */
#include "inspector/symbols/kept/folder.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OTHERS_MAY_WRITE = S_IWGRP | S_IWOTH, MOST_FILES = 1 << 16, MOST_NAME = 256 };

struct file {
    struct timespec used;
    uint64_t size;
    char name[MOST_NAME];
};

static const char unfinished[] = ".unfinished-";

static bool is_own(const struct stat *status)
{
    return status->st_uid == geteuid() && !(status->st_mode & OTHERS_MAY_WRITE);
}

/* The descriptor, or -1. */
static int open_folder(const struct gt_kept_folder *folder)
{
    struct stat status;
    int file = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) return -1;
    if (fstat(file, &status) == 0 && is_own(&status)) return file;
    close(file);
    return -1;
}

/* ---- reading ------------------------------------------------------------------------------- */

static bool read_all(int file, unsigned char *to, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t got = pread(file, to + at, size - at, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += (size_t)got;
    }
    return true;
}

static void *read_file(int file, uint64_t most, size_t *size)
{
    struct stat status;

    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || !is_own(&status) ||
        status.st_size <= 0 || (uint64_t)status.st_size > most)
        return NULL;
    *size = (size_t)status.st_size;
    void *bytes = gt_try_alloc(*size);
    if (bytes && read_all(file, bytes, *size)) {
        (void)futimens(file, NULL);
        return bytes;
    }
    gt_free(bytes);
    return NULL;
}

void *gt_kept_read(const struct gt_kept_folder *folder, const char *name, size_t *size)
{
    int before = errno, in = open_folder(folder);
    int file = in < 0 ? -1 : openat(in, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    void *bytes = file < 0 ? NULL : read_file(file, folder->file, size);

    if (file >= 0) close(file);
    if (in >= 0) close(in);
    errno = before;
    return bytes;
}

/* ---- the bound ----------------------------------------------------------------------------- */

static int by_use(const void *a, const void *b)
{
    const struct file *x = a, *y = b;

    if (x->used.tv_sec != y->used.tv_sec) return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    if (x->used.tv_nsec != y->used.tv_nsec) return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Reads at most `cap` entries; a folder with more loses some of those first. */
static size_t list_files(DIR *directory, struct file *files, size_t cap)
{
    size_t count = 0;

    for (struct dirent *entry; count < cap && (entry = readdir(directory));) {
        struct file *file = &files[count];
        struct stat status;
        size_t length = strlen(entry->d_name);
        if (length >= sizeof file->name ||
            fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(status.st_mode))
            continue;
        *file = (struct file){.used = status.st_mtim, .size = (uint64_t)status.st_size};
        memcpy(file->name, entry->d_name, length + 1);
        count++;
    }
    return count;
}

/* A writer that was ended leaves an unfinished file, which grows old as any other. */
static void remove_oldest(int folder, struct file *files, size_t count, uint64_t most)
{
    uint64_t total = 0;

    qsort(files, count, sizeof *files, by_use);
    for (size_t i = 0; i < count; i++)
        total += files[i].size;
    for (size_t i = 0; i < count && total > most; i++)
        if (unlinkat(folder, files[i].name, 0) == 0 || errno == ENOENT) total -= files[i].size;
}

static size_t entries_of(DIR *directory)
{
    size_t count = 0;

    while (count < MOST_FILES && readdir(directory))
        count++;
    rewinddir(directory);
    return count;
}

static void keep_bound(int folder, uint64_t most)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = copy < 0 ? NULL : fdopendir(copy);

    if (!directory) {
        if (copy >= 0) close(copy);
        return;
    }
    size_t cap = entries_of(directory);
    struct file *files = gt_try_alloc((cap + 1) * sizeof *files);
    if (files) remove_oldest(folder, files, list_files(directory, files, cap), most);
    gt_free(files);
    closedir(directory);
}

/* ---- writing ------------------------------------------------------------------------------- */

static bool write_all(int file, const unsigned char *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t put = write(file, bytes + at, size - at);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        at += (size_t)put;
    }
    return true;
}

static void replace(int folder, const char *name, const void *bytes, size_t size)
{
    char draft[64];
    uint64_t random = 0;

    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random) return;
    snprintf(draft, sizeof draft, "%s%016" PRIx64, unfinished, random);
    int file = openat(folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return;
    bool whole = write_all(file, bytes, size);
    whole &= close(file) == 0; /* some file systems report a full disk here */
    if (!whole || renameat(folder, draft, folder, name) != 0) (void)unlinkat(folder, draft, 0);
}

/* Opening the folder says whether that worked. */
static void make_folders(const char *path)
{
    char *part = gt_strdup(path);

    for (char *slash = part && *part ? strchr(part + 1, '/') : NULL; slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(part, 0700);
        *slash = '/';
    }
    (void)mkdir(path, 0700);
    gt_free(part);
}

static int make_and_open(const struct gt_kept_folder *folder)
{
    int in = open_folder(folder);

    if (in >= 0 || errno != ENOENT) return in;
    make_folders(folder->path);
    return open_folder(folder);
}

void gt_kept_write(const struct gt_kept_folder *folder, const char *name, const void *bytes,
                   size_t size)
{
    int before = errno, in = size > folder->file ? -1 : make_and_open(folder);

    if (in >= 0) {
        replace(in, name, bytes, size);
        keep_bound(in, folder->total);
        close(in);
    }
    errno = before;
}
