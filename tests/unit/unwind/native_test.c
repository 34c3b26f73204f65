/* The walk of the cores of C programs that crash at the end of a chain of calls. */
#include "tests/unit/unwind/crash.h"

static void a_static_program_is_walked_by_its_binary(void **state)
{
    struct crash crash;

    (void)state;
    crash_init(&crash, "-static", AS_USUAL, NULL);
    find_binary(&crash);
    walk(&crash);
    size_t count = assert_chain(&crash, 0);
    assert_null(crash.why);
    assert_true(crash.count > count);
    assert_true(is_in(&crash, &crash.frames[crash.count - 1], "_start"));
    assert_linked(&crash);
    crash_deinit(&crash);
}

static void without_a_binary_a_walk_ends_early(void **state)
{
    struct crash crash;

    (void)state;
    crash_init(&crash, "", AS_USUAL, NULL);
    walk(&crash);
    assert_int_equal(crash.count, 1);
    assert_int_equal(crash.frames[0].pc, crash.thread->pc);
    assert_int_equal(crash.frames[0].sp, crash.thread->sp);
    assert_int_equal(crash.frames[0].cfa, 0);
    assert_string_equal(crash.why, "no unwind information in the core");
    crash_deinit(&crash);
}

static void a_library_without_unwind_information_ends_the_walk(void **state)
{
    struct crash crash;

    (void)state;
    crash_init(&crash, "", AS_USUAL, NULL);
    find_binary(&crash);
    walk(&crash);
    size_t count = assert_chain(&crash, 0);
    assert_int_equal(crash.count, count + 1); /* libc's, which called main() */
    assert_string_equal(crash.why, "no unwind information in the core");
    assert_linked(&crash);
    crash_deinit(&crash);
}

static void check_whole(const char *flags)
{
    struct crash crash;

    crash_init(&crash, flags, WITH_FILES, NULL);
    walk(&crash); /* everything is in the core */
    find_binary(&crash);
    size_t count = assert_chain(&crash, 0);
    assert_null(crash.why);
    assert_true(crash.count > count + 1);
    assert_true(is_in(&crash, &crash.frames[crash.count - 1], "_start"));
    assert_linked(&crash);
    crash_deinit(&crash);
}

static void a_stack_is_walked_whole(void **state)
{
    (void)state;
    check_whole("");
}

static void a_program_without_pie_and_frame_pointers_is_walked(void **state)
{
    (void)state;
    check_whole("-no-pie -O2 -fomit-frame-pointer");
}

/* abort() in libc, the handler, the trampoline, and on the other stack the chain. */
static void a_signal_on_its_own_stack_leads_back(void **state)
{
    struct crash crash;
    size_t handler = 0;

    (void)state;
    crash_init(&crash, "", WITH_FILES, "own stack");
    walk(&crash);
    find_binary(&crash);
    while (handler < crash.count && !is_in(&crash, &crash.frames[handler], "handler"))
        handler++;
    assert_true(handler > 0 && handler + 2 < crash.count);
    assert_chain(&crash, handler + 2);
    assert_null(crash.why);
    assert_linked(&crash);
    crash_deinit(&crash);
}

static void no_more_frames_than_asked_for_are_given(void **state)
{
    struct crash crash;
    struct gt_native_frame frames[3] = {{0}, {0}, {.pc = 42}};
    const char *why;

    (void)state;
    crash_init(&crash, "", WITH_FILES, NULL);
    walk(&crash);
    assert_int_equal(gt_native_unwind(crash.core, crash.thread, frames, 2, &why), 2);
    assert_string_equal(why, "there are more frames than were asked for");
    assert_int_equal(frames[1].pc, crash.frames[1].pc);
    assert_int_equal(frames[1].cfa, crash.frames[1].cfa);
    assert_int_equal(frames[2].pc, 42);
    assert_int_equal(gt_native_unwind(crash.core, crash.thread, frames, 0, &why), 0);
    assert_non_null(why);
    crash_deinit(&crash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_static_program_is_walked_by_its_binary),
        cmocka_unit_test(without_a_binary_a_walk_ends_early),
        cmocka_unit_test(a_library_without_unwind_information_ends_the_walk),
        cmocka_unit_test(a_stack_is_walked_whole),
        cmocka_unit_test(a_program_without_pie_and_frame_pointers_is_walked),
        cmocka_unit_test(a_signal_on_its_own_stack_leads_back),
        cmocka_unit_test(no_more_frames_than_asked_for_are_given),
    };
    return cmocka_run_group_tests_name("unwind/native", tests, NULL, NULL);
}
