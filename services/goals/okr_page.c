/* Answers the requests that show objectives. */
#include "okr_page.h"

#include <inttypes.h>
#include <string.h>

#include "goals.h"
#include "objective.h"
#include "objective_score.h"
#include "rights.h"

enum { OBJECTIVES_MOST = 2000 };

enum dc_code
okr_find(struct dc_step *step, const struct okr_rights *rights, int64_t id,
         struct store_objective *ret_found, struct dc_error *error)
{
    struct store_objectives found;
    DC_TRY(store_objectives(step, &id, 1, &found, error));
    dc_step_subject(step, "objective/%" PRId64, id);
    if (found.count == 0) {
        return rights_missing(step, "id", "there is no such objective", error);
    }
    if (!okr_may_read(rights, &found.items[0].owner)) {
        return okr_deny(step, &found.items[0].owner, error);
    }
    *ret_found = found.items[0];
    return DC_OK;
}

void
okr_present(struct dc_step *step, const struct okr_rights *rights,
            const Goals__OkrSettings *settings, struct store_objective *found)
{
    Goals__Objective *o = found->objective;
    bool draft = o->state == GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_DRAFT;
    bool confirmed = o->state == GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_CONFIRMED;
    bool writes = okr_may_write(rights, &found->owner);
    bool confirms = okr_may_confirm(rights, &found->owner);
    objective_score_show(step->arena, o);
    objective_mark_overdue(o, goals_today(step), settings->check_in_days, DC_ACCESS_UTC_OFFSET);
    o->may_write = (draft && writes) || (confirmed && confirms);
    o->may_confirm = confirms;
    o->may_check_in = confirmed && writes;
    if (found->up.id != 0 && okr_may_read(rights, &found->up)) {
        o->parent_title = (char *)found->up_title;
        o->parent_owner_name = (char *)found->up.name;
    }
}

/* --- one ----------------------------------------------------------------------------------------
 */

/* Of these those that the caller may read, presented. */
static enum dc_code
readable(struct dc_step *step, const struct okr_rights *rights, const Goals__OkrSettings *settings,
         const int64_t *ids, size_t count, Goals__Objective ***ret_objectives, size_t *ret_count,
         struct dc_error *error)
{
    struct store_objectives found;
    DC_TRY(store_objectives(step, ids, count, &found, error));
    Goals__Objective **items = DC_NEW_ARRAY(step->arena, Goals__Objective *, found.count + 1);
    size_t kept = 0;
    for (size_t i = 0; i < found.count; i++) {
        if (okr_may_read(rights, &found.items[i].owner)) {
            okr_present(step, rights, settings, &found.items[i]);
            items[kept++] = found.items[i].objective;
        }
    }
    *ret_objectives = items;
    *ret_count = kept;
    return DC_OK;
}

DC_HANDLER(goals_get_objective, Goals__GetObjectiveRequest, Goals__GetObjectiveResponse)
{
    struct okr_rights rights;
    struct store_objective found;
    Goals__OkrSettings *settings;
    const int64_t *aligned;
    size_t aligned_count;
    DC_TRY(okr_rights_load(step, &rights, error));
    DC_TRY(okr_find(step, &rights, request->id, &found, error));
    DC_TRY(store_okr_settings(step, &settings, error));
    okr_present(step, &rights, settings, &found);
    Goals__Objective *o = response->objective = found.objective;
    DC_TRY(store_check_ins(step, o->id, &response->check_ins, &response->n_check_ins, error));
    DC_TRY(store_okr_fed_history(step, o->id, &response->fed, &response->n_fed, error));
    DC_TRY(store_objective_versions(step, o, &response->versions, &response->n_versions, error));
    DC_TRY(readable(step, &rights, settings, o->contributes_to, o->n_contributes_to,
                    &response->contributes_to, &response->n_contributes_to, error));
    DC_TRY(store_okr_aligned(step, o->id, &aligned, &aligned_count, error));
    return readable(step, &rights, settings, aligned, aligned_count, &response->below,
                    &response->n_below, error);
}

/* --- lists --------------------------------------------------------------------------------------
 */

/* Units that the caller is in, up to the root. */
static size_t
own_units(const struct okr_rights *rights, struct dc_arena *arena, const int64_t **ret_units)
{
    int64_t *units = DC_NEW_ARRAY(arena, int64_t, rights->unit_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < rights->unit_count; i++) {
        if (rights->units[i].own) {
            units[count++] = rights->units[i].id;
        }
    }
    *ret_units = units;
    return count;
}

/* What is asked for; whether the caller may read it, and may write a new one there. */
static enum dc_code
read_wanted(struct dc_step *step, const Goals__ListObjectivesRequest *request,
            const struct okr_rights *rights, struct store_okr_wanted *ret_wanted, bool *ret_writes,
            struct dc_error *error)
{
    struct dc_period period = dc_period_containing(DC_PERIOD_QUARTER, goals_today(step));
    if (request->period[0] && dc_period_parse(request->period, &period, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "period",
                             "a year, quarter or month such as 2026, 2026Q4, 2026-11");
    }
    char *name = dc_arena_alloc(step->arena, DC_PERIOD_TEXT);
    dc_period_format(&period, name);
    struct store_okr_wanted wanted = {
        .period = name, .kind = request->owner_kind, .limit = OBJECTIVES_MOST + 1};
    struct store_place owner = {.kind = request->owner_kind, .id = request->owner_id};
    if (request->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_UNSPECIFIED) {
        DC_TRY(rights_read_definitions(step, error));
        owner.kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
        owner.id = step->context->person_id;
        wanted.unit_count = own_units(rights, step->arena, &wanted.units);
    }
    DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
    if (wanted.kind != 0 && !okr_may_read(rights, &owner)) {
        return okr_deny(step, &owner, error);
    }
    wanted.owner_id = owner.id;
    wanted.tree = request->tree;
    *ret_writes = owner.found && okr_may_write(rights, &owner);
    *ret_wanted = wanted;
    return DC_OK;
}

/* Adds one objective to what its owner has. */
static void
count_in(Goals__OkrOwner *owner, const Goals__Objective *o)
{
    if (o->state != GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_CONFIRMED) {
        owner->drafts++;
        return;
    }
    owner->objectives++;
    for (size_t k = 0; k < o->n_key_results; k++) {
        const Goals__KeyResult *kr = o->key_results[k];
        owner->key_results++;
        owner->on_track += kr->health == GOALS__HEALTH__HEALTH_ON_TRACK;
        owner->at_risk += kr->health == GOALS__HEALTH__HEALTH_AT_RISK;
        owner->off_track += kr->health == GOALS__HEALTH__HEALTH_OFF_TRACK;
        owner->overdue += kr->overdue;
    }
}

/* The objectives come owner by owner. */
static void
sum_owners(struct dc_arena *arena, const struct store_objective *found,
           Goals__Objective *const *objectives, size_t count,
           Goals__ListObjectivesResponse *response)
{
    struct dc_decimal sum = DC_DECIMAL_ZERO, score;
    response->owners = DC_NEW_ARRAY(arena, Goals__OkrOwner *, count + 1);
    for (size_t first = 0, next; first < count; first = next) {
        const Goals__Objective *o = objectives[first];
        Goals__OkrOwner *owner = DC_NEW_MESSAGE(arena, Goals__OkrOwner, goals__okr_owner__init);
        owner->owner_kind = o->owner_kind;
        owner->owner_id = o->owner_id;
        owner->name = o->owner_name;
        owner->unit_id = found[first].unit_id;
        owner->unit_name = (char *)found[first].unit_name;
        for (next = first; next < count && objectives[next]->owner_id == o->owner_id &&
                           objectives[next]->owner_kind == o->owner_kind;
             next++) {
            count_in(owner, objectives[next]);
        }
        owner->score = objective_score_owner_shown(arena, &objectives[first], next - first);
        response->owners[response->n_owners++] = owner;
        if (o->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON && owner->score[0] &&
            dc_decimal_parse(owner->score, &score, NULL) == DC_OK) {
            sum = dc_decimal_add(sum, score);
            response->people++;
        }
    }
    if (response->people > 0 &&
        dc_decimal_mul_div(sum, DC_DECIMAL_INT(1), DC_DECIMAL_INT(response->people), 4, &score,
                           NULL) == DC_OK) {
        char text[DC_DECIMAL_TEXT];
        response->mean_score = dc_arena_strdup(arena, dc_decimal_format_fixed(score, 4, text));
    }
}

DC_HANDLER(goals_list_objectives, Goals__ListObjectivesRequest, Goals__ListObjectivesResponse)
{
    struct okr_rights rights;
    struct store_okr_wanted wanted;
    struct store_objectives found;
    const int64_t *ids;
    size_t count, kept = 0;
    bool writes = false;
    DC_TRY(okr_rights_load(step, &rights, error));
    DC_TRY(read_wanted(step, request, &rights, &wanted, &writes, error));
    DC_TRY(store_okr_settings(step, &response->settings, error));
    DC_TRY(store_okr_wanted(step, &wanted, &ids, &count, error));
    if (count > OBJECTIVES_MOST) {
        return dc_fail_field(error, DC_OUT_OF_RANGE, "tree",
                             "more than %d objectives; ask for a unit further down",
                             OBJECTIVES_MOST);
    }
    DC_TRY(store_objectives(step, ids, count, &found, error));
    response->objectives = DC_NEW_ARRAY(step->arena, Goals__Objective *, found.count + 1);
    for (size_t i = 0; i < found.count; i++) {
        if (okr_may_read(&rights, &found.items[i].owner)) {
            okr_present(step, &rights, response->settings, &found.items[i]);
            found.items[kept] = found.items[i];
            response->objectives[kept++] = found.items[i].objective;
        }
    }
    response->n_objectives = kept;
    sum_owners(step->arena, found.items, response->objectives, kept, response);
    response->period = (char *)wanted.period;
    response->may_write = writes;
    return DC_OK;
}
