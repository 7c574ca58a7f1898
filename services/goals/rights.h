/*
 * rights.h - who may read and change targets and definitions.
 *
 * Reading: TEAM_LEAD, DIRECTOR, VICE_PRESIDENT, BOSS and SUPERVISOR what their scope covers;
 * everybody with one of these roles or EMPLOYEE himself. Administrators, auditors, operations and
 * integrators read nothing here. Defining: SUPERVISOR of the whole group. Changing a target:
 * SUPERVISOR over the unit that the owner is (in); DIRECTOR and TEAM_LEAD strictly below the unit
 * that they head, and never their own.
 *
 * A refusal never tells whether the thing exists.
 */
#ifndef DC_GOALS_RIGHTS_H
#define DC_GOALS_RIGHTS_H

#include "store.h"

enum dc_code rights_define(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
enum dc_code rights_read_definitions(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;

/* What the caller may see, for lists. */
void rights_reach(struct dc_step *step, struct dc_access_reach *ret_reach);
enum dc_code rights_read_owner(struct dc_step *step, Goals__OwnerKind kind, int64_t owner_id,
                               struct dc_error *error) DC_MUST_CHECK;

/* What is about anybody. */
enum dc_code rights_read_group(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;

/* Changing the target of this very owner. */
enum dc_code rights_change(struct dc_step *step, const struct store_place *owner,
                           struct dc_error *error) DC_MUST_CHECK;
/* The same for many at once: which of them; owners that are not there are nobody's but a group's
 * supervisor's. */
enum dc_code rights_changeable(struct dc_step *step, const struct store_place *owners, size_t count,
                               bool *ret_may, struct dc_error *error) DC_MUST_CHECK;
/* Proposing a change of it: who may change it, and the head of the unit that the owner is, or is in
 * (whether he may is what the approval decides). */
enum dc_code rights_propose(struct dc_step *step, const struct store_place *owner,
                            struct dc_error *error) DC_MUST_CHECK;
/* Handing out a unit's target among those below it. ret_self: the caller's own person, whose
 * target he may not touch; 0 when he may. */
enum dc_code rights_hand_out(struct dc_step *step, int64_t unit_id, int64_t *ret_self,
                             struct dc_error *error) DC_MUST_CHECK;

/* The scopes that objectives and hand-entered values go by (okr_rights.h). */
struct okr_reaches {
    struct dc_access_reach reads, supervises, heads;
    bool takes_part; /* holds one of the roles of performance */
};
void rights_okr_reaches(struct dc_step *step, struct okr_reaches *ret_reaches);

/* The answer to an id that is not there: NOT_FOUND only to those who may see everything. */
enum dc_code rights_missing(struct dc_step *step, const char *field, const char *sentence,
                            struct dc_error *error) DC_MUST_CHECK;

#endif
