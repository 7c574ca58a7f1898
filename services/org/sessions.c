/* sessions.c - logging in and out, who am I, and one's own password. */
#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "base/words.h"
#include "handlers.h"

static const char wrong[] = DC_WORDS("the account or the password is wrong");

static enum dc_code
fill_me(struct dc_step *step, int64_t tenant_id, int64_t person_id, Org__Me **ret_me,
        struct dc_error *error)
{
    Org__Me *me = DC_NEW_MESSAGE(step->arena, Org__Me, org__me__init);
    int64_t root_unit_id;
    struct org_grant *grants;
    size_t count;
    DC_TRY(org_store_find_me(step, tenant_id, person_id, me, &root_unit_id, error));
    DC_TRY(org_store_load_grants(step, tenant_id, person_id, &grants, &count, error));
    org_context_grants(step, grants, count, &me->grants, &me->n_grants);
    me->home = (char *)org_grants_home(step->arena, grants, count, root_unit_id);
    *ret_me = me;
    return DC_OK;
}

static enum dc_code
say_locked(struct dc_step *step, dc_time until, struct dc_error *error)
{
    char text[DC_TIME_TEXT];
    dc_time_format(until, text);
    int64_t seconds = (until - step->now + DC_SECOND - 1) / DC_SECOND;
    return dc_fail(error, DC_RESOURCE_EXHAUSTED,
                   "too many failed attempts: locked until %s, for %lld more seconds", text,
                   (long long)(seconds > 0 ? seconds : 1));
}

/* Counts the attempt and finds what it is to be checked against. An unknown tenant counts as
 * tenant 0, an unknown account under its name, so that neither shows. */
struct attempt {
    int64_t tenant_id;
    const char *name; /* that is counted under */
    int64_t failures;
    dc_time locked_until;
    struct org_account account;
};

static enum dc_code
begin_attempt(struct dc_step *step, const char *tenant_code, const char *account,
              struct attempt *attempt, struct dc_error *error)
{
    struct org_tenant tenant = {0};
    DC_TRY(dc_step_begin(step, 0, error));
    enum dc_code found = org_store_find_tenant(step, tenant_code, &tenant, error);
    if (found != DC_OK && found != DC_NOT_FOUND) {
        return found;
    }
    attempt->tenant_id = tenant.id;
    attempt->name =
        found == DC_OK ? account : dc_arena_printf(step->arena, "%.40s/%s", tenant_code, account);
    DC_TRY(dc_db_set_tenant(step->db, tenant.id, error));
    bool admitted;
    DC_TRY(org_store_begin_attempt(step, tenant.id, attempt->name, &org_shared_of(step)->attempts,
                                   &admitted, &attempt->failures, &attempt->locked_until, error));
    if (admitted) {
        DC_TRY(org_store_load_account(step, tenant.id, account, &attempt->account, error));
    }
    DC_TRY(dc_step_commit(step, error));
    return admitted ? DC_OK : say_locked(step, attempt->locked_until, error);
}

/* The attempt stays counted; tells of it. */
static enum dc_code
attempt_failed(struct dc_step *step, const struct attempt *attempt, const char *account,
               struct dc_error *error)
{
    if (attempt->tenant_id != 0) {
        DC_TRY(dc_step_begin(step, attempt->tenant_id, error));
        Org__LoginFailed event = ORG__LOGIN_FAILED__INIT;
        event.account = (char *)account;
        event.address = step->context->address;
        event.failures = (int32_t)attempt->failures;
        event.locked = attempt->locked_until != 0;
        dc_emit(step, attempt->tenant_id, dc_arena_printf(step->arena, "account/%s", account),
                &event.base);
        DC_TRY(dc_step_commit(step, error));
    }
    return attempt->locked_until != 0 ? say_locked(step, attempt->locked_until, error)
                                      : dc_fail(error, DC_UNAUTHENTICATED, "%s", wrong);
}

/* A hash by older parameters is made anew while the password is at hand. */
static enum dc_code
renew_hash(struct dc_step *step, const struct attempt *attempt, const char *password,
           const char **ret_hash, struct dc_error *error)
{
    const struct org_hashing *hashing = &org_shared_of(step)->hashing;
    *ret_hash = NULL;
    if (org_password_is_dated(hashing, attempt->account.hash)) {
        char *hash = dc_arena_alloc(step->arena, ORG_HASH_TEXT);
        DC_TRY(org_password_hash(hashing, password, hash, error));
        *ret_hash = hash;
    }
    return DC_OK;
}

static enum dc_code
open_session(struct dc_step *step, const struct attempt *attempt, const char *account,
             Org__LoginResponse *response, struct dc_error *error)
{
    const struct org_shared *shared = org_shared_of(step);
    char *token = dc_arena_alloc(step->arena, ORG_TOKEN_TEXT);
    char *id = dc_arena_alloc(step->arena, ORG_SESSION_ID_TEXT);
    uint8_t hash[ORG_TOKEN_HASH];
    org_token(token);
    org_session_id(id);
    org_token_hash(token, hash);
    dc_time absolute = step->now + shared->absolute_seconds * DC_SECOND;
    dc_time expires = step->now + shared->idle_seconds * DC_SECOND;
    struct org_session session = {
        .tenant_id = attempt->tenant_id,
        .id = id,
        .account = account,
        .person_id = attempt->account.person_id,
        .name = "",
        .address = step->context->address,
        .expires_at = expires < absolute ? expires : absolute,
        .absolute = absolute,
    };
    DC_TRY(org_store_create_session(step, &session, hash, error));
    Org__LoggedIn event = ORG__LOGGED_IN__INIT;
    event.account = (char *)account;
    event.person_id = session.person_id;
    event.session_id = id;
    event.address = step->context->address;
    dc_emit(step, session.tenant_id, dc_arena_printf(step->arena, "account/%s", account),
            &event.base);
    response->token = token;
    response->expires_at_us = session.expires_at;
    response->must_change_password = attempt->account.must_change;
    return DC_OK;
}

DC_HANDLER(org_login, Org__LoginRequest, Org__LoginResponse)
{
    const struct org_hashing *hashing = &org_shared_of(step)->hashing;
    char account[65];
    size_t length = strlen(request->password);
    if (!org_account_name(request->account, account)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "account",
                             "has 1 to 64 bytes of letters, digits and \"._@-\"");
    }
    if (length == 0 || length > ORG_PASSWORD_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "password", "has 1 to %d bytes",
                             ORG_PASSWORD_MAX);
    }
    struct attempt attempt = {0};
    DC_TRY(begin_attempt(step, request->tenant, account, &attempt, error));
    /* Outside of any transaction: this takes its time, for unknown accounts too. */
    bool fits = org_password_fits(hashing, attempt.account.hash, request->password);
    if (!fits || attempt.account.one_time_until <= step->now) {
        return attempt_failed(step, &attempt, account, error);
    }
    const char *renewed;
    DC_TRY(renew_hash(step, &attempt, request->password, &renewed, error));
    DC_TRY(dc_step_begin(step, attempt.tenant_id, error));
    DC_TRY(org_store_forget_attempt(step, attempt.tenant_id, attempt.name, error));
    if (renewed) {
        DC_TRY(org_store_rehash(step, attempt.tenant_id, account, renewed, attempt.account.hash,
                                error));
    }
    DC_TRY(fill_me(step, attempt.tenant_id, attempt.account.person_id, &response->me, error));
    DC_TRY(open_session(step, &attempt, account, response, error));
    return dc_step_commit(step, error);
}

DC_HANDLER(org_logout, Org__LogoutRequest, Org__LogoutResponse)
{
    DC_TRY(org_need_person(step, error));
    bool was_open;
    DC_TRY(org_store_end_session(step, step->context->tenant_id, step->context->session_id,
                                 step->context->person_id, "logged out", &was_open, error));
    if (was_open) {
        struct org_ended ended = {step->context->session_id, step->context->person_id,
                                  "logged out"};
        org_emit_ended(step, step->context->tenant_id, &ended, 1);
    }
    return DC_OK;
}

DC_HANDLER(org_get_me, Org__GetMeRequest, Org__GetMeResponse)
{
    DC_TRY(org_need_person(step, error));
    return fill_me(step, step->context->tenant_id, step->context->person_id, &response->me, error);
}

/* Every other session of the person ends: whoever else knew the old password is out. */
static enum dc_code
store_password(struct dc_step *step, const char *account, const char *hash, const char *old_hash,
               struct dc_error *error)
{
    const Kernel__Context *caller = step->context;
    struct org_ended *ended;
    size_t count;
    DC_TRY(dc_step_begin(step, caller->tenant_id, error));
    DC_TRY(org_store_set_password(step, caller->tenant_id, account, hash, old_hash, error));
    DC_TRY(org_store_forget_attempt(step, caller->tenant_id, account, error));
    DC_TRY(org_store_end_sessions_of(step, caller->tenant_id, caller->person_id, caller->session_id,
                                     false, "the password was changed", &ended, &count, error));
    Org__PasswordChanged event = ORG__PASSWORD_CHANGED__INIT;
    event.account = (char *)account;
    event.person_id = caller->person_id;
    dc_emit(step, caller->tenant_id, dc_arena_printf(step->arena, "account/%s", account),
            &event.base);
    org_emit_ended(step, caller->tenant_id, ended, count);
    return dc_step_commit(step, error);
}

/* The old password counts as an attempt to log in: a found session must not be a way to guess. */
DC_HANDLER(org_change_password, Org__ChangePasswordRequest, Org__ChangePasswordResponse)
{
    const struct org_hashing *hashing = &org_shared_of(step)->hashing;
    int64_t tenant_id = step->context->tenant_id;
    const char *account;
    struct attempt attempt = {.tenant_id = tenant_id};
    bool admitted;
    DC_TRY(org_need_person(step, error));
    DC_TRY(dc_step_begin(step, tenant_id, error));
    DC_TRY(org_store_account_of(step, tenant_id, step->context->person_id, &account, error));
    if (*account == '\0') {
        return dc_fail(error, DC_FAILED_PRECONDITION, "you have no account with a password");
    }
    DC_TRY(org_password_check(request->new_password, account, "new_password", error));
    if (strcmp(request->new_password, request->old_password) == 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "new_password", "is the old one");
    }
    attempt.name = account;
    DC_TRY(org_store_begin_attempt(step, tenant_id, account, &org_shared_of(step)->attempts,
                                   &admitted, &attempt.failures, &attempt.locked_until, error));
    DC_TRY(org_store_load_account(step, tenant_id, account, &attempt.account, error));
    DC_TRY(dc_step_commit(step, error));
    if (!admitted) {
        return say_locked(step, attempt.locked_until, error);
    }
    if (!org_password_fits(hashing, attempt.account.hash, request->old_password)) {
        enum dc_code code = attempt_failed(step, &attempt, account, error);
        return code != DC_UNAUTHENTICATED
                   ? code
                   : dc_fail_field(error, DC_INVALID_ARGUMENT, "old_password", "is wrong");
    }
    char hash[ORG_HASH_TEXT];
    DC_TRY(org_password_hash(hashing, request->new_password, hash, error));
    return store_password(step, account, hash, attempt.account.hash, error);
}
