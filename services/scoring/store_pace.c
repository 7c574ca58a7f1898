/*
 * store_pace.c - working days, months and who is behind.
 */
#include "pacing.h"

#include "segments.h"
#include "store.h"
#include "store_rows.h"

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

enum dc_code
store_working_days(struct dc_step *step, const Workflow__CalendarChanged *event,
                   struct dc_error *error)
{
    dc_date *days = DC_NEW_ARRAY(step->arena, dc_date, event->n_days + 1);
    bool *working = DC_NEW_ARRAY(step->arena, bool, event->n_days + 1);
    for (size_t i = 0; i < event->n_days; i++) {
        DC_TRY(dc_date_parse(event->days[i]->date, &days[i], error));
        working[i] = event->days[i]->working;
    }
    DC_TRY(dc_db_run(step->db, STATEMENT(STORE_WORKING_DAYS), NULL, error, tenant_of(step),
                     dc_p_int64(event->year), dc_p_int64(event->version),
                     dc_p_dates(days, event->n_days), dc_p_bools(working, event->n_days)));
    return segments_mark(step, event->year, error);
}

enum dc_code
pace_load_calendar(struct dc_step *step, dc_date first, dc_date last,
                   struct pace_calendar *ret_calendar, struct dc_error *error)
{
    return pace_load_calendar_of(step, step->context->tenant_id, first, last, ret_calendar, error);
}

enum dc_code
pace_load_calendar_of(struct dc_step *step, int64_t tenant_id, dc_date first, dc_date last,
                      struct pace_calendar *ret_calendar, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_WORKING_DAYS), &rows, error,
                     dc_p_int64(tenant_id), dc_p_date(first), dc_p_date(last)));
    size_t count = dc_rows_count(rows);
    dc_date *days = DC_NEW_ARRAY(step->arena, dc_date, count + 1);
    bool *working = DC_NEW_ARRAY(step->arena, bool, count + 1);
    for (size_t i = 0; i < count; i++) {
        days[i] = dc_rows_date(rows, i, 0);
        working[i] = dc_rows_bool(rows, i, 1);
    }
    *ret_calendar = (struct pace_calendar){days, working, count};
    return DC_OK;
}

enum dc_code
pace_load_months(struct dc_step *step, int32_t owner_kind, int64_t owner_id,
                 const char *const *months, size_t count, struct facts *ret_facts,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_OWNER_MONTHS), &rows, error, tenant_of(step),
                     dc_p_int64(owner_kind), dc_p_int64(owner_id), dc_p_texts(months, count)));
    for (size_t i = 0; i < count; i++) {
        ret_facts[i] = (struct facts){0};
    }
    for (size_t row = 0; row < dc_rows_count(rows); row++) {
        struct facts *facts = &ret_facts[dc_rows_int64(rows, row, 0)];
        facts->measure_count = dc_rows_int64s(rows, row, 1, step->arena, &facts->measure_ids);
        dc_rows_decimals(rows, row, 2, step->arena, &facts->numerators);
        dc_rows_decimals(rows, row, 3, step->arena, &facts->denominators);
    }
    return DC_OK;
}

enum dc_code
pace_load_behind(struct dc_step *step, const struct behind_page *page,
                 struct behind_line **ret_lines, size_t *ret_count, int32_t *ret_total,
                 int32_t *ret_measured, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_BEHIND), &rows, error, tenant_of(step),
                     dc_p_text(page->period), dc_p_int64(page->unit_id), dc_p_bool(page->tree),
                     dc_p_decimal(page->share.numerator), dc_p_decimal(page->share.denominator),
                     dc_p_bool(page->lower_is_better), dc_p_int64(page->limit),
                     dc_p_int64(page->offset)));
    size_t count = dc_rows_count(rows), kept = 0; /* one row without a person when nobody is */
    struct behind_line *lines = DC_NEW_ARRAY(step->arena, struct behind_line, count + 1);
    for (size_t i = 0; i < count; i++) {
        *ret_total = (int32_t)dc_rows_int64(rows, i, 9);
        *ret_measured = (int32_t)dc_rows_int64(rows, i, 10);
        if (dc_rows_is_null(rows, i, 0)) {
            continue;
        }
        lines[kept++] = (struct behind_line){
            .person_id = dc_rows_int64(rows, i, 0),
            .name = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 1)),
            .code = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 2)),
            .unit_id = dc_rows_int64(rows, i, 3),
            .unit_name = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 4)),
            .actual = maybe_at(rows, i, 5),
            .target = maybe_at(rows, i, 6),
            .attainment = maybe_at(rows, i, 7),
            .behind = maybe_at(rows, i, 8)};
    }
    *ret_lines = lines;
    *ret_count = kept;
    return DC_OK;
}
