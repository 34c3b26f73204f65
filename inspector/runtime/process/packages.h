/*
 * The origin of a function, by its package: the program itself, a dependency, or Go's library.
 *
 * The build information names the main module and its dependencies. A module whose version is
 * "(devel)" was built from a local folder (the main module, a workspace, a replacement by a path),
 * and is the program's own. A package of no module, or of a program without build information, is
 * Go's library if its file is where the runtime's files are, else the program's own.
 *
 * The packages own their table; its texts live as long as the process.
 */
#ifndef GT_RUNTIME_PACKAGES_H
#define GT_RUNTIME_PACKAGES_H

#include "gotopsy.h"
#include "gotypes/code/pclntab.h"
#include "inspector/base/arena.h"
#include "inspector/base/package.h"
#include "inspector/base/vec.h"

struct gt_packages {
    struct gt_vec modules;    /* by path, sorted */
    const char *main_module;  /* "example.com/app"; NULL when unknown */
    const char *main_package; /* "example.com/app/cmd/server"; NULL when unknown */
    const char *library; /* "/usr/local/go/src/": the folder of Go's own files; "" with -trimpath */
};

/* `build_info` is the text of modules in the binary's build information, or NULL. */
void gt_packages_init(struct gt_packages *packages, struct gt_arena *names, const char *build_info);
void gt_packages_deinit(struct gt_packages *packages);

/* Finds the folder of Go's own files, by the function table. */
void gt_packages_find_library(struct gt_packages *packages, struct gt_arena *names,
                              const struct gt_pclntab *tab);

enum gt_origin gt_origin_of(const struct gt_packages *packages, const char *function,
                            const char *file);

/* Is it a package of Go's library, by its path alone? No such package has a dot in its first
 * element, or is in a module. */
bool gt_package_is_librarys(const struct gt_packages *packages, const char *path);

/* Is it a package of the program itself, which no dependency can import? Types of such a package
 * have names in the program's code alone. */
bool gt_package_is_programs(const struct gt_packages *packages, const char *path);

/* The file's path from the top of its module, in `storage`: "internal/fetch/fetch.go" of the main
 * module, "github.com/x/y@v1.2.0/z.go" of a dependency, "net/http/transport.go" of Go's library. */
const char *gt_source_of(const struct gt_packages *packages, const char *function, const char *file,
                         struct gt_arena *storage);

#endif
