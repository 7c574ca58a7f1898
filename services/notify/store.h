/*
 * store.h - what notify keeps, and the only door to its database. Functions run in the step's
 * transaction; what they answer lives in the step's arena.
 */
#ifndef DC_NOTIFY_STORE_H
#define DC_NOTIFY_STORE_H

#include <dacheng/notify/v1/notify.pb-c.h>

#include "base/breaker.h"
#include "compose.h"
#include "routing.h"
#include "service/service.h"
#include "settings.h"
#include "template.h"

/* --- making notices: store.c ----------------------------------------------------------------- */
struct notify_post {
    int64_t person_id;
    const char *cause; /* unique per person: "adjustment/17" */
    const char *template_name;
    const char *params; /* JSON text */
    const char *fold;   /* unread ones of the same fold are one entry of the inbox; "" = alone */
    int64_t task_id;    /* that it calls to; 0 = none */
};
/* A notice that was made now, for the first time. */
struct notify_made {
    int64_t id;
    int64_t person_id;
    const char *template_name;
};
enum dc_code notify_store_post(struct dc_step *step, int64_t tenant_id,
                               const struct notify_post *posts, size_t count,
                               const struct notify_made **ret_made, size_t *ret_count,
                               struct dc_error *error) DC_MUST_CHECK;
/* One notice for many people. */
struct notify_broadcast {
    const char *cause;
    const char *template_name;
    int64_t author; /* gets none */
};
/* Who leads some units (0 = none): one row a unit and person, by the unit's place in the list. */
struct notify_lead {
    size_t place;
    int64_t person_id;
};
enum dc_code notify_store_leads(struct dc_step *step, int64_t tenant_id, const int64_t *units,
                                size_t count, struct notify_lead **ret_leads, size_t *ret_count,
                                struct dc_error *error) DC_MUST_CHECK;
/* For whoever leads these units; params stand beside the units. */
enum dc_code notify_store_post_to_leads(struct dc_step *step, int64_t tenant_id,
                                        const struct notify_broadcast *broadcast,
                                        const int64_t *units, const char *const *params,
                                        size_t count, const struct notify_made **ret_made,
                                        size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
struct notify_scope {
    int64_t person_id;    /* 0 = any */
    int64_t unit_id;      /* and everything below; 0 = any */
    const char *position; /* "" = any */
};
/* For everybody within the scope today. */
enum dc_code notify_store_post_to_scope(struct dc_step *step, int64_t tenant_id,
                                        const struct notify_broadcast *broadcast,
                                        const char *params, const struct notify_scope *scope,
                                        dc_date today, const struct notify_made **ret_made,
                                        size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
/* Notices that call to these tasks are moot, except those of whom holds an open seat (tasks and
 * holders stand side by side). The people whose inbox changed. */
enum dc_code notify_store_moot(struct dc_step *step, int64_t tenant_id, const int64_t *tasks,
                               size_t task_count, const int64_t *open_tasks,
                               const int64_t *open_holders, size_t open_count,
                               const int64_t **ret_people, size_t *ret_count,
                               struct dc_error *error) DC_MUST_CHECK;

/* --- the inbox: store.c ---------------------------------------------------------------------- */
struct notify_inbox_filter {
    int64_t before_id; /* 0 = from the newest */
    bool unread_only;
    int64_t limit;
};
struct notify_entry {
    int64_t id;
    const char *template_name;
    const struct notify_params *params; /* of the first ten */
    size_t params_count;
    int64_t count;
    dc_time at;
    bool read;
};
enum dc_code notify_store_inbox(struct dc_step *step, const struct notify_inbox_filter *filter,
                                const struct notify_entry **ret_entries, size_t *ret_count,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_unread(struct dc_step *step, int64_t *ret_unread,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_mark_read(struct dc_step *step, bool all, const int64_t *ids,
                                    size_t count, struct dc_error *error) DC_MUST_CHECK;

/* --- wishes and what tenants allow: store_wishes.c -------------------------------------------- */
struct notify_person {
    const char *language; /* the one that holds */
    struct notify_quiet quiet;
    int32_t digest_at;
    const char *name;
    const char *email;
    const char *mobile;
    struct {
        bool on;
        enum notify_digest digest;
    } channels[NOTIFY_CHANNELS];
};
enum dc_code notify_store_person(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                                 struct notify_person *ret_person,
                                 struct dc_error *error) DC_MUST_CHECK;
/* Language as it is to be kept: "" = the one that org has. */
enum dc_code notify_store_save_person(struct dc_step *step, const char *language,
                                      const struct notify_person *person,
                                      struct dc_error *error) DC_MUST_CHECK;
/* For each of the people and channels, by person and channel. */
enum dc_code notify_store_wishes(struct dc_step *step, int64_t tenant_id, const int64_t *people,
                                 size_t people_count, const int64_t *channels, size_t channel_count,
                                 dc_time day_began, const struct notify_wish **ret_wishes,
                                 size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
/* Defaults where the tenant has changed nothing. */
enum dc_code notify_store_house(struct dc_step *step, int64_t tenant_id,
                                const struct notify_settings *settings,
                                struct notify_house *ret_house,
                                struct dc_error *error) DC_MUST_CHECK;
/* ABORTED when another version stands there than house->version. */
enum dc_code notify_store_save_house(struct dc_step *step, const struct notify_house *house,
                                     struct dc_error *error) DC_MUST_CHECK;

/* --- deliveries: store_deliveries.c ------------------------------------------------------------
 */
struct notify_gathering {
    const int64_t *notices, *people, *channels;
    const char *const *templates;
    const dc_time *due;
    const dc_time *deadlines; /* INT64_MAX = none */
    size_t count;
};
enum dc_code notify_store_gather(struct dc_step *step, int64_t tenant_id,
                                 const struct notify_gathering *gathering,
                                 struct dc_error *error) DC_MUST_CHECK;
/* *ret_id: 0 when there were too many since. */
enum dc_code notify_store_queue_test(struct dc_step *step, int32_t channel, int64_t notice_id,
                                     dc_time since, int64_t limit, int64_t *ret_id,
                                     struct dc_error *error) DC_MUST_CHECK;

/* Tenants with something due for the channel; before any tenant is set. */
enum dc_code notify_store_tenants_due(struct dc_step *step, int32_t channel, dc_time now,
                                      const int64_t **ret_ids, size_t *ret_count,
                                      struct dc_error *error) DC_MUST_CHECK;
struct notify_delivery {
    int64_t id;
    int64_t person_id;
    const char *template_name;
    int64_t attempt; /* this one, from 1 */
    int64_t count;   /* of notices */
    const char *name, *email, *mobile, *language;
    struct notify_quiet quiet;
    bool wanted;
    dc_time deadline;
    struct notify_told *told; /* what is not moot of the first 50 */
    size_t told_count, listed;
};
struct notify_lease {
    int64_t tenant_id;
    int32_t channel;
    const char *holder;
    dc_time ends;
};
/* Takes up to `limit` due deliveries until the lease ends. */
enum dc_code notify_store_claim(struct dc_step *step, const struct notify_lease *lease, dc_time now,
                                int64_t limit, struct notify_delivery **ret_deliveries,
                                size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
struct notify_settled {
    const int64_t *ids;
    const char *const *states, *const *answers, *const *receipts, *const *outcomes;
    const dc_time *due, *tried;
    const int64_t *durations;
    size_t count;
};
/* The ids that were ours still; of the others nothing was written. */
enum dc_code notify_store_settle(struct dc_step *step, const struct notify_lease *lease,
                                 const char *provider, const struct notify_settled *settled,
                                 const int64_t **ret_ids, size_t *ret_count,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_release(struct dc_step *step, const struct notify_lease *lease,
                                  const int64_t *ids, size_t count, dc_time now,
                                  struct dc_error *error) DC_MUST_CHECK;

/* --- what operations see: store_operations.c ----------------------------------------------------
 */
struct notify_delivery_filter {
    const char *state;
    int32_t channel;
    int64_t before_id;
    int64_t limit;
};
enum dc_code notify_store_list_deliveries(struct dc_step *step,
                                          const struct notify_delivery_filter *filter,
                                          Notify__ListDeliveriesResponse *response,
                                          struct dc_error *error) DC_MUST_CHECK;
/* NOT_FOUND; *ret_person_id: whom it is for. */
enum dc_code notify_store_delivery(struct dc_step *step, int64_t id,
                                   Notify__GetDeliveryResponse *response, int64_t *ret_person_id,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_retry(struct dc_step *step, const int64_t *ids, size_t count, bool all,
                                int32_t channel, int64_t *ret_queued,
                                struct dc_error *error) DC_MUST_CHECK;
/* Fills the tenant's counts into states[channel]; NULL ones are left out. */
enum dc_code notify_store_channel_counts(struct dc_step *step, dc_time day_began,
                                         Notify__ChannelState *states[NOTIFY_CHANNELS],
                                         struct dc_error *error) DC_MUST_CHECK;

/* Breakers belong to no tenant: these set tenant 0 for the rest of the transaction. */
struct notify_breaker_row {
    struct dc_breaker breaker;
    const char *last_fault;
};
/* By channel; one without a row is closed. */
enum dc_code notify_store_breakers(struct dc_step *step,
                                   struct notify_breaker_row ret_rows[NOTIFY_CHANNELS],
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_lock_breaker(struct dc_step *step, int32_t channel,
                                       struct notify_breaker_row *ret_row,
                                       struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_save_breaker(struct dc_step *step, int32_t channel,
                                       const struct notify_breaker_row *row,
                                       struct dc_error *error) DC_MUST_CHECK;

/* --- what others told: store.c ------------------------------------------------------------------
 */
struct notify_indicator {
    int64_t id;
    const char *name;
    const char *name_en;
};
enum dc_code notify_store_save_indicators(struct dc_step *step, int64_t tenant_id,
                                          const int64_t *ids, const char *const *names,
                                          const char *const *names_en, const int64_t *decimals,
                                          const int64_t *versions, size_t count,
                                          struct dc_error *error) DC_MUST_CHECK;
/* Those known, by id. */
enum dc_code notify_store_indicators(struct dc_step *step, int64_t tenant_id, const int64_t *ids,
                                     size_t count, struct notify_indicator **ret_indicators,
                                     size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_save_leads(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                                     const int64_t *units, size_t count,
                                     struct dc_error *error) DC_MUST_CHECK;

/* --- forgetting: store_operations.c --------------------------------------------------------------
 */
enum dc_code notify_store_tenants_with_old(struct dc_step *step, dc_time before,
                                           const int64_t **ret_ids, size_t *ret_count,
                                           struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_forget(struct dc_step *step, int64_t tenant_id, dc_time before,
                                 int64_t limit, int64_t *ret_forgotten,
                                 struct dc_error *error) DC_MUST_CHECK;

#endif
