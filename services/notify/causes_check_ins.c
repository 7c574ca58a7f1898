/* causes_check_ins.c - from objectives that are due for a check-in to notices for who is reminded. */
#include <dacheng/goals/v1/check_in_events.pb-c.h>
#include <string.h>

#include "handlers.h"

static const char *
params_of(struct dc_arena *arena, const Goals__CheckInDue *due)
{
    struct notify_gather gather = {0};
    notify_gather_add(&gather, "objective_id",
                      dc_arena_printf(arena, "%lld", (long long)due->objective_id));
    notify_gather_add(&gather, "objective", due->title);
    notify_gather_add(&gather, "owner", due->owner_name);
    notify_gather_add(&gather, "period", due->period);
    notify_gather_add(&gather, "due", due->due_on);
    notify_gather_add(&gather, "since", due->since);
    return notify_gather_json(arena, &gather);
}

static struct notify_post
post_of(struct dc_arena *arena, const Goals__CheckInDue *due, int64_t person_id)
{
    return (struct notify_post){
        .person_id = person_id,
        .cause = dc_arena_printf(arena, "check_in/%lld/%s/%s", (long long)due->objective_id,
                                 due->due_on, due->to_manager ? "manager" : "owner"),
        .template_name = due->to_manager ? NOTIFY_CHECK_IN_MANAGER : NOTIFY_CHECK_IN_DUE,
        .params = params_of(arena, due),
    };
}

/* Is the person the owner himself? */
static bool
is_owner(const Goals__CheckInDue *due, int64_t person_id)
{
    return due->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON && due->owner_id == person_id;
}

enum dc_code
notify_on_check_ins_due(struct dc_step *step, const struct dc_delivery *delivery,
                        struct dc_error *error)
{
    const Goals__CheckInsDue *event = (const Goals__CheckInsDue *)delivery->body;
    int64_t tenant_id = delivery->event->tenant_id;
    static const struct notify_way by_mail = {.channels = NOTIFY_CHANNEL_BIT(MAIL)};
    if (notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, event->n_reminders + 1);
    struct notify_lead *leads = NULL;
    size_t lead_count = 0, count = 0;
    for (size_t i = 0; i < event->n_reminders; i++) {
        units[i] = event->reminders[i]->person_id ? 0 : event->reminders[i]->lead_of_unit_id;
    }
    DC_TRY(notify_store_leads(step, tenant_id, units, event->n_reminders, &leads, &lead_count,
                              error));
    struct notify_post *posts =
        DC_NEW_ARRAY(step->arena, struct notify_post, event->n_reminders + lead_count + 1);
    for (size_t i = 0; i < event->n_reminders; i++) {
        const Goals__CheckInDue *due = event->reminders[i];
        if (due->person_id != 0) {
            posts[count++] = post_of(step->arena, due, due->person_id);
        }
    }
    for (size_t i = 0; i < lead_count; i++) {
        const Goals__CheckInDue *due = event->reminders[leads[i].place];
        if (!is_owner(due, leads[i].person_id)) {
            posts[count++] = post_of(step->arena, due, leads[i].person_id);
        }
    }
    return notify_post(step, tenant_id, &by_mail, posts, count, error);
}
