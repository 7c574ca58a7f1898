/* raters.c - who rates whom: named by the rated person, approved by his manager or the supervisor. */
#include <inttypes.h>

#include "handlers.h"

#define RELATION(name) REVIEWS__RELATION__RELATION_##name

/* What somebody is to a rated person. */
struct part {
    Reviews__Round *round;
    struct store_subject subject;
    bool himself;
    bool decides; /* his manager, or the supervisor */
};

static enum dc_code
find_part(struct dc_step *step, int64_t round_id, int64_t person_id, enum store_hold hold,
          struct part *ret_part, struct dc_error *error)
{
    int64_t caller = step->context->person_id;
    struct part part = {0};
    dc_step_subject(step, "round/%" PRId64 "/person/%" PRId64, round_id, person_id);
    DC_TRY(store_round(step, round_id, hold, &part.round, error));
    if (!part.round) {
        return rights_refuse(error);
    }
    DC_TRY(store_subject(step, round_id, person_id, &part.subject, error));
    part.himself = caller != 0 && caller == person_id;
    part.decides = (caller != 0 && part.subject.manager_id == caller && !part.himself) ||
                   (!part.himself && rights_supervises(step, part.round));
    if (!part.subject.found || (!part.himself && !part.decides)) {
        return rights_refuse(error);
    }
    *ret_part = part;
    return DC_OK;
}

static enum dc_code
list(struct dc_step *step, const struct part *part, int64_t person_id,
     Reviews__GetRatersResponse *response, struct dc_error *error)
{
    Reviews__Form *form;
    DC_TRY(store_form(step, part->round->form_id, part->round->form_version, &form, error));
    response->round = part->round;
    response->person_id = person_id;
    response->person_name = (char *)part->subject.name;
    response->may_decide = part->decides;
    response->relations = form->relations;
    response->n_relations = form->n_relations;
    DC_TRY(store_raters(step, part->round->id, person_id, part->decides ? 0 : person_id,
                        &response->raters, &response->n_raters, error));
    return round_is_going(part->round->state)
               ? store_candidates(step, part->round->id, person_id, &part->subject,
                                  &response->candidates, &response->n_candidates, error)
               : DC_OK;
}

static enum dc_code
answer(struct dc_step *step, const struct part *part, int64_t person_id,
       Reviews__GetRatersResponse **ret_response, struct dc_error *error)
{
    *ret_response = DC_NEW_MESSAGE(step->arena, Reviews__GetRatersResponse,
                                   reviews__get_raters_response__init);
    return list(step, part, person_id, *ret_response, error);
}

DC_HANDLER(reviews_get_raters, Reviews__GetRatersRequest, Reviews__GetRatersResponse)
{
    struct part part;
    DC_TRY(find_part(step, request->round_id, request->person_id, STORE_LOOK, &part, error));
    return list(step, &part, request->person_id, response, error);
}

DC_HANDLER(reviews_list_subjects, Reviews__ListSubjectsRequest, Reviews__ListSubjectsResponse)
{
    Reviews__Form *form;
    struct store_wanted wanted;
    dc_step_subject(step, "round/%" PRId64, request->round_id);
    DC_TRY(store_round(step, request->round_id, STORE_LOOK, &response->round, error));
    if (!response->round || step->context->person_id == 0) {
        return rights_refuse(error);
    }
    bool all = rights_supervises(step, response->round);
    DC_TRY(store_form(step, response->round->form_id, response->round->form_version, &form, error));
    wanted_of(form, true, &wanted);
    DC_TRY(store_subjects(step, request->round_id, all, &wanted, &response->subjects,
                          &response->n_subjects, error));
    return all || response->n_subjects > 0 ? DC_OK : rights_refuse(error);
}

/* --- naming --------------------------------------------------------------------------------------
 */

static enum dc_code
check_going(const struct part *part, struct dc_error *error)
{
    return round_is_going(part->round->state)
               ? DC_OK
               : dc_fail(error, DC_FAILED_PRECONDITION,
                         "raters are named while the round is prepared or open");
}

static enum dc_code
check_named(struct dc_step *step, const struct part *part,
            const Reviews__NameRatersRequest *request, struct dc_error *error)
{
    Reviews__Form *form;
    Reviews__Relation relation = request->relation;
    size_t known;
    DC_TRY(store_form(step, part->round->form_id, part->round->form_version, &form, error));
    bool own = relation == RELATION(PEER) || relation == RELATION(CUSTOMER);
    if (!form_relation(form, relation) || relation == RELATION(SELF) || (!part->decides && !own)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "relation",
                             part->decides ? "a relation of the form, but not self"
                                           : "you name peers and customers, as the form has them");
    }
    if (request->n_rater_ids < 1 || request->n_rater_ids > TALLY_RATERS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "rater_ids", "1 to %d people",
                             TALLY_RATERS_MAX);
    }
    DC_TRY(store_people_known(step, request->rater_ids, request->n_rater_ids, &known, error));
    if (known < request->n_rater_ids) {
        return dc_fail_field(error, DC_NOT_FOUND, "rater_ids",
                             "each once, and people who are employed today");
    }
    for (size_t i = 0; i < request->n_rater_ids; i++) {
        if (request->rater_ids[i] == request->person_id) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "rater_ids",
                                 "nobody is his own peer or customer");
        }
    }
    return DC_OK;
}

/* No relation has more raters than a result can hold; who rates already is not named again, whatever
 * he is; and a superior is never named into another relation. */
static enum dc_code
check_room(struct dc_step *step, const struct part *part,
           const Reviews__NameRatersRequest *request, struct dc_error *error)
{
    struct store_assignment *items;
    size_t count, taken = 0;
    DC_TRY(store_assignments(step, request->round_id, request->person_id, &items, &count, error));
    for (size_t i = 0; i < count; i++) {
        bool going = items[i].state <= ASSIGNMENT_GIVEN;
        taken += going && items[i].relation == request->relation;
        for (size_t j = 0; going && j < request->n_rater_ids; j++) {
            if (items[i].rater_id == request->rater_ids[j]) {
                return dc_fail_field(error, DC_ALREADY_EXISTS, "rater_ids",
                                     "one of them is named already");
            }
        }
    }
    size_t most = TALLY_RATERS_MAX;
    if (!part->decides && request->relation == RELATION(PEER) && part->round->rules->peers > 0) {
        most = (size_t)part->round->rules->peers;
    }
    return taken + request->n_rater_ids <= most
               ? DC_OK
               : dc_fail_field(error, DC_FAILED_PRECONDITION, "rater_ids",
                               "at most %zu of a relation, %zu are there", most, taken);
}

DC_HANDLER(reviews_name_raters, Reviews__NameRatersRequest, Reviews__NameRatersResponse)
{
    struct part part;
    int64_t asked;
    DC_TRY(find_part(step, request->round_id, request->person_id, STORE_SHARE, &part, error));
    DC_TRY(check_going(&part, error));
    DC_TRY(check_named(step, &part, request, error));
    DC_TRY(check_room(step, &part, request, error));
    DC_TRY(store_name_raters(step, request->round_id, request->person_id, request->relation,
                             request->rater_ids, request->n_rater_ids,
                             part.decides ? ASSIGNMENT_ASKED : ASSIGNMENT_PROPOSED, error));
    if (part.decides && part.round->state == REVIEWS__ROUND_STATE__ROUND_STATE_OPEN) {
        DC_TRY(ask(step, part.round, request->rater_ids, request->n_rater_ids, &asked, error));
    }
    return answer(step, &part, request->person_id, &response->raters, error);
}

/* --- deciding ------------------------------------------------------------------------------------
 */

/* Moves those of the assignments whose raters are named; ret_ids has room for all. */
static enum dc_code
pick(const Reviews__DecideRatersRequest *request, const struct store_assignment *items,
     size_t count, enum assignment_event event, int64_t *ret_ids, size_t *ret_count,
     enum assignment_state *ret_state, struct dc_error *error)
{
    *ret_count = 0;
    for (size_t r = 0; r < request->n_rater_ids; r++) {
        const struct store_assignment *found = NULL;
        for (size_t i = 0; i < count; i++) {
            found = items[i].rater_id == request->rater_ids[r] ? &items[i] : found;
        }
        if (!found || found->relation == RELATION(SELF)) {
            return dc_fail_field(error, DC_NOT_FOUND, "rater_ids",
                                 "%" PRId64 " is not among the raters to decide on",
                                 request->rater_ids[r]);
        }
        DC_TRY(assignment_next(found->state, event, ret_state, error));
        ret_ids[(*ret_count)++] = found->id;
    }
    return DC_OK;
}

DC_HANDLER(reviews_decide_raters, Reviews__DecideRatersRequest, Reviews__DecideRatersResponse)
{
    struct part part;
    struct store_assignment *items;
    enum assignment_state to = ASSIGNMENT_REFUSED;
    size_t count, picked;
    int64_t asked;
    bool approve = request->decision == REVIEWS__RATER_DECISION__RATER_DECISION_APPROVE;
    DC_TRY(find_part(step, request->round_id, request->person_id, STORE_SHARE, &part, error));
    if (!part.decides) {
        return rights_refuse(error);
    }
    DC_TRY(check_going(&part, error));
    DC_TRY(check_reason(request->reason, approve ? 0 : 1, error));
    if (request->n_rater_ids < 1 || request->n_rater_ids > TALLY_RATERS_MAX ||
        (!approve && request->decision != REVIEWS__RATER_DECISION__RATER_DECISION_REFUSE)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "rater_ids",
                             "1 to %d raters, APPROVE or REFUSE", TALLY_RATERS_MAX);
    }
    DC_TRY(store_assignments(step, request->round_id, request->person_id, &items, &count, error));
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, request->n_rater_ids);
    DC_TRY(pick(request, items, count, approve ? ASSIGNMENT_APPROVE : ASSIGNMENT_REFUSE, ids,
                &picked, &to, error));
    DC_TRY(store_move_assignments(step, ids, picked, to, request->reason, error));
    if (!approve) {
        DC_TRY(store_drop_ratings(step, ids, picked, error));
    }
    if (part.round->state == REVIEWS__ROUND_STATE__ROUND_STATE_OPEN) {
        DC_TRY(approve ? ask(step, part.round, request->rater_ids, request->n_rater_ids, &asked,
                             error)
                       : finish(step, part.round->id, request->rater_ids, request->n_rater_ids,
                                error));
        dc_wake_on_commit(step, "close");
    }
    return answer(step, &part, request->person_id, &response->raters, error);
}
