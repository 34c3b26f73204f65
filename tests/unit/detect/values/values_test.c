/* A value of a small process, read by its type: its parts, and where reading ends. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

enum { NODE = 8192, AT_FLAG = 8, AT_NAME = 16, AT_BUF = 32, BLOCK = 64 };

/* main.node{next *main.node, flag byte, name string, buf []uint8}, whose next is itself. */
static uint64_t make_node(struct synth *synth)
{
    uint64_t byte = synth_type_byte(synth), text = synth_object(synth, BLOCK, NULL);
    struct synth_type_field fields[] = {{"next", synth_type_unsafe_pointer(synth), 0},
                                        {"flag", byte, AT_FLAG},
                                        {"name", synth_type_string(synth), AT_NAME},
                                        {"buf", synth_type_slice(synth, "[]uint8", byte), AT_BUF}};
    uint64_t node =
        synth_tiled(synth, NODE, synth_type_struct(synth, "main.node", NODE, fields, 4));

    synth_put(synth, node, node);
    synth_put_bytes(synth, node + AT_FLAG, "\x2a", 1);
    synth_put_bytes(synth, text, "secret", 6);
    synth_put(synth, node + AT_NAME, text);
    synth_put(synth, node + AT_NAME + 8, 6);
    synth_put(synth, node + AT_BUF, text);
    synth_put(synth, node + AT_BUF + 8, 2);
    synth_put(synth, node + AT_BUF + 16, BLOCK);
    synth_global(synth, "main.head", node);
    return node;
}

static struct gt_view *view_of(struct synth *synth, uint64_t address, bool show_data)
{
    const struct gt_show_options options = {
        .size = sizeof options, .address = address, .show_data = show_data};
    struct gt_view *view = NULL;
    struct gt_error *error = gt_show_create(synth_open(synth), &options, &view);

    if (error) fail_msg("%s", gt_error_message(error));
    return view;
}

static const struct gt_typed_value *part_of(const struct gt_view *view, const char *name)
{
    for (size_t i = 0; i < view->value.count; i++)
        if (view->value.values[i].name && strcmp(view->value.values[i].name, name) == 0)
            return &view->value.values[i];
    fail_msg("no part %s", name);
    return NULL;
}

static void a_struct_has_its_fields(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t node = make_node(synth);
    struct gt_view *view = view_of(synth, node, false);

    assert_int_equal(view->what, GT_VIEW_OBJECT);
    assert_string_equal(view->value.values[0].type, "main.node");
    assert_int_equal(view->value.values[0].kind, GT_TYPED_STRUCT);
    assert_int_equal(view->value.values[0].count, 4);
    assert_string_equal(part_of(view, "flag")->text, "42");
    assert_int_equal(part_of(view, "next")->kind, GT_TYPED_UNSAFE_POINTER);
    assert_int_equal(part_of(view, "next")->points_to, node);
    assert_int_equal(part_of(view, "name")->len, 6);
    assert_int_equal(part_of(view, "buf")->len, 2);
    assert_int_equal(part_of(view, "buf")->cap, BLOCK);
    gt_view_destroy(view);
}

static void contents_of_texts_are_hidden_unless_they_are_asked_for(void **state)
{
    for (int show = 0; show < 2; show++) {
        struct synth *synth = synth_begin(state, GO);
        uint64_t node = make_node(synth);
        struct gt_view *view = view_of(synth, node, show);
        const struct gt_typed_value *name = part_of(view, "name"), *buf = part_of(view, "buf");
        if (show) {
            assert_memory_equal(name->data, "secret", 6);
            assert_memory_equal(buf->data, "se", 2);
        } else {
            assert_null(name->data);
            assert_null(buf->data);
        }
        gt_view_destroy(view);
    }
}

static void a_length_beyond_the_block_is_noted(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t node = make_node(synth);

    synth_put(synth, node + AT_NAME, 0x10);
    struct gt_view *view = view_of(synth, node, true);
    assert_null(part_of(view, "name")->data);
    assert_non_null(part_of(view, "name")->note);
    gt_view_destroy(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_struct_has_its_fields, synth_end),
        cmocka_unit_test_teardown(contents_of_texts_are_hidden_unless_they_are_asked_for,
                                  synth_end),
        cmocka_unit_test_teardown(a_length_beyond_the_block_is_noted, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
