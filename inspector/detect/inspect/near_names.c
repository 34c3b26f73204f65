/* The distance of two names is the number of edits, of the whole names or of their last parts. The
 * nearest are kept in a short sorted list. */
#include "inspector/detect/inspect/near_names.h"

#include "inspector/base/str.h"

#include <ctype.h>
#include <string.h>

enum { MAX_NAME = 64, FAR = MAX_NAME };

bool gt_name_means(const char *wanted, const char *name)
{
    size_t length = strlen(name), end = strlen(wanted);

    if (strcmp(wanted, name) == 0) return true;
    if (!end || end >= length || strcmp(name + length - end, wanted) != 0) return false;
    if (strcspn(name, "[]*(){} ") < length - end) return false; /* it is made of what is wanted */
    return name[length - end - 1] == '/' || name[length - end - 1] == '.';
}

/* How many letters must change, ignoring case (Levenshtein). */
static unsigned edits(const char *a, const char *b)
{
    size_t length = strlen(b);
    unsigned row[MAX_NAME + 1];

    if (strlen(a) > MAX_NAME || length > MAX_NAME) return FAR;
    for (unsigned i = 0; i <= length; i++)
        row[i] = i;
    for (unsigned i = 0; a[i]; i++) {
        unsigned before = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            bool same = tolower((unsigned char)a[i]) == tolower((unsigned char)b[j]);
            unsigned change = before + !same, drop = row[j + 1] + 1, add = row[j] + 1;
            before = row[j + 1];
            row[j + 1] = change < drop ? change : drop;
            if (add < row[j + 1]) row[j + 1] = add;
        }
    }
    return row[length];
}

static const char *last_part(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && dot[1] ? dot + 1 : name;
}

/* The smaller distance of the whole names, and of the names without packages, since people leave
 * packages out or get them wrong. */
static unsigned distance(const char *wanted, const char *name)
{
    unsigned whole = edits(wanted, name);
    unsigned last = edits(last_part(wanted), last_part(name)) + 1;
    unsigned least = whole < last ? whole : last;

    if (least > 2 && strlen(wanted) > 2 && strstr(name, wanted)) least = 2;
    return least;
}

void gt_near_names_offer(struct gt_near_names *near, const char *name)
{
    unsigned far = distance(near->wanted, name);
    size_t at = near->count;

    if (far > 1 + strlen(last_part(near->wanted)) / 3) return;
    for (size_t i = 0; i < near->count; i++)
        if (strcmp(near->names[i], name) == 0) return;
    while (at > 0 && near->distances[at - 1] > far)
        at--;
    if (at == GT_NEAR_NAMES) return;
    if (near->count < GT_NEAR_NAMES) near->count++;
    for (size_t i = near->count - 1; i > at; i--) {
        near->names[i] = near->names[i - 1];
        near->distances[i] = near->distances[i - 1];
    }
    near->names[at] = name;
    near->distances[at] = far;
}

const char *gt_near_names_text(const struct gt_near_names *near, struct gt_arena *storage)
{
    struct gt_str text = {0};

    if (!near->count) return "";
    gt_str_add(&text, "; did you mean ");
    for (size_t i = 0; i < near->count; i++) {
        const char *before = i == 0 ? "" : i + 1 < near->count ? ", " : " or ";
        gt_str_format(&text, "%s%s", before, near->names[i]);
    }
    gt_str_add(&text, "?");
    const char *kept = gt_arena_strndup(storage, gt_str_text(&text), text.len);
    gt_str_deinit(&text);
    return kept;
}
