/* Where calls begin, and where they return to when memory runs out. */
#include "inspector/base/call.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

struct gt_call {
    jmp_buf entry;
    struct gt_holdings *holdings;
    struct gt_call *outer; /* the call around this one: a call of the program may call the library
                            */
    size_t asked;          /* the size that could not be allocated; 0: unknown */
};

static _Thread_local struct gt_call *current;

/* ---- resources ------------------------------------------------------------------------------- */

struct gt_resource {
    struct gt_link link;
    void *what;
    size_t size;
    gt_release_fn *release;
};

struct gt_resource *gt_hold(void *what, size_t size, gt_release_fn *release)
{
    struct gt_resource *resource = malloc(sizeof *resource);

    if (!resource) {
        release(what, size);
        gt_call_fail(sizeof *resource);
        return NULL;
    }
    *resource = (struct gt_resource){.what = what, .size = size, .release = release};
    gt_link_alone(&resource->link);
    if (current) gt_link_after(&resource->link, &current->holdings->resources);
    return resource;
}

/* For a resource that is in no list. */
static void release_one(struct gt_resource *resource)
{
    resource->release(resource->what, resource->size);
    free(resource);
}

void gt_let_go(struct gt_resource *resource)
{
    if (!resource) return;
    gt_unlink(&resource->link);
    release_one(resource);
}

static void close_file(void *what, size_t file)
{
    (void)what;
    close((int)file);
}

struct gt_resource *gt_hold_file(int file)
{
    return gt_hold(NULL, (size_t)file, close_file);
}

/* ---- holdings ------------------------------------------------------------------------------ */

void gt_holdings_init(struct gt_holdings *holdings)
{
    *holdings = (struct gt_holdings){.lost = false};
    gt_link_alone(&holdings->blocks);
    gt_link_alone(&holdings->resources);
}

/* Takes the first link off a list; NULL when the list is empty. */
static struct gt_link *take_first(struct gt_link *list)
{
    struct gt_link *first = list->next;

    if (first == list) return NULL;
    list->next = first->next;
    first->next->previous = list;
    gt_link_alone(first);
    return first;
}

/* Resources go before blocks, the latest first, since a resource may use earlier ones and
 * blocks. */
void gt_holdings_release(struct gt_holdings *holdings)
{
    struct gt_link *link;

    while ((link = take_first(&holdings->resources)))
        release_one((struct gt_resource *)link);
    while ((link = take_first(&holdings->blocks)))
        gt_free_link(link);
    holdings->lost = true;
}

/* ---- calls --------------------------------------------------------------------------------- */

struct gt_link *gt_call_blocks(void)
{
    return current ? &current->holdings->blocks : NULL;
}

/* Moves the links of a list into a ring, or, if that is NULL, leaves each alone. They keep their
 * order. */
static void move_links(struct gt_link *list, struct gt_link *ring)
{
    for (struct gt_link *link; list->previous != list;) {
        link = list->previous;
        gt_unlink(link);
        if (ring) gt_link_after(link, ring);
    }
}

void gt_call_adopt(struct gt_holdings *holdings)
{
    struct gt_holdings *own = current ? current->holdings : NULL;

    move_links(&holdings->resources, own ? &own->resources : NULL);
    move_links(&holdings->blocks, own ? &own->blocks : NULL);
}

void gt_call_fail(size_t size)
{
    if (!current) return;
    current->asked = size;
    longjmp(current->entry, 1);
}

void gt_call_check(void)
{
    if (errno == ENOMEM) gt_call_fail(0);
}

/* Whether the body returned, with all the memory that it asked for. */
static bool run(struct gt_call *call, gt_body *body, void *args, struct gt_error **error)
{
    if (setjmp(call->entry) != 0) return false;
    *error = body(args);
    return errno != ENOMEM || gt_error_code(*error) == GT_ERR_MEMORY;
}

struct gt_error *gt_call(struct gt_holdings *holdings, gt_body *body, void *args)
{
    struct gt_call call = {.holdings = holdings, .outer = current};
    struct gt_error *error = NULL;
    int before = errno;

    current = &call;
    errno = 0;
    bool done = run(&call, body, args, &error);
    current = call.outer;
    errno = before;
    if (done) {
        gt_error_detach(error);
        return error;
    }
    gt_holdings_release(holdings);
    return gt_error_memory(call.asked);
}

struct gt_error *gt_call_alone(gt_body *body, void *args)
{
    struct gt_holdings holdings;

    gt_holdings_init(&holdings);
    return gt_call(&holdings, body, args);
}
