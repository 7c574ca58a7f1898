/*
 * store_objection.c - objections, what is stated of them, and the results that corrections make.
 */
#include "objections.h"
#include "results.h"
#include "store_rows.h"
#include "tell.h"

#include "base/assert.h"

#include <string.h>

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

static struct dc_param
maybe_p(struct maybe value)
{
    return value.known ? dc_p_decimal(value.value) : dc_p_null();
}

/* Of a text that is "" or a decimal; it was made or checked here. */
static struct dc_param
text_p(const char *text)
{
    struct dc_decimal value;
    bool known = text[0] && dc_decimal_parse(text, &value, NULL) == DC_OK;
    return known ? dc_p_decimal(value) : dc_p_null();
}

/* --- corrections --------------------------------------------------------------------------------
 */

static char *
change(struct dc_step *step, const struct dc_rows *rows, size_t row, int now, int before,
       int places)
{
    struct maybe a = maybe_at(rows, row, now), b = maybe_at(rows, row, before);
    struct maybe difference = {a.known && b.known, dc_decimal_sub(a.value, b.value)};
    return (char *)(places < 0 ? tell_amount(step->arena, difference)
                               : tell_fixed(step->arena, difference, places));
}

static Scoring__Correction *
correction_at(struct dc_step *step, const struct dc_rows *rows, size_t row)
{
    struct dc_arena *arena = step->arena;
    Scoring__Correction *one =
        DC_NEW_MESSAGE(arena, Scoring__Correction, scoring__correction__init);
    int places = (int)dc_rows_int64(rows, row, 11), line = (int)dc_rows_int64(rows, row, 12);
    one->number = (int32_t)dc_rows_int64(rows, row, 1);
    one->value = (char *)tell_amount(arena, maybe_at(rows, row, 2));
    one->score = (char *)tell_fixed(arena, maybe_at(rows, row, 3), line);
    one->total = (char *)tell_fixed(arena, maybe_at(rows, row, 4), places);
    one->grade = text_at(step, rows, row, 5);
    one->coefficient = (char *)tell_amount(arena, maybe_at(rows, row, 6));
    one->score_before = (char *)tell_fixed(arena, maybe_at(rows, row, 7), line);
    one->total_before = (char *)tell_fixed(arena, maybe_at(rows, row, 8), places);
    one->grade_before = text_at(step, rows, row, 9);
    one->coefficient_before = (char *)tell_amount(arena, maybe_at(rows, row, 10));
    one->score_change = change(step, rows, row, 3, 7, line);
    one->total_change = change(step, rows, row, 4, 8, places);
    one->coefficient_change = change(step, rows, row, 6, 10, -1);
    one->reason = text_at(step, rows, row, 13);
    one->author = text_at(step, rows, row, 14);
    one->author_person_id = dc_rows_int64(rows, row, 15);
    one->author_name = text_at(step, rows, row, 16);
    one->at_us = dc_rows_time(rows, row, 17);
    return one;
}

enum dc_code
store_corrections(struct dc_step *step, int64_t id, int32_t number,
                  Scoring__Correction ***ret_corrections, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_CORRECTIONS), &rows, error, tenant_of(step),
                     dc_p_int64s(&id, 1), dc_p_int64(number)));
    *ret_count = dc_rows_count(rows);
    *ret_corrections = DC_NEW_ARRAY(step->arena, Scoring__Correction *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_corrections)[i] = correction_at(step, rows, i);
    }
    return DC_OK;
}

enum dc_code
store_add_correction(struct dc_step *step, struct held_objection *objection,
                     const Scoring__Correction *correction, int places, int line_places,
                     struct dc_error *error)
{
    objection->correction++;
    return dc_db_run(step->db, STATEMENT(ADD_CORRECTION), NULL, error, tenant_of(step),
                     dc_p_int64(objection->id), dc_p_int64(objection->correction),
                     text_p(correction->value), text_p(correction->score),
                     text_p(correction->total), dc_p_text(correction->grade),
                     text_p(correction->coefficient), text_p(correction->score_before),
                     text_p(correction->total_before), dc_p_text(correction->grade_before),
                     text_p(correction->coefficient_before), dc_p_int64(places),
                     dc_p_int64(line_places), dc_p_text(correction->reason),
                     dc_p_text(correction->author), dc_p_int64(correction->author_person_id),
                     dc_p_time(step->now));
}

/* --- objections ---------------------------------------------------------------------------------
 */

static Scoring__Objection *
objection_at(struct dc_step *step, const struct dc_rows *rows, size_t i)
{
    struct dc_arena *arena = step->arena;
    Scoring__Objection *one = DC_NEW_MESSAGE(arena, Scoring__Objection, scoring__objection__init);
    bool scored = rule_remark_is_scored(dc_rows_text(rows, i, 30)[0]);
    one->id = dc_rows_int64(rows, i, 0);
    one->person_id = dc_rows_int64(rows, i, 1);
    one->person_name = text_at(step, rows, i, 2);
    one->person_code = text_at(step, rows, i, 3);
    one->unit_id = dc_rows_int64(rows, i, 4);
    one->unit_name = text_at(step, rows, i, 5);
    one->period = text_at(step, rows, i, 6);
    one->indicator_id = dc_rows_int64(rows, i, 7);
    one->indicator_name = text_at(step, rows, i, 8);
    one->indicator_name_en = text_at(step, rows, i, 9);
    one->state = (Scoring__ObjectionState)dc_rows_int64(rows, i, 10);
    one->reason = text_at(step, rows, i, 11);
    one->wished_value = (char *)tell_amount(arena, maybe_at(rows, i, 12));
    one->wished_score = (char *)tell_amount(arena, maybe_at(rows, i, 13));
    one->author = text_at(step, rows, i, 14);
    one->author_person_id = dc_rows_int64(rows, i, 15);
    one->author_name = text_at(step, rows, i, 16);
    one->raised_at_us = dc_rows_time(rows, i, 17);
    one->result_version = dc_rows_int64(rows, i, 18);
    one->score = (char *)(scored ? tell_fixed(arena, maybe_at(rows, i, 19), 2) : "");
    one->outcome_reason = text_at(step, rows, i, 21);
    one->decided_by_id = dc_rows_int64(rows, i, 22);
    one->decided_by_name = text_at(step, rows, i, 23);
    one->settled_at_us = dc_rows_is_null(rows, i, 24) ? 0 : dc_rows_time(rows, i, 24);
    one->new_version = dc_rows_int64(rows, i, 25);
    one->version = dc_rows_int64(rows, i, 26);
    char *day = dc_arena_alloc(arena, DC_DATE_TEXT);
    dc_date_format(dc_rows_date(rows, i, 27), day);
    one->objections_until = day;
    return one;
}

/* Each with the correction that stands. */
static enum dc_code
join_corrections(struct dc_step *step, struct objection_list *list, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, list->count + 1);
    for (size_t i = 0; i < list->count; i++) {
        ids[i] = list->objections[i]->id;
    }
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_CORRECTIONS), &rows, error, tenant_of(step),
                     dc_p_int64s(ids, list->count), dc_p_int64(-1)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        for (size_t j = 0; j < list->count; j++) {
            if (ids[j] == dc_rows_int64(rows, i, 0)) {
                list->objections[j]->correction = correction_at(step, rows, i);
            }
        }
    }
    return DC_OK;
}

enum dc_code
store_objections(struct dc_step *step, const struct objection_filter *filter,
                 struct objection_list *ret_list, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    const struct dc_access_reach *reach = filter->reach;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_OBJECTIONS), &rows, error, tenant_of(step),
                     dc_p_int64(filter->id), dc_p_text(filter->period), dc_p_int64(filter->state),
                     dc_p_int64(filter->person_id), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count),
                     dc_p_int64(reach->self_person_id), dc_p_date(scoring_today(step)),
                     dc_p_int64(filter->limit), dc_p_int64(filter->offset)));
    struct objection_list list = {.count = dc_rows_count(rows)};
    list.objections = DC_NEW_ARRAY(step->arena, Scoring__Objection *, list.count + 1);
    for (size_t i = 0; i < list.count; i++) {
        list.objections[i] = objection_at(step, rows, i);
    }
    list.total = list.count ? (int32_t)dc_rows_int64(rows, 0, 28) : 0;
    list.open = list.count ? (int32_t)dc_rows_int64(rows, 0, 29) : 0;
    DC_TRY(join_corrections(step, &list, error));
    *ret_list = list;
    return DC_OK;
}

enum dc_code
store_objection(struct dc_step *step, int64_t id, Scoring__Objection **ret_objection,
                struct dc_error *error)
{
    static const struct dc_access_reach everything = {.all = true};
    const struct objection_filter filter = {
        .id = id, .period = "", .reach = &everything, .limit = 1};
    struct objection_list list = {0};
    if (id > 0) {
        DC_TRY(store_objections(step, &filter, &list, error));
    }
    if (list.count == 0) {
        return dc_fail_field(error, DC_NOT_FOUND, "id", "there is no such objection");
    }
    *ret_objection = list.objections[0];
    return DC_OK;
}

enum dc_code
store_add_objection(struct dc_step *step, const struct new_objection *objection, int64_t *ret_id,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(ADD_OBJECTION), &rows, error, tenant_of(step),
                     dc_p_text(objection->period), dc_p_int64(objection->person_id),
                     dc_p_int64(objection->indicator_id), dc_p_int64(objection->version),
                     dc_p_text(objection->reason), maybe_p(objection->wished_value),
                     maybe_p(objection->wished_score), dc_p_text(results_author(step)),
                     dc_p_int64(step->context->person_id), dc_p_time(step->now)));
    *ret_id = dc_rows_count(rows) ? dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

enum dc_code
store_hold_objection(struct dc_step *step, int64_t id, struct held_objection *ret_objection,
                     struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(LOCK_OBJECTION), &rows, error, tenant_of(step),
                     dc_p_int64(id)));
    *ret_objection = (struct held_objection){.outcome_reason = ""};
    if (dc_rows_count(rows) > 0) {
        ret_objection->id = id;
        ret_objection->state = (Scoring__ObjectionState)dc_rows_int64(rows, 0, 0);
        ret_objection->person_id = dc_rows_int64(rows, 0, 1);
        ret_objection->period = text_at(step, rows, 0, 2);
        ret_objection->indicator_id = dc_rows_int64(rows, 0, 3);
        ret_objection->correction = (int32_t)dc_rows_int64(rows, 0, 4);
    }
    return DC_OK;
}

enum dc_code
store_save_objection(struct dc_step *step, const struct held_objection *objection,
                     struct dc_error *error)
{
    return dc_db_run(step->db, STATEMENT(SAVE_OBJECTION), NULL, error, tenant_of(step),
                     dc_p_int64(objection->id), dc_p_int64(objection->state),
                     dc_p_int64(objection->correction), dc_p_text(objection->outcome_reason),
                     dc_p_int64(objection->decided_by_id),
                     objection_is_open(objection->state) ? dc_p_null() : dc_p_time(step->now),
                     dc_p_int64(objection->new_version));
}

/* --- the corrected result -----------------------------------------------------------------------
 */

/* The corrected lines: those of before, with this one once. */
static size_t
add_line(struct dc_arena *arena, const struct published *before,
         const struct correction *correction, int64_t **ret_ids, struct dc_decimal **ret_values,
         int64_t **ret_by_value)
{
    size_t most = before->corrected_count + 1, count = 0;
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, most), *flags = DC_NEW_ARRAY(arena, int64_t, most);
    struct dc_decimal *values = DC_NEW_ARRAY(arena, struct dc_decimal, most);
    for (size_t i = 0; i < before->corrected_count; i++) {
        if (before->corrected_ids[i] != correction->indicator_id) {
            ids[count] = before->corrected_ids[i];
            values[count] = before->corrected_values[i];
            flags[count++] = before->corrected_by_value[i];
        }
    }
    ids[count] = correction->indicator_id;
    values[count] = correction->by_value ? correction->figure : DC_DECIMAL_ZERO;
    flags[count++] = correction->by_value;
    *ret_ids = ids;
    *ret_values = values;
    *ret_by_value = flags;
    return count;
}

enum dc_code
store_add_corrected(struct dc_step *step, const struct held_objection *objection,
                    const struct published *before, const struct correction *correction,
                    const struct corrected *corrected, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *head = NULL;
    struct dc_arena *arena = step->arena;
    int64_t *ids, *by_value;
    struct dc_decimal *values;
    size_t rows = corrected->table ? corrected->table->count : 0;
    const char **codes = DC_NEW_ARRAY(arena, const char *, rows + 1);
    struct dc_decimal *froms = DC_NEW_ARRAY(arena, struct dc_decimal, rows + 1);
    size_t count = add_line(arena, before, correction, &ids, &values, &by_value);
    for (size_t i = 0; i < rows; i++) {
        codes[i] = corrected->table->rows[i].code;
        froms[i] = corrected->table->rows[i].from;
    }
    DC_TRY(dc_db_run(step->db, STATEMENT(TAKE_POSITIONS), &head, error, tenant_of(step),
                     dc_p_int64(1)));
    return dc_db_run(
        step->db, STATEMENT(ADD_CORRECTED_RESULT), NULL, error, tenant_of(step),
        dc_p_text(objection->period), dc_p_int64(objection->person_id), dc_p_int64(before->version),
        dc_p_int64(dc_rows_int64(head, 0, 0)), dc_p_int64(objection->id), dc_p_time(step->now),
        dc_p_decimals(corrected->scores, before->view.item_count), dc_p_text(corrected->remarks),
        maybe_p(corrected->total), maybe_p(corrected->actual), maybe_p(corrected->attainment),
        dc_p_text(corrected->table_grade), dc_p_text(corrected->grade),
        maybe_p(corrected->coefficient), dc_p_int64s(ids, count), dc_p_decimals(values, count),
        dc_p_int64s(by_value, count), dc_p_bool(corrected->primary), dc_p_texts(codes, rows),
        dc_p_decimals(froms, rows ? rows - 1 : 0));
}
