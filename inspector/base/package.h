/*
 * Packages, by the names of their functions and types: "net/http" of "net/http.(*Client).Do". Names
 * are whole, as the linker has them, so that a module of the program's is never taken for Go's own.
 */
#ifndef GT_BASE_PACKAGE_H
#define GT_BASE_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes of a function's name that are its package: "net/http" of "net/http.(*Client).Do". 0
 * when it has none. */
size_t gt_package_length(const char *function);

/* Is it a function of that very package, "runtime" or "sync"? */
bool gt_is_in_package(const char *function, const char *package);

/* Is it the runtime's own, in package runtime or below internal/runtime? A module of the program's
 * may be called runtime.example/x, and is not. */
bool gt_is_runtimes(const char *function);

#endif
