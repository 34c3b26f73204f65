/* A name is a constant if it can be; if it contains a number, it is written into the caller's
 * text. */
#include "inspector/report/names.h"

#include "inspector/names/words.h"
#include "inspector/report/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *gt_state_name(const char *wait_reason, enum gt_goroutine_status status)
{
    return wait_reason ? wait_reason : gt_goroutine_status_name(status);
}

const char *gt_check_why(char *text, const struct gt_check *check)
{
    bool one = check->uncertain_objects == 1;

    if (check->verdict == GT_UNCERTAIN) {
        snprintf(text, GT_CHECK_WHY,
                 "the core does not tell of %s object%s whether the program dropped "
                 "%s or gotopsy misses what leads to %s",
                 gt_exact(check->uncertain_objects).text, one ? "" : "s", one ? "it" : "them",
                 one ? "it" : "them");
        return text;
    }
    if (check->obstacle == GT_CHECK_UNDER_WAY)
        return "a collection was under way: its marks are not complete";
    if (check->obstacle == GT_CHECK_NO_MARKS)
        return "nothing was collected yet: there are no marks";
    if (check->obstacle != GT_CHECK_LACKS) return NULL;
    snprintf(text, GT_CHECK_WHY, "the core lacks %s: what they led to looks unreachable",
             check->lacks);
    return text;
}

const char *gt_part_name(char *text, const struct gt_memory_part *part)
{
    if (part->what != GT_MEMORY_SIZE_CLASS) return gt_memory_kind_name(part->what);
    snprintf(text, GT_PART_NAME, "of %s bytes", gt_exact(part->size).text);
    return text;
}

const char *gt_step_name(char *text, const struct gt_step *step)
{
    const char *word = gt_step_kind_name(step->kind);

    if (step->kind != GT_STEP_LEFT_OUT) return word ? word : step->what;
    snprintf(text, GT_STEP_NAME, "%" PRIu64 " more object%s", step->count, gt_s(step->count));
    return text;
}

static const char *const asides[] = {
    [GT_ASIDE_OWNER_UNKNOWN] = "of an owner of unknown type, which may reuse it",
    [GT_ASIDE_EMPTY] = "of slices of length 0, which can be filled again",
    [GT_ASIDE_UNUSED_SLOTS] = "of cleared slots, as queues and stacks have them",
    [GT_ASIDE_ADDRESS] = "around IP addresses, as Go's net package makes them",
};

void gt_say_aside_reason(struct gt_str *to, const struct gt_set_aside *row)
{
    if (row->reason == GT_ASIDE_REUSED)
        gt_str_format(to, "kept for reuse by %s", row->owner);
    else
        gt_str_add(to, gt_word(&(struct gt_words)GT_WORDS(asides), row->reason));
}

/* The brace that closes the one at `open`; NULL if there is none. */
static const char *closing_brace(const char *open)
{
    unsigned depth = 0;

    for (const char *at = open; *at; at++) {
        depth += *at == '{';
        depth -= *at == '}';
        if (!depth) return at;
    }
    return NULL;
}

const char *gt_short_type(char *text, const char *type)
{
    enum { LONG = 40 };
    const char *open = strstr(type, "struct {"), *end;

    if (!open) return type;
    open += strlen("struct ");
    end = closing_brace(open);
    if (!end || end - open < LONG) return type;
    int length = snprintf(text, GT_SHORT_TYPE, "%.*s{…%s", (int)(open - type), type, end);
    return length < GT_SHORT_TYPE ? text : type;
}

const char *gt_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] ? slash + 1 : path;
}
