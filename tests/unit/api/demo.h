/* The core that ships, for tests of entry points. */
#ifndef TESTS_API_DEMO_H
#define TESTS_API_DEMO_H

#include "gotopsy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DEMO "corefiles/demo/demo.core.zst"

/* The caller closes it. A failure fails the test. */
static inline struct gt_analysis *open_demo(void)
{
    struct gt_core_options options = {.size = sizeof options, .core_path = DEMO};
    struct gt_analysis *analysis = NULL;
    struct gt_error *error = gt_open(&options, &analysis);

    if (error) fail_msg("%s", gt_error_message(error));
    return analysis;
}

#endif
