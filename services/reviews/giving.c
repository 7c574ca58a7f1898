/* giving.c - ratings as their rater gives them. Nobody else comes this way. */
#include <inttypes.h>

#include "handlers.h"

/* The subject of these requests names no rated person: that somebody rated is recorded, not whom. */
static enum dc_code
find_mine(struct dc_step *step, int64_t id, struct store_mine *ret_mine, struct dc_error *error)
{
    struct store_mine *items;
    size_t count;
    dc_step_subject(step, "rating");
    if (step->context->person_id == 0 || id == 0) {
        return rights_refuse(error);
    }
    DC_TRY(store_my_ratings(step, 0, id, &items, &count, error));
    if (count == 0) {
        return dc_fail(error, DC_PERMISSION_DENIED,
                       "you are not asked for this rating, or its round is over");
    }
    *ret_mine = items[0];
    return DC_OK;
}

DC_HANDLER(reviews_list_my_ratings, Reviews__ListMyRatingsRequest, Reviews__ListMyRatingsResponse)
{
    struct store_mine *items;
    size_t count;
    dc_step_subject(step, "ratings");
    if (step->context->person_id == 0) {
        return DC_OK;
    }
    DC_TRY(store_my_ratings(step, request->round_id, 0, &items, &count, error));
    response->n_ratings = count;
    response->ratings = DC_NEW_ARRAY(step->arena, Reviews__MyRating *, count + 1);
    for (size_t i = 0; i < count; i++) {
        response->ratings[i] = items[i].message;
    }
    return DC_OK;
}

DC_HANDLER(reviews_get_my_rating, Reviews__GetMyRatingRequest, Reviews__GetMyRatingResponse)
{
    struct store_mine mine;
    Reviews__SaveRatingRequest *kept;
    DC_TRY(find_mine(step, request->id, &mine, error));
    DC_TRY(store_form(step, mine.form_id, mine.form_version, &response->form, error));
    DC_TRY(store_rating(step, request->id, &kept, error));
    response->rating = mine.message;
    const Reviews__RelationRule *rule = form_relation(response->form, mine.message->relation);
    response->minimum = rule ? rule->minimum : 1;
    if (kept) {
        response->answers = kept->answers;
        response->n_answers = kept->n_answers;
    }
    return DC_OK;
}

/* --- saving --------------------------------------------------------------------------------------
 */

/* The round is held open, and the assignment held, until the commit. */
static enum dc_code
hold_mine(struct dc_step *step, int64_t id, struct store_mine *ret_mine, struct dc_error *error)
{
    struct store_assignment *items;
    Reviews__Round *round;
    size_t count;
    DC_TRY(find_mine(step, id, ret_mine, error));
    DC_TRY(store_round(step, ret_mine->message->round_id, STORE_SHARE, &round, error));
    if (!round || round->state != REVIEWS__ROUND_STATE__ROUND_STATE_OPEN) {
        return dc_fail(error, DC_FAILED_PRECONDITION, "the round is over");
    }
    DC_TRY(store_assignments(step, round->id, ret_mine->message->person_id, &items, &count, error));
    for (size_t i = 0; i < count; i++) {
        if (items[i].id == id) {
            ret_mine->state = items[i].state;
        }
    }
    return DC_OK;
}

static enum dc_code
save(struct dc_step *step, const Reviews__SaveRatingRequest *request, struct store_mine *ret_mine,
     struct dc_error *error)
{
    Reviews__Form *form;
    enum assignment_state to;
    int64_t rater = step->context->person_id;
    DC_TRY(hold_mine(step, request->id, ret_mine, error));
    DC_TRY(assignment_next(ret_mine->state, request->submit ? ASSIGNMENT_GIVE : ASSIGNMENT_DRAFT,
                           &to, error));
    DC_TRY(store_form(step, ret_mine->form_id, ret_mine->form_version, &form, error));
    DC_TRY(form_check_answers(form, request->answers, request->n_answers, request->submit, error));
    DC_TRY(store_save_rating(step, request, error));
    ret_mine->message->state = request->submit ? REVIEWS__RATING_STATE__RATING_STATE_GIVEN
                                               : REVIEWS__RATING_STATE__RATING_STATE_DRAFT;
    if (to == ret_mine->state) {
        return DC_OK;
    }
    DC_TRY(store_move_assignments(step, &request->id, 1, to, "", error));
    return finish(step, ret_mine->message->round_id, &rater, 1, error);
}

DC_HANDLER(reviews_save_rating, Reviews__SaveRatingRequest, Reviews__SaveRatingResponse)
{
    struct store_mine mine;
    dc_step_subject(step, "rating");
    DC_TRY(dc_step_begin(step, step->context->tenant_id, error));
    enum dc_code code = save(step, request, &mine, error);
    if (code != DC_OK) {
        dc_step_rollback(step);
        return code;
    }
    DC_TRY(dc_step_commit(step, error));
    response->rating = mine.message;
    return DC_OK;
}

DC_HANDLER(reviews_decline_rating, Reviews__DeclineRatingRequest, Reviews__DeclineRatingResponse)
{
    struct store_mine mine;
    enum assignment_state to;
    int64_t rater = step->context->person_id;
    DC_TRY(check_reason(request->reason, 1, error));
    DC_TRY(hold_mine(step, request->id, &mine, error));
    DC_TRY(assignment_next(mine.state, ASSIGNMENT_DECLINE, &to, error));
    DC_TRY(store_move_assignments(step, &request->id, 1, to, request->reason, error));
    DC_TRY(store_drop_ratings(step, &request->id, 1, error));
    mine.message->state = REVIEWS__RATING_STATE__RATING_STATE_DECLINED;
    response->rating = mine.message;
    return finish(step, mine.message->round_id, &rater, 1, error);
}
