/* Who may read, write and confirm whose objectives, and enter values by hand. */
#include "okr_rights.h"

#include <inttypes.h>
#include <stdlib.h>

#include "goals.h"
#include "rights.h"

static int
by_id(const void *a, const void *b)
{
    const struct okr_unit *left = a, *right = b;
    return left->id < right->id ? -1 : left->id > right->id;
}

/* NULL: it does not concern him. */
static const struct okr_unit *
unit_of(const struct okr_rights *rights, int64_t unit_id)
{
    struct okr_unit key = {.id = unit_id};
    return rights->unit_count > 0
               ? bsearch(&key, rights->units, rights->unit_count, sizeof *rights->units, by_id)
               : NULL;
}

enum dc_code
okr_rights_load(struct dc_step *step, struct okr_rights *ret_rights, struct dc_error *error)
{
    struct okr_reaches reaches;
    rights_okr_reaches(step, &reaches);
    struct okr_rights rights = {.reads_all = reaches.reads.all,
                                .supervises_all = reaches.supervises.all,
                                .heads_all = reaches.heads.all,
                                .takes_part = reaches.takes_part,
                                .person_id = step->context->person_id};
    DC_TRY(store_okr_units(step, goals_today(step), &reaches, &rights.units, &rights.unit_count,
                           error));
    *ret_rights = rights;
    return DC_OK;
}

static bool
is_unit(const struct store_place *owner)
{
    return owner->kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT;
}

static bool
is_own(const struct okr_rights *rights, const struct store_place *owner)
{
    return !is_unit(owner) && rights->person_id != 0 && owner->id == rights->person_id;
}

/* The unit that the owner is, or is in. */
static int64_t
inside(const struct store_place *owner)
{
    return is_unit(owner) ? owner->id : owner->above;
}

static bool
supervises(const struct okr_rights *rights, const struct store_place *owner)
{
    const struct okr_unit *unit = owner->found ? unit_of(rights, inside(owner)) : NULL;
    return rights->supervises_all || (unit && unit->supervises);
}

static bool
heads(const struct okr_rights *rights, int64_t unit_id)
{
    const struct okr_unit *unit = unit_of(rights, unit_id);
    return unit_id != 0 && (rights->heads_all || (unit && unit->heads));
}

bool
okr_may_read(const struct okr_rights *rights, const struct store_place *owner)
{
    if (rights->reads_all || (rights->takes_part && is_own(rights, owner))) {
        return true;
    }
    const struct okr_unit *unit = owner->found ? unit_of(rights, inside(owner)) : NULL;
    return unit && (unit->reads || (is_unit(owner) && unit->own && rights->takes_part));
}

bool
okr_may_write(const struct okr_rights *rights, const struct store_place *owner)
{
    return supervises(rights, owner) || (rights->takes_part && is_own(rights, owner)) ||
           (owner->found && heads(rights, inside(owner)));
}

bool
okr_may_confirm(const struct okr_rights *rights, const struct store_place *owner)
{
    return supervises(rights, owner) ||
           (owner->found && !is_own(rights, owner) && heads(rights, owner->above) &&
            heads(rights, inside(owner)));
}

bool
okr_is_enterer(const struct okr_rights *rights, const Goals__Measure *measure)
{
    for (size_t i = 0; rights->takes_part && i < measure->n_enterer_ids; i++) {
        if (rights->person_id != 0 && measure->enterer_ids[i] == rights->person_id) {
            return true;
        }
    }
    return false;
}

bool
okr_may_enter(const struct okr_rights *rights, const Goals__Measure *measure,
              const struct store_place *owner)
{
    return supervises(rights, owner) ||
           (owner->found && !is_own(rights, owner) && okr_is_enterer(rights, measure)) ||
           (measure->heads_enter && okr_may_confirm(rights, owner));
}

enum dc_code
okr_deny(struct dc_step *step, const struct store_place *owner, struct dc_error *error)
{
    dc_step_subject(step, "%s/%" PRId64, is_unit(owner) ? "unit" : "person", owner->id);
    return dc_access_role(step, 0, error);
}
