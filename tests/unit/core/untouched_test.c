/* The zeros of a file's .bss that nobody wrote: known where the file's headers account for all of
 * the segment, and else missing. */
#include "elf_maker.h"
#include "inspector/core/binary_impl.h"

enum { STACK = 0x10000, DATA = PAGE, ZEROS = 2 * PAGE, ZERO_PAGES = 3 };
#define HEAD UINT64_C(0x7f0000000000)

static int byte_at(const struct gt_core *core, uint64_t addr)
{
    uint8_t byte;
    return gt_mem_u8(gt_core_memory(core), addr, &byte) ? byte : -1;
}

/* The first page of a file with one page of variables, and zeros behind them. */
static void add_head(struct maker *maker, uint64_t zero_bytes)
{
    struct maker file;
    Elf64_Phdr loads[2] = {
        {PT_LOAD, PF_R, 0, 0, 0, DATA, DATA, PAGE},
        {PT_LOAD, PF_R | PF_W, DATA, DATA, 0, PAGE - 8, PAGE + zero_bytes - 8, PAGE}};
    struct blob head = {0};

    maker_init(&file, ET_DYN);
    file.header.e_phnum = 2;
    blob_add(&head, &file.header, sizeof file.header);
    blob_add(&head, loads, sizeof loads);
    blob_add(&head, NULL, PAGE - head.size);
    maker_load(maker, HEAD, PAGE, head.bytes, PAGE)->p_flags = PF_R;
    gt_free(head.bytes);
}

/* A core whose anonymous memory was dumped. */
static void add_all(struct maker *maker)
{
    maker_init(maker, ET_CORE);
    note_files(maker, HEAD, 2, "/usr/lib/plugin.so");
    note_thread(maker, 1, 0, STACK); /* its stack pointer is STACK + 19 */
    maker_fill(maker, STACK, PAGE, 7);
    add_head(maker, ZERO_PAGES * PAGE);
    maker_fill(maker, HEAD + DATA, PAGE, 5);
}

static void the_bss_of_a_plugin_is_zeros(void **state)
{
    struct maker maker;
    add_all(&maker);
    maker_load(&maker, HEAD + ZEROS, ZERO_PAGES * PAGE, NULL, 0);
    struct gt_core *core = open_made(state, &maker);
    uint64_t avail = 0;
    const struct gt_memory *memory = gt_core_memory(core);

    assert_int_equal(byte_at(core, HEAD + ZEROS), 0);
    assert_int_equal(byte_at(core, HEAD + ZEROS + ZERO_PAGES * PAGE - 1), 0);
    assert_int_equal(byte_at(core, HEAD + ZEROS + ZERO_PAGES * PAGE), -1);
    assert_int_equal(byte_at(core, HEAD + ZEROS - 1), 5); /* one block with its variables */
    assert_non_null(memory->map(memory->ctx, HEAD + DATA, &avail));
    assert_int_equal(avail, (1 + ZERO_PAGES) * PAGE);
    assert_int_equal(byte_at(core, HEAD), 0x7f);
    gt_core_close(core);
}

/* Such as one of which a part is kept out of dumps. */
static void a_part_of_it_is_missing(void **state)
{
    struct maker maker;
    add_all(&maker);
    maker_load(&maker, HEAD + ZEROS, PAGE, NULL, 0);
    maker_fill(&maker, HEAD + ZEROS + PAGE, (ZERO_PAGES - 1) * PAGE, 0);
    struct gt_core *core = open_made(state, &maker);

    assert_int_equal(byte_at(core, HEAD + ZEROS), -1);
    gt_core_close(core);
}

static void what_lies_elsewhere_is_missing(void **state)
{
    struct maker maker;
    add_all(&maker);
    maker_load(&maker, HEAD + ZEROS + PAGE, ZERO_PAGES * PAGE, NULL, 0);
    struct gt_core *core = open_made(state, &maker);

    assert_int_equal(byte_at(core, HEAD + ZEROS), -1);
    assert_int_equal(byte_at(core, HEAD + ZEROS + PAGE), -1);
    gt_core_close(core);
}

static void what_cannot_be_written_is_missing(void **state)
{
    struct maker maker;
    add_all(&maker);
    maker_load(&maker, HEAD + ZEROS, ZERO_PAGES * PAGE, NULL, 0)->p_flags = PF_R;
    struct gt_core *core = open_made(state, &maker);

    assert_int_equal(byte_at(core, HEAD + ZEROS), -1);
    gt_core_close(core);
}

/* coredump_filter may leave out all private anonymous memory. */
static void without_other_anonymous_memory_it_is_missing(void **state)
{
    struct maker maker;
    maker_init(&maker, ET_CORE);
    note_files(&maker, HEAD, 2, "/usr/lib/plugin.so");
    note_thread(&maker, 1, 0, STACK);
    maker_load(&maker, STACK, PAGE, NULL, 0);
    add_head(&maker, ZERO_PAGES * PAGE);
    maker_fill(&maker, HEAD + DATA, PAGE, 5);
    maker_load(&maker, HEAD + ZEROS, ZERO_PAGES * PAGE, NULL, 0);
    struct gt_core *core = open_made(state, &maker);

    assert_int_equal(byte_at(core, HEAD + ZEROS), -1);
    gt_core_close(core);
}

/* ---- variables of a file, without a written page ------------------------------------------- */

enum { VARIABLES = 2 * PAGE };

/* A core that maps a file's variables, and what its header says that it has of them. */
static void make_variables(struct maker *maker, uint64_t stack_bytes, uint64_t held)
{
    maker_init(maker, ET_CORE);
    note_files(maker, HEAD, 3, "/usr/lib/plugin.so");
    note_thread(maker, 1, 0, STACK);
    maker_load(maker, STACK, PAGE, NULL, stack_bytes);
    maker_fill(maker, HEAD + VARIABLES, PAGE, 7)->p_filesz = held;
}

/* What is at the variables once the file is known: `offset` is where it has them, and its byte
 * there is 3. */
static int variable_of(void **state, uint64_t stack_bytes, uint64_t held, uint64_t offset)
{
    static unsigned char bytes[4 * PAGE];
    GElf_Phdr load = {.p_type = PT_LOAD,
                      .p_flags = PF_R | PF_W,
                      .p_offset = offset,
                      .p_vaddr = VARIABLES,
                      .p_filesz = PAGE,
                      .p_memsz = PAGE};
    struct gt_binary binary = {.file = {.bytes = bytes, .size = sizeof bytes}, .bias = HEAD};
    struct maker maker;

    memset(bytes, 3, sizeof bytes);
    binary.loads = GT_VEC_OF(GElf_Phdr);
    gt_vec_add(&binary.loads, &load);
    make_variables(&maker, stack_bytes, held);
    struct gt_core *core = open_made(state, &maker);
    gt_untouched_variables(core, &binary);
    int found = byte_at(core, HEAD + VARIABLES);
    gt_core_close(core);
    gt_vec_deinit(&binary.loads);
    return found;
}

static void variables_that_nobody_wrote_are_the_files(void **state)
{
    assert_int_equal(variable_of(state, PAGE, 0, VARIABLES), 3);
    assert_int_equal(variable_of(state, PAGE, PAGE, VARIABLES), 7); /* written */
}

static void other_variables_are_missing(void **state)
{
    assert_int_equal(variable_of(state, 0, 0, VARIABLES), -1); /* nothing written was dumped */
    assert_int_equal(variable_of(state, PAGE, 0, PAGE), -1);   /* another part of the file */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bss_of_a_plugin_is_zeros),
        cmocka_unit_test(a_part_of_it_is_missing),
        cmocka_unit_test(what_lies_elsewhere_is_missing),
        cmocka_unit_test(what_cannot_be_written_is_missing),
        cmocka_unit_test(without_other_anonymous_memory_it_is_missing),
        cmocka_unit_test(variables_that_nobody_wrote_are_the_files),
        cmocka_unit_test(other_variables_are_missing),
    };
    return cmocka_run_group_tests_name("untouched", tests, scratch_make, scratch_free);
}
