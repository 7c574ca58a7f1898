/* store_raters.c - who rates whom, and who is asked. */
#include "store_internal.h"

#include <inttypes.h>

/* Whether somebody has rated is not told. */
static Reviews__RaterState
told_state(enum assignment_state state)
{
    switch (state) {
    case ASSIGNMENT_PROPOSED:
        return REVIEWS__RATER_STATE__RATER_STATE_PROPOSED;
    case ASSIGNMENT_DECLINED:
        return REVIEWS__RATER_STATE__RATER_STATE_DECLINED;
    case ASSIGNMENT_REFUSED:
        return REVIEWS__RATER_STATE__RATER_STATE_REFUSED;
    case ASSIGNMENT_LAPSED:
        return REVIEWS__RATER_STATE__RATER_STATE_LAPSED;
    default:
        return REVIEWS__RATER_STATE__RATER_STATE_ASKED;
    }
}

enum dc_code
store_raters(struct dc_step *step, int64_t round_id, int64_t person_id, int64_t named_by,
             Reviews__NamedRater ***ret_raters, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(RATERS_LIST), &rows, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64(person_id), dc_p_int64(named_by), dc_p_date(store_today(step))));
    *ret_count = dc_rows_count(rows);
    *ret_raters = DC_NEW_ARRAY(step->arena, Reviews__NamedRater *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        Reviews__NamedRater *r =
            DC_NEW_MESSAGE(step->arena, Reviews__NamedRater, reviews__named_rater__init);
        r->person_id = dc_rows_int64(rows, i, 0);
        r->person_name = store_text(step->arena, rows, i, 1);
        r->unit_name = store_text(step->arena, rows, i, 2);
        r->relation = (Reviews__Relation)dc_rows_int64(rows, i, 3);
        r->state = told_state((enum assignment_state)dc_rows_int64(rows, i, 4));
        r->reason = store_text(step->arena, rows, i, 5);
        (*ret_raters)[i] = r;
    }
    return DC_OK;
}

enum dc_code
store_candidates(struct dc_step *step, int64_t round_id, int64_t person_id,
                 const struct store_subject *subject, Reviews__Candidate ***ret_candidates,
                 size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(CANDIDATES), &rows, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64(person_id), dc_p_date(store_today(step)),
                     dc_p_int64(subject->unit_id), dc_p_int64(subject->manager_id)));
    *ret_count = dc_rows_count(rows);
    *ret_candidates = DC_NEW_ARRAY(step->arena, Reviews__Candidate *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        Reviews__Candidate *c =
            DC_NEW_MESSAGE(step->arena, Reviews__Candidate, reviews__candidate__init);
        c->person_id = dc_rows_int64(rows, i, 0);
        c->person_name = store_text(step->arena, rows, i, 1);
        c->unit_name = store_text(step->arena, rows, i, 2);
        (*ret_candidates)[i] = c;
    }
    return DC_OK;
}

enum dc_code
store_people_known(struct dc_step *step, const int64_t *people, size_t count, size_t *ret_known,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(PEOPLE_KNOWN), &rows, error, TENANT,
                     dc_p_int64s(people, count), dc_p_date(store_today(step))));
    *ret_known = dc_rows_count(rows);
    return DC_OK;
}

enum dc_code
store_assignments(struct dc_step *step, int64_t round_id, int64_t person_id,
                  struct store_assignment **ret_items, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(ASSIGNMENTS_OF), &rows, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64(person_id)));
    *ret_count = dc_rows_count(rows);
    *ret_items = DC_NEW_ARRAY(step->arena, struct store_assignment, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_items)[i] = (struct store_assignment){
            .id = dc_rows_int64(rows, i, 0),
            .rater_id = dc_rows_int64(rows, i, 1),
            .relation = (Reviews__Relation)dc_rows_int64(rows, i, 2),
            .state = (enum assignment_state)dc_rows_int64(rows, i, 3),
            .named_by = dc_rows_int64(rows, i, 4),
        };
    }
    return DC_OK;
}

enum dc_code
store_name_raters(struct dc_step *step, int64_t round_id, int64_t person_id,
                  Reviews__Relation relation, const int64_t *raters, size_t count,
                  enum assignment_state state, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(NAME_RATERS), NULL, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64(person_id), dc_p_int64(relation), dc_p_int64s(raters, count),
                     dc_p_int64(state), dc_p_int64(step->context->person_id));
}

enum dc_code
store_move_assignments(struct dc_step *step, const int64_t *ids, size_t count,
                       enum assignment_state state, const char *reason, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(ASSIGNMENTS_MOVE), NULL, error, TENANT,
                     dc_p_int64s(ids, count), dc_p_int64(state), dc_p_text(reason));
}

/* --- asking --------------------------------------------------------------------------------------
 */

/* Rows of rater, how often he was asked, how many ratings he is asked for. */
static void
read_asked(struct dc_step *step, int64_t round_id, const struct dc_rows *rows,
           struct store_raters *ret)
{
    ret->count = dc_rows_count(rows);
    ret->items = DC_NEW_ARRAY(step->arena, Reviews__Rater *, ret->count + 1);
    for (size_t i = 0; i < ret->count; i++) {
        Reviews__Rater *r = DC_NEW_MESSAGE(step->arena, Reviews__Rater, reviews__rater__init);
        r->person_id = dc_rows_int64(rows, i, 0);
        r->reference = dc_arena_printf(step->arena, "reviews/round/%" PRId64 "/%" PRId64 "/%" PRId64,
                                       round_id, r->person_id, dc_rows_int64(rows, i, 1));
        r->ratings = (int32_t)dc_rows_int64(rows, i, 2);
        ret->items[i] = r;
    }
}

enum dc_code
store_ask(struct dc_step *step, int64_t round_id, const int64_t *raters, size_t count,
          struct store_raters *ret_asked, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    if (raters) {
        DC_TRY(dc_db_run(step->db, SQL(ASK_SOME), &rows, error, TENANT, dc_p_int64(round_id),
                         dc_p_int64s(raters, count)));
    } else {
        DC_TRY(dc_db_run(step->db, SQL(ASK_ALL), &rows, error, TENANT, dc_p_int64(round_id)));
    }
    read_asked(step, round_id, rows, ret_asked);
    return DC_OK;
}

enum dc_code
store_finish(struct dc_step *step, int64_t round_id, const int64_t *raters, size_t count,
             struct store_raters *ret_finished, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(ASKED_LOCK), NULL, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64s(raters, count)));
    DC_TRY(dc_db_run(step->db, SQL(FINISH), &rows, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64s(raters, count)));
    read_asked(step, round_id, rows, ret_finished);
    return DC_OK;
}

enum dc_code
store_lapse(struct dc_step *step, int64_t round_id, int64_t rater_id, const char *reason,
            struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LAPSE), &rows, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64s(&rater_id, 1), dc_p_text(reason)));
    size_t count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
    }
    return store_drop_ratings(step, ids, count, error);
}

enum dc_code
store_lapse_gone(struct dc_step *step, int64_t limit, struct store_gone **ret_gone,
                 size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LAPSE_GONE), &rows, error, TENANT,
                     dc_p_date(store_today(step)), dc_p_int64(limit)));
    *ret_count = dc_rows_count(rows);
    *ret_gone = DC_NEW_ARRAY(step->arena, struct store_gone, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_gone)[i] =
            (struct store_gone){dc_rows_int64(rows, i, 0), dc_rows_int64(rows, i, 1)};
    }
    return DC_OK;
}
