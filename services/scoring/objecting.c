/*
 * objecting.c - the requests about objections 申诉: raised, withdrawn, answered by a stated
 * correction. Who decides is workflow's; what comes of it is heard by settling.c.
 */
#include "objecting.h"

#include "lines.h"
#include "period.h"
#include "results.h"
#include "store.h"
#include "tell.h"

#include <string.h>

enum { LIST_USUAL = 50, LIST_MOST = 200 };

/* Who may object: the person himself; for him who leads him, or supervises. */
#define OBJECTORS                                                                                  \
    (DC_ROLE(EMPLOYEE) | DC_ROLE(TEAM_LEAD) | DC_ROLE(DIRECTOR) | DC_ROLE(SUPERVISOR))
/* Who may state a correction; whether it is carried out, the approval says. */
#define STATERS (DC_ROLE(SUPERVISOR) | DC_ROLE(DIRECTOR) | DC_ROLE(VICE_PRESIDENT))

const char *
objecting_key(struct dc_step *step, int64_t id)
{
    return dc_arena_printf(step->arena, "objection/%lld", (long long)id);
}

static enum dc_code
read_figure(const char *text, const char *field, struct maybe *ret_figure, struct dc_error *error)
{
    *ret_figure = (struct maybe){0};
    if (!text[0]) {
        return DC_OK;
    }
    if (dc_decimal_parse(text, &ret_figure->value, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "\"%.40s\" is not a number; allowed is 1234.5", text);
    }
    ret_figure->known = true;
    return DC_OK;
}

/* --- raising ------------------------------------------------------------------------------------
 */

static enum dc_code
read_wish(const Scoring__RaiseObjectionRequest *request, struct new_objection *objection,
          struct dc_error *error)
{
    DC_TRY(read_figure(request->wished_value, "wished_value", &objection->wished_value, error));
    DC_TRY(read_figure(request->wished_score, "wished_score", &objection->wished_score, error));
    return objection->wished_value.known && objection->wished_score.known
               ? dc_fail_field(error, DC_INVALID_ARGUMENT, "wished_score",
                               "either the value or the score that is wished, not both")
               : DC_OK;
}

static enum dc_code
check_result(struct dc_step *step, const struct published *published, int64_t indicator_id,
             struct dc_error *error)
{
    Scoring__Publication **publications;
    static const struct dc_access_reach everything = {.all = true};
    const struct definitions *definitions;
    struct correction_bounds bounds;
    dc_date last;
    size_t count;
    if (published->version == 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "period",
                             "no result is published for this period; only a published one can be "
                             "objected to");
    }
    DC_TRY(store_publications(step, published->publication_id, "", &everything, 1, &publications,
                              &count, error));
    DC_TRY(dc_date_parse(publications[0]->objections_until, &last, error));
    DC_TRY(objection_check_day(scoring_today(step), last, error));
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &definitions, error));
    return correction_bounds_of(published, indicator_id, definitions, &bounds, error);
}

DC_HANDLER(scoring_raise_objection, Scoring__RaiseObjectionRequest, Scoring__RaiseObjectionResponse)
{
    struct dc_period period;
    struct published published;
    struct new_objection objection = {
        .person_id = request->person_id ? request->person_id : step->context->person_id,
        .indicator_id = request->indicator_id,
        .reason = request->reason};
    Scoring__ObjectionRaised event = SCORING__OBJECTION_RAISED__INIT;
    int64_t id;
    dc_step_subject(step, "person/%lld", (long long)objection.person_id);
    DC_TRY(dc_access_person(step, OBJECTORS, objection.person_id, error));
    DC_TRY(results_check_reason(request->reason, error));
    DC_TRY(read_wish(request, &objection, error));
    DC_TRY(period_of_request(step, request->period, &period, &objection.period, error));
    DC_TRY(store_published(step, objection.period, objection.person_id, 0, &published, error));
    DC_TRY(check_result(step, &published, request->indicator_id, error));
    objection.version = published.version;
    DC_TRY(store_add_objection(step, &objection, &id, error));
    if (id == 0) {
        return dc_fail_field(error, DC_ALREADY_EXISTS, "indicator_id",
                             "this line has an open objection already; it is decided first");
    }
    DC_TRY(store_objection(step, id, &event.objection, error));
    dc_emit(step, step->context->tenant_id, objecting_key(step, id), &event.base);
    response->objection = event.objection;
    return DC_OK;
}

/* --- held by whoever may see it -----------------------------------------------------------------
 */

/* Whoever may not see the person is not told whether there is such an objection. */
static enum dc_code
hold(struct dc_step *step, unsigned roles, int64_t id, struct held_objection *ret_objection,
     struct dc_error *error)
{
    dc_step_subject(step, "objection/%lld", (long long)id);
    DC_TRY(store_hold_objection(step, id, ret_objection, error));
    return dc_access_person(step, roles, ret_objection->person_id, error);
}

DC_HANDLER(scoring_withdraw_objection, Scoring__WithdrawObjectionRequest,
           Scoring__WithdrawObjectionResponse)
{
    struct held_objection objection;
    DC_TRY(hold(step, SCORING_READERS, request->id, &objection, error));
    if (objection.person_id != step->context->person_id) {
        return dc_fail_field(error, DC_PERMISSION_DENIED, "id",
                             "an objection is withdrawn by the person whose result it is about");
    }
    DC_TRY(results_check_reason(request->reason, error));
    DC_TRY(objection_step(&objection.state, OBJECTION_WITHDRAW, error));
    objection.outcome_reason = request->reason;
    return objecting_settle(step, &objection, &response->objection, error);
}

enum dc_code
objecting_settle(struct dc_step *step, const struct held_objection *objection,
                 Scoring__Objection **ret_objection, struct dc_error *error)
{
    Scoring__ObjectionSettled event = SCORING__OBJECTION_SETTLED__INIT;
    DC_TRY(store_save_objection(step, objection, error));
    DC_TRY(store_objection(step, objection->id, &event.objection, error));
    dc_emit(step, step->context->tenant_id, objecting_key(step, objection->id), &event.base);
    *ret_objection = event.objection;
    return DC_OK;
}

/* --- corrections --------------------------------------------------------------------------------
 */

static enum dc_code
read_correction(const char *value, const char *score, int64_t indicator_id,
                struct correction *ret_correction, struct dc_error *error)
{
    struct maybe by_value, by_score;
    DC_TRY(read_figure(value, "value", &by_value, error));
    DC_TRY(read_figure(score, "score", &by_score, error));
    if (by_value.known == by_score.known) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "value",
                             "either the corrected value or the corrected score");
    }
    *ret_correction = (struct correction){
        indicator_id, by_value.known, by_value.known ? by_value.value : by_score.value};
    return DC_OK;
}

static struct maybe
score_of(const struct rule_score *score)
{
    return (struct maybe){score->scored, score->score};
}

static struct maybe
difference(struct maybe now, struct maybe before)
{
    return (struct maybe){now.known && before.known, dc_decimal_sub(now.value, before.value)};
}

struct tried {
    Scoring__Correction *message;
    int places, line_places;
};

/* What it comes to by the result as it stands. */
static enum dc_code
try_correction(struct dc_step *step, const struct held_objection *objection, const char *value,
               const char *score, struct tried *ret_tried, struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    const struct definitions *definitions;
    struct correction correction;
    struct published published;
    struct corrected corrected;
    DC_TRY(read_correction(value, score, objection->indicator_id, &correction, error));
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &definitions, error));
    DC_TRY(store_published(step, objection->period, objection->person_id, 0, &published, error));
    DC_TRY(correct(&published, &correction, definitions, arena, &corrected, error));
    const struct person_view *view = &published.view;
    const struct plan *plan = definitions_plan(definitions, view->plan_ids[corrected.line],
                                               view->plan_versions[corrected.line]);
    int line = plan_item_of(plan, objection->indicator_id)->rule.decimals;
    int places = view->total_decimals;
    struct maybe now = score_of(&corrected.after), before = score_of(&corrected.before);
    Scoring__Correction *message =
        DC_NEW_MESSAGE(arena, Scoring__Correction, scoring__correction__init);
    message->value =
        (char *)tell_amount(arena, (struct maybe){correction.by_value, correction.figure});
    message->score = (char *)tell_fixed(arena, now, line);
    message->total = (char *)tell_fixed(arena, corrected.total, places);
    message->grade = (char *)corrected.grade;
    message->coefficient = (char *)tell_amount(arena, corrected.coefficient);
    message->score_before = (char *)tell_fixed(arena, before, line);
    message->total_before = (char *)tell_fixed(arena, view->total, places);
    message->grade_before = (char *)view->grade;
    message->coefficient_before = (char *)tell_amount(arena, view->coefficient);
    message->score_change = (char *)tell_fixed(arena, difference(now, before), line);
    message->total_change =
        (char *)tell_fixed(arena, difference(corrected.total, view->total), places);
    message->coefficient_change =
        (char *)tell_amount(arena, difference(corrected.coefficient, view->coefficient));
    *ret_tried = (struct tried){message, places, line};
    return DC_OK;
}

static enum dc_code
check_stater(const struct dc_step *step, const struct held_objection *objection,
             struct dc_error *error)
{
    return objection->person_id == step->context->person_id
               ? dc_fail_field(error, DC_PERMISSION_DENIED, "id",
                               "nobody states a correction of his own result")
               : DC_OK;
}

/* A query: nothing is held. */
DC_HANDLER(scoring_try_correction, Scoring__TryCorrectionRequest, Scoring__TryCorrectionResponse)
{
    Scoring__Objection *found;
    struct tried tried;
    dc_step_subject(step, "objection/%lld", (long long)request->id);
    DC_TRY(dc_access_role(step, STATERS, error));
    DC_TRY(store_objection(step, request->id, &found, error));
    DC_TRY(dc_access_person(step, STATERS, found->person_id, error));
    struct held_objection objection = {.id = found->id,
                                       .person_id = found->person_id,
                                       .indicator_id = found->indicator_id,
                                       .period = found->period};
    DC_TRY(check_stater(step, &objection, error));
    DC_TRY(try_correction(step, &objection, request->value, request->score, &tried, error));
    response->correction = tried.message;
    return DC_OK;
}

DC_HANDLER(scoring_state_correction, Scoring__StateCorrectionRequest,
           Scoring__StateCorrectionResponse)
{
    struct held_objection objection;
    struct tried tried;
    Scoring__CorrectionStated event = SCORING__CORRECTION_STATED__INIT;
    DC_TRY(hold(step, STATERS, request->id, &objection, error));
    DC_TRY(check_stater(step, &objection, error));
    DC_TRY(results_check_reason(request->reason, error));
    DC_TRY(objection_step(&objection.state, OBJECTION_STATE_CORRECTION, error));
    if (request->expected_number != objection.correction) {
        return dc_fail_field(error, DC_ABORTED, "expected_number",
                             "somebody else has stated a correction since you looked; look again "
                             "(number %d)",
                             objection.correction);
    }
    DC_TRY(try_correction(step, &objection, request->value, request->score, &tried, error));
    tried.message->reason = request->reason;
    tried.message->author = (char *)results_author(step);
    tried.message->author_person_id = step->context->person_id;
    DC_TRY(store_add_correction(step, &objection, tried.message, tried.places, tried.line_places,
                                error));
    DC_TRY(store_save_objection(step, &objection, error));
    DC_TRY(store_objection(step, objection.id, &event.objection, error));
    dc_emit(step, step->context->tenant_id, objecting_key(step, objection.id), &event.base);
    response->objection = event.objection;
    return DC_OK;
}

/* --- reading ------------------------------------------------------------------------------------
 */

static Scoring__Item *
find_item(Scoring__Item **items, size_t count, int64_t indicator_id)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i]->indicator_id == indicator_id) {
            return items[i];
        }
    }
    return NULL;
}

/* The line as published, and by the live figures. */
static enum dc_code
put_items(struct dc_step *step, const Scoring__Objection *objection,
          const struct definitions *definitions, Scoring__GetObjectionResponse *response,
          struct dc_error *error)
{
    Scoring__PublishedResult *result;
    struct person_view view;
    Scoring__Item **items;
    size_t count;
    int64_t latest;
    DC_TRY(store_result(step, objection->period, objection->person_id, objection->result_version,
                        definitions, &result, &latest, error));
    response->item = find_item(result->items, result->n_items, objection->indicator_id);
    DC_TRY(view_person(step, objection->period, objection->person_id, &view, error));
    line_items(step->arena, &view, definitions, &items, &count);
    response->item_now = find_item(items, count, objection->indicator_id);
    return DC_OK;
}

static enum dc_code
put_bounds(struct dc_step *step, const Scoring__Objection *objection,
           const struct definitions *definitions, Scoring__GetObjectionResponse *response,
           struct dc_error *error)
{
    struct published published;
    struct correction_bounds bounds;
    DC_TRY(store_published(step, objection->period, objection->person_id, 0, &published, error));
    DC_TRY(correction_bounds_of(&published, objection->indicator_id, definitions, &bounds, error));
    response->by_value = bounds.by_value;
    if (bounds.by_score) {
        response->lowest_score =
            (char *)tell_amount(step->arena, (struct maybe){true, bounds.lowest});
        response->highest_score =
            (char *)tell_amount(step->arena, (struct maybe){true, bounds.highest});
    }
    return DC_OK;
}

DC_HANDLER(scoring_get_objection, Scoring__GetObjectionRequest, Scoring__GetObjectionResponse)
{
    const struct definitions *definitions;
    Scoring__Objection *objection;
    dc_step_subject(step, "objection/%lld", (long long)request->id);
    DC_TRY(dc_access_role(step, SCORING_READERS, error));
    DC_TRY(store_objection(step, request->id, &objection, error));
    DC_TRY(dc_access_person(step, SCORING_READERS, objection->person_id, error));
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &definitions, error));
    bool own = objection->person_id == step->context->person_id;
    bool open = objection_is_open(objection->state);
    response->objection = objection;
    response->may_withdraw = open && own;
    response->may_state =
        open && !own && dc_access_person(step, STATERS, objection->person_id, NULL) == DC_OK;
    if (own) {
        dc_step_not_sensitive(step);
    }
    DC_TRY(store_corrections(step, objection->id, 0, &response->corrections,
                             &response->n_corrections, error));
    DC_TRY(put_items(step, objection, definitions, response, error));
    return put_bounds(step, objection, definitions, response, error);
}

DC_HANDLER(scoring_list_objections, Scoring__ListObjectionsRequest, Scoring__ListObjectionsResponse)
{
    struct dc_access_reach reach;
    struct objection_filter filter = {.period = request->period,
                                      .state = (int)request->state,
                                      .person_id = request->person_id,
                                      .reach = &reach,
                                      .offset = request->offset};
    struct objection_list list;
    DC_TRY(dc_access_role(step, SCORING_READERS, error));
    DC_TRY(results_limit(request->limit, LIST_USUAL, LIST_MOST, &filter.limit, error));
    if (request->offset < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "offset", "0 or above");
    }
    dc_access_reach(step, SCORING_READERS, &reach);
    DC_TRY(store_objections(step, &filter, &list, error));
    response->objections = list.objections;
    response->n_objections = list.count;
    response->total = list.total;
    response->open = list.open;
    return DC_OK;
}
