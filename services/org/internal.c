/* internal.c - what only peers may ask: resolving tokens for the edge, and setting up a tenant. */
#include <string.h>

#include "base/assert.h"
#include "handlers.h"

/* --- for the edge -------------------------------------------------------------------------- */
static Kernel__Context *
context_of(struct dc_step *step, const struct org_session *session, const char *address)
{
    Kernel__Context *context = DC_NEW_MESSAGE(step->arena, Kernel__Context, kernel__context__init);
    context->tenant_id = session->tenant_id;
    context->person_id = session->person_id;
    context->account = (char *)session->account;
    context->session_id = (char *)session->id;
    context->address = (char *)address;
    context->language = (char *)session->language;
    org_context_grants(step, session->grants, session->grant_count, &context->grants,
                       &context->n_grants);
    return context;
}

DC_HANDLER(org_resolve, Org__ResolveRequest, Org__ResolveResponse)
{
    const struct org_shared *shared = org_shared_of(step);
    if (strlen(request->token) != ORG_TOKEN_TEXT - 2) {
        return dc_fail(error, DC_UNAUTHENTICATED, "the session has ended; please log in");
    }
    uint8_t hash[ORG_TOKEN_HASH];
    org_token_hash(request->token, hash);
    struct org_session session;
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(org_store_resolve(step, hash, &session, error));
    if (!session.bearer && session.seen_at + shared->touch_seconds * DC_SECOND <= step->now) {
        DC_TRY(dc_db_set_tenant(step->db, session.tenant_id, error));
        DC_TRY(org_store_touch_session(step, &session, shared->idle_seconds, error));
    }
    DC_TRY(dc_step_commit(step, error));
    response->context = context_of(step, &session, request->address);
    response->expires_at_us = session.expires_at;
    response->must_change_password = session.must_change;
    return DC_OK;
}

/* --- for set-up ---------------------------------------------------------------------------- */
/* A program that the bus lets speak for people (the edge, the command line), and that speaks for
 * nobody just now; such are the operators of the deployment. */
static enum dc_code
need_program(struct dc_step *step, struct dc_error *error)
{
    if (dc_access_role(step, 0, NULL) != DC_OK) {
        return dc_fail(error, DC_PERMISSION_DENIED, "set-up is for operators of the deployment");
    }
    return DC_OK;
}

static enum dc_code
check_tenant(const Org__CreateTenantRequest *request, struct dc_error *error)
{
    size_t length = strlen(request->code);
    if (length < 2 || length > 40 ||
        strspn(request->code, "abcdefghijklmnopqrstuvwxyz0123456789-") != length) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "code", "is 2 to 40 of a-z, 0-9 and '-'");
    }
    DC_TRY(org_check_text(request->name, 1, 100, "name", error));
    return org_check_text(request->root_unit_code, 1, 40, "root_unit_code", error);
}

static enum dc_code
make_tenant(struct dc_step *step, const Org__CreateTenantRequest *request,
            struct org_tenant *ret_tenant, struct dc_error *error)
{
    DC_TRY(org_store_create_tenant(step, request->code, request->name, request->time_zone,
                                   ret_tenant, error));
    struct org_tree tree;
    org_tree_init(&tree, step->arena);
    /* The root was always there: it holds units and posts of any date. */
    struct org_unit_change root = {
        .id = ret_tenant->root_unit_id,
        .code = request->root_unit_code,
        .name = request->name,
        .kind = ORG__UNIT_KIND__UNIT_KIND_GROUP,
        .from = dc_date_from_civil(1900, 1, 1),
        .ends = ORG_OPEN,
    };
    DC_TRY(org_tree_put(&tree, &root, error));
    Kernel__Context context = *step->context;
    context.tenant_id = ret_tenant->id;
    struct dc_step inside = *step;
    inside.context = &context;
    DC_TRY(org_store_save_tree(&inside, &tree, error));
    Org__Unit *unit = org_unit_write(step->arena, &tree.units[0], ret_tenant->today);
    org_emit_units(step, ret_tenant->id, &unit, 1, "the tenant was made");
    return DC_OK;
}

DC_HANDLER(org_create_tenant, Org__CreateTenantRequest, Org__CreateTenantResponse)
{
    DC_TRY(need_program(step, error));
    DC_TRY(check_tenant(request, error));
    struct org_tenant tenant;
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(org_store_lock_code(step, request->code, error));
    enum dc_code code = org_store_find_tenant(step, request->code, &tenant, error);
    if (code == DC_NOT_FOUND) {
        code = make_tenant(step, request, &tenant, error);
    }
    DC_TRY(code);
    response->tenant_id = tenant.id;
    response->root_unit_id = tenant.root_unit_id;
    return dc_step_commit(step, error);
}

/* --- first accounts ------------------------------------------------------------------------ */
enum { SEED_MAX = 1000 };

struct seed {
    const char **accounts;
    const char **codes;
    int64_t *people;
    const char **hashes;
    const char **passwords;
    struct org_grant **grants;
    size_t count;
};

static enum dc_code
seed_error(struct dc_error *error, size_t index, const char *field, enum dc_code code,
           const char *sentence)
{
    char path[DC_ERROR_FIELD_MAX];
    snprintf(path, sizeof(path), "accounts[%zu].%s", index, field);
    return dc_fail_field(error, code, path, "%s", sentence);
}

static enum dc_code
read_seed(struct dc_step *step, const Org__SeedAccountsRequest *request, struct seed *ret_seed,
          struct dc_error *error)
{
    size_t count = request->n_accounts;
    if (count == 0 || count > SEED_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "accounts", "are %zu; 1 to %d are allowed",
                             count, SEED_MAX);
    }
    *ret_seed = (struct seed){
        .accounts = DC_NEW_ARRAY(step->arena, const char *, count),
        .codes = DC_NEW_ARRAY(step->arena, const char *, count),
        .people = DC_NEW_ARRAY(step->arena, int64_t, count),
        .hashes = DC_NEW_ARRAY(step->arena, const char *, count),
        .passwords = DC_NEW_ARRAY(step->arena, const char *, count),
        .grants = DC_NEW_ARRAY(step->arena, struct org_grant *, count),
        .count = count,
    };
    for (size_t i = 0; i < count; i++) {
        char *account = dc_arena_alloc(step->arena, 65);
        if (!org_account_name(request->accounts[i]->account, account)) {
            return seed_error(error, i, "account", DC_INVALID_ARGUMENT,
                              "has 1 to 64 bytes of letters, digits and \"._@-\"");
        }
        ret_seed->accounts[i] = account;
        ret_seed->codes[i] = request->accounts[i]->person_code;
    }
    return DC_OK;
}

static enum dc_code
find_seed_people(struct dc_step *step, struct seed *seed, struct dc_error *error)
{
    struct org_codes *found = org_codes_new(step->arena);
    DC_TRY(org_store_people_of_codes(step, seed->codes, seed->count, found, error));
    for (size_t i = 0; i < seed->count; i++) {
        if (!org_codes_find(found, seed->codes[i], &seed->people[i])) {
            return seed_error(error, i, "person_code", DC_NOT_FOUND, "there is no such person");
        }
    }
    return DC_OK;
}

static enum dc_code
find_seed_grants(struct dc_step *step, const Org__SeedAccountsRequest *request, struct seed *seed,
                 struct dc_error *error)
{
    size_t total = 0, at = 0;
    for (size_t i = 0; i < seed->count; i++) {
        total += request->accounts[i]->n_grants;
    }
    const char **codes = DC_NEW_ARRAY(step->arena, const char *, total);
    for (size_t i = 0; i < seed->count; i++) {
        for (size_t g = 0; g < request->accounts[i]->n_grants; g++) {
            codes[at++] = request->accounts[i]->grants[g]->unit_code;
        }
    }
    struct org_codes *units = org_codes_new(step->arena);
    DC_TRY(org_store_units_of_codes(step, codes, total, units, error));
    for (size_t i = 0; i < seed->count; i++) {
        const Org__SeedAccount *account = request->accounts[i];
        seed->grants[i] = DC_NEW_ARRAY(step->arena, struct org_grant, account->n_grants);
        for (size_t g = 0; g < account->n_grants; g++) {
            struct org_grant *grant = &seed->grants[i][g];
            *grant = (struct org_grant){account->grants[g]->role, account->grants[g]->scope, 0};
            if (*account->grants[g]->unit_code &&
                !org_codes_find(units, account->grants[g]->unit_code, &grant->unit_id)) {
                return seed_error(error, i, "grants.unit_code", DC_NOT_FOUND,
                                  "there is no such unit");
            }
        }
        if (org_grants_check(seed->grants[i], account->n_grants, error) != DC_OK) {
            return dc_fail_context(error, "account %s", account->account);
        }
    }
    return DC_OK;
}

/* Hashing takes its time, and happens outside of transactions; only for those who need one. */
static enum dc_code
hash_seed(struct dc_step *step, struct seed *seed, const struct org_codes *known,
          struct dc_error *error)
{
    for (size_t i = 0; i < seed->count; i++) {
        int64_t person;
        char *password = dc_arena_alloc(step->arena, ORG_ONE_TIME_TEXT);
        char *hash = dc_arena_alloc(step->arena, ORG_HASH_TEXT);
        hash[0] = password[0] = '\0';
        if (!org_codes_find(known, seed->accounts[i], &person)) {
            org_one_time_password(password);
            DC_TRY(org_password_hash(&org_shared_of(step)->hashing, password, hash, error));
        }
        seed->passwords[i] = password;
        seed->hashes[i] = hash;
    }
    return DC_OK;
}

static dc_time
one_time_until(const struct dc_step *step)
{
    int64_t hours = org_shared_of(step)->one_time_hours;
    return hours == 0 ? INT64_MAX : step->now + hours * 3600 * DC_SECOND;
}

/* A person's grants are those named: what was granted since in the console would be lost, so an
 * account that existed keeps its grants. */
static enum dc_code
store_seed(struct dc_step *step, const Org__SeedAccountsRequest *request, const struct seed *seed,
           struct org_codes *made, struct dc_error *error)
{
    int64_t tenant_id = request->tenant_id;
    const char **accounts = DC_NEW_ARRAY(step->arena, const char *, seed->count);
    const char **hashes = DC_NEW_ARRAY(step->arena, const char *, seed->count);
    int64_t *people = DC_NEW_ARRAY(step->arena, int64_t, seed->count);
    size_t count = 0;
    for (size_t i = 0; i < seed->count; i++) {
        if (*seed->hashes[i]) {
            accounts[count] = seed->accounts[i];
            hashes[count] = seed->hashes[i];
            people[count++] = seed->people[i];
        }
    }
    DC_TRY(org_store_seed_accounts(step, tenant_id, one_time_until(step), accounts, people, hashes,
                                   count, made, error));
    for (size_t i = 0; i < seed->count; i++) {
        int64_t one;
        if (!org_codes_find(made, seed->accounts[i], &one)) {
            continue;
        }
        size_t grants = request->accounts[i]->n_grants;
        DC_TRY(org_store_save_grants(step, tenant_id, seed->people[i], seed->grants[i], grants,
                                     error));
        org_emit_grants(step, tenant_id, seed->people[i], seed->grants[i], grants, "set-up");
        Org__PasswordReset event = ORG__PASSWORD_RESET__INIT;
        event.account = (char *)seed->accounts[i];
        event.person_id = seed->people[i];
        event.created = true;
        dc_emit(step, tenant_id, dc_arena_printf(step->arena, "account/%s", seed->accounts[i]),
                &event.base);
    }
    return DC_OK;
}

DC_HANDLER(org_seed_accounts, Org__SeedAccountsRequest, Org__SeedAccountsResponse)
{
    struct seed seed = {0};
    DC_TRY(need_program(step, error));
    if (request->tenant_id <= 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "tenant_id", "names no tenant");
    }
    DC_TRY(read_seed(step, request, &seed, error));
    Kernel__Context *context = dc_arena_memdup(step->arena, step->context, sizeof(*context));
    context->tenant_id = request->tenant_id; /* the program acts within this tenant */
    step->context = context;
    struct org_codes *known = org_codes_new(step->arena), *made = org_codes_new(step->arena);
    DC_TRY(dc_step_begin(step, request->tenant_id, error));
    DC_TRY(find_seed_people(step, &seed, error));
    DC_TRY(find_seed_grants(step, request, &seed, error));
    DC_TRY(org_store_accounts_known(step, request->tenant_id, seed.accounts, seed.people,
                                    seed.count, known, error));
    DC_TRY(dc_step_commit(step, error));
    DC_TRY(hash_seed(step, &seed, known, error));
    DC_TRY(dc_step_begin(step, request->tenant_id, error));
    DC_TRY(store_seed(step, request, &seed, made, error));
    DC_TRY(dc_step_commit(step, error));
    response->accounts = DC_NEW_ARRAY(step->arena, Org__SeededAccount *, seed.count);
    response->n_accounts = seed.count;
    for (size_t i = 0; i < seed.count; i++) {
        int64_t one;
        Org__SeededAccount *account =
            DC_NEW_MESSAGE(step->arena, Org__SeededAccount, org__seeded_account__init);
        account->account = (char *)seed.accounts[i];
        account->person_id = seed.people[i];
        if (org_codes_find(made, seed.accounts[i], &one)) {
            account->one_time_password = (char *)seed.passwords[i];
        }
        response->accounts[i] = account;
    }
    return DC_OK;
}

DC_HANDLER(org_find_context, Org__FindContextRequest, Org__FindContextResponse)
{
    char account[65];
    struct org_tenant tenant;
    struct org_account found;
    DC_TRY(need_program(step, error));
    if (!org_account_name(request->account, account)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "account", "is not an account's name");
    }
    DC_TRY(org_store_find_tenant(step, request->tenant, &tenant, error));
    DC_TRY(dc_db_set_tenant(step->db, tenant.id, error));
    DC_TRY(org_store_load_account(step, tenant.id, account, &found, error));
    if (found.person_id == 0) {
        return dc_fail_field(error, DC_NOT_FOUND, "account", "there is no such account");
    }
    Org__Me me = ORG__ME__INIT;
    int64_t root_unit_id;
    DC_TRY(org_store_find_me(step, tenant.id, found.person_id, &me, &root_unit_id, error));
    struct org_session session = {
        .tenant_id = tenant.id,
        .id = "",
        .person_id = found.person_id,
        .account = dc_arena_strdup(step->arena, account),
        .language = me.language,
    };
    DC_TRY(org_store_load_grants(step, tenant.id, found.person_id, &session.grants,
                                 &session.grant_count, error));
    response->context = context_of(step, &session, "");
    return DC_OK;
}
