/* projections.c - what notify must know of others to name things and to find the people. */
#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>

#include "handlers.h"

enum dc_code
notify_on_indicators_defined(struct dc_step *step, const struct dc_delivery *delivery,
                             struct dc_error *error)
{
    const Goals__IndicatorsDefined *event = (const Goals__IndicatorsDefined *)delivery->body;
    size_t count = event->n_indicators;
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *decimals = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *versions = DC_NEW_ARRAY(step->arena, int64_t, count);
    const char **names = DC_NEW_ARRAY(step->arena, const char *, count);
    const char **names_en = DC_NEW_ARRAY(step->arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = event->indicators[i]->id;
        decimals[i] = event->indicators[i]->decimals;
        versions[i] = event->indicators[i]->version;
        names[i] = event->indicators[i]->name;
        names_en[i] = event->indicators[i]->name_en;
    }
    return notify_store_save_indicators(step, delivery->event->tenant_id, ids, names, names_en,
                                        decimals, versions, count, error);
}

/* Who leads a unit is whoever was granted it as team lead, director or vice president. */
enum dc_code
notify_on_grants_changed(struct dc_step *step, const struct dc_delivery *delivery,
                         struct dc_error *error)
{
    const Org__GrantsChanged *event = (const Org__GrantsChanged *)delivery->body;
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, event->n_grants);
    size_t count = 0;
    for (size_t i = 0; i < event->n_grants; i++) {
        const Kernel__Grant *grant = event->grants[i];
        bool leads = grant->role == KERNEL__ROLE__ROLE_TEAM_LEAD ||
                     grant->role == KERNEL__ROLE__ROLE_DIRECTOR ||
                     grant->role == KERNEL__ROLE__ROLE_VICE_PRESIDENT;
        if (leads && grant->unit_id != 0) {
            units[count++] = grant->unit_id;
        }
    }
    return notify_store_save_leads(step, delivery->event->tenant_id, event->person_id, units, count,
                                   error);
}
