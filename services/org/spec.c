/* spec.c - the table of org: the organisation, its people, and who may log in. */
#include <dacheng/org/v1/org.pb-c.h>
#include <org_sql.h>

#include "handlers.h"

static const struct dc_option options[] = {
    {"password.passes", DC_OPTION_INT, "2", 1, 100, "passes of Argon2id over its memory"},
    {"password.memory_kib", DC_OPTION_INT, "65536", 8, 4194304,
     "memory of Argon2id, KiB; with passes 2 and 65536 as libsodium's INTERACTIVE"},
    {"password.one_time_hours", DC_OPTION_INT, "168", 0, 8760,
     "how long a one-time password is good, hours; 0 = until it is used"},
    {"login.failures", DC_OPTION_INT, "5", 1, 1000, "failed attempts before an account is locked"},
    {"login.first_delay_s", DC_OPTION_INT, "30", 1, 86400,
     "first lock, seconds; doubles with every further failure"},
    {"login.longest_delay_s", DC_OPTION_INT, "3600", 1, 604800, "longest lock, seconds"},
    {"login.forget_s", DC_OPTION_INT, "86400", 60, 2592000,
     "without an attempt for so long counting begins anew, seconds"},
    {"session.idle_s", DC_OPTION_INT, "28800", 30, 2592000,
     "a session ends when it was not used for so long, seconds"},
    {"session.absolute_s", DC_OPTION_INT, "604800", 60, 31536000,
     "a session ends in any case after so long, seconds"},
    {"session.touch_s", DC_OPTION_INT, "60", 0, 3600, "use is noted at most so often, seconds"},
    {NULL},
};

static enum dc_code
start(struct dc_service *service, struct dc_error *error)
{
    const struct dc_config *config = dc_service_config(service);
    struct org_shared *shared = calloc(1, sizeof(*shared));
    if (!shared) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED, "no memory");
    }
    dc_service_set_shared(service, shared);
    shared->attempts = (struct org_attempt_rule){
        .failures = dc_config_int(config, "login.failures"),
        .first_delay = dc_config_int(config, "login.first_delay_s"),
        .longest_delay = dc_config_int(config, "login.longest_delay_s"),
        .forget_seconds = dc_config_int(config, "login.forget_s"),
    };
    shared->idle_seconds = dc_config_int(config, "session.idle_s");
    shared->absolute_seconds = dc_config_int(config, "session.absolute_s");
    shared->touch_seconds = dc_config_int(config, "session.touch_s");
    shared->one_time_hours = dc_config_int(config, "password.one_time_hours");
    return org_hashing_init(&shared->hashing,
                            (unsigned long long)dc_config_int(config, "password.passes"),
                            (size_t)dc_config_int(config, "password.memory_kib") * 1024, error);
}

static void
stop(struct dc_service *service)
{
    free(dc_service_shared(service));
    dc_service_set_shared(service, NULL);
}

#define SESSION &org__session_service__descriptor
#define INTERNAL &org__org_internal_service__descriptor
#define ORG &org__org_service__descriptor

/* DC_FREE: what hashes a password, or answers a secret that must not be kept for a repetition. */
static const struct dc_method methods[] = {
    {SESSION, "Login", DC_FREE, org_login},
    {SESSION, "Logout", DC_COMMAND, org_logout},
    {SESSION, "GetMe", DC_QUERY, org_get_me},
    {SESSION, "ChangePassword", DC_FREE, org_change_password},
    {INTERNAL, "Resolve", DC_FREE, org_resolve, .internal = true},
    {INTERNAL, "CreateTenant", DC_FREE, org_create_tenant, .internal = true},
    {INTERNAL, "SeedAccounts", DC_FREE, org_seed_accounts, .internal = true},
    {INTERNAL, "FindContext", DC_QUERY, org_find_context, .internal = true},
    {ORG, "GetTree", DC_QUERY, org_get_tree},
    {ORG, "ListPeople", DC_QUERY, org_list_people},
    {ORG, "FindColleagues", DC_QUERY, org_find_colleagues},
    {ORG, "GetPerson", DC_QUERY, org_get_person},
    {ORG, "SaveUnits", DC_COMMAND, org_save_units},
    {ORG, "SavePeople", DC_COMMAND, org_save_people},
    {ORG, "Import", DC_COMMAND, org_import},
    {ORG, "ListGrants", DC_QUERY, org_list_grants, .sensitive = true},
    {ORG, "SetGrants", DC_COMMAND, org_set_grants},
    {ORG, "ResetPassword", DC_FREE, org_reset_password},
    {ORG, "CreateToken", DC_FREE, org_create_token},
    {0},
};

static const struct dc_task tasks[] = {
    {"sessions", 15000, org_task_sessions},
    {"days", 20000, org_task_days},
    {0},
};

static const struct dc_statement *const statements[] = {org_statements, NULL};
const struct dc_service_spec org_spec = {
    .name = "org",
    .sentence = "units, people, posts, roles with scope, accounts and sessions",
    .options = options,
    .statements = statements,
    .migrations = org_migrations,
    .methods = methods,
    .tasks = tasks,
    .publishes = true,
    .start = start,
    .stop = stop,
};
