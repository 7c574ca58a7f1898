/* privileges.c - who may do what: grants, accounts of others, tokens for programs. */
#include <string.h>

#include "base/assert.h"
#include "handlers.h"

DC_HANDLER(org_list_grants, Org__ListGrantsRequest, Org__ListGrantsResponse)
{
    DC_TRY(org_need_tenant(step, error));
    DC_TRY(dc_access_role(step, DC_ROLE(SECURITY_ADMIN) | DC_ROLE(SYSTEM_ADMIN) | DC_ROLE(AUDITOR),
                          error));
    return org_store_list_grants(step, request->person_id, response, error);
}

static enum dc_code
check_units(struct dc_step *step, const struct org_grant *grants, size_t count, dc_date today,
            struct dc_error *error)
{
    for (size_t i = 0; i < count; i++) { /* at most ORG_GRANTS_MAX, mostly one */
        if (grants[i].unit_id == 0) {
            continue;
        }
        int kind;
        char field[DC_ERROR_FIELD_MAX];
        snprintf(field, sizeof(field), "grants[%zu].unit_id", i);
        DC_TRY(org_store_unit_kind(step, grants[i].unit_id, today, &kind, error));
        if (kind == 0) {
            return dc_fail_field(error, DC_NOT_FOUND, field, "there is no such unit today");
        }
        if (grants[i].scope == KERNEL__SCOPE__SCOPE_COMPANY &&
            kind != ORG__UNIT_KIND__UNIT_KIND_COMPANY) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "the scope COMPANY names a company");
        }
    }
    return DC_OK;
}

DC_HANDLER(org_set_grants, Org__SetGrantsRequest, Org__SetGrantsResponse)
{
    int64_t tenant_id = step->context->tenant_id;
    struct org_tenant tenant;
    const char *code;
    size_t count = request->n_grants;
    DC_TRY(org_need_tenant(step, error));
    DC_TRY(dc_access_group(step, DC_ROLE(SECURITY_ADMIN), error));
    dc_step_subject(step, "person/%lld", (long long)request->person_id);
    if (request->person_id == step->context->person_id) {
        return dc_fail_field(error, DC_PERMISSION_DENIED, "person_id",
                             "nobody grants to himself: ask another security administrator");
    }
    DC_TRY(org_check_reason(request->reason, error));
    struct org_grant *grants = DC_NEW_ARRAY(step->arena, struct org_grant, count);
    for (size_t i = 0; i < count; i++) {
        grants[i] = (struct org_grant){request->grants[i]->role, request->grants[i]->scope,
                                       request->grants[i]->unit_id};
    }
    DC_TRY(org_grants_check(grants, count, error));
    DC_TRY(org_store_load_tenant(step, tenant_id, &tenant, error));
    DC_TRY(org_store_lock_person(step, tenant_id, request->person_id, &code, error));
    DC_TRY(check_units(step, grants, count, tenant.today, error));
    DC_TRY(org_store_save_grants(step, tenant_id, request->person_id, grants, count, error));
    org_emit_grants(step, tenant_id, request->person_id, grants, count, request->reason);
    org_context_grants(step, grants, count, &response->grants, &response->n_grants);
    return DC_OK;
}

/* --- accounts ------------------------------------------------------------------------------ */
/* Whoever resets a password could log in with it, so nobody takes over an administrator's account
 * that way: those are reset by the operators of the deployment (a program's call), who cannot
 * grant. */
static enum dc_code
may_reset(struct dc_step *step, int64_t person_id, struct dc_error *error)
{
    struct org_grant *grants = NULL;
    size_t count = 0;
    if (step->context->person_id == 0) {
        return DC_OK;
    }
    DC_TRY(
        org_store_load_grants(step, step->context->tenant_id, person_id, &grants, &count, error));
    if (person_id == step->context->person_id) {
        return dc_fail_field(error, DC_PERMISSION_DENIED, "person_id",
                             "change your own password instead");
    }
    if (org_grants_administer(grants, count)) {
        return dc_fail_field(error, DC_PERMISSION_DENIED, "person_id",
                             "an administrator's password is reset by the operators of the "
                             "deployment");
    }
    return DC_OK;
}

static enum dc_code
name_account(struct dc_step *step, const Org__ResetPasswordRequest *request, char ret_account[65],
             bool *ret_created, struct dc_error *error)
{
    const char *code, *existing;
    DC_TRY(org_store_lock_person(step, step->context->tenant_id, request->person_id, &code, error));
    DC_TRY(
        org_store_account_of(step, step->context->tenant_id, request->person_id, &existing, error));
    const char *wanted = *existing ? existing : *request->account ? request->account : code;
    if (!org_account_name(wanted, ret_account)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "account",
                             "\"%s\" cannot be an account's name; it has 1 to 64 bytes of "
                             "letters, digits and \"._@-\"",
                             wanted);
    }
    *ret_created = *existing == '\0';
    return DC_OK;
}

static enum dc_code
store_reset(struct dc_step *step, const Org__ResetPasswordRequest *request, const char *hash,
            const char **ret_account, struct dc_error *error)
{
    int64_t tenant_id = step->context->tenant_id;
    int64_t hours = org_shared_of(step)->one_time_hours;
    dc_time until = hours == 0 ? INT64_MAX : step->now + hours * 3600 * DC_SECOND;
    char account[65];
    bool created = false;
    struct org_ended *ended = NULL;
    size_t count = 0;
    DC_TRY(dc_step_begin(step, tenant_id, error));
    DC_TRY(name_account(step, request, account, &created, error));
    DC_TRY(org_store_save_account(step, tenant_id, account, request->person_id, hash, until,
                                  ret_account, error));
    DC_TRY(org_store_forget_attempt(step, tenant_id, *ret_account, error));
    DC_TRY(org_store_end_sessions_of(step, tenant_id, request->person_id, "", true,
                                     "the password was reset", &ended, &count, error));
    Org__PasswordReset event = ORG__PASSWORD_RESET__INIT;
    event.account = (char *)*ret_account;
    event.person_id = request->person_id;
    event.created = created;
    dc_emit(step, tenant_id, dc_arena_printf(step->arena, "account/%s", *ret_account), &event.base);
    org_emit_ended(step, tenant_id, ended, count);
    return dc_step_commit(step, error);
}

DC_HANDLER(org_reset_password, Org__ResetPasswordRequest, Org__ResetPasswordResponse)
{
    const char *account = "";
    DC_TRY(org_need_tenant(step, error));
    DC_TRY(dc_access_group(step, DC_ROLE(SYSTEM_ADMIN), error));
    dc_step_subject(step, "person/%lld", (long long)request->person_id);
    DC_TRY(dc_step_begin(step, step->context->tenant_id, error));
    DC_TRY(may_reset(step, request->person_id, error));
    DC_TRY(dc_step_commit(step, error));
    char *password = dc_arena_alloc(step->arena, ORG_ONE_TIME_TEXT);
    char hash[ORG_HASH_TEXT];
    org_one_time_password(password);
    DC_TRY(org_password_hash(&org_shared_of(step)->hashing, password, hash, error));
    DC_TRY(store_reset(step, request, hash, &account, error));
    response->account = (char *)account;
    response->one_time_password = password;
    return DC_OK;
}

/* --- tokens for programs ------------------------------------------------------------------- */
static enum dc_code
need_integrator(struct dc_step *step, int64_t person_id, const char **ret_account,
                struct dc_error *error)
{
    struct org_grant *grants = NULL;
    size_t count = 0;
    const char *code;
    DC_TRY(org_store_lock_person(step, step->context->tenant_id, person_id, &code, error));
    DC_TRY(
        org_store_load_grants(step, step->context->tenant_id, person_id, &grants, &count, error));
    DC_TRY(org_store_account_of(step, step->context->tenant_id, person_id, ret_account, error));
    if (!org_grants_hold(grants, count, KERNEL__ROLE__ROLE_INTEGRATOR) || **ret_account == '\0') {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "person_id",
                             "a token is for a person with an account who holds the role "
                             "INTEGRATOR");
    }
    return DC_OK;
}

DC_HANDLER(org_create_token, Org__CreateTokenRequest, Org__CreateTokenResponse)
{
    int64_t tenant_id = step->context->tenant_id;
    const char *account;
    uint8_t hash[ORG_TOKEN_HASH];
    DC_TRY(org_need_tenant(step, error));
    DC_TRY(dc_access_group(step, DC_ROLE(SYSTEM_ADMIN), error));
    DC_TRY(org_check_text(request->name, 1, 100, "name", error));
    if (request->days < 1 || request->days > 730) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "days", "is %d; 1 to 730 are allowed",
                             request->days);
    }
    char *token = dc_arena_alloc(step->arena, ORG_TOKEN_TEXT);
    char *id = dc_arena_alloc(step->arena, ORG_SESSION_ID_TEXT);
    org_token(token);
    org_session_id(id);
    org_token_hash(token, hash);
    DC_TRY(dc_step_begin(step, tenant_id, error));
    DC_TRY(need_integrator(step, request->person_id, &account, error));
    dc_time until = step->now + (dc_time)request->days * 86400 * DC_SECOND;
    struct org_session session = {.tenant_id = tenant_id,
                                  .id = id,
                                  .account = account,
                                  .person_id = request->person_id,
                                  .bearer = true,
                                  .name = request->name,
                                  .address = step->context->address,
                                  .expires_at = until,
                                  .absolute = until};
    DC_TRY(org_store_create_session(step, &session, hash, error));
    Org__TokenCreated event = ORG__TOKEN_CREATED__INIT;
    event.session_id = id;
    event.person_id = request->person_id;
    event.name = request->name;
    event.expires_at_us = until;
    dc_emit(step, tenant_id, dc_arena_printf(step->arena, "session/%s", id), &event.base);
    DC_TRY(dc_step_commit(step, error));
    response->token = token;
    response->session_id = id;
    response->expires_at_us = until;
    return DC_OK;
}
