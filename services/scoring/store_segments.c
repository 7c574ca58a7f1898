/*
 * store_segments.c - segments of targets and what was done in them.
 */
#include "segments.h"

#include "pace.h"
#include "pacing.h"
#include "store_rows.h"

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

/* --- storing ------------------------------------------------------------------------------------
 */

/* The columns that name a target and its version. */
struct named {
    int64_t *kinds, *owners, *indicators, *ids, *versions;
    const char **periods;
    size_t count;
};

static struct named
named_new(struct dc_arena *arena, size_t most)
{
    return (struct named){.kinds = DC_NEW_ARRAY(arena, int64_t, most + 1),
                          .owners = DC_NEW_ARRAY(arena, int64_t, most + 1),
                          .indicators = DC_NEW_ARRAY(arena, int64_t, most + 1),
                          .ids = DC_NEW_ARRAY(arena, int64_t, most + 1),
                          .versions = DC_NEW_ARRAY(arena, int64_t, most + 1),
                          .periods = DC_NEW_ARRAY(arena, const char *, most + 1)};
}

static void
named_add(struct named *named, const Goals__Target *target)
{
    size_t at = named->count++;
    named->kinds[at] = target->owner_kind;
    named->owners[at] = target->owner_id;
    named->indicators[at] = target->indicator_id;
    named->ids[at] = target->id;
    named->versions[at] = target->version;
    named->periods[at] = target->period;
}

enum dc_code
segments_store(struct dc_step *step, const Goals__TargetsAdjusted *event, struct dc_error *error)
{
    size_t most = 0;
    for (size_t i = 0; i < event->n_targets; i++) {
        most += event->targets[i]->n_segments;
    }
    struct named targets = named_new(step->arena, event->n_targets);
    struct named parts = named_new(step->arena, most);
    dc_date *first = DC_NEW_ARRAY(step->arena, dc_date, most + 1);
    dc_date *last = DC_NEW_ARRAY(step->arena, dc_date, most + 1);
    const char **values = DC_NEW_ARRAY(step->arena, const char *, most + 1);
    const char **floors = DC_NEW_ARRAY(step->arena, const char *, most + 1);
    const char **stretches = DC_NEW_ARRAY(step->arena, const char *, most + 1);
    for (size_t i = 0; i < event->n_targets; i++) {
        const Goals__Target *target = event->targets[i];
        named_add(&targets, target);
        for (size_t s = 0; s < target->n_segments && !target->removed; s++) {
            const Goals__TargetSegment *segment = target->segments[s];
            DC_TRY(dc_date_parse(segment->from, &first[parts.count], error));
            DC_TRY(dc_date_parse(segment->to, &last[parts.count], error));
            values[parts.count] = segment->value;
            floors[parts.count] = segment->floor;
            stretches[parts.count] = segment->stretch;
            named_add(&parts, target);
        }
    }
    DC_TRY(dc_db_run(step->db, STATEMENT(DROP_SEGMENTS), NULL, error, tenant_of(step),
                     dc_p_texts(targets.periods, targets.count),
                     dc_p_int64s(targets.kinds, targets.count),
                     dc_p_int64s(targets.owners, targets.count),
                     dc_p_int64s(targets.indicators, targets.count),
                     dc_p_int64s(targets.ids, targets.count),
                     dc_p_int64s(targets.versions, targets.count)));
    return parts.count == 0
               ? DC_OK
               : dc_db_run(step->db, STATEMENT(ADD_SEGMENTS), NULL, error, tenant_of(step),
                           dc_p_texts(parts.periods, parts.count),
                           dc_p_int64s(parts.kinds, parts.count),
                           dc_p_int64s(parts.owners, parts.count),
                           dc_p_int64s(parts.indicators, parts.count),
                           dc_p_int64s(parts.ids, parts.count),
                           dc_p_int64s(parts.versions, parts.count),
                           dc_p_dates(first, parts.count), dc_p_dates(last, parts.count),
                           dc_p_texts(values, parts.count), dc_p_texts(floors, parts.count),
                           dc_p_texts(stretches, parts.count));
}

enum dc_code
segments_store_actuals(struct dc_step *step, const Ingest__MeasuresChanged *event,
                       struct dc_error *error)
{
    size_t count = event->n_segment_totals;
    if (count == 0) {
        return DC_OK;
    }
    enum { KIND, OWNER, MEASURE, RECORDS, VERSION, INTEGERS };
    int64_t *integers[INTEGERS];
    for (int c = 0; c < INTEGERS; c++) {
        integers[c] = DC_NEW_ARRAY(step->arena, int64_t, count);
    }
    dc_date *first = DC_NEW_ARRAY(step->arena, dc_date, count);
    dc_date *last = DC_NEW_ARRAY(step->arena, dc_date, count);
    struct dc_decimal *numerators = DC_NEW_ARRAY(step->arena, struct dc_decimal, count);
    struct dc_decimal *denominators = DC_NEW_ARRAY(step->arena, struct dc_decimal, count);
    for (size_t i = 0; i < count; i++) {
        const Ingest__SegmentTotal *told = event->segment_totals[i];
        if (!told->total) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "segment_totals",
                                 "a segment without a total");
        }
        DC_TRY(dc_decimal_parse(told->total->numerator, &numerators[i], error));
        DC_TRY(dc_decimal_parse(told->total->denominator, &denominators[i], error));
        DC_TRY(dc_date_parse(told->from, &first[i], error));
        DC_TRY(dc_date_parse(told->to, &last[i], error));
        integers[KIND][i] = told->total->owner_kind;
        integers[OWNER][i] = told->total->owner_id;
        integers[MEASURE][i] = told->total->measure_id;
        integers[RECORDS][i] = told->total->records;
        integers[VERSION][i] = told->total->version;
    }
    return dc_db_run(step->db, STATEMENT(STORE_SEGMENT_ACTUALS), NULL, error, tenant_of(step),
                     dc_p_int64s(integers[KIND], count), dc_p_int64s(integers[OWNER], count),
                     dc_p_dates(first, count), dc_p_dates(last, count),
                     dc_p_int64s(integers[MEASURE], count), dc_p_decimals(numerators, count),
                     dc_p_decimals(denominators, count), dc_p_int64s(integers[RECORDS], count),
                     dc_p_int64s(integers[VERSION], count));
}

enum dc_code
segments_mark(struct dc_step *step, int64_t year, struct dc_error *error)
{
    return dc_db_run(step->db, STATEMENT(MARK_SEGMENTS), NULL, error, tenant_of(step),
                     dc_p_int64(year));
}

/* --- reading ------------------------------------------------------------------------------------
 */

static enum dc_code
count_days(struct dc_step *step, int64_t tenant_id, const char *text, struct segments *segments,
           struct dc_error *error)
{
    struct dc_period period;
    struct pace_calendar calendar;
    DC_TRY(dc_period_parse(text, &period, error));
    DC_TRY(pace_load_calendar_of(step, tenant_id, period.first, period.last, &calendar, error));
    bool none = pace_working_days(&calendar, period.first, period.last) == 0;
    dc_date from = 0, to = -1;
    int64_t days = 0;
    for (size_t i = 0; i < segments->count; i++) {
        struct facts_segment *segment = &segments->items[i];
        if (segment->from != from || segment->to != to) { /* most are cut at the same days */
            from = segment->from;
            to = segment->to;
            days = none ? to - from + 1 : pace_working_days(&calendar, from, to);
        }
        segment->days = days;
    }
    return DC_OK;
}

enum dc_code
segments_load(struct dc_step *step, int64_t tenant_id, const char *period, int32_t owner_kind,
              const int64_t *owners, size_t count, struct dc_arena *arena,
              struct segments *ret_segments, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(LOAD_SEGMENTS), &rows, error, dc_p_int64(tenant_id),
                     dc_p_text(period), dc_p_int64(owner_kind),
                     owners ? dc_p_int64s(owners, count) : dc_p_null()));
    struct segments found = {.count = dc_rows_count(rows)};
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, found.count + 1);
    found.items = DC_NEW_ARRAY(arena, struct facts_segment, found.count + 1);
    found.owner_ids = ids;
    for (size_t i = 0; i < found.count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
        found.items[i] = (struct facts_segment){.indicator_id = dc_rows_int64(rows, i, 1),
                                                .from = dc_rows_date(rows, i, 2),
                                                .to = dc_rows_date(rows, i, 3),
                                                .target = dc_rows_decimal(rows, i, 4),
                                                .floor = dc_rows_decimal(rows, i, 5),
                                                .stretch = dc_rows_decimal(rows, i, 6),
                                                .told = !dc_rows_is_null(rows, i, 7)};
        if (found.items[i].told) {
            found.items[i].actual = (struct dc_ratio){dc_rows_decimal(rows, i, 7),
                                                      dc_rows_decimal(rows, i, 8)};
        }
    }
    *ret_segments = found;
    return found.count > 0 ? count_days(step, tenant_id, period, ret_segments, error) : DC_OK;
}

void
segments_put(const struct segments *segments, int64_t owner_id, struct facts *facts)
{
    size_t low = 0;
    for (size_t high = segments->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (segments->owner_ids[middle] < owner_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t end = low;
    while (end < segments->count && segments->owner_ids[end] == owner_id) {
        end++;
    }
    facts->segments = segments->items + low;
    facts->segment_count = end - low;
}
