/*
 * Packages, by the names of their functions and types: "net/http" of "net/http.(*Client).Do". Names
 * are compared as a whole, as the linker has them, so a module of the program never counts as a
 * package of Go.
 */
#ifndef GT_BASE_PACKAGE_H
#define GT_BASE_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>

/* Length of the package in a function's name: "net/http" of "net/http.(*Client).Do". 0 when it has
 * none. */
size_t gt_package_length(const char *function);

/* Is it a function of exactly this package, such as "runtime" or "sync"? */
bool gt_is_in_package(const char *function, const char *package);

/* Is it the path of a package of the runtime: of package runtime, or of one below
 * internal/runtime? */
bool gt_is_runtime_package(const char *path);

/* Is it a function of the runtime, in package runtime or below internal/runtime? A module of the
 * program named runtime.example/x is not. */
bool gt_is_runtimes(const char *function);

#endif
