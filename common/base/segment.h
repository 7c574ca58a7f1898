/*
 * segment.h - the parts of a period in which a target had figures of its own. Pure: values in, values
 * out.
 *
 * Segments follow each other without a hole from the period's first day to its last, and neighbours
 * differ. A target of one figure has none at all: so whatever ends in one figure for the whole period
 * is the same as if it had never been cut.
 */
#ifndef DC_BASE_SEGMENT_H
#define DC_BASE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/decimal.h"
#include "base/time.h"

struct segment {
    dc_date from, to; /* first and last day */
    bool has_floor, has_stretch;
    struct dc_decimal value; /* 0: no target in these days */
    struct dc_decimal floor, stretch;
};

/* More often one period's target is not cut. */
enum { SEGMENTS_MAX = 24 };

/*
 * Cuts at a day of the period: what was before it stays, and from it on `after` holds, also behind
 * cuts that were later. `before`: the figures so far, of a target without segments. There is room for
 * SEGMENTS_MAX. False, and nothing changed: there would be more.
 */
bool segments_cut(const struct dc_period *period, dc_date on, const struct segment *before,
                  const struct segment *after, struct segment *segments, size_t *count);

#endif
