/* Each member of the crew has a marker. A bundle is a block with its grey objects, or a part. */
#include "inspector/graph/mark_impl.h"

enum { PART_OF_CROWD = 1 << 19 }; /* bytes left of an object from which on helpers pay */

static void collect_later(struct gt_marker *marker, struct gt_marker *helper)
{
    for (size_t word = helper->later_from; word < helper->later_to; word++)
        marker->later.words[word] |= gt_take_word(&helper->later, word);
    if (helper->later_from < marker->later_from) marker->later_from = helper->later_from;
    if (helper->later_to > marker->later_to) marker->later_to = helper->later_to;
    helper->later_from = SIZE_MAX;
    helper->later_to = 0;
}

bool gt_marker_rest(struct gt_marker *marker)
{
    if (!marker->crew) return false;
    if (gt_crew_rest(marker->crew, marker)) return true;
    for (size_t i = 0; i < marker->helper_count; i++)
        collect_later(marker, marker->helpers[i]);
    return false;
}

void gt_marker_dismiss(struct gt_marker *marker)
{
    gt_crew_destroy(marker->crew);
    marker->crew = NULL;
    for (size_t i = 0; i < marker->helper_count; i++)
        gt_marker_destroy(marker->helpers[i]);
    marker->helper_count = 0;
}

static void accept_bundle(void *member, const void *bundle)
{
    struct gt_marker *marker = member;
    const struct gt_bundle *given = bundle;

    if (given->is_part)
        marker->parts[marker->part_count++] = given->part;
    else
        gt_blocks_accept(&marker->blocks, given);
}

static void start_crew(struct gt_marker *marker)
{
    static const struct gt_crew_job job = {sizeof(struct gt_bundle), accept_bundle,
                                           gt_marker_drain};
    unsigned helpers = marker->heap->threads - 1;
    void *members[GT_MOST_HELPERS];

    for (unsigned i = 0; i < helpers && i < GT_MOST_HELPERS; i++) {
        marker->helpers[i] = gt_marker_create(marker->heap, marker->cut, marker->marked);
        members[marker->helper_count++] = marker->helpers[i];
    }
    marker->crew = gt_crew_create(&job, members, marker->helper_count);
    for (size_t i = 0; i < marker->helper_count; i++)
        marker->helpers[i]->crew = marker->crew; /* before they get work */
}

static bool may_start(const struct gt_marker *marker)
{
    return marker->heap->threads > 1 && !marker->watched && !marker->learns;
}

void gt_marker_share(struct gt_marker *marker)
{
    if (marker->crew)
        gt_blocks_give(&marker->blocks, marker->crew);
    else if (may_start(marker))
        start_crew(marker);
}

void gt_marker_share_part(struct gt_marker *marker, struct gt_part *part)
{
    if (!marker->crew && part->to - part->from >= PART_OF_CROWD && may_start(marker))
        start_crew(marker);
    if (!marker->crew || marker->learns || !gt_crew_waits(marker->crew)) return;
    gt_blocks_give(&marker->blocks, marker->crew);
    if (gt_crew_waits(marker->crew)) gt_part_give(part, marker->crew);
}
