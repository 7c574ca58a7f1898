/*
 * okr_rights.h - who may read, write and confirm whose objectives, and enter values by hand.
 *
 * A caller's units are read once a request; the questions are pure then, so that a list of two
 * thousand objectives asks nothing more of the database.
 *
 * Reading: what his scope covers, his own, and those of the units that he is in, up to the root.
 * Writing drafts and checking in: the owner, who heads the unit that the owner is or is in,
 * SUPERVISOR over it. Confirming, and changing what is confirmed: SUPERVISOR, and heads strictly
 * above; never one's own.
 */
#ifndef DC_GOALS_OKR_RIGHTS_H
#define DC_GOALS_OKR_RIGHTS_H

#include "store_okr.h"

struct okr_unit {
    int64_t id;
    bool reads, supervises, heads, own;
};
struct okr_rights {
    bool reads_all, supervises_all, heads_all;
    bool takes_part; /* holds a role of performance, whatever its scope */
    int64_t person_id;
    const struct okr_unit *units; /* by id */
    size_t unit_count;
};
enum dc_code okr_rights_load(struct dc_step *step, struct okr_rights *ret_rights,
                             struct dc_error *error) DC_MUST_CHECK;
/* Of an owner: kind, id, above and found of the place count. */
bool okr_may_read(const struct okr_rights *rights, const struct store_place *owner);
bool okr_may_write(const struct okr_rights *rights, const struct store_place *owner);
bool okr_may_confirm(const struct okr_rights *rights, const struct store_place *owner);
/* Values of a measure of HAND: SUPERVISOR over the owner; the people that it names and, where it
 * says so, heads, for whom they may confirm; nobody but a supervisor his own. */
bool okr_may_enter(const struct okr_rights *rights, const Goals__Measure *measure,
                   const struct store_place *owner);
/* Is he one of those that the measure names? */
bool okr_is_enterer(const struct okr_rights *rights, const Goals__Measure *measure);

/* The refusal that every service says in these words. */
enum dc_code okr_deny(struct dc_step *step, const struct store_place *owner,
                      struct dc_error *error) DC_MUST_CHECK;

#endif
