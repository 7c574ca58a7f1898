/* grants.c - the rules of roles, as one table. */
#include "grants.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/words.h"
#include "service/access.h"

#define SCOPE(name) (1u << KERNEL__SCOPE__SCOPE_##name)
#define UNIT_SCOPES (SCOPE(UNIT) | SCOPE(UNIT_TREE) | SCOPE(COMPANY))
#define PERFORMANCE                                                                                \
    (DC_ROLE(EMPLOYEE) | DC_ROLE(TEAM_LEAD) | DC_ROLE(DIRECTOR) | DC_ROLE(VICE_PRESIDENT) |        \
     DC_ROLE(BOSS) | DC_ROLE(SUPERVISOR))

/* By role number: what it may reach over, and which other roles it goes with. */
static const struct {
    const char *name;
    unsigned scopes;
    unsigned with;
} rules[] = {
    [KERNEL__ROLE__ROLE_EMPLOYEE] = {DC_WORDS("EMPLOYEE"), SCOPE(SELF),
                                     PERFORMANCE | DC_ROLE(OPERATIONS) | DC_ROLE(INTEGRATOR)},
    [KERNEL__ROLE__ROLE_TEAM_LEAD] = {DC_WORDS("TEAM_LEAD"), UNIT_SCOPES, PERFORMANCE},
    [KERNEL__ROLE__ROLE_DIRECTOR] = {DC_WORDS("DIRECTOR"), UNIT_SCOPES, PERFORMANCE},
    [KERNEL__ROLE__ROLE_VICE_PRESIDENT] = {DC_WORDS("VICE_PRESIDENT"), UNIT_SCOPES | SCOPE(GROUP),
                                           PERFORMANCE},
    [KERNEL__ROLE__ROLE_BOSS] = {DC_WORDS("BOSS"), SCOPE(COMPANY) | SCOPE(GROUP), PERFORMANCE},
    [KERNEL__ROLE__ROLE_SUPERVISOR] = {DC_WORDS("SUPERVISOR"),
                                       SCOPE(UNIT_TREE) | SCOPE(COMPANY) | SCOPE(GROUP),
                                       PERFORMANCE},
    [KERNEL__ROLE__ROLE_INTEGRATOR] = {DC_WORDS("INTEGRATOR"), SCOPE(GROUP),
                                       DC_ROLE(EMPLOYEE) | DC_ROLE(INTEGRATOR)},
    [KERNEL__ROLE__ROLE_OPERATIONS] = {DC_WORDS("OPERATIONS"), SCOPE(GROUP),
                                       DC_ROLE(EMPLOYEE) | DC_ROLE(OPERATIONS)},
    [KERNEL__ROLE__ROLE_SYSTEM_ADMIN] = {DC_WORDS("SYSTEM_ADMIN"), SCOPE(GROUP),
                                         DC_ROLE(SYSTEM_ADMIN)},
    [KERNEL__ROLE__ROLE_SECURITY_ADMIN] = {DC_WORDS("SECURITY_ADMIN"), SCOPE(GROUP),
                                           DC_ROLE(SECURITY_ADMIN)},
    [KERNEL__ROLE__ROLE_AUDITOR] = {DC_WORDS("AUDITOR"), SCOPE(GROUP), DC_ROLE(AUDITOR)},
};
enum { ROLES = sizeof(rules) / sizeof(rules[0]) };

static enum dc_code
check_grant(const struct org_grant *grant, size_t index, struct dc_error *error)
{
    char field[DC_ERROR_FIELD_MAX];
    if (grant->role <= 0 || grant->role >= ROLES) {
        snprintf(field, sizeof(field), "grants[%zu].role", index);
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "is not a role");
    }
    if (grant->scope <= 0 || grant->scope > KERNEL__SCOPE__SCOPE_GROUP ||
        !(rules[grant->role].scopes & (1u << grant->scope))) {
        snprintf(field, sizeof(field), "grants[%zu].scope", index);
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "the role %s cannot be granted with this scope",
                             rules[grant->role].name);
    }
    bool wants_unit = (1u << grant->scope) & UNIT_SCOPES;
    if (wants_unit != (grant->unit_id > 0)) {
        snprintf(field, sizeof(field), "grants[%zu].unit_id", index);
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             wants_unit ? DC_WORDS("names no unit, and this scope needs one")
                                        : DC_WORDS("names a unit, and this scope has none"));
    }
    return DC_OK;
}

enum dc_code
org_grants_check(const struct org_grant *grants, size_t count, struct dc_error *error)
{
    if (count > ORG_GRANTS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "grants",
                             "are %zu; at most %d are allowed", count, ORG_GRANTS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        DC_TRY(check_grant(&grants[i], i, error));
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (!(rules[grants[i].role].with & (1u << grants[j].role))) {
                return dc_fail_field(error, DC_FAILED_PRECONDITION, "grants",
                                     "%s and %s exclude each other: one person cannot hold both",
                                     rules[grants[i].role].name, rules[grants[j].role].name);
            }
        }
    }
    return DC_OK;
}

static int
compare_grants(const void *a, const void *b)
{
    const struct org_grant *x = a, *y = b;
    if (x->role != y->role) {
        return x->role < y->role ? -1 : 1;
    }
    if (x->scope != y->scope) {
        return x->scope < y->scope ? -1 : 1;
    }
    return x->unit_id < y->unit_id ? -1 : x->unit_id > y->unit_id;
}

size_t
org_grants_effective(const struct org_grant *grants, size_t count, struct org_grant *ret)
{
    bool apart = org_grants_administer(grants, count) ||
                 org_grants_hold(grants, count, KERNEL__ROLE__ROLE_OPERATIONS) ||
                 org_grants_hold(grants, count, KERNEL__ROLE__ROLE_INTEGRATOR);
    if (count > 0) {
        memcpy(ret, grants, count * sizeof(*grants));
    }
    if (!apart) {
        ret[count++] =
            (struct org_grant){KERNEL__ROLE__ROLE_EMPLOYEE, KERNEL__SCOPE__SCOPE_SELF, 0};
    }
    qsort(ret, count, sizeof(*ret), compare_grants);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || compare_grants(&ret[kept - 1], &ret[i]) != 0) {
            ret[kept++] = ret[i];
        }
    }
    return kept;
}

bool
org_grants_hold(const struct org_grant *grants, size_t count, Kernel__Role role)
{
    for (size_t i = 0; i < count; i++) {
        if (grants[i].role == (int64_t)role) {
            return true;
        }
    }
    return false;
}

bool
org_grants_administer(const struct org_grant *grants, size_t count)
{
    return org_grants_hold(grants, count, KERNEL__ROLE__ROLE_SYSTEM_ADMIN) ||
           org_grants_hold(grants, count, KERNEL__ROLE__ROLE_SECURITY_ADMIN) ||
           org_grants_hold(grants, count, KERNEL__ROLE__ROLE_AUDITOR);
}

const char *
org_grants_home(struct dc_arena *arena, const struct org_grant *grants, size_t count,
                int64_t root_unit_id)
{
    static const struct {
        Kernel__Role role;
        const char *page; /* NULL: the unit of the grant */
    } homes[] = {
        {KERNEL__ROLE__ROLE_BOSS, "boss"},
        {KERNEL__ROLE__ROLE_SUPERVISOR, "goals"},
        {KERNEL__ROLE__ROLE_VICE_PRESIDENT, NULL},
        {KERNEL__ROLE__ROLE_DIRECTOR, NULL},
        {KERNEL__ROLE__ROLE_TEAM_LEAD, NULL},
        {KERNEL__ROLE__ROLE_AUDITOR, "audit"},
        {KERNEL__ROLE__ROLE_OPERATIONS, "operations"},
        {KERNEL__ROLE__ROLE_SYSTEM_ADMIN, "organisation"},
        {KERNEL__ROLE__ROLE_SECURITY_ADMIN, "organisation"},
    };
    for (size_t h = 0; h < sizeof(homes) / sizeof(homes[0]); h++) {
        for (size_t i = 0; i < count; i++) {
            if (grants[i].role == (int64_t)homes[h].role) {
                int64_t unit = grants[i].unit_id ? grants[i].unit_id : root_unit_id;
                return homes[h].page ? homes[h].page
                                     : dc_arena_printf(arena, "unit/%lld", (long long)unit);
            }
        }
    }
    return "me";
}

Kernel__Grant **
org_grants_write(struct dc_arena *arena, const struct org_grant *grants, size_t count)
{
    Kernel__Grant **messages = DC_NEW_ARRAY(arena, Kernel__Grant *, count);
    for (size_t i = 0; i < count; i++) {
        messages[i] = DC_NEW_MESSAGE(arena, Kernel__Grant, kernel__grant__init);
        messages[i]->role = (Kernel__Role)grants[i].role;
        messages[i]->scope = (Kernel__Scope)grants[i].scope;
        messages[i]->unit_id = grants[i].unit_id;
    }
    return messages;
}
