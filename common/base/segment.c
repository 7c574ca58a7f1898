/* The segments of a period: cutting, and leaving out cuts that change nothing. */
#include "segment.h"

#include <string.h>

#include "base/assert.h"

static bool
same_figures(const struct segment *a, const struct segment *b)
{
    return dc_decimal_cmp(a->value, b->value) == 0 && a->has_floor == b->has_floor &&
           a->has_stretch == b->has_stretch &&
           (!a->has_floor || dc_decimal_cmp(a->floor, b->floor) == 0) &&
           (!a->has_stretch || dc_decimal_cmp(a->stretch, b->stretch) == 0);
}

bool
segments_cut(const struct dc_period *period, dc_date on, const struct segment *before,
             const struct segment *after, struct segment *segments, size_t *count)
{
    DC_ASSERT(on >= period->first && on <= period->last);
    struct segment cut[SEGMENTS_MAX + 2];
    size_t kept = 0;
    if (*count == 0) {
        cut[kept] = *before;
        cut[kept].from = period->first;
        kept += on > period->first;
    }
    for (size_t i = 0; i < *count && segments[i].from < on; i++) {
        cut[kept++] = segments[i];
    }
    struct segment last = *after;
    last.from = on;
    if (kept > 0 && same_figures(&cut[kept - 1], &last)) {
        last.from = cut[--kept].from;
    }
    cut[kept++] = last;
    for (size_t i = 0; i < kept; i++) {
        cut[i].to = i + 1 < kept ? cut[i + 1].from - 1 : period->last;
    }
    if (kept > SEGMENTS_MAX) {
        return false;
    }
    *count = kept == 1 ? 0 : kept;
    memcpy(segments, cut, *count * sizeof *segments);
    return true;
}
