/*
 * segments.h - targets whose period is cut: stored as they were told, and read for whoever is scored.
 */
#ifndef SCORING_SEGMENTS_H
#define SCORING_SEGMENTS_H

#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/ingest/v1/events.pb-c.h>

#include "score.h"
#include "service/service.h"

/* Before the targets of the same event. */
enum dc_code segments_store(struct dc_step *step, const Goals__TargetsAdjusted *event,
                            struct dc_error *error) DC_MUST_CHECK;
enum dc_code segments_store_actuals(struct dc_step *step, const Ingest__MeasuresChanged *event,
                                    struct dc_error *error) DC_MUST_CHECK;
/* Whose target is cut in the year is computed anew. */
enum dc_code segments_mark(struct dc_step *step, int64_t year, struct dc_error *error) DC_MUST_CHECK;

/* The segments of many owners, in the order of owners, indicators and days. */
struct segments {
    const int64_t *owner_ids;
    struct facts_segment *items;
    size_t count;
};
/* `owners` NULL: of everybody of this kind. Of a period of which no segment has a working day every day
 * is one. */
enum dc_code segments_load(struct dc_step *step, int64_t tenant_id, const char *period,
                           int32_t owner_kind, const int64_t *owners, size_t count,
                           struct dc_arena *arena, struct segments *ret_segments,
                           struct dc_error *error) DC_MUST_CHECK;
/* Gives an owner's facts his segments. */
void segments_put(const struct segments *segments, int64_t owner_id, struct facts *facts);

#endif
