/*
 * span.h - days of their own that are counted for some owners, beside months, quarters and years:
 * the segments of targets. Pure.
 *
 * In lists of owners and periods a span is a period below 0: -1 - its index in the book.
 */
#ifndef DC_INGEST_SPAN_H
#define DC_INGEST_SPAN_H

#include "base/time.h"

#define SPAN_WHOLE INT64_MAX

struct span {
    int64_t id;
    dc_date from, to;
    dc_date built_on; /* records up to this day, */
    int64_t built_id; /* and on it up to this id, are in it */
    bool whole;
    dc_time touched_at;
};

enum { SPAN_TEXT = 24 };

static inline int32_t
span_period(size_t index)
{
    return -1 - (int32_t)index;
}
static inline size_t
span_index(int64_t period)
{
    return (size_t)(-1 - period);
}

/* Is a record of this day in what is built? */
static inline bool
span_counts(const struct span *span, dc_date on, int64_t record_id)
{
    return on >= span->from && on <= span->to &&
           (on < span->built_on || (on == span->built_on && record_id <= span->built_id));
}

/* "2026-10-01..2026-11-14" */
void span_text(const struct span *span, char ret_text[SPAN_TEXT]);

#endif
