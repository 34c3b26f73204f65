/* The build IDs in the notes of an ELF file: GNU's as hexadecimal digits, Go's as text. */
#include "inspector/core/binary_impl.h"

#include <ctype.h>
#include <stdio.h>

enum { GO_BUILD_ID = 4 };

static void add_gnu(struct gt_build_ids *ids, const struct gt_note *note)
{
    if (ids->gnu[0] || note->size == 0 || note->size > (sizeof ids->gnu - 1) / 2) return;
    for (uint64_t i = 0; i < note->size; i++)
        snprintf(ids->gnu + 2 * i, 3, "%02x", note->bytes[i]);
}

bool gt_is_go_build_id(const char *id)
{
    return strchr(id, '/') != NULL;
}

/* Go's ID is text; one that is not would only garble messages. */
static void add_go(struct gt_build_ids *ids, const struct gt_note *note)
{
    if (ids->go[0] || note->size >= sizeof ids->go) return;
    size_t size = strnlen((const char *)note->bytes, note->size);
    for (size_t i = 0; i < size; i++)
        if (!isgraph(note->bytes[i])) return;
    memcpy(ids->go, note->bytes, size);
    ids->go[size] = '\0';
}

void gt_build_ids_add(struct gt_build_ids *ids, const unsigned char *bytes, uint64_t size)
{
    struct gt_note_reader reader = {bytes, size};
    struct gt_note note;

    while (gt_note_next(&reader, &note)) {
        if (gt_note_is(&note, "GNU", NT_GNU_BUILD_ID)) add_gnu(ids, &note);
        if (gt_note_is(&note, "Go", GO_BUILD_ID)) add_go(ids, &note);
    }
}
