/*
 * The source function in which a closure was written.
 *
 * Up to Go 1.26 the compiler makes a closure of an inlined function once more for each caller, and
 * names it after the caller: "main.peek.pages.func1" is written in main.pages, which was inlined
 * into main.peek (cmd/compile/internal/ir/func.go, closureName). Calls that were inlined one into
 * the other are joined without their packages, and a type's dots look the same
 * ("main.conn.read.func1"). The caller's own table of inlined calls decides, and has the package.
 * Without an entry there, the name is split only if caller and closure are in one folder.
 */
#ifndef GT_RUNTIME_CLOSURE_NAMES_H
#define GT_RUNTIME_CLOSURE_NAMES_H

#include "inspector/base/arena.h"
#include "inspector/unwind/goframes.h"

/* What is known of the functions of a program. */
struct gt_name_facts {
    void *ctx;
    /* Is there a function with the first `length` bytes of this name? */
    bool (*exists)(void *ctx, const char *name, size_t length);
    /* The full name of the last of several calls that were inlined one into the other, the first of
     * them into `outer`. `calls` has their names without packages, joined by dots. NULL: not
     * known. */
    const char *(*inlined)(void *ctx, const char *outer, size_t length, const char *calls);
    /* Is the code of this function in the same folder as the closure? */
    bool (*beside)(void *ctx, const char *outer, size_t length);
};

/* "main.pages" for "main.peek.pages.func1"; NULL when `name` is not of an inlined function's
 * closure, or that cannot be known. The text belongs to the storage. */
const char *gt_closure_source(const struct gt_name_facts *facts, const char *name,
                              struct gt_arena *storage);

/* The same for a function of a process, whose code is in `file`. If the name is ambiguous it reads
 * the names of all functions, so it is only for names that the report shows. */
const char *gt_closure_written_in(const struct gt_text *code, const char *name, const char *file,
                                  struct gt_arena *storage);

#endif
