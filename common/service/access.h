/*
 * access.h - who may see and do what: the caller's grants against this service's own projection of
 * the organisation.
 *
 * The tree of units and the people in it is the one part of the domain that the kernel knows,
 * because a scope is defined by it. Each service that checks scopes adds dc_access_reactions to
 * its reactions; the tables come with the kernel's own migrations (org_unit, org_unit_tree
 * (closure with depth), org_person, org_post in the service's own schema, all tenant-led and under
 * row-level security), and may join these tables in its own SQL. Today's tree decides what a
 * person may see.
 */
#ifndef DC_SERVICE_ACCESS_H
#define DC_SERVICE_ACCESS_H

#include "service/service.h"

#include <dacheng/org/v1/events.pb-c.h>

/* Posts are held from one day to another; this is where the day begins, in seconds east of UTC. */
enum { DC_ACCESS_UTC_OFFSET = 8 * 3600 };

/* Reactions to the stream "org" that keep the projection; put them into a service's table with
 * DC_ACCESS_REACTIONS (a comma-separated list of struct dc_reaction). */
dc_reaction_fn dc_access_on_units_changed;
dc_reaction_fn dc_access_on_people_changed;
#define DC_ACCESS_REACTIONS                                                                        \
    {"org", "UnitsChanged", &org__units_changed__descriptor, dc_access_on_units_changed},          \
    {                                                                                              \
        "org", "PeopleChanged", &org__people_changed__descriptor, dc_access_on_people_changed      \
    }

/* A set of roles: bit per Kernel__Role. */
#define DC_ROLE(name) (1u << KERNEL__ROLE__ROLE_##name)

/* Does any grant of one of `roles` cover the thing? PERMISSION_DENIED with a sentence that does
 * not tell whether the thing exists. SELF scope covers the caller's own person only; a unit scope
 * covers units of the tree and people with a post in it. A peer acting as a program (context with
 * person 0 and no account) passes. */
enum dc_code dc_access_role(struct dc_step *step, unsigned roles, struct dc_error *error)
    DC_MUST_CHECK; /* holds one of the roles, whatever scope */
enum dc_code dc_access_unit(struct dc_step *step, unsigned roles, int64_t unit_id,
                            struct dc_error *error) DC_MUST_CHECK;
enum dc_code dc_access_person(struct dc_step *step, unsigned roles, int64_t person_id,
                              struct dc_error *error) DC_MUST_CHECK;
/* Whole tenant (SCOPE_GROUP). */
enum dc_code dc_access_group(struct dc_step *step, unsigned roles, struct dc_error *error)
    DC_MUST_CHECK;

/* For lists: the roots that the caller may see, to be passed to SQL. `all`: no filter needed.
 * `tree_units`: these and everything below; `units`: these alone; `self`: the caller's person. */
struct dc_access_reach {
    bool all;
    const int64_t *tree_units;
    size_t tree_unit_count;
    const int64_t *units;
    size_t unit_count;
    int64_t self_person_id; /* 0: not even himself */
};
void dc_access_reach(struct dc_step *step, unsigned roles, struct dc_access_reach *ret_reach);

#endif
