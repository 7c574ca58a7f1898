/* access.c - the caller's grants against the projection of the organisation. */
#include "service/access.h"

#include "base/assert.h"
#include "service/service_internal.h"

static bool
is_program(const Kernel__Context *context)
{
    return context->person_id == 0 && !*context->account;
}

/* The same words whether the thing exists or not. */
static enum dc_code
deny(struct dc_error *error)
{
    return dc_fail(error, DC_PERMISSION_DENIED,
                   "none of your roles covers this; the security administrator grants roles");
}

static bool
has_role(const Kernel__Grant *grant, unsigned roles)
{
    return grant->role > 0 && grant->role < 32 && (roles & (1u << grant->role));
}

void
dc_access_reach(struct dc_step *step, unsigned roles, struct dc_access_reach *ret_reach)
{
    DC_ASSERT(step && ret_reach);
    const Kernel__Context *context = step->context;
    *ret_reach = (struct dc_access_reach){.all = is_program(context)};
    int64_t *trees = DC_NEW_ARRAY(step->arena, int64_t, context->n_grants);
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, context->n_grants);
    for (size_t i = 0; i < context->n_grants; i++) {
        const Kernel__Grant *grant = context->grants[i];
        if (!has_role(grant, roles)) {
            continue;
        }
        switch (grant->scope) {
        case KERNEL__SCOPE__SCOPE_GROUP:
            ret_reach->all = true;
            break;
        case KERNEL__SCOPE__SCOPE_COMPANY: /* a company is the root of its tree */
        case KERNEL__SCOPE__SCOPE_UNIT_TREE:
            trees[ret_reach->tree_unit_count++] = grant->unit_id;
            break;
        case KERNEL__SCOPE__SCOPE_UNIT:
            units[ret_reach->unit_count++] = grant->unit_id;
            break;
        case KERNEL__SCOPE__SCOPE_SELF:
            ret_reach->self_person_id = context->person_id;
            break;
        default:
            break; /* a scope that we do not know covers nothing */
        }
    }
    ret_reach->tree_units = trees;
    ret_reach->units = units;
}

enum dc_code
dc_access_role(struct dc_step *step, unsigned roles, struct dc_error *error)
{
    DC_ASSERT(step);
    bool holds = is_program(step->context);
    for (size_t i = 0; i < step->context->n_grants; i++) {
        holds |= has_role(step->context->grants[i], roles);
    }
    return holds ? DC_OK : deny(error);
}

enum dc_code
dc_access_group(struct dc_step *step, unsigned roles, struct dc_error *error)
{
    struct dc_access_reach reach;
    dc_access_reach(step, roles, &reach);
    return reach.all ? DC_OK : deny(error);
}

enum dc_code
dc_access_unit(struct dc_step *step, unsigned roles, int64_t unit_id, struct dc_error *error)
{
    struct dc_access_reach reach;
    dc_access_reach(step, roles, &reach);
    if (reach.all) {
        return DC_OK;
    }
    if (reach.tree_unit_count + reach.unit_count == 0) {
        return deny(error);
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, &kernel_statements[KERNEL_ACCESS_UNIT], &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(unit_id),
                     dc_p_int64s(reach.tree_units, reach.tree_unit_count),
                     dc_p_int64s(reach.units, reach.unit_count)));
    return dc_rows_bool(rows, 0, 0) ? DC_OK : deny(error);
}

enum dc_code
dc_access_person(struct dc_step *step, unsigned roles, int64_t person_id, struct dc_error *error)
{
    struct dc_access_reach reach;
    dc_access_reach(step, roles, &reach);
    if (reach.all || (reach.self_person_id != 0 && reach.self_person_id == person_id)) {
        return DC_OK;
    }
    if (reach.tree_unit_count + reach.unit_count == 0) {
        return deny(error);
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, &kernel_statements[KERNEL_ACCESS_PERSON], &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(person_id),
                     dc_p_int64s(reach.tree_units, reach.tree_unit_count),
                     dc_p_int64s(reach.units, reach.unit_count),
                     dc_p_date(dc_date_of(step->now, DC_ACCESS_UTC_OFFSET))));
    return dc_rows_bool(rows, 0, 0) ? DC_OK : deny(error);
}
