/* Gives each goroutine a part: reader, follower or keeper. A mark from everything but readers,
 * followers and timers shows which clients are lost. What these clients lead to shows which
 * goroutines and timers serve them. */
#include "inspector/detect/clients/unclosed.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/heap_tables/type_package.h"
#include "inspector/runtime/roots/spread.h"

#include <string.h>

/* Goroutines that read for a client, by a function of theirs. */
static const char *const readers[] = {
    "net/http.(*persistConn).readLoop",
    "net/http.(*http2clientConnReadLoop).run",
    "net/http/internal/http2.(*clientConnReadLoop).run",
    "golang.org/x/net/http2.(*clientConnReadLoop).run",
    "google.golang.org/grpc/internal/transport.(*http2Client).reader",
    "github.com/nats-io/nats%2ego.(*Conn).readLoop",
    "github.com/fsnotify/fsnotify.(*inotify).readEvents",
    "github.com/fsnotify/fsnotify.(*Watcher).readEvents", /* up to 1.7 */
};

/* Clients that have such goroutines, and by what names people know them. One that ends with its
 * connections is closed by timers. One that serves may be wanted though nobody has it. */
static const struct client {
    const char *type, *name;
    bool ends, serves;
    const char *doubt;
} clients[GT_CLIENT_TYPES] = {
    {"google.golang.org/grpc.ClientConn", "google.golang.org/grpc.ClientConn", false, false,
     "code that their goroutines run may close them"},
    {"net/http.Transport", "net/http.Transport", true, false,
     "their servers may close the connections, which ends them"},
    {"github.com/nats-io/nats.go.Conn", "github.com/nats-io/nats.go.Conn", false, true,
     "they may still call handlers of the program"},
    {"github.com/fsnotify/fsnotify.inotify", "github.com/fsnotify/fsnotify.Watcher", false, false,
     "code that their goroutines run may close them"},
    {"github.com/fsnotify/fsnotify.Watcher", "github.com/fsnotify/fsnotify.Watcher", false, false,
     "code that their goroutines run may close them"},
};

enum role { KEEPER, READER, FOLLOWER };

struct unclosed_finder {
    struct gt_heap_analysis *analysis;
    uint8_t *roles;       /* by goroutine: enum role */
    struct gt_map places; /* same_place -> role + 1 */
    struct gt_exclusion away;
    struct gt_bitmap kept;                   /* what is reached without readers and followers */
    struct gt_bitmap region;                 /* what lost clients of one type reach */
    struct gt_u32s clients[GT_CLIENT_TYPES]; /* objects that only those reach */
    struct gt_map awaited;                   /* the channels that the others wait for */
    bool works;                              /* the client has one of them */
};

bool gt_client_is_likely(size_t type)
{
    return !clients[type].ends && !clients[type].serves;
}

/* ---- who serves a client -------------------------------------------------------------------- */

static bool is_reader(const struct gt_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        for (size_t j = 0; j < sizeof readers / sizeof *readers; j++)
            if (strcmp(stack->locations[i].function, readers[j]) == 0) return true;
    return false;
}

static bool is_of_libraries(const struct unclosed_finder *finder, const struct gt_goroutine *g,
                            const struct gt_stack *stack)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    struct gt_source_location made = gt_location_created(analysis->process, g, analysis->storage);

    if (!made.function || made.origin == GT_ORIGIN_PROGRAM) return false;
    for (size_t i = 0; i < stack->count; i++)
        if (stack->locations[i].origin == GT_ORIGIN_PROGRAM) return false;
    return stack->count > 0;
}

static enum role role_at(const struct unclosed_finder *finder, uint32_t number)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    const struct gt_goroutine *g = &analysis->goroutines->list[number];
    struct gt_stack stack =
        gt_locations_of(analysis->process, analysis->goroutines, g, analysis->storage);

    if (!is_of_libraries(finder, g, &stack)) return KEEPER;
    if (analysis->baseline->blocks[number]) return FOLLOWER;
    return is_reader(&stack) ? READER : KEEPER;
}

/* Goroutines of one place have the same frames and the same state. */
static enum role role_of(struct unclosed_finder *finder, uint32_t number)
{
    const struct gt_goroutine *g = &finder->analysis->goroutines->list[number];
    bool added;

    if (g->system || !g->wait_reason || g->id == GT_MAIN_GOROUTINE) return KEEPER;
    uint64_t *known = gt_map_put(&finder->places, g->same_place, &added);
    if (added) *known = role_at(finder, number) + 1;
    return (enum role)(*known - 1);
}

/* Each lost client has a goroutine at such a place. Where there are only a few, they belong to
 * something else, such as the supervisor of a program's services. */
static void leave_few(struct unclosed_finder *finder)
{
    const struct gt_goroutines *all = finder->analysis->goroutines;
    struct gt_map counts = {0}; /* same_place -> followers */

    for (uint32_t i = 0; i < all->count; i++)
        if (finder->roles[i] == FOLLOWER) ++*gt_map_put(&counts, all->list[i].same_place, NULL);
    for (uint32_t i = 0; i < all->count; i++)
        if (finder->roles[i] == FOLLOWER &&
            *gt_map_find(&counts, all->list[i].same_place) < GT_MANY_ALIKE)
            finder->roles[i] = KEEPER;
    gt_map_deinit(&counts);
}

/* Returns how many read. */
static size_t find_roles(struct unclosed_finder *finder)
{
    size_t found = 0;

    for (uint32_t i = 0; i < finder->analysis->goroutines->count; i++) {
        finder->roles[i] = (uint8_t)role_of(finder, i);
        found += finder->roles[i] == READER;
    }
    leave_few(finder);
    return found;
}

/* ---- what is kept without them -------------------------------------------------------------- */

static void keep_more(struct unclosed_finder *finder, const struct gt_edges *edges)
{
    struct gt_marker *marker =
        gt_marker_create(&finder->analysis->heap->graph, &finder->away.cut, &finder->kept);

    gt_edges_add_back(edges, finder->analysis, &finder->away, &finder->kept, marker);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
}

/* Marks what everything but readers, followers and timers keeps. */
static void mark_kept(struct unclosed_finder *finder)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    struct gt_edges lost, held;

    gt_edges_init(&lost);
    gt_edges_init(&held);
    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        gt_edges_of_goroutine(analysis, i, finder->roles[i] == KEEPER ? &held : &lost);
    gt_exclusion_init(&finder->away, analysis);
    gt_exclusion_add(&finder->away, analysis, &lost);
    gt_exclusion_add(&finder->away, analysis, &analysis->baseline->edges[GT_TIMERS]);
    gt_baseline_alone(analysis, &finder->kept);
    keep_more(finder, &held);
    keep_more(finder, &analysis->baseline->edges[GT_SPECIALS]);
    gt_exclusion_deinit(&finder->away);
    gt_exclusion_init(&finder->away, analysis);
    gt_exclusion_add(&finder->away, analysis, &lost);
    gt_edges_deinit(&lost);
    gt_edges_deinit(&held);
}

/* ---- clients -------------------------------------------------------------------------------- */

/* The index of a type in `clients`; GT_CLIENT_TYPES if it is no client. `known` has the types that
 * were looked up. */
static size_t client_of(const struct unclosed_finder *finder, gt_type_id type, struct gt_map *known)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    bool added;

    uint64_t *client = gt_map_put(known, type, &added);
    if (!added) return *client;
    const char *name = gt_full_type_name(analysis->process->types, type, analysis->storage);
    for (*client = 0; *client < GT_CLIENT_TYPES; ++*client)
        if (strcmp(name, clients[*client].type) == 0) break;
    return *client;
}

/* The channels that the other goroutines wait for. */
static void list_awaited(struct unclosed_finder *finder)
{
    const struct gt_baseline *baseline = finder->analysis->baseline;

    for (uint32_t i = 0; i < finder->analysis->goroutines->count; i++)
        for (size_t j = 0; finder->roles[i] == KEEPER && j < baseline->wait[i].objects.len; j++)
            gt_map_put(&finder->awaited, baseline->wait[i].objects.at[j], NULL);
}

static void take_pointer(void *ctx, uint64_t offset, uint64_t value)
{
    struct unclosed_finder *finder = ctx;

    (void)offset;
    finder->works |= gt_map_find(&finder->awaited, value) != NULL;
}

/* Somebody else waits for what comes from its channels: it works, though nobody has it. */
static bool works(struct unclosed_finder *finder, uint32_t client)
{
    finder->works = false;
    gt_heap_words(&finder->analysis->heap->graph, client, take_pointer, finder);
    return finder->works;
}

/* Lists the live clients that are not in `kept`, and that do not work for others. */
static void list_clients(struct unclosed_finder *finder)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    struct gt_map known = {0};

    for (size_t i = gt_bitmap_next(&analysis->live, 0); i < analysis->live.bits;
         i = gt_bitmap_next(&analysis->live, i + 1)) {
        gt_type_id type =
            gt_bit(&finder->kept, i) ? 0 : gt_typing_type(analysis->typing, (uint32_t)i);
        size_t client = type ? client_of(finder, type, &known) : GT_CLIENT_TYPES;
        if (client < GT_CLIENT_TYPES && !works(finder, (uint32_t)i))
            gt_u32s_add(&finder->clients[client], (uint32_t)i);
    }
    gt_map_deinit(&known);
}

/* Fills `region` with the lost clients and what they reach; returns how many clients. */
static size_t find_lost(struct unclosed_finder *finder, size_t type)
{
    const struct gt_u32s *listed = &finder->clients[type];
    struct gt_spread spread = {&finder->analysis->heap->graph, &finder->kept, &finder->region,
                               NULL};
    struct gt_bitmap lost;
    size_t count = 0;

    gt_bitmap_init(&lost, finder->analysis->live.bits);
    gt_bitmap_reset(&finder->region);
    for (size_t i = 0; i < listed->len; i++) {
        if (gt_bit(&finder->kept, listed->at[i])) continue;
        gt_bit_set(&lost, listed->at[i]);
        count++;
    }
    gt_spread_from(&spread, &lost);
    gt_bitmap_deinit(&lost);
    return count;
}

static bool is_in_region(const struct unclosed_finder *finder, uint64_t address)
{
    uint32_t object = gt_heap_object(&finder->analysis->heap->graph, address);

    return object != GT_NO_OBJECT && gt_bit(&finder->region, object);
}

/* Does its stack lead to a lost client's objects, or does it wait for one of them? */
static bool serves(const struct unclosed_finder *finder, uint32_t number)
{
    const struct gt_baseline *baseline = finder->analysis->baseline;
    const struct gt_wait *wait = &baseline->wait[number];

    for (uint32_t i = 0; i < baseline->root_count[number]; i++)
        if (is_in_region(
                finder,
                gt_root_at(finder->analysis->roots, baseline->first_root[number] + i)->value))
            return true;
    for (size_t i = 0; i < wait->objects.len; i++)
        if (is_in_region(finder, wait->objects.at[i])) return true;
    return false;
}

static void take_goroutines(struct gt_unclosed *unclosed, struct unclosed_finder *finder,
                            enum role role, size_t type, const bool *hangs, const bool *abandoned)
{
    for (uint32_t i = 0; i < finder->analysis->goroutines->count; i++) {
        if (finder->roles[i] != role || unclosed->is[i] || hangs[i] || abandoned[i]) continue;
        if (!serves(finder, i)) continue;
        unclosed->is[i] = true;
        gt_vec_add(&unclosed->lost[type].members, &(struct gt_member){.item = i});
    }
}

static void take_timers(struct gt_lost_clients *lost, const struct unclosed_finder *finder)
{
    const struct gt_vec *timers = &finder->analysis->baseline->timers.list;

    for (size_t i = 0; i < timers->len; i++) {
        const struct gt_timer *timer = gt_vec_at(timers, i);
        if (timer->kind == GT_TIMER_OTHER) continue;
        if (is_in_region(finder, timer->address) || is_in_region(finder, timer->arg))
            gt_u64s_add(&lost->timers, timer->heap_word);
    }
}

static void take_clients(struct gt_unclosed *unclosed, struct unclosed_finder *finder, size_t type,
                         const bool *hangs, const bool *abandoned)
{
    size_t count = find_lost(finder, type);

    if (count < GT_MANY_ALIKE) return;
    unclosed->lost[type].clients = count;
    take_goroutines(unclosed, finder, READER, type, hangs, abandoned);
    take_goroutines(unclosed, finder, FOLLOWER, type, hangs, abandoned);
    take_timers(&unclosed->lost[type], finder);
}

/* Clients that end with their connections come last, when what timers reach is kept, too: these
 * timers close the connections. */
static void find_clients(struct gt_unclosed *unclosed, struct unclosed_finder *finder,
                         const bool *hangs, const bool *abandoned)
{
    gt_bitmap_init(&finder->kept, finder->analysis->live.bits);
    gt_bitmap_init(&finder->region, finder->analysis->live.bits);
    mark_kept(finder);
    list_awaited(finder);
    list_clients(finder);
    gt_map_deinit(&finder->awaited);
    for (int ends = 0; ends < 2; ends++) {
        if (ends) keep_more(finder, &finder->analysis->baseline->edges[GT_TIMERS]);
        for (size_t i = 0; i < GT_CLIENT_TYPES; i++)
            if (clients[i].ends == ends) take_clients(unclosed, finder, i, hangs, abandoned);
    }
    for (size_t i = 0; i < GT_CLIENT_TYPES; i++)
        gt_u32s_deinit(&finder->clients[i]);
    gt_exclusion_deinit(&finder->away);
    gt_bitmap_deinit(&finder->kept);
    gt_bitmap_deinit(&finder->region);
}

void gt_unclosed_find(struct gt_unclosed *unclosed, struct gt_heap_analysis *analysis,
                      const bool *hangs, const bool *abandoned)
{
    size_t count = (size_t)analysis->goroutines->count + 1;
    struct unclosed_finder finder = {.analysis = analysis,
                                     .roles = gt_calloc(count, sizeof *finder.roles)};

    *unclosed = (struct gt_unclosed){.is = gt_calloc(count, sizeof *unclosed->is)};
    for (size_t i = 0; i < GT_CLIENT_TYPES; i++)
        unclosed->lost[i].members = GT_VEC_OF(struct gt_member);
    if (find_roles(&finder) >= GT_MANY_ALIKE) find_clients(unclosed, &finder, hangs, abandoned);
    gt_map_deinit(&finder.places);
    gt_free(finder.roles);
}

void gt_unclosed_deinit(struct gt_unclosed *unclosed)
{
    for (size_t i = 0; i < GT_CLIENT_TYPES; i++) {
        gt_vec_deinit(&unclosed->lost[i].members);
        gt_u64s_deinit(&unclosed->lost[i].timers);
    }
    gt_free(unclosed->is);
}

/* ---- the report's words --------------------------------------------------------------------- */

void gt_unclosed_describe(const struct gt_unclosed *unclosed,
                          const struct gt_heap_analysis *analysis, size_t type,
                          struct gt_cause *cause)
{
    const struct gt_lost_clients *lost = &unclosed->lost[type];

    for (size_t i = 0; i < lost->timers.len; i++)
        gt_u64s_add(&cause->edges.words, lost->timers.at[i]);
    cause->always = true;
    cause->title =
        gt_arena_format(analysis->storage,
                        "%s clients (%s) were never closed; only their own %s goroutines keep them",
                        gt_heap_analysis_count(analysis, lost->clients), clients[type].name,
                        gt_heap_analysis_count(analysis, cause->count));
    cause->doubt = clients[type].doubt;
    struct gt_advice_facts facts = {.kind = cause->kind, .reason = "", .lock = "client"};
    cause->advice = gt_advice_text(analysis, &facts);
}
