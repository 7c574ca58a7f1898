/* causes_results.c - from published results, corrections and objections to notices of the person. */
#include <dacheng/scoring/v1/objections_events.pb-c.h>
#include <dacheng/scoring/v1/results_events.pb-c.h>

#include "handlers.h"

static const struct notify_way by_mail = {.channels = NOTIFY_CHANNEL_BIT(MAIL)};

static const char *
result_params(struct dc_arena *arena, const Scoring__Publication *publication,
              const Scoring__ResultSummary *result)
{
    struct notify_gather gather = {0};
    notify_gather_add(&gather, "period", publication->period);
    notify_gather_add(&gather, "until", publication->objections_until);
    notify_gather_add(&gather, "version",
                      dc_arena_printf(arena, "%lld", (long long)result->version));
    notify_gather_add(&gather, "total", result->total);
    notify_gather_add(&gather, "grade", result->grade);
    return notify_gather_json(arena, &gather);
}

/* One notice a person and publication, and one for each further version. */
enum dc_code
notify_on_result_published(struct dc_step *step, const struct dc_delivery *delivery,
                           struct dc_error *error)
{
    const Scoring__ResultPublished *event = (const Scoring__ResultPublished *)delivery->body;
    const Scoring__Publication *publication = event->publication;
    struct dc_arena *arena = step->arena;
    if (!publication || notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    bool corrected = event->objection_id > 0;
    const char *cause =
        corrected ? dc_arena_printf(arena, "objection/%lld/version", (long long)event->objection_id)
                  : dc_arena_printf(arena, "publication/%lld", (long long)publication->id);
    struct notify_post *posts = DC_NEW_ARRAY(arena, struct notify_post, event->n_people + 1);
    for (size_t i = 0; i < event->n_people; i++) {
        posts[i] = (struct notify_post){
            .person_id = event->people[i]->person_id,
            .cause = cause,
            .template_name = corrected ? NOTIFY_RESULT_CORRECTED : NOTIFY_RESULT_PUBLISHED,
            .params = result_params(arena, publication, event->people[i])};
    }
    return notify_post(step, delivery->event->tenant_id, &by_mail, posts, event->n_people, error);
}

/* Who decided, and why: "王敏：已核实"; what is not known is left out. */
static const char *
decision_of(struct dc_arena *arena, const Scoring__Objection *objection, const char *colon)
{
    const char *who = objection->decided_by_name, *why = objection->outcome_reason;
    return dc_arena_printf(arena, "%s%s%s", who, *who && *why ? colon : "", why);
}

static enum dc_code
post_objection(struct dc_step *step, int64_t tenant_id, const Scoring__Objection *objection,
               const char *template_name, struct notify_gather *gather, struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    const char *id = dc_arena_printf(arena, "%lld", (long long)objection->id);
    bool english = objection->indicator_name_en[0] != '\0';
    notify_gather_add(gather, "objection", id);
    notify_gather_add(gather, "period", objection->period);
    notify_gather_add(gather, "indicator", objection->indicator_name);
    notify_gather_add(gather, "indicator.en",
                      english ? objection->indicator_name_en : objection->indicator_name);
    struct notify_post post = {
        .person_id = objection->person_id,
        .cause = dc_arena_printf(arena, "objection/%s/%d", id, (int)objection->state),
        .template_name = template_name,
        .params = notify_gather_json(arena, gather)};
    return notify_post(step, tenant_id, &by_mail, &post, 1, error);
}

/* Who raised it himself knows of it. */
enum dc_code
notify_on_objection_raised(struct dc_step *step, const struct dc_delivery *delivery,
                           struct dc_error *error)
{
    const Scoring__Objection *told = ((const Scoring__ObjectionRaised *)delivery->body)->objection;
    struct notify_gather gather = {0};
    if (!told || told->author_person_id == told->person_id || notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    notify_gather_add(&gather, "author", *told->author_name ? told->author_name : told->author);
    notify_gather_add(&gather, "reason", told->reason);
    return post_objection(step, delivery->event->tenant_id, told, NOTIFY_OBJECTION_RAISED, &gather,
                          error);
}

/* A correction is told as the next version of the result; who withdrew it knows. */
enum dc_code
notify_on_objection_settled(struct dc_step *step, const struct dc_delivery *delivery,
                            struct dc_error *error)
{
    const Scoring__Objection *told = ((const Scoring__ObjectionSettled *)delivery->body)->objection;
    struct notify_gather gather = {0};
    if (!told || told->state != SCORING__OBJECTION_STATE__OBJECTION_STATE_UPHELD ||
        notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    notify_gather_add(&gather, "decision", decision_of(step->arena, told, "："));
    notify_gather_add(&gather, "decision.en", decision_of(step->arena, told, ": "));
    return post_objection(step, delivery->event->tenant_id, told, NOTIFY_OBJECTION_SETTLED, &gather,
                          error);
}
