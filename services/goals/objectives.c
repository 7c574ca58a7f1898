/* Answers the requests that change objectives: saving, confirming, cancelling, checking in; and the
 * tenant's zones. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "goals.h"
#include "objective.h"
#include "objective_score.h"
#include "okr_page.h"
#include "rights.h"
#include "told.h"

enum { CONFIRM_MOST = 100 };

/* --- zones --------------------------------------------------------------------------------------
 */

DC_HANDLER(goals_get_okr_settings, Goals__GetOkrSettingsRequest, Goals__GetOkrSettingsResponse)
{
    DC_TRY(rights_read_definitions(step, error));
    response->may_save = rights_define(step, NULL) == DC_OK;
    return store_okr_settings(step, &response->settings, error);
}

DC_HANDLER(goals_save_okr_settings, Goals__SaveOkrSettingsRequest, Goals__SaveOkrSettingsResponse)
{
    DC_TRY(rights_define(step, error));
    if (!request->settings) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "settings", "say which");
    }
    DC_TRY(objective_check_settings(request->settings, error));
    Goals__OkrSettings *before, *settings = DC_NEW(step->arena, Goals__OkrSettings);
    *settings = *request->settings;
    DC_TRY(store_okr_settings(step, &before, error));
    if (settings->version != 0 && settings->version != before->version) {
        return dc_fail_field(error, DC_ABORTED, "settings.version", "they were changed since");
    }
    settings->version = before->version + 1;
    DC_TRY(store_save_okr_settings(step, settings, error));
    DC_TRY(store_check_in_plan_all(step, error));
    response->settings = settings;
    return DC_OK;
}

/* --- one act on an objective --------------------------------------------------------------------
 */

/* An objective whose owner's period is locked, as it is now. */
static enum dc_code
open_objective(struct dc_step *step, const struct okr_rights *rights, int64_t id,
               struct store_objective *ret_found, struct dc_error *error)
{
    struct store_objective before;
    int64_t count;
    DC_TRY(okr_find(step, rights, id, &before, error));
    DC_TRY(store_okr_lock_owner(step, before.owner.kind, before.owner.id, before.objective->period,
                                &count, error));
    return okr_find(step, rights, id, ret_found, error);
}

static enum dc_code
check_version(int64_t seen, int64_t now, struct dc_error *error)
{
    return seen == 0 || seen == now
               ? DC_OK
               : dc_fail_field(error, DC_ABORTED, "version",
                               "it has been changed since: version %" PRId64 ", not %" PRId64, now,
                               seen);
}

/* Tells the objective as it is now, lets it be looked at for reminders, and answers it. */
static enum dc_code
tell(struct dc_step *step, const struct okr_rights *rights, int64_t id,
     Goals__Objective **ret_objective, struct dc_error *error)
{
    struct store_objective found;
    Goals__ObjectiveChanged event = GOALS__OBJECTIVE_CHANGED__INIT;
    Goals__OkrSettings *settings;
    DC_TRY(store_okr_settings(step, &settings, error));
    DC_TRY(okr_find(step, rights, id, &found, error));
    if (found.objective->state == GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_CONFIRMED) {
        DC_TRY(store_check_in_plan(step, id, error));
    }
    objective_score_show(step->arena, found.objective);
    event.objective = found.objective;
    dc_emit(step, step->context->tenant_id, dc_arena_printf(step->arena, "objective/%" PRId64, id),
            &event.base);
    okr_present(step, rights, settings, &found);
    *ret_objective = found.objective;
    return DC_OK;
}

/* --- saving -------------------------------------------------------------------------------------
 */

/* Up: a unit above the owner. Across: another unit. Both readable by who aligns. */
static enum dc_code
check_link(struct dc_step *step, const struct okr_rights *rights, const Goals__Objective *o,
           const struct store_place *owner, int64_t to, bool up, struct dc_error *error)
{
    const char *field = up ? "objective.parent_id" : "objective.contributes_to";
    const int64_t ids[] = {to};
    struct store_objectives found;
    DC_TRY(store_objectives(step, ids, 1, &found, error));
    const struct store_objective *other = found.items;
    if (found.count == 0 || !okr_may_read(rights, &other->owner) ||
        other->objective->state == GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_CANCELLED) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "there is no such objective that you may see");
    }
    if (!objective_period_fits(o->period, other->objective->period)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "of %s, or of a longer period that holds it; that one is of %s",
                             o->period, other->objective->period);
    }
    bool person = owner->kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON;
    bool unit = other->owner.kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT;
    bool above = false;
    if (up && unit && owner->above != 0) {
        DC_TRY(store_okr_is_above(step, other->owner.id, owner->above, &above, error));
    }
    if (up && !above) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             person ? DC_WORDS("up is to an objective of the person's unit or of "
                                               "one above")
                                    : DC_WORDS("up is to an objective of a unit above this one"));
    }
    if (!up && (!unit || (!person && other->owner.id == owner->id))) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "across is to an objective of another unit");
    }
    return DC_OK;
}

static enum dc_code
check_links(struct dc_step *step, const struct okr_rights *rights, const Goals__Objective *o,
            const struct store_place *owner, struct dc_error *error)
{
    size_t count = 0;
    int64_t to[OBJECTIVE_LINKS_MAX + 1];
    if (o->parent_id != 0) {
        to[count++] = o->parent_id;
        DC_TRY(check_link(step, rights, o, owner, o->parent_id, true, error));
    }
    for (size_t i = 0; i < o->n_contributes_to; i++) {
        to[count++] = o->contributes_to[i];
        DC_TRY(check_link(step, rights, o, owner, o->contributes_to[i], false, error));
    }
    if (count == 0 || o->id == 0) {
        return DC_OK; /* nothing leads to one that is new */
    }
    bool circle;
    DC_TRY(store_okr_lock_links(step, error));
    DC_TRY(store_okr_circle(step, o->id, to, count, &circle, error));
    return circle ? dc_fail_field(error, DC_INVALID_ARGUMENT,
                                  o->n_contributes_to > 0 ? "objective.contributes_to"
                                                          : "objective.parent_id",
                                  "aligned so, the objective would lead back to itself")
                  : DC_OK;
}

/* What feeds key results must be there, and made of records. */
static enum dc_code
check_feeds(struct dc_step *step, const Goals__Objective *o, bool *ret_any, struct dc_error *error)
{
    struct definition_measures measures = {0};
    *ret_any = false;
    for (size_t i = 0; i < o->n_key_results; i++) {
        int64_t id = o->key_results[i]->measure_id;
        if (id == 0) {
            continue;
        }
        if (!*ret_any) {
            DC_TRY(store_measures(step, &measures, error));
        }
        *ret_any = true;
        const Goals__Measure *measure = definition_measure(&measures, id);
        bool recorded = measure && !measure->retired &&
                        (measure->of == GOALS__MEASURE_OF__MEASURE_OF_SALES ||
                         measure->of == GOALS__MEASURE_OF__MEASURE_OF_TASKS);
        if (!recorded) {
            char path[DC_ERROR_FIELD_MAX];
            snprintf(path, sizeof path, "objective.key_results[%zu].measure_id", i);
            return dc_fail_field(error, DC_INVALID_ARGUMENT, path,
                                 "a measure of sales records or of tasks that is in use");
        }
    }
    return DC_OK;
}

/* A copy whose key results carry the zones of today. */
static Goals__Objective *
copy_with_zones(struct dc_arena *arena, const Goals__Objective *from,
                const Goals__OkrSettings *settings)
{
    Goals__Objective *o = dc_arena_memdup(arena, from, sizeof *from);
    o->key_results = DC_NEW_ARRAY(arena, Goals__KeyResult *, from->n_key_results + 1);
    for (size_t i = 0; i < from->n_key_results; i++) {
        Goals__KeyResult *kr = dc_arena_memdup(arena, from->key_results[i], sizeof *kr);
        bool metric = kr->kind == GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_METRIC;
        kr->commit_score = metric ? settings->commit_score : (char *)"";
        kr->target_score = metric ? settings->target_score : (char *)"";
        o->key_results[i] = kr;
    }
    return o;
}

/* A new one: the owner must be there, and have room. */
static enum dc_code
begin_new(struct dc_step *step, const struct okr_rights *rights, Goals__Objective *o,
          struct store_place *ret_owner, struct dc_error *error)
{
    struct store_place owner = {.kind = o->owner_kind, .id = o->owner_id};
    int64_t count;
    DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
    if (!okr_may_write(rights, &owner)) {
        return okr_deny(step, &owner, error);
    }
    if (!owner.found) {
        return dc_fail_field(error, DC_NOT_FOUND, "objective.owner_id",
                             "there is no such owner today");
    }
    DC_TRY(store_okr_lock_owner(step, owner.kind, owner.id, o->period, &count, error));
    if (count >= OBJECTIVE_OWNER_MAX) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "objective.owner_id",
                             "an owner has at most %d objectives a period", OBJECTIVE_OWNER_MAX);
    }
    o->state = GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_DRAFT;
    *ret_owner = owner;
    return DC_OK;
}

/* A known one: who may change it as it is now. */
static enum dc_code
begin_change(struct dc_step *step, const struct okr_rights *rights, Goals__Objective *o,
             struct store_place *ret_owner, struct dc_error *error)
{
    struct store_objective before;
    DC_TRY(open_objective(step, rights, o->id, &before, error));
    bool confirmed = before.objective->state == GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_CONFIRMED;
    if (confirmed ? !okr_may_confirm(rights, &before.owner)
                  : !okr_may_write(rights, &before.owner)) {
        return okr_deny(step, &before.owner, error);
    }
    DC_TRY(check_version(o->version, before.objective->version, error));
    DC_TRY(objective_next(before.objective->state, OBJECTIVE_SAVE, &o->state, error));
    DC_TRY(objective_check_change(before.objective, o, error));
    if (confirmed) {
        DC_TRY(definition_check_reason(o->reason, error));
    }
    *ret_owner = before.owner;
    return DC_OK;
}

DC_HANDLER(goals_save_objective, Goals__SaveObjectiveRequest, Goals__SaveObjectiveResponse)
{
    struct okr_rights rights;
    struct dc_period period;
    struct store_place owner;
    Goals__OkrSettings *settings;
    bool fed;
    if (!request->objective) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "objective", "say which");
    }
    DC_TRY(okr_rights_load(step, &rights, error));
    DC_TRY(store_okr_settings(step, &settings, error));
    Goals__Objective *o = copy_with_zones(step->arena, request->objective, settings);
    o->reason = request->reason;
    DC_TRY(definition_check_text(o->reason, "reason", 0, 500, error));
    DC_TRY(objective_check(o, &period, error));
    DC_TRY(check_feeds(step, o, &fed, error));
    if (fed) {
        DC_TRY(store_okr_lock_feeds(step, false, error));
    }
    DC_TRY(o->id == 0 ? begin_new(step, &rights, o, &owner, error)
                      : begin_change(step, &rights, o, &owner, error));
    DC_TRY(check_links(step, &rights, o, &owner, error));
    DC_TRY(store_save_objective(step, o, error));
    DC_TRY(store_okr_save_links(step, o, error));
    DC_TRY(store_okr_save_feeds(step, o, error));
    if (o->state == GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_CONFIRMED) {
        DC_TRY(told_okr(step, o->owner_kind, o->owner_id, o->period, error));
    }
    return tell(step, &rights, o->id, &response->objective, error);
}

/* --- confirming, cancelling ---------------------------------------------------------------------
 */

/* Moves an objective to another state, as a new version. */
static enum dc_code
move(struct dc_step *step, const struct okr_rights *rights, int64_t id, enum objective_act act,
     const char *reason, int64_t expected_version, Goals__Objective **ret_objective,
     struct dc_error *error)
{
    struct store_objective found;
    DC_TRY(open_objective(step, rights, id, &found, error));
    Goals__Objective *o = found.objective;
    bool draft = o->state == GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_DRAFT;
    bool may = act == OBJECTIVE_CANCEL && draft ? okr_may_write(rights, &found.owner)
                                                : okr_may_confirm(rights, &found.owner);
    if (!may) {
        return okr_deny(step, &found.owner, error);
    }
    DC_TRY(check_version(expected_version, o->version, error));
    DC_TRY(objective_next(o->state, act, &o->state, error));
    o->reason = (char *)reason;
    if (act == OBJECTIVE_CANCEL && !draft) {
        DC_TRY(definition_check_reason(reason, error));
    }
    DC_TRY(store_save_objective(step, o, error));
    if (!draft || act == OBJECTIVE_CONFIRM) {
        DC_TRY(told_okr(step, o->owner_kind, o->owner_id, o->period, error));
    }
    return tell(step, rights, id, ret_objective, error);
}

DC_HANDLER(goals_confirm_objectives, Goals__ConfirmObjectivesRequest,
           Goals__ConfirmObjectivesResponse)
{
    struct okr_rights rights;
    if (request->n_ids < 1 || request->n_ids > CONFIRM_MOST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "ids", "1 to %d objectives", CONFIRM_MOST);
    }
    DC_TRY(definition_check_text(request->reason, "reason", 0, 500, error));
    DC_TRY(okr_rights_load(step, &rights, error));
    response->objectives = DC_NEW_ARRAY(step->arena, Goals__Objective *, request->n_ids);
    for (size_t i = 0; i < request->n_ids; i++) {
        DC_TRY(move(step, &rights, request->ids[i], OBJECTIVE_CONFIRM, request->reason, 0,
                    &response->objectives[i], error));
        response->n_objectives = i + 1;
    }
    return DC_OK;
}

DC_HANDLER(goals_cancel_objective, Goals__CancelObjectiveRequest, Goals__CancelObjectiveResponse)
{
    struct okr_rights rights;
    DC_TRY(definition_check_text(request->reason, "reason", 0, 500, error));
    DC_TRY(okr_rights_load(step, &rights, error));
    return move(step, &rights, request->id, OBJECTIVE_CANCEL, request->reason,
                request->expected_version, &response->objective, error);
}

/* --- checking in --------------------------------------------------------------------------------
 */

static const Goals__KeyResult *
key_result_of(const Goals__Objective *o, int64_t id)
{
    for (size_t i = 0; i < o->n_key_results; i++) {
        if (o->key_results[i]->id == id) {
            return o->key_results[i];
        }
    }
    return NULL;
}

DC_HANDLER(goals_check_in, Goals__CheckInRequest, Goals__CheckInResponse)
{
    struct okr_rights rights;
    struct store_objective found;
    Goals__ObjectiveState state;
    DC_TRY(okr_rights_load(step, &rights, error));
    DC_TRY(open_objective(step, &rights, request->objective_id, &found, error));
    if (!okr_may_write(&rights, &found.owner)) {
        return okr_deny(step, &found.owner, error);
    }
    DC_TRY(objective_next(found.objective->state, OBJECTIVE_CHECK_IN, &state, error));
    DC_TRY(objective_check_in(found.objective, request, error));
    const char **scores = DC_NEW_ARRAY(step->arena, const char *, request->n_check_ins);
    const char **values = DC_NEW_ARRAY(step->arena, const char *, request->n_check_ins);
    objective_score_show(step->arena, found.objective);
    for (size_t i = 0; i < request->n_check_ins; i++) {
        const Goals__KeyResultCheckIn *entry = request->check_ins[i];
        const Goals__KeyResult *kr = key_result_of(found.objective, entry->key_result_id);
        bool fed = kr->measure_id != 0;
        values[i] = fed ? kr->value : entry->value;
        scores[i] = fed ? kr->score : objective_score_at(step->arena, kr, entry->value);
    }
    DC_TRY(store_add_check_ins(step, request, values, scores, error));
    DC_TRY(told_okr(step, found.owner.kind, found.owner.id, found.objective->period, error));
    return tell(step, &rights, request->objective_id, &response->objective, error);
}
