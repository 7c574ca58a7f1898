/* store_ratings.c - answers while a round is open, and results when it is closed. */
#include "store_internal.h"

enum { RESULTS_SHOWN = 5000 };

/* --- the rater's own -----------------------------------------------------------------------------
 */

static Reviews__RatingState
rating_state(enum assignment_state state, bool answered)
{
    switch (state) {
    case ASSIGNMENT_GIVEN:
        return REVIEWS__RATING_STATE__RATING_STATE_GIVEN;
    case ASSIGNMENT_DECLINED:
        return REVIEWS__RATING_STATE__RATING_STATE_DECLINED;
    default:
        return answered ? REVIEWS__RATING_STATE__RATING_STATE_DRAFT
                        : REVIEWS__RATING_STATE__RATING_STATE_ASKED;
    }
}

enum dc_code
store_my_ratings(struct dc_step *step, int64_t round_id, int64_t assignment_id,
                 struct store_mine **ret_items, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(MY_RATINGS), &rows, error, TENANT,
                     dc_p_int64(step->context->person_id), dc_p_int64(round_id),
                     dc_p_int64(assignment_id)));
    *ret_count = dc_rows_count(rows);
    *ret_items = DC_NEW_ARRAY(step->arena, struct store_mine, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        Reviews__MyRating *m =
            DC_NEW_MESSAGE(step->arena, Reviews__MyRating, reviews__my_rating__init);
        struct store_mine *mine = &(*ret_items)[i];
        mine->message = m;
        mine->state = (enum assignment_state)dc_rows_int64(rows, i, 8);
        mine->form_id = dc_rows_int64(rows, i, 10);
        mine->form_version = dc_rows_int64(rows, i, 11);
        m->id = dc_rows_int64(rows, i, 0);
        m->round_id = dc_rows_int64(rows, i, 1);
        m->round_name = store_text(step->arena, rows, i, 2);
        m->period = store_text(step->arena, rows, i, 3);
        m->person_id = dc_rows_int64(rows, i, 4);
        m->person_name = store_text(step->arena, rows, i, 5);
        m->unit_name = store_text(step->arena, rows, i, 6);
        m->relation = (Reviews__Relation)dc_rows_int64(rows, i, 7);
        m->state = rating_state(mine->state, dc_rows_bool(rows, i, 9));
    }
    return DC_OK;
}

enum dc_code
store_rating(struct dc_step *step, int64_t assignment_id, Reviews__SaveRatingRequest **ret_rating,
             struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    ProtobufCMessage *message = NULL;
    DC_TRY(dc_db_run(step->db, SQL(RATING_LOAD), &rows, error, TENANT, dc_p_int64(assignment_id)));
    if (dc_rows_count(rows) > 0) {
        DC_TRY(store_unpack(step, &reviews__save_rating_request__descriptor, rows, 0, 0, &message,
                            error));
    }
    *ret_rating = (Reviews__SaveRatingRequest *)message;
    return DC_OK;
}

enum dc_code
store_save_rating(struct dc_step *step, const Reviews__SaveRatingRequest *rating,
                  struct dc_error *error)
{
    struct dc_bytes body = store_pack(step, &rating->base);
    return dc_db_run(step->db, SQL(RATING_SAVE), NULL, error, TENANT, dc_p_int64(rating->id),
                     dc_p_bytes(body.data, body.size));
}

enum dc_code
store_drop_ratings(struct dc_step *step, const int64_t *assignments, size_t count,
                   struct dc_error *error)
{
    return dc_db_run(step->db, SQL(RATINGS_DROP), NULL, error, TENANT,
                     dc_p_int64s(assignments, count));
}

enum dc_code
store_drop_round(struct dc_step *step, int64_t round_id, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(RATINGS_DROP_ROUND), NULL, error, TENANT, dc_p_int64(round_id));
}

/* --- closing -------------------------------------------------------------------------------------
 */

static const int64_t *
read_ids(struct dc_step *step, const struct dc_rows *rows, size_t *ret_count)
{
    *ret_count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
    }
    return ids;
}

enum dc_code
store_tenants_going(struct dc_step *step, const int64_t **ret_ids, size_t *ret_count,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TENANTS_GOING), &rows, error));
    *ret_ids = read_ids(step, rows, ret_count);
    return DC_OK;
}

enum dc_code
store_pick_going(struct dc_step *step, int64_t *ret_round_id, Reviews__RoundState *ret_state,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(PICK_GOING), &rows, error, TENANT));
    bool found = dc_rows_count(rows) > 0;
    *ret_round_id = found ? dc_rows_int64(rows, 0, 0) : 0;
    *ret_state = found ? (Reviews__RoundState)dc_rows_int64(rows, 0, 1) : 0;
    return DC_OK;
}

enum dc_code
store_next_subjects(struct dc_step *step, int64_t round_id, int64_t above, int64_t limit,
                    int64_t **ret_people, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(NEXT_SUBJECTS), &rows, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64(above), dc_p_int64(limit)));
    *ret_people = (int64_t *)read_ids(step, rows, ret_count);
    return DC_OK;
}

enum dc_code
store_given(struct dc_step *step, int64_t round_id, const int64_t *people, size_t count,
            struct store_given **ret_given, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(GIVEN_OF), &rows, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64s(people, count)));
    *ret_count = dc_rows_count(rows);
    *ret_given = DC_NEW_ARRAY(step->arena, struct store_given, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        ProtobufCMessage *message;
        DC_TRY(store_unpack(step, &reviews__save_rating_request__descriptor, rows, i, 2, &message,
                            error));
        (*ret_given)[i] =
            (struct store_given){.person_id = dc_rows_int64(rows, i, 0),
                                 .relation = (Reviews__Relation)dc_rows_int64(rows, i, 1),
                                 .rating = (Reviews__SaveRatingRequest *)message};
    }
    return DC_OK;
}

enum dc_code
store_add_results(struct dc_step *step, int64_t round_id, const struct store_result *results,
                  size_t count, struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    int64_t *people = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *raters = DC_NEW_ARRAY(arena, int64_t, count + 1);
    struct dc_decimal *numerators = DC_NEW_ARRAY(arena, struct dc_decimal, count + 1);
    struct dc_decimal *denominators = DC_NEW_ARRAY(arena, struct dc_decimal, count + 1);
    struct dc_bytes *bodies = DC_NEW_ARRAY(arena, struct dc_bytes, count + 1);
    for (size_t i = 0; i < count; i++) {
        people[i] = results[i].person_id;
        raters[i] = results[i].raters;
        numerators[i] = results[i].total.numerator;
        denominators[i] = results[i].total.denominator;
        bodies[i] = store_pack(step, &results[i].body->base);
    }
    DC_TRY(dc_db_run(step->db, SQL(RESULTS_ADD), NULL, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64s(people, count), dc_p_decimals(numerators, count),
                     dc_p_decimals(denominators, count), dc_p_int64s(raters, count),
                     dc_p_bytes_array(bodies, count)));
    return dc_db_run(step->db, SQL(ROUND_COMPUTED), NULL, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64(people[count - 1]));
}

/* --- results -------------------------------------------------------------------------------------
 */

enum dc_code
store_result(struct dc_step *step, int64_t round_id, int64_t person_id,
             Reviews__Result **ret_result, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    ProtobufCMessage *message = NULL;
    DC_TRY(dc_db_run(step->db, SQL(RESULT_LOAD), &rows, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64(person_id)));
    if (dc_rows_count(rows) > 0) {
        DC_TRY(store_unpack(step, &reviews__result__descriptor, rows, 0, 0, &message, error));
    }
    *ret_result = (Reviews__Result *)message;
    return DC_OK;
}

enum dc_code
store_rated_unnamed(struct dc_step *step, int64_t round_id, int64_t person_id, bool *ret_rated,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(RATED_UNNAMED), &rows, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64(person_id), dc_p_int64(step->context->person_id)));
    *ret_rated = dc_rows_bool(rows, 0, 0);
    return DC_OK;
}

enum dc_code
store_results(struct dc_step *step, int64_t round_id, bool all, Reviews__ResultShown ***ret_results,
              size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(RESULT_LIST), &rows, error, TENANT, dc_p_int64(round_id),
                     dc_p_bool(all), dc_p_int64(step->context->person_id),
                     dc_p_int64(RESULTS_SHOWN)));
    *ret_count = dc_rows_count(rows);
    *ret_results = DC_NEW_ARRAY(step->arena, Reviews__ResultShown *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        Reviews__ResultShown *r =
            DC_NEW_MESSAGE(step->arena, Reviews__ResultShown, reviews__result_shown__init);
        struct dc_decimal numerator = dc_rows_decimal(rows, i, 3);
        struct dc_decimal denominator = dc_rows_decimal(rows, i, 4), total;
        r->person_id = dc_rows_int64(rows, i, 0);
        r->person_name = store_text(step->arena, rows, i, 1);
        r->unit_name = store_text(step->arena, rows, i, 2);
        r->raters = (int32_t)dc_rows_int64(rows, i, 5);
        if (denominator.units != 0) {
            char text[DC_DECIMAL_TEXT];
            DC_TRY(dc_decimal_mul_div(DC_DECIMAL_INT(1), numerator, denominator, 2, &total, error));
            r->total = dc_arena_strdup(step->arena, dc_decimal_format_fixed(total, 2, text));
        }
        (*ret_results)[i] = r;
    }
    return DC_OK;
}
