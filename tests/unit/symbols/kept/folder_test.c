/* The folder of kept files: its bound, its rights, and many who write at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/alloc.h"
#include "inspector/symbols/kept/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 1 << 12, FULL = 1 << 14 };

static char parent[64];

static int make(void **state)
{
    (void)state;
    strcpy(parent, "/tmp/folder_test.XXXXXX");
    return mkdtemp(parent) ? 0 : -1;
}

static int clean(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", parent);
    return system(command);
}

static struct gt_kept_folder folder_at(char path[128])
{
    snprintf(path, 128, "%s/above/cache", parent);
    return (struct gt_kept_folder){path, MOST, FULL};
}

static bool holds(const struct gt_kept_folder *folder, const char *name, const char *text)
{
    size_t size = 0;
    char *bytes = gt_kept_read(folder, name, &size);
    bool same = bytes && size == strlen(text) && memcmp(bytes, text, size) == 0;

    gt_free(bytes);
    return same;
}

static bool is_missing(const struct gt_kept_folder *folder, const char *name)
{
    size_t size = 0;
    void *bytes = gt_kept_read(folder, name, &size);

    gt_free(bytes);
    return !bytes;
}

static unsigned mode_of(const char *folder, const char *name)
{
    char path[256];
    struct stat status;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode & 07777;
}

static size_t count_files(const char *path, uint64_t *bytes)
{
    DIR *directory = opendir(path);
    size_t count = 0;

    *bytes = 0;
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        struct stat status;
        assert_int_equal(fstatat(dirfd(directory), entry->d_name, &status, 0), 0);
        if (!S_ISREG(status.st_mode)) continue;
        count++;
        *bytes += (uint64_t)status.st_size;
    }
    closedir(directory);
    return count;
}

static void a_file_is_for_the_user_alone(void **state)
{
    char path[128];
    struct gt_kept_folder folder = folder_at(path);
    uint64_t bytes;

    (void)state;
    assert_true(is_missing(&folder, "a"));
    assert_int_equal(access(path, F_OK), -1); /* reading makes no folder */
    umask(0);
    gt_kept_write(&folder, "a", "one", 3);
    assert_true(holds(&folder, "a", "one"));
    gt_kept_write(&folder, "a", "another", 7);
    assert_true(holds(&folder, "a", "another"));
    assert_int_equal(mode_of(path, "a"), 0600);
    assert_int_equal(mode_of(path, "."), 0700);
    assert_int_equal(count_files(path, &bytes), 1);
}

static void what_others_may_write_is_not_used(void **state)
{
    char path[128], name[256];
    struct gt_kept_folder folder = folder_at(path);

    (void)state;
    gt_kept_write(&folder, "a", "one", 3);
    snprintf(name, sizeof name, "%s/a", path);
    assert_int_equal(chmod(name, 0660), 0);
    assert_true(is_missing(&folder, "a"));
    gt_kept_write(&folder, "a", "two", 3);
    assert_true(holds(&folder, "a", "two"));
    assert_int_equal(chmod(path, 0777), 0);
    assert_true(is_missing(&folder, "a"));
    gt_kept_write(&folder, "b", "three", 5);
    assert_int_equal(chmod(path, 0700), 0);
    assert_true(is_missing(&folder, "b"));
}

static void what_others_own_is_not_used(void **state)
{
    char path[128], name[256];
    struct gt_kept_folder folder = folder_at(path);

    (void)state;
    gt_kept_write(&folder, "a", "one", 3);
    snprintf(name, sizeof name, "%s/a", path);
    if (chown(name, 12345, (gid_t)-1) != 0) {
        print_message("skipped: only root may give files away\n");
        skip();
    }
    assert_true(is_missing(&folder, "a"));
    gt_kept_write(&folder, "a", "two", 3);
    assert_true(holds(&folder, "a", "two"));
    assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
    assert_true(is_missing(&folder, "a"));
    gt_kept_write(&folder, "b", "two", 3);
    snprintf(name, sizeof name, "%s/b", path);
    assert_int_equal(access(name, F_OK), -1);
}

static void links_and_others_than_files_are_not_followed(void **state)
{
    char path[128], name[256], elsewhere[256];
    struct gt_kept_folder folder = folder_at(path);

    (void)state;
    gt_kept_write(&folder, "a", "one", 3);
    snprintf(name, sizeof name, "%s/link", path);
    snprintf(elsewhere, sizeof elsewhere, "%s/a", path);
    assert_int_equal(symlink(elsewhere, name), 0);
    assert_true(is_missing(&folder, "link"));
    gt_kept_write(&folder, "link", "two", 3);
    assert_true(holds(&folder, "link", "two"));
    assert_true(holds(&folder, "a", "one"));
    snprintf(name, sizeof name, "%s/pipe", path);
    assert_int_equal(mkfifo(name, 0600), 0);
    assert_true(is_missing(&folder, "pipe"));
    snprintf(name, sizeof name, "%s/folder", path);
    assert_int_equal(mkdir(name, 0700), 0);
    assert_true(is_missing(&folder, "folder"));
    gt_kept_write(&folder, "folder", "two", 3); /* it cannot take the folder's place */
    assert_true(is_missing(&folder, "folder"));
    snprintf(elsewhere, sizeof elsewhere, "%s/linked", parent);
    assert_int_equal(symlink(path, elsewhere), 0);
    folder.path = elsewhere;
    assert_true(is_missing(&folder, "a"));
}

static void set_age(const char *folder, const char *name, time_t seconds)
{
    struct timespec times[2] = {{.tv_sec = 1000000 + seconds}, {.tv_sec = 1000000 + seconds}};
    char path[256];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void the_files_that_were_used_last_stay(void **state)
{
    static const char page[MOST] = "x";
    char path[128], name[16];
    struct gt_kept_folder folder = folder_at(path);
    uint64_t bytes;

    (void)state;
    gt_kept_write(&folder, "large", page, MOST - 1);
    set_age(path, "large", -1);
    folder.file = MOST - 2;
    assert_true(is_missing(&folder, "large")); /* larger than a file may be */
    folder.file = MOST;
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%d", i);
        gt_kept_write(&folder, name, page, MOST);
        set_age(path, name, i);
    }
    assert_false(is_missing(&folder, "0")); /* which makes it the latest */
    gt_kept_write(&folder, "new", page, MOST);
    assert_int_equal(count_files(path, &bytes), 4);
    assert_true(bytes <= FULL);
    assert_false(is_missing(&folder, "new"));
    assert_false(is_missing(&folder, "0"));
    assert_true(is_missing(&folder, "1"));
    gt_kept_write(&folder, "larger", page, MOST + 1);
    assert_true(is_missing(&folder, "larger"));
}

/* Each writes texts of one letter, and reads only such. */
static void write_often(const struct gt_kept_folder *folder, int letter)
{
    char text[MOST];

    for (int i = 1; i <= 200; i++) {
        size_t size = 0;
        memset(text, letter, sizeof text);
        gt_kept_write(folder, "shared", text, (size_t)i * 16);
        char *read = gt_kept_read(folder, "shared", &size);
        for (size_t at = 0; read && at < size; at++)
            if (read[at] != read[0]) _exit(1);
        gt_free(read);
    }
    _exit(0);
}

static void many_may_write_at_once(void **state)
{
    enum { WRITERS = 4 };
    char path[128];
    struct gt_kept_folder folder = folder_at(path);
    pid_t writers[WRITERS];
    uint64_t bytes;

    (void)state;
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = fork();
        assert_true(writers[i] >= 0);
        if (!writers[i]) write_often(&folder, 'a' + i);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = -1;
        assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(count_files(path, &bytes), 1);
    assert_false(is_missing(&folder, "shared"));
}

/* A limit on the size of files ends a write as a full disk does. */
static void a_write_that_fails_leaves_the_old_file(void **state)
{
    static const char page[MOST] = "x";
    const struct rlimit limit = {100, RLIM_INFINITY};
    struct rlimit before;
    char path[128];
    struct gt_kept_folder folder = folder_at(path);
    uint64_t bytes;

    (void)state;
    gt_kept_write(&folder, "a", "one", 3);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    gt_kept_write(&folder, "a", page, sizeof page);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(holds(&folder, "a", "one"));
    assert_int_equal(count_files(path, &bytes), 1);
}

static void without_a_folder_nothing_happens(void **state)
{
    static const char *const nowhere[] = {"/proc/self/cache", "/dev/null/cache", ""};

    (void)state;
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
        struct gt_kept_folder folder = {nowhere[i], MOST, FULL};
        gt_kept_write(&folder, "a", "one", 3);
        assert_true(is_missing(&folder, "a"));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_for_the_user_alone),
        TEST(what_others_may_write_is_not_used),
        TEST(what_others_own_is_not_used),
        TEST(links_and_others_than_files_are_not_followed),
        TEST(the_files_that_were_used_last_stay),
        TEST(many_may_write_at_once),
        TEST(a_write_that_fails_leaves_the_old_file),
        TEST(without_a_folder_nothing_happens),
    };

    return cmocka_run_group_tests_name("kept files", tests, NULL, NULL);
}
