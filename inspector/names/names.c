/* The names of the public header's enums. Each is one word or phrase, in text and in JSON alike. */
#include "inspector/names/words.h"

static const char *const confidences[] = {
    [GT_PROVEN] = "proven",
    [GT_LIKELY] = "likely",
    [GT_SUSPECT] = "suspect",
};

const char *gt_confidence_name(enum gt_confidence how)
{
    return gt_word(&(struct gt_words)GT_WORDS(confidences), how);
}

static const char *const addresses[] = {
    [GT_ADDRESS_UNKNOWN] = NULL,          [GT_ADDRESS_OBJECT] = "object",
    [GT_ADDRESS_FREE_SLOT] = "free slot", [GT_ADDRESS_UNUSED_SPAN] = "unused span bytes",
    [GT_ADDRESS_STACK] = "stack",         [GT_ADDRESS_DATA] = "data",
    [GT_ADDRESS_TEXT] = "text",           [GT_ADDRESS_READ_ONLY] = "read-only data",
    [GT_ADDRESS_RUNTIME] = "runtime",     [GT_ADDRESS_FREE_HEAP] = "free heap",
    [GT_ADDRESS_FILE] = "file",           [GT_ADDRESS_MEMORY] = "memory",
    [GT_ADDRESS_RESERVED] = "reserved",   [GT_ADDRESS_NOT_MAPPED] = "not mapped",
};

const char *gt_address_kind_name(enum gt_address_kind kind)
{
    return gt_word(&(struct gt_words)GT_WORDS(addresses), kind);
}

static const char *const typed[] = {
    [GT_TYPED_UNKNOWN] = "unknown", [GT_TYPED_BOOL] = "bool",
    [GT_TYPED_NUMBER] = "number",   [GT_TYPED_STRING] = "string",
    [GT_TYPED_BYTES] = "bytes",     [GT_TYPED_ARRAY] = "array",
    [GT_TYPED_SLICE] = "slice",     [GT_TYPED_STRUCT] = "struct",
    [GT_TYPED_MAP] = "map",         [GT_TYPED_CHANNEL] = "channel",
    [GT_TYPED_POINTER] = "pointer", [GT_TYPED_INTERFACE] = "interface",
    [GT_TYPED_FUNC] = "func",       [GT_TYPED_UNSAFE_POINTER] = "unsafe pointer",
};

const char *gt_typed_kind_name(enum gt_typed_kind kind)
{
    return gt_word(&(struct gt_words)GT_WORDS(typed), kind);
}

static const char *const specials[] = {
    [GT_SPECIAL_FINALIZER] = "finalizer",
    [GT_SPECIAL_CLEANUP] = "cleanup",
    [GT_SPECIAL_WEAK_HANDLE] = "weak pointer",
    [GT_SPECIAL_PROFILE] = "profile",
};

const char *gt_special_kind_name(enum gt_special_kind which)
{
    return gt_word(&(struct gt_words)GT_WORDS(specials), which);
}

static const char *const marks[] = {
    [GT_GC_MARK_NONE] = NULL,
    [GT_GC_MARK_UNKNOWN] = "unknown",
    [GT_GC_MARK_MARKED] = "marked",
    [GT_GC_MARK_NOT_MARKED] = "not marked",
    [GT_GC_MARK_ALLOCATED_SINCE] = "allocated since",
};

const char *gt_gc_mark_name(enum gt_gc_mark which)
{
    return gt_word(&(struct gt_words)GT_WORDS(marks), which);
}

static const char *const statuses[GT_STATUSES] = {
    [GT_STATUS_UNKNOWN] = "unknown",     [GT_STATUS_IDLE] = "idle",
    [GT_STATUS_RUNNABLE] = "runnable",   [GT_STATUS_RUNNING] = "running",
    [GT_STATUS_SYSCALL] = "syscall",     [GT_STATUS_WAITING] = "waiting",
    [GT_STATUS_DEAD] = "dead",           [GT_STATUS_COPYSTACK] = "copystack",
    [GT_STATUS_PREEMPTED] = "preempted", [GT_STATUS_LEAKED] = "leaked",
};

const char *gt_goroutine_status_name(enum gt_goroutine_status which)
{
    return gt_word(&(struct gt_words)GT_WORDS(statuses), which);
}

static const char *const phases[] = {
    [GT_GC_UNKNOWN] = "unknown",
    [GT_GC_OFF] = "off",
    [GT_GC_MARK] = "mark",
    [GT_GC_MARK_TERMINATION] = "mark termination",
};

const char *gt_gc_phase_name(enum gt_gc_phase which)
{
    return gt_word(&(struct gt_words)GT_WORDS(phases), which);
}

static const char *const origins[] = {
    [GT_CORE_UNKNOWN] = "unknown",
    [GT_CORE_BY_KERNEL] = "kernel",
    [GT_CORE_BY_GCORE] = "gcore",
};

const char *gt_core_origin_name(enum gt_core_origin which)
{
    return gt_word(&(struct gt_words)GT_WORDS(origins), which);
}

static const char *const verified[] = {
    [GT_NOT_VERIFIED] = NULL,
    [GT_VERIFIED_BUILD_ID] = "build-id",
    [GT_VERIFIED_CONTENT] = "content",
};

const char *gt_verified_by_name(enum gt_verified_by which)
{
    return gt_word(&(struct gt_words)GT_WORDS(verified), which);
}

static const char *const differences[GT_REASONS] = {
    [GT_REASON_STACK] = "dropped since the last collection: only a dead stack word leads to it",
    [GT_REASON_OBJECT] = "dropped since the last collection: only an unreachable object that was "
                         "allocated since leads to it",
    [GT_REASON_ALIKE] = "perhaps dropped since the last collection: nothing leads to it, and an "
                        "object like it was allocated or dropped since",
    [GT_REASON_FREED] = "perhaps dropped since the last collection: nothing leads to it, and an "
                        "object like it was freed before",
    [GT_REASON_MADE] = "perhaps dropped since the last collection: nothing leads to it, and code "
                       "that makes such objects has run since",
    [GT_REASON_RETIRED] = "dropped since the last collection: the runtime's own, and out of use "
                          "by what it holds",
    [GT_REASON_TINY] = "tiny block that an allocator may have held",
    [GT_REASON_CONSERVATIVE] = "only words that may not be pointers lead to it",
    [GT_REASON_WORD] = "a word that gotopsy does not follow leads to it: a missed root or edge",
    [GT_REASON_UNWALKED] = "a stack that gotopsy could not walk to its end may lead to it: a "
                           "missed root",
    [GT_REASON_SPECIAL] = "the runtime counts more finalizers, cleanups or weak handles than "
                          "gotopsy found: a missed root",
    [GT_REASON_FRAME] = "dropped, or a root or edge was missed: only a dead word of a frame that "
                        "has not run since leads to it, and no object like it comes or goes",
    [GT_REASON_QUIET] = "unreachable since the last mark, and no goroutine has run since that "
                        "could have dropped it",
    [GT_REASON_NOTHING] = "dropped, or a root or edge was missed: nothing leads to it, and no "
                          "object like it comes or goes",
    [GT_REASON_FEW] =
        "dropped, or a root or edge was missed: nothing leads to it, and objects like "
        "it come and go, but far fewer",
    [GT_REASON_BARRIER] = "dropped since the last collection: a write barrier recorded it while "
                          "the collector marked",
    [GT_REASON_FREE_MEMORY] =
        "perhaps dropped since the last collection: only freed memory leads to it",
    [GT_REASON_IDLE] = "perhaps dropped since the last collection: the runtime's own, of a sort "
                       "that it drops",
    [GT_REASON_DAMAGED] = "unreachable since the last mark, and the core contradicts itself: what "
                          "led to it may be damaged",
    [GT_REASON_MISSING] = "unreachable since the last mark, and the core lacks memory that may "
                          "lead to it",
    [GT_REASON_UNMARKED] = "reached, but not marked",
    [GT_REASON_UNALLOCATED] = "reached, but free",
    [GT_REASON_UNJUDGED] = "not judged",
};

const char *gt_check_reason_name(enum gt_check_reason reason)
{
    return gt_word(&(struct gt_words)GT_WORDS(differences), reason);
}

static const char *const memory[GT_MEMORY_KINDS] = {
    [GT_MEMORY_GO_HEAP] = "Go heap",
    [GT_MEMORY_LIVE] = "live objects",
    [GT_MEMORY_GARBAGE] = "garbage",
    [GT_MEMORY_FREE_SLOTS] = "free slots",
    [GT_MEMORY_SIZE_CLASS] = NULL,
    [GT_MEMORY_SPAN_ENDS] = "ends of spans",
    [GT_MEMORY_IDLE_PAGES] = "idle pages",
    [GT_MEMORY_RELEASED_PAGES] = "released pages",
    [GT_MEMORY_OTHER_PAGES] = "other heap pages",
    [GT_MEMORY_PADDING] = "padding",
    [GT_MEMORY_NOT_GROWN_TO] = "not yet grown to",
    [GT_MEMORY_STACKS] = "stacks",
    [GT_MEMORY_GOROUTINE_STACKS] = "goroutines",
    [GT_MEMORY_SYSTEM_STACKS] = "threads' Go code and signals",
    [GT_MEMORY_FREE_STACKS] = "free",
    [GT_MEMORY_METADATA] = "runtime metadata",
    [GT_MEMORY_ARENA_DESCRIPTORS] = "arena descriptors",
    [GT_MEMORY_ARENA_INDEX] = "arena index",
    [GT_MEMORY_PAGE_ALLOCATOR] = "page allocator",
    [GT_MEMORY_SPAN_DESCRIPTORS] = "span descriptors",
    [GT_MEMORY_SPAN_LIST] = "list of spans",
    [GT_MEMORY_MARK_BITS] = "mark and allocation bits",
    [GT_MEMORY_WORK_BUFFERS] = "collector's work buffers",
    [GT_MEMORY_CACHES] = "allocation caches",
    [GT_MEMORY_PROFILES] = "profile buckets",
    [GT_MEMORY_PERSISTENT] = "other persistent memory",
    [GT_MEMORY_PROGRAM] = "program",
    [GT_MEMORY_GLOBALS] = "globals",
    [GT_MEMORY_CODE] = "code",
    [GT_MEMORY_C_HEAP] = "C heap",
    [GT_MEMORY_THREAD_STACKS] = "thread stacks",
    [GT_MEMORY_FILE_MAPPINGS] = "file mappings",
    [GT_MEMORY_LIBRARIES] = "shared libraries",
    [GT_MEMORY_OTHER_FILES] = "other files",
    [GT_MEMORY_KERNEL] = "kernel's pages",
    [GT_MEMORY_ANONYMOUS] = "other anonymous memory",
    [GT_MEMORY_RESERVED] = "reserved",
    [GT_MEMORY_RESERVED_HEAP] = "for the heap",
    [GT_MEMORY_RESERVED_INDEX] = "for the page allocator",
    [GT_MEMORY_RESERVED_OTHER] = "other",
};

const char *gt_memory_kind_name(enum gt_memory_kind which)
{
    return gt_word(&(struct gt_words)GT_WORDS(memory), which);
}

static const char *const steps[] = {
    [GT_STEP_NAMED] = NULL,
    [GT_STEP_OBJECT] = "object",
    [GT_STEP_ENTRY] = "map entry",
    [GT_STEP_LEFT_OUT] = NULL,
};

const char *gt_step_kind_name(enum gt_step_kind kind)
{
    return gt_word(&(struct gt_words)GT_WORDS(steps), kind);
}

static const char *const undecided[] = {
    [GT_UNDECIDED_UNTYPED] = "pointer of unknown type",
    [GT_UNDECIDED_UNSAFE_POINTER] = "unsafe.Pointer",
    [GT_UNDECIDED_BYTE_POINTER] = "pointer to a byte",
    [GT_UNDECIDED_UNFIT] = "string or slice that does not fit the block",
    [GT_UNDECIDED_STALE] = "word that may be stale",
    [GT_UNDECIDED_WEAK] = "weak pointer",
    [GT_UNDECIDED_UNEQUAL] = "slices with elements of different sizes",
    [GT_UNDECIDED_MAY_BE_TEXT] = "pointer and number, which may be a short string",
    [GT_UNDECIDED_CONTRADICTS] = "string or slice of bytes over pointers",
};

const char *gt_undecided_reason_name(enum gt_undecided_reason reason)
{
    return gt_word(&(struct gt_words)GT_WORDS(undecided), reason);
}

static const char *const paths[] = {
    [GT_PATH_GLOBAL] = "global",       [GT_PATH_GOROUTINE] = "goroutine",
    [GT_PATH_FINALIZER] = "finalizer", [GT_PATH_TIMER] = "timer",
    [GT_PATH_RUNTIME] = "runtime",
};

const char *gt_path_kind_name(enum gt_path_kind which)
{
    return gt_word(&(struct gt_words)GT_WORDS(paths), which);
}

static const char *const row_kinds[] = {
    [GT_ROW_NONE] = NULL,
    [GT_ROW_GLOBAL] = "global",
    [GT_ROW_GOROUTINE] = "goroutine",
    [GT_ROW_TIMER] = "timer",
    [GT_ROW_FINALIZER] = "finalizer",
    [GT_ROW_CLEANUP] = "cleanup",
    [GT_ROW_WEAK_POINTER] = "weak pointer",
    [GT_ROW_RUNTIME] = "runtime",
    [GT_ROW_SEVERAL] = "several",
    [GT_ROW_MAP] = "map",
    [GT_ROW_SLICE] = "slice",
    [GT_ROW_CHANNEL] = "channel",
    [GT_ROW_EQUAL_STRINGS] = "equal strings",
    [GT_ROW_SYNC_MAP] = "sync.Map",
    [GT_ROW_POOL_PRIVATE] = "pool private",
    [GT_ROW_POOL_SHARED] = "pool shared",
    [GT_ROW_POOL_VICTIMS] = "pool victims",
};

const char *gt_row_kind_name(enum gt_row_kind which)
{
    return gt_word(&(struct gt_words)GT_WORDS(row_kinds), which);
}

static const char *const growths[GT_GROWTHS] = {
    [GT_GROWTH_FINDINGS] = "findings",     [GT_GROWTH_HOLDERS] = "holders",
    [GT_GROWTH_GOROUTINES] = "goroutines", [GT_GROWTH_TYPES] = "types",
    [GT_GROWTH_ROOTS] = "roots",           [GT_GROWTH_SITES] = "sites",
};

const char *gt_growth_name(enum gt_growth_of what)
{
    return gt_word(&(struct gt_words)GT_WORDS(growths), what);
}
