/*
 * The goroutines as a profile for go tool pprof: gzipped protocol buffers, according to
 * profile.proto.
 *
 * A group is a sample: its stack, the number of goroutines and the bytes of their stacks. The
 * sample's labels are what distinguishes groups with one stack, and the program's own labels. The
 * runtime's own goroutines are left out unless all are asked for, as in Go's profile.
 */
#include "inspector/base/alloc.h"
#include "inspector/base/arena.h"
#include "inspector/base/hash.h"
#include "inspector/base/str.h"
#include "inspector/base/vec.h"
#include "inspector/report/escape.h"
#include "inspector/report/names.h"
#include "inspector/report/profile.pb-c.h"
#include "inspector/report/sinks.h"

#include <string.h>
#include <zlib.h>

enum { MAPPING = 1, VALUES = 2, GZIP = 16, DEFLATED_BYTES = 64 * 1024 };

struct profile {
    const struct gt_report *report;
    struct gt_arena arena; /* all messages and texts while the profile is made */
    struct gt_strmap texts, functions, unplaced;
    struct gt_map placed; /* locations by address */
    struct gt_vec table, samples, locations,
        function_list;    /* pointers, in the order of their ids */
    struct gt_vec labels; /* pointers, of one sample */
};

/* ---- texts and functions ------------------------------------------------------------------- */

static int64_t text(struct profile *profile, const char *said)
{
    struct gt_str clean = {0};
    bool added;

    if (said) gt_utf8(&clean, said);
    uint64_t *index = gt_strmap_put(&profile->texts, gt_str_text(&clean), &added);
    if (added) {
        char *kept = gt_arena_strndup(&profile->arena, gt_str_text(&clean), clean.len);
        *index = profile->table.len;
        gt_vec_add(&profile->table, &kept);
    }
    gt_str_deinit(&clean);
    return (int64_t)*index;
}

/* Functions with one name in several files are different, such as init(). */
static uint64_t function(struct profile *profile, const struct gt_source_location *place)
{
    char *key = gt_format("%s\n%s", place->function, place->file ? place->file : "");
    bool added;
    uint64_t *id = gt_strmap_put(&profile->functions, key, &added);

    gt_free(key);
    if (!added) return *id;
    Gt__Profile__Function *made = gt_arena_alloc(&profile->arena, sizeof *made);
    gt__profile__function__init(made);
    *id = made->id = profile->function_list.len + 1;
    made->name = made->system_name = text(profile, place->function);
    made->filename = text(profile, place->file);
    gt_vec_add(&profile->function_list, &made);
    return made->id;
}

/* ---- locations ----------------------------------------------------------------------------- */

static Gt__Profile__Line *line(struct profile *profile, const struct gt_source_location *place)
{
    Gt__Profile__Line *made = gt_arena_alloc(&profile->arena, sizeof *made);

    gt__profile__line__init(made);
    made->function_id = function(profile, place);
    made->line = place->line;
    return made;
}

static bool in_binary(const struct gt_report *report, uint64_t pc)
{
    return pc >= report->binary.code_start && pc < report->binary.code_end;
}

/* The id of the location of a call. Calls that were inlined into it come before it. */
static uint64_t location(struct profile *profile, const struct gt_source_location *locations,
                         size_t count)
{
    uint64_t pc = locations->pc;
    bool added;
    uint64_t *id = pc ? gt_map_put(&profile->placed, pc, &added)
                      : gt_strmap_put(&profile->unplaced, locations->function, &added);

    if (!added) return *id;
    Gt__Profile__Location *made = gt_arena_alloc(&profile->arena, sizeof *made);
    gt__profile__location__init(made);
    *id = made->id = profile->locations.len + 1;
    made->address = pc;
    if (in_binary(profile->report, pc)) made->mapping_id = MAPPING;
    made->line = gt_arena_alloc(&profile->arena, count * sizeof *made->line);
    for (size_t i = 0; i < count; i++)
        made->line[made->n_line++] = line(profile, &locations[i]);
    gt_vec_add(&profile->locations, &made);
    return made->id;
}

static void fill_stack(struct profile *profile, const struct gt_stack *stack,
                       Gt__Profile__Sample *sample)
{
    sample->location_id =
        gt_arena_alloc(&profile->arena, stack->count * sizeof *sample->location_id);
    for (size_t first = 0, end; first < stack->count; first = end) {
        for (end = first + 1; end < stack->count && stack->locations[end - 1].inlined; end++)
            continue;
        sample->location_id[sample->n_location_id++] =
            location(profile, &stack->locations[first], end - first);
    }
}

/* ---- samples ------------------------------------------------------------------------------- */

static Gt__Profile__Label *add_label(struct profile *profile, const char *key)
{
    Gt__Profile__Label *label = gt_arena_alloc(&profile->arena, sizeof *label);

    gt__profile__label__init(label);
    label->key = text(profile, key);
    gt_vec_add(&profile->labels, &label);
    return label;
}

static void *keep(struct profile *profile, const struct gt_vec *pointers)
{
    size_t size = pointers->len * sizeof(void *);
    void *kept = gt_arena_alloc(&profile->arena, size);

    return size ? memcpy(kept, pointers->data, size) : kept;
}

/* The program's labels keep their names; those of gotopsy have a prefix. */
static void fill_labels(struct profile *profile, const struct gt_goroutine_group *group,
                        Gt__Profile__Sample *sample)
{
    gt_vec_clear(&profile->labels);
    for (size_t i = 0; i < group->label_count; i++)
        add_label(profile, group->labels[i].key)->str = text(profile, group->labels[i].value);
    add_label(profile, "go::state")->str =
        text(profile, gt_state_name(group->wait_reason, group->status));
    if (group->created_by.function)
        add_label(profile, "go::created_by")->str = text(profile, group->created_by.function);
    if (group->wait_ns_max != GT_UNKNOWN) {
        Gt__Profile__Label *label = add_label(profile, "go::longest_wait");
        label->num = group->wait_ns_max;
        label->num_unit = text(profile, "nanoseconds");
    }
    sample->n_label = profile->labels.len;
    sample->label = keep(profile, &profile->labels);
}

static void add_sample(struct profile *profile, const struct gt_goroutine_group *group)
{
    Gt__Profile__Sample *sample = gt_arena_alloc(&profile->arena, sizeof *sample);

    gt__profile__sample__init(sample);
    fill_stack(profile, &group->stack, sample);
    sample->value = gt_arena_alloc(&profile->arena, VALUES * sizeof *sample->value);
    sample->value[sample->n_value++] = (int64_t)group->count;
    sample->value[sample->n_value++] = (int64_t)group->stack_bytes;
    fill_labels(profile, group, sample);
    gt_vec_add(&profile->samples, &sample);
}

/* ---- the whole ----------------------------------------------------------------------------- */

static Gt__Profile__ValueType value_type(struct profile *profile, const char *type,
                                         const char *unit)
{
    Gt__Profile__ValueType made = GT__PROFILE__VALUE_TYPE__INIT;

    made.type = text(profile, type);
    made.unit = text(profile, unit);
    return made;
}

static Gt__Profile__Mapping mapping(struct profile *profile)
{
    const struct gt_report *report = profile->report;
    Gt__Profile__Mapping made = GT__PROFILE__MAPPING__INIT;

    made.id = MAPPING;
    made.memory_start = report->binary.code_start;
    made.memory_limit = report->binary.code_end;
    made.file_offset = report->binary.code_offset;
    made.filename = text(profile, report->binary.path);
    made.build_id = text(profile, report->binary.build_id);
    made.has_functions = made.has_filenames = made.has_line_numbers = made.has_inline_frames = true;
    return made;
}

static bool deflate_to(FILE *to, const uint8_t *bytes, size_t size)
{
    uint8_t out[DEFLATED_BYTES];
    z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)size};
    int state = Z_OK;

    if (size > UINT32_MAX || deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                                          MAX_WBITS + GZIP, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY))
        return false;
    while (state == Z_OK) {
        stream.next_out = out;
        stream.avail_out = sizeof out;
        state = deflate(&stream, Z_FINISH);
        fwrite(out, 1, sizeof out - stream.avail_out, to);
    }
    deflateEnd(&stream);
    return state == Z_STREAM_END;
}

static bool write_packed(const Gt__Profile__Profile *whole, FILE *to)
{
    size_t size = gt__profile__profile__get_packed_size(whole);
    uint8_t *bytes = gt_alloc(size);

    gt__profile__profile__pack(whole, bytes);
    bool written = deflate_to(to, bytes, size);
    gt_free(bytes);
    return written;
}

static bool write_profile(struct profile *profile, FILE *to)
{
    Gt__Profile__Profile whole = GT__PROFILE__PROFILE__INIT;
    Gt__Profile__ValueType goroutines = value_type(profile, "goroutine", "count");
    Gt__Profile__ValueType stacks = value_type(profile, "stack", "bytes");
    Gt__Profile__ValueType *types[VALUES] = {&goroutines, &stacks};
    Gt__Profile__Mapping binary = mapping(profile), *mappings[] = {&binary};

    whole.n_sample_type = VALUES;
    whole.sample_type = types;
    whole.period_type = &goroutines;
    whole.period = 1;
    whole.default_sample_type = goroutines.type;
    whole.n_mapping = 1;
    whole.mapping = mappings;
    whole.n_sample = profile->samples.len;
    whole.sample = profile->samples.data;
    whole.n_location = profile->locations.len;
    whole.location = profile->locations.data;
    whole.n_function = profile->function_list.len;
    whole.function = profile->function_list.data;
    whole.n_string_table = profile->table.len;
    whole.string_table = profile->table.data;
    return write_packed(&whole, to);
}

static void free_profile(struct profile *profile)
{
    gt_strmap_deinit(&profile->texts);
    gt_strmap_deinit(&profile->functions);
    gt_strmap_deinit(&profile->unplaced);
    gt_map_deinit(&profile->placed);
    gt_vec_deinit(&profile->table);
    gt_vec_deinit(&profile->samples);
    gt_vec_deinit(&profile->locations);
    gt_vec_deinit(&profile->function_list);
    gt_vec_deinit(&profile->labels);
    gt_arena_deinit(&profile->arena);
}

static bool put_goroutines(const struct gt_report *report, const struct gt_style *style, FILE *to)
{
    struct profile profile = {.report = report,
                              .table = GT_VEC_OF(char *),
                              .samples = GT_VEC_OF(void *),
                              .locations = GT_VEC_OF(void *),
                              .function_list = GT_VEC_OF(void *),
                              .labels = GT_VEC_OF(void *)};

    text(&profile, ""); /* entry 0 */
    for (size_t i = 0; i < report->goroutines.group_count; i++) {
        const struct gt_goroutine_group *group = &report->goroutines.groups[i];
        if (!group->system || (style && style->all)) add_sample(&profile, group);
    }
    bool written = write_profile(&profile, to);
    free_profile(&profile);
    return written;
}

const struct gt_format_row gt_format_pprof = {.goroutines = put_goroutines};
