/*
 * gotopsy: what a Go core dump keeps alive, by whom, in bytes.
 *
 *     struct gt_core_options options = {.size = sizeof options, .core_path = "core"};
 *     struct gt_analysis *analysis;
 *     struct gt_report *report;
 *     struct gt_error *error = gt_open(&options, &analysis);
 *     if (!error) error = gt_report_create(analysis, NULL, &report);
 *     if (!error) error = gt_report_write(report, GT_FORMAT_JSON, NULL, stdout);
 *
 * Ownership: what a function hands out through a `struct X **` is the caller's. The caller gives it
 * back by X_destroy, an analysis by gt_close. All that a report points to belongs to that report,
 * and a report stands alone: it outlives its analysis.
 * Errors: NULL is success; else an error that the caller frees with gt_error_destroy().
 * Threads: distinct analyses are independent; one analysis or report serves one thread at a time.
 * A call may start threads of its own, which end before it returns. They take no signals from
 * outside.
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
#define GT_UNKNOWN INT64_MIN /* a duration or count that the core does not have */

/* ---- errors ------------------------------------------------------------------------------- */

struct gt_error;

enum gt_code {
    GT_ERR_USAGE = 1, /* the call or the command line is wrong */
    GT_ERR_IO,        /* a file cannot be opened, read or written */
    GT_ERR_FORMAT,    /* not a core, not Go, or damaged beyond use */
    GT_ERR_MISMATCH,  /* the binary is not the one of the core */
    GT_ERR_MISSING,   /* something required is missing: the binary, its layouts */
    GT_ERR_MEMORY,    /* memory ran out. The object of the call can only be closed or freed */
};

GT_API const char *gt_error_message(const struct gt_error *error); /* one line, no newline */
GT_API enum gt_code gt_error_code(const struct gt_error *error);
/* The file that the error is about; for an error in the target's memory, the core. NULL when there
 * is none: errors of GT_ERR_USAGE and GT_ERR_MEMORY, and failures to write to a FILE, may have
 * none. */
GT_API const char *gt_error_path(const struct gt_error *error);
GT_API int gt_error_errno(const struct gt_error *error); /* of a system call; 0: none */
/* Where the target's memory is at fault; 0: nowhere. */
GT_API uint64_t gt_error_address(const struct gt_error *error);
GT_API void gt_error_destroy(struct gt_error *error); /* NULL is allowed */
/* As JSON, by the schema gotopsy-error/1; GT_ERR_IO when `to` cannot be written. */
GT_API struct gt_error *gt_error_write(const struct gt_error *error, FILE *to);

/* ---- opening ------------------------------------------------------------------------------ */

struct gt_analysis;

/* Progress of long work: `done` of `total` steps of `what`. */
typedef void gt_progress_fn(void *ctx, const char *what, uint64_t done, uint64_t total);

struct gt_core_options {
    size_t size;                  /* sizeof this struct */
    const char *core_path;        /* required; may be compressed (zstd, lz4, xz, gzip); "-" is
                                     standard input */
    const char *const *exe_paths; /* binaries, or directories to search; NULL-terminated or NULL */
    const char *sysroot;          /* directory that is the root of the paths in the core, such as a
                                   * container's; symbolic links do not lead out of it. Or NULL */
    bool force_exe;               /* accept the binary although its build ID differs */
    bool in_memory;               /* unpack into memory; else into an unnamed file under TMPDIR,
                                   * which ends with the process */
    gt_progress_fn *progress;     /* or NULL */
    void *progress_ctx;
    uint64_t max_unpacked; /* bytes; GT_ERR_FORMAT when a file unpacks to more; 0: four times the
                            * machine's memory */
    unsigned threads;      /* most threads that a call on the analysis uses, its own included; 0: as
                            * many as there are processors. Results are the same with any number */
    const char *cache_path; /* a folder of the user's own, made when it is not there. What a
                             * binary's debug information says of the runtime is kept in it, so that
                             * the next opening need not read that. It is bounded, and may be
                             * deleted at any time. NULL: nothing is kept, and nothing is written */
};

/*
 * Opens a core and its binary and rebuilds the Go runtime's state: spans, objects, goroutines,
 * roots. The paths are only read during the call; the files stay mapped until gt_close(). If
 * another process shortens a mapped file, reading past its end raises SIGBUS.
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
    GT_LIKELY,  /* an innocent explanation exists, and nothing in the core supports it */
    GT_SUSPECT, /* a person must judge */
};

enum gt_origin {                    /* whose code a function is */
                 GT_ORIGIN_UNKNOWN, /* C code, or code without a source file */
                 GT_ORIGIN_PROGRAM, /* of the main module, or of a module in a local folder */
                 GT_ORIGIN_DEPENDENCY,
                 GT_ORIGIN_LIBRARY /* Go's own */
};

struct gt_source_location { /* a location in the source */
    const char *function;   /* "main.(*server).loop"; never NULL */
    const char *file;       /* the full path, as the compiler had it; NULL when unknown */
    const char *source;     /* from the top of its module: "internal/fetch/fetch.go",
                               "github.com/x/y@v1.2.0/z.go", "net/http/transport.go"; or NULL */
    enum gt_origin origin;
    uint32_t line;   /* 0 when unknown */
    bool inlined;    /* inlined into the next location of its stack */
    uint64_t pc;     /* of the call, or of the interrupted instruction; 0 when unknown */
    uint32_t offset; /* of the pc where it continues, from its function's start; 0 when inlined */
    bool internal;   /* the runtime's or the compiler's: Go's tracebacks leave it out */
    /* "{#, #}, #?" in the form of Go's tracebacks: each # is a word, with a ? after one that may be
     * stale. "" when there are none, NULL when they are not known. */
    const char *arguments;
    /* For the entry "... 72 frames ...", which stands for frames that were left out: their number.
     * They repeat the `period` locations before them; 0 when they do not. With `recursive`, they
     * are of the functions before and after them, which call one another. */
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

enum gt_step_kind {
    GT_STEP_NAMED,    /* what has a name of its own: a variable, an area of memory */
    GT_STEP_OBJECT,   /* of the heap */
    GT_STEP_ENTRY,    /* of a map's storage */
    GT_STEP_LEFT_OUT, /* `count` steps that are left out */
};

/* "map entry"; NULL for the kinds that have a name of their own or a count. */
GT_API const char *gt_step_kind_name(enum gt_step_kind kind);

/* One step of the path from a root to an object. */
struct gt_step {
    const char *what;  /* GT_STEP_NAMED: "global main.sessions", "(*server).loop frame 2"; for other
                        * kinds NULL */
    uint64_t address;  /* of the word or object that holds the next step; 0 when it has none */
    const char *type;  /* of the target of the step; NULL when unknown */
    const char *field; /* ".token", "[4]"; NULL when the step is not through a field */
    enum gt_step_kind kind;
    uint64_t count; /* GT_STEP_LEFT_OUT: objects; else 0 */
};

struct gt_path {
    const struct gt_step *steps;
    size_t count;
};

struct gt_block {
    uint64_t address, size;
    const char *type; /* NULL when unknown */
};

enum gt_window_kind { GT_WINDOW_STRING, GT_WINDOW_SLICE, GT_WINDOW_ELEMENT };

struct gt_window { /* a live string, slice or element pointer into a block */
    uint64_t offset, length, capacity;
    enum gt_window_kind kind;
    const char *holder; /* "main.Session.token"; NULL when unknown */
    const char *data;   /* the first bytes of a string; NULL without show_data */
};

struct gt_slot { /* a pointer slot of an array that no window covers */
    uint64_t index;
    struct gt_block target;
};

struct gt_edge { /* one edge of a cycle: the object, and the field that leads to the next one */
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
                     GT_THING_SEMAPHORE, /* not part of a type of sync */
};

enum gt_action { /* what it waits to do */
                 GT_ACTION_UNKNOWN,
                 GT_ACTION_RECEIVE,
                 GT_ACTION_SEND,
                 GT_ACTION_LOCK,  /* lock a mutex; lock a RWMutex, after another writer */
                 GT_ACTION_READ,  /* read-lock a RWMutex, after a writer. IO: read or accept */
                 GT_ACTION_WRITE, /* lock a RWMutex, after its readers. IO: write or connect */
                 GT_ACTION_WAIT,  /* wait for a wait group's counter */
};

struct gt_blocked_thing { /* one of the objects that a goroutine waits for */
    enum gt_thing_kind what;
    enum gt_action action;
    uint64_t address; /* where it begins: address of the mutex, of the hchan */
    const char *type; /* "chan int", "sync.RWMutex"; NULL when unknown */
    const char *name; /* of the variable or field that contains it: "global main.mu",
                       * "main.account.Mutex"; or NULL */
};

enum gt_ticker_kind {
    GT_TICKER_PERIODIC, /* a time.Ticker */
    GT_TICKER_TIMER,    /* a time.Timer, or another that is no time.AfterFunc */
    GT_TICKER_FUNC,     /* of time.AfterFunc */
};

enum gt_mechanism { GT_MECHANISM_FINALIZER, GT_MECHANISM_CLEANUP };

/* One instance of a finding. The finding's kind decides which member is valid. */
struct gt_instance {
    union {
        struct { /* GT_SUBSTRING, GT_SUBSLICE */
            struct gt_block block;
            const struct gt_window *windows;
            size_t window_count;
            uint64_t wasted_bytes, spare_bytes;
            struct gt_stack allocated_at; /* empty when the core has no sample */
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
            uint64_t parent;                        /* the goroutine that started it; 0 when unknown
                                                     */
            const struct gt_blocked_thing *blocked; /* all that it waits for: several objects in a
                                                     * select */
            size_t blocked_count;
        } hung;
        struct { /* GT_TICKER */
            uint64_t timer;
            enum gt_ticker_kind what;
            int64_t period_ns, due_in_ns;
            const char *callback;
            bool referenced; /* something other than the timer heap refers to it */
            struct gt_path owner_path;
        } ticker;
        struct { /* GT_FINALIZER_CYCLE */
            struct gt_block object;
            enum gt_mechanism mechanism;
            const char *function;
            const struct gt_edge *cycle;
            size_t cycle_len;
        } cycle;
        struct { /* GT_DEFERRED_CALLS */
            uint64_t goroutine;
            struct gt_source_location site; /* of the function that defers */
            const char *deferred_function;
            uint64_t calls;
        } deferred;
    };
};

enum gt_undecided_reason {                              /* what prevents the analysis of a block */
                           GT_UNDECIDED_UNTYPED,        /* a pointer of unknown type */
                           GT_UNDECIDED_UNSAFE_POINTER, /* an unsafe.Pointer */
                           GT_UNDECIDED_BYTE_POINTER,   /* a *byte, or a pointer to a type of its
                                                         * size */
                           GT_UNDECIDED_UNFIT,          /* a string or slice that does not fit it */
                           GT_UNDECIDED_STALE,   /* only words that may be stale lead to it */
                           GT_UNDECIDED_WEAK,    /* a weak pointer can make all of it reachable
                                                  * again */
                           GT_UNDECIDED_UNEQUAL, /* slices in it have elements of different sizes */
                           GT_UNDECIDED_MAY_BE_TEXT, /* a pointer beside a number, which may be a
                                                      * short string */
                           GT_UNDECIDED_CONTRADICTS, /* a string or slice of bytes covers pointers
                                                      */
};

/* "unsafe.Pointer"; NULL when there is none. */
GT_API const char *gt_undecided_reason_name(enum gt_undecided_reason reason);

struct gt_undecided {      /* live blocks that were not analysed, with one reason */
    uint64_t count, bytes; /* number of blocks, and the sum of their sizes */
    struct gt_block block; /* the largest of them */
    enum gt_undecided_reason reason;
    uint64_t word;          /* address of such a word into the block; 0: a register, or none */
    const char *holder;     /* of the word: "main.arena.base", "global main.pages"; or NULL */
    struct gt_path path;    /* from a root to the word; may be empty */
    int64_t retained_bytes; /* what these blocks alone keep alive, beside themselves; GT_UNKNOWN
                             * when it was not computed */
};

enum gt_holder_kind {
    GT_HOLDER_MAP,
    GT_HOLDER_SLICE,
    GT_HOLDER_CHANNEL,
    GT_HOLDER_LIST,    /* objects that lead to one another */
    GT_HOLDER_OBJECT,  /* any other */
    GT_HOLDER_OBJECTS, /* many objects of one kind that several variables lead to: no variable alone
                        * keeps them */
    GT_HOLDER_VARIABLE /* words of globals or frames that keep many things directly */
};

/*
 * One of the largest holders of the live heap, where it piles up. A holder keeps what would be
 * garbage without it, so no two of them keep the same object.
 */
struct gt_heap_holder {
    enum gt_holder_kind what;
    const char *name;        /* "main.cache.byKey", "main.sessions"; NULL when unknown */
    const char *type;        /* "map[string]*main.price", "[]*main.row"; NULL when unknown */
    uint64_t address;        /* of the object, the largest if there are several; 0: a variable */
    uint64_t count;          /* objects of the kind, or words of the variable; else 1 */
    uint64_t bytes, objects; /* that it keeps, itself included */
    int64_t entries, room;   /* entries, elements or values, and slots for them; GT_UNKNOWN */
    int64_t storage_bytes;   /* bytes of those slots; GT_UNKNOWN */
    int64_t spare_bytes;     /* of these, what a fresh copy of the contents would free; GT_UNKNOWN
                              */
    const char *most_type;   /* the type with most of the typed bytes; NULL when unknown */
    uint64_t most_count, most_bytes;
    const char *most_field; /* "bytes.Buffer.buf": the field that holds the largest of those; NULL
                             * when unknown, or equal to `name` */
    const char *advice;     /* NULL: there is none */
    struct gt_path path;    /* from a root to the word that holds it; may be empty */
};

enum gt_aside_reason {                         /* why spare capacity is set aside */
                       GT_ASIDE_REUSED,        /* its owner keeps it for reuse by design */
                       GT_ASIDE_OWNER_UNKNOWN, /* the type of its owner is not known: it may reuse
                                                * it */
                       GT_ASIDE_EMPTY, /* all its slices have length 0: they can be filled again */
                       GT_ASIDE_UNUSED_SLOTS, /* slots for pointers that their owner has cleared */
                       GT_ASIDE_ADDRESS,      /* around an IP address that Go's library made of a
                                               * socket's      (net/tcpsock_posix.go, sockaddrToTCP) */
};

struct gt_set_aside {      /* spare capacity that is no finding, since it is kept for reuse */
    uint64_t count, bytes; /* number of blocks, and their bytes outside every length */
    struct gt_block block; /* the block with most of these bytes */
    enum gt_aside_reason reason;
    const char *owner;  /* GT_ASIDE_REUSED: the type that reuses it, "bytes.Buffer", or the variable
                         * of  the runtime; else NULL */
    const char *holder; /* "bytes.Buffer.buf"; NULL when unknown */
    struct gt_path path; /* from a root to a typical holder; may be empty */
};

struct gt_smaller {    /* findings of one kind that are too small to be listed */
    uint64_t findings; /* 0: there are none */
    uint64_t suspects; /* of these, the ones that a person must judge */
    uint64_t count;    /* blocks, goroutines, timers, cycles or deferred calls, of all of them */
    uint64_t bytes;    /* what each one alone frees, stacks included; no byte counts twice */
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
                                * were allocated for these goroutines. When these end, the runtime
                                * keeps them for new goroutines */
    uint64_t objects_freed;    /* heap objects that go when it is fixed */
    uint64_t count;            /* blocks, goroutines, timers, cycles or deferred calls */
    const char *doubt;         /* why it is not proven, as a sentence; NULL: no evidence is missing,
                                * or the kind itself limits the confidence */
    const char *advice;        /* one sentence naming the idiom that fixes it */
    struct gt_path path;       /* from a root to a typical holder; empty when there is none */
    const struct gt_instance *instances; /* the largest ones */
    size_t instance_count;
};

struct gt_ancestor {                      /* the goroutine that started another one, or started that
                                           * one's creator */
    uint64_t goroutine;                   /* 0 when a group's goroutines had several */
    struct gt_stack stack;                /* at that time */
    struct gt_source_location created_by; /* function NULL when unknown */
};

struct gt_kept {             /* what a group of goroutines keeps through one variable */
    uint64_t bytes, objects; /* of the group's retained bytes and objects: each counts for one
                              * variable */
    uint64_t goroutine;      /* the one for which it keeps most; 0 when unknown */
    struct gt_path path;     /* from its variable to where most of it lies; may be empty */
};

enum gt_goroutine_status {                    /* runtime/runtime2.go, without the scan bit */
                           GT_STATUS_UNKNOWN, /* one that Go does not have */
                           GT_STATUS_IDLE,    /* just allocated */
                           GT_STATUS_RUNNABLE,
                           GT_STATUS_RUNNING,
                           GT_STATUS_SYSCALL,
                           GT_STATUS_WAITING,
                           GT_STATUS_DEAD,
                           GT_STATUS_COPYSTACK, /* its stack is being moved */
                           GT_STATUS_PREEMPTED,
                           GT_STATUS_LEAKED, /* waits, and Go found that nothing can wake it */
                           GT_STATUSES
};

/* The word of a Go traceback: "syscall", "unknown"; NULL when there is none. */
GT_API const char *gt_goroutine_status_name(enum gt_goroutine_status status);

struct gt_status_count {
    enum gt_goroutine_status status;
    uint64_t number; /* of goroutines */
};

struct gt_goroutine_group { /* goroutines with the same stack, status and wait reason */
    uint64_t count;
    const uint64_t *ids;
    size_t id_count;
    enum gt_goroutine_status status;
    const char *wait_reason; /* NULL when it does not wait; "sync.WaitGroup.Wait" in all versions */
    const char *go_wait_reason; /* as the program's Go says it: up to 1.23 that is "semacquire" */
    int64_t wait_ns_max;
    const int64_t *waits_ns; /* for each of ids; NULL when only the longest was kept */
    struct gt_stack stack;
    struct gt_source_location created_by; /* function NULL when unknown */
    const char *created_in;               /* the function into which that was inlined, or that
                                           * function itself */
    const struct gt_ancestor *ancestors;  /* if GODEBUG=tracebackancestors was set */
    size_t ancestor_count;
    const uint64_t *parents; /* for each of ids, the goroutine that started it: 0 when unknown; may
                              * be NULL */
    /* For each of ids, word_count words: the arguments of the stack's calls, in order. NULL without
     * the option, or when the core lacks some. */
    const uint64_t *words;
    size_t word_count;
    bool locked;     /* to their threads */
    uint64_t bubble; /* the number of their synctest bubble; 0 when in none */
    const struct gt_label *labels;
    size_t label_count;
    uint64_t stack_bytes;
    /* What would go if these goroutines went, beside their stacks: heap that nothing else keeps, in
     * bytes and objects. GT_UNKNOWN without the option, or when the core lacks their stacks. */
    int64_t retained_bytes, retained_objects;
    bool retained_exact;        /* false: missing parts of the core could change it */
    const struct gt_kept *kept; /* the largest first; a few */
    size_t kept_count;
    bool system;
};

enum gt_thread_state {
    GT_THREAD_UNKNOWN, /* it has an m; nothing else is known */
    GT_THREAD_RUNNING, /* Go code, for its goroutine */
    GT_THREAD_SYSCALL, /* in a system call of its goroutine */
    GT_THREAD_IN_C,    /* in a C function that its goroutine called */
    GT_THREAD_IDLE,    /* parked until there is work for it */
    GT_THREAD_RUNTIME, /* work of the runtime: its scheduler, its monitor */
    GT_THREAD_FOREIGN, /* a thread of C that the runtime does not know */
};

struct gt_os_thread {
    int64_t tid;
    enum gt_thread_state state;
    uint64_t goroutine; /* that it runs, or is in C or in a system call for; 0 when none */
    bool interrupted;   /* by a signal, whose handler is left out of the stack */
    int32_t signal;     /* that stopped or killed it; 0 when none */
    /* C's functions, the runtime's on the thread's own stack, then its goroutine's. C's are read
     * only on amd64 hosts, from amd64 cores. Empty when it cannot be read. */
    struct gt_stack stack;
    const char *incomplete; /* why the stack ends early; NULL when it does not */
};

struct gt_panic { /* one in progress when the process died */
    /* The type of the value that panic was called with: "*main.codeErr"; "nil". NULL when the core
     * does not have it, since Go has replaced an error by its text. */
    const char *type;
    /* A number, or a text: the value's own, or that of its method Error or String, as Go prints it.
     * Without show_data only texts of the runtime. NULL when there is none, and when it is
     * hidden. */
    const char *value;
    uint64_t value_bytes; /* bytes of value, which may contain a NUL */
    uint64_t text_bytes;  /* bytes of the whole text; value may be only its beginning */
    uint64_t address;     /* an interface's data word, which Go prints for a struct or pointer */
    bool hidden;          /* it has a text that show_data would show */
    bool named;           /* Go prints the type around the value: main.number(12) */
    bool by_runtime, recovered, goexit;
    bool repanicked; /* the next one has the same value: Go prints one line for both (1.25+) */
};

enum gt_memory_kind {                    /* what a part of the memory is */
                      GT_MEMORY_GO_HEAP, /* spans of objects, and pages for them */
                      GT_MEMORY_LIVE,
                      GT_MEMORY_GARBAGE, /* allocated and not reachable: it waits for a collection
                                          */
                      GT_MEMORY_FREE_SLOTS,     /* in spans with other objects */
                      GT_MEMORY_SIZE_CLASS,     /* those of one size class's spans */
                      GT_MEMORY_SPAN_ENDS,      /* after a span's last slot */
                      GT_MEMORY_IDLE_PAGES,     /* free, and not returned to the system */
                      GT_MEMORY_RELEASED_PAGES, /* returned to the system, or never touched */
                      GT_MEMORY_OTHER_PAGES,    /* the sum of the next two */
                      GT_MEMORY_PADDING,
                      GT_MEMORY_NOT_GROWN_TO, /* of arenas */
                      GT_MEMORY_STACKS,
                      GT_MEMORY_GOROUTINE_STACKS,
                      GT_MEMORY_SYSTEM_STACKS, /* for threads' Go code and signals */
                      GT_MEMORY_FREE_STACKS,   /* of no goroutine */
                      GT_MEMORY_METADATA,      /* the runtime's */
                      GT_MEMORY_ARENA_DESCRIPTORS,
                      GT_MEMORY_ARENA_INDEX,
                      GT_MEMORY_PAGE_ALLOCATOR,
                      GT_MEMORY_SPAN_DESCRIPTORS,
                      GT_MEMORY_SPAN_LIST,
                      GT_MEMORY_MARK_BITS,
                      GT_MEMORY_WORK_BUFFERS,
                      GT_MEMORY_CACHES, /* the allocator's */
                      GT_MEMORY_PROFILES,
                      GT_MEMORY_PERSISTENT, /* other persistent memory */
                      GT_MEMORY_PROGRAM,    /* the sum of globals and code */
                      GT_MEMORY_GLOBALS,
                      GT_MEMORY_CODE,
                      GT_MEMORY_C_HEAP,
                      GT_MEMORY_THREAD_STACKS,
                      GT_MEMORY_FILE_MAPPINGS,
                      GT_MEMORY_LIBRARIES,
                      GT_MEMORY_OTHER_FILES,
                      GT_MEMORY_KERNEL,    /* the kernel's pages: vDSO, vvar */
                      GT_MEMORY_ANONYMOUS, /* other anonymous memory */
                      GT_MEMORY_RESERVED,  /* address space that cannot be accessed: it takes no
                                              memory */
                      GT_MEMORY_RESERVED_HEAP,
                      GT_MEMORY_RESERVED_INDEX, /* for the page allocator */
                      GT_MEMORY_RESERVED_OTHER,
                      GT_MEMORY_KINDS
};

/* "live objects"; for a size class, and when there is none, NULL. */
GT_API const char *gt_memory_kind_name(enum gt_memory_kind kind);

/*
 * A part of the process's memory, of a tree in preorder. Parts with depth 0 sum to the mapped
 * memory, and the parts below a part sum to it.
 */
struct gt_memory_part {
    enum gt_memory_kind what;
    unsigned depth;
    uint64_t bytes;
    uint64_t resident_bytes; /* of these: see memory.resident_bytes */
    int64_t count;           /* spans of a size class; GT_UNKNOWN for other parts */
    uint64_t size;           /* of a size class's objects; 0: large ones, or another part */
};

struct gt_size_class { /* of the heap's spans in use; size 0: each span is one large object */
    uint64_t size, spans, bytes;
    uint64_t live_bytes, garbage_bytes, free_bytes, end_bytes; /* they sum to bytes */
};

/* The runtime's own counters, by the names of runtime.MemStats (mstats.go, readmemstats_m).
 * GT_UNKNOWN when the core does not have them. */
struct gt_counters {
    int64_t heap_sys, heap_idle, heap_in_use, heap_released;
    int64_t stack_in_use, stack_sys, mspan_sys, mcache_sys, buck_hash_sys, gc_sys, other_sys;
};

/* When the next collection begins (mgcpacer.go, gcControllerState); GT_UNKNOWN when not known. */
struct gt_pacing {
    int64_t gogc;         /* percent; -1: off */
    int64_t memory_limit; /* GOMEMLIMIT; INT64_MAX: there is none */
    int64_t heap_goal;    /* by GOGC alone; INT64_MAX: there is none */
    int64_t heap_live;    /* marked by the last collection or allocated since */
    int64_t heap_marked;
};

/* Two records of one fact in the core that differ, as a list and its length, or a count and its
 * bits. */
struct gt_coverage_contradiction {
    const char *what; /* "spans whose allocCount is not what freeindex and allocBits say" */
    uint64_t count;   /* of the records named first */
    uint64_t example; /* the address of the first of them; 0: none is known */
};

enum gt_gc_phase {                /* of the collector (runtime/mgc.go) */
                   GT_GC_UNKNOWN, /* the core does not show it */
                   GT_GC_OFF,     /* no mark is in progress; spans may still be swept */
                   GT_GC_MARK,
                   GT_GC_MARK_TERMINATION,
};

/* "mark termination", "unknown"; NULL when there is none. */
GT_API const char *gt_gc_phase_name(enum gt_gc_phase which);

/* The name of a Linux signal: "SIGABRT"; NULL when it has none, as 0 and the real-time ones. */
GT_API const char *gt_signal_name(int32_t signal);

enum gt_signal_reason {                                /* why a signal was raised: its si_code */
                        GT_SIGNAL_REASON_UNKNOWN,      /* asm-generic/siginfo.h does not say */
                        GT_SIGNAL_NOT_MAPPED,          /* SEGV_MAPERR */
                        GT_SIGNAL_ACCESS,              /* SEGV_ACCERR */
                        GT_SIGNAL_PROTECTION_KEY,      /* SEGV_PKUERR */
                        GT_SIGNAL_NO_ADDRESS,          /* SI_KERNEL of SIGSEGV and SIGBUS */
                        GT_SIGNAL_MISALIGNED,          /* BUS_ADRALN */
                        GT_SIGNAL_NO_MEMORY,           /* BUS_ADRERR */
                        GT_SIGNAL_HARDWARE,            /* BUS_OBJERR */
                        GT_SIGNAL_MEMORY_FAILED,       /* BUS_MCEERR_AR, BUS_MCEERR_AO */
                        GT_SIGNAL_OPCODE,              /* ILL_ILLOPC */
                        GT_SIGNAL_OPERAND,             /* ILL_ILLOPN */
                        GT_SIGNAL_PRIVILEGED,          /* ILL_PRVOPC */
                        GT_SIGNAL_DIVISION,            /* FPE_INTDIV */
                        GT_SIGNAL_OVERFLOW,            /* FPE_INTOVF */
                        GT_SIGNAL_BREAKPOINT,          /* TRAP_BRKPT */
                        GT_SIGNAL_SINGLE_STEP,         /* TRAP_TRACE */
                        GT_SIGNAL_HARDWARE_BREAKPOINT, /* TRAP_HWBKPT */
                        GT_SIGNAL_TRAP,                /* SI_KERNEL of SIGTRAP */
                        GT_SIGNAL_SECCOMP,             /* SYS_SECCOMP */
                        GT_SIGNAL_KILL,                /* SI_USER */
                        GT_SIGNAL_SIGQUEUE,            /* SI_QUEUE */
                        GT_SIGNAL_TGKILL,              /* SI_TKILL */
                        GT_SIGNAL_TIMER,               /* SI_TIMER */
                        GT_SIGNAL_MESSAGE_QUEUE,       /* SI_MESGQ */
                        GT_SIGNAL_BY_KERNEL,           /* SI_KERNEL of other signals */
};

enum gt_core_origin { GT_CORE_UNKNOWN, GT_CORE_BY_KERNEL, GT_CORE_BY_GCORE };

/* "kernel", "unknown"; NULL when there is none. */
GT_API const char *gt_core_origin_name(enum gt_core_origin which);

enum gt_verified_by {                       /* how the binary was verified to be the core's */
                      GT_NOT_VERIFIED,      /* it was not, and nothing is proven */
                      GT_VERIFIED_BUILD_ID, /* by its build ID */
                      GT_VERIFIED_CONTENT,  /* by the bytes of it that the core has */
};

/* "build-id"; NULL when there is none. */
GT_API const char *gt_verified_by_name(enum gt_verified_by which);

struct gt_report {
    struct {
        const char *path;
        enum gt_core_origin origin;
        uint64_t bytes;
        bool truncated;
        int64_t pid;           /* GT_UNKNOWN when the core does not have it */
        const char *command;   /* NULL when the core does not have it */
        int32_t signal;        /* that made the kernel write the core; 0 when none is known */
        bool arguments_hidden; /* command is only the program's name, since show_data is not set */
    } core;
    struct {
        const char *path, *build_id, *go_version, *goarch; /* build_id NULL when it has none */
        enum gt_verified_by verified_by;
        bool dwarf, symbols;
        const char *const *experiments;
        size_t experiment_count;
        uint64_t code_start, code_end; /* addresses of its mapped code */
        uint64_t code_offset;          /* offset of that code in its file */
    } binary;
    struct {
        bool died; /* the runtime or a signal ended it; if false, nothing else is set */
        /* The signal that began it; 0 when there was none, or it is lost. It is not the SIGABRT
         * that Go's runtime finally raises for the core. */
        int32_t signal;
        bool has_address;     /* only for some faults */
        uint64_t address, pc; /* the address that could not be accessed, and the interrupted
                               * instruction */
        uint64_t raw_address; /* what Go prints as the address, known or not */
        bool has_code;
        int32_t code;                 /* of the signal: si_code */
        enum gt_signal_reason reason; /* what the code means */
        bool caught;               /* the signal became no panic: its handler ended the process */
        uint64_t m;                /* the number that Go gives the thread */
        bool signal_lost;          /* there was a signal, and the core does not show which */
        bool sent, sent_by_itself; /* a process sent it; this process did */
        int32_t sender_pid;        /* 0: a process outside of this one's PID namespace */
        uint32_t sender_uid;
        int32_t thread;          /* the thread that died, or that the signal hit; 0: unknown */
        const char *fatal_error; /* "all goroutines are asleep - deadlock!"; NULL: none, unknown */
        uint64_t goroutine;      /* that its thread ran, and whose group is the first; 0: none */
        const struct gt_panic *panics; /* the first one first */
        size_t panic_count;
    } crash;
    struct {
        uint64_t cycles;
        enum gt_gc_phase phase;
        uint64_t heap_marked;
    } gc;
    struct {
        uint64_t bytes, objects;
    } live;
    struct {
        uint64_t mapped_bytes;
        const struct gt_memory_part *parts; /* they sum to mapped_bytes */
        size_t part_count;
        const struct gt_memory_part *tree; /* the same in detail */
        size_t tree_count;
        /* Pages that the process had touched, as far as the core shows: those that are no hole of a
         * kernel's core, or else those that are not all zeros. Swapped-out pages count. Code and
         * other pages that a file backs are not in a core, and do not count: they are at most
         * file_bytes. */
        uint64_t resident_bytes;
        bool resident_is_least; /* pages of zeros count as untouched, though some may have been
                                 * touched */
        uint64_t file_bytes;
        const struct gt_size_class *size_classes; /* those in use, by size; large ones last */
        size_t size_class_count;
        struct gt_counters counters;
        struct gt_pacing pacing;
    } memory;
    struct {
        uint64_t total, system;
        const struct gt_status_count *by_status; /* those that occur */
        size_t status_count;
        const struct gt_goroutine_group *groups; /* the largest first */
        size_t group_count;
    } goroutines;
    struct {                             /* filled only by gt_report_create_threads() */
        const struct gt_os_thread *list; /* those with a goroutine first, idle ones last */
        size_t count;
    } threads;
    struct {
        uint64_t typed_bytes, untyped_bytes; /* of live objects with pointers */
        uint64_t frames_precise, frames_conservative;
        /* Words of frames that hold a pointer by the stack map, while the variable there has none
         * by the debug information. None of them is named. */
        uint64_t names_disputed;
        uint64_t missing_bytes;   /* of the heap and stacks that the core should have and lacks */
        uint64_t undecided_bytes; /* of all blocks that were not analysed, without those that
                                   * findings free */
        uint64_t undecided_blocks;
        uint64_t set_aside_bytes;        /* all spare capacity that is kept to be used again */
        uint64_t undecided_of[GT_KINDS]; /* bytes of those that might belong to a finding of it */
        const char *const *notes;        /* what was lost, and what contradicts itself, one line
                                          * each */
        size_t note_count;
        const struct gt_coverage_contradiction *contradictions; /* if there is one, nothing is
                                                                 * proven */
        size_t contradiction_count;
    } coverage;
    struct {
        uint64_t bytes, objects;
    } leaks_total; /* what goes when every finding is fixed; stacks included in bytes */
    struct {       /* what gt_wait_graph_create() gives in full, as far as locks alone show it */
        uint64_t deadlocks;  /* circles of goroutines that each hold a lock that the next one waits
                              * for */
        uint64_t deadlocked; /* goroutines on one of these */
        uint64_t behind;     /* goroutines that wait for a lock of a deadlocked one */
        uint64_t locks_left; /* of GT_LOCK_LEFT */
        bool all;            /* the frames of all goroutines were searched */
    } waits;
    const struct gt_finding *findings; /* the largest bytes_freed first */
    size_t finding_count;
    const struct gt_undecided *undecided; /* the largest blocks that were not analysed. They and
                                           * what they keep are in no finding. Largest bytes first
                                           */
    size_t undecided_count;
    const struct gt_set_aside *set_aside; /* those of at least min_bytes, largest first */
    size_t set_aside_count;
    const struct gt_heap_holder *holders; /* those with at least 5% of the live heap, largest first;
                                           * a few */
    size_t holder_count;
    bool looked_for_holders;             /* false: no_holders was set */
    uint64_t min_bytes;                  /* findings that free less are left out, in general */
    struct gt_smaller smaller[GT_KINDS]; /* the findings that free less: they are in no sum above */
    /* Which kinds could be looked for. A kind without a finding and with false is "could not look
     * for". */
    bool looked_for[GT_KINDS];
    struct gt_arena *storage; /* private: owns all of the above */
};

struct gt_report_options {
    size_t size;        /* sizeof this struct */
    uint64_t min_bytes; /* smallest finding; 0: the larger of 64 KiB and 0.1% of live */
    size_t instances;   /* at most so many for each finding; 0: 20 */
    bool show_data;     /* the first bytes of strings may appear, in windows' data and panics */
    bool no_holders;    /* leave out the largest holders, which take nearly half of the time */
    /* Only for gt_report_create_goroutines(): */
    bool by_labels; /* group only goroutines with equal labels */
    bool retained;  /* also find what they keep of the heap, which needs a mark and types */
    bool arguments; /* read the words of arguments, which GT_FORMAT_TRACEBACK shows */
};

/* Looks for findings of all kinds. `options` NULL means the defaults. */
GT_API struct gt_error *gt_report_create(struct gt_analysis *analysis,
                                         const struct gt_report_options *options,
                                         struct gt_report **report);
GT_API void gt_report_destroy(struct gt_report *report); /* NULL is allowed */

/* A name is NULL for no kind or confidence. */
GT_API const char *gt_kind_name(enum gt_kind kind); /* "hung-goroutine" */
/* "goroutines are blocked, and nothing will wake them" */
GT_API const char *gt_kind_summary(enum gt_kind kind);
/* Whether the kind is about unused parts of blocks. Every program has some, a few bytes each. */
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

enum gt_document { /* what a format can write */
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
                   GT_DOCUMENT_FIND,
                   GT_DOCUMENTS
};

/* "json", in static memory; NULL when there is no such format. */
GT_API const char *gt_format_name(enum gt_format format);
/* Can the format write the document? */
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
 * unless `retained` is set. Only the options show_data, by_labels, arguments and retained have an
 * effect. */
GT_API struct gt_error *gt_report_create_goroutines(struct gt_analysis *analysis,
                                                    const struct gt_report_options *options,
                                                    struct gt_report **report);

/* ---- threads: what each does, and for which goroutine --------------------------------------- */

/* As gt_report_create, but only the process and its threads. Of the options, which may be NULL,
 * only show_data has an effect. */
GT_API struct gt_error *gt_report_create_threads(struct gt_analysis *analysis,
                                                 const struct gt_report_options *options,
                                                 struct gt_report **report);
/* Writes only the threads: text, or JSON by the schema gotopsy-threads/1. With style->all the
 * stacks of idle threads are shown too, and the runtime's own functions in all stacks. */
GT_API struct gt_error *gt_threads_write(const struct gt_report *report, enum gt_format format,
                                         const struct gt_style *style, FILE *to);

/* ---- memory: where every mapped byte is ---------------------------------------------------- */

/* As gt_report_create, but only the process, the live set, and the memory. `options` may be
 * NULL. */
GT_API struct gt_error *gt_report_create_memory(struct gt_analysis *analysis,
                                                const struct gt_report_options *options,
                                                struct gt_report **report);
/* Writes only the memory: text, or JSON by the schema gotopsy-memory/1. */
GT_API struct gt_error *gt_memory_write(const struct gt_report *report, enum gt_format format,
                                        const struct gt_style *style, FILE *to);

/* ---- waits: what goroutines wait for, and what could wake them ------------------------------ */

enum gt_outlook {
    GT_MAY_GO_ON,  /* something that may run reaches what it waits for */
    GT_HANGS,      /* nothing does, so it never continues */
    GT_MAIN_WAITS, /* the main goroutine, waiting for what nothing else reaches: on purpose */
    GT_DEADLOCKED, /* something reaches it, but all its owners are stuck, as far as frames show */
};

enum gt_waker_kind {
    GT_WAKER_OTHER, /* the runtime, or C code */
    GT_WAKER_GOROUTINE,
    GT_WAKER_TIMER,
    GT_WAKER_GLOBAL,
    GT_WAKER_FINALIZER,
    GT_WAKER_CLEANUP,
};

struct gt_waker { /* what leads to the object that is waited for */
    enum gt_waker_kind kind;
    uint64_t goroutine;  /* its id; 0 when it is no goroutine */
    bool hangs;          /* that goroutine hangs, so it wakes nobody */
    struct gt_path path; /* from its variable to the pointer to what is waited for */
};

enum gt_lock_evidence {                       /* evidence for an owner, from weak to strong */
                        GT_EVIDENCE_POINTER,  /* a frame leads to it */
                        GT_EVIDENCE_LOCK,     /* and is after a call of Lock */
                        GT_EVIDENCE_DEFERRED, /* a deferred Unlock or Done */
                        GT_EVIDENCE_WAIT, /* a writer that waits itself, after the readers before it
                                           */
                        GT_EVIDENCE_REACHES /* none: it only leads there */
};

struct gt_lock_owner { /* an owner of what is waited for, as far as frames show */
    uint64_t goroutine;
    enum gt_lock_evidence how;
    const char *variable;             /* the variable that leads to it: "main.transfer variable
                                       * from"; or NULL */
    struct gt_source_location locked; /* function NULL when it is not known */
};

enum gt_lock_state {                /* the state of the lock that is waited for */
                     GT_NO_LOCK,    /* it is no lock, or its state is not known */
                     GT_LOCK_FREE,  /* its state says that it is free, so the goroutine may continue
                                     */
                     GT_LOCK_HELD,  /* by the owners listed */
                     GT_LOCK_TAKEN, /* locked, but frames do not show by whom */
                     GT_LOCK_LEFT,  /* locked, and no live goroutine is between its Lock and Unlock,
                                     * by frames and deferred calls: an Unlock is missing */
};

struct gt_waiting {     /* goroutines with the same stack and the same reason */
    uint64_t goroutine; /* the one of them that the other members describe */
    const uint64_t *ids;
    size_t id_count;
    const char *wait_reason;
    int64_t wait_ns; /* the longest of them, as Go measures it, by collections */
    enum gt_outlook outlook;
    const struct gt_blocked_thing *blocked; /* several for a select; none: nothing */
    size_t blocked_count;
    bool same_thing; /* all of them wait for the same object; else each for its own */
    struct gt_stack stack;
    struct gt_source_location created_by; /* function NULL when unknown */
    uint64_t parent;                      /* the goroutine that started it; 0 when unknown */
    const struct gt_label *labels;
    size_t label_count;
    const struct gt_lock_owner *owners; /* one if it is certain, else the possible ones */
    size_t owner_count;
    bool more_owners;
    enum gt_lock_state lock_state; /* of a mutex, or a RWMutex */
    const struct gt_waker *wakers; /* the nearest first */
    size_t waker_count;
    bool more_wakers;   /* there are more, or the search was not complete */
    bool waiters_reach; /* so do others of the group, or goroutines that wait for the same; they are
                         * not in wakers */
};

struct gt_wait_edge { /* one edge of a circle: a goroutine, and the owner of what it waits for */
    uint64_t goroutine;
    struct gt_blocked_thing thing;
    struct gt_source_location waits; /* where; function NULL when unknown */
    bool holds;                      /* the next goroutine owns it; else it only leads there */
    struct gt_lock_owner owner;      /* with the evidence: GT_EVIDENCE_REACHES when it only leads
                                      * there */
    uint64_t candidates;             /* the number of possible owners, this one included; 1: no
                                      * other */
};

struct gt_wait_cycle { /* each waits for what the next one has, the last for what the first has */
    const uint64_t *ids;
    size_t id_count;
    const struct gt_wait_edge *edges; /* one for each of ids */
    bool proven;                      /* they hang; else only frames show it */
};

struct gt_outside_wait { /* a goroutine that waits for something that no other goroutine provides */
    uint64_t goroutine;
    int64_t wait_ns;       /* as Go measures it, by collections */
    enum gt_action action; /* of IO */
    int64_t fd;            /* of IO; GT_UNKNOWN when it is not on the stack */
    uint64_t poll;         /* of IO: address of the runtime's pollDesc; 0 when unknown */
    /* For a sleep: from the latest time stamp in the core, or in a bubble from the bubble's time; 0
     * when it is due, GT_UNKNOWN when the core does not have it. */
    int64_t due_in_ns;
    bool in_bubble;                         /* of synctest */
    const struct gt_blocked_thing *blocked; /* for a durable wait in a bubble */
    size_t blocked_count;
};

enum gt_outside_kind {
    GT_OUTSIDE_NONE, /* it waits for none of these */
    GT_OUTSIDE_IO,
    GT_OUTSIDE_SLEEP,
    GT_OUTSIDE_BUBBLE, /* a durable wait, which synctest ends */
};

struct gt_outside_group { /* such goroutines with the same stack and reason */
    enum gt_outside_kind kind;
    const char *wait_reason;
    uint64_t bubble; /* the number of their synctest bubble; 0 when in none, or when it has no
                      * number */
    const struct gt_outside_wait *waits;
    size_t wait_count;
    struct gt_stack stack; /* of the first of them */
    struct gt_source_location created_by;
};

struct gt_wait_graph {
    struct gt_report *process;        /* only core, binary and goroutines; owns all the rest */
    const struct gt_waiting *waiting; /* hanging ones first, then the larger groups */
    size_t waiting_count;
    const struct gt_wait_cycle *cycles;
    size_t cycle_count;
    uint64_t hanging, others; /* goroutines that hang; goroutines that wait for none of this, or run
                               */
    uint64_t deadlocked;      /* of GT_DEADLOCKED */
    uint64_t blocked;         /* that wait for others, but are neither */
    uint64_t locks_left;      /* of GT_LOCK_LEFT, at least so many */
    bool more_cycles;         /* not all circles are listed */
    const struct gt_outside_group *outside; /* of others, the larger groups first */
    size_t outside_count;
    bool whole;               /* nothing is missing that could hold a waker, so GT_HANGS is proven
                               */
    const char *const *notes; /* what is missing, one line each */
    size_t note_count;
};

struct gt_wait_options {
    size_t size;        /* sizeof this struct */
    uint64_t goroutine; /* only this one; 0: all */
};

/* Which goroutines could wake which, by the same proof as the report's hung goroutines
 * (runtime/mgc.go, findGoroutineLeaks). `options` NULL means the defaults. GT_ERR_USAGE when no
 * goroutine has the id, or when it does not wait for another goroutine or for something outside. */
GT_API struct gt_error *gt_wait_graph_create(struct gt_analysis *analysis,
                                             const struct gt_wait_options *options,
                                             struct gt_wait_graph **graph);
/* As text, JSON (the schema gotopsy-waits/1) or GT_FORMAT_DOT, for Graphviz. */
GT_API struct gt_error *gt_wait_graph_write(const struct gt_wait_graph *graph,
                                            enum gt_format format, const struct gt_style *style,
                                            FILE *to);
GT_API void gt_wait_graph_destroy(struct gt_wait_graph *graph); /* NULL is allowed */

/* ---- one address: what it is, and its referrers --------------------------------------------- */

struct gt_referrers {    /* words with one name: of one field, one global, one variable of a
                          * function */
    const char *name;    /* "main.session.next", "global main.head"; NULL: none */
    const char *type;    /* of the object or variable that contains the first of them; NULL unknown
                          */
    uint64_t count;      /* number of words */
    uint64_t word;       /* address of the first; 0: a register */
    uint64_t object;     /* where the object begins that contains it; 0: it is a root */
    uint64_t goroutine;  /* whose stack contains it; 0: none */
    struct gt_path path; /* from a root to it */
};

enum gt_address_kind {                         /* what is at an address */
                       GT_ADDRESS_UNKNOWN,     /* not looked at */
                       GT_ADDRESS_OBJECT,      /* of the heap */
                       GT_ADDRESS_FREE_SLOT,   /* of the heap */
                       GT_ADDRESS_UNUSED_SPAN, /* after a span's last slot */
                       GT_ADDRESS_STACK,       /* of a goroutine */
                       GT_ADDRESS_DATA,        /* package-level variables and other data */
                       GT_ADDRESS_TEXT,        /* Go code */
                       GT_ADDRESS_READ_ONLY,   /* a module's types, strings and tables */
                       GT_ADDRESS_RUNTIME,     /* a structure of the runtime */
                       GT_ADDRESS_FREE_HEAP, /* pages of an arena that are in no span of objects */
                       GT_ADDRESS_FILE,      /* a mapped file */
                       GT_ADDRESS_MEMORY,    /* mapped, and none of these: C's, or the runtime's */
                       GT_ADDRESS_RESERVED,  /* address space without memory */
                       GT_ADDRESS_NOT_MAPPED,
};

/* "free slot"; NULL when there is none. */
GT_API const char *gt_address_kind_name(enum gt_address_kind kind);

enum gt_typed_kind {                   /* what a value is, by its type */
                     GT_TYPED_UNKNOWN, /* its type is not known, or it was not read */
                     GT_TYPED_BOOL,
                     GT_TYPED_NUMBER, /* an integer, a floating-point or a complex number */
                     GT_TYPED_STRING,
                     GT_TYPED_BYTES, /* a slice or array of bytes */
                     GT_TYPED_ARRAY,
                     GT_TYPED_SLICE,
                     GT_TYPED_STRUCT,
                     GT_TYPED_MAP,
                     GT_TYPED_CHANNEL,
                     GT_TYPED_POINTER,
                     GT_TYPED_INTERFACE,
                     GT_TYPED_FUNC,
                     GT_TYPED_UNSAFE_POINTER,
};

/* "unsafe pointer", "unknown"; NULL when there is none. */
GT_API const char *gt_typed_kind_name(enum gt_typed_kind kind);

struct gt_pointer { /* a pointer word of an object, or of a frame, that is not nil */
    uint64_t offset;
    const char *field;          /* ".next", "[4].name"; NULL when unknown */
    uint64_t value;             /* the target */
    enum gt_address_kind where; /* what the target is */
    enum gt_typed_kind kind; /* of the word: never a bool, a number, bytes, an array or a struct */
    struct gt_block into;    /* the heap object that it leads to; address 0: none */
    int64_t len, cap;        /* of strings and slices; else GT_UNKNOWN */
};

enum gt_special_kind {
    GT_SPECIAL_FINALIZER,
    GT_SPECIAL_CLEANUP,
    GT_SPECIAL_WEAK_HANDLE, /* what weak pointers to the object share */
    GT_SPECIAL_PROFILE,     /* the heap profile's sample of its allocation */
    GT_SPECIAL_KINDS
};

/* "weak pointer"; NULL when there is none. */
GT_API const char *gt_special_kind_name(enum gt_special_kind kind);

struct gt_special_record { /* the runtime's record about an object (runtime/mheap.go) */
    enum gt_special_kind kind;
    uint64_t address;
    const char *function; /* that will run; NULL: none, or unknown */
};

struct gt_heap_place { /* an address in a span of the heap */
    uint64_t span;     /* address of the mspan */
    uint64_t span_base, span_bytes;
    uint32_t size_class; /* 0: one large object */
    bool noscan;         /* its objects have no pointers */
    uint64_t slot, slots, slot_bytes;
};

enum gt_gc_mark {                             /* what the collector knows of an object */
                  GT_GC_MARK_NONE,            /* it is no object of the heap */
                  GT_GC_MARK_UNKNOWN,         /* no collection has completed a mark yet */
                  GT_GC_MARK_MARKED,          /* by the last mark */
                  GT_GC_MARK_NOT_MARKED,      /* by the last mark */
                  GT_GC_MARK_ALLOCATED_SINCE, /* since the last mark */
};

/* "allocated since"; NULL when there is none. */
GT_API const char *gt_gc_mark_name(enum gt_gc_mark which);

/* Any address of the process. */
struct gt_object {
    struct gt_report *process; /* only core and binary; owns all the rest */
    uint64_t address;          /* the queried address */
    enum gt_address_kind what;
    const char *name;     /* variable, function, file, runtime structure; NULL when unknown */
    const char *field;    /* at that address, in the object or variable; NULL: none */
    const char *type;     /* of the object or variable; NULL when unknown */
    const char *type_at;  /* of what is at the address itself; NULL when unknown */
    uint64_t base, bytes; /* of the memory that contains it; 0 bytes: unknown */
    uint64_t goroutine;   /* "stack": its id; else 0 */
    int64_t frame;        /* "stack": its number, 0 for the innermost; GT_UNKNOWN: in none */
    struct gt_source_location location; /* "text": where; "stack": the frame; function NULL: none */
    const char *note;                   /* an explanation, such as why little is known; or NULL */

    /* For an address in a span of the heap; else span is 0. */
    struct gt_heap_place place;
    /* Only for "object", whose data begins at `base`, after the type that the allocator stores. */
    bool live;
    enum gt_gc_mark gc_mark; /* the collector's; GT_GC_MARK_NONE for all but objects */
    uint64_t elements;       /* it is an array of so many of `type`; 0: no array, or not known */
    int64_t retained_bytes, retained_objects; /* what goes with it, itself included; GT_UNKNOWN when
                                               * it is not live */
    struct gt_stack allocated_at;             /* empty when the core holds no sample */
    const struct gt_special_record *specials;
    size_t special_count;
    const struct gt_referrers *referrers; /* live ones, the largest group first */
    size_t referrer_count;
    uint64_t referrers_left_out; /* number of groups */
    uint64_t referring_words,
        referring_garbage; /* words of live memory, and of garbage, that point into it */
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

enum gt_row_kind {              /* what the root or the container of a row is */
                   GT_ROW_NONE, /* the table has no kinds, or the row is no root */
                   GT_ROW_GLOBAL,
                   GT_ROW_GOROUTINE, /* a stack, or what the runtime keeps for it */
                   GT_ROW_TIMER,     /* the timer heaps */
                   GT_ROW_FINALIZER,
                   GT_ROW_CLEANUP,
                   GT_ROW_WEAK_POINTER,
                   GT_ROW_RUNTIME, /* variables of the runtime */
                   GT_ROW_SEVERAL, /* what several roots lead to */
                   GT_ROW_MAP,
                   GT_ROW_SLICE, /* an array behind slices */
                   GT_ROW_CHANNEL,
                   GT_ROW_EQUAL_STRINGS,
                   GT_ROW_SYNC_MAP,
                   GT_ROW_POOL_PRIVATE, /* of a sync.Pool: a value of a P alone */
                   GT_ROW_POOL_SHARED,  /* the Ps' queues */
                   GT_ROW_POOL_VICTIMS, /* what the next collection drops */
};

/* "weak pointer"; NULL when there is none. */
GT_API const char *gt_row_kind_name(enum gt_row_kind kind);

/*
 * One row of a table. The table decides which members are valid; others are NULL, 0 or GT_UNKNOWN.
 *
 * By type. `name` is Go's name of the type, with its package's path: "main.row". The array of a
 * slice has the slice's name: "[]main.row"; so has an array of several elements that `new` made. An
 * array of one element has the name of its element. Bytes of strings are "string". A map is its
 * header, by the map's type; the storage of its entries has a name that the compiler made,
 * "map.group[string]int" or "map.bucket[string]int". Names in parentheses are no types: "(untyped,
 * 64 B, no pointers)".
 *
 * By package. `name` is the package of the type: for an array or channel that of its elements, for
 * a map that of its elements, or else of its keys. Types of the language itself, and objects
 * without a type, have rows in parentheses.
 *
 * By root. Roots with the same name are one row: all words of a package-level variable, or one
 * variable of a function in any goroutine. `objects` and `bytes` are what would go with it: what no
 * other row's roots lead to. What several rows lead to is one more row, of GT_ROW_SEVERAL. So the
 * rows add up to the live heap. `reached_objects` and `reached_bytes` are all that a row leads to,
 * whatever else does; of the row of several, and of rows beyond the bound of the work, GT_UNKNOWN.
 *
 * By dominator. The rows are a tree. After each row come the objects that it alone keeps, one
 * `depth` deeper, the largest first. `objects` and `bytes` are of one object; `retained_bytes` and
 * `retained_objects` of its whole subtree. Objects below one row that are of one kind, and held by
 * one field or variable, are one row: `alike` counts them, the sums are of all of them, and what
 * they keep follows. The rows at depth 0 are roots, as above, and what
 * several of them lead to. Objects of one kind that keep one another like a list are one row, with
 * the name of the first; `objects` and `bytes` are then of all of them.
 *
 * By site. The heap profile at the time of the core: where the allocations were made that the
 * program has sampled (runtime.MemProfile), as of the last completed mark. Numbers are estimates of
 * all allocations, as runtime/pprof makes them from the samples: `objects` and `bytes` of what was
 * in use, `alloc_objects` and `alloc_bytes` of all since the program began. They do not add up to
 * the live heap. `name` is the first call that is not the runtime's.
 *
 * By container. `kind` is from GT_ROW_MAP on; `name` the field or variable that holds them;
 * `objects` how many there are; `bytes` what their storage takes, of which a fresh copy of what is
 * used frees `spare_bytes`. `entries` are a map's entries, a slice's elements, the values that wait
 * in a channel; `room` the slots for them; `tombstones` slots of a Swiss map that deletions have
 * left and that no entry can use before the map grows. The `entries` of a sync.Map are what its
 * Range visits, its `bytes` what it takes itself, and its `tombstones`, up to Go 1.23, entries that
 * were deleted and are still there. The `entries` of a pool are its values, and `bytes` and
 * `spare_bytes` what they alone keep. Of equal strings `objects` are the blocks with the same
 * contents, and `spare_bytes` is what all but one of them take. An array that several slices share
 * counts once. Rows overlap with one another no more than their storage does, and do not add up to
 * the live heap.
 */
struct gt_heap_row {
    enum gt_row_kind kind; /* by root, by dominator and by container */
    const char *name; /* of the row; by dominator, the field or variable that holds it, or NULL */
    const char *type; /* of the object, or the variable; NULL when unknown */
    uint64_t address; /* of an object; 0: none */
    int64_t depth;    /* depth in a tree */
    int64_t roots;    /* words of roots */
    int64_t objects, bytes; /* live objects; the sizes of their slots, as in the total of live bytes
                             */
    /* What would be garbage without these objects: the objects themselves, and those that every
     * path from a root reaches through one of them. The sum over rows has no meaning: a tree keeps
     * its leaves, and both have a row. */
    int64_t retained_bytes, retained_objects;
    int64_t alloc_objects, alloc_bytes;             /* by site */
    int64_t sampled_objects, sampled_bytes;         /* by site: samples in use, not scaled */
    struct gt_stack stack;                          /* by site: empty when unknown */
    int64_t entries, room, tombstones, spare_bytes; /* by container */
    int64_t reached_bytes, reached_objects;         /* by root */
    int64_t alike;         /* by dominator: objects below one row that are of one
                            * kind and held by one field or variable, and are this one row */
    int64_t largest_bytes; /* of these, what the largest retains; `address` is its address */
};

struct gt_heap_table {
    struct gt_report *process; /* only core, binary and live; owns all the rest */
    enum gt_heap_by by;
    const struct gt_heap_row *rows; /* largest `bytes` first, except in trees; by root, those with
                                     * less than 1% of the live heap by what they reach */
    size_t row_count;
    uint64_t rest_rows;       /* rows that are left out because of `top` or `min_bytes` */
    struct gt_heap_row rest;  /* their sums, for columns whose sum has a meaning */
    int64_t profile_rate;     /* by site: bytes for each sample, 0: none is taken; GT_UNKNOWN */
    uint64_t profile_records; /* by site: sampled stacks and sizes */
    const char *const *notes; /* explanations of the numbers, one line each */
    size_t note_count;
};

struct gt_heap_options {
    size_t size; /* sizeof this struct */
    enum gt_heap_by by;
    size_t top;         /* the most rows; 0: 30 */
    uint64_t min_bytes; /* rows with fewer bytes are left out */
    bool show_data;     /* the first bytes of equal strings may appear */
    bool no_retained; /* by type and package, what rows retain, and by root, what they reach, stays
                       * unknown, which saves time */
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

enum gt_path_kind {                 /* what kind of root a path begins at */
                    GT_PATH_GLOBAL, /* a variable of the program */
                    GT_PATH_GOROUTINE,
                    GT_PATH_FINALIZER, /* or a cleanup, or one that waits to run */
                    GT_PATH_TIMER,
                    GT_PATH_RUNTIME, /* a variable of the runtime */
                    GT_PATH_KINDS
};

/* "global"; NULL when there is none. */
GT_API const char *gt_path_kind_name(enum gt_path_kind kind);

struct gt_root_path { /* the shortest path from some root, among those through none of the
                       * objects of the paths before it */
    enum gt_path_kind kind;
    uint64_t goroutine;  /* whose frame the root is in; 0: none */
    uint64_t objects;    /* between the root and the object */
    uint64_t left_out;   /* of these, left out in the middle */
    struct gt_path path; /* to the word that points to the object */
};

struct gt_paths {
    struct gt_report *process;        /* only core and binary; owns all the rest */
    uint64_t address;                 /* the queried address */
    struct gt_block object;           /* that contains it; its data begins at `address` of this */
    bool live;                        /* if false, no path leads there */
    const struct gt_root_path *paths; /* one from each kind of root first, then others */
    size_t path_count;
    bool more; /* there are more paths than requested */
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

/* ---- find: the live objects of a type -------------------------------------------------------- */

struct gt_found_object {
    uint64_t address; /* where its data begins */
    uint64_t bytes;
    uint64_t retained_bytes; /* what would be garbage without it, itself included */
    const char *held_by;     /* the field or variable that points to it: "main.cache.last", "global
                              * main.items"; NULL: not known, or the object is not among the first
                              * 1,000 */
    struct gt_path path;     /* from a root to that field or variable; empty if NULL */
};

struct gt_found_condition { /* the four numbers of objects add up to `objects` */
    const char *text;       /* of the condition */
    uint64_t met, not_met;
    uint64_t not_in_core; /* the core lacks the memory that the condition reads */
    uint64_t through_nil; /* a pointer that the condition follows is nil */
};

struct gt_found_value { /* a value of the type inside another object, its block */
    uint64_t address;
    const char *place; /* where in the block: ".owner", "[17].owner", "key of an entry", "value of
                        * an entry", "in the queue" of a channel, "in a tiny block" */
    uint64_t block, block_bytes;
    const char *block_type;        /* as in gt_heap_row.name */
    uint64_t block_retained_bytes; /* what would be garbage without the whole block */
};

struct gt_found_inside { /* the values inside other objects; they are none of the objects */
    uint64_t values, bytes;
    uint64_t matches, match_bytes; /* of those that meet all conditions */
    uint64_t blocks;               /* objects that hold matches */
    uint64_t not_in_core, through_nil;
    uint64_t spare;     /* places for values in arrays that no live slice or pointer leads to, by
                         * length: no values */
    uint64_t uncertain; /* the same, where a word of unknown type leads to the array: some may be
                         * values */
    uint64_t listed;    /* matches that gt_find_next_inside() gives */
    uint64_t left_out;
};

/*
 * The live objects of one type, by its name as in gt_heap_row.name. Values of the type inside other
 * objects are counted apart: fields, elements of arrays and slices, keys and values of maps, what
 * waits in channels. Variables are not listed.
 */
struct gt_find {
    struct gt_report *process;     /* core, binary and what is live; owns all the rest */
    const char *type;              /* its whole name */
    const char *where;             /* the conditions; NULL: none */
    uint64_t objects, bytes;       /* of the type */
    uint64_t matches, match_bytes; /* of those that meet all conditions */
    int64_t retained_bytes,        /* what would be garbage without all matches, the matches
                                    * included */
        retained_objects;
    uint64_t not_in_core; /* objects for which a condition could not be read: see
                           * gt_found_condition */
    uint64_t through_nil;
    const struct gt_found_condition *conditions;
    size_t condition_count;
    struct gt_found_inside inside;
    uint64_t listed;          /* matches that gt_find_next() gives */
    uint64_t left_out;        /* matches that `top` or `min_bytes` leave out */
    const char *const *notes; /* one line each: where else values of the type are, and what could
                               * not be examined */
    size_t note_count;
    const struct gt_found_list *list; /* private */
};

struct gt_find_options {
    size_t size; /* sizeof this struct */
    /* Required: "main.price", "[]main.price" for arrays of it, "map[string]int", or the end of a
     * name after a slash or dot. "*main.price" is what such pointers lead to, main.price. */
    const char *type;
    /*
     * Conditions joined by &&, or NULL. Each compares by == != < <= > >= two of: a field ("a.b.c",
     * in which pointers are followed and embedded structs are looked into; "." is the object
     * itself), len(field), cap(field), a number, true, false, nil. A bool may stand alone, or
     * behind an "!". Strings compare with a "text" where show_data allows it. At most 16
     * conditions, of 4,096 bytes together.
     */
    const char *where;
    size_t top;         /* at most so many in each list; 0: 30 */
    uint64_t min_bytes; /* those that retain less, or whose block does, are left out of the lists */
    bool show_data;     /* contents of strings may be compared */
};

/* GT_ERR_USAGE when no type, or more than one, has the name. Also when a condition makes no sense
 * for the type: the error gives the column, counted in bytes from 1. */
GT_API struct gt_error *gt_find_create(struct gt_analysis *analysis,
                                       const struct gt_find_options *options,
                                       struct gt_find **find);
/* Gives the matches in the list, one at each call, the one that retains most first. *place is 0
 * before the first call, and each call advances it. Returns false after the last. Takes no memory.
 * `found` is valid until `find` is destroyed. */
GT_API bool gt_find_next(const struct gt_find *find, uint64_t *place,
                         struct gt_found_object *found);
/* The same for values inside other objects, those whose block retains most first, by address. */
GT_API bool gt_find_next_inside(const struct gt_find *find, uint64_t *place,
                                struct gt_found_value *found);
/* As text, JSON (the schema gotopsy-find/1) or GT_FORMAT_CSV. */
GT_API struct gt_error *gt_find_write(const struct gt_find *find, enum gt_format format,
                                      const struct gt_style *style, FILE *to);
GT_API void gt_find_destroy(struct gt_find *find); /* NULL is allowed */

/* ---- values: what is at an address, by its type -------------------------------------------- */

struct gt_typed_value {
    const char *name; /* "owner" for a field or variable, "[3]" for an element, "*" for the target
                       * of a pointer; NULL for an entry of a map, which has a key, and for a root
                       */
    const char *type; /* NULL when unknown */
    enum gt_typed_kind kind;
    uint64_t address;    /* 0: it is not in memory */
    const char *text;    /* for a bool or number, as Go prints it; for a func, its function; NULL */
    uint64_t points_to;  /* for kinds that point: the target; 0 is nil */
    int64_t len, cap;    /* of strings, bytes, arrays, slices, maps, channels; else GT_UNKNOWN */
    const char *dynamic; /* for an interface: the type of its value; NULL: nil, or unknown */
    const char *data;    /* for strings and bytes: the first of them, with show_data */
    uint64_t data_bytes;
    const char *note; /* what is wrong with it, or what is left out; or NULL */
    uint32_t first;   /* its parts are values[first] up to values[first + count) */
    uint32_t count;
    uint32_t key;      /* for a map's entry: values[key]; 0: no entry */
    uint32_t depth;    /* pointers followed from the root to it */
    uint64_t left_out; /* parts that are left out */
};

/* Values as trees, breadth first: parts come after the value that contains them. values[0] is the
 * root. */
struct gt_values {
    const struct gt_typed_value *values;
    size_t count;
    bool cut; /* the document's limit of values was reached */
};

enum gt_view_kind { GT_VIEW_GLOBAL, GT_VIEW_VARIABLE, GT_VIEW_OBJECT, GT_VIEW_MEMORY };

struct gt_view {
    struct gt_report *process; /* only core and binary; owns all the rest */
    enum gt_view_kind what;    /* a variable is a frame's */
    const char *name;          /* "main.bank"; NULL when it has none */
    uint64_t goroutine;        /* of a frame's variable; else 0 */
    uint64_t address, bytes;
    struct gt_values value;
    int64_t retained_bytes; /* what would be freed with the object that contains it, or with the
                             * targets of the global; GT_UNKNOWN: it is no live object or global */
    int64_t retained_objects;
    const char *note; /* an explanation; or NULL */
};

struct gt_show_options {
    size_t size; /* sizeof this struct */
    uint64_t address;
    const char *type; /* NULL: the type of what is at the address */
    const char *name; /* for gt_global_create: the global's name */
    size_t depth;     /* pointers to follow, one after the other; 0: 1 */
    size_t most;      /* elements and entries of each; 0: 20 */
    bool show_data;   /* the first bytes of strings */
};

/*
 * What is at an address, as a value of its type: a heap object, a part of one, a global, a frame's
 * variable, or memory of a given type. GT_ERR_USAGE when no type is known, or no type has the name:
 * the error proposes similar names.
 */
GT_API struct gt_error *gt_show_create(struct gt_analysis *analysis,
                                       const struct gt_show_options *options,
                                       struct gt_view **view);
/* A global variable by its name, "main.bank", or the end of it after a slash or dot. */
GT_API struct gt_error *gt_global_create(struct gt_analysis *analysis,
                                         const struct gt_show_options *options,
                                         struct gt_view **view);
/* As text, or JSON by the schema gotopsy-show/1. */
GT_API struct gt_error *gt_view_write(const struct gt_view *view, enum gt_format format,
                                      const struct gt_style *style, FILE *to);
GT_API void gt_view_destroy(struct gt_view *view); /* NULL is allowed */

/* ---- one goroutine, with its variables ------------------------------------------------------- */

struct gt_variable {
    const char *name; /* "buf"; "slot -0x38" for a word of no variable, by its offset from the
                       * caller's frame; "register" */
    uint64_t address, bytes; /* of the variable, or of its first piece in memory and of all of them;
                              * address 0: in a register */
    bool inferred;           /* a pointer word by the collector's maps: its type is that of its
                              * target */
    uint32_t frame;
    struct gt_values value;
    uint64_t retained_bytes; /* what would be freed without this variable alone */
};

struct gt_frame_view {
    struct gt_stack calls; /* the function, and before it the calls that are inlined into it */
    uint64_t cfa;          /* where the caller's frame begins */
    const struct gt_variable *variables;
    size_t variable_count;
};

struct gt_goroutine_view {
    struct gt_report *process; /* only core and binary; owns all the rest */
    uint64_t id, parent;       /* parent: the goroutine that started it; 0 when unknown */
    enum gt_goroutine_status status;
    const char *wait_reason; /* NULL unless it waits */
    uint64_t stack_bytes;
    struct gt_source_location created_by; /* function NULL when unknown */
    const struct gt_frame_view *frames;   /* innermost first */
    size_t frame_count;
    uint64_t frames_left_out;
};

struct gt_goroutine_options {
    size_t size; /* sizeof this struct */
    uint64_t goroutine;
    size_t depth;   /* pointers of a variable to follow, one after the other; 0: none */
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

/* ---- names of the program -------------------------------------------------------------------- */

enum gt_names_of {
    GT_NAMES_OF_TYPES,   /* as gt_find_create() and gt_show_create() take them */
    GT_NAMES_OF_GLOBALS, /* as gt_global_create() takes them: none without debug information */
    GT_NAMES_OF_KINDS
};

struct gt_names {
    struct gt_report *process; /* core and binary alone; owns all the rest */
    const char *const *names;  /* sorted, each once */
    size_t count;
};

struct gt_name_options {
    size_t size; /* sizeof this struct */
    enum gt_names_of what;
};

/* The types that the live heap, variables and their fields led to, or the global variables.
 * `options` NULL: types. */
GT_API struct gt_error *gt_names_create(struct gt_analysis *analysis,
                                        const struct gt_name_options *options,
                                        struct gt_names **names);
GT_API void gt_names_destroy(struct gt_names *names); /* NULL is allowed */

/* ---- diff: what grew between two cores ------------------------------------------------------ */

enum gt_growth_of { /* what the rows of a section are */
                    GT_GROWTH_FINDINGS,
                    GT_GROWTH_HOLDERS,
                    GT_GROWTH_GOROUTINES,
                    GT_GROWTH_TYPES,
                    GT_GROWTH_ROOTS,
                    GT_GROWTH_SITES, /* where it was allocated, by the program's heap profile */
                    GT_GROWTHS
};

/*
 * A row of one of two cores, or of both. Rows match when they have the same name: a type by its
 * name, a root by its kind and name, goroutines by their stack, state and creator, a finding by its
 * kind and by its holder or wait site, a holder by its name, type and path. Addresses are not
 * compared, so cores of two runs can be compared.
 */
struct gt_growth {
    const char *name;
    const char *where;             /* its holder or creator; NULL when there is none */
    uint64_t old_count, new_count; /* objects, goroutines, or what a finding counts */
    /* Live bytes: for a type all of its objects, for a root what it alone keeps, for a holder what
     * it keeps, for a finding what it frees, for goroutines their stacks and what they alone
     * keep. */
    uint64_t old_bytes, new_bytes;
};

struct gt_growth_section {
    const struct gt_growth *rows; /* the largest growth first, the largest shrinkage last */
    size_t count;
    const char *not_known;   /* why the section has no rows; NULL: it is known */
    uint64_t unchanged;      /* things that have the same count and bytes in both */
    uint64_t left_out;       /* others, by `top` or `min_bytes` */
    int64_t left_out_growth; /* theirs together, in bytes */
};

enum gt_sameness { GT_DIFFERENT, GT_SAME, GT_SAMENESS_UNKNOWN };

/* New objects of one kind that one object or group of roots dominates. A new object below another
 * new one in the tree of dominators is not counted here; its bytes are in the other's
 * `new_bytes`. */
struct gt_new_row {
    const char *type;        /* as tables of the heap name it */
    uint64_t address;        /* of the object with the most new bytes */
    uint64_t count, bytes;   /* how many there are, and the sizes of their slots */
    uint64_t retained_bytes; /* what would be garbage without these objects */
    uint64_t new_bytes;      /* the new bytes among those */
    const char *mostly; /* the type of most of these new bytes; NULL: the row's own, or the row is
                         * not among the first 10 */
    uint64_t mostly_count, mostly_bytes; /* new objects of that type, and their slots */
    struct gt_path path; /* to the object at `address`; no steps when none is known */
};

/*
 * Two cores of one process: the live objects of the newer core that the older one lacks. An object
 * is new if the older core has no live object of its size at its address, or one of another type:
 * then the slot was reused. `doubtful` objects are not counted as new: the older core has a live
 * object of the same type at their address. As `collections` ended between the cores, that object
 * may have been collected, and its slot reused.
 */
struct gt_new_objects {
    uint64_t count, bytes;
    uint64_t reused_count, reused_bytes; /* of these, those in reused slots */
    uint64_t doubtful_count, doubtful_bytes;
    int64_t collections;           /* GT_UNKNOWN: a core lacks the number */
    const struct gt_new_row *rows; /* largest `new_bytes` first */
    size_t row_count;
    uint64_t left_out, left_out_bytes; /* rows that `top` or `min_bytes` leave out, and their
                                        * `new_bytes` */
    struct gt_arena *storage;          /* private */
};

struct gt_diff {
    struct gt_report *older, *newer; /* whole reports */
    /* By its number, and by what the kernel chose at random when it began: the addresses of its
     * stack and vDSO, and 16 bytes on its stack (create_elf_tables() in fs/binfmt_elf.c). Unknown
     * when one of the cores lacks these. */
    enum gt_sameness process;
    int64_t elapsed_ns; /* between two cores of one process, approximately, by the latest times in
                         * them (nanotime in runtime/time_nofake.go); else GT_UNKNOWN */
    struct gt_growth_section sections[GT_GROWTHS];
    struct gt_new_objects *new_objects; /* NULL: these are not two cores of one process */
    const char *const *notes;           /* facts beside the numbers, one line each */
    size_t note_count;
    struct gt_arena *storage; /* private */
};

struct gt_diff_options {
    size_t size;        /* sizeof this struct */
    size_t top;         /* the most rows of a section; 0: 10 */
    uint64_t min_bytes; /* rows that changed by fewer bytes are left out; 0: 64 KiB */
};

/* Compares two cores, which are analysed if they were not yet. The caller owns both analyses, and
 * may close them afterwards. `options` NULL means the defaults. */
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
    GT_EXPLAINED,      /* every difference has its own evidence in the core */
    GT_DIFFERS,        /* some have none: gotopsy may miss a root or an edge */
    GT_NOT_COMPARABLE, /* the core has no complete marks, or lacks memory; `obstacle` says why */
    GT_UNCERTAIN,      /* some have none, and nothing speaks for a missed root or edge, or for a
                          damaged core: the program dropped them, or gotopsy misses what leads to
                          them; `uncertain_objects` says how many */
};

struct gt_check_options {
    size_t size;     /* sizeof this struct */
    size_t examples; /* objects of each label; 0: 10, and text shows only unexplained ones */
};

/*
 * Why only one of the two sets has an object. Those marked (e) explain it, with evidence for each
 * object: the program dropped it since the last collection began, or no word must keep it. Those
 * marked (u) are uncertain: no word leads to the object that could keep it, not even one that masks
 * and stack maps exclude. So the program dropped it, unless a word was damaged in the core. Objects
 * like it come and go, but that is no evidence for this one. The others speak for a missed root or
 * edge, or a damaged core.
 */
enum gt_check_reason {
    GT_REASON_STACK,   /* (e) only a word that no frame uses leads to it, in a stack that was
                        * used since */
    GT_REASON_OBJECT,  /* (e) only an unreachable object that was allocated since leads to it */
    GT_REASON_ALIKE,   /* (u) objects of its kind were allocated since, or were dropped by the
                        * evidence, at least one for each ten that are gone */
    GT_REASON_FREED,   /* (u) the same, but objects of its kind were freed */
    GT_REASON_MADE,    /* (u) the same, but code that makes such objects has run since */
    GT_REASON_RETIRED, /* (e) it is the runtime's own, and its contents show that it is out of
                        * use: a map's table that was split, buckets that were moved */
    GT_REASON_TINY,    /* (u) an allocator of 16-byte blocks may have held it during the mark
                        * (mcache.tiny): at most one for each P */
    GT_REASON_CONSERVATIVE, /* (e) only gotopsy has it, by words that need not be pointers */
    GT_REASON_WORD,         /* a word of live memory leads to it that is no pointer by the masks */
    GT_REASON_UNWALKED,     /* a word leads to it in a stack whose frames end early; or the stack of
                             * a goroutine is not known */
    GT_REASON_SPECIAL,      /* the runtime counts more finalizers, cleanups or weak handles than
                             * were found: one of these may lead to it */
    GT_REASON_FRAME,        /* (u) only a word of a frame that has not run since leads to it. It is
                             * dead by the stack map, as it was to the mark */
    GT_REASON_QUIET,        /* nothing has run since that could have dropped it */
    GT_REASON_NOTHING,      /* (u) nothing is known. If the program allocated and dropped nothing
                             * since, this, GT_REASON_FRAME and GT_REASON_FREE_MEMORY make the core
                             * differ */
    GT_REASON_MISSING,      /* what leads to it may be in memory that the core lacks */
    GT_REASON_UNMARKED,     /* only gotopsy has it: the collector did not mark it */
    GT_REASON_UNALLOCATED,  /* only gotopsy has it: its slot is free */
    GT_REASON_UNJUDGED,     /* there is nothing to compare with */
    GT_REASON_FEW,          /* (u) objects of its kind come and go, but fewer than a tenth of those
                             * that are gone */
    GT_REASON_BARRIER,      /* (e) a write barrier recorded it while the collector marked, which
                             * marks it: the program wrote or overwrote a pointer to it then */
    GT_REASON_FREE_MEMORY,  /* (u) only freed memory leads to it: a free slot, stack or page, or an
                             * object that the mark did not reach */
    GT_REASON_IDLE,    /* (u) it is the runtime's own, of a sort that it drops: a stopped timer,
                        * an array of timers, a cache of types */
    GT_REASON_DAMAGED, /* there is no evidence for it, and the core contradicts itself: what led
                        * to it may be damaged */
    GT_REASONS
};

/* "dropped since the last collection: nothing leads to it, and ..."; NULL when there is none. */
GT_API const char *gt_check_reason_name(enum gt_check_reason reason);

enum gt_check_obstacle { /* why no comparison is possible */
                         GT_CHECK_POSSIBLE,
                         GT_CHECK_UNDER_WAY, /* a collection was under way */
                         GT_CHECK_NO_MARKS,  /* nothing was collected yet */
                         GT_CHECK_LACKS,     /* of the core's memory: see `lacks` */
};

struct gt_check_example {
    uint64_t address, bytes;
    const char *type;  /* as far as the object itself shows it; NULL unknown */
    uint64_t evidence; /* the address of the word that shows the reason: it holds an address in the
                        * object or, for GT_REASON_RETIRED, is a part of it. 0: there is none, or it
                        * is in a register */
    uint64_t holder;   /* the object, or the free slot, that has this word; 0: none. If the
                        * collector has it alone too, its own evidence says why */
};

/* Differences of one kind, and their explanation. */
struct gt_check_label {
    enum gt_check_reason reason;
    bool explains; /* the evidence explains them; else they remain unexplained */
    uint64_t objects, bytes;
    const struct gt_check_example *examples;
    size_t example_count;
    bool uncertain; /* nothing speaks for a missed root or edge, nor against it */
};

struct gt_check_count {
    enum gt_check_reason reason;
    uint64_t objects;
};

struct gt_difference {
    uint64_t objects, bytes;
    const struct gt_check_count *explained;
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
    bool all_examples;               /* text shows explained ones too */
    enum gt_check_obstacle obstacle; /* GT_NOT_COMPARABLE: why */
    uint64_t uncertain_objects;      /* GT_UNCERTAIN: how many; else 0 */
    enum gt_gc_phase phase;
    uint64_t cycles;    /* collections that completed a mark */
    uint64_t ran_since; /* goroutines that ran since the last mark began */
    const char *lacks;  /* what is missing of the memory that leads to objects; NULL: nothing */
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
