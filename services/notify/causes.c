/* causes.c - from adjusted targets, settled proposals and finished runs to notices. */
#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/ingest/v1/events.pb-c.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "handlers.h"

void
notify_gather_add(struct notify_gather *gather, const char *name, const char *value)
{
    if (value) {
        DC_ASSERT(gather->count < NOTIFY_PARAMS_MAX);
        gather->names[gather->count] = name;
        gather->values[gather->count++] = value;
    }
}

const char *
notify_gather_json(struct dc_arena *arena, const struct notify_gather *gather)
{
    struct notify_params params = {(const char **)gather->names, (const char **)gather->values,
                                   gather->count};
    return notify_params_write(arena, &params);
}

bool
notify_is_stale(const struct dc_step *step, const struct dc_delivery *delivery)
{
    dc_time keep = (dc_time)notify_settings_of(step)->keep_days * 86400 * DC_SECOND;
    return delivery->event->at_us < step->now - keep;
}

dc_date
notify_today(const struct dc_step *step)
{
    return dc_date_of(step->now, notify_settings_of(step)->utc_offset_s);
}

/* --- targets ------------------------------------------------------------------------------- */
/* The owners of an event that get the same template. */
struct audience {
    Goals__OwnerKind kind;
    bool fresh; /* the target is new, not changed */
    const char *template_name;
};
static const struct audience audiences[] = {
    {GOALS__OWNER_KIND__OWNER_KIND_PERSON, true, NOTIFY_TARGETS_SET},
    {GOALS__OWNER_KIND__OWNER_KIND_PERSON, false, NOTIFY_TARGETS_ADJUSTED},
    {GOALS__OWNER_KIND__OWNER_KIND_UNIT, true, NOTIFY_UNIT_TARGETS_SET},
    {GOALS__OWNER_KIND__OWNER_KIND_UNIT, false, NOTIFY_UNIT_TARGETS_ADJUSTED},
};

static enum dc_code
gather_indicator(struct dc_step *step, int64_t tenant_id, int64_t indicator_id,
                 struct notify_gather *gather, struct dc_error *error)
{
    struct notify_indicator *indicators = NULL;
    size_t count = 0;
    DC_TRY(notify_store_indicators(step, tenant_id, &indicator_id, 1, &indicators, &count, error));
    notify_gather_add(gather, "indicator", count > 0 ? indicators[0].name : "");
    notify_gather_add(gather, "indicator.en", count > 0 ? indicators[0].name_en : "");
    return DC_OK;
}

static enum dc_code
gather_common(struct dc_step *step, int64_t tenant_id, const Goals__TargetsAdjusted *event,
              struct notify_gather *gather, struct dc_error *error)
{
    DC_TRY(gather_indicator(step, tenant_id, event->indicator_id, gather, error));
    notify_gather_add(gather, "period", event->period);
    notify_gather_add(gather, "reason", event->reason);
    notify_gather_add(gather, "author", event->author);
    return DC_OK;
}

static const char *
target_params(struct dc_arena *arena, const struct notify_gather *common,
              const Goals__Target *target)
{
    struct notify_gather gather = *common;
    notify_gather_add(&gather, "old", notify_amount(arena, target->previous_value));
    notify_gather_add(&gather, "new", target->removed ? "—" : notify_amount(arena, target->value));
    return notify_gather_json(arena, &gather);
}

/* What people want to know of without having to act goes to the inbox and by mail. */
static const struct notify_way by_mail = {.channels = NOTIFY_CHANNEL_BIT(MAIL)};

static enum dc_code
post_to_people(struct dc_step *step, int64_t tenant_id, const char *cause,
               const struct audience *audience, const int64_t *people, const char *const *params,
               size_t count, struct dc_error *error)
{
    struct notify_post *posts = DC_NEW_ARRAY(step->arena, struct notify_post, count);
    for (size_t i = 0; i < count; i++) {
        posts[i] = (struct notify_post){.person_id = people[i],
                                        .cause = cause,
                                        .template_name = audience->template_name,
                                        .params = params[i]};
    }
    return notify_post(step, tenant_id, &by_mail, posts, count, error);
}

static enum dc_code
post_to_leads(struct dc_step *step, int64_t tenant_id, const char *cause,
              const struct audience *audience, int64_t author, const int64_t *units,
              const char *const *params, size_t count, struct dc_error *error)
{
    struct notify_broadcast broadcast = {cause, audience->template_name, author};
    const struct notify_made *made = NULL;
    size_t made_count = 0;
    if (count == 0) {
        return DC_OK;
    }
    DC_TRY(notify_store_post_to_leads(step, tenant_id, &broadcast, units, params, count, &made,
                                      &made_count, error));
    return notify_send_made(step, tenant_id, &by_mail, made, made_count, error);
}

static enum dc_code
post_to_audience(struct dc_step *step, int64_t tenant_id, const Goals__TargetsAdjusted *event,
                 const struct notify_gather *common, const struct audience *audience,
                 struct dc_error *error)
{
    int64_t *owners = DC_NEW_ARRAY(step->arena, int64_t, event->n_targets);
    const char **params = DC_NEW_ARRAY(step->arena, const char *, event->n_targets);
    size_t count = 0;
    bool people = audience->kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON;
    for (size_t i = 0; i < event->n_targets; i++) {
        const Goals__Target *target = event->targets[i];
        bool fresh = *target->previous_value == '\0';
        bool unchanged =
            !fresh && !target->removed && strcmp(target->previous_value, target->value) == 0;
        bool author = people && target->owner_id == event->author_person_id;
        if (target->owner_kind == audience->kind && fresh == audience->fresh && !unchanged &&
            !author && !(fresh && target->removed)) {
            owners[count] = target->owner_id;
            params[count++] = target_params(step->arena, common, target);
        }
    }
    const char *cause =
        dc_arena_printf(step->arena, "adjustment/%lld", (long long)event->adjustment_id);
    return people ? post_to_people(step, tenant_id, cause, audience, owners, params, count, error)
                  : post_to_leads(step, tenant_id, cause, audience, event->author_person_id, owners,
                                  params, count, error);
}

/* An adjustment comes as several events; a person concerned by several of its targets gets the
 * notice of the first alone, his own before those of units that he leads. */
enum dc_code
notify_on_targets_adjusted(struct dc_step *step, const struct dc_delivery *delivery,
                           struct dc_error *error)
{
    const Goals__TargetsAdjusted *event = (const Goals__TargetsAdjusted *)delivery->body;
    int64_t tenant_id = delivery->event->tenant_id;
    struct notify_gather common = {0};
    if (notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    DC_TRY(gather_common(step, tenant_id, event, &common, error));
    for (size_t i = 0; i < sizeof(audiences) / sizeof(audiences[0]); i++) {
        DC_TRY(post_to_audience(step, tenant_id, event, &common, &audiences[i], error));
    }
    return DC_OK;
}

/* --- proposals ----------------------------------------------------------------------------- */
static const struct outcome {
    Goals__ProposalState state;
    const char *zh, *en;
} outcomes[] = {
    {GOALS__PROPOSAL_STATE__PROPOSAL_STATE_CARRIED_OUT, "已获批准并执行",
     "was approved and carried out"},
    {GOALS__PROPOSAL_STATE__PROPOSAL_STATE_REJECTED, "未获批准", "was not approved"},
    {GOALS__PROPOSAL_STATE__PROPOSAL_STATE_WITHDRAWN, "已被撤回", "was withdrawn"},
    {GOALS__PROPOSAL_STATE__PROPOSAL_STATE_FAILED, "已获批准，但未能执行",
     "was approved, but could not be carried out"},
};

/* NULL: nobody is to be told, above all not who withdrew his own. */
static const struct outcome *
outcome_to_tell(const Goals__Proposal *proposal)
{
    bool own = proposal->state == GOALS__PROPOSAL_STATE__PROPOSAL_STATE_WITHDRAWN &&
               proposal->decided_by_id == proposal->author_person_id;
    for (size_t i = 0;
         !own && proposal->author_person_id != 0 && i < sizeof(outcomes) / sizeof(outcomes[0]);
         i++) {
        if (outcomes[i].state == proposal->state) {
            return &outcomes[i];
        }
    }
    return NULL;
}

/* Who ended it, and why: "陈总：幅度过大"; what is not known is left out. */
static const char *
decision_of(struct dc_arena *arena, const Goals__Proposal *proposal, const char *colon)
{
    const char *who = proposal->decided_by_name, *why = proposal->decision_reason;
    return dc_arena_printf(arena, "%s%s%s", who, *who && *why ? colon : "", why);
}

static const char *
proposal_params(struct dc_arena *arena, const Goals__Proposal *proposal,
                const struct outcome *outcome, struct notify_gather *gather)
{
    notify_gather_add(gather, "proposal", dc_arena_printf(arena, "%lld", (long long)proposal->id));
    notify_gather_add(gather, "period", proposal->period);
    notify_gather_add(gather, "owner", proposal->owner_name);
    notify_gather_add(gather, "outcome", outcome->zh);
    notify_gather_add(gather, "outcome.en", outcome->en);
    notify_gather_add(gather, "decision", decision_of(arena, proposal, "："));
    notify_gather_add(gather, "decision.en", decision_of(arena, proposal, ": "));
    notify_gather_add(gather, "old", notify_amount(arena, proposal->old_value));
    notify_gather_add(gather, "new", notify_amount(arena, proposal->new_value));
    notify_gather_add(gather, "problem", proposal->problem_zh);
    notify_gather_add(gather, "problem.en", proposal->problem_en);
    return notify_gather_json(arena, gather);
}

enum dc_code
notify_on_proposal_settled(struct dc_step *step, const struct dc_delivery *delivery,
                           struct dc_error *error)
{
    const Goals__Proposal *proposal = ((const Goals__ProposalSettled *)delivery->body)->proposal;
    const struct outcome *outcome = proposal ? outcome_to_tell(proposal) : NULL;
    struct notify_gather gather = {0};
    int64_t tenant_id = delivery->event->tenant_id;
    if (!outcome || notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    DC_TRY(gather_indicator(step, tenant_id, proposal->indicator_id, &gather, error));
    struct notify_post post = {
        .person_id = proposal->author_person_id,
        .cause = dc_arena_printf(step->arena, "proposal/%lld", (long long)proposal->id),
        .template_name = NOTIFY_PROPOSAL_SETTLED,
        .params = proposal_params(step->arena, proposal, outcome, &gather),
    };
    return notify_post(step, tenant_id, &by_mail, &post, 1, error);
}

/* --- runs ---------------------------------------------------------------------------------- */
static const char *
number(struct dc_arena *arena, int64_t value)
{
    return notify_amount(arena, dc_arena_printf(arena, "%lld", (long long)value));
}

enum dc_code
notify_on_run_finished(struct dc_step *step, const struct dc_delivery *delivery,
                       struct dc_error *error)
{
    const Ingest__Run *run = ((const Ingest__RunFinished *)delivery->body)->run;
    if (!run || run->person_id == 0 || run->pushed || notify_is_stale(step, delivery) ||
        (run->state != INGEST__RUN_STATE__RUN_STATE_DONE &&
         run->state != INGEST__RUN_STATE__RUN_STATE_REFUSED)) {
        return DC_OK;
    }
    struct dc_arena *arena = step->arena;
    struct notify_gather gather = {0};
    bool refused = run->state == INGEST__RUN_STATE__RUN_STATE_REFUSED;
    notify_gather_add(&gather, "run", dc_arena_printf(arena, "%lld", (long long)run->id));
    notify_gather_add(&gather, "file", run->name);
    notify_gather_add(&gather, "source", run->source);
    notify_gather_add(&gather, "rows", number(arena, run->rows));
    notify_gather_add(&gather, "created", number(arena, run->created));
    notify_gather_add(&gather, "changed", number(arena, run->changed));
    notify_gather_add(&gather, "unchanged", number(arena, run->unchanged));
    notify_gather_add(&gather, "rejected", number(arena, run->rejected));
    notify_gather_add(&gather, "problem", *run->problem_zh ? run->problem_zh : run->problem);
    notify_gather_add(&gather, "problem.en", run->problem);
    struct notify_post post = {
        .person_id = run->person_id,
        .cause = dc_arena_printf(arena, "run/%lld", (long long)run->id),
        .template_name = refused ? NOTIFY_RUN_REFUSED : NOTIFY_RUN_FINISHED,
        .params = notify_gather_json(arena, &gather),
    };
    return notify_post(step, delivery->event->tenant_id, &by_mail, &post, 1, error);
}
