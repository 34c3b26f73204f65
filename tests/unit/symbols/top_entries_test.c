/*
 * Top-level entries: those of a Go program, compared with what libdwarf reads, and units written by
 * the test that are whole, cut off, or have what must be refused.
 */
#include "tests/unit/symbols/programs.h"

#include "inspector/symbols/symbols_impl.h"

/* ---- a Go program -------------------------------------------------------------------------- */

static const char text[] = "package main\n"
                           "import (\"fmt\"; \"sync\")\n"
                           "const Limit = 7\n"
                           "type box[T any] struct { value T; next *box[T] }\n"
                           "var table = map[string]*box[int]{}\n"
                           "var lock sync.Mutex\n"
                           "func main() { fmt.Println(\"size\", len(table), Limit, &lock) }\n";

static struct gt_section_bytes section(struct program *p, const char *name)
{
    struct gt_section_bytes found = {0};
    found.bytes = gt_debug_section_bytes(p->dwarf->sections, name, &found.size);
    return found;
}

/* Every variable of a program without C has a fixed address. */
static void compare_variable(struct gt_dwarf *dwarf, Dwarf_Die die,
                             const struct gt_top_entry *entry)
{
    struct gt_vec places = GT_VEC_OF(struct gt_location);

    gt_locate(dwarf, die, 0, false, &places);
    assert_int_equal(places.len, 1);
    const struct gt_location *place = gt_vec_at(&places, 0);
    assert_int_equal(place->base, GT_AT_ADDRESS);
    assert_int_equal(entry->address, place->offset);
    assert_int_not_equal(entry->address, 0);
    assert_int_equal(entry->type, gt_origin_type(dwarf, die));
    assert_int_not_equal(entry->type, 0);
    gt_vec_deinit(&places);
}

static void compare_entry(struct gt_dwarf *dwarf, Dwarf_Die die, const struct gt_top_entry *entry)
{
    struct gt_die_reader *reader = &dwarf->reader;
    const char *name = gt_die_name(reader, die);
    uint64_t low = 0, high = 0;

    assert_int_equal(entry->offset, gt_die_offset(reader, die));
    assert_int_equal(entry->tag, gt_die_tag(reader, die));
    if (entry->tag == DW_TAG_variable) compare_variable(dwarf, die, entry);
    if (entry->tag != DW_TAG_subprogram) {
        assert_int_equal(!name, !entry->name);
        if (name) assert_string_equal(entry->name, name);
    } else if (gt_die_bounds(reader, die, &low, &high)) {
        assert_int_equal(entry->low, low);
        assert_int_equal(entry->high, high);
    } else {
        assert_true(entry->high <= entry->low);
    }
}

static bool wanted(unsigned tag)
{
    return gt_top_is_type(tag) || tag == DW_TAG_subprogram || tag == DW_TAG_variable ||
           tag == DW_TAG_constant;
}

/* The number of entries of the unit, each of which is as libdwarf reads it. */
static size_t compare_unit(struct gt_dwarf *dwarf, Dwarf_Die unit, const struct gt_vec *entries)
{
    struct gt_die_reader *reader = &dwarf->reader;
    Dwarf_Die die = NULL;
    size_t at = 0;

    for (bool more = gt_die_first(reader, unit, &die); more; more = gt_die_next(reader, &die)) {
        if (!wanted(gt_die_tag(reader, die))) continue;
        assert_true(at < entries->len);
        compare_entry(dwarf, die, gt_vec_at(entries, at++));
    }
    assert_int_equal(at, entries->len);
    return at;
}

static void compare_header(const struct gt_top_reader *top, const struct gt_unit *unit)
{
    struct gt_unit read;

    assert_true(gt_unit_at(top, unit->start, &read));
    assert_int_equal(read.end, unit->end);
    assert_int_equal(read.version, unit->version);
    assert_int_equal(read.address_size, unit->address_size);
    assert_int_equal(read.abbreviations, unit->abbreviations);
}

static size_t compare_units(struct program *p)
{
    struct gt_die_reader *reader = &p->dwarf->reader;
    struct gt_vec entries = GT_VEC_OF(struct gt_top_entry);
    struct gt_top_reader top;
    struct gt_unit unit = {0};
    size_t count = 0;

    gt_top_reader_init(&top, section(p, ".debug_info"), section(p, ".debug_abbrev"),
                       section(p, ".debug_addr"));
    while (gt_next_unit(reader, &unit)) {
        Dwarf_Die die = NULL;
        compare_header(&top, &unit);
        assert_int_equal(dwarf_siblingof_b(reader->debug, NULL, true, &die, &reader->error),
                         DW_DLV_OK);
        assert_true(gt_top_entries_read(&top, &unit, &entries));
        count += compare_unit(p->dwarf, die, &entries);
        gt_die_deinit(die);
    }
    gt_top_reader_deinit(&top);
    gt_vec_deinit(&entries);
    return count;
}

static void entries_of_go_are_those_of_libdwarf(void **state)
{
    (void)state;
    if (system("go version >/dev/null 2>&1") != 0) {
        print_message("skipped: there is no go command\n");
        skip();
    }
    struct program *p = build_program("a.go", text, "CGO_ENABLED=0 go build -o a a.go", "a");
    open_program(p, 0);
    assert_true(compare_units(p) > 1000);
    assert_int_equal(gt_dwarf_faults(p->dwarf), 0);
    close_program(p);
}

/* ---- units of the test --------------------------------------------------------------------- */

enum { LONG = 0x80, MAX_UNIT = 64 };

/* Codes 1 to 4: a unit, a variable, a subprogram by index and length, a lexical block. */
static const unsigned char table[] = {1,
                                      DW_TAG_compile_unit,
                                      1,
                                      DW_AT_addr_base | LONG,
                                      DW_AT_addr_base >> 7,
                                      DW_FORM_sec_offset,
                                      DW_AT_language,
                                      DW_FORM_data1,
                                      0,
                                      0,
                                      2,
                                      DW_TAG_variable,
                                      0,
                                      DW_AT_name,
                                      DW_FORM_string,
                                      DW_AT_location,
                                      DW_FORM_exprloc,
                                      0,
                                      0, //
                                      3,
                                      DW_TAG_subprogram,
                                      1,
                                      DW_AT_low_pc,
                                      DW_FORM_addrx,
                                      DW_AT_high_pc,
                                      DW_FORM_udata,
                                      0,
                                      0, //
                                      4,
                                      DW_TAG_lexical_block,
                                      1,
                                      0,
                                      0, //
                                      0};

static const unsigned char addresses[] = {0, 0, 0, 0, 0,    0, 0, 0, /* the header */
                                          0, 1, 0, 0, 0,    0, 0, 0, /* 0x100 */
                                          0, 2, 0, 0, 0x40, 0, 0, 0};

static const unsigned char unit_entries[] = {
    1, 8,   0,    0, 0,    DW_LANG_Go, /* the unit: addresses from 8 on */
    3, 1,   0x90, 1,                   /* a subprogram at the second address, 0x90 bytes long */
    2, 'i', 0,    1, 0x9c,             /* its variable, which is not at the top */
    4, 2,   'j',  0, 0,    0,          /* a block with another one */
    0,                                 /* the subprogram's end */
    2, 'v', 'w',  0, 1,    0x3,        /* a variable of the unit */
    0};

struct sample {
    unsigned char info[MAX_UNIT], abbrev[MAX_UNIT];
    struct gt_unit unit;
    struct gt_vec entries; /* struct gt_top_entry */
};

static struct sample sample_of_unit(void)
{
    struct sample sample = {.entries = GT_VEC_OF(struct gt_top_entry)};

    memcpy(sample.info + 12, unit_entries, sizeof unit_entries);
    memcpy(sample.abbrev, table, sizeof table);
    sample.unit = (struct gt_unit){
        .end = 12 + sizeof unit_entries, .version = 5, .address_size = 8, .plain = true};
    return sample;
}

static bool read_sample(struct sample *sample)
{
    struct gt_top_reader reader;

    gt_top_reader_init(&reader, (struct gt_section_bytes){sample->info, sample->unit.end},
                       (struct gt_section_bytes){sample->abbrev, sizeof table},
                       (struct gt_section_bytes){addresses, sizeof addresses});
    bool read = gt_top_entries_read(&reader, &sample->unit, &sample->entries);
    gt_top_reader_deinit(&reader);
    return read;
}

static bool read_and_free(struct sample sample)
{
    bool read = read_sample(&sample);
    gt_vec_deinit(&sample.entries);
    return read;
}

static void only_top_entries_are_read(void **state)
{
    struct sample sample = sample_of_unit();

    (void)state;
    assert_true(read_sample(&sample));
    assert_int_equal(sample.entries.len, 2);
    const struct gt_top_entry *entries = sample.entries.data;
    assert_int_equal(entries[0].tag, DW_TAG_subprogram);
    assert_int_equal(entries[0].offset, 18);
    assert_true(entries[0].low == 0x4000000200 && entries[0].high == 0x4000000290);
    assert_int_equal(entries[1].tag, DW_TAG_variable);
    assert_string_equal(entries[1].name, "vw");
    gt_vec_deinit(&sample.entries);
}

/* The variable's expression is the last thing in the unit, but for the 0 that ends it. */
static uint64_t address_of_variable(const unsigned char *expression, unsigned char size)
{
    struct sample sample = sample_of_unit();
    size_t at = 12 + sizeof unit_entries - 3;

    sample.info[at++] = size;
    if (size) memcpy(sample.info + at, expression, size);
    sample.info[at + size] = 0;
    sample.unit.end = at + size + 1;
    assert_true(read_sample(&sample));
    uint64_t address = ((const struct gt_top_entry *)sample.entries.data)[1].address;
    gt_vec_deinit(&sample.entries);
    return address;
}

static void only_an_expression_that_is_an_address_gives_one(void **state)
{
    const unsigned char fixed[] = {DW_OP_addr, 8, 7, 6, 5, 4, 3, 2, 1, DW_OP_deref};
    const unsigned char indexed[] = {DW_OP_addrx, 1, DW_OP_deref}, outside[] = {DW_OP_addrx, 2};
    const unsigned char frame[] = {DW_OP_call_frame_cfa};

    (void)state;
    assert_int_equal(address_of_variable(fixed, 9), 0x0102030405060708);
    assert_int_equal(address_of_variable(fixed, 10), 0);
    assert_int_equal(address_of_variable(fixed, 8), 0);
    assert_int_equal(address_of_variable(indexed, 2), 0x4000000200);
    assert_int_equal(address_of_variable(indexed, 3), 0);
    assert_int_equal(address_of_variable(indexed, 1), 0);
    assert_int_equal(address_of_variable(outside, 2), 0);
    assert_int_equal(address_of_variable(frame, 1), 0);
    assert_int_equal(address_of_variable(NULL, 0), 0);
}

static void a_unit_that_is_cut_off_is_refused(void **state)
{
    (void)state;
    for (size_t bytes = 0; bytes < sizeof unit_entries; bytes++) {
        struct sample sample = sample_of_unit();
        sample.unit.end = 12 + bytes;
        assert_false(read_and_free(sample));
    }
}

static void an_address_outside_of_the_table_is_refused(void **state)
{
    struct sample sample = sample_of_unit();

    (void)state;
    sample.info[12 + 7] = 2;
    assert_false(read_and_free(sample));
    sample.info[12 + 7] = 0;
    assert_true(read_and_free(sample));
    sample.info[12 + 1] = 0; /* no start of the table */
    assert_false(read_and_free(sample));
    sample.info[12 + 4] = 0xff;
    assert_false(read_and_free(sample));
}

static void what_libdwarf_must_read_is_refused(void **state)
{
    struct sample sample = sample_of_unit();

    (void)state;
    sample.unit.plain = false;
    assert_false(read_and_free(sample));
    sample = sample_of_unit();
    sample.unit.version = 2;
    assert_false(read_and_free(sample));
    sample = sample_of_unit();
    sample.info[12 + 5] = DW_LANG_C11;
    assert_false(read_and_free(sample));
    sample = sample_of_unit();
    memcpy(sample.info + 12 + 6, "\2\5\0\0\0", 5); /* a variable with either form */
    assert_true(read_and_free(sample));
    sample.abbrev[14] = DW_FORM_strx; /* its name is elsewhere */
    assert_false(read_and_free(sample));
    sample = sample_of_unit();
    sample.abbrev[14] = DW_FORM_indirect;
    assert_false(read_and_free(sample));
    sample = sample_of_unit();
    sample.abbrev[10] = 1; /* two rows of one code */
    assert_false(read_and_free(sample));
    sample = sample_of_unit();
    sample.unit.abbreviations = sizeof table;
    assert_false(read_and_free(sample));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_of_go_are_those_of_libdwarf),
        cmocka_unit_test(only_top_entries_are_read),
        cmocka_unit_test(only_an_expression_that_is_an_address_gives_one),
        cmocka_unit_test(a_unit_that_is_cut_off_is_refused),
        cmocka_unit_test(an_address_outside_of_the_table_is_refused),
        cmocka_unit_test(what_libdwarf_must_read_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
