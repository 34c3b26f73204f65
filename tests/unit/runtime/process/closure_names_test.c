/* In which function a closure was written, by its name and by the calls that callers have
 * inlined. */
#include "inspector/runtime/process/closure_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The functions of a program, with the calls that each has inlined: "the names without packages" ->
 * "full name of the last", as Go 1.22 to 1.26 compile such programs. */
static const struct {
    const char *function, *calls, *source;
} known[] = {
    {"main.peek", "pages", "main.pages"},
    {"main.peek", "Pages", "example.com/store.Pages"},
    {"main.peek", "(*T).each", "main.(*T).each"},
    {"main.peek", "T.val", "main.T.val"},
    {"main.peek", "two.one", "main.one"},
    {"main.peek", "nest", "main.nest"},
    {"main.peek", "nest.peek.nest.func8", "main.peek.nest.func8"},
    {"main.peek", "gen[go.shape.struct { a.b int }]", "main.gen[go.shape.struct { a.b int }]"},
    {"main.peek", "(*Tree[go.shape.int]).Walk", "main.(*Tree[go.shape.int]).Walk"},
    {"main.peek.func2", "two.one", "main.one"},
    {"main.(*T).run", "pages", "main.pages"},
    {"main.(*T).run", "(*T).run.pages.func3.(*T).run-range1", "main.(*T).run-range1"},
    {"main.peek.pages.func1", NULL, NULL},
    {"main.silent", NULL, NULL}, /* it has no inlined calls */
    {"main.apart", NULL, NULL},  /* nor has this one, in another folder */
    {"main.T.val", NULL, NULL},
    {"main.pages", NULL, NULL},
    {"gopkg.in/yaml%2ev3.(*parser).node", "peek", "gopkg.in/yaml%2ev3.peek"},
};

static const struct {
    const char *closure, *source; /* NULL: the closure's function is in its name */
} rows[] = {
    {"main.peek", NULL},
    {"main.peek.func1", NULL},
    {"main.(*T).run.func1", NULL},
    {"main.(*T).run.func1.2", NULL},
    {"main.(*T).run-range1", NULL},
    {"main.(*T).run-fm", NULL},
    {"main.T.val-fm", NULL},
    {"main.T.val.func1", NULL}, /* a method; nothing is inlined */
    {"main.U.gone.func1", NULL},
    {"main.init.func1", NULL},
    {"main.glob..func1", NULL},
    {"main.gen[...].func1", NULL},
    {"main.peek.gowrap1", NULL},
    {"main.pages.func1.1.1", NULL},
    {"main.pages-range1-range2.deferwrap1", NULL},
    {"main.peek.pages.func1", "main.pages"},
    {"main.peek.pages.func1.1", "main.pages"},
    {"main.peek.pages.func7.deferwrap1", "main.pages"},
    {"main.peek.pages.gowrap2", "main.pages"},
    {"main.peek.pages-range1", "main.pages"},
    {"main.peek.Pages.func2", "example.com/store.Pages"},
    {"main.peek.(*T).each.func9", "main.(*T).each"},
    {"main.peek.T.val.func10", "main.T.val"},
    {"main.peek.two.one.func12", "main.one"},
    {"main.peek.func2.two.one.1", "main.one"},
    {"main.peek.nest.peek.nest.func8.func13", "main.nest"},
    {"main.peek.gen[go.shape.struct { a.b int }].func6", "main.gen[go.shape.struct { a.b int }]"},
    {"main.peek.(*Tree[go.shape.int]).Walk.func1", "main.(*Tree[go.shape.int]).Walk"},
    {"main.(*T).run.pages.func3", "main.pages"},
    {"main.(*T).run.(*T).run.pages.func3.(*T).run-range1-range3", "main.(*T).run"},
    {"gopkg.in/yaml%2ev3.(*parser).node.peek.func1", "gopkg.in/yaml%2ev3.peek"},
    {"main.silent.pages.func1", "main.pages"},
    {"main.silent.two.(*T).each.func1.1", "main.(*T).each"},
    {"main.apart.Pages.func1", NULL},
    {"", NULL},
    {".func1", NULL},
    {"1", NULL},
    {"a.b.c.)(].func1", NULL},
};

static bool exists(void *ctx, const char *name, size_t length)
{
    (void)ctx;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].function) == length && memcmp(known[i].function, name, length) == 0)
            return true;
    return false;
}

static const char *inlined(void *ctx, const char *outer, size_t length, const char *calls)
{
    (void)ctx;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].function) == length && memcmp(known[i].function, outer, length) == 0 &&
            known[i].calls && strcmp(known[i].calls, calls) == 0)
            return known[i].source;
    return NULL;
}

static bool beside(void *ctx, const char *outer, size_t length)
{
    (void)ctx;
    return strncmp(outer, "main.apart", length) != 0;
}

static void a_closure_is_of_the_function_it_was_written_in(void **state)
{
    const struct gt_name_facts facts = {NULL, exists, inlined, beside};
    struct gt_arena storage = {0};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *source = gt_closure_source(&facts, rows[i].closure, &storage);
        const char *want = rows[i].source;
        if (want ? !source || strcmp(source, want) != 0 : source != NULL)
            fail_msg("%s: %s instead of %s", rows[i].closure, source ? source : "its own",
                     want ? want : "its own");
    }
    gt_arena_deinit(&storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closure_is_of_the_function_it_was_written_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
