/* results.c - answers the requests about results. */
#include <inttypes.h>

#include "handlers.h"

static bool
is_released(const Reviews__Round *round)
{
    return round->state == REVIEWS__ROUND_STATE__ROUND_STATE_RELEASED;
}

/* Himself and his manager once it is released, the supervisor once it is closed. Who rated him without
 * being named knows one of the answers, and could take it out of his group: he reads it of nobody. */
static enum dc_code
may_read(struct dc_step *step, const Reviews__Round *round, int64_t person_id,
         const struct store_subject *subject, struct dc_error *error)
{
    int64_t caller = step->context->person_id;
    bool himself = caller != 0 && caller == person_id;
    bool manages = caller != 0 && subject->manager_id == caller;
    bool rated = false;
    if (!round_has_results(round->state)) {
        return dc_fail(error, DC_FAILED_PRECONDITION, "the round is not closed yet");
    }
    if (!(is_released(round) && (himself || manages)) && (himself || !rights_supervises(step, round))) {
        return himself || manages ? dc_fail(error, DC_FAILED_PRECONDITION,
                                            "the results are not released yet")
                                  : rights_refuse(error);
    }
    if (himself) {
        dc_step_not_sensitive(step);
        return DC_OK;
    }
    DC_TRY(store_rated_unnamed(step, round->id, person_id, &rated, error));
    return rated ? dc_fail(error, DC_PERMISSION_DENIED,
                           "you rated in this round without being named, and do not see what came "
                           "of it")
                 : DC_OK;
}

DC_HANDLER(reviews_get_result, Reviews__GetResultRequest, Reviews__GetResultResponse)
{
    struct store_subject subject;
    dc_step_subject(step, "round/%" PRId64 "/person/%" PRId64, request->round_id,
                    request->person_id);
    DC_TRY(store_round(step, request->round_id, STORE_LOOK, &response->round, error));
    if (!response->round) {
        return rights_refuse(error);
    }
    DC_TRY(store_subject(step, request->round_id, request->person_id, &subject, error));
    bool near = step->context->person_id != 0 &&
                (step->context->person_id == request->person_id ||
                 step->context->person_id == subject.manager_id);
    if (!subject.found || (!near && !rights_supervises(step, response->round))) {
        return rights_refuse(error);
    }
    DC_TRY(may_read(step, response->round, request->person_id, &subject, error));
    DC_TRY(store_form(step, response->round->form_id, response->round->form_version,
                      &response->form, error));
    response->person_name = (char *)subject.name;
    response->unit_name = (char *)subject.unit_name;
    DC_TRY(store_result(step, request->round_id, request->person_id, &response->result, error));
    if (!response->result) {
        return dc_fail(error, DC_INTERNAL, "a closed round without a result");
    }
    response->result->round_id = request->round_id;
    response->result->person_id = request->person_id;
    return DC_OK;
}

DC_HANDLER(reviews_list_results, Reviews__ListResultsRequest, Reviews__ListResultsResponse)
{
    dc_step_subject(step, "round/%" PRId64, request->round_id);
    DC_TRY(store_round(step, request->round_id, STORE_LOOK, &response->round, error));
    if (!response->round || step->context->person_id == 0) {
        return rights_refuse(error);
    }
    bool all = rights_supervises(step, response->round);
    if (!all && !is_released(response->round)) {
        return rights_refuse(error);
    }
    if (!round_has_results(response->round->state)) {
        return dc_fail(error, DC_FAILED_PRECONDITION, "the round is not closed yet");
    }
    DC_TRY(store_results(step, request->round_id, all, &response->results, &response->n_results,
                         error));
    return all || response->n_results > 0 ? DC_OK : rights_refuse(error);
}
