/* units.c - the tree of units: reading it within reach, changing it by date. */
#include <string.h>

#include "base/assert.h"
#include "handlers.h"

enum { UNITS_MAX = 1000 };

static const unsigned writers = DC_ROLE(SYSTEM_ADMIN);

DC_HANDLER(org_get_tree, Org__GetTreeRequest, Org__GetTreeResponse)
{
    struct org_tenant tenant;
    struct dc_access_reach reach;
    dc_date day;
    DC_TRY(org_need_tenant(step, error));
    DC_TRY(org_store_load_tenant(step, step->context->tenant_id, &tenant, error));
    DC_TRY(org_read_date(request->as_of, tenant.today, "as_of", &day, error));
    org_reach(step, &reach);
    return org_store_get_tree(step, day, &reach, response, error);
}

/* --- saving -------------------------------------------------------------------------------- */
static enum dc_code
read_change(const Org__Unit *unit, dc_date today, struct org_unit_change *ret_change,
            struct dc_error *error)
{
    struct org_unit_change change = {
        .id = unit->id,
        .code = unit->code,
        .name = unit->name,
        .kind = (int)unit->kind,
        .parent_id = unit->parent_id,
    };
    DC_TRY(org_check_text(change.code, 1, 40, "code", error));
    DC_TRY(org_check_text(change.name, 1, 100, "name", error));
    if (change.kind < ORG__UNIT_KIND__UNIT_KIND_GROUP ||
        change.kind > ORG__UNIT_KIND__UNIT_KIND_TEAM) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "kind",
                             "must be group, company, department or team");
    }
    if (change.id < 0 || change.parent_id < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, change.id < 0 ? "id" : "parent_id",
                             "is not an id");
    }
    DC_TRY(org_read_date(unit->valid_from, today, "valid_from", &change.from, error));
    DC_TRY(org_read_date(unit->valid_to, ORG_OPEN, "valid_to", &change.ends, error));
    *ret_change = change;
    return DC_OK;
}

/* Puts "units[3]." before the field that a check named. */
static enum dc_code
of_unit(struct dc_error *error, size_t index)
{
    char field[DC_ERROR_FIELD_MAX];
    int length = snprintf(field, sizeof(field), "units[%zu].%s", index, error->field);
    if (length > 0 && (size_t)length < sizeof(field)) {
        memcpy(error->field, field, (size_t)length + 1);
    }
    return error->code;
}

static enum dc_code
put_unit(struct org_tree *tree, const Org__Unit *unit, struct org_unit_change *change,
         int64_t *new_id, struct dc_error *error)
{
    const struct org_unit *stored = change->id ? org_tree_find(tree, change->id) : NULL;
    if (change->id && !stored) {
        return dc_fail_field(error, DC_NOT_FOUND, "id", "there is no such unit");
    }
    if (stored && unit->version != 0 && unit->version != stored->version && !stored->changed) {
        return dc_fail_field(error, DC_ABORTED, "version",
                             "the unit was changed meanwhile (it is at version %lld)",
                             (long long)stored->version);
    }
    if (!change->id) {
        change->id = *new_id;
    }
    return org_tree_put(tree, change, error);
}

static enum dc_code
apply_changes(struct dc_step *step, const Org__SaveUnitsRequest *request,
              const struct org_tenant *tenant, struct org_tree *tree, int64_t *ids,
              struct dc_error *error)
{
    size_t made = 0;
    int64_t *new_ids = DC_NEW_ARRAY(step->arena, int64_t, request->n_units);
    for (size_t i = 0; i < request->n_units; i++) {
        made += request->units[i]->id == 0;
    }
    DC_TRY(org_store_unit_ids(step, made, new_ids, error));
    for (size_t i = 0, next = 0; i < request->n_units; i++) {
        struct org_unit_change change = {0};
        if (read_change(request->units[i], tenant->today, &change, error) != DC_OK ||
            put_unit(tree, request->units[i], &change, &new_ids[next], error) != DC_OK) {
            return of_unit(error, i);
        }
        next += request->units[i]->id == 0;
        ids[i] = change.id;
    }
    return DC_OK;
}

static enum dc_code
judge(struct dc_step *step, const struct org_tree *tree, const int64_t *ids, size_t count,
      struct dc_error *error)
{
    struct org_problems problems = {.arena = step->arena};
    org_tree_check(tree, &problems);
    if (problems.count == 0) {
        return DC_OK;
    }
    const struct org_problem *problem = &problems.items[0];
    char field[DC_ERROR_FIELD_MAX] = "units";
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == problem->id) {
            snprintf(field, sizeof(field), "units[%zu].%.60s", i, problem->said.field);
        }
    }
    const struct org_unit *unit = org_tree_find(tree, problem->id);
    (void)dc_fail_with(error, DC_FAILED_PRECONDITION, field, problem->said.message,
                       problem->said.message_zh);
    return dc_fail_context(error, "unit %s", unit->code);
}

/* What holds today is told now; what begins later is told on its day (tasks.c). */
static void
tell_units(struct dc_step *step, const struct org_tree *tree, dc_date today, const char *reason)
{
    Org__Unit **told = DC_NEW_ARRAY(step->arena, Org__Unit *, tree->count);
    size_t count = 0;
    for (size_t i = 0; i < tree->count; i++) {
        const struct org_unit *unit = &tree->units[i];
        if (!unit->changed) {
            continue;
        }
        dc_date day = today >= unit->ends ? unit->ends - 1 : today;
        Org__Unit *message = org_unit_write(step->arena, unit, day);
        if (message) {
            told[count++] = message;
        }
    }
    org_emit_units(step, step->context->tenant_id, told, count, reason);
}

enum dc_code
org_tree_store(struct dc_step *step, const struct org_tree *tree, dc_date today, const char *reason,
               struct dc_error *error)
{
    DC_TRY(org_store_save_tree(step, tree, error));
    tell_units(step, tree, today, reason);
    return DC_OK;
}

DC_HANDLER(org_save_units, Org__SaveUnitsRequest, Org__SaveUnitsResponse)
{
    struct org_tenant tenant;
    struct org_tree tree;
    DC_TRY(org_need_tenant(step, error));
    DC_TRY(dc_access_group(step, writers, error));
    DC_TRY(org_check_reason(request->reason, error));
    if (request->n_units == 0 || request->n_units > UNITS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "units", "are %zu; 1 to %d are allowed",
                             request->n_units, UNITS_MAX);
    }
    DC_TRY(org_store_lock_tenant(step, step->context->tenant_id, &tenant, error));
    DC_TRY(org_store_load_tree(step, &tree, error));
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, request->n_units);
    DC_TRY(apply_changes(step, request, &tenant, &tree, ids, error));
    DC_TRY(judge(step, &tree, ids, request->n_units, error));
    DC_TRY(org_tree_store(step, &tree, tenant.today, request->reason, error));
    response->units = DC_NEW_ARRAY(step->arena, Org__Unit *, request->n_units);
    response->n_units = request->n_units;
    for (size_t i = 0; i < request->n_units; i++) {
        const struct org_unit *unit = org_tree_find(&tree, ids[i]);
        /* As it will be: the answer shows what was saved, also when it begins later. */
        response->units[i] =
            org_unit_write(step->arena, unit, unit->states[unit->state_count - 1].from);
    }
    return DC_OK;
}
