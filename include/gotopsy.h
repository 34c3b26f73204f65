/*
 * gotopsy: what a Go core dump keeps alive, by whom, in bytes.
 *
 *     struct gt_core_options options = {.size = sizeof options, .core_path = "core"};
 *     struct gt_analysis *analysis;
 *     struct gt_error *error = gt_open(&options, &analysis);
 *     if (!error) error = gt_report_create(analysis, NULL, &report);
 *     if (!error) error = gt_report_write(report, GT_FORMAT_JSON, NULL, stdout);
 *
 * Ownership: what a function hands out through a `struct X **` is the caller's, and goes back by
 * the function named X_free or gt_close. All that a report points to belongs to that report, and
 * a report stands alone: it outlives its analysis.
 * Errors: NULL is success; else an error that the caller frees with gt_error_destroy().
 * Threads: distinct analyses are independent; one analysis or report serves one thread at a time.
 * Units: sizes are bytes of the target, heap sizes are those of size-class slots (Go's own
 * HeapAlloc counts so), addresses are the target's, durations nanoseconds, unknown is GT_UNKNOWN.
 */
#ifndef GOTOPSY_H
#define GOTOPSY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GT_API __attribute__((visibility("default")))
#define GT_VERSION "0.2.0"
#define GT_UNKNOWN INT64_MIN /* a duration or count that the core does not tell */

/* ---- errors ------------------------------------------------------------------------------- */

struct gt_error;

enum gt_code {
    GT_ERR_USAGE = 1, /* the call or the command line is wrong */
    GT_ERR_IO,        /* a file cannot be opened, read or written */
    GT_ERR_FORMAT,    /* not a core, not Go, or damaged beyond use */
    GT_ERR_MISMATCH,  /* the binary is not the one that made the core */
    GT_ERR_MISSING,   /* something needed is not there: the binary, its layouts */
    GT_ERR_MEMORY,    /* memory ran out. What the call was about can only be closed or freed */
};

GT_API const char *gt_error_message(const struct gt_error *error); /* one line, no newline */
GT_API enum gt_code gt_error_code(const struct gt_error *error);
/* The file that it is about: where the target's memory is at fault, the core. NULL: about none, as
 * those of GT_ERR_USAGE and GT_ERR_MEMORY may be, and failures to write to a FILE. */
GT_API const char *gt_error_path(const struct gt_error *error);
GT_API int gt_error_errno(const struct gt_error *error); /* of a system call; 0: of none */
/* Of what is at fault in the target's memory; 0: it is not about a place there. */
GT_API uint64_t gt_error_address(const struct gt_error *error);
GT_API void gt_error_destroy(struct gt_error *error); /* NULL is allowed */
/* As JSON, by the schema gotopsy-error/1; GT_ERR_IO when `to` cannot be written. */
GT_API struct gt_error *gt_error_write(const struct gt_error *error, FILE *to);

/* ---- opening ------------------------------------------------------------------------------ */

struct gt_analysis;

/* What long work says about itself: `done` of `total` steps of `what`. */
typedef void gt_progress_fn(void *ctx, const char *what, uint64_t done, uint64_t total);

struct gt_core_options {
    size_t size;                  /* sizeof this struct */
    const char *core_path;        /* required; may be compressed (zstd, lz4, xz, gzip); "-" is
                                     standard input */
    const char *const *exe_paths; /* binaries, or directories to look in; NULL-terminated or NULL */
    const char *sysroot;          /* directory that is the root of the paths in the core, such as a
                                     container's; symbolic links do not lead out of it. Or NULL */
    bool force_exe;               /* take the binary although its build ID differs */
    bool in_memory;               /* unpack into memory; else into a file under TMPDIR that has
                                     no name and is gone with the process */
    gt_progress_fn *progress;     /* or NULL */
    void *progress_ctx;
    uint64_t max_unpacked; /* GT_ERR_FORMAT when a file has more; 0: four times the machine's
                              memory */
};

/*
 * Opens a core and its binary and rebuilds the Go runtime's state: spans, objects, goroutines,
 * roots. The paths are only read during the call; the files stay mapped until gt_close(). Reading
 * past the end of a mapped file that somebody made shorter meanwhile raises SIGBUS.
 */
GT_API struct gt_error *gt_open(const struct gt_core_options *options,
                                struct gt_analysis **analysis);
GT_API void gt_close(struct gt_analysis *analysis); /* NULL is allowed */

/* ---- the report --------------------------------------------------------------------------- */

enum gt_kind {
    GT_SUBSTRING,
    GT_SUBSLICE,
    GT_LOST_ELEMENTS,
    GT_HUNG_GOROUTINE,
    GT_TICKER,
    GT_FINALIZER_CYCLE,
    GT_DEFERRED_CALLS,
    GT_KINDS
};

enum gt_confidence {
    GT_PROVEN,  /* it cannot be otherwise, given the core */
    GT_LIKELY,  /* an innocent explanation exists, and nothing in the core speaks for it */
    GT_SUSPECT, /* a person must judge */
};

enum gt_origin {                    /* whose code a function is */
                 GT_ORIGIN_UNKNOWN, /* C's, or without a source file */
                 GT_ORIGIN_PROGRAM, /* of the main module, or of one in a local folder */
                 GT_ORIGIN_DEPENDENCY,
                 GT_ORIGIN_LIBRARY /* Go's own */
};

struct gt_source_location { /* a place in the source */
    const char *function;   /* "main.(*server).loop"; never NULL */
    const char *file;       /* whole, as the compiler had it; NULL when unknown */
    const char *source;     /* from the top of its module: "internal/fetch/fetch.go",
                               "github.com/x/y@v1.2.0/z.go", "net/http/transport.go"; or NULL */
    enum gt_origin origin;
    uint32_t line;   /* 0 when unknown */
    bool inlined;    /* inlined into the next place of its stack */
    uint64_t pc;     /* of the call, or of what was interrupted; 0 when unknown */
    uint32_t offset; /* of where it goes on, from its function's start; 0 when inlined */
    bool internal;   /* the runtime's or the compiler's: Go's tracebacks leave it out */
    /* "{#, #}, #?" as Go tells arguments: each # is a word, with a ? after what may be stale. ""
     * when there are none, NULL when they are not known. */
    const char *arguments;
    /* Of the place that stands for frames left out, "... 72 frames ...": how many places those are.
     * They go on with the `period` places before them, over and over; 0 when they do not. Or they
     * are of the functions before and after them alone, which call one another. */
    uint32_t left_out, period;
    bool recursive;
};

struct gt_stack { /* innermost first */
    const struct gt_source_location *locations;
    size_t count;
};

struct gt_label {
    const char *key, *value;
};

/* One step of the way from a root to what is held. */
struct gt_step {
    const char *what;  /* "global main.sessions", "map value", "(*server).loop frame 2" */
    uint64_t address;  /* of the holding word or object; 0 when it has none */
    const char *type;  /* of what the step leads to; NULL when unknown */
    const char *field; /* ".token", "[4]"; NULL when the step is not through a field */
};

struct gt_path {
    const struct gt_step *steps;
    size_t count;
};

struct gt_block {
    uint64_t address, size;
    const char *type; /* NULL when unknown */
};

struct gt_window { /* a live string, slice or element pointer into a block */
    uint64_t offset, length, capacity;
    const char *kind;   /* "string", "slice", "element" */
    const char *holder; /* "main.Session.token"; NULL when unknown */
    const char *data;   /* the first bytes of a string; NULL unless show_data was asked for */
};

struct gt_slot { /* a pointer slot of an array that no window covers */
    uint64_t index;
    struct gt_block target;
};

struct gt_edge { /* of a cycle: the object, and the field that leads to the next one */
    uint64_t address;
    const char *type, *field;
};

enum gt_thing_kind { /* what a goroutine can wait for */
                     GT_THING_NONE,
                     GT_THING_CHANNEL,
                     GT_THING_MUTEX,
                     GT_THING_RWMUTEX,
                     GT_THING_WAIT_GROUP,
                     GT_THING_ONCE,
                     GT_THING_CONDITION,
                     GT_THING_COROUTINE,
                     GT_THING_SEMAPHORE, /* part of none of sync's types */
};

enum gt_action { /* what it wants of the thing */
                 GT_ACTION_UNKNOWN,
                 GT_ACTION_RECEIVE,
                 GT_ACTION_SEND,
                 GT_ACTION_LOCK,  /* of a mutex; of a RWMutex, after another writer */
                 GT_ACTION_READ,  /* of a RWMutex, after a writer. Of IO: or accept */
                 GT_ACTION_WRITE, /* of a RWMutex, after its readers. Of IO: or connect */
                 GT_ACTION_WAIT,  /* for a wait group's counter */
};

struct gt_blocked_thing { /* one of the things that a goroutine waits for */
    enum gt_thing_kind what;
    enum gt_action action;
    uint64_t address; /* where it begins: of the mutex, of the hchan */
    const char *type; /* "chan int", "sync.RWMutex"; NULL when unknown */
    const char *name; /* of what it is in: "global main.mu", "main.account.Mutex"; or NULL */
};

/* One example of what a finding speaks of. Which member holds is decided by the finding's kind. */
struct gt_instance {
    union {
        struct { /* GT_SUBSTRING, GT_SUBSLICE */
            struct gt_block block;
            const struct gt_window *windows;
            size_t window_count;
            uint64_t wasted_bytes, spare_bytes;
            struct gt_stack allocated_at; /* empty when the core holds no sample */
        } windowed;
        struct { /* GT_LOST_ELEMENTS */
            struct gt_block block;
            const char *element_type;
            uint64_t slot_count, spare_slot_count;
            const struct gt_slot *slots; /* the first few of slot_count */
            size_t slots_len;
        } lost;
        struct { /* GT_HUNG_GOROUTINE */
            uint64_t goroutine;
            const char *wait_reason;
            int64_t wait_ns;
            struct gt_stack stack;
            struct gt_source_location created_by; /* function NULL when unknown */
            const struct gt_label *labels;
            size_t label_count;
            uint64_t stack_bytes;
            uint64_t parent;                        /* who started it; 0 when unknown */
            const struct gt_blocked_thing *blocked; /* all that it waits for: several in a select */
            size_t blocked_count;
        } hung;
        struct { /* GT_TICKER */
            uint64_t timer;
            const char *what; /* "ticker", "timer", "after-func" */
            int64_t period_ns, due_in_ns;
            const char *callback;
            bool referenced; /* by anything but the timer heap */
            struct gt_path owner_path;
        } ticker;
        struct { /* GT_FINALIZER_CYCLE */
            struct gt_block object;
            const char *mechanism; /* "finalizer", "cleanup" */
            const char *function;
            const struct gt_edge *cycle;
            size_t cycle_len;
        } cycle;
        struct { /* GT_DEFERRED_CALLS */
            uint64_t goroutine;
            struct gt_source_location site; /* function: the one that defers */
            const char *deferred_function;
            uint64_t calls;
        } deferred;
    };
};

struct gt_undecided {       /* live blocks that could not be judged, for the same reason */
    uint64_t count, bytes;  /* blocks, and their sizes together */
    struct gt_block block;  /* the largest of them */
    const char *reason;     /* what it is that keeps it: "unsafe.Pointer" */
    uint64_t word;          /* address of such a word into the block; 0: a register, or none */
    const char *holder;     /* the word's: "main.arena.base", "global main.pages"; or NULL */
    struct gt_path path;    /* from a root to the word; may be empty */
    int64_t retained_bytes; /* what only these blocks keep alive, beside themselves; GT_UNKNOWN
                               where it was not looked at */
};

enum gt_holder_kind {
    GT_HOLDER_MAP,
    GT_HOLDER_SLICE,
    GT_HOLDER_CHANNEL,
    GT_HOLDER_LIST,    /* objects that lead to one another */
    GT_HOLDER_OBJECT,  /* any other */
    GT_HOLDER_OBJECTS, /* many alike that several variables lead to: none keeps them by itself */
    GT_HOLDER_VARIABLE /* words of globals or frames that keep many things directly */
};

/*
 * One of the largest holders of the live heap: where it piles up. A holder keeps what would be
 * garbage without it, so no two of them keep the same object.
 */
struct gt_heap_holder {
    enum gt_holder_kind what;
    const char *name;        /* "main.cache.byKey", "main.sessions"; NULL when unknown */
    const char *type;        /* "map[string]*main.price", "[]*main.row"; NULL when unknown */
    uint64_t address;        /* of the object, the largest of several; 0: a variable */
    uint64_t count;          /* objects that are alike, or words of such variables; else 1 */
    uint64_t bytes, objects; /* what it keeps, itself included */
    int64_t entries, room;   /* entries, elements or values, and slots for them; GT_UNKNOWN */
    int64_t storage_bytes;   /* what those slots take; GT_UNKNOWN */
    int64_t spare_bytes;     /* of these, what a fresh copy of what is used frees; GT_UNKNOWN */
    const char *most_type; /* of which type most of the bytes with a type are; NULL when unknown */
    uint64_t most_count, most_bytes;
    const char *most_field; /* "bytes.Buffer.buf": by which the largest of those is held; NULL when
                               unknown, or the same as `name` */
    const char *advice;     /* NULL: there is nothing to say */
    struct gt_path path;    /* from a root to the word that holds it; may be empty */
};

struct gt_set_aside {      /* spare capacity that is no finding, for it is kept to be used again */
    uint64_t count, bytes; /* blocks, and what of them lies outside every length */
    struct gt_block block; /* the one with most of it */
    const char *reason;    /* "kept for reuse by bytes.Buffer" */
    const char *holder;    /* "bytes.Buffer.buf"; NULL when unknown */
    struct gt_path path;   /* from a root to a typical holder; may be empty */
};

struct gt_smaller {    /* findings of one kind that are too small to be told one by one */
    uint64_t findings; /* 0: there are none */
    uint64_t suspects; /* those of them that a person must judge */
    uint64_t count;    /* blocks, goroutines, timers, cycles or deferred calls, of all of them */
    uint64_t bytes;    /* that each one alone frees, stacks included; no byte counts twice */
};

struct gt_finding {
    uint32_t id; /* from 1, in the report's order */
    enum gt_kind kind;
    enum gt_confidence confidence;
    const char *title;
    uint64_t bytes_freed;  /* heap bytes that fixing this finding alone frees, plus stack_bytes */
    uint64_t bytes_shared; /* what goes only when the other findings are fixed too */
    uint64_t stack_bytes;  /* the part of bytes_freed that is goroutine stacks */
    uint64_t descriptor_bytes; /* beside bytes_freed: the goroutines' descriptors (runtime.g). They
                                  were allocated for these goroutines; when these end, the runtime
                                  keeps them, and uses them for new goroutines */
    uint64_t objects_freed;    /* heap objects that go with it */
    uint64_t count;            /* blocks, goroutines, timers, cycles or deferred calls */
    const char *doubt;         /* what keeps it from being proven, a sentence; NULL: nothing is
                                  missing, or how sure it is lies in its kind */
    const char *advice;        /* one sentence naming the idiom that fixes it */
    struct gt_path path;       /* from a root to a typical holder; empty when there is none */
    const struct gt_instance *instances; /* the largest ones */
    size_t instance_count;
};

struct gt_ancestor {                      /* who started a goroutine, or the one that did */
    uint64_t goroutine;                   /* 0 when a group's goroutines had several such */
    struct gt_stack stack;                /* when it did */
    struct gt_source_location created_by; /* function NULL when unknown */
};

struct gt_kept {             /* what a group of goroutines keeps by one variable */
    uint64_t bytes, objects; /* of the group's retained ones: each counts for one variable */
    uint64_t goroutine;      /* the one for which it keeps most; 0 when unknown */
    struct gt_path path;     /* from its variable to where most of it lies; may be empty */
};

struct gt_goroutine_group { /* goroutines with the same stack, status and wait reason */
    uint64_t count;
    const uint64_t *ids;
    size_t id_count;
    const char *status, *wait_reason; /* wait_reason NULL when it does not wait */
    int64_t wait_ns_max;
    const int64_t *waits_ns; /* of each of ids; NULL when only the longest was kept */
    struct gt_stack stack;
    struct gt_source_location created_by; /* function NULL when unknown */
    const char *created_in;               /* the function that it is inlined into, or itself */
    const struct gt_ancestor *ancestors;  /* where GODEBUG=tracebackancestors was on */
    size_t ancestor_count;
    const uint64_t *parents; /* of each of ids, who started it: 0 when unknown; may be NULL */
    /* Of each of ids, word_count words: those of the arguments of the stack's places, in order.
     * NULL when they were not asked for or the core lacks some. */
    const uint64_t *words;
    size_t word_count;
    bool locked;     /* to their threads */
    uint64_t bubble; /* the number of their synctest bubble; 0 when in none */
    const struct gt_label *labels;
    size_t label_count;
    uint64_t stack_bytes;
    /* What would go if these goroutines went, beside their stacks: heap that nothing else keeps, in
     * bytes and objects. GT_UNKNOWN unless it was asked for and the core holds their stacks. */
    int64_t retained_bytes, retained_objects;
    bool retained_exact;        /* false: something is missing from the core that could change it */
    const struct gt_kept *kept; /* the largest first; a few */
    size_t kept_count;
    bool system;
};

enum gt_thread_state {
    GT_THREAD_UNKNOWN, /* it has an m, and nothing else is known */
    GT_THREAD_RUNNING, /* Go code, for its goroutine */
    GT_THREAD_SYSCALL, /* in a system call of its goroutine */
    GT_THREAD_IN_C,    /* in a C function that its goroutine called */
    GT_THREAD_IDLE,    /* parked until there is work for it */
    GT_THREAD_RUNTIME, /* the runtime's own work: its scheduler, its monitor */
    GT_THREAD_FOREIGN, /* C's own: the runtime does not know it */
};

struct gt_os_thread {
    int64_t tid;
    enum gt_thread_state state;
    uint64_t goroutine; /* that it runs, or is in C or in a system call for; 0 when none */
    bool interrupted;   /* by a signal, whose handler is left out of the stack */
    int32_t signal;     /* that it stopped at or died of; 0 when none */
    /* C's functions, the runtime's on the thread's own stack, then its goroutine's. C's are read
     * on amd64 hosts alone, of amd64 cores. Empty when it cannot be read. */
    struct gt_stack stack;
    const char *incomplete; /* why the stack ends early; NULL when it does not */
};

struct gt_panic { /* one under way when the process died */
    /* Of the value that panic was called with: "*main.codeErr"; "nil"; NULL when the core does not
     * tell, since Go has replaced an error by its text. */
    const char *type;
    /* A number, or a text: its own, or that of its method Error or String, as Go prints it. Only
     * the runtime's own unless show_data is set. NULL when there is none, and when it is hidden. */
    const char *value;
    uint64_t value_bytes; /* of value, which may have a NUL in it */
    uint64_t text_bytes;  /* of the whole text, of which value may be only the beginning */
    uint64_t address; /* what an interface's data word has, as Go prints of a struct or pointer */
    bool hidden;      /* it has a text that show_data would show */
    bool named;       /* Go prints the type around the value: main.number(12) */
    bool by_runtime, recovered, goexit;
    bool repanicked; /* the next one has the same value: Go prints one line for both (1.25+) */
};

struct gt_count { /* a name and a number: goroutines by status, parts of memory */
    const char *name;
    uint64_t number;
};

/*
 * A part of the process's memory, of a tree in preorder: depth is 0 for the parts that sum to what
 * is mapped, and the parts of a part sum to it. "live objects", "garbage" (allocated, and nothing
 * reaches them: they wait for a collection), "free slots" (of spans that hold other objects, by
 * size class) and "ends of spans" are of Go's heap; so are "idle pages", which are free and were
 * not returned to the system, and "released pages", which were, or were never touched. "reserved"
 * is address space that cannot be accessed, and takes no memory.
 */
struct gt_memory_part {
    const char *name;
    unsigned depth;
    uint64_t bytes;
    uint64_t resident_bytes; /* of these: see memory.resident_bytes */
    int64_t count;           /* spans, of a size class; GT_UNKNOWN: nothing is counted */
};

struct gt_size_class { /* of the heap's spans in use; size 0: each span is one large object */
    uint64_t size, spans, bytes;
    uint64_t live_bytes, garbage_bytes, free_bytes, end_bytes; /* they sum to bytes */
};

/* What the runtime itself counts, by the names of runtime.MemStats (mstats.go, readmemstats_m).
 * GT_UNKNOWN where the core does not tell. */
struct gt_counters {
    int64_t heap_sys, heap_idle, heap_in_use, heap_released;
    int64_t stack_in_use, stack_sys, mspan_sys, mcache_sys, buck_hash_sys, gc_sys, other_sys;
};

/* When the next collection begins (mgcpacer.go, gcControllerState); GT_UNKNOWN: not told. */
struct gt_pacing {
    int64_t gogc;         /* percent; -1: off */
    int64_t memory_limit; /* GOMEMLIMIT; INT64_MAX: there is none */
    int64_t heap_goal;    /* by GOGC alone; INT64_MAX: there is none */
    int64_t heap_live;    /* marked by the last collection or allocated since */
    int64_t heap_marked;
};

struct gt_report {
    struct {
        const char *path, *origin; /* origin: "kernel", "gcore", "unknown" */
        uint64_t bytes;
        bool truncated;
        int64_t pid;           /* GT_UNKNOWN when the core does not say */
        const char *command;   /* NULL when the core does not say */
        const char *signal;    /* "SIGABRT"; NULL when none is known */
        bool arguments_hidden; /* command is only the program's name, for show_data is not set */
    } core;
    struct {
        const char *path, *build_id, *go_version, *goarch; /* build_id NULL when it has none */
        bool dwarf, symbols;
        const char *const *experiments;
        size_t experiment_count;
        uint64_t code_start, code_end; /* where its code was mapped, and from which offset */
        uint64_t code_offset;          /* in its file */
    } binary;
    struct {
        bool died; /* the runtime or a signal ended it; else nothing else is set */
        /* The signal that began it, "SIGSEGV"; NULL when it was none, or is lost. Not the SIGABRT
         * that Go's runtime raises in the end, for the core. */
        const char *signal;
        bool has_address;     /* only of a fault, and not of every one */
        uint64_t address, pc; /* what could not be accessed, and the instruction interrupted */
        uint64_t raw_address; /* what Go prints as the address, known or not */
        bool has_code;
        int32_t code;              /* of the signal: si_code */
        const char *reason;        /* what the code means; NULL when that is not known */
        bool caught;               /* no panic came of the signal: its handler ended the process */
        uint64_t m;                /* the number that Go gives the thread */
        bool signal_lost;          /* it was a signal, and the core does not tell which */
        bool sent, sent_by_itself; /* by a process, and by this one */
        int32_t sender_pid;        /* 0: of a process that this one cannot see */
        uint32_t sender_uid;
        int32_t thread;          /* that died, or that the signal hit; 0: unknown */
        const char *fatal_error; /* "all goroutines are asleep - deadlock!"; NULL: none, unknown */
        uint64_t goroutine;      /* that its thread ran, whose group is the first; 0: none */
        const struct gt_panic *panics; /* the first one first */
        size_t panic_count;
    } crash;
    struct {
        uint64_t cycles;
        const char *phase; /* "off", "mark", "mark termination" */
        uint64_t heap_marked;
    } gc;
    struct {
        uint64_t bytes, objects;
    } live;
    struct {
        uint64_t mapped_bytes;
        const struct gt_count *parts; /* they sum to mapped_bytes */
        size_t part_count;
        const struct gt_memory_part *tree; /* the same in full */
        size_t tree_count;
        /* Pages that the process had touched, as far as the core shows: those that are no hole of a
         * kernel's core, or else that hold more than zeros. Swapped-out ones count. Code and other
         * pages that a file backs are not in a core, and not in here: they are up to file_bytes. */
        uint64_t resident_bytes;
        bool resident_is_least; /* by zeros: pages of zeros that were touched are missing */
        uint64_t file_bytes;
        const struct gt_size_class *size_classes; /* those in use, by size; large ones last */
        size_t size_class_count;
        struct gt_counters counters;
        struct gt_pacing pacing;
    } memory;
    struct {
        uint64_t total, system;
        const struct gt_count *by_status;
        size_t status_count;
        const struct gt_goroutine_group *groups; /* the largest first */
        size_t group_count;
    } goroutines;
    struct {                             /* filled by gt_report_create_threads() alone */
        const struct gt_os_thread *list; /* those with a goroutine first, idle ones last */
        size_t count;
    } threads;
    struct {
        uint64_t typed_bytes, untyped_bytes; /* of live objects with pointers */
        uint64_t frames_precise, frames_conservative;
        /* Words of frames that hold a pointer, as the stack map says, where the variable that
         * debug information puts there has none: none of them is named. */
        uint64_t names_disputed;
        uint64_t missing_bytes;   /* of the heap and stacks that the core should hold and lacks */
        uint64_t undecided_bytes; /* of all blocks that could not be judged, but for those that
                                     findings free */
        uint64_t undecided_blocks;
        uint64_t set_aside_bytes;        /* all spare capacity that is kept to be used again */
        uint64_t undecided_of[GT_KINDS]; /* bytes of those that might belong to a finding of it */
        const char *const *notes;        /* what was lost, a line each */
        size_t note_count;
    } coverage;
    struct {
        uint64_t bytes, objects;
    } leaks_total; /* what goes when every finding is fixed; stacks included in bytes */
    struct {       /* what gt_wait_graph_create() tells in full, as far as locks alone tell it */
        uint64_t deadlocks;  /* circles of goroutines, each of which holds what another locks */
        uint64_t deadlocked; /* goroutines on one of these */
        uint64_t behind;     /* that wait for a lock of one that is deadlocked */
        uint64_t locks_left; /* of GT_LOCK_LEFT */
        bool all;            /* the frames of all goroutines were looked at */
    } waits;
    const struct gt_finding *findings; /* the largest bytes_freed first */
    size_t finding_count;
    const struct gt_undecided *undecided; /* the largest of what could not be judged; they and what
                                             they keep are in no finding. Largest bytes first */
    size_t undecided_count;
    const struct gt_set_aside *set_aside; /* those of at least min_bytes, largest first */
    size_t set_aside_count;
    const struct gt_heap_holder *holders; /* of 5% of the live heap or more, largest first; a few */
    size_t holder_count;
    bool looked_for_holders;             /* false: they were not to be looked for */
    uint64_t min_bytes;                  /* what the smallest finding frees, in general */
    struct gt_smaller smaller[GT_KINDS]; /* than that: they are in no sum above */
    /* Which kinds could be looked for; a kind without a finding and with false is "could not look".
     */
    bool looked_for[GT_KINDS];
    struct gt_arena *storage; /* private: owns all of the above */
};

struct gt_report_options {
    size_t size;        /* sizeof this struct */
    uint64_t min_bytes; /* smallest finding; 0: the larger of 64 KiB and 0.1% of live */
    size_t instances;   /* at most so many a finding; 0: 20 */
    bool show_data;     /* the first bytes of strings may appear, in windows' data and panics */
    bool no_holders;    /* leave out the largest holders, which take nearly half of the time */
    /* For gt_report_create_goroutines() alone: */
    bool by_labels; /* only goroutines with the same labels are alike */
    bool retained;  /* also what they keep of the heap, which takes a mark and types of it */
    bool arguments; /* read the words of arguments, which GT_FORMAT_TRACEBACK tells */
};

/* Looks for findings of all kinds. `options` NULL is the defaults. */
GT_API struct gt_error *gt_report_create(struct gt_analysis *analysis,
                                         const struct gt_report_options *options,
                                         struct gt_report **report);
GT_API void gt_report_destroy(struct gt_report *report); /* NULL is allowed */

/* A name is NULL where there is no such kind or confidence. */
GT_API const char *gt_kind_name(enum gt_kind kind); /* "hung-goroutine" */
/* "goroutines are blocked, and nothing will wake them" */
GT_API const char *gt_kind_summary(enum gt_kind kind);
/* It is about unused parts of blocks, of which every program has some, a few bytes each. */
GT_API bool gt_kind_is_of_parts(enum gt_kind kind);
GT_API const char *gt_confidence_name(enum gt_confidence how); /* "proven" */

/* ---- writing ------------------------------------------------------------------------------ */

enum gt_format {
    GT_FORMAT_TEXT,
    GT_FORMAT_JSON,
    GT_FORMAT_MARKDOWN,
    GT_FORMAT_TRACEBACK,
    GT_FORMAT_DOT,
    GT_FORMAT_PPROF,
    GT_FORMAT_CSV, /* RFC 4180: lines end in CR LF, the first one names the columns */
    GT_FORMATS
};

enum gt_document { /* what can be written */
                   GT_DOCUMENT_REPORT,
                   GT_DOCUMENT_CHECK,
                   GT_DOCUMENT_GOROUTINES,
                   GT_DOCUMENT_WAITS,
                   GT_DOCUMENT_THREADS,
                   GT_DOCUMENT_OBJECT,
                   GT_DOCUMENT_HEAP,
                   GT_DOCUMENT_PATHS,
                   GT_DOCUMENT_SHOW,
                   GT_DOCUMENT_GOROUTINE,
                   GT_DOCUMENT_DIFF,
                   GT_DOCUMENT_MEMORY,
                   GT_DOCUMENTS
};

/* "json", in static memory; NULL when there is no such format. */
GT_API const char *gt_format_name(enum gt_format format);
/* Can that document be written in that format? */
GT_API bool gt_format_has(enum gt_format format, enum gt_document document);

struct gt_style { /* for text */
    size_t size;  /* sizeof this struct */
    bool colour;
    unsigned width; /* columns; 0: 100 */
    bool all;       /* goroutines one by one, coverage in full */
};

/* Writes a report. JSON follows the schema gotopsy-report/1. `style` NULL: no colour, 100 wide. */
GT_API struct gt_error *gt_report_write(const struct gt_report *report, enum gt_format format,
                                        const struct gt_style *style, FILE *to);

/*
 * Writes only the goroutines: grouped text, or JSON, or with GT_FORMAT_TRACEBACK as Go does, or
 * with GT_FORMAT_PPROF a profile for go tool pprof, which is not text.
 */
GT_API struct gt_error *gt_goroutines_write(const struct gt_report *report, enum gt_format format,
                                            const struct gt_style *style, FILE *to);

/* As gt_report_create, but only the process and its goroutines: no findings, and no heap analysis
 * unless `retained` asks for it. Of the options show_data, by_labels, arguments and retained count.
 */
GT_API struct gt_error *gt_report_create_goroutines(struct gt_analysis *analysis,
                                                    const struct gt_report_options *options,
                                                    struct gt_report **report);

/* ---- threads: what each does, and for which goroutine --------------------------------------- */

/* As gt_report_create, but only the process and its threads. Of the options, which may be NULL,
 * show_data counts. */
GT_API struct gt_error *gt_report_create_threads(struct gt_analysis *analysis,
                                                 const struct gt_report_options *options,
                                                 struct gt_report **report);
/* Only the threads: text, or JSON by the schema gotopsy-threads/1. With style->all the stacks of
 * idle threads are shown, too, and the runtime's own functions in all of them. */
GT_API struct gt_error *gt_threads_write(const struct gt_report *report, enum gt_format format,
                                         const struct gt_style *style, FILE *to);

/* ---- memory: where every mapped byte is -------------------------------------------------------
 */

/* As gt_report_create, but only the process, what is live, and its memory. `options` may be NULL.
 */
GT_API struct gt_error *gt_report_create_memory(struct gt_analysis *analysis,
                                                const struct gt_report_options *options,
                                                struct gt_report **report);
/* Only the memory: text, or JSON by the schema gotopsy-memory/1. */
GT_API struct gt_error *gt_memory_write(const struct gt_report *report, enum gt_format format,
                                        const struct gt_style *style, FILE *to);

/* ---- waits: who waits for what, and who could wake whom ------------------------------------- */

enum gt_outlook {
    GT_MAY_GO_ON,  /* somebody who may run reaches what it waits for */
    GT_HANGS,      /* nobody does, so it never goes on */
    GT_MAIN_WAITS, /* the main goroutine, for what nobody else reaches: on purpose */
    GT_DEADLOCKED, /* somebody reaches it, but all who hold it are stuck, as far as frames tell */
};

enum gt_waker_kind {
    GT_WAKER_OTHER, /* the runtime, or C code */
    GT_WAKER_GOROUTINE,
    GT_WAKER_TIMER,
    GT_WAKER_GLOBAL,
    GT_WAKER_FINALIZER,
    GT_WAKER_CLEANUP,
};

struct gt_waker { /* who leads to what is waited for */
    enum gt_waker_kind kind;
    uint64_t goroutine;  /* its id; 0 unless it is one */
    bool hangs;          /* that goroutine does, so it wakes nobody */
    struct gt_path path; /* from its variable to the pointer to what is waited for */
};

enum gt_lock_evidence {                       /* evidence for an owner, from weak to strong */
                        GT_EVIDENCE_POINTER,  /* a frame leads to it */
                        GT_EVIDENCE_LOCK,     /* and stands behind a call of Lock */
                        GT_EVIDENCE_DEFERRED, /* a deferred Unlock or Done */
                        GT_EVIDENCE_WAIT, /* it is a writer that waits itself, and whom readers let
                                             go first */
                        GT_EVIDENCE_REACHES /* none: it only leads there */
};

struct gt_lock_owner { /* who holds what is waited for, as far as frames tell */
    uint64_t goroutine;
    enum gt_lock_evidence how;
    const char *variable;             /* that leads there: "main.transfer variable from"; or NULL */
    struct gt_source_location locked; /* function NULL when that is not known */
};

enum gt_lock_state {                /* who has the lock that is waited for */
                     GT_NO_LOCK,    /* it is no lock, or its state is not known */
                     GT_LOCK_FREE,  /* nobody: its state says so, and the goroutine may go on */
                     GT_LOCK_HELD,  /* those told as its holders */
                     GT_LOCK_TAKEN, /* somebody, but frames do not tell who */
                     GT_LOCK_LEFT,  /* it is locked, and no live goroutine is between its Lock and
                                       Unlock, by frames  and deferred calls: an Unlock is missing */
};

struct gt_waiting {     /* goroutines that wait alike: same stack, same reason */
    uint64_t goroutine; /* the one of them that the rest is about */
    const uint64_t *ids;
    size_t id_count;
    const char *wait_reason;
    int64_t wait_ns; /* as Go notes it, by collections; the longest of them */
    enum gt_outlook outlook;
    const struct gt_blocked_thing *blocked; /* several of a select; none: on nothing */
    size_t blocked_count;
    bool same_thing; /* all of them wait for the same; else each has one of its own */
    struct gt_stack stack;
    struct gt_source_location created_by; /* function NULL when unknown */
    uint64_t parent;                      /* who started it; 0 when unknown */
    const struct gt_label *labels;
    size_t label_count;
    const struct gt_lock_owner *owners; /* one if it is sure, else those it may be */
    size_t owner_count;
    bool more_owners;
    enum gt_lock_state custody;    /* of a mutex, or a RWMutex */
    const struct gt_waker *wakers; /* the nearest first */
    size_t waker_count;
    bool more_wakers; /* there are more, or they were not all looked for */
    bool
        fellows_reach; /* so do others of the group, or who wait for the same: none of the wakers */
};

struct gt_wait_edge { /* of a circle: a goroutine and who has what it waits for */
    uint64_t goroutine;
    struct gt_blocked_thing thing;
    struct gt_source_location waits; /* where; function NULL when unknown */
    bool holds;                      /* that one holds it; else it only leads there */
    struct gt_lock_owner owner;      /* how: GT_EVIDENCE_REACHES when it only leads there */
    uint64_t candidates;             /* how many it may be, this one included; 1: no other */
};

struct gt_wait_cycle { /* each waits for what the next one has, the last for what the first has */
    const uint64_t *ids;
    size_t id_count;
    const struct gt_wait_edge *edges; /* one for each of ids */
    bool proven;                      /* they hang; else frames alone say so */
};

struct gt_outside_wait { /* a goroutine that waits for what is no other goroutine's to give */
    uint64_t goroutine;
    int64_t wait_ns;       /* as Go notes it, by collections */
    enum gt_action action; /* of IO */
    int64_t fd;            /* of IO; GT_UNKNOWN when the stack does not tell */
    uint64_t poll;         /* of IO: address of the runtime's pollDesc; 0 when unknown */
    /* Of a sleep: from the latest time stamp in the core on, in a bubble from the bubble's time on;
     * 0 when it is due, GT_UNKNOWN when the core does not tell. */
    int64_t due_in_ns;
    bool in_bubble;                         /* of synctest */
    const struct gt_blocked_thing *blocked; /* of a durable wait in a bubble */
    size_t blocked_count;
};

enum gt_outside_kind {
    GT_OUTSIDE_NONE, /* it waits for none of these */
    GT_OUTSIDE_IO,
    GT_OUTSIDE_SLEEP,
    GT_OUTSIDE_BUBBLE, /* a durable wait, for synctest to end */
};

struct gt_outside_group { /* such goroutines with the same stack and reason */
    enum gt_outside_kind kind;
    const char *wait_reason;
    uint64_t bubble; /* the number of their synctest bubble; 0 when in none, or it has none */
    const struct gt_outside_wait *waits;
    size_t wait_count;
    struct gt_stack stack; /* of the first of them */
    struct gt_source_location created_by;
};

struct gt_wait_graph {
    struct gt_report *process;        /* core, binary and goroutines alone; owns all the rest */
    const struct gt_waiting *waiting; /* hanging ones first, then the larger groups */
    size_t waiting_count;
    const struct gt_wait_cycle *cycles;
    size_t cycle_count;
    uint64_t hanging, others; /* goroutines that hang; that wait for none of this, or run */
    uint64_t deadlocked;      /* of GT_DEADLOCKED */
    uint64_t blocked;         /* that wait for others to go on, but are neither */
    uint64_t locks_left;      /* of GT_LOCK_LEFT, at least so many */
    bool more_cycles;         /* not all circles were told */
    const struct gt_outside_group *outside; /* of others, the larger groups first */
    size_t outside_count;
    bool whole;               /* nothing is missing that could hold a waker: GT_HANGS is proof */
    const char *const *notes; /* what is missing, a line each */
    size_t note_count;
};

struct gt_wait_options {
    size_t size;        /* sizeof this struct */
    uint64_t goroutine; /* tell of this one alone; 0: of all */
};

/* Who could wake whom, by the same proof as the report's hung goroutines (runtime/mgc.go,
 * findGoroutineLeaks). `options` NULL is the defaults. GT_ERR_USAGE when no goroutine has the id
 * or when it waits for nothing that another or the world could give. */
GT_API struct gt_error *gt_wait_graph_create(struct gt_analysis *analysis,
                                             const struct gt_wait_options *options,
                                             struct gt_wait_graph **graph);
/* As text, JSON (the schema gotopsy-waits/1) or GT_FORMAT_DOT, for Graphviz. */
GT_API struct gt_error *gt_wait_graph_write(const struct gt_wait_graph *graph,
                                            enum gt_format format, const struct gt_style *style,
                                            FILE *to);
GT_API void gt_wait_graph_destroy(struct gt_wait_graph *graph); /* NULL is allowed */

/* ---- one address: what it is, who points at it ---------------------------------------------- */

struct gt_referrers {    /* pointers alike: by one field, one global, one variable of a function */
    const char *name;    /* "main.session.next", "global main.head"; NULL: it has none */
    const char *type;    /* of the object or variable that the first of them is in; NULL unknown */
    uint64_t count;      /* of words */
    uint64_t word;       /* address of the first; 0: a register */
    uint64_t object;     /* where the object begins that it is in; 0: it is a root */
    uint64_t goroutine;  /* whose stack it is in; 0: none */
    struct gt_path path; /* from a root to it */
};

struct gt_pointer { /* a pointer word of an object, or of a frame, that is not nil */
    uint64_t offset;
    const char *field;    /* ".next", "[4].name"; NULL when unknown */
    uint64_t value;       /* where it points */
    const char *where;    /* what is there, as gt_object.what */
    const char *kind;     /* "pointer", "string", "slice", "interface", "map", "channel", "func",
                             "unsafe pointer"; NULL when unknown */
    struct gt_block into; /* the heap object that it leads to; address 0: none */
    int64_t len, cap;     /* of strings and slices; else GT_UNKNOWN */
};

struct gt_special_record { /* what the runtime notes beside an object (runtime/mheap.go) */
    const char *kind;      /* "finalizer", "cleanup", "weak pointer", "profile" */
    uint64_t address;
    const char *function; /* that is to run; NULL: none, or unknown */
};

struct gt_heap_place { /* of an address in a span of the heap */
    uint64_t span;     /* address of the mspan */
    uint64_t span_base, span_bytes;
    uint32_t size_class; /* 0: one large object */
    bool noscan;         /* its objects have no pointers */
    uint64_t slot, slots, slot_bytes;
};

/*
 * Any address of the process. `what` is "object" (of the heap), "free slot" (of the heap), "unused
 * span bytes" (behind a span's last slot), "stack" (of a goroutine), "data" (a package-level
 * variable or what lies beside them), "text" (Go code), "read-only data" (a module's types, strings
 * and tables), "runtime" (a structure of the runtime's own), "free heap" (pages of an arena that
 * are in no span of objects), "file" (a mapped file), "memory" (mapped, and none of these: C's, or
 * the runtime's own), "reserved" (address space without memory), "not mapped".
 */
struct gt_object {
    struct gt_report *process; /* core and binary alone; owns all the rest */
    uint64_t address;          /* that was asked for */
    const char *what;
    const char *name;     /* variable, function, file, runtime structure; NULL when unknown */
    const char *field;    /* at that address, in the object or variable; NULL: none */
    const char *type;     /* of the object or variable; NULL when unknown */
    const char *type_at;  /* of what is at the address itself; NULL when unknown */
    uint64_t base, bytes; /* of what it is in; 0 bytes: unknown */
    uint64_t goroutine;   /* "stack": its id; else 0 */
    int64_t frame;        /* "stack": number, 0 the innermost; GT_UNKNOWN: in none */
    struct gt_source_location location; /* "text": where; "stack": the frame; function NULL: none */
    const char *note;                   /* what to know of it, or why so little is; or NULL */

    /* In a span of the heap; else span 0. */
    struct gt_heap_place place;
    /* "object" alone, whose data begins at `base` behind the type that the allocator notes. */
    bool live;
    const char *gc_mark; /* the collector's: "marked", "not marked", "allocated since", "unknown" */
    int64_t retained_bytes, retained_objects; /* what goes with it, itself included; GT_UNKNOWN when
                                                 it is not live */
    struct gt_stack allocated_at;             /* empty when the core holds no sample */
    const struct gt_special_record *specials;
    size_t special_count;
    const struct gt_referrers *referrers; /* live ones, the most first */
    size_t referrer_count;
    uint64_t referrers_left_out; /* groups */
    uint64_t referring_words,
        referring_garbage; /* words of live memory, of garbage, that point in */
    const struct gt_pointer *pointers;
    size_t pointer_count;
    uint64_t pointers_left_out;
};

struct gt_object_options {
    size_t size; /* sizeof this struct */
    uint64_t address;
    size_t most; /* referrers and pointers; 0: 20 */
};

/* `options` are required. */
GT_API struct gt_error *gt_object_create(struct gt_analysis *analysis,
                                         const struct gt_object_options *options,
                                         struct gt_object **object);
/* As text, or JSON by the schema gotopsy-object/1. */
GT_API struct gt_error *gt_object_write(const struct gt_object *object, enum gt_format format,
                                        const struct gt_style *style, FILE *to);
GT_API void gt_object_destroy(struct gt_object *object); /* NULL is allowed */

/* ---- heap: what fills it --------------------------------------------------------------------- */

enum gt_heap_by {
    GT_HEAP_BY_TYPE,
    GT_HEAP_BY_PACKAGE,
    GT_HEAP_BY_ROOT,
    GT_HEAP_BY_DOMINATOR,
    GT_HEAP_BY_SITE,
    GT_HEAP_BY_CONTAINER,
    GT_HEAP_BYS
};

/*
 * One row of a table. Which members hold is decided by the table; others are NULL, 0 or GT_UNKNOWN.
 *
 * By type. `name` is Go's name of the type, with its package's path: "main.row". An array behind
 * slices is named as these: "[]main.row"; so is one of several elements that `new` made. An array
 * of one element is as its element. Bytes of strings are "string". A map is its header, by the
 * map's type; where its entries are has a name that the compiler made up, "map.group[string]int" or
 * "map.bucket[string]int". Names in parentheses are no types: "(untyped, 64 B, no pointers)".
 *
 * By package. `name` is the package of the type: of what an array or channel is of, of a map's
 * elements, or else of its keys. Types of the language itself, and what has no type, have rows in
 * parentheses.
 *
 * By root. Roots with the same name are one row: all words of a package-level variable, or one
 * variable of a function in whatever goroutines. `objects` and `bytes` are what would go with it:
 * what no other row's roots lead to. What several rows lead to is one row of its own, of the kind
 * "several". So they add up to the live heap. `kind` is "global", "goroutine" (a stack, or what the
 * runtime keeps for it), "timer" (the timer heaps), "finalizer", "cleanup", "weak pointer",
 * "runtime" (variables of the runtime) or "several".
 *
 * By dominator. The rows are a tree, each followed by what it alone keeps, `depth` deeper, largest
 * first. `objects` and `bytes` are of one object; `retained_bytes` and `retained_objects` of its
 * whole subtree. The rows at depth 0 are roots, as above, and what several of them lead to. Objects
 * of one kind that keep one another like a list are one row, their first; `objects` and `bytes` are
 * of all of them then.
 *
 * By site. The heap profile that nobody took: where the allocations were made that the program has
 * sampled (runtime.MemProfile), as of the last mark that ended. Numbers are estimates of all
 * allocations, as runtime/pprof makes them from the samples: `objects` and `bytes` of what was in
 * use, `alloc_objects` and `alloc_bytes` of all since the program began. They do not add up to the
 * live heap. `name` is the first call that is not the runtime's.
 *
 * By container. `kind` is "map", "slice" (an array behind slices), "channel" or "equal strings";
 * `name` the field or variable that holds them; `objects` how many there are; `bytes` what their
 * storage takes, of which a fresh copy of what is used frees `spare_bytes`. `entries` are a map's
 * entries, a slice's elements, the values that wait in a channel; `room` the slots for them;
 * `tombstones` slots of a Swiss map that deletions have left and that no entry can use before the
 * map grows. Of equal strings `objects` are the blocks with the same contents, and `spare_bytes` is
 * what all but one of them take. An array that several slices share counts once. Rows overlap with
 * one another no more than their storage does, and do not add up to the live heap.
 */
struct gt_heap_row {
    const char *kind; /* of a root */
    const char
        *name; /* what the row is; by dominator, the field or variable that holds it or NULL */
    const char *type;       /* of the object, or the variable; NULL when unknown */
    uint64_t address;       /* of an object; 0: none */
    int64_t depth;          /* in a tree */
    int64_t roots;          /* words of roots */
    int64_t objects, bytes; /* live ones; sizes of their slots, as in the whole of live bytes */
    /* What would be garbage if none of these objects were there: they themselves, and what every
     * path from a root to passes one of them. The sum over rows means nothing: a tree keeps its
     * leaves, and both have a row. */
    int64_t retained_bytes, retained_objects;
    int64_t alloc_objects, alloc_bytes;             /* by site */
    int64_t sampled_objects, sampled_bytes;         /* by site: samples in use, not scaled */
    struct gt_stack stack;                          /* by site: empty when unknown */
    int64_t entries, room, tombstones, spare_bytes; /* by container */
};

struct gt_heap_table {
    struct gt_report *process; /* core, binary and live alone; owns all the rest */
    enum gt_heap_by by;
    const struct gt_heap_row *rows; /* largest `bytes` first, but for trees */
    size_t row_count;
    uint64_t rest_rows;       /* rows that are left out, by `top` or `min_bytes` */
    struct gt_heap_row rest;  /* their sums, where a sum means something */
    int64_t profile_rate;     /* by site: bytes for each sample, 0: none is taken; GT_UNKNOWN */
    uint64_t profile_records; /* by site: stacks and sizes that were sampled */
    const char *const *notes; /* what the numbers do not say by themselves, a line each */
    size_t note_count;
};

struct gt_heap_options {
    size_t size; /* sizeof this struct */
    enum gt_heap_by by;
    size_t top;         /* at most so many rows; 0: 30 */
    uint64_t min_bytes; /* rows of fewer bytes are left out */
    bool show_data;     /* the first bytes of equal strings may appear */
};

/* `options` NULL is the defaults. */
GT_API struct gt_error *gt_heap_table_create(struct gt_analysis *analysis,
                                             const struct gt_heap_options *options,
                                             struct gt_heap_table **table);
/* As text, JSON (the schema gotopsy-heap/1) or GT_FORMAT_CSV. */
GT_API struct gt_error *gt_heap_table_write(const struct gt_heap_table *table,
                                            enum gt_format format, const struct gt_style *style,
                                            FILE *to);
GT_API void gt_heap_table_destroy(struct gt_heap_table *table); /* NULL is allowed */

GT_API const char *gt_heap_by_name(enum gt_heap_by by); /* "type"; NULL when there is none */

/* ---- paths: what keeps an object alive ------------------------------------------------------- */

struct gt_root_path {    /* the shortest from some root, of those that lead through none of the
                            objects of the paths before it */
    const char *kind;    /* of the root: "global", "goroutine", "finalizer" (and cleanups, and those
                            that wait to run), "timer", "runtime" */
    uint64_t goroutine;  /* whose frame the root is in; 0: none */
    uint64_t objects;    /* between the root and the object */
    uint64_t left_out;   /* of these, not told, in the middle */
    struct gt_path path; /* to the word that points to the object */
};

struct gt_paths {
    struct gt_report *process;        /* core and binary alone; owns all the rest */
    uint64_t address;                 /* that was asked for */
    struct gt_block object;           /* that holds it; its data begins at `address` of this */
    bool live;                        /* else no path leads there */
    const struct gt_root_path *paths; /* one from each kind of root first, then others */
    size_t path_count;
    bool more; /* there are more than were asked for */
};

struct gt_path_options {
    size_t size; /* sizeof this struct */
    uint64_t address;
    size_t most; /* paths; 0: 10 */
};

/* GT_ERR_USAGE when the address is in no heap object. */
GT_API struct gt_error *gt_paths_create(struct gt_analysis *analysis,
                                        const struct gt_path_options *options,
                                        struct gt_paths **paths);
/* As text, or JSON by the schema gotopsy-paths/1. */
GT_API struct gt_error *gt_paths_write(const struct gt_paths *paths, enum gt_format format,
                                       const struct gt_style *style, FILE *to);
GT_API void gt_paths_destroy(struct gt_paths *paths); /* NULL is allowed */

/* ---- values: what lies at an address, by its type ------------------------------------------- */

struct gt_typed_value {
    const char *name; /* "owner" of a field or variable, "[3]" of an element, "*" of what a pointer
                         leads to; NULL of an entry of a map, which has a key, and of a root */
    const char *type; /* NULL when unknown */
    /* "bool", "number", "string", "bytes" (a slice or array of bytes), "array", "slice", "struct",
     * "map", "channel", "pointer", "interface", "func", "unsafe pointer", "unknown" */
    const char *kind;
    uint64_t address;    /* where it lies; 0: it is in no memory */
    const char *text;    /* of a bool or number, as Go prints it; of a func, its function; NULL */
    uint64_t points_to;  /* of what points: 0 is nil */
    int64_t len, cap;    /* of strings, bytes, arrays, slices, maps, channels; else GT_UNKNOWN */
    const char *dynamic; /* of an interface: the type of what is in it; NULL: nil, or unknown */
    const char *data;    /* of strings and bytes: the first of them, when show_data asks for them */
    uint64_t data_bytes;
    const char *note; /* what is wrong with it, or left out; or NULL */
    uint32_t first;   /* its parts are values[first] up to values[first + count) */
    uint32_t count;
    uint32_t key;      /* of a map's entry: values[key]; 0: it is none */
    uint32_t depth;    /* pointers followed from the root to it */
    uint64_t left_out; /* parts that are not told */
};

/* Values as trees, breadth first: a part comes behind what it is part of. values[0] is the root. */
struct gt_values {
    const struct gt_typed_value *values;
    size_t count;
    bool cut; /* there was more than a document holds */
};

struct gt_view {
    struct gt_report *process; /* core and binary alone; owns all the rest */
    const char *what;          /* "global", "variable" (of a frame), "object" or "memory" */
    const char *name;          /* "main.bank"; NULL when it has none */
    uint64_t goroutine;        /* of a frame's variable; else 0 */
    uint64_t address, bytes;
    struct gt_values value;
    int64_t retained_bytes; /* what would be freed with the object that it lies in, or with what the
                               global points to; GT_UNKNOWN: it is no live object or global */
    int64_t retained_objects;
    const char *note; /* what to know of it; or NULL */
};

struct gt_show_options {
    size_t size; /* sizeof this struct */
    uint64_t address;
    const char *type; /* NULL: that of what lies at the address */
    const char *name; /* of gt_global_create: the global's */
    size_t depth;     /* how many pointers to follow, one behind the other; 0: 1 */
    size_t most;      /* elements and entries of each; 0: 20 */
    bool show_data;   /* the first bytes of strings */
};

/*
 * What lies at an address, as a value of its type: a heap object, a part of one, a global, a
 * frame's variable, or memory that is told to be of a type. GT_ERR_USAGE when no type is known, or
 * none has that name: the error has names that are near.
 */
GT_API struct gt_error *gt_show_create(struct gt_analysis *analysis,
                                       const struct gt_show_options *options,
                                       struct gt_view **view);
/* A global variable by its name, "main.bank" or the end of it after a slash or dot. */
GT_API struct gt_error *gt_global_create(struct gt_analysis *analysis,
                                         const struct gt_show_options *options,
                                         struct gt_view **view);
/* As text, or JSON by the schema gotopsy-show/1. */
GT_API struct gt_error *gt_view_write(const struct gt_view *view, enum gt_format format,
                                      const struct gt_style *style, FILE *to);
GT_API void gt_view_destroy(struct gt_view *view); /* NULL is allowed */

/* ---- one goroutine, with its variables ------------------------------------------------------- */

struct gt_variable {
    const char *name; /* "buf"; "slot -0x38" of a word that is no variable's, from where the frame
                         of the caller begins; "register" */
    uint64_t address, bytes; /* where it lies; 0: in a register */
    bool inferred;           /* a pointer word by the collector's maps: its type is that of what it
                                points to */
    uint32_t frame;
    struct gt_values value;
    uint64_t retained_bytes; /* what would be freed without this variable alone */
};

struct gt_frame_view {
    struct gt_stack calls; /* the function, and before it those that are inlined there */
    uint64_t cfa;          /* where the frame of the caller begins */
    const struct gt_variable *variables;
    size_t variable_count;
};

struct gt_goroutine_view {
    struct gt_report *process;        /* core and binary alone; owns all the rest */
    uint64_t id, parent;              /* parent: who started it; 0 when unknown */
    const char *status, *wait_reason; /* wait_reason NULL unless it waits */
    uint64_t stack_bytes;
    struct gt_source_location created_by; /* function NULL when unknown */
    const struct gt_frame_view *frames;   /* innermost first */
    size_t frame_count;
    uint64_t frames_left_out;
};

struct gt_goroutine_options {
    size_t size; /* sizeof this struct */
    uint64_t goroutine;
    size_t depth;   /* how many pointers of a variable to follow, one behind the other; 0: none */
    size_t most;    /* elements and entries of each value; 0: 20 */
    bool show_data; /* the first bytes of strings */
};

/* GT_ERR_USAGE when no goroutine has the id. */
GT_API struct gt_error *gt_goroutine_create(struct gt_analysis *analysis,
                                            const struct gt_goroutine_options *options,
                                            struct gt_goroutine_view **view);
/* As text, or JSON by the schema gotopsy-goroutine/1. */
GT_API struct gt_error *gt_goroutine_write(const struct gt_goroutine_view *view,
                                           enum gt_format format, const struct gt_style *style,
                                           FILE *to);
GT_API void gt_goroutine_destroy(struct gt_goroutine_view *view); /* NULL is allowed */

/* ---- diff: what grew between two cores ------------------------------------------------------ */

enum gt_growth_of { /* what the rows of a section are */
                    GT_GROWTH_FINDINGS,
                    GT_GROWTH_HOLDERS,
                    GT_GROWTH_GOROUTINES,
                    GT_GROWTH_TYPES,
                    GT_GROWTH_ROOTS,
                    GT_GROWTHS
};

/*
 * One thing that is in one of two cores or in both. Things are the same when they have the same
 * name: a type by its name, a root by its kind and name, goroutines by their stack, state and
 * creator, a finding by its kind and by what holds it or where it waits, a holder by its name, type
 * and path. Addresses play no part, so cores of two runs can be compared.
 */
struct gt_growth {
    const char *name;
    const char *where; /* what holds it, or who created it; NULL when there is nothing to say */
    uint64_t old_count, new_count; /* objects, goroutines, or what a finding counts */
    /* Live bytes: of a type all of its objects, of a root what it alone keeps, of a holder what it
     * keeps, of a finding what it frees, of goroutines their stacks and what they alone keep. */
    uint64_t old_bytes, new_bytes;
};

struct gt_growth_section {
    const struct gt_growth *rows; /* the largest growth first, what shrank last */
    size_t count;
    uint64_t unchanged;      /* things that have the same count and bytes in both */
    uint64_t left_out;       /* others, by `top` or `min_bytes` */
    int64_t left_out_growth; /* theirs together, in bytes */
};

enum gt_sameness { GT_DIFFERENT, GT_SAME, GT_SAMENESS_UNKNOWN };

struct gt_diff {
    struct gt_report *older, *newer; /* whole reports */
    /* By its number, and by what the kernel chose at random when it began: where its stack and vDSO
     * lie, and 16 bytes on its stack (create_elf_tables() in fs/binfmt_elf.c). Unknown when one of
     * the cores lacks these. */
    enum gt_sameness process;
    int64_t elapsed_ns; /* between two cores of one process, about, by the latest times that they
                           mention (nanotime in runtime/time_nofake.go); else GT_UNKNOWN */
    struct gt_growth_section sections[GT_GROWTHS];
    const char *const *notes; /* what the numbers do not say by themselves, a line each */
    size_t note_count;
    struct gt_arena *storage; /* private */
};

struct gt_diff_options {
    size_t size;        /* sizeof this struct */
    size_t top;         /* at most so many rows a section; 0: 10 */
    uint64_t min_bytes; /* rows that changed by fewer bytes are left out; 0: 64 KiB */
};

/* Compares two cores, which are analysed if they were not yet. Both analyses are the caller's, and
 * may be closed afterwards. `options` NULL is the defaults. */
GT_API struct gt_error *gt_diff_create(struct gt_analysis *older, struct gt_analysis *newer,
                                       const struct gt_diff_options *options,
                                       struct gt_diff **diff);
/* As text, Markdown, or JSON by the schema gotopsy-diff/1. */
GT_API struct gt_error *gt_diff_write(const struct gt_diff *diff, enum gt_format format,
                                      const struct gt_style *style, FILE *to);
GT_API void gt_diff_destroy(struct gt_diff *diff); /* NULL is allowed */

GT_API const char *gt_growth_name(enum gt_growth_of what); /* "types"; NULL when there is none */

/* ---- check: gotopsy's live set against the collector's own marks --------------------------- */

enum gt_verdict {
    GT_EXACT,          /* the same objects */
    GT_EXPLAINED,      /* every difference has a reason with evidence */
    GT_DIFFERS,        /* some have none: gotopsy may miss a root or an edge */
    GT_NOT_COMPARABLE, /* the core has no complete marks, or lacks memory; `reason` says why */
};

struct gt_check_options {
    size_t size;     /* sizeof this struct */
    size_t examples; /* objects of each label; 0: 10, and text shows only unexplained ones */
};

struct gt_check_example {
    uint64_t address, bytes;
    const char *type; /* as far as the object itself tells it; NULL unknown */
};

/* Differences of one kind, and what is known of them. */
struct gt_check_label {
    const char *name;
    bool explains; /* the evidence explains them; else they remain unexplained */
    uint64_t objects, bytes;
    const struct gt_check_example *examples;
    size_t example_count;
};

struct gt_difference {
    uint64_t objects, bytes;
    const struct gt_count *explained; /* reason -> objects */
    size_t explained_count;
    const struct gt_check_label *labels; /* explained or not */
    size_t label_count;
};

struct gt_check {
    uint64_t gc_objects, gc_bytes, own_objects, own_bytes;
    struct gt_difference only_gc, only_own;
    uint64_t unjudged_objects; /* allocated since the last mark: the collector has no verdict */
    const uint64_t *examples;  /* addresses of unexplained objects, the first few */
    size_t example_count;
    enum gt_verdict verdict;
    bool all_examples;  /* text shows explained ones too */
    const char *reason; /* GT_NOT_COMPARABLE: why; else NULL */
    const char *phase;  /* the collector's: "off", "mark", "mark termination" or "unknown" */
    uint64_t cycles;    /* collections whose mark was completed */
    uint64_t ran_since; /* goroutines that ran since the last mark began */
    const char *lacks;  /* what the core lacks of what leads to objects; NULL: nothing */
    uint64_t missing_bytes;
    struct gt_arena *storage; /* private */
};

/* `options` may be NULL. */
GT_API struct gt_error *gt_check_create(struct gt_analysis *analysis,
                                        const struct gt_check_options *options,
                                        struct gt_check **check);
GT_API struct gt_error *gt_check_write(const struct gt_check *check, enum gt_format format,
                                       const struct gt_style *style, FILE *to);
GT_API void gt_check_destroy(struct gt_check *check); /* NULL is allowed */

#ifdef __cplusplus
}
#endif

#endif
