/*
 * In which function of the source a closure was written.
 *
 * Up to Go 1.26 the compiler makes a closure of an inlined function once more for each caller, and
 * names it after the caller: "main.peek.pages.func1" is written in main.pages, which was inlined
 * into main.peek (cmd/compile/internal/ir/func.go, closureName). Calls that were inlined one into
 * the other follow each other without their packages, and a type's dots look the same
 * ("main.conn.read.func1"). The caller's own table of inlined calls says which one it is, and
 * gives the package. Without such an entry the name is taken apart only if caller and closure lie
 * in one folder.
 */
#ifndef GT_RUNTIME_CLOSURE_NAMES_H
#define GT_RUNTIME_CLOSURE_NAMES_H

#include "inspector/base/arena.h"
#include "inspector/unwind/goframes.h"

/* What is known of the functions in a program. */
struct gt_name_facts {
    void *ctx;
    /* Is there a function with the first `length` bytes of this name? */
    bool (*exists)(void *ctx, const char *name, size_t length);
    /* The full name of the last of some calls that were inlined one into the other, the first of
     * them into `outer`: `calls` joins their names without packages by dots. NULL: none is known.
     */
    const char *(*inlined)(void *ctx, const char *outer, size_t length, const char *calls);
    /* Is the code of this function in the same folder as the closure? */
    bool (*beside)(void *ctx, const char *outer, size_t length);
};

/* "main.pages" for "main.peek.pages.func1"; NULL when `name` is not of an inlined function's
 * closure, or that cannot be told. The text is the storage's. */
const char *gt_closure_source(const struct gt_name_facts *facts, const char *name,
                              struct gt_arena *storage);

/* The same for a function of a process, whose code is in `file`. Reads the names of all functions
 * if the name is in doubt, so ask only for names that the report shows. */
const char *gt_closure_written_in(const struct gt_text *code, const char *name, const char *file,
                                  struct gt_arena *storage);

#endif
