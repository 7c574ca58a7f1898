/* colleagues.c - finding whom work can be handed to, beyond the caller's reach. */
#include <string.h>

#include "base/text.h"
#include "handlers.h"

enum { COLLEAGUES_MAX = 20, SEARCH_MAX = 100 };

/* Programs have no colleagues; the administrators see people by what they administer. */
static enum dc_code
check_caller(struct dc_step *step, struct dc_error *error)
{
    const unsigned without = DC_ROLE(SYSTEM_ADMIN) | DC_ROLE(SECURITY_ADMIN) | DC_ROLE(AUDITOR) |
                             DC_ROLE(OPERATIONS) | DC_ROLE(INTEGRATOR);
    DC_TRY(org_need_person(step, error));
    if (dc_access_role(step, without, NULL) == DC_OK) {
        return dc_fail(error, DC_PERMISSION_DENIED,
                       "administrators and programs do not look for colleagues");
    }
    return DC_OK;
}

DC_HANDLER(org_find_colleagues, Org__FindColleaguesRequest, Org__FindColleaguesResponse)
{
    struct org_tenant tenant;
    const char *search = request->search;
    size_t length = dc_utf8_length(search, strlen(search));
    DC_TRY(check_caller(step, error));
    if (length > SEARCH_MAX || (length == 0 && request->unit_id == 0)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "search",
                             "has %zu characters; 1 to %d are allowed, or a unit", length,
                             SEARCH_MAX);
    }
    DC_TRY(org_store_load_tenant(step, step->context->tenant_id, &tenant, error));
    return org_store_find_colleagues(step, tenant.today, search, request->unit_id, COLLEAGUES_MAX,
                                     response, error);
}
