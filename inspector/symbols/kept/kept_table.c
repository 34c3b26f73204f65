/*
 * The form: a mark, the subject's length and bytes, the number of answers, each answer as its
 * question's length and bytes, whether it was found, its values, and its list's length and bytes;
 * then the CRC of all that.
 * Numbers are the machine's own: a form of another byte order has another mark.
 */
#include "inspector/symbols/kept/kept_table.h"

#include <libdeflate.h>
#include <string.h>

/* The last digit counts the forms. Another form, or other answers to a question, have another. */
static const uint64_t mark = 0x676f746f70737902;

enum { CRC = sizeof(uint32_t) };

void gt_kept_table_init(struct gt_kept_table *answers)
{
    *answers = (struct gt_kept_table){.list = GT_VEC_OF(struct gt_kept_row)};
}

void gt_kept_table_deinit(struct gt_kept_table *answers)
{
    gt_strmap_deinit(&answers->places);
    gt_vec_deinit(&answers->list);
    gt_arena_deinit(&answers->arena);
}

const struct gt_kept_row *gt_kept_table_find(const struct gt_kept_table *answers,
                                             const char *question)
{
    const uint64_t *place = gt_strmap_find(&answers->places, question);
    struct gt_kept_row *row = place ? gt_vec_at(&answers->list, *place) : NULL;

    if (row) row->asked = true;
    return row;
}

/* The row of the question, which may be new. */
static struct gt_kept_row *row_of(struct gt_kept_table *answers, const char *question)
{
    bool added = false;
    uint64_t *place = gt_strmap_put(&answers->places, question, &added);

    if (!added) return gt_vec_at(&answers->list, *place);
    *place = answers->list.len;
    struct gt_kept_row *row = gt_vec_push(&answers->list);
    *row = (struct gt_kept_row){.question =
                                    gt_arena_strndup(&answers->arena, question, strlen(question))};
    return row;
}

static struct gt_kept_row *put_row(struct gt_kept_table *answers, const char *question,
                                   struct gt_kept_answer answer)
{
    struct gt_kept_row *row = row_of(answers, question);

    row->answer = answer;
    row->answer.list = NULL;
    if (answer.size)
        row->answer.list =
            memcpy(gt_arena_alloc(&answers->arena, answer.size), answer.list, answer.size);
    return row;
}

void gt_kept_table_add(struct gt_kept_table *answers, const char *question,
                       struct gt_kept_answer answer)
{
    struct gt_kept_row *row = put_row(answers, question, answer);

    answers->fresh += !row->fresh;
    row->fresh = row->asked = true;
}

/* ---- writing ------------------------------------------------------------------------------- */

static void put(struct gt_vec *form, const void *bytes, size_t size)
{
    gt_vec_reserve(form, form->len + size);
    if (size) memcpy(gt_vec_at(form, form->len), bytes, size);
    form->len += size;
}

static void put_sized(struct gt_vec *form, const void *bytes, size_t size)
{
    uint32_t length = (uint32_t)size;

    put(form, &length, sizeof length);
    put(form, bytes, size);
}

static void put_answer(struct gt_vec *form, const struct gt_kept_row *answered)
{
    const struct gt_kept_answer *answer = &answered->answer;
    unsigned char found = answer->found;

    put_sized(form, answered->question, strlen(answered->question));
    put(form, &found, sizeof found);
    put(form, answer->values, sizeof answer->values);
    put_sized(form, answer->list, answer->size);
}

struct writing {
    struct gt_vec *form;
    size_t most, fresh;
    uint32_t count;
};

/* Of the rows that were asked, or of the others. */
static void put_rows(struct writing *writing, struct gt_kept_table *answers, bool asked)
{
    for (size_t i = 0; i < answers->list.len; i++) {
        struct gt_kept_row *row = gt_vec_at(&answers->list, i);
        size_t list = row->answer.size;
        if (row->asked != asked || (list && writing->form->len + list > writing->most)) continue;
        put_answer(writing->form, row);
        writing->count++;
        writing->fresh += row->fresh;
    }
}

static void age(struct gt_kept_table *answers)
{
    for (size_t i = 0; i < answers->list.len; i++)
        ((struct gt_kept_row *)gt_vec_at(&answers->list, i))->fresh = false;
    answers->fresh = 0;
}

size_t gt_kept_table_write(struct gt_kept_table *answers, const void *subject, size_t subject_size,
                           size_t most, struct gt_vec *form)
{
    struct writing writing = {.form = form, .most = most};

    put(form, &mark, sizeof mark);
    put_sized(form, subject, subject_size);
    size_t count_at = form->len;
    put(form, &writing.count, sizeof writing.count);
    put_rows(&writing, answers, true);
    put_rows(&writing, answers, false);
    memcpy(gt_vec_at(form, count_at), &writing.count, sizeof writing.count);
    uint32_t crc = libdeflate_crc32(0, form->data, form->len);
    put(form, &crc, sizeof crc);
    age(answers);
    return writing.fresh;
}

/* ---- reading ------------------------------------------------------------------------------- */

struct rest {
    const unsigned char *at;
    size_t size;
};

static bool take(struct rest *rest, void *to, size_t size)
{
    if (size > rest->size) return false;
    memcpy(to, rest->at, size);
    rest->at += size;
    rest->size -= size;
    return true;
}

/* A length, and so many bytes. */
static bool take_sized(struct rest *rest, struct rest *sized)
{
    uint32_t length;

    if (!take(rest, &length, sizeof length) || length > rest->size) return false;
    *sized = (struct rest){rest->at, length};
    rest->at += length;
    rest->size -= length;
    return true;
}

static bool take_answer(struct rest *rest, char question[GT_KEPT_QUESTION],
                        struct gt_kept_answer *answer)
{
    struct rest text, list;
    unsigned char found;

    if (!take_sized(rest, &text) || !text.size || text.size >= GT_KEPT_QUESTION ||
        memchr(text.at, 0, text.size) || !take(rest, &found, sizeof found) ||
        !take(rest, answer->values, sizeof answer->values) || !take_sized(rest, &list))
        return false;
    memcpy(question, text.at, text.size);
    question[text.size] = '\0';
    answer->found = found;
    answer->list = list.at;
    answer->size = (uint32_t)list.size;
    return found <= 1;
}

static bool has_crc(struct rest *form)
{
    uint32_t crc;

    if (form->size < CRC) return false;
    form->size -= CRC;
    memcpy(&crc, form->at + form->size, CRC);
    return libdeflate_crc32(0, form->at, form->size) == crc;
}

/* Takes what stands before the answers. */
static bool is_of(struct rest *form, const void *subject, size_t subject_size)
{
    uint64_t first;
    struct rest its;

    return take(form, &first, sizeof first) && first == mark && take_sized(form, &its) &&
           its.size == subject_size && memcmp(its.at, subject, subject_size) == 0;
}

/* Goes through `count` answers; false when they are not all that is left. */
static bool go_through(struct rest rest, uint32_t count, struct gt_kept_table *add_to)
{
    char question[GT_KEPT_QUESTION];
    struct gt_kept_answer answer;

    for (uint32_t i = 0; i < count; i++) {
        if (!take_answer(&rest, question, &answer)) return false;
        if (add_to) put_row(add_to, question, answer);
    }
    return rest.size == 0;
}

bool gt_kept_table_read(struct gt_kept_table *answers, const void *subject, size_t subject_size,
                        const unsigned char *form, size_t size)
{
    struct rest rest = {form, size};
    uint32_t count;

    if (!has_crc(&rest) || !is_of(&rest, subject, subject_size) ||
        !take(&rest, &count, sizeof count) || !go_through(rest, count, NULL))
        return false;
    go_through(rest, count, answers);
    return true;
}
