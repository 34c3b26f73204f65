/* Static tables, the inner parts first. The assertion at the end asks for a finding of each
 * kind. */
#include "tests/unit/report/sample.h"

#include <signal.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Versions of clang-format differ on macros such as these. */
/* clang-format off */
#define PLACE(name, in, at, pc_)                                                                   \
    {                                                                                              \
        .function = name, .file = in, .line = at, .pc = pc_,                                       \
    }
#define INTERNAL(name, in, at, pc_)                                                                \
    {                                                                                              \
        .function = name, .file = in, .line = at, .pc = pc_, .internal = true,                     \
    }
/* clang-format on */

static const struct gt_source_location places[] = {
    INTERNAL("runtime.gopark", "/go/src/runtime/proc.go", 435, 0x440100),
    INTERNAL("runtime.chansend", "/go/src/runtime/chan.go", 283, 0x410200),
    {.function = "main.(*fetcher).get.func1",
     .file = "/src/app/fetch.go",
     .line = 88,
     .inlined = true,
     .pc = 0x4a0300},
    PLACE("main.(*service[go.shape.struct { a int; b string; a_field_with_a_very_long_name int; "
          "another_field_with_a_very_long_name string }]).loop",
          "/src/app/service.go", 120, 0x4a0300),
    PLACE("main." GT_SAMPLE_HOSTILE, NULL, 0, 0),
    INTERNAL("runtime.goexit", "/go/src/runtime/asm_amd64.s", 1771, 0x470400),
};

static const struct gt_label labels[] = {{"endpoint", "/search"}, {"tenant", GT_SAMPLE_HOSTILE}};

static const struct gt_step steps[] = {
    {"global main.sessions", 0x55d000, "map[string]*main.Session", NULL, GT_STEP_NAMED, 0},
    {"map value", 0xc000010000, "*main.Session", NULL, GT_STEP_NAMED, 0},
    {"field", 0xc000020010, "string", ".token", GT_STEP_NAMED, 0},
    {GT_SAMPLE_HOSTILE, 0, NULL, NULL, GT_STEP_NAMED, 0},
};

static const struct gt_window windows[] = {
    {16, 32, 32, GT_WINDOW_STRING, "main.Session.token", NULL},
    {4000, 8, 64, GT_WINDOW_SLICE, NULL, NULL},
    {UINT64_MAX, UINT64_MAX, UINT64_MAX, GT_WINDOW_STRING, NULL,
     NULL}, /* overflows, and shows nothing */
};

static const struct gt_instance substrings[] = {
    {.windowed = {{0xc000100000, 4096, NULL}, windows, COUNT(windows), 4000, 56, {places, 3}}},
    {.windowed = {{0xc000200000, 4096, "[]byte"}, windows, 1, 4064, 0, {NULL, 0}}},
};
static const struct gt_instance subslices[] = {
    {.windowed = {{0xc000300000, 0, NULL}, NULL, 0, 0, 0, {NULL, 0}}},
};

static const struct gt_slot slots[] = {
    {3, {0xc000400000, 1024, "main.Job"}},
    {4, {0xc000400400, 1024, NULL}},
};
static const struct gt_instance losts[] = {
    {.lost = {{0xc000500000, 8192, "[]*main.Job"}, "*main.Job", 1021, 21, slots, COUNT(slots)}},
};

static const struct gt_blocked_thing hung_on[] = {
    {.what = GT_THING_CHANNEL, .address = 0xc000600000, .type = "chan main.Reply"},
};
static const struct gt_instance hungs[] = {
    {.hung = {12,
              "chan send",
              11520000000000,
              {places, COUNT(places)},
              PLACE("main.(*fetcher).get", "/src/app/fetch.go", 80, 0x4a0500),
              labels,
              COUNT(labels),
              8192,
              0,
              hung_on,
              COUNT(hung_on)}},
    {.hung = {.goroutine = 13, .wait_ns = GT_UNKNOWN}},
};

static const struct gt_instance tickers[] = {
    {.ticker = {0xc000700000,
                GT_TICKER_PERIODIC,
                1000000000,
                -3000000,
                "time.sendTime",
                false,
                {NULL, 0}}},
    {.ticker = {0xc000700070, GT_TICKER_TIMER, GT_UNKNOWN, GT_UNKNOWN, NULL, true, {steps, 2}}},
};

static const struct gt_edge edges[] = {
    {0xc000800000, "*main.conn", ".pool"},
    {0xc000810000, "*main.pool", ".idle[4]"},
    {0xc000820000, NULL, NULL},
};
static const struct gt_instance cycles[] = {
    {.cycle = {{0xc000800000, 64, "main.conn"},
               GT_MECHANISM_FINALIZER,
               "main.(*conn).close",
               edges,
               COUNT(edges)}},
    {.cycle = {{0xc000830000, 64, NULL}, GT_MECHANISM_CLEANUP, NULL, NULL, 0}},
};

static const struct gt_instance deferreds[] = {
    {.deferred = {1, PLACE("main.readAll", "/src/app/files.go", 33, 0), "os.(*File).Close", 5000}},
};

/* clang-format off */
#define FINDING(n, kind_, how, freed, stacks, count_, list)                                        \
    {                                                                                              \
        .id = n, .kind = kind_, .confidence = how, .title = "title " GT_SAMPLE_HOSTILE,            \
        .bytes_freed = freed, .bytes_shared = n * 1000, .stack_bytes = stacks,                     \
        .descriptor_bytes = stacks / 16,                                                           \
        .objects_freed = count_ * 2, .count = count_,                                              \
        .doubt = how == GT_PROVEN ? NULL : "doubt " GT_SAMPLE_HOSTILE,                             \
        .advice = "do it better, at " #kind_,                                                      \
        .path = {steps, COUNT(steps)}, .instances = list, .instance_count = COUNT(list),           \
    }
/* clang-format on */

static const struct gt_finding findings[] = {
    FINDING(1, GT_HUNG_GOROUTINE, GT_PROVEN, 224395264, 101646336, 12408, hungs),
    FINDING(2, GT_SUBSTRING, GT_PROVEN, 102760448, 0, 31200, substrings),
    FINDING(3, GT_FINALIZER_CYCLE, GT_LIKELY, 28311552, 0, 3, cycles),
    FINDING(4, GT_TICKER, GT_SUSPECT, 2097152, 0, 512, tickers),
    FINDING(5, GT_LOST_ELEMENTS, GT_LIKELY, 1045504, 0, 1, losts),
    FINDING(6, GT_DEFERRED_CALLS, GT_PROVEN, 480000, 0, 5000, deferreds),
    FINDING(7, GT_SUBSLICE, GT_PROVEN, 0, 0, 0, subslices),
};

static const struct gt_memory_part parts[] = {{.what = GT_MEMORY_LIVE, .bytes = 851443712},
                                              {.what = GT_MEMORY_GARBAGE, .bytes = 94371840},
                                              {.what = GT_MEMORY_FREE_SLOTS, .bytes = 220200960},
                                              {.what = GT_MEMORY_SPAN_ENDS}};
static const struct gt_status_count statuses[] = {{GT_STATUS_WAITING, 12439},
                                                  {GT_STATUS_RUNNING, 1}};
static const uint64_t ids[] = {12, 13, 14};
static const int64_t waits[] = {11520000000000, 60000000000, GT_UNKNOWN};
static const uint64_t gc_id[] = {2};

static const struct gt_step kept_steps[] = {
    {"main.(*fetcher).get variable body", 0xc000070010, "[]uint8", NULL, GT_STEP_NAMED, 0}};
static const struct gt_kept kept[] = {
    {.bytes = 4000, .objects = 2, .goroutine = 2, .path = {kept_steps, COUNT(kept_steps)}},
    {.bytes = 96, .objects = 1},
};

static const struct gt_goroutine_group groups[] = {
    {
        .count = 12408,
        .ids = ids,
        .id_count = COUNT(ids),
        .status = GT_STATUS_WAITING,
        .wait_reason = "chan send",
        .go_wait_reason = "chan send",
        .wait_ns_max = 11520000000000,
        .waits_ns = waits,
        .stack = {places, COUNT(places)},
        .created_by = PLACE("main.(*fetcher).get", "/src/app/fetch.go", 80, 0x4a0500),
        .labels = labels,
        .label_count = COUNT(labels),
        .stack_bytes = 101646336,
        .retained_bytes = GT_UNKNOWN,
        .retained_objects = GT_UNKNOWN,
    },
    {
        .count = 1,
        .ids = gc_id,
        .id_count = 1,
        .status = GT_STATUS_RUNNING,
        .wait_ns_max = GT_UNKNOWN,
        .stack_bytes = 2048,
        .retained_bytes = 4096,
        .retained_objects = 3,
        .kept = kept,
        .kept_count = COUNT(kept),
        .system = true,
    },
};

#define TEXT(said) .value = (said), .value_bytes = sizeof(said) - 1, .text_bytes = sizeof(said) - 1
static const struct gt_panic panics[] = {
    {.type = "string", TEXT(GT_SAMPLE_HOSTILE), .recovered = true},
    {.type = "runtime.boundsError", TEXT("runtime error: index out of range"), .by_runtime = true},
    {.goexit = true},
    {.type = NULL},
};
static const char *const experiments[] = {"greenteagc"};
static const char *const notes[] = {"goroutine 77: its stack is " GT_SAMPLE_HOSTILE};

static const struct gt_step arena_path[] = {
    {"global main.arena", 0x5f0000, "main.pages", ".base", GT_STEP_NAMED, 0}};
static const struct gt_undecided undecided[] = {
    {.count = 3,
     .bytes = 2201985,
     .block = {0xc000400000, 1 << 20, "[]" GT_SAMPLE_HOSTILE},
     .reason = GT_UNDECIDED_UNSAFE_POINTER,
     .word = 0x5f0000,
     .holder = "main.pages.base " GT_SAMPLE_HOSTILE,
     .path = {arena_path, COUNT(arena_path)},
     .retained_bytes = 3 << 20},
    {.count = 1,
     .bytes = 24,
     .block = {0xc000500000, 24, NULL},
     .reason = GT_UNDECIDED_WEAK,
     .retained_bytes = GT_UNKNOWN},
};
static const struct gt_set_aside set_aside[] = {
    {.count = 16,
     .bytes = 16777216,
     .block = {0xc000600000, 1 << 20, NULL},
     .reason = GT_ASIDE_REUSED,
     .owner = "bytes.Buffer",
     .holder = "bytes.Buffer.buf",
     .path = {arena_path, COUNT(arena_path)}},
};

const struct gt_report gt_sample_report = {
    .core = {"/var/cores/core.4211", GT_CORE_BY_KERNEL, 1288490188, true, 4211, "api-server",
             SIGABRT, false},
    .binary = {"/srv/api-server", "7fb03c1e00112233", "go1.26.8", "amd64", GT_VERIFIED_BUILD_ID,
               true, true, experiments, COUNT(experiments), 0x400000, 0x500000, 0x1000},
    .crash = {.died = true,
              .signal = SIGSEGV,
              .has_address = true,
              .reason = GT_SIGNAL_NOT_MAPPED,
              .goroutine = 12,
              .panics = panics,
              .panic_count = COUNT(panics)},
    .gc = {120, GT_GC_OFF, 812000000},
    .live = {851443712, 6812345},
    .memory = {.mapped_bytes = UINT64_MAX, .parts = parts, .part_count = COUNT(parts)},
    .goroutines = {12440, 5, statuses, COUNT(statuses), groups, COUNT(groups)},
    .coverage = {.typed_bytes = 987,
                 .untyped_bytes = 13,
                 .frames_precise = 40000,
                 .frames_conservative = 3,
                 .names_disputed = 1,
                 .missing_bytes = 4096,
                 .undecided_bytes = 2202009,
                 .undecided_blocks = 4,
                 .undecided_of = {[GT_SUBSTRING] = 2201985, [GT_LOST_ELEMENTS] = 24},
                 .set_aside_bytes = 16777216,
                 .notes = notes,
                 .note_count = COUNT(notes)},
    .leaks_total = {358000000, 1200000},
    .findings = findings,
    .finding_count = COUNT(findings),
    .undecided = undecided,
    .undecided_count = COUNT(undecided),
    .set_aside = set_aside,
    .set_aside_count = COUNT(set_aside),
    .min_bytes = 851444,
    .smaller = {[GT_TICKER] = {2, 1, 3000, 4096}, [GT_SUBSLICE] = {1, 0, 1, 640}},
    .looked_for =
        {
#define KIND(kind, ...) [kind] = true,
#include "inspector/kinds/kinds.def"
#undef KIND
        },
};

const struct gt_report gt_sample_empty = {
    .core = {"core", GT_CORE_UNKNOWN, 0, false, GT_UNKNOWN, NULL, 0, false},
    .binary = {.path = "server", .go_version = "go1.18", .goarch = "arm64"},
    .gc = {0, GT_GC_OFF, 0},
    .looked_for =
        {
#define KIND(kind, ...) [kind] = (kind) != GT_TICKER,
#include "inspector/kinds/kinds.def"
#undef KIND
        },
};

static const struct gt_check_count reasons[] = {{GT_REASON_STACK, 12}, {GT_REASON_RETIRED, 1}};
static const uint64_t examples[] = {0xc000012000, 0xc000012040};

const struct gt_check gt_sample_check = {
    .gc_objects = 6812345,
    .gc_bytes = 851443712,
    .own_objects = 6812335,
    .own_bytes = 851443000,
    .only_gc = {15, 1024, reasons, COUNT(reasons), NULL, 0},
    .only_own = {5, 312, NULL, 0, NULL, 0},
    .unjudged_objects = 77,
    .examples = examples,
    .example_count = COUNT(examples),
    .verdict = GT_DIFFERS,
    .phase = GT_GC_OFF,
    .cycles = 12,
};

static const struct gt_heap_row sites[] = {
    {.name = "main.fill main.go:12",
     .objects = 1234,
     .bytes = 1073741824,
     .alloc_objects = 2000,
     .alloc_bytes = 2147483648,
     .sampled_objects = 12,
     .sampled_bytes = 10485760,
     .stack = {places, COUNT(places)}},
    {.name = GT_SAMPLE_HOSTILE "\",;", .objects = 5, .bytes = 40960},
};
static const char *const heap_notes[] = {GT_SAMPLE_HOSTILE};

/* The process is the report's, which nobody changes. */
const struct gt_heap_table gt_sample_heap = {
    .process = (struct gt_report *)&gt_sample_report,
    .by = GT_HEAP_BY_SITE,
    .rows = sites,
    .row_count = COUNT(sites),
    .rest_rows = 12,
    .rest = {.objects = 77, .bytes = 8192},
    .profile_rate = 524288,
    .profile_records = 99,
    .notes = heap_notes,
    .note_count = COUNT(heap_notes),
};

_Static_assert(COUNT(findings) == GT_KINDS, "one finding of each kind");
