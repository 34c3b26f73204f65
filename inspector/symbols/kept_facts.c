/*
 * Answers each question by name from a table, and asks the debug information what is not in there.
 * Lists are kept there by whoever makes them (globals.c, variables.c, captured.c, describe.c). The
 * table is a file of the user's cache. Its subject is the binary's build ID, what its section
 * headers say, and a checksum of the sections that entries are in: a binary that was edited in
 * place is another subject.
 */
#include "inspector/symbols/symbols_impl.h"

#include "inspector/base/alloc.h"

#include <ctype.h>
#include <elf.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <stdio.h>
#include <string.h>

enum {
    MOST_FILE = 8 << 20,
    MOST_TOTAL = 32 << 20,
    WITH_LISTS = 4 << 20, /* bytes of a file, up to which it has lists */
    MOST_ID = 40,
};

/* A question is a letter and names, or a letter and a number. True if the table has it. */
static bool recall(const struct gt_dwarf *dwarf, const char *question,
                   struct gt_kept_answer *answer)
{
    const struct gt_kept_row *known = gt_kept_table_find(&dwarf->kept.table, question);

    if (known) *answer = known->answer;
    return known;
}

/* False: the names are too long to be kept. */
static bool ask(char question[GT_KEPT_QUESTION], char what, const char *name, const char *path)
{
    int length =
        snprintf(question, GT_KEPT_QUESTION, "%c%s%s%s", what, name, *path ? " " : "", path);

    return length > 0 && length < GT_KEPT_QUESTION;
}

static bool kept_field(void *ctx, const char *type, const char *path, uint64_t *offset,
                       uint64_t *size)
{
    struct gt_dwarf *dwarf = ctx;
    char question[GT_KEPT_QUESTION];
    struct gt_kept_answer answer = {0};

    if (!ask(question, 'f', type, path)) return gt_dwarf_field(ctx, type, path, offset, size);
    if (!recall(dwarf, question, &answer)) {
        answer.found = gt_dwarf_field(ctx, type, path, &answer.values[0], &answer.values[1]);
        gt_kept_table_add(&dwarf->kept.table, question, answer);
    }
    if (!answer.found) return false;
    *offset = answer.values[0];
    *size = answer.values[1];
    return true;
}

static bool kept_type_size(void *ctx, const char *type, uint64_t *size)
{
    struct gt_dwarf *dwarf = ctx;
    char question[GT_KEPT_QUESTION];
    struct gt_kept_answer answer = {0};

    if (!ask(question, 's', type, "")) return gt_dwarf_type_size(ctx, type, size);
    if (!recall(dwarf, question, &answer)) {
        answer.found = gt_dwarf_type_size(ctx, type, &answer.values[0]);
        gt_kept_table_add(&dwarf->kept.table, question, answer);
    }
    if (answer.found) *size = answer.values[0];
    return answer.found;
}

static bool kept_type_named(void *ctx, const char *type, struct gt_type_ref *out)
{
    struct gt_dwarf *dwarf = ctx;
    char question[GT_KEPT_QUESTION];
    struct gt_kept_answer answer = {.found = true};
    struct gt_linked_type linked;
    bool asked = ask(question, 't', type, "");

    if (asked && recall(dwarf, question, &answer)) {
        linked = (struct gt_linked_type){answer.values[0], answer.values[1], answer.values[2]};
    } else {
        linked = gt_linked_type_named(dwarf, type);
        answer.values[0] = linked.ref;
        answer.values[1] = linked.runtime_type;
        answer.values[2] = linked.is_uintptr;
        if (asked) gt_kept_table_add(&dwarf->kept.table, question, answer);
    }
    *out = gt_loaded_type(dwarf, &linked);
    return out->rtype || out->debug;
}

static bool kept_constant(void *ctx, const char *name, int64_t *value)
{
    struct gt_dwarf *dwarf = ctx;
    char question[GT_KEPT_QUESTION];
    struct gt_kept_answer answer = {0};
    int64_t number = 0;

    if (!ask(question, 'c', name, "")) return gt_dwarf_constant(ctx, name, value);
    if (!recall(dwarf, question, &answer)) {
        answer.found = gt_dwarf_constant(ctx, name, &number);
        answer.values[0] = (uint64_t)number;
        gt_kept_table_add(&dwarf->kept.table, question, answer);
    }
    if (answer.found) *value = (int64_t)answer.values[0];
    return answer.found;
}

static struct gt_kept_answer answer_of_global(struct gt_dwarf *dwarf, const char *name)
{
    struct gt_linked_global global = {0};
    const char *kept;
    bool found = gt_linked_global(dwarf, name, &kept, &global);

    return (struct gt_kept_answer){.found = found,
                                   .values = {global.addr, global.size, global.type.ref,
                                              global.type.runtime_type, global.type.is_uintptr}};
}

static bool kept_global(void *ctx, const char *name, struct gt_debug_global *out)
{
    struct gt_dwarf *dwarf = ctx;
    char question[GT_KEPT_QUESTION];

    if (!ask(question, 'g', name, "")) return gt_dwarf_global(ctx, name, out);
    if (!gt_kept_table_find(&dwarf->kept.table, question))
        gt_kept_table_add(&dwarf->kept.table, question, answer_of_global(dwarf, name));
    const struct gt_kept_row *known = gt_kept_table_find(&dwarf->kept.table, question);
    const uint64_t *values = known->answer.values;
    struct gt_linked_global global = {values[0], values[1], {values[2], values[3], values[4]}};
    if (known->answer.found) *out = gt_loaded_global(dwarf, known->question + 1, &global);
    return known->answer.found;
}

/* ---- lists --------------------------------------------------------------------------------- */

static void ask_list(char question[GT_KEPT_QUESTION], char what, uint64_t of)
{
    snprintf(question, GT_KEPT_QUESTION, "%c%" PRIx64, what, of);
}

bool gt_keeps_lists(const struct gt_dwarf *dwarf)
{
    return dwarf->kept.used;
}

bool gt_recall_list(const struct gt_dwarf *dwarf, char what, uint64_t of,
                    struct gt_byte_reader *list)
{
    char question[GT_KEPT_QUESTION];
    struct gt_kept_answer answer;

    ask_list(question, what, of);
    if (!dwarf->kept.used || !recall(dwarf, question, &answer) || !answer.size) return false;
    *list = (struct gt_byte_reader){.at = answer.list,
                                    .end = (const unsigned char *)answer.list + answer.size};
    return true;
}

void gt_keep_list(struct gt_dwarf *dwarf, char what, uint64_t of, const struct gt_vec *list)
{
    char question[GT_KEPT_QUESTION];
    struct gt_kept_answer answer = {.found = true, .list = list->data, .size = (uint32_t)list->len};

    ask_list(question, what, of);
    if (list->len < WITH_LISTS) gt_kept_table_add(&dwarf->kept.table, question, answer);
}

void gt_put_type(struct gt_vec *list, const struct gt_linked_type *type)
{
    gt_put_number(list, type->ref);
    gt_put_number(list, type->runtime_type);
    gt_put_number(list, type->is_uintptr);
}

struct gt_linked_type gt_take_type(struct gt_byte_reader *list)
{
    uint64_t ref = gt_take_leb(list), runtime_type = gt_take_leb(list);

    return (struct gt_linked_type){ref, runtime_type, gt_take_leb(list) != 0};
}

void gt_put_fields(struct gt_vec *list, const struct gt_vec *fields)
{
    gt_put_number(list, fields->len);
    for (size_t i = 0; i < fields->len; i++) {
        const struct gt_linked_field *field = gt_vec_at(fields, i);
        gt_put_text(list, field->name);
        gt_put_number(list, field->offset);
        gt_put_type(list, &field->type);
    }
}

void gt_take_fields(struct gt_byte_reader *list, struct gt_vec *fields)
{
    for (uint64_t count = gt_take_leb(list); fields->len < count && !list->bad;) {
        struct gt_linked_field field = {.name = gt_take_text(list)};
        field.offset = gt_take_leb(list);
        field.type = gt_take_type(list);
        gt_vec_add(fields, &field);
    }
}

/* ---- the subject --------------------------------------------------------------------------- */

static void add_bytes(struct gt_vec *subject, const void *bytes, size_t size)
{
    gt_vec_reserve(subject, subject->len + size);
    memcpy(gt_vec_at(subject, subject->len), bytes, size);
    subject->len += size;
}

/* 0 when the headers are not all in the file. */
static uint32_t crc_of_headers(const unsigned char *file, uint64_t size)
{
    Elf64_Ehdr header;

    if (size < sizeof header) return 0;
    memcpy(&header, file, sizeof header);
    uint64_t bytes = (uint64_t)header.e_shnum * header.e_shentsize;
    if (header.e_shoff > size || bytes > size - header.e_shoff) return 0;
    uint32_t crc = libdeflate_crc32(0, &header, sizeof header);
    return libdeflate_crc32(crc, file + header.e_shoff, bytes);
}

static void describe_file(struct gt_dwarf *dwarf, const struct gt_binary *binary)
{
    struct gt_vec *subject = &dwarf->kept.subject;
    const char *id = gt_binary_build_id(binary);
    uint64_t size = 0;
    const unsigned char *file = gt_binary_file(binary, &size);
    uint32_t crcs[] = {crc_of_headers(file, size), gt_debug_sections_crc(dwarf->sections)};

    add_bytes(subject, GT_VERSION, sizeof GT_VERSION);
    add_bytes(subject, id, strlen(id) + 1);
    add_bytes(subject, &size, sizeof size);
    add_bytes(subject, crcs, sizeof crcs);
}

/* ---- the file ------------------------------------------------------------------------------ */

static void load(struct gt_dwarf *dwarf)
{
    struct gt_kept_facts *kept = &dwarf->kept;
    size_t size = 0;
    unsigned char *form = gt_kept_read(&kept->folder, kept->name, &size);

    if (form) gt_kept_table_read(&kept->table, kept->subject.data, kept->subject.len, form, size);
    gt_free(form);
}

/* The build ID's letters and digits, and a checksum of all that the subject is made of. */
static void name_file(struct gt_kept_facts *kept, const char *id)
{
    char plain[MOST_ID + 1];
    size_t length = 0;

    for (; id[length] && length < MOST_ID; length++)
        plain[length] = (char)(isalnum((unsigned char)id[length]) ? id[length] : '_');
    plain[length] = '\0';
    kept->name =
        gt_format("%s-%08x", plain, libdeflate_crc32(0, kept->subject.data, kept->subject.len));
}

void gt_dwarf_use_kept(struct gt_dwarf *dwarf, const struct gt_binary *binary, const char *folder)
{
    struct gt_kept_facts *kept = &dwarf->kept;
    const char *id = gt_binary_build_id(binary);

    if (!id || !*id) return;
    kept->used = true;
    kept->folder = (struct gt_kept_folder){folder, MOST_FILE, MOST_TOTAL};
    kept->subject = (struct gt_vec){.elem_size = 1};
    gt_kept_table_init(&kept->table);
    describe_file(dwarf, binary);
    name_file(kept, id);
    load(dwarf);
    dwarf->facts.field = kept_field;
    dwarf->facts.type_size = kept_type_size;
    dwarf->facts.type_named = kept_type_named;
    dwarf->facts.constant = kept_constant;
    dwarf->facts.global = kept_global;
}

void gt_dwarf_keep(struct gt_dwarf *dwarf)
{
    struct gt_kept_facts *kept = &dwarf->kept;
    struct gt_vec form = {.elem_size = 1};

    if (!kept->used || !kept->table.fresh || gt_dwarf_faults(dwarf)) return;
    if (gt_kept_table_write(&kept->table, kept->subject.data, kept->subject.len, WITH_LISTS, &form))
        gt_kept_write(&kept->folder, kept->name, form.data, form.len);
    gt_vec_deinit(&form);
}

void gt_kept_facts_deinit(struct gt_kept_facts *kept)
{
    gt_kept_table_deinit(&kept->table);
    gt_vec_deinit(&kept->subject);
    gt_free(kept->name);
}
