/*
 * Types of the objects that typing leaves out: those without pointers, and those of the runtime.
 *
 * Such an object does not contain its type; the pointers to it imply one. Each live word that leads
 * to it makes a claim. The strongest one counts: a channel or storage of a map; a closure; a
 * pointer to a value that fills the slot; a slice; a string; a pointer to less. Of equal claims the
 * larger type counts. Inferred words (struct gt_word) claim nothing. In a block of the tiny
 * allocator only a value that fills it counts, since such blocks hold several values.
 *
 * One kind of typed object has a claim too: a buffer of one element, of a channel, is an array.
 *
 * Claims take 4 bytes an object of the set, in a table that the caller owns. If the set is not that
 * of all live objects, only the words of those that point to an object of the set are read.
 */
#ifndef GT_DETECT_HEAP_TABLES_OBJECT_CLAIMS_H
#define GT_DETECT_HEAP_TABLES_OBJECT_CLAIMS_H

#include "inspector/detect/heap_analysis.h"
#include "inspector/graph/rank.h"

enum gt_form {               /* how an object and its type are related */
               GT_FORM_NONE, /* no claim */
               GT_FORM_VALUE,
               GT_FORM_ARRAY,   /* of elements of the type */
               GT_FORM_STRING,  /* without a type */
               GT_FORM_CHAN,    /* a channel of the type */
               GT_FORM_TABLES,  /* directory or table of a map of that type */
               GT_FORM_CLOSURE, /* of a function that captured no pointers; without a type */
               GT_FORMS
};

/* A form and a type in one number. */
static inline uint32_t gt_form_of_type(enum gt_form form, gt_type_id type)
{
    return (uint32_t)form << 24 | type;
}

static inline enum gt_form gt_form_in(uint32_t claim)
{
    return (enum gt_form)(claim >> 24);
}

static inline gt_type_id gt_form_type(uint32_t claim)
{
    return claim & 0xffffff;
}

/* The strongest claim on each object of a set of live objects, by rank; 0: none. The caller frees
 * it with gt_free(). A set of some of them must have gone through gt_claims_need(). */
uint32_t *gt_object_claims(const struct gt_heap_analysis *analysis, const struct gt_rank *rank);

/* Adds the objects without which claims on those of the set would be missed: the channels of
 * buffers. */
void gt_claims_need(const struct gt_heap_analysis *analysis, struct gt_bitmap *set);

#endif
