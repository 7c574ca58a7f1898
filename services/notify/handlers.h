/*
 * handlers.h - what notify answers, hears and does by itself.
 */
#ifndef DC_NOTIFY_HANDLERS_H
#define DC_NOTIFY_HANDLERS_H

#include "sender.h"
#include "settings.h"
#include "store.h"

/* What notify is: spec.c. */
extern const struct dc_service_spec notify_spec;

/* Of a thread: who it is in leases, its connections (made at the first message), its dice. */
struct notify_thread {
    char holder[33];
    struct notify_sender *sender;
    uint64_t random;
};

/* Shared by all threads; read-only after the start. */
static inline const struct notify_settings *
notify_settings_of(const struct dc_step *step)
{
    return dc_service_shared(step->service);
}

/* inbox.c */
dc_handler notify_list_inbox, notify_mark_read;
/* preferences.c */
dc_handler notify_get_preferences, notify_set_preferences, notify_send_test;
/* tenant.c */
dc_handler notify_get_tenant_settings, notify_set_tenant_settings;
/* deliveries.c */
dc_handler notify_list_deliveries, notify_get_delivery, notify_retry_deliveries,
    notify_list_channels;

/* causes.c */
dc_reaction_fn notify_on_targets_adjusted, notify_on_proposal_settled, notify_on_run_finished;
/* causes_plan.c */
dc_reaction_fn notify_on_plan_changed, notify_on_check_ins_due;
/* causes_tasks.c */
dc_reaction_fn notify_on_tasks_opened, notify_on_tasks_reminded, notify_on_tasks_escalated,
    notify_on_tasks_handed_over, notify_on_tasks_rescheduled, notify_on_tasks_decided,
    notify_on_tasks_cancelled, notify_on_cycle_changed;
/* projections.c */
dc_reaction_fn notify_on_indicators_defined, notify_on_grants_changed;

/* dispatcher.c; its tasks are named after the channels. */
enum dc_code notify_task_send(struct dc_step *step, bool *ret_more, struct dc_error *error);
/* forget.c */
enum dc_code notify_task_forget(struct dc_step *step, bool *ret_more, struct dc_error *error);

/* --- shared by causes ------------------------------------------------------------------------ */
/* Parameters being gathered; at most NOTIFY_PARAMS_MAX. NULL values are left out. */
enum { NOTIFY_PARAMS_MAX = 24 };
struct notify_gather {
    const char *names[NOTIFY_PARAMS_MAX];
    const char *values[NOTIFY_PARAMS_MAX];
    size_t count;
};
void notify_gather_add(struct notify_gather *gather, const char *name, const char *value);
const char *notify_gather_json(struct dc_arena *arena, const struct notify_gather *gather);
/* Too old to be news: a log read again from its start makes no messages of the past. */
bool notify_is_stale(const struct dc_step *step, const struct dc_delivery *delivery);
dc_date notify_today(const struct dc_step *step);

/* --- from notices to deliveries: posting.c ------------------------------------------------------
 */
/* By which channels beside the inbox, and the deadline of what the notices call to (0 = none). */
struct notify_way {
    unsigned channels; /* bits: NOTIFY_CHANNEL_BIT */
    dc_time deadline;
};
/* Tells of notices that were made, and adds them to what gathers for their people. */
enum dc_code notify_send_made(struct dc_step *step, int64_t tenant_id, const struct notify_way *way,
                              const struct notify_made *made, size_t count,
                              struct dc_error *error) DC_MUST_CHECK;
/* Makes notices and sends those that are new. */
enum dc_code notify_post(struct dc_step *step, int64_t tenant_id, const struct notify_way *way,
                         const struct notify_post *posts, size_t count,
                         struct dc_error *error) DC_MUST_CHECK;
/* NoticesPosted for these people. */
void notify_tell_posted(struct dc_step *step, int64_t tenant_id, const char *template_name,
                        const int64_t *people, size_t count);
/* Set up, and the tenant's: robots may be one tenant's alone. */
bool notify_is_available(const struct notify_settings *settings, int64_t tenant_id,
                         int32_t channel);

/* --- shared by requests --------------------------------------------------------------------------
 */
enum dc_code notify_need_person(const struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
const char *notify_minute_text(struct dc_arena *arena, int32_t minute); /* "22:00"; -1: "" */

#endif
