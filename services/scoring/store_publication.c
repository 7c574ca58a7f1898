/*
 * store_publication.c - published results: written once, read as they were.
 */
#include "lines.h"
#include "objections.h"
#include "results.h"
#include "store.h"
#include "store_rows.h"
#include "tell.h"

#include "base/assert.h"

#include <string.h>

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

static char *
date_at(struct dc_step *step, const struct dc_rows *rows, size_t row, int column)
{
    char *text = dc_arena_alloc(step->arena, DC_DATE_TEXT);
    dc_date_format(dc_rows_date(rows, row, column), text);
    return text;
}

/* --- writing ------------------------------------------------------------------------------------
 */

enum dc_code
store_publication_obstacles(struct dc_step *step, const struct results_tree *tree,
                            struct publication_obstacles *ret_obstacles, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(PUBLICATION_OBSTACLES), &rows, error, tenant_of(step),
                     dc_p_text(tree->period), dc_p_int64s(tree->units, tree->unit_count)));
    *ret_obstacles = (struct publication_obstacles){.calibrating = dc_rows_int64(rows, 0, 0),
                                                    .changed = dc_rows_int64(rows, 0, 1),
                                                    .uncomputed = dc_rows_int64(rows, 0, 2)};
    return DC_OK;
}

enum dc_code
store_publish(struct dc_step *step, const struct results_tree *tree, struct publication_work *work,
              int64_t *ret_id, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *taken = NULL;
    DC_AUTO(dc_rows) struct dc_rows *head = NULL;
    DC_AUTO(dc_rows) struct dc_rows *made = NULL;
    DC_AUTO(dc_rows) struct dc_rows *carried = NULL;
    struct dc_param tenant = tenant_of(step), period = dc_p_text(tree->period);
    const int64_t *people;
    DC_TRY(dc_db_run(step->db, STATEMENT(TAKE_PEOPLE), &taken, error, tenant, period,
                     dc_p_int64(work->unit_id), dc_p_int64s(tree->units, tree->unit_count)));
    size_t count = dc_rows_int64s(taken, 0, 0, step->arena, &people);
    work->taken = (int64_t)count;
    work->there = dc_rows_int64(taken, 0, 1);
    if (count == 0) {
        return DC_OK;
    }
    DC_TRY(dc_db_run(step->db, STATEMENT(ADD_PUBLICATION), &made, error, tenant, period,
                     dc_p_int64(work->unit_id), dc_p_int64(work->taken), dc_p_text(work->reason),
                     dc_p_text(results_author(step)), dc_p_int64(step->context->person_id),
                     dc_p_time(step->now), dc_p_date(work->objections_until)));
    *ret_id = dc_rows_int64(made, 0, 0);
    DC_TRY(dc_db_run(step->db, STATEMENT(TAKE_POSITIONS), &head, error, tenant,
                     dc_p_int64(work->taken)));
    DC_TRY(dc_db_run(step->db, STATEMENT(ADD_RESULTS), NULL, error, tenant, period,
                     dc_p_int64(*ret_id), dc_p_int64s(people, count),
                     dc_p_int64(dc_rows_int64(head, 0, 0) - work->taken)));
    DC_TRY(dc_db_run(step->db, STATEMENT(ADD_CARRIED), &carried, error, tenant, dc_p_int64(*ret_id),
                     period, dc_p_int64s(people, count)));
    work->carried = dc_rows_int64(carried, 0, 0);
    return DC_OK;
}

/* --- publications -------------------------------------------------------------------------------
 */

enum dc_code
store_publications(struct dc_step *step, int64_t id, const char *period,
                   const struct dc_access_reach *reach, int64_t limit,
                   Scoring__Publication ***ret_publications, size_t *ret_count,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_PUBLICATIONS), &rows, error, tenant_of(step),
                     dc_p_int64(id), dc_p_text(period), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count), dc_p_int64(limit)));
    size_t count = dc_rows_count(rows);
    Scoring__Publication **list =
        dc_arena_alloc(step->arena, (count + 1) * sizeof(Scoring__Publication *));
    for (size_t i = 0; i < count; i++) {
        Scoring__Publication *one = list[i] =
            DC_NEW_MESSAGE(step->arena, Scoring__Publication, scoring__publication__init);
        one->id = dc_rows_int64(rows, i, 0);
        one->period = text_at(step, rows, i, 1);
        one->unit_id = dc_rows_int64(rows, i, 2);
        one->unit_name = text_at(step, rows, i, 3);
        one->version = dc_rows_int64(rows, i, 4);
        one->people = (int32_t)dc_rows_int64(rows, i, 5);
        one->reason = text_at(step, rows, i, 6);
        one->author = text_at(step, rows, i, 7);
        one->author_person_id = dc_rows_int64(rows, i, 8);
        one->at_us = dc_rows_time(rows, i, 9);
        one->objections_until = date_at(step, rows, i, 10);
    }
    *ret_publications = list;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_summaries(struct dc_step *step, int64_t publication_id,
                Scoring__ResultSummary ***ret_summaries, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_SUMMARIES), &rows, error, tenant_of(step),
                     dc_p_int64(publication_id)));
    size_t count = dc_rows_count(rows);
    Scoring__ResultSummary **list =
        dc_arena_alloc(step->arena, (count + 1) * sizeof(Scoring__ResultSummary *));
    for (size_t i = 0; i < count; i++) {
        Scoring__ResultSummary *one = list[i] =
            DC_NEW_MESSAGE(step->arena, Scoring__ResultSummary, scoring__result_summary__init);
        one->person_id = dc_rows_int64(rows, i, 0);
        one->version = dc_rows_int64(rows, i, 1);
        one->total =
            (char *)tell_fixed(step->arena, maybe_at(rows, i, 2), (int)dc_rows_int64(rows, i, 3));
        one->grade = text_at(step, rows, i, 4);
        one->coefficient = (char *)tell_amount(step->arena, maybe_at(rows, i, 5));
    }
    *ret_summaries = list;
    *ret_count = count;
    return DC_OK;
}

/* --- late changes -------------------------------------------------------------------------------
 */

static struct maybe
difference(struct maybe before, struct maybe after)
{
    return (struct maybe){before.known && after.known, dc_decimal_sub(after.value, before.value)};
}

/* Columns from `first`: places, total published and now, actual published and now, grades. */
static Scoring__CarriedItem *
carried_at(struct dc_step *step, const struct dc_rows *rows, size_t row, const char *period,
           int first)
{
    Scoring__CarriedItem *item =
        DC_NEW_MESSAGE(step->arena, Scoring__CarriedItem, scoring__carried_item__init);
    int places = (int)dc_rows_int64(rows, row, first);
    struct maybe total = maybe_at(rows, row, first + 1), total_now = maybe_at(rows, row, first + 2);
    struct maybe actual = maybe_at(rows, row, first + 3),
                 actual_now = maybe_at(rows, row, first + 4);
    item->from_period = (char *)period;
    item->total_published = (char *)tell_fixed(step->arena, total, places);
    item->total_now = (char *)tell_fixed(step->arena, total_now, places);
    item->total_delta = (char *)tell_fixed(step->arena, difference(total, total_now), places);
    item->actual_published = (char *)tell_amount(step->arena, actual);
    item->actual_now = (char *)tell_amount(step->arena, actual_now);
    item->actual_delta = (char *)tell_amount(step->arena, difference(actual, actual_now));
    item->grade_published = text_at(step, rows, row, first + 5);
    item->grade_now = text_at(step, rows, row, first + 6);
    return item;
}

enum dc_code
store_late_changes(struct dc_step *step, const char *period, const struct dc_access_reach *reach,
                   int64_t limit, Scoring__LateChange ***ret_changes, size_t *ret_count,
                   int32_t *ret_total, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(LATE_CHANGES), &rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count), dc_p_date(scoring_today(step)),
                     dc_p_int64(limit)));
    size_t count = dc_rows_count(rows);
    Scoring__LateChange **list =
        dc_arena_alloc(step->arena, (count + 1) * sizeof(Scoring__LateChange *));
    for (size_t i = 0; i < count; i++) {
        Scoring__LateChange *one = list[i] =
            DC_NEW_MESSAGE(step->arena, Scoring__LateChange, scoring__late_change__init);
        one->person_id = dc_rows_int64(rows, i, 0);
        one->name = text_at(step, rows, i, 1);
        one->code = text_at(step, rows, i, 2);
        one->unit_name = text_at(step, rows, i, 3);
        one->item = carried_at(step, rows, i, text_at(step, rows, i, 4), 5);
        one->frozen = dc_rows_bool(rows, i, 13);
    }
    *ret_changes = list;
    *ret_count = count;
    *ret_total = count > 0 ? (int32_t)dc_rows_int64(rows, 0, 12) : 0;
    return DC_OK;
}

/* --- one result ---------------------------------------------------------------------------------
 */

static struct person_view
view_at(struct dc_step *step, const struct dc_rows *rows)
{
    struct person_view view = {.found = true,
                               .scored = true,
                               .code = text_at(step, rows, 0, 3),
                               .name = text_at(step, rows, 0, 4),
                               .unit_id = dc_rows_int64(rows, 0, 5),
                               .unit_name = text_at(step, rows, 0, 6),
                               .remarks = text_at(step, rows, 0, 14),
                               .total = maybe_at(rows, 0, 15),
                               .total_decimals = (int)dc_rows_int64(rows, 0, 16),
                               .attainment = maybe_at(rows, 0, 17),
                               .actual = maybe_at(rows, 0, 18),
                               .target = maybe_at(rows, 0, 19),
                               .rank = (int32_t)dc_rows_int64(rows, 0, 20),
                               .grade = text_at(step, rows, 0, 22),
                               .coefficient = maybe_at(rows, 0, 23),
                               .grade_plan_id = dc_rows_int64(rows, 0, 32),
                               .grade_plan_version = dc_rows_int64(rows, 0, 33)};
    view.item_count = dc_rows_int64s(rows, 0, 7, step->arena, &view.indicator_ids);
    dc_rows_int64s(rows, 0, 11, step->arena, &view.plan_ids);
    dc_rows_int64s(rows, 0, 12, step->arena, &view.plan_versions);
    dc_rows_decimals(rows, 0, 13, step->arena, &view.scores);
    view.facts.measure_count = dc_rows_int64s(rows, 0, 24, step->arena, &view.facts.measure_ids);
    dc_rows_decimals(rows, 0, 25, step->arena, &view.facts.numerators);
    dc_rows_decimals(rows, 0, 26, step->arena, &view.facts.denominators);
    view.facts.target_count = dc_rows_int64s(rows, 0, 27, step->arena, &view.facts.indicator_ids);
    dc_rows_decimals(rows, 0, 28, step->arena, &view.facts.targets);
    dc_rows_decimals(rows, 0, 29, step->arena, &view.facts.floors);
    dc_rows_decimals(rows, 0, 30, step->arena, &view.facts.stretches);
    return view;
}

static void
corrected_at(struct dc_step *step, const struct dc_rows *rows, struct published *published)
{
    const int64_t *by_value;
    size_t count = dc_rows_int64s(rows, 0, 36, step->arena, &published->corrected_ids);
    bool *flags = DC_NEW_ARRAY(step->arena, bool, count + 1);
    dc_rows_decimals(rows, 0, 37, step->arena, &published->corrected_values);
    dc_rows_int64s(rows, 0, 38, step->arena, &by_value);
    for (size_t i = 0; i < count; i++) {
        flags[i] = by_value[i] != 0;
    }
    published->corrected_by_value = flags;
    published->corrected_count = count;
}

static enum dc_code
load_result(struct dc_step *step, const char *period, int64_t person_id, int64_t version,
            struct dc_rows **ret_rows, struct published *ret_published, struct dc_error *error)
{
    *ret_published = (struct published){0};
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_RESULT), ret_rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_int64(person_id), dc_p_int64(version)));
    if (dc_rows_count(*ret_rows) > 0) {
        ret_published->view = view_at(step, *ret_rows);
        ret_published->table_grade = text_at(step, *ret_rows, 0, 21);
        ret_published->version = dc_rows_int64(*ret_rows, 0, 0);
        ret_published->position = dc_rows_int64(*ret_rows, 0, 1);
        ret_published->publication_id = dc_rows_int64(*ret_rows, 0, 2);
        corrected_at(step, *ret_rows, ret_published);
    }
    return DC_OK;
}

enum dc_code
store_published(struct dc_step *step, const char *period, int64_t person_id, int64_t version,
                struct published *ret_published, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    return load_result(step, period, person_id, version, &rows, ret_published, error);
}

/* Names as they were then. */
static void
name_items(struct dc_step *step, const struct dc_rows *rows, const struct person_view *view,
           Scoring__PublishedResult *result)
{
    const char **names, **names_en, **measures;
    dc_rows_texts(rows, 0, 8, step->arena, &names);
    dc_rows_texts(rows, 0, 9, step->arena, &names_en);
    dc_rows_texts(rows, 0, 10, step->arena, &measures);
    for (size_t i = 0; i < result->n_items; i++) {
        for (size_t j = 0; j < view->item_count; j++) {
            if (view->indicator_ids[j] == result->items[i]->indicator_id) {
                result->items[i]->indicator_name = (char *)names[j];
                result->items[i]->indicator_name_en = (char *)names_en[j];
                result->items[i]->unit_of_measure = (char *)measures[j];
            }
        }
    }
}

static enum dc_code
read_carried(struct dc_step *step, Scoring__PublishedResult *result, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_CARRIED), &rows, error, tenant_of(step),
                     dc_p_int64(result->position)));
    size_t count = dc_rows_count(rows);
    result->carried = dc_arena_alloc(step->arena, (count + 1) * sizeof(Scoring__CarriedItem *));
    for (size_t i = 0; i < count; i++) {
        result->carried[result->n_carried++] =
            carried_at(step, rows, i, text_at(step, rows, i, 0), 1);
    }
    return DC_OK;
}

static Scoring__Item *
item_of(const Scoring__PublishedResult *result, int64_t indicator_id)
{
    for (size_t i = 0; i < result->n_items; i++) {
        if (result->items[i]->indicator_id == indicator_id) {
            return result->items[i];
        }
    }
    return NULL;
}

/* The corrected value in the place of the actual. */
static void
overlay(struct dc_step *step, const struct published *published, size_t at,
        const struct definitions *definitions, Scoring__Item *item)
{
    const struct indicator *indicator = definitions_indicator(definitions, item->indicator_id);
    const struct plan *plan = definitions_plan(definitions, item->plan_id, item->plan_version);
    const struct plan_item *plan_item = plan_item_of(plan, item->indicator_id);
    struct rule_input input = facts_input(&published->view.facts, definitions, indicator);
    item->actual_before = item->actual;
    input.actual = (struct dc_ratio){published->corrected_values[at], DC_DECIMAL_INT(1)};
    line_figures(item, step->arena, indicator, &input, &plan_item->rule);
}

/* Which lines are frozen, and which are corrected from what. */
static enum dc_code
mark_lines(struct dc_step *step, const char *period, int64_t person_id,
           const struct published *published, bool latest, const struct definitions *definitions,
           Scoring__PublishedResult *result, struct dc_error *error)
{
    static const struct dc_access_reach everything = {.all = true};
    const struct objection_filter filter = {
        .period = period, .person_id = person_id, .reach = &everything, .limit = 200};
    struct objection_list list;
    DC_TRY(store_objections(step, &filter, &list, error));
    result->objections = list.objections;
    result->n_objections = list.count;
    for (size_t i = list.count; i-- > 0;) { /* the newest last */
        const Scoring__Objection *objection = list.objections[i];
        Scoring__Item *item = item_of(result, objection->indicator_id);
        if (item && latest && objection_is_open(objection->state)) {
            item->frozen_by = objection->id;
        }
        if (item && objection->new_version > 0 && objection->new_version <= result->version) {
            item->corrected_by = objection->id;
            if (!item->score_before[0]) {
                item->score_before = objection->score;
            }
        }
        if (objection->id == result->corrected_by) {
            result->correction_reason = objection->correction ? objection->correction->reason : (char *)"";
        }
    }
    for (size_t i = 0; i < published->corrected_count; i++) {
        Scoring__Item *item = item_of(result, published->corrected_ids[i]);
        if (item && published->corrected_by_value[i]) {
            overlay(step, published, i, definitions, item);
        }
    }
    return DC_OK;
}

enum dc_code
store_result(struct dc_step *step, const char *period, int64_t person_id, int64_t version,
             const struct definitions *definitions, Scoring__PublishedResult **ret_result,
             int64_t *ret_latest, struct dc_error *error)
{
    static const struct dc_access_reach everything = {.all = true};
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    struct published published;
    *ret_result = NULL;
    *ret_latest = 0;
    DC_TRY(load_result(step, period, person_id, version, &rows, &published, error));
    if (dc_rows_count(rows) == 0) {
        return DC_OK;
    }
    Scoring__PublishedResult *result =
        DC_NEW_MESSAGE(step->arena, Scoring__PublishedResult, scoring__published_result__init);
    struct person_view view = published.view;
    struct person_line line = {.person_id = person_id,
                               .unit_id = view.unit_id,
                               .name = view.name,
                               .code = view.code,
                               .unit_name = view.unit_name,
                               .actual = view.actual,
                               .target = view.target,
                               .attainment = view.attainment,
                               .total = view.total,
                               .total_decimals = view.total_decimals,
                               .rank = view.rank,
                               .grade = view.grade,
                               .coefficient = view.coefficient};
    result->version = dc_rows_int64(rows, 0, 0);
    result->position = dc_rows_int64(rows, 0, 1);
    result->person = line_person(step->arena, &line, 0, definitions_lower_is_better(definitions));
    result->table_grade = text_at(step, rows, 0, 21);
    line_items(step->arena, &view, definitions, &result->items, &result->n_items);
    name_items(step, rows, &view, result);
    result->corrected_by = dc_rows_int64(rows, 0, 34);
    result->corrected_at_us = result->corrected_by ? dc_rows_time(rows, 0, 35) : 0;
    DC_TRY(read_carried(step, result, error));
    Scoring__Publication **publications;
    size_t count;
    DC_TRY(store_publications(step, dc_rows_int64(rows, 0, 2), "", &everything, 1, &publications,
                              &count, error));
    DC_ASSERT(count == 1);
    result->publication = publications[0];
    *ret_latest = dc_rows_int64(rows, 0, 31);
    DC_TRY(mark_lines(step, period, person_id, &published, result->version == *ret_latest,
                      definitions, result, error));
    *ret_result = result;
    return DC_OK;
}

enum dc_code
store_result_periods(struct dc_step *step, int64_t person_id, const char ***ret_periods,
                     size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_RESULT_PERIODS), &rows, error, tenant_of(step),
                     dc_p_int64(person_id)));
    size_t count = dc_rows_count(rows);
    const char **periods = dc_arena_alloc(step->arena, (count + 1) * sizeof(const char *));
    for (size_t i = 0; i < count; i++) {
        periods[i] = text_at(step, rows, i, 0);
    }
    *ret_periods = periods;
    *ret_count = count;
    return DC_OK;
}

/* --- payroll ------------------------------------------------------------------------------------
 */

enum dc_code
store_payroll(struct dc_step *step, const char *period, int64_t after, int64_t limit,
              const struct dc_access_reach *reach, Scoring__PayrollRow ***ret_rows,
              size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_PAYROLL), &rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_int64(after), dc_p_int64(limit), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count)));
    size_t count = dc_rows_count(rows);
    Scoring__PayrollRow **list =
        dc_arena_alloc(step->arena, (count + 1) * sizeof(Scoring__PayrollRow *));
    for (size_t i = 0; i < count; i++) {
        Scoring__PayrollRow *one = list[i] =
            DC_NEW_MESSAGE(step->arena, Scoring__PayrollRow, scoring__payroll_row__init);
        int places = (int)dc_rows_int64(rows, i, 9);
        one->position = dc_rows_int64(rows, i, 0);
        one->period = text_at(step, rows, i, 1);
        one->person_id = dc_rows_int64(rows, i, 2);
        one->person_code = text_at(step, rows, i, 3);
        one->person_name = text_at(step, rows, i, 4);
        one->unit_code = text_at(step, rows, i, 5);
        one->unit_name = text_at(step, rows, i, 6);
        one->version = dc_rows_int64(rows, i, 7);
        one->total = (char *)tell_fixed(step->arena, maybe_at(rows, i, 8), places);
        one->grade = text_at(step, rows, i, 10);
        one->coefficient = (char *)tell_amount(step->arena, maybe_at(rows, i, 11));
        one->published_at_us = dc_rows_time(rows, i, 12);
        one->carried_total = (char *)tell_fixed(step->arena, maybe_at(rows, i, 13), places);
        one->carried_actual = (char *)tell_amount(step->arena, maybe_at(rows, i, 14));
        one->frozen_items = (int32_t)dc_rows_int64(rows, i, 15);
        one->objection_id = dc_rows_int64(rows, i, 16);
        if (one->objection_id > 0) {
            one->total_delta = (char *)tell_fixed(step->arena, maybe_at(rows, i, 17), places);
            one->coefficient_delta = (char *)tell_amount(step->arena, maybe_at(rows, i, 18));
        }
    }
    *ret_rows = list;
    *ret_count = count;
    return DC_OK;
}
