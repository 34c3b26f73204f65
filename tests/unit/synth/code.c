/*
 * Functions: a function table with frame sizes and stack maps.
 *
 * All functions have the same number of bytes and do nothing. The program's own have SYNTH_WORDS
 * words in their frames, SYNTH_LOCALS of them live pointers; those of Go's library have none.
 */
#include "tests/unit/synth/synth_impl.h"

#include <stdio.h>

enum {
    RECORD_BYTES = 44, /* runtime._func since 1.20 */
    WORDS = 4,         /* words after it: two PCDATA, two FUNCDATA */
    STRIDE = RECORD_BYTES + WORDS * 4,
    RETURNS_AT = 0x20, /* return address of its only call */
    FIRST_LINE = 10,
};

static bool is_programs(const char *function)
{
    return strncmp(function, "main.", 5) == 0;
}

/* An assembler function without a stack map, whose frame has its caller's registers. */
static bool saves_registers(const char *function)
{
    return strcmp(function, "gcWriteBarrier") == 0;
}

static size_t number_of(struct synth *synth, const char *name)
{
    for (size_t i = 0; i < synth->functions.len; i++) {
        const struct synth_function *function = gt_vec_at(&synth->functions, i);
        if (strcmp(function->name, name) == 0) return i;
    }
    bool has_words = is_programs(name) || saves_registers(name);
    struct synth_function function = {gt_strdup(name), has_words ? SYNTH_WORDS : 0};
    gt_vec_add(&synth->functions, &function);
    uint64_t code = synth_alloc(synth, SYNTH_TEXT, SYNTH_CODE_BYTES, SYNTH_CODE_BYTES);
    for (uint64_t at = 0; at < SYNTH_CODE_BYTES; at += 8)
        synth_put(synth, code + at, 0x9090909090909090);
    synth_put_sized(synth, code + RETURNS_AT - 2, 2, 0xd0ff); /* CALL RAX */
    return synth->functions.len - 1;
}

uint64_t synth_entry(struct synth *synth, const char *function)
{
    return synth->area[SYNTH_TEXT].base + number_of(synth, function) * SYNTH_CODE_BYTES;
}

uint64_t synth_call(struct synth *synth, const char *function)
{
    return synth_entry(synth, function) + RETURNS_AT;
}

uint32_t synth_frame_words(struct synth *synth, const char *name)
{
    return ((struct synth_function *)gt_vec_at(&synth->functions, number_of(synth, name)))->words;
}

uint64_t synth_func(struct synth *synth, const char *name)
{
    uint64_t funcval = synth_alloc(synth, SYNTH_RODATA, 8, 8);

    synth_put(synth, funcval, synth_entry(synth, name));
    return funcval;
}

/* CALL rel32, which ends at `end`. */
static void put_call(struct synth *synth, uint64_t end, const char *function)
{
    synth_put_sized(synth, end - 5, 1, 0xe8);
    synth_put_sized(synth, end - 4, 4, synth_entry(synth, function) - end);
}

void synth_code(struct synth *synth, const char *function, const char *before, const char *at,
                const char *after)
{
    uint64_t entry = synth_entry(synth, function);

    if (before) put_call(synth, entry + RETURNS_AT / 2, before);
    if (at) put_call(synth, entry + RETURNS_AT, at);
    if (after) put_call(synth, entry + RETURNS_AT + RETURNS_AT / 2, after);
}

/* ---- the table ----------------------------------------------------------------------------- */

struct table { /* being built */
    struct synth *synth;
    struct gt_vec bytes; /* unsigned char */
};

static uint32_t table_add(struct table *table, const void *bytes, size_t size)
{
    uint32_t at = (uint32_t)table->bytes.len;

    for (size_t i = 0; i < size; i++)
        gt_vec_add(&table->bytes, (const unsigned char *)bytes + i);
    return at;
}

static void table_put(struct table *table, enum gt_field_id id, uint64_t elem_size, uint64_t module)
{
    struct synth *synth = table->synth;
    uint64_t at = synth_new_bytes(synth, SYNTH_RODATA, table->bytes.data, table->bytes.len);

    synth_put_slice(synth, module + gt_off(&synth->layout, id), at, table->bytes.len / elem_size);
    gt_vec_deinit(&table->bytes);
}

static struct table table_of(struct synth *synth)
{
    return (struct table){synth, GT_VEC_OF(unsigned char)};
}

/* A table with one value for the whole function: a zigzag delta from -1, and a length. */
static uint32_t add_value(struct table *pctab, uint32_t value)
{
    unsigned char run[4] = {0};
    uint32_t delta = (value + 1) * 2;
    size_t size = 0;

    run[size++] = delta < 0x80 ? (unsigned char)delta : (unsigned char)(delta | 0x80);
    if (delta >= 0x80) run[size++] = (unsigned char)(delta >> 7);
    run[size++] = SYNTH_CODE_BYTES;
    return table_add(pctab, run, size + 1);
}

/* runtime.stackmap with one map. */
static uint32_t add_map(struct table *gofunc, uint32_t count)
{
    const uint32_t words[] = {1, count, count ? (1u << SYNTH_LOCALS) - 1 : 0};

    return table_add(gofunc, words, sizeof words);
}

struct tables {
    struct table names, files, cutab, pctab, records, ftab, gofunc;
};

/* An assembler function without a stack map, which comes from another stack. */
static bool comes_from_another(const char *name)
{
    return strcmp(name, "runtime.mcall") == 0;
}

static uint8_t id_of(const char *name)
{
    return strcmp(name, "runtime.asyncPreempt") == 0 ? 5 : 0;
}

static uint8_t flags_of(const char *name)
{
    return strcmp(name, "runtime.goexit") == 0 || comes_from_another(name) ? 1 : 0; /* TOPFRAME */
}

/* The program's code is in one folder, Go's library in another, by packages. */
static uint32_t add_file(struct tables *to, const char *function)
{
    char path[128] = "/src/main.go";
    const char *slash = strrchr(function, '/'), *dot = strchr(slash ? slash : function, '.');
    uint32_t at;

    if (!is_programs(function))
        snprintf(path, sizeof path, "/usr/local/go/src/%.*s/code.go", (int)(dot - function),
                 function);
    at = table_add(&to->files, path, strlen(path) + 1);
    table_add(&to->cutab, &at, sizeof at);
    return (uint32_t)(to->cutab.bytes.len / sizeof at - 1);
}

static void add_function(struct tables *to, const struct synth_function *function, uint32_t number)
{
    uint32_t words[STRIDE / 4] = {0}, ftab[2] = {number * SYNTH_CODE_BYTES, 0};
    uint32_t size = function->words ? function->words * 8 + 8 : 0; /* and the saved rbp */
    unsigned char *tail = (unsigned char *)&words[10];

    words[0] = ftab[0];
    words[1] = table_add(&to->names, function->name, strlen(function->name) + 1);
    words[4] = add_value(&to->pctab, size);
    words[5] = add_value(&to->pctab, add_file(to, function->name));
    words[6] = add_value(&to->pctab, FIRST_LINE + number);
    words[7] = 2; /* npcdata */
    words[9] = FIRST_LINE + number;
    tail[0] = id_of(function->name), tail[1] = flags_of(function->name), tail[3] = 2;
    words[12] = add_value(&to->pctab, 0); /* PCDATA_StackMapIndex */
    words[13] = UINT32_MAX;
    if (comes_from_another(function->name) || saves_registers(function->name))
        words[14] = UINT32_MAX;
    else
        words[14] = add_map(&to->gofunc, function->words);
    ftab[1] = table_add(&to->records, words, sizeof words);
    table_add(&to->ftab, ftab, sizeof ftab);
}

static void put_tables(struct tables *from, struct synth *synth, uint64_t module)
{
    uint32_t end[2] = {(uint32_t)synth->functions.len * SYNTH_CODE_BYTES, 0};

    table_add(&from->ftab, end, sizeof end);
    table_put(&from->names, GT_F_moduledata_funcnametab, 1, module);
    table_put(&from->files, GT_F_moduledata_filetab, 1, module);
    table_put(&from->cutab, GT_F_moduledata_cutab, 4, module);
    table_put(&from->pctab, GT_F_moduledata_pctab, 1, module);
    table_put(&from->records, GT_F_moduledata_pclntable, 1, module);
    table_put(&from->ftab, GT_F_moduledata_ftab, 8, module);
    synth_set(
        synth, module, GT_F_moduledata_gofunc,
        synth_new_bytes(synth, SYNTH_RODATA, from->gofunc.bytes.data, from->gofunc.bytes.len));
    gt_vec_deinit(&from->gofunc.bytes);
}

void synth_put_functions(struct synth *synth, uint64_t module)
{
    static const unsigned char header[72] = {0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8};
    struct tables to = {.names = table_of(synth),
                        .files = table_of(synth),
                        .cutab = table_of(synth),
                        .pctab = table_of(synth),
                        .records = table_of(synth),
                        .ftab = table_of(synth),
                        .gofunc = table_of(synth)};

    table_add(&to.names, "", 1);
    table_add(&to.pctab, "", 1); /* 0 is no table */
    table_add(&to.files, "", 1);
    for (uint32_t i = 0; i < synth->functions.len; i++)
        add_function(&to, gt_vec_at(&synth->functions, i), i);
    put_tables(&to, synth, module);
    synth_set(synth, module, GT_F_moduledata_pcHeader,
              synth_new_bytes(synth, SYNTH_RODATA, header, sizeof header));
}
