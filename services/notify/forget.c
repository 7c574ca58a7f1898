/* forget.c - the task that forgets what is older than keep_days. */
#include "handlers.h"

enum dc_code
notify_task_forget(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    enum { PIECE = 5000 };
    dc_time before = step->now - (dc_time)notify_settings_of(step)->keep_days * 86400 * DC_SECOND;
    const int64_t *tenants = NULL;
    size_t count = 0;
    *ret_more = false;
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(notify_store_tenants_with_old(step, before, &tenants, &count, error));
    DC_TRY(dc_step_commit(step, error));
    for (size_t i = 0; i < count && !dc_service_is_stopping(step->service); i++) {
        int64_t forgotten = 0;
        DC_TRY(dc_step_begin(step, tenants[i], error));
        DC_TRY(notify_store_forget(step, tenants[i], before, PIECE, &forgotten, error));
        DC_TRY(dc_step_commit(step, error));
        *ret_more |= forgotten >= PIECE;
    }
    return DC_OK;
}
