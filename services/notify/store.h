/*
 * store.h - what notify keeps, and the only door to its database. Functions run in the step's
 * transaction; what they answer lives in the step's arena.
 */
#ifndef DC_NOTIFY_STORE_H
#define DC_NOTIFY_STORE_H

#include <dacheng/notify/v1/notify.pb-c.h>

#include "service/service.h"
#include "template.h"

/* --- making notices ------------------------------------------------------------------------ */
struct notify_cause {
    int64_t tenant_id;
    const char *cause; /* unique per person: "adjustment/17" */
    const char *template_name;
    bool mail; /* queue mail too */
};
/* For each person his parameters as JSON text. Those made get their mail queued, and the event
 * NoticesPosted is told. */
enum dc_code notify_store_post(struct dc_step *step, const struct notify_cause *cause,
                               const int64_t *people, const char *const *params, size_t count,
                               struct dc_error *error) DC_MUST_CHECK;
/* For whoever leads these units but `author`. */
enum dc_code notify_store_post_to_leads(struct dc_step *step, const struct notify_cause *cause,
                                        int64_t author, const int64_t *units,
                                        const char *const *params, size_t count,
                                        struct dc_error *error) DC_MUST_CHECK;
struct notify_scope {
    int64_t person_id;    /* 0 = any */
    int64_t unit_id;      /* and everything below; 0 = any */
    const char *position; /* "" = any */
};
/* For everybody within the scope today but `author`. */
enum dc_code notify_store_post_to_scope(struct dc_step *step, const struct notify_cause *cause,
                                        int64_t author, const char *params,
                                        const struct notify_scope *scope, dc_date today,
                                        struct dc_error *error) DC_MUST_CHECK;

/* --- the inbox ----------------------------------------------------------------------------- */
struct notify_inbox_filter {
    int64_t before_id; /* 0 = from the newest */
    bool unread_only;
    int64_t limit;
};
enum dc_code notify_store_inbox(struct dc_step *step, const struct notify_inbox_filter *filter,
                                const char *language, Notify__ListInboxResponse *response,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_unread(struct dc_step *step, int64_t *ret_unread,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_mark_read(struct dc_step *step, bool all, const int64_t *ids,
                                    size_t count, struct dc_error *error) DC_MUST_CHECK;
/* The caller's wishes; the language is the one that holds. */
enum dc_code notify_store_preferences(struct dc_step *step, Notify__Preferences *preferences,
                                      struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_save_preferences(struct dc_step *step,
                                           const Notify__Preferences *preferences,
                                           struct dc_error *error) DC_MUST_CHECK;

/* --- deliveries ---------------------------------------------------------------------------- */
enum dc_code notify_store_list_deliveries(struct dc_step *step, const char *state, int64_t limit,
                                          Notify__ListDeliveriesResponse *response,
                                          struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_retry(struct dc_step *step, const int64_t *ids, size_t count,
                                int64_t *ret_queued, struct dc_error *error) DC_MUST_CHECK;
/* Tenants with mail that is due; before any tenant is set. */
enum dc_code notify_store_tenants_due(struct dc_step *step, const int64_t **ret_ids,
                                      size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;

struct notify_delivery {
    int64_t id;
    int64_t person_id;
    const char *template_name;
    int64_t attempt; /* this one, from 1 */
    struct notify_params params;
    dc_time at; /* of the notice */
    const char *name;
    const char *address; /* "" = not known */
    const char *language;
};
/* Takes up to `limit` due deliveries until `lease_ends`; `holder` names the taker. */
enum dc_code notify_store_claim(struct dc_step *step, int64_t tenant_id, const char *holder,
                                dc_time lease_ends, int64_t limit,
                                struct notify_delivery **ret_deliveries, size_t *ret_count,
                                struct dc_error *error) DC_MUST_CHECK;
/* *ret_ours: false when the lease was lost to somebody else; then nothing was written. */
enum dc_code notify_store_settle(struct dc_step *step, int64_t tenant_id, int64_t id,
                                 const char *holder, const char *state, dc_time due_at,
                                 const char *answer, bool *ret_ours,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_release(struct dc_step *step, int64_t tenant_id, const int64_t *ids,
                                  size_t count, const char *holder,
                                  struct dc_error *error) DC_MUST_CHECK;

/* --- what others told ---------------------------------------------------------------------- */
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

/* --- forgetting ---------------------------------------------------------------------------- */
enum dc_code notify_store_tenants_with_old(struct dc_step *step, dc_time before,
                                           const int64_t **ret_ids, size_t *ret_count,
                                           struct dc_error *error) DC_MUST_CHECK;
enum dc_code notify_store_forget(struct dc_step *step, int64_t tenant_id, dc_time before,
                                 int64_t limit, int64_t *ret_forgotten,
                                 struct dc_error *error) DC_MUST_CHECK;

/* A flat JSON object of texts, written and read. */
const char *notify_params_write(struct dc_arena *arena, const struct notify_params *params);
enum dc_code notify_params_read(struct dc_arena *arena, const char *json,
                                struct notify_params *ret_params,
                                struct dc_error *error) DC_MUST_CHECK;

#endif
