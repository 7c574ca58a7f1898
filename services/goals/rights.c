/* Who may read and change targets and definitions. */
#include "rights.h"

#include <inttypes.h>

enum {
    SUPERVISOR = DC_ROLE(SUPERVISOR),
    HEADS = DC_ROLE(DIRECTOR) | DC_ROLE(TEAM_LEAD),
    READERS = SUPERVISOR | HEADS | DC_ROLE(VICE_PRESIDENT) | DC_ROLE(BOSS),
    PEOPLE = READERS | DC_ROLE(EMPLOYEE),
};

enum dc_code
rights_define(struct dc_step *step, struct dc_error *error)
{
    dc_step_subject(step, "definitions");
    return dc_access_group(step, SUPERVISOR, error);
}

enum dc_code
rights_read_definitions(struct dc_step *step, struct dc_error *error)
{
    dc_step_subject(step, "definitions");
    return dc_access_role(step, PEOPLE, error);
}

enum dc_code
rights_read_group(struct dc_step *step, struct dc_error *error)
{
    dc_step_subject(step, "targets");
    return dc_access_group(step, READERS, error);
}

void
rights_reach(struct dc_step *step, struct dc_access_reach *ret_reach)
{
    dc_access_reach(step, READERS, ret_reach);
    bool himself = step->context->person_id != 0 && dc_access_role(step, PEOPLE, NULL) == DC_OK;
    ret_reach->self_person_id = himself ? step->context->person_id : 0;
}

enum dc_code
rights_read_owner(struct dc_step *step, Goals__OwnerKind kind, int64_t owner_id,
                  struct dc_error *error)
{
    if (kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT) {
        dc_step_subject(step, "unit/%" PRId64, owner_id);
        return dc_access_unit(step, READERS, owner_id, error);
    }
    dc_step_subject(step, "person/%" PRId64, owner_id);
    if (owner_id != 0 && owner_id == step->context->person_id) {
        return dc_access_role(step, PEOPLE, error);
    }
    return dc_access_person(step, READERS, owner_id, error);
}

enum dc_code
rights_change(struct dc_step *step, const struct store_place *owner, struct dc_error *error)
{
    bool unit = owner->kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT;
    dc_step_subject(step, "%s/%" PRId64, unit ? "unit" : "person", owner->id);
    if (!owner->found) {
        /* Owners that have left belong to nobody's tree. */
        return dc_access_group(step, SUPERVISOR, error);
    }
    int64_t inside = unit ? owner->id : owner->above;
    if (dc_access_unit(step, SUPERVISOR, inside, NULL) == DC_OK) {
        return DC_OK;
    }
    bool own = !unit && owner->id == step->context->person_id;
    if (own || owner->above == 0) {
        /* Only a supervisor may, and he may not: says so without telling more. */
        return dc_access_unit(step, SUPERVISOR, inside, error);
    }
    DC_TRY(dc_access_unit(step, HEADS, owner->above, error));
    return dc_access_unit(step, HEADS, inside, error);
}

enum dc_code
rights_changeable(struct dc_step *step, const struct store_place *owners, size_t count,
                  bool *ret_may, struct dc_error *error)
{
    struct dc_access_reach supervised, headed;
    dc_access_reach(step, SUPERVISOR, &supervised);
    dc_access_reach(step, HEADS, &headed);
    for (size_t i = 0; i < count; i++) {
        ret_may[i] = supervised.all;
    }
    return supervised.all ? DC_OK
                          : store_changeable(step, owners, count, &supervised, &headed, ret_may,
                                             error);
}

enum dc_code
rights_propose(struct dc_step *step, const struct store_place *owner, struct dc_error *error)
{
    if (rights_change(step, owner, NULL) == DC_OK) {
        return DC_OK;
    }
    bool unit = owner->kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT;
    return dc_access_unit(step, HEADS, unit ? owner->id : owner->above, error);
}

enum dc_code
rights_hand_out(struct dc_step *step, int64_t unit_id, int64_t *ret_self, struct dc_error *error)
{
    dc_step_subject(step, "unit/%" PRId64, unit_id);
    if (dc_access_unit(step, SUPERVISOR, unit_id, NULL) == DC_OK) {
        *ret_self = 0;
        return DC_OK;
    }
    DC_TRY(dc_access_unit(step, HEADS, unit_id, error));
    *ret_self = step->context->person_id;
    return DC_OK;
}

void
rights_okr_reaches(struct dc_step *step, struct okr_reaches *ret_reaches)
{
    dc_access_reach(step, READERS, &ret_reaches->reads);
    dc_access_reach(step, SUPERVISOR, &ret_reaches->supervises);
    dc_access_reach(step, HEADS, &ret_reaches->heads);
    ret_reaches->takes_part = dc_access_role(step, PEOPLE, NULL) == DC_OK;
}

enum dc_code
rights_missing(struct dc_step *step, const char *field, const char *sentence,
               struct dc_error *error)
{
    DC_TRY(dc_access_group(step, READERS, error));
    return dc_fail_field(error, DC_NOT_FOUND, field, "%s", sentence);
}
