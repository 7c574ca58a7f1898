/*
 * store.h - webhooks in the database. The only place of this service with SQL. Everything that is
 * loaded lives in the step's arena.
 */
#ifndef DC_WEBHOOKS_STORE_H
#define DC_WEBHOOKS_STORE_H

#include <dacheng/webhooks/v1/webhooks.pb-c.h>

#include "base/breaker.h"
#include "cloudevent.h"
#include "prune.h"
#include "service/access.h"

/* --- webhooks --------------------------------------------------------------------------------- */
/* New (id 0) with `secret`, or changed: ABORTED when its version is another one. *ret_id */
enum dc_code store_save(struct dc_step *step, const Webhooks__Webhook *webhook,
                        const uint8_t secret[CLOUDEVENT_SECRET_BYTES], int64_t *ret_id,
                        struct dc_error *error) DC_MUST_CHECK;
/* Those within reach; id 0 = all of them. reach NULL: whatever it is. */
enum dc_code store_list(struct dc_step *step, int64_t tenant_id, int64_t id,
                        const struct dc_access_reach *reach, Webhooks__Webhook ***ret_webhooks,
                        size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_remove(struct dc_step *step, int64_t id, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_rotate(struct dc_step *step, int64_t id,
                          const uint8_t secret[CLOUDEVENT_SECRET_BYTES], dc_time old_until,
                          struct dc_error *error) DC_MUST_CHECK;
/* Those that were stopped by it. */
enum dc_code store_suspend(struct dc_step *step, int64_t tenant_id, const int64_t *ids,
                           size_t count, const char *reason, const int64_t **ret_ids,
                           size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_without_right(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                                 bool whole, const int64_t *units, size_t unit_count,
                                 const int64_t **ret_ids, size_t *ret_count,
                                 struct dc_error *error) DC_MUST_CHECK;

/* --- events that are kept ----------------------------------------------------------------------
 */
struct store_hearer {
    int64_t id;
    const char **patterns;
    size_t pattern_count;
    bool all;                 /* sees everything of the group */
    struct prune_reach reach; /* of what was named */
};
enum dc_code store_hearers(struct dc_step *step, int64_t tenant_id, const struct prune_named *named,
                           struct store_hearer **ret_hearers, size_t *ret_count,
                           struct dc_error *error) DC_MUST_CHECK;
struct store_kept {
    int64_t webhook_id;
    const Kernel__Event *event;
    struct dc_bytes body;
};
enum dc_code store_keep(struct dc_step *step, int64_t tenant_id, const struct store_kept *kept,
                        size_t count, struct dc_error *error) DC_MUST_CHECK;

/* --- deliveries ---------------------------------------------------------------------------------
 */
enum dc_code store_tenants_due(struct dc_step *step, dc_time now, const int64_t **ret_tenants,
                               size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
struct store_breaker {
    int64_t webhook_id;
    struct dc_breaker breaker;
};
/* Of the webhooks that something is due for, locked. */
enum dc_code store_breakers(struct dc_step *step, int64_t tenant_id, dc_time now,
                            struct store_breaker **ret_breakers, size_t *ret_count,
                            struct dc_error *error) DC_MUST_CHECK;
/* One, locked; *ret_found false: the webhook is gone. */
enum dc_code store_breaker(struct dc_step *step, int64_t tenant_id, int64_t webhook_id,
                           struct store_breaker *ret_breaker, bool *ret_found,
                           struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_set_breaker(struct dc_step *step, int64_t tenant_id,
                               const struct store_breaker *breaker,
                               struct dc_error *error) DC_MUST_CHECK;
struct store_claimed {
    int64_t tenant_id, webhook_id, id, attempt;
    Kernel__Event *event;
    struct cloudevent_receiver receiver;
};
enum dc_code store_claim(struct dc_step *step, int64_t tenant_id, dc_time now, dc_time lease,
                         const char *holder, const int64_t *webhooks, const int64_t *most,
                         size_t count, int64_t room, struct store_claimed **ret_claimed,
                         size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_delivered(struct dc_step *step, const struct store_claimed *claimed,
                             const char *holder, const char *answer, dc_time now,
                             struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_put_off(struct dc_step *step, const struct store_claimed *claimed,
                           const char *holder, const char *answer, dc_time now, dc_time due,
                           bool parked, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_deliveries(struct dc_step *step, int64_t webhook_id, bool parked_only,
                              int64_t limit, Webhooks__Delivery ***ret_deliveries,
                              size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_redrive(struct dc_step *step, int64_t webhook_id, const char *key, bool drop,
                           int64_t *ret_count, struct dc_error *error) DC_MUST_CHECK;

#endif
