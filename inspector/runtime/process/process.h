/*
 * A dead Go process: its core, its binary, and its code, types and layouts.
 *
 * All of runtime/ reads the process through this record. open_process.h makes one. The process owns
 * everything that it points to, until gt_process_close().
 *
 * Invariant: whatever could not be read has a line in `losses`. Nothing is left out silently.
 */
#ifndef GT_RUNTIME_PROCESS_H
#define GT_RUNTIME_PROCESS_H

#include "gotypes/layouts/chain.h"
#include "gotypes/layouts/known.h"
#include "gotypes/types/maps.h"
#include "gotypes/types/named_types.h"
#include "gotypes/types/rtype_facts.h"
#include "inspector/base/arena.h"
#include "inspector/base/vec.h"
#include "inspector/core/libraries.h"
#include "inspector/runtime/process/contradictions.h"
#include "inspector/runtime/process/packages.h"
#include "inspector/symbols/dwarf.h"
#include "inspector/unwind/goframes.h"

/* The evidence that a loss belongs to. A detector names the evidence that it needs. If some of that
 * is lost, "not found" proves nothing for its kind. */
enum gt_evidence {
    GT_OF_HEAP, /* spans, their memory, the types of their objects */
    GT_OF_GLOBALS,
    GT_OF_GOROUTINES, /* goroutines, their stacks and frames */
    GT_OF_TIMERS,
    GT_OF_SPECIALS, /* finalizers, cleanups and their queues */
    GT_OF_DEFERS,
    GT_OF_NAMES, /* what only makes a report easier to read */
    GT_OF_MARKS, /* whether the collector's marks agree with the live set; no proof needs it */
    GT_EVIDENCE
};

struct gt_threads;

struct gt_process {
    struct gt_core *core;
    struct gt_binary *binary;
    struct gt_binary *debug;       /* the separate file with its debug information, or NULL */
    struct gt_libraries libraries; /* none until gt_process_libraries() */
    bool libraries_open;
    struct gt_dwarf *dwarf; /* NULL: a stripped program */
    const char *cache_path; /* where its answers are kept; NULL: nowhere */
    struct gt_known known;  /* of this version of Go */
    struct gt_facts known_facts;
    struct gt_rtype_facts *rtypes; /* without DWARF */
    struct gt_named_types *type_names;
    struct gt_landmarks *landmarks; /* variables without symbols */
    struct gt_facts_chain chain;    /* all of these together */
    const struct gt_facts *facts;   /* the chain's facts */
    const struct gt_memory *mem;
    struct gt_go_version version;
    const char *build_info; /* the text of modules and settings in the build information; or NULL */
    struct gt_packages packages;
    struct gt_layout layout;
    struct gt_module *modules;
    size_t module_count;
    struct gt_text code;
    struct gt_threads *threads; /* threads.h */
    struct gt_types *types;
    struct gt_arena names;      /* strings that live as long as the process */
    struct gt_vec losses;       /* const char *: what could not be read, for the coverage */
    uint64_t lost[GT_EVIDENCE]; /* by kind of evidence: how much was lost */
    uint64_t unwalked;          /* goroutines that count as lost, though the core has their
                                 * memory */
    uint64_t missing_bytes;     /* of heap and stacks that the core should hold */
    struct gt_contradictions contradictions;
    const char *binary_doubt; /* why the binary may be another build; NULL: it is verified */
};

/* Records a loss: one line for the report's coverage. */
void gt_process_lost(struct gt_process *process, enum gt_evidence of, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The evidence for a proof that is missing, as text in `storage`: "parts of the heap, some global
 * variables"; NULL when none is. The second leaves out goroutines whose memory the core has. */
const char *gt_process_lacks(const struct gt_process *process, struct gt_arena *storage);
const char *gt_process_lacks_memory(const struct gt_process *process, struct gt_arena *storage);

/* Why nothing is proven, though no memory is missing: the binary may be another build, or the core
 * contradicts itself. In `storage`. NULL if there is no such reason. */
const char *gt_process_doubt(const struct gt_process *process, struct gt_arena *storage);

/* True if nothing that could hold an object is missing or contradicted. Then what was found is
 * proof. */
static inline bool gt_process_is_whole(const struct gt_process *process)
{
    return !process->lost[GT_OF_HEAP] && !process->lost[GT_OF_GLOBALS] &&
           !process->lost[GT_OF_GOROUTINES] && !process->lost[GT_OF_SPECIALS] &&
           !process->contradictions.kinds && !process->binary_doubt;
}

/* A runtime variable's address; the error names it when the program has none. */
struct gt_error *gt_process_global(const struct gt_process *process, const char *name,
                                   uint64_t *addr);

/* The globals of the debug information, sorted by address. They are read when they are first asked
 * for. */
struct gt_globals {
    const struct gt_debug_global *list;
    size_t count;
};
struct gt_globals gt_process_globals(const struct gt_process *process);

/* How many of the globals begin at addr or before. */
size_t gt_process_globals_up_to(const struct gt_process *process, uint64_t addr);

/* The global variable that holds addr, or NULL. */
const struct gt_debug_global *gt_process_global_at(const struct gt_process *process, uint64_t addr);

/* Is it in the memory of package-level variables, with pointers or without? */
bool gt_process_is_static(const struct gt_process *process, uint64_t addr);

/* A word-sized field of the struct at addr; false when absent here or in this Go version. */
static inline bool gt_process_field(const struct gt_process *process, uint64_t addr,
                                    enum gt_field_id id, uint64_t *out)
{
    return gt_read_field(&process->layout, process->mem, addr, id, out);
}

/* The slice header at addr. All its elements, of `elem_size` bytes, are in the core's memory. */
bool gt_process_slice(const struct gt_process *process, uint64_t addr, uint64_t elem_size,
                      struct gt_slice *out);

/* A Go string's bytes, at most `max`; NULL when absent. Lives as long as the process. */
const char *gt_process_string(struct gt_process *process, uint64_t header, uint64_t max);

/* "main.(*server).loop" for a code address, "?" when it is not Go code. */
const char *gt_process_function(const struct gt_process *process, uint64_t pc);

/* True in the function of that name, or in its entry by the assembler's calling convention. */
bool gt_process_is_in(const struct gt_process *process, uint64_t pc, const char *function);

/* The end of the memory that holds sp. The core does not say how large a thread's stack is. */
uint64_t gt_process_stack_end(const struct gt_process *process, uint64_t sp);

/* Does a function's code begin there? */
bool gt_process_is_entry(const struct gt_process *process, uint64_t addr);

/* The function of a func value (a pointer to a funcval), "?" when it cannot be read. */
const char *gt_process_closure(const struct gt_process *process, uint64_t funcval);

/* Opens the shared libraries if they are not open: only C code needs them. */
void gt_process_libraries(struct gt_process *process);

#endif
