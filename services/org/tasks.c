/* tasks.c - what org does by itself: ending sessions whose time is up, telling of unit states on
 * the day they begin, forgetting what is old. Tenant by tenant, in bounded pieces. */
#include "base/assert.h"
#include "handlers.h"

enum { BATCH = 500 };
#define KEEP_ENDED_SESSIONS ((dc_time)90 * 86400 * DC_SECOND)

static enum dc_code
tend_sessions(struct dc_step *step, int64_t tenant_id, bool *ret_more, struct dc_error *error)
{
    struct org_tenant tenant;
    struct org_ended *ended = NULL;
    size_t count = 0;
    int64_t sessions = 0, attempts = 0;
    DC_TRY(dc_step_begin(step, tenant_id, error));
    DC_TRY(org_store_load_tenant(step, tenant_id, &tenant, error));
    DC_TRY(org_store_end_expired(step, &tenant, BATCH, &ended, &count, error));
    org_emit_ended(step, tenant_id, ended, count);
    DC_TRY(org_store_forget_sessions(step, tenant_id, step->now - KEEP_ENDED_SESSIONS, BATCH,
                                     &sessions, error));
    dc_time forget = step->now - org_shared_of(step)->attempts.forget_seconds * DC_SECOND;
    DC_TRY(org_store_forget_attempts(step, tenant_id, forget, BATCH, &attempts, error));
    DC_TRY(dc_step_commit(step, error));
    *ret_more |= count == BATCH || sessions == BATCH || attempts == BATCH;
    return DC_OK;
}

static enum dc_code
list_tenants(struct dc_step *step, const int64_t **ret_ids, size_t *ret_count,
             struct dc_error *error)
{
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(org_store_list_tenants(step, ret_ids, ret_count, error));
    return dc_step_commit(step, error);
}

enum dc_code
org_task_sessions(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    const int64_t *tenants = NULL;
    size_t count = 0;
    int64_t attempts = 0;
    *ret_more = false;
    DC_TRY(list_tenants(step, &tenants, &count, error));
    for (size_t i = 0; i < count && !dc_service_is_stopping(step->service); i++) {
        DC_TRY(tend_sessions(step, tenants[i], ret_more, error));
    }
    /* Attempts at unknown tenants. */
    dc_time forget = step->now - org_shared_of(step)->attempts.forget_seconds * DC_SECOND;
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(org_store_forget_attempts(step, 0, forget, BATCH, &attempts, error));
    DC_TRY(dc_step_commit(step, error));
    *ret_more |= attempts == BATCH;
    return DC_OK;
}

static enum dc_code
tell_day(struct dc_step *step, int64_t tenant_id, struct dc_error *error)
{
    struct org_tenant tenant;
    Org__Unit **units = NULL;
    size_t count = 0;
    DC_TRY(dc_step_begin(step, tenant_id, error));
    DC_TRY(org_store_load_tenant(step, tenant_id, &tenant, error));
    if (tenant.told_day >= tenant.today) {
        dc_step_rollback(step);
        return DC_OK;
    }
    DC_TRY(org_store_lock_tenant(step, tenant_id, &tenant, error));
    DC_TRY(org_store_units_beginning(step, &tenant, &units, &count, error));
    org_emit_units(step, tenant_id, units, count, "a planned change has come into force");
    DC_TRY(org_store_tell_day(step, &tenant, error));
    return dc_step_commit(step, error);
}

enum dc_code
org_task_days(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    const int64_t *tenants = NULL;
    size_t count = 0;
    *ret_more = false;
    DC_TRY(list_tenants(step, &tenants, &count, error));
    for (size_t i = 0; i < count && !dc_service_is_stopping(step->service); i++) {
        DC_TRY(tell_day(step, tenants[i], error));
    }
    return DC_OK;
}
