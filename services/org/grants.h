/*
 * grants.h - which roles a person may hold together, how far each may reach, and what follows
 * from them. Pure.
 */
#ifndef DC_ORG_GRANTS_H
#define DC_ORG_GRANTS_H

#include <dacheng/kernel/v1/context.pb-c.h>

#include "base/arena.h"
#include "base/error.h"

struct org_grant {
    int64_t role;    /* Kernel__Role */
    int64_t scope;   /* Kernel__Scope */
    int64_t unit_id; /* 0 for SELF and GROUP */
};

enum { ORG_GRANTS_MAX = 50 };

/* Roles whose holders read about other people in the organisation. OPERATIONS and INTEGRATOR
 * have no business with names. */
#define ORG_READERS                                                                                \
    (DC_ROLE(EMPLOYEE) | DC_ROLE(TEAM_LEAD) | DC_ROLE(DIRECTOR) | DC_ROLE(VICE_PRESIDENT) |        \
     DC_ROLE(BOSS) | DC_ROLE(SUPERVISOR) | DC_ROLE(SYSTEM_ADMIN) | DC_ROLE(SECURITY_ADMIN) |       \
     DC_ROLE(AUDITOR))

/* The three administrators 三员 exclude each other and every other role; OPERATIONS and INTEGRATOR
 * go with EMPLOYEE alone; each role has its scopes; a unit is named where the scope needs one and
 * only there. That the units exist is for the caller. */
enum dc_code org_grants_check(const struct org_grant *grants, size_t count,
                              struct dc_error *error) DC_MUST_CHECK;
/* Sorted, without doubles; and with EMPLOYEE over himself for whoever holds no administrator's or
 * program's role: everybody who works here sees his own. `ret` has room for count + 1. */
size_t org_grants_effective(const struct org_grant *grants, size_t count, struct org_grant *ret);
bool org_grants_hold(const struct org_grant *grants, size_t count, Kernel__Role role);
/* Does the person administer (one of the three)? */
bool org_grants_administer(const struct org_grant *grants, size_t count);
/* The page to open first: the widest work first. `root_unit_id` stands in for a GROUP scope. */
const char *org_grants_home(struct dc_arena *arena, const struct org_grant *grants, size_t count,
                            int64_t root_unit_id);
Kernel__Grant **org_grants_write(struct dc_arena *arena, const struct org_grant *grants,
                                 size_t count);

#endif
