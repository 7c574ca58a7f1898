/*
 * handlers.h - what notify answers, hears and does by itself.
 */
#ifndef DC_NOTIFY_HANDLERS_H
#define DC_NOTIFY_HANDLERS_H

#include "smtp.h"
#include "store.h"

/* What notify is: spec.c. */
extern const struct dc_service_spec notify_spec;

/* Shared by all threads; read-only after the start. Texts belong to the configuration. */
struct notify_shared {
    bool mail; /* false: smtp.url is empty, nothing is mailed */
    struct notify_smtp_options smtp;
    const char *from_address;
    const char *from_name;
    const char *domain;   /* of message ids */
    const char *base_url; /* of the console, without a slash at the end; "" = no links in mail */
    int64_t lease_s;
    int64_t keep_days;
    int32_t utc_offset_s;
    struct notify_retry_rule retry;
};

/* Of a thread: who it is in leases, its mail connection (made at the first mail), its dice. */
struct notify_thread {
    char holder[33];
    struct notify_smtp *smtp;
    uint64_t random;
};

static inline const struct notify_shared *
notify_shared_of(const struct dc_step *step)
{
    return dc_service_shared(step->service);
}

/* inbox.c */
dc_handler notify_list_inbox, notify_mark_read, notify_get_preferences, notify_set_preferences;
/* deliveries.c */
dc_handler notify_list_deliveries, notify_retry_deliveries;

/* causes.c */
dc_reaction_fn notify_on_targets_adjusted, notify_on_run_finished;
/* causes_plan.c */
dc_reaction_fn notify_on_plan_changed;
/* projections.c */
dc_reaction_fn notify_on_indicators_defined, notify_on_grants_changed;

/* mailer.c */
enum dc_code notify_task_mail(struct dc_step *step, bool *ret_more, struct dc_error *error);
enum dc_code notify_task_forget(struct dc_step *step, bool *ret_more, struct dc_error *error);

/* --- shared by causes ---------------------------------------------------------------------- */
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

#endif
