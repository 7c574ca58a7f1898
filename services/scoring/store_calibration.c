/*
 * store_calibration.c - sessions, their people, and moves.
 */
#include "results.h"
#include "store.h"
#include "store_rows.h"
#include "tell.h"

#include "base/assert.h"
#include "base/text.h"

#include <string.h>

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

enum { SET_PEOPLE = 20000, MOVES_MOST = 200 };

static char *
fixed_at(struct dc_step *step, const struct dc_rows *rows, size_t row, int column, int places)
{
    return (char *)tell_fixed(step->arena, maybe_at(rows, row, column), places);
}

/* The four parameters that every list filters by. */
#define REACH(step, reach)                                                                         \
    dc_p_bool((reach)->all), dc_p_int64s((reach)->tree_units, (reach)->tree_unit_count),           \
        dc_p_int64s((reach)->units, (reach)->unit_count), dc_p_date(scoring_today(step))

/* --- opening ------------------------------------------------------------------------------------
 */

enum dc_code
store_candidates(struct dc_step *step, const struct results_tree *tree,
                 struct candidate **ret_candidates, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(CALIBRATION_CANDIDATES), &rows, error, tenant_of(step),
                     dc_p_text(tree->period), dc_p_int64s(tree->units, tree->unit_count)));
    size_t count = dc_rows_count(rows);
    struct candidate *candidates = DC_NEW_ARRAY(step->arena, struct candidate, count + 1);
    for (size_t i = 0; i < count; i++) {
        candidates[i] = (struct candidate){.person_id = dc_rows_int64(rows, i, 0),
                                           .unit_id = dc_rows_int64(rows, i, 1),
                                           .scheme_id = dc_rows_int64(rows, i, 2),
                                           .total = dc_rows_decimal(rows, i, 3),
                                           .grade = (int)dc_rows_int64(rows, i, 4),
                                           .remarks = text_at(step, rows, i, 5),
                                           .places = (int)dc_rows_int64(rows, i, 6),
                                           .plan_id = dc_rows_int64(rows, i, 7),
                                           .plan_version = dc_rows_int64(rows, i, 8)};
    }
    *ret_candidates = candidates;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_scheme_items(struct dc_step *step, const int64_t *ids, size_t count,
                   struct scheme_items **ret_items, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(SCHEME_ITEMS), &rows, error, tenant_of(step),
                     dc_p_int64s(ids, count)));
    size_t found = dc_rows_count(rows);
    struct scheme_items *items = DC_NEW_ARRAY(step->arena, struct scheme_items, found + 1);
    for (size_t i = 0; i < found; i++) {
        items[i].scheme_id = dc_rows_int64(rows, i, 0);
        items[i].count = dc_rows_int64s(rows, i, 1, step->arena, &items[i].indicator_ids);
        dc_rows_int64s(rows, i, 2, step->arena, &items[i].plan_ids);
        dc_rows_int64s(rows, i, 3, step->arena, &items[i].plan_versions);
    }
    *ret_items = items;
    *ret_count = found;
    return DC_OK;
}

enum dc_code
store_rivals(struct dc_step *step, const char *period, const int64_t *people, size_t count,
             int64_t *ret_calibrated, int64_t *ret_published, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(CALIBRATION_RIVALS), &rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_int64s(people, count)));
    *ret_calibrated = dc_rows_int64(rows, 0, 0);
    *ret_published = dc_rows_int64(rows, 0, 1);
    return DC_OK;
}

/* Whole numbers as the text of an array; hundredths of a percent with two decimals. */
static const char *
numbers_text(struct dc_arena *arena, const int64_t *numbers, size_t count, bool hundredths)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_add(&text, "{");
    for (size_t i = 0; numbers && i < count; i++) {
        dc_text_add(&text, i > 0 ? "," : "");
        if (hundredths) {
            dc_text_printf(&text, "%lld.%02lld", (long long)(numbers[i] / 100),
                           (long long)(numbers[i] % 100));
        } else {
            dc_text_printf(&text, "%lld", (long long)numbers[i]);
        }
    }
    dc_text_add(&text, "}");
    return dc_arena_strdup(arena, dc_text_cstr(&text));
}

static enum dc_code
add_pools(struct dc_step *step, int64_t id, const struct session_pool *pools, size_t count,
          struct dc_error *error)
{
    int64_t *integers[4];
    const char **texts[3];
    for (int c = 0; c < 4; c++) {
        integers[c] = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    }
    for (int c = 0; c < 3; c++) {
        texts[c] = dc_arena_alloc(step->arena, (count + 1) * sizeof(const char *));
    }
    for (size_t i = 0; i < count; i++) {
        integers[0][i] = (int64_t)i + 1;
        integers[1][i] = pools[i].plan_id;
        integers[2][i] = pools[i].plan_version;
        integers[3][i] = pools[i].people;
        texts[0][i] = pools[i].name;
        texts[1][i] = numbers_text(step->arena, pools[i].shares, pools[i].grades, true);
        texts[2][i] = numbers_text(step->arena, pools[i].seats, pools[i].grades, false);
    }
    return dc_db_run(step->db, STATEMENT(ADD_CALIBRATION_POOLS), NULL, error, tenant_of(step),
                     dc_p_int64(id), dc_p_int64s(integers[0], count), dc_p_texts(texts[0], count),
                     dc_p_int64s(integers[1], count), dc_p_int64s(integers[2], count),
                     dc_p_int64s(integers[3], count), dc_p_texts(texts[1], count),
                     dc_p_texts(texts[2], count));
}

static enum dc_code
add_people(struct dc_step *step, int64_t id, const struct session_person *people, size_t count,
           struct dc_error *error)
{
    enum { PERSON, UNIT, POOL, PLACES, TABLE, SUGGESTED, HELD, INTEGERS };
    int64_t *integers[INTEGERS];
    for (int c = 0; c < INTEGERS; c++) {
        integers[c] = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    }
    struct dc_decimal *totals = DC_NEW_ARRAY(step->arena, struct dc_decimal, count + 1);
    bool *tied = DC_NEW_ARRAY(step->arena, bool, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct candidate *candidate = people[i].candidate;
        integers[PERSON][i] = candidate->person_id;
        integers[UNIT][i] = candidate->unit_id;
        integers[POOL][i] = people[i].pool;
        integers[PLACES][i] = candidate->places;
        integers[TABLE][i] = candidate->grade;
        integers[SUGGESTED][i] = people[i].suggested;
        integers[HELD][i] = people[i].held;
        totals[i] = candidate->total;
        tied[i] = people[i].tied;
    }
    return dc_db_run(step->db, STATEMENT(ADD_CALIBRATION_PEOPLE), NULL, error, tenant_of(step),
                     dc_p_int64(id), dc_p_int64s(integers[PERSON], count),
                     dc_p_int64s(integers[UNIT], count), dc_p_int64s(integers[POOL], count),
                     dc_p_decimals(totals, count), dc_p_int64s(integers[PLACES], count),
                     dc_p_int64s(integers[TABLE], count), dc_p_int64s(integers[SUGGESTED], count),
                     dc_p_int64s(integers[HELD], count), dc_p_bools(tied, count));
}

enum dc_code
store_add_session(struct dc_step *step, const struct results_tree *tree, int64_t unit_id,
                  const char *reason, const struct session_pool *pools, size_t pool_count,
                  const struct session_person *people, size_t count, int64_t *ret_id,
                  struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(ADD_CALIBRATION), &rows, error, tenant_of(step),
                     dc_p_text(tree->period), dc_p_int64(unit_id), dc_p_int64((int64_t)count),
                     dc_p_text(reason), dc_p_text(results_author(step)),
                     dc_p_int64(step->context->person_id), dc_p_time(step->now)));
    int64_t id = dc_rows_int64(rows, 0, 0);
    DC_TRY(add_pools(step, id, pools, pool_count, error));
    for (size_t from = 0; from < count; from += SET_PEOPLE) {
        size_t set = count - from < SET_PEOPLE ? count - from : SET_PEOPLE;
        DC_TRY(add_people(step, id, &people[from], set, error));
    }
    *ret_id = id;
    return DC_OK;
}

/* --- reading ------------------------------------------------------------------------------------
 */

enum dc_code
store_sessions(struct dc_step *step, int64_t id, const char *period,
               const struct dc_access_reach *reach, int64_t limit,
               Scoring__Calibration ***ret_sessions, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_CALIBRATIONS), &rows, error, tenant_of(step),
                     dc_p_int64(id), dc_p_text(period), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count), dc_p_int64(limit)));
    size_t count = dc_rows_count(rows);
    Scoring__Calibration **sessions =
        dc_arena_alloc(step->arena, (count + 1) * sizeof(Scoring__Calibration *));
    for (size_t i = 0; i < count; i++) {
        Scoring__Calibration *one = sessions[i] =
            DC_NEW_MESSAGE(step->arena, Scoring__Calibration, scoring__calibration__init);
        one->id = dc_rows_int64(rows, i, 0);
        one->period = text_at(step, rows, i, 1);
        one->unit_id = dc_rows_int64(rows, i, 2);
        one->unit_name = text_at(step, rows, i, 3);
        one->state = (Scoring__CalibrationState)dc_rows_int64(rows, i, 4);
        one->people = (int32_t)dc_rows_int64(rows, i, 5);
        one->moves = (int32_t)dc_rows_int64(rows, i, 6);
        one->reason = text_at(step, rows, i, 7);
        one->author = text_at(step, rows, i, 8);
        one->author_person_id = dc_rows_int64(rows, i, 9);
        one->opened_at_us = dc_rows_time(rows, i, 10);
        one->closed_by = text_at(step, rows, i, 11);
        one->closed_at_us = dc_rows_is_null(rows, i, 12) ? 0 : dc_rows_time(rows, i, 12);
        one->closing_reason = text_at(step, rows, i, 13);
        one->version = dc_rows_int64(rows, i, 14);
    }
    *ret_sessions = sessions;
    *ret_count = count;
    return DC_OK;
}

static Scoring__CalibrationPool *
pool_at(struct dc_step *step, const struct dc_rows *rows, size_t row)
{
    Scoring__CalibrationPool *pool =
        DC_NEW_MESSAGE(step->arena, Scoring__CalibrationPool, scoring__calibration_pool__init);
    const char **grades;
    const struct dc_decimal *coefficients, *shares;
    const int64_t *seats;
    size_t count = dc_rows_texts(rows, row, 3, step->arena, &grades);
    dc_rows_decimals(rows, row, 4, step->arena, &coefficients);
    size_t shared = dc_rows_decimals(rows, row, 5, step->arena, &shares);
    size_t seated = dc_rows_int64s(rows, row, 6, step->arena, &seats);
    DC_ASSERT((shared == 0 || shared == count) && shared == seated);
    pool->number = (int32_t)dc_rows_int64(rows, row, 0);
    pool->name = text_at(step, rows, row, 1);
    pool->people = (int32_t)dc_rows_int64(rows, row, 2);
    pool->grades = dc_arena_alloc(step->arena, (count + 1) * sizeof(Scoring__PoolGrade *));
    for (size_t g = 0; g < count; g++) {
        Scoring__PoolGrade *grade = pool->grades[pool->n_grades++] =
            DC_NEW_MESSAGE(step->arena, Scoring__PoolGrade, scoring__pool_grade__init);
        grade->grade = (char *)grades[g];
        grade->coefficient =
            (char *)tell_amount(step->arena, (struct maybe){true, coefficients[g]});
        grade->share =
            (char *)(shared ? tell_fixed(step->arena, (struct maybe){true, shares[g]}, 2) : "");
        grade->seats = shared ? (int32_t)seats[g] : -1;
    }
    return pool;
}

enum dc_code
store_session_pools(struct dc_step *step, int64_t id, const struct dc_access_reach *reach,
                    Scoring__CalibrationPool ***ret_pools, size_t *ret_count,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_CALIBRATION_POOLS), &rows, error, tenant_of(step),
                     dc_p_int64(id), REACH(step, reach)));
    size_t found = dc_rows_count(rows), count = 0;
    Scoring__CalibrationPool **pools =
        dc_arena_alloc(step->arena, (found + 1) * sizeof(Scoring__CalibrationPool *));
    for (size_t i = 0; i < found; i++) {
        if (count == 0 || pools[count - 1]->number != dc_rows_int64(rows, i, 0)) {
            pools[count++] = pool_at(step, rows, i);
        }
        Scoring__CalibrationPool *pool = pools[count - 1];
        int32_t people = (int32_t)dc_rows_int64(rows, i, 8);
        pool->grades[dc_rows_int64(rows, i, 7) - 1]->people = people;
        pool->visible += people;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t g = 0; g < pools[i]->n_grades && pools[i]->visible < pools[i]->people; g++) {
            pools[i]->grades[g]->seats = -1; /* of people out of reach nothing can be told */
        }
    }
    *ret_pools = pools;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_session_people(struct dc_step *step, int64_t id, const struct dc_access_reach *reach,
                     int64_t pool, int64_t limit, int64_t offset,
                     Scoring__CalibrationPerson ***ret_people, size_t *ret_count,
                     struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_CALIBRATION_PEOPLE), &rows, error, tenant_of(step),
                     dc_p_int64(id), REACH(step, reach), dc_p_int64(pool), dc_p_int64(limit),
                     dc_p_int64(offset)));
    size_t count = dc_rows_count(rows);
    Scoring__CalibrationPerson **people =
        dc_arena_alloc(step->arena, (count + 1) * sizeof(Scoring__CalibrationPerson *));
    for (size_t i = 0; i < count; i++) {
        Scoring__CalibrationPerson *one = people[i] = DC_NEW_MESSAGE(
            step->arena, Scoring__CalibrationPerson, scoring__calibration_person__init);
        int places = (int)dc_rows_int64(rows, i, 6);
        one->person_id = dc_rows_int64(rows, i, 0);
        one->name = text_at(step, rows, i, 1);
        one->code = text_at(step, rows, i, 2);
        one->unit_id = dc_rows_int64(rows, i, 3);
        one->unit_name = text_at(step, rows, i, 4);
        one->pool = (int32_t)pool;
        one->total = fixed_at(step, rows, i, 5, places);
        one->table_grade = text_at(step, rows, i, 7);
        one->suggested = text_at(step, rows, i, 8);
        one->grade = text_at(step, rows, i, 9);
        one->highest = text_at(step, rows, i, 10);
        one->tied = dc_rows_bool(rows, i, 11);
        one->moves = (int32_t)dc_rows_int64(rows, i, 12);
        bool same = !dc_rows_is_null(rows, i, 13) &&
                    dc_decimal_cmp(dc_rows_decimal(rows, i, 13), dc_rows_decimal(rows, i, 5)) == 0;
        one->total_now = same ? (char *)"" : fixed_at(step, rows, i, 13, places);
    }
    *ret_people = people;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_session_changed(struct dc_step *step, int64_t id, const struct dc_access_reach *reach,
                      int32_t *ret_people, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(COUNT_CALIBRATION_CHANGED), &rows, error, tenant_of(step),
                     dc_p_int64(id), REACH(step, reach)));
    *ret_people = (int32_t)dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

enum dc_code
store_moves(struct dc_step *step, int64_t id, const int64_t *people, size_t count, int64_t move_id,
            Scoring__CalibrationMove ***ret_moves, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_CALIBRATION_MOVES), &rows, error, tenant_of(step),
                     dc_p_int64(id), dc_p_int64s(people, count), dc_p_int64(MOVES_MOST),
                     dc_p_int64(move_id)));
    size_t found = dc_rows_count(rows);
    Scoring__CalibrationMove **moves =
        dc_arena_alloc(step->arena, (found + 1) * sizeof(Scoring__CalibrationMove *));
    for (size_t i = 0; i < found; i++) {
        Scoring__CalibrationMove *one = moves[i] =
            DC_NEW_MESSAGE(step->arena, Scoring__CalibrationMove, scoring__calibration_move__init);
        one->id = dc_rows_int64(rows, i, 0);
        one->person_id = dc_rows_int64(rows, i, 1);
        one->person_name = text_at(step, rows, i, 2);
        one->before = text_at(step, rows, i, 3);
        one->after = text_at(step, rows, i, 4);
        one->reason = text_at(step, rows, i, 5);
        one->author = text_at(step, rows, i, 6);
        one->author_person_id = dc_rows_int64(rows, i, 7);
        one->author_name = text_at(step, rows, i, 8);
        one->at_us = dc_rows_time(rows, i, 9);
        one->undoes = dc_rows_int64(rows, i, 10);
    }
    *ret_moves = moves;
    *ret_count = found;
    return DC_OK;
}

/* --- moving and closing -------------------------------------------------------------------------
 */

enum dc_code
store_lock_session(struct dc_step *step, int64_t id, int *ret_state, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(LOCK_CALIBRATION), &rows, error, tenant_of(step),
                     dc_p_int64(id)));
    *ret_state = dc_rows_count(rows) > 0 ? (int)dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

enum dc_code
store_calibrated(struct dc_step *step, int64_t id, int64_t person_id, struct calibrated *ret_person,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_CALIBRATED), &rows, error, tenant_of(step),
                     dc_p_int64(id), dc_p_int64(person_id)));
    struct calibrated person = {.found = dc_rows_count(rows) > 0};
    if (person.found) {
        person.grade = (int)dc_rows_int64(rows, 0, 0);
        person.suggested = (int)dc_rows_int64(rows, 0, 1);
        person.held = (int)dc_rows_int64(rows, 0, 2);
        person.grade_count = dc_rows_texts(rows, 0, 3, step->arena, &person.grades);
        person.last_move = dc_rows_int64(rows, 0, 4);
    }
    *ret_person = person;
    return DC_OK;
}

enum dc_code
store_move(struct dc_step *step, int64_t id, int64_t person_id, int grade, const char *before,
           const char *after, const char *reason, int64_t undoes, int64_t *ret_move,
           struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(MOVE_GRADE), &rows, error, tenant_of(step), dc_p_int64(id),
                     dc_p_int64(person_id), dc_p_int64(grade), dc_p_text(before), dc_p_text(after),
                     dc_p_text(reason), dc_p_text(results_author(step)),
                     dc_p_int64(step->context->person_id), dc_p_time(step->now),
                     dc_p_int64(undoes)));
    *ret_move = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

enum dc_code
store_departures(struct dc_step *step, int64_t id, const char ***ret_names, size_t *ret_count,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(CALIBRATION_DEPARTURES), &rows, error, tenant_of(step),
                     dc_p_int64(id)));
    size_t count = dc_rows_count(rows);
    const char **names = dc_arena_alloc(step->arena, (count + 1) * sizeof(const char *));
    for (size_t i = 0; i < count; i++) {
        names[i] = text_at(step, rows, i, 0);
    }
    *ret_names = names;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_close_session(struct dc_step *step, int64_t id, int state, const char *reason,
                    struct dc_error *error)
{
    return dc_db_run(step->db, STATEMENT(CLOSE_CALIBRATION), NULL, error, tenant_of(step),
                     dc_p_int64(id), dc_p_int64(state), dc_p_text(results_author(step)),
                     dc_p_time(step->now), dc_p_text(reason));
}
