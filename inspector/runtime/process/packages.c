/* Keeps the modules of the build information sorted by path. A package's module is found by a
 * binary search for its path, which is cut at its last slash until a module has it. */
#include "inspector/runtime/process/packages.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_PACKAGE = 512, /* bytes of a package path; no module has a longer one */
    MAX_TRIED = 4096,  /* functions that are searched for one of the runtime */
    MAX_INLINED = 16,
};

static const char local_version[] = "(devel)";

struct module {
    const char *path;   /* as in the names of packages */
    const char *source; /* "github.com/x/y@v1.2.0": the module with the files */
    bool own;
};

struct text {
    const char *at;
    size_t length;
};

/* ---- the build information ------------------------------------------------------------------ */

/* The next field of a line, up to a tab or the line's end. */
static struct text next_field(const char **at)
{
    struct text field = {*at, strcspn(*at, "\t\n")};

    *at += field.length;
    if (**at == '\t') ++*at;
    return field;
}

static bool is(struct text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.at, word, text.length) == 0;
}

static const char *keep(struct gt_arena *names, struct text text)
{
    return gt_arena_strndup(names, text.at, text.length);
}

static void set_source(struct module *module, struct gt_arena *names, struct text path,
                       struct text version)
{
    module->own = is(version, local_version) || version.length == 0;
    module->source = module->own ? module->path
                                 : gt_arena_format(names, "%.*s@%.*s", (int)path.length, path.at,
                                                   (int)version.length, version.at);
}

/* One line: "path", "mod", "dep" or "=>", then fields between tabs (debug/buildinfo). */
static void read_line(struct gt_packages *packages, struct gt_arena *names, const char *at)
{
    struct text word = next_field(&at), path = next_field(&at), version = next_field(&at);
    size_t count = packages->modules.len;

    if (is(word, "path")) {
        packages->main_package = keep(names, path);
    } else if (is(word, "=>") && count) {
        set_source(gt_vec_at(&packages->modules, count - 1), names, path, version);
    } else if ((is(word, "mod") || is(word, "dep")) && path.length) {
        struct module *module = gt_vec_push(&packages->modules);
        module->path = keep(names, path);
        set_source(module, names, path, version);
        if (!is(word, "mod")) return;
        module->own = true;
        packages->main_module = module->path;
    }
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct module *)a)->path, ((const struct module *)b)->path);
}

void gt_packages_init(struct gt_packages *packages, struct gt_arena *names, const char *build_info)
{
    *packages = (struct gt_packages){.modules = GT_VEC_OF(struct module)};
    for (const char *at = build_info; at && *at;) {
        read_line(packages, names, at);
        at += strcspn(at, "\n");
        if (*at) at++;
    }
    if (packages->modules.len)
        qsort(packages->modules.data, packages->modules.len, sizeof(struct module), by_path);
}

void gt_packages_deinit(struct gt_packages *packages)
{
    gt_vec_deinit(&packages->modules);
}

/* ---- Go's library --------------------------------------------------------------------------- */

void gt_packages_find_library(struct gt_packages *packages, struct gt_arena *names,
                              const struct gt_pclntab *tab)
{
    static const char folder[] = "runtime/";
    struct gt_source_pos positions[MAX_INLINED];
    struct gt_func func;

    for (size_t i = 0; !packages->library && i < MAX_TRIED && i < gt_pclntab_count(tab); i++) {
        if (!gt_func_at(tab, i, &func) || !gt_is_in_package(gt_func_name(tab, &func), "runtime"))
            continue;
        size_t count = gt_func_positions(tab, &func, func.entry, positions, MAX_INLINED);
        const char *file = count ? positions[count - 1].file : NULL;
        const char *slash = file ? strrchr(file, '/') : NULL;
        size_t length = slash ? (size_t)(slash + 1 - file) : 0, end = sizeof folder - 1;
        if (length >= end && memcmp(file + length - end, folder, end) == 0)
            packages->library = gt_arena_strndup(names, file, length - end);
    }
}

/* ---- packages ------------------------------------------------------------------------------- */

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The package's path. In names of functions, a dot of its last element is "%2e". */
static bool package_of(const char *function, char *out)
{
    size_t length = gt_package_length(function), made = 0;

    if (length == 0 || length >= MAX_PACKAGE) return false;
    for (size_t i = 0; i < length; i++) {
        bool escaped = function[i] == '%' && i + 2 < length && hex(function[i + 1]) >= 0 &&
                       hex(function[i + 2]) >= 0;
        out[made++] =
            (char)(escaped ? hex(function[i + 1]) << 4 | hex(function[i + 2]) : function[i]);
        if (escaped) i += 2;
    }
    out[made] = '\0';
    return true;
}

static const struct module *module_named(const struct gt_packages *packages, const char *path)
{
    struct module wanted = {.path = path};

    if (!packages->modules.len) return NULL;
    return bsearch(&wanted, packages->modules.data, packages->modules.len, sizeof wanted, by_path);
}

/* The module with the longest path that is a prefix of the package's path. */
static const struct module *module_of(const struct gt_packages *packages, const char *package)
{
    char path[MAX_PACKAGE];
    const struct module *module = NULL;

    snprintf(path, sizeof path, "%s", package);
    while (!module && *path) {
        module = module_named(packages, path);
        char *slash = strrchr(path, '/');
        *(slash ? slash : path) = '\0';
    }
    return module;
}

/* A function may be in another package than its file: runtime/sema.go has functions of sync. */
static bool in_library(const struct gt_packages *packages, const char *file)
{
    size_t length = packages->library ? strlen(packages->library) : 0;

    return length && strncmp(file, packages->library, length) == 0 && file[length];
}

/* With -trimpath, a file of Go's library is its package's path and a name. No package of the
 * library has a dot in its first element. A wrapper that the compiler made has no file:
 * net.(*TCPConn).Read, which calls that of net.conn. */
static bool is_librarys(const struct gt_packages *packages, const char *package, const char *file)
{
    size_t length = packages->library ? strlen(packages->library) : 0;

    if (!packages->library || !file) return false;
    if (strcmp(file, "<autogenerated>") == 0) return gt_package_is_librarys(packages, package);
    if (length) return in_library(packages, file);
    length = strlen(package);
    return !memchr(package, '.', strcspn(package, "/")) && strncmp(file, package, length) == 0 &&
           file[length] == '/';
}

bool gt_package_is_librarys(const struct gt_packages *packages, const char *path)
{
    return strcmp(path, "main") != 0 && !memchr(path, '.', strcspn(path, "/")) &&
           !module_of(packages, path);
}

bool gt_package_is_programs(const struct gt_packages *packages, const char *path)
{
    const struct module *module = module_of(packages, path);

    return strcmp(path, "main") == 0 ||
           (module && packages->main_module && strcmp(module->path, packages->main_module) == 0);
}

enum gt_origin gt_origin_of(const struct gt_packages *packages, const char *function,
                            const char *file)
{
    char package[MAX_PACKAGE];

    if (!file) return GT_ORIGIN_UNKNOWN;
    if (!package_of(function, package))
        return GT_ORIGIN_LIBRARY; /* functions made by cgo and the
                                   * linker */
    if (strcmp(package, "main") == 0) return GT_ORIGIN_PROGRAM;
    const struct module *module = module_of(packages, package);
    if (module) return module->own ? GT_ORIGIN_PROGRAM : GT_ORIGIN_DEPENDENCY;
    return is_librarys(packages, package, file) ? GT_ORIGIN_LIBRARY : GT_ORIGIN_PROGRAM;
}

/* ---- files ---------------------------------------------------------------------------------- */

/* An external test is in its package's folder: "example.com/app/fetch_test" is in fetch. */
static void strip_test(char *package, const char *file, const char *name)
{
    static const char suffix[] = "_test";
    size_t length = strlen(package), end = sizeof suffix - 1, before = (size_t)(name - file);

    if (length <= end || strcmp(package + length - end, suffix) != 0) return;
    if (before > end && memcmp(name - 1 - end, suffix, end) == 0) return;
    package[length - end] = '\0';
}

static const char *in_module(const struct gt_packages *packages, const struct module *module,
                             const char *package, const char *name, struct gt_arena *storage)
{
    const char *inside = package + strlen(module->path);
    bool is_main = packages->main_module && strcmp(module->path, packages->main_module) == 0;

    if (!is_main) return gt_arena_format(storage, "%s%s/%s", module->source, inside, name);
    if (*inside == '/') return gt_arena_format(storage, "%s/%s", inside + 1, name);
    return gt_arena_strndup(storage, name, strlen(name));
}

const char *gt_source_of(const struct gt_packages *packages, const char *function, const char *file,
                         struct gt_arena *storage)
{
    char package[MAX_PACKAGE] = "";
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;

    if (in_library(packages, file))
        return gt_arena_format(storage, "%s", file + strlen(packages->library));
    bool known = package_of(function, package);
    if (strcmp(package, "main") == 0)
        snprintf(package, sizeof package, "%s",
                 packages->main_package ? packages->main_package : "");
    if (!known || *file == '<') return gt_arena_strndup(storage, name, strlen(name));
    strip_test(package, file, name);
    const struct module *module = module_of(packages, package);
    if (module) return in_module(packages, module, package, name, storage);
    if (!*package || strcmp(package, "command-line-arguments") == 0 || strcmp(package, "main") == 0)
        return gt_arena_strndup(storage, name, strlen(name));
    return gt_arena_format(storage, "%s/%s", package, name);
}
