/* rounds.c - answers the requests about rounds: started with a preview, opened, closed, released. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "handlers.h"

enum { NAME_MAX_LENGTH = 100 };

/* --- starting ------------------------------------------------------------------------------------
 */

static enum dc_code
check_rules(const Reviews__RaterRules *rules, const Reviews__Form *form, struct dc_error *error)
{
    if (rules->peers < 0 || rules->peers > TALLY_RATERS_MAX || rules->subordinates < 0 ||
        rules->subordinates > TALLY_RATERS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "rules", "0 to %d raters of a relation",
                             TALLY_RATERS_MAX);
    }
    if (rules->peers > 0 && rules->peer_choice != REVIEWS__PEER_CHOICE__PEER_CHOICE_RANDOM &&
        rules->peer_choice != REVIEWS__PEER_CHOICE__PEER_CHOICE_NOMINATED) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "rules.peer_choice",
                             "RANDOM or NOMINATED");
    }
    static const struct {
        Reviews__Relation relation;
        const char *field;
    } each[] = {{REVIEWS__RELATION__RELATION_PEER, "rules.peers"},
                {REVIEWS__RELATION__RELATION_SUBORDINATE, "rules.subordinates"}};
    const int32_t most[] = {rules->peers, rules->subordinates};
    for (size_t i = 0; i < 2; i++) {
        const Reviews__RelationRule *rule = form_relation(form, each[i].relation);
        if (rule && rule->weight > 0 && most[i] < rule->minimum) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, each[i].field,
                                 "the form wants at least %d of them", rule->minimum);
        }
    }
    return DC_OK;
}

static enum dc_code
check_measure(struct dc_step *step, const Reviews__StartRoundRequest *request,
              const Reviews__Form *form, const struct store_plan *plan, struct dc_error *error)
{
    Reviews__RatingMeasure **measures;
    struct dc_decimal low, high;
    const char *person, *round;
    size_t count;
    if (request->measure_id == 0) {
        return DC_OK;
    }
    DC_TRY(store_lock_measure(step, request->measure_id, error));
    DC_TRY(store_list_measures(step, request->measure_id, &measures, &count, error));
    if (count == 0) {
        return dc_fail_field(error, DC_NOT_FOUND, "measure_id",
                             "there is no measure of ratings %" PRId64, request->measure_id);
    }
    DC_TRY(dc_decimal_parse(measures[0]->scale_min, &low, error));
    DC_TRY(dc_decimal_parse(measures[0]->scale_max, &high, error));
    if (dc_decimal_cmp(low, DC_DECIMAL_INT(form->scale_min)) != 0 ||
        dc_decimal_cmp(high, DC_DECIMAL_INT(form->scale_max)) != 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "measure_id",
                             "the measure %s is from %s to %s, the form from %d to %d",
                             measures[0]->code, measures[0]->scale_min, measures[0]->scale_max,
                             form->scale_min, form->scale_max);
    }
    DC_TRY(store_rated_twice(step, plan, request->measure_id, request->period, &person, &round,
                             error));
    return person ? dc_fail_field(error, DC_FAILED_PRECONDITION, "unit_id",
                                  "%s is rated for this measure and period by \"%s\" already",
                                  person, round)
                  : DC_OK;
}

static enum dc_code
check_request(struct dc_step *step, const Reviews__StartRoundRequest *request,
              Reviews__Form **ret_form, struct dc_error *error)
{
    struct dc_period period;
    bool known;
    size_t length = dc_utf8_length(request->name, strlen(request->name));
    if (length < 1 || length > NAME_MAX_LENGTH) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "name", "1 to %d characters",
                             NAME_MAX_LENGTH);
    }
    if (dc_period_parse(request->period, &period, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "period",
                             "a period like 2026-11, 2026Q4 or 2026");
    }
    DC_TRY(check_reason(request->reason, 0, error));
    DC_TRY(store_unit_known(step, request->unit_id, &known, error));
    if (!known) {
        return dc_fail_field(error, DC_NOT_FOUND, "unit_id", "there is no unit %" PRId64,
                             request->unit_id);
    }
    DC_TRY(store_form(step, request->form_id, 0, ret_form, error));
    if (!*ret_form || (*ret_form)->retired) {
        return dc_fail_field(error, DC_NOT_FOUND, "form_id", "there is no form %" PRId64
                             " in use", request->form_id);
    }
    if (!request->rules) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "rules", "say who is asked");
    }
    return check_rules(request->rules, *ret_form, error);
}

static struct store_plan
plan_of(struct dc_step *step, const Reviews__StartRoundRequest *request, const Reviews__Form *form)
{
    const Reviews__RaterRules *rules = request->rules;
    bool lot = rules->peer_choice == REVIEWS__PEER_CHOICE__PEER_CHOICE_RANDOM;
    bool peers = form_relation(form, REVIEWS__RELATION__RELATION_PEER) != NULL;
    bool below = form_relation(form, REVIEWS__RELATION__RELATION_SUBORDINATE) != NULL;
    return (struct store_plan){
        .unit_id = request->unit_id,
        .day = store_today(step),
        .superior = form_relation(form, REVIEWS__RELATION__RELATION_SUPERIOR) != NULL,
        .self = form_relation(form, REVIEWS__RELATION__RELATION_SELF) != NULL,
        .peers = peers && lot ? rules->peers : 0,
        .subordinates = below ? rules->subordinates : 0,
    };
}

DC_HANDLER(reviews_start_round, Reviews__StartRoundRequest, Reviews__StartRoundResponse)
{
    Reviews__Round round = REVIEWS__ROUND__INIT;
    Reviews__Form *form;
    struct store_wanted wanted;
    int64_t id;
    dc_step_subject(step, "unit/%" PRId64, request->unit_id);
    DC_TRY(dc_access_unit(step, DC_ROLE(SUPERVISOR), request->unit_id, error));
    DC_TRY(check_request(step, request, &form, error));
    struct store_plan plan = plan_of(step, request, form);
    DC_TRY(check_measure(step, request, form, &plan, error));
    wanted_of(form, plan.peers > 0, &wanted);
    DC_TRY(store_preview(step, &plan, &wanted, &response->preview, error));
    if (response->preview->people == 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "unit_id",
                             "nobody has his main post there today");
    }
    if (request->preview) {
        return DC_OK;
    }
    round.name = request->name;
    round.form_id = form->id;
    round.form_version = form->version;
    round.form_name = form->name;
    round.form_name_en = form->name_en;
    round.period = request->period;
    round.unit_id = request->unit_id;
    round.measure_id = request->measure_id;
    round.rules = request->rules;
    round.closes_itself = request->closes_itself;
    round.reason = request->reason;
    DC_TRY(store_add_round(step, &round, &plan, &id, error));
    return tell_round(step, id, &response->round, error);
}

/* --- moving on -----------------------------------------------------------------------------------
 */

static enum dc_code
move(struct dc_step *step, int64_t id, enum round_event event, const char *reason,
     Reviews__Round **ret_round, struct dc_error *error)
{
    Reviews__Round *round;
    Reviews__RoundState to;
    DC_TRY(rights_supervise(step, id, STORE_LOCK, &round, error));
    DC_TRY(round_next(round->state, event, &to, error));
    DC_TRY(store_round_state(step, id, to, reason, error));
    return tell_round(step, id, ret_round, error);
}

DC_HANDLER(reviews_open_round, Reviews__OpenRoundRequest, Reviews__OpenRoundResponse)
{
    DC_TRY(move(step, request->id, ROUND_OPEN, "", &response->round, error));
    dc_wake_on_commit(step, "close");
    return ask(step, response->round, NULL, 0, &response->raters, error);
}

DC_HANDLER(reviews_close_round, Reviews__CloseRoundRequest, Reviews__CloseRoundResponse)
{
    dc_wake_on_commit(step, "close");
    return move(step, request->id, ROUND_CLOSE, "", &response->round, error);
}

DC_HANDLER(reviews_release_round, Reviews__ReleaseRoundRequest, Reviews__ReleaseRoundResponse)
{
    return move(step, request->id, ROUND_RELEASE, "", &response->round, error);
}

DC_HANDLER(reviews_cancel_round, Reviews__CancelRoundRequest, Reviews__CancelRoundResponse)
{
    DC_TRY(check_reason(request->reason, 1, error));
    DC_TRY(move(step, request->id, ROUND_CANCEL, request->reason, &response->round, error));
    return store_drop_round(step, request->id, error);
}

/* --- reading -------------------------------------------------------------------------------------
 */

DC_HANDLER(reviews_list_rounds, Reviews__ListRoundsRequest, Reviews__ListRoundsResponse)
{
    struct dc_access_reach supervised;
    dc_step_subject(step, "rounds");
    dc_access_reach(step, DC_ROLE(SUPERVISOR), &supervised);
    return store_rounds(step, &supervised, &response->rounds, &response->n_rounds, error);
}

DC_HANDLER(reviews_get_progress, Reviews__GetProgressRequest, Reviews__GetProgressResponse)
{
    DC_TRY(rights_supervise(step, request->id, STORE_LOOK, &response->round, error));
    return store_progress(step, request->id, response, error);
}
