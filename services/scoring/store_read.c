/*
 * store_read.c - what requests read.
 */
#include "store.h"
#include "views.h"

#include <string.h>

#include "base/assert.h"
#include "segments.h"
#include "store_rows.h"

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

static size_t
ids_at(struct dc_step *step, const struct dc_rows *rows, const int64_t **ret_ids)
{
    size_t count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_ids = ids;
    return count;
}

/* The owner's facts with the segments of his targets. */
static enum dc_code
put_segments(struct dc_step *step, const char *period, int32_t owner_kind, int64_t owner_id,
             struct facts *facts, struct dc_error *error)
{
    struct segments segments;
    DC_TRY(segments_load(step, step->context->tenant_id, period, owner_kind, &owner_id, 1,
                         step->arena, &segments, error));
    segments_put(&segments, owner_id, facts);
    return DC_OK;
}

enum dc_code
view_person(struct dc_step *step, const char *period, int64_t person_id,
            struct person_view *ret_view, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_PERSON), &rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_int64(person_id)));
    struct person_view view = {.found = dc_rows_count(rows) > 0};
    if (view.found) {
        view.name = text_at(step, rows, 0, 0);
        view.code = text_at(step, rows, 0, 1);
        view.unit_id = dc_rows_int64(rows, 0, 2);
        view.unit_name = text_at(step, rows, 0, 3);
        view.scored = !dc_rows_is_null(rows, 0, 8);
        size_t scores = dc_rows_decimals(rows, 0, 4, step->arena, &view.scores);
        view.remarks = text_at(step, rows, 0, 5);
        view.total = maybe_at(rows, 0, 6);
        view.rank = (int32_t)dc_rows_int64(rows, 0, 7);
        view.computed_at = dc_rows_time(rows, 0, 8);
        view.item_count = dc_rows_int64s(rows, 0, 9, step->arena, &view.indicator_ids);
        dc_rows_int64s(rows, 0, 10, step->arena, &view.plan_ids);
        dc_rows_int64s(rows, 0, 11, step->arena, &view.plan_versions);
        DC_ASSERT(scores == view.item_count && strlen(view.remarks) == scores);
        view.total_decimals = (int)dc_rows_int64(rows, 0, 12);
        view.attainment = maybe_at(rows, 0, 13);
        view.actual = maybe_at(rows, 0, 14);
        view.target = maybe_at(rows, 0, 15);
        view.unit_size = (int32_t)dc_rows_int64(rows, 0, 16);
        view.facts = facts_at(rows, 0, 17, step->arena);
        dc_rows_decimals(rows, 0, 22, step->arena, &view.facts.floors);
        dc_rows_decimals(rows, 0, 23, step->arena, &view.facts.stretches);
        DC_TRY(put_segments(step, period, GOALS__OWNER_KIND__OWNER_KIND_PERSON, person_id,
                            &view.facts, error));
        view.grade_plan_id = dc_rows_int64(rows, 0, 24);
        view.grade_plan_version = dc_rows_int64(rows, 0, 25);
        view.grade = text_at(step, rows, 0, 26);
        view.coefficient = maybe_at(rows, 0, 27);
    }
    *ret_view = view;
    return DC_OK;
}

/* --- units ---------------------------------------------------------------------------------------
 */

static struct unit_view
unit_at(struct dc_step *step, const struct dc_rows *rows, size_t row)
{
    struct unit_view view = {.unit_id = dc_rows_int64(rows, row, 0),
                             .name = text_at(step, rows, row, 1),
                             .code = text_at(step, rows, row, 2),
                             .parent_id = dc_rows_int64(rows, row, 3),
                             .actual = maybe_at(rows, row, 4),
                             .target = maybe_at(rows, row, 5),
                             .attainment = maybe_at(rows, row, 6),
                             .rank = (int32_t)dc_rows_int64(rows, row, 7),
                             .rollup = {.people = (int32_t)dc_rows_int64(rows, row, 8),
                                        .total_sum = dc_rows_decimal(rows, row, 9),
                                        .open_items = (int32_t)dc_rows_int64(rows, row, 10)},
                             .computed_at = dc_rows_time(rows, row, 11)};
    const int64_t *people;
    const struct dc_decimal *totals;
    size_t count = dc_rows_int64s(rows, row, 12, step->arena, &people);
    dc_rows_decimals(rows, row, 13, step->arena, &totals);
    view.rollup.top = DC_NEW_ARRAY(step->arena, struct ranked_person, count + 1);
    view.rollup.top_count = count;
    for (size_t i = 0; i < count; i++) {
        view.rollup.top[i] = (struct ranked_person){people[i], totals[i]};
    }
    store_read_grades(rows, row, 14, step->arena, &view.rollup);
    return view;
}

/* Which row has the id in its first column? The answer is bounded by what was asked for, and small.
 */
static size_t
row_of(const struct dc_rows *rows, int64_t id)
{
    size_t row = 0;
    while (row < dc_rows_count(rows) && dc_rows_int64(rows, row, 0) != id) {
        row++;
    }
    return row;
}

enum dc_code
view_units(struct dc_step *step, const char *period, const int64_t *ids, size_t count,
           struct unit_view **ret_views, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_UNITS), &rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_int64s(ids, count)));
    struct unit_view *views = DC_NEW_ARRAY(step->arena, struct unit_view, count + 1);
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t row = row_of(rows, ids[i]);
        if (row < dc_rows_count(rows)) {
            views[found++] = unit_at(step, rows, row);
        }
    }
    *ret_views = views;
    *ret_count = found;
    return DC_OK;
}

enum dc_code
view_children(struct dc_step *step, const char *period, int64_t unit_id, const int64_t **ret_ids,
              size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_CHILDREN), &rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_int64(unit_id)));
    *ret_count = ids_at(step, rows, ret_ids);
    return DC_OK;
}

enum dc_code
view_path(struct dc_step *step, const char *period, int64_t unit_id,
          const struct dc_access_reach *reach, const int64_t **ret_ids, size_t *ret_count,
          struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_PATH), &rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_int64(unit_id), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count)));
    *ret_count = ids_at(step, rows, ret_ids);
    return DC_OK;
}

enum dc_code
view_highest(struct dc_step *step, const struct dc_access_reach *reach, int64_t *ret_unit_id,
             struct dc_error *error)
{
    size_t trees = reach->tree_unit_count, count = trees + reach->unit_count;
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        units[i] = i < trees ? reach->tree_units[i] : reach->units[i - trees];
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_HIGHEST), &rows, error, tenant_of(step),
                     dc_p_bool(reach->all), dc_p_int64s(units, count)));
    if (dc_rows_count(rows) == 0) {
        return dc_fail_field(error, DC_NOT_FOUND, "unit_id", "there is no unit within your reach");
    }
    *ret_unit_id = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

/* --- rankings
 * ------------------------------------------------------------------------------------- */

enum dc_code
view_people(struct dc_step *step, const char *period, const int64_t *ids, size_t count,
            struct person_line **ret_lines, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_PEOPLE), &rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_int64s(ids, count)));
    struct person_line *lines = DC_NEW_ARRAY(step->arena, struct person_line, count + 1);
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t row = row_of(rows, ids[i]);
        if (row == dc_rows_count(rows)) {
            continue;
        }
        lines[found++] = (struct person_line){.person_id = ids[i],
                                              .name = text_at(step, rows, row, 1),
                                              .code = text_at(step, rows, row, 2),
                                              .unit_id = dc_rows_int64(rows, row, 3),
                                              .unit_name = text_at(step, rows, row, 4),
                                              .actual = maybe_at(rows, row, 5),
                                              .target = maybe_at(rows, row, 6),
                                              .attainment = maybe_at(rows, row, 7),
                                              .total = maybe_at(rows, row, 8),
                                              .total_decimals = (int)dc_rows_int64(rows, row, 9),
                                              .rank = (int32_t)dc_rows_int64(rows, row, 10),
                                              .grade = text_at(step, rows, row, 11),
                                              .coefficient = maybe_at(rows, row, 12)};
    }
    *ret_lines = lines;
    *ret_count = found;
    return DC_OK;
}

enum dc_code
view_ranking(struct dc_step *step, const char *period, int64_t unit_id, bool tree, bool ascending,
             int64_t limit, int64_t offset, struct ranked_id **ret_ids, size_t *ret_count,
             int32_t *ret_total, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_RANKING), &rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_int64(unit_id), dc_p_bool(tree), dc_p_bool(ascending),
                     dc_p_int64(limit), dc_p_int64(offset)));
    size_t count = dc_rows_count(rows);
    struct ranked_id *ids = DC_NEW_ARRAY(step->arena, struct ranked_id, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = (struct ranked_id){dc_rows_int64(rows, i, 0), (int32_t)dc_rows_int64(rows, i, 1)};
    }
    *ret_ids = ids;
    *ret_count = count;
    *ret_total = count > 0 ? (int32_t)dc_rows_int64(rows, 0, 2) : 0;
    return DC_OK;
}

/* --- figures and lineage
 * -------------------------------------------------------------------------- */

enum dc_code
view_unit_facts(struct dc_step *step, const char *period, int64_t unit_id, struct facts *ret_facts,
                struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(LOAD_UNIT_FACTS), &rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_int64s(&unit_id, 1)));
    *ret_facts = dc_rows_count(rows) > 0 ? facts_at(rows, 0, 1, step->arena) : (struct facts){0};
    return put_segments(step, period, GOALS__OWNER_KIND__OWNER_KIND_UNIT, unit_id, ret_facts, error);
}

enum dc_code
view_months(struct dc_step *step, int64_t unit_id, const char *const *months, size_t count,
            struct facts *ret_facts, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_MONTHS), &rows, error, tenant_of(step),
                     dc_p_int64(unit_id), dc_p_texts(months, count)));
    DC_ASSERT(dc_rows_count(rows) == count);
    for (size_t i = 0; i < count; i++) {
        ret_facts[i] = facts_at(rows, i, 1, step->arena);
    }
    return DC_OK;
}

enum dc_code
view_periods(struct dc_step *step, const char ***ret_periods, size_t *ret_count,
             struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_PERIODS), &rows, error, tenant_of(step)));
    size_t count = dc_rows_count(rows);
    const char **periods = dc_arena_alloc(step->arena, (count + 1) * sizeof(const char *));
    for (size_t i = 0; i < count; i++) {
        periods[i] = text_at(step, rows, i, 0);
    }
    *ret_periods = periods;
    *ret_count = count;
    return DC_OK;
}
