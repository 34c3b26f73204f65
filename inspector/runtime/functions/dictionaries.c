/* Sorts the symbols of dictionaries by name, and finds those of a function by their prefix. Their
 * type arguments must have the function's shapes. If several remain, the frame is searched for the
 * address of one of them. */
#include "inspector/runtime/functions/dictionaries.h"

#include "inspector/base/alloc.h"
#include "inspector/base/hash.h"
#include "inspector/base/numbers.h"
#include "inspector/runtime/process/packages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORD = 8,
    MOST_FRAME = 1 << 14, /* bytes of a frame that are searched */
    MOST_NAME = 1 << 10,
};

struct dictionary {
    const char *name;  /* of its symbol */
    const char *types; /* its type arguments: "[string,*main.user]" */
    uint64_t addr;
};

struct fitting {                  /* the dictionaries that a function may be called with */
    uint64_t entry, first, count; /* in gt_dictionaries.fitting */
};

struct gt_dictionaries {
    struct gt_process *process;
    struct gt_vec list;      /* struct dictionary, by name */
    struct gt_u64s fitting;  /* addresses, by function */
    struct gt_map functions; /* its name -> index of its struct fitting */
    struct gt_vec found;     /* struct fitting */
    bool read;               /* whether the symbols were read, at the first query */
};

/* ---- all dictionaries ---------------------------------------------------------------------- */

static void note(void *ctx, const char *name, uint64_t addr)
{
    struct gt_dictionaries *dictionaries = ctx;
    struct dictionary dictionary = {name, strchr(strstr(name, "..dict."), '['), addr};

    if (dictionary.types) gt_vec_add(&dictionaries->list, &dictionary);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct dictionary *)a)->name, ((const struct dictionary *)b)->name);
}

struct gt_dictionaries *gt_dictionaries_create(struct gt_process *process)
{
    struct gt_dictionaries *dictionaries = gt_calloc(1, sizeof *dictionaries);

    *dictionaries = (struct gt_dictionaries){.process = process,
                                             .list = GT_VEC_OF(struct dictionary),
                                             .found = GT_VEC_OF(struct fitting)};
    return dictionaries;
}

static void read_symbols(struct gt_dictionaries *dictionaries)
{
    dictionaries->read = true;
    gt_binary_symbols(dictionaries->process->binary, "..dict.", note, dictionaries);
    if (dictionaries->list.len)
        qsort(dictionaries->list.data, dictionaries->list.len, sizeof(struct dictionary), by_name);
}

void gt_dictionaries_destroy(struct gt_dictionaries *dictionaries)
{
    if (!dictionaries) return;
    gt_vec_deinit(&dictionaries->list);
    gt_u64s_deinit(&dictionaries->fitting);
    gt_vec_deinit(&dictionaries->found);
    gt_map_deinit(&dictionaries->functions);
    gt_free(dictionaries);
}

/* ---- those of a function ------------------------------------------------------------------- */

/* The length of the first type of a list. A comma or the list's bracket ends it. */
static size_t first_type(const char *list)
{
    int depth = 0;
    size_t length = 0;

    for (; list[length]; length++) {
        char c = list[length];
        if (depth == 0 && (c == ',' || c == ']')) break;
        depth += (c == '[' || c == '(' || c == '{') - (c == ']' || c == ')' || c == '}');
    }
    return length;
}

static gt_type_id named(const struct gt_dictionaries *dictionaries, const char *head,
                        const char *name, size_t length)
{
    char whole[MOST_NAME];

    if (length + strlen(head) >= sizeof whole) return GT_NO_TYPE;
    snprintf(whole, sizeof whole, "%s%.*s", head, (int)length, name);
    return gt_types_named(dictionaries->process->types, whole);
}

static bool same_layout(const struct gt_types *types, gt_type_id a, gt_type_id b)
{
    const struct gt_type *left = a ? gt_types_get(types, a) : NULL;
    const struct gt_type *right = b ? gt_types_get(types, b) : NULL;

    return left && right && left->kind == right->kind && left->size == right->size &&
           left->ptr_bytes == right->ptr_bytes;
}

/* Does the type argument have the shape? The shape is its underlying type (noder, shapify). */
static bool has_shape(const struct gt_dictionaries *dictionaries, const char *shape,
                      size_t shape_length, const char *type, size_t length)
{
    static const char head[] = "go.shape.";

    if (strncmp(shape, head, sizeof head - 1) != 0) return false;
    shape += sizeof head - 1;
    shape_length -= sizeof head - 1;
    if (shape_length == strlen("*uint8") && memcmp(shape, "*uint8", shape_length) == 0)
        return *type == '*';
    if (shape_length == length && memcmp(shape, type, length) == 0) return true;
    return same_layout(dictionaries->process->types, named(dictionaries, head, shape, shape_length),
                       named(dictionaries, "", type, length));
}

static bool have_shapes(const struct gt_dictionaries *dictionaries, const char *shapes,
                        const char *types)
{
    while (*shapes != ']' && *types != ']') {
        size_t shape = first_type(++shapes), type = first_type(++types);
        if (!has_shape(dictionaries, shapes, shape, types, type)) return false;
        shapes += shape;
        types += type;
        if (!*shapes || !*types) return false;
    }
    return *shapes == *types;
}

/* "main..dict.store[" for "main.(*store[go.shape.int]).add": the prefix of the symbols. */
static bool prefix_of(const char *function, char *out, size_t size)
{
    size_t package = gt_package_length(function);
    const char *name = function + package, *shapes = strchr(function, '[');

    if (!package || !shapes || name >= shapes) return false;
    name += strspn(name, ".(*");
    int length =
        snprintf(out, size, "%.*s..dict.%.*s[", (int)package, function, (int)(shapes - name), name);
    return length > 0 && (size_t)length < size;
}

static int by_prefix(const void *prefix, const void *dictionary)
{
    return strncmp(prefix, ((const struct dictionary *)dictionary)->name, strlen(prefix));
}

/* The index of the first dictionary whose name begins with the prefix; their number when none
 * does. */
static size_t first_with(const struct gt_dictionaries *dictionaries, const char *prefix)
{
    const struct gt_vec *list = &dictionaries->list;
    const struct dictionary *found =
        list->len ? bsearch(prefix, list->data, list->len, sizeof *found, by_prefix) : NULL;

    if (!found) return list->len;
    size_t first = (size_t)(found - (const struct dictionary *)list->data);
    while (first > 0 && by_prefix(prefix, gt_vec_at(list, first - 1)) == 0)
        first--;
    return first;
}

static struct fitting find_fitting(struct gt_dictionaries *dictionaries, const char *function)
{
    struct fitting fitting = {.first = dictionaries->fitting.len};
    char prefix[MOST_NAME];

    if (!function || !prefix_of(function, prefix, sizeof prefix)) return fitting;
    for (size_t i = first_with(dictionaries, prefix); i < dictionaries->list.len; i++) {
        const struct dictionary *dictionary = gt_vec_at(&dictionaries->list, i);
        if (strncmp(dictionary->name, prefix, strlen(prefix)) != 0) break;
        if (!have_shapes(dictionaries, strchr(function, '['), dictionary->types)) continue;
        gt_u64s_add(&dictionaries->fitting, dictionary->addr);
        fitting.count++;
    }
    return fitting;
}

static struct fitting fitting_of(struct gt_dictionaries *dictionaries, uint64_t pc)
{
    const char *function = gt_process_function(dictionaries->process, pc);
    bool added;
    uint64_t *known = gt_map_put(&dictionaries->functions, (uint64_t)(uintptr_t)function, &added);

    if (!added) return *(const struct fitting *)gt_vec_at(&dictionaries->found, *known);
    if (!dictionaries->read) read_symbols(dictionaries);
    *known = dictionaries->found.len;
    struct fitting fitting = find_fitting(dictionaries, function);
    gt_vec_add(&dictionaries->found, &fitting);
    return fitting;
}

/* ---- the dictionary of a call -------------------------------------------------------------- */

/* The one dictionary of the function whose address is in the frame; 0: none, or several. */
static uint64_t in_frame(const struct gt_dictionaries *dictionaries, const struct fitting *fitting,
                         uint64_t from, uint64_t to)
{
    uint64_t found = 0, word;

    if (to < from || to - from > MOST_FRAME) return 0;
    for (uint64_t at = from; at < to; at += WORD) {
        if (!gt_mem_u64(dictionaries->process->mem, at, &word)) continue;
        for (size_t i = 0; i < fitting->count; i++) {
            if (word != dictionaries->fitting.at[fitting->first + i]) continue;
            if (found && found != word) return 0;
            found = word;
        }
    }
    return found;
}

/* The dictionary is the call's first argument, which the frame may keep. The frame ends where its
 * caller stored it. */
static uint64_t dictionary_of(struct gt_dictionaries *dictionaries,
                              const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                              uint32_t index)
{
    const struct gt_frame *frame = gt_g_frame(goroutines, g, index);
    struct fitting fitting = fitting_of(dictionaries, frame->pc - 1);

    if (fitting.count == 1) return dictionaries->fitting.at[fitting.first];
    if (!fitting.count || !index) return 0;
    return in_frame(dictionaries, &fitting, gt_g_frame(goroutines, g, index - 1)->cfa,
                    frame->cfa + WORD);
}

gt_type_id gt_dictionary_type(struct gt_dictionaries *dictionaries,
                              const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                              uint32_t frame, const struct gt_frame_variable *variable)
{
    struct gt_types *types = dictionaries->process->types;
    gt_type_id shape = gt_types_find(types, variable->type);
    uint64_t place, rtype;

    if (!variable->parameter || !shape || frame >= g->frame_count) return shape;
    uint64_t dictionary = dictionary_of(dictionaries, goroutines, g, frame);
    if (!dictionary || !gt_mul(variable->parameter - 1, WORD, &place) ||
        !gt_add(dictionary, place, &place) ||
        !gt_mem_u64(dictionaries->process->mem, place, &rtype))
        return shape;
    gt_type_id real = gt_types_at(types, rtype);
    return same_layout(types, real, shape) ? real : shape;
}
