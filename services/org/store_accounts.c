/* store_accounts.c - grants, accounts and sessions in the database. */
#include <org_sql.h>
#include <string.h>

#include "base/assert.h"
#include "store.h"

/* --- grants -------------------------------------------------------------------------------- */
enum dc_code
org_store_load_grants(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                      struct org_grant **ret_grants, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(LOAD_GRANTS), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64(person_id)));
    size_t count = dc_rows_count(rows);
    struct org_grant *grants = DC_NEW_ARRAY(step->arena, struct org_grant, count);
    for (size_t i = 0; i < count; i++) {
        grants[i] = (struct org_grant){dc_rows_int64(rows, i, 0), dc_rows_int64(rows, i, 1),
                                       dc_rows_int64(rows, i, 2)};
    }
    *ret_grants = grants;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
org_store_list_grants(struct dc_step *step, int64_t person_id, Org__ListGrantsResponse *response,
                      struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(LIST_GRANTS), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(person_id)));
    size_t count = dc_rows_count(rows);
    response->people = DC_NEW_ARRAY(step->arena, Org__PersonGrants *, count);
    for (size_t row = 0; row < count;) {
        size_t next = row + 1;
        while (next < count && dc_rows_int64(rows, next, 0) == dc_rows_int64(rows, row, 0)) {
            next++;
        }
        Org__PersonGrants *person =
            DC_NEW_MESSAGE(step->arena, Org__PersonGrants, org__person_grants__init);
        person->person_id = dc_rows_int64(rows, row, 0);
        person->name = (char *)org_keep(step, rows, row, 1);
        person->account = (char *)org_keep(step, rows, row, 2);
        struct org_grant *grants = DC_NEW_ARRAY(step->arena, struct org_grant, next - row);
        size_t held = 0;
        for (size_t i = row; i < next; i++) {
            if (dc_rows_int64(rows, i, 3) != 0) {
                grants[held++] =
                    (struct org_grant){dc_rows_int64(rows, i, 3), dc_rows_int64(rows, i, 4),
                                       dc_rows_int64(rows, i, 5)};
            }
        }
        person->grants = org_grants_write(step->arena, grants, held);
        person->n_grants = held;
        response->people[response->n_people++] = person;
        row = next;
    }
    return DC_OK;
}

enum dc_code
org_store_lock_person(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                      const char **ret_code, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(LOCK_PERSON), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64(person_id)));
    if (dc_rows_count(rows) == 0) {
        return dc_fail_field(error, DC_NOT_FOUND, "person_id", "there is no such person");
    }
    *ret_code = org_keep(step, rows, 0, 0);
    return DC_OK;
}

enum dc_code
org_store_save_grants(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                      const struct org_grant *grants, size_t count, struct dc_error *error)
{
    int64_t *people = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *roles = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *scopes = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        people[i] = person_id;
        roles[i] = grants[i].role;
        scopes[i] = grants[i].scope;
        units[i] = grants[i].unit_id;
    }
    DC_TRY(dc_db_run(step->db, ORG_SQL(DELETE_GRANTS), NULL, error, dc_p_int64(tenant_id),
                     dc_p_int64s(&person_id, 1)));
    return dc_db_run(step->db, ORG_SQL(SAVE_GRANTS), NULL, error, dc_p_int64(tenant_id),
                     dc_p_int64s(people, count), dc_p_int64s(roles, count),
                     dc_p_int64s(scopes, count), dc_p_int64s(units, count));
}

/* --- accounts ------------------------------------------------------------------------------ */
enum dc_code
org_store_begin_attempt(struct dc_step *step, int64_t tenant_id, const char *account,
                        const struct org_attempt_rule *rule, bool *ret_admitted,
                        int64_t *ret_failures, dc_time *ret_locked_until, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(BEGIN_ATTEMPT), &rows, error, dc_p_int64(tenant_id),
                     dc_p_text(account), dc_p_time(step->now), dc_p_int64(rule->failures),
                     dc_p_int64(rule->first_delay), dc_p_int64(rule->longest_delay),
                     dc_p_int64(rule->forget_seconds)));
    bool admitted = dc_rows_count(rows) > 0;
    if (!admitted) {
        dc_rows_free(DC_TAKE(rows));
        DC_TRY(dc_db_run(step->db, ORG_SQL(LOAD_ATTEMPT), &rows, error, dc_p_int64(tenant_id),
                         dc_p_text(account)));
    }
    bool known = dc_rows_count(rows) > 0;
    *ret_admitted = admitted;
    *ret_failures = known ? dc_rows_int64(rows, 0, 0) : 0;
    *ret_locked_until = known && !dc_rows_is_null(rows, 0, 1) ? dc_rows_time(rows, 0, 1) : 0;
    return DC_OK;
}

enum dc_code
org_store_forget_attempt(struct dc_step *step, int64_t tenant_id, const char *account,
                         struct dc_error *error)
{
    return dc_db_run(step->db, ORG_SQL(FORGET_ATTEMPT), NULL, error, dc_p_int64(tenant_id),
                     dc_p_text(account));
}

static enum dc_code
forget(struct dc_step *step, const struct dc_statement *statement, int64_t tenant_id,
       dc_time before, int64_t limit, int64_t *ret_forgotten, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, statement, &rows, error, dc_p_int64(tenant_id), dc_p_time(before),
                     dc_p_int64(limit)));
    *ret_forgotten = dc_rows_affected(rows);
    return DC_OK;
}

enum dc_code
org_store_forget_attempts(struct dc_step *step, int64_t tenant_id, dc_time before, int64_t limit,
                          int64_t *ret_forgotten, struct dc_error *error)
{
    return forget(step, ORG_SQL(FORGET_OLD_ATTEMPTS), tenant_id, before, limit, ret_forgotten,
                  error);
}

enum dc_code
org_store_load_account(struct dc_step *step, int64_t tenant_id, const char *account,
                       struct org_account *ret_account, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(LOAD_ACCOUNT), &rows, error, dc_p_int64(tenant_id),
                     dc_p_text(account), dc_p_time(step->now)));
    *ret_account = (struct org_account){0};
    if (dc_rows_count(rows) > 0) {
        *ret_account = (struct org_account){
            .person_id = dc_rows_int64(rows, 0, 0),
            .hash = org_keep(step, rows, 0, 1),
            .must_change = dc_rows_bool(rows, 0, 2),
            .one_time_until = dc_rows_time(rows, 0, 3),
        };
    }
    return DC_OK;
}

enum dc_code
org_store_account_of(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                     const char **ret_account, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(ACCOUNT_OF_PERSON), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64(person_id)));
    *ret_account = dc_rows_count(rows) > 0 ? org_keep(step, rows, 0, 0) : "";
    return DC_OK;
}

enum dc_code
org_store_save_account(struct dc_step *step, int64_t tenant_id, const char *account,
                       int64_t person_id, const char *hash, dc_time good_until,
                       const char **ret_account, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    enum dc_code code = dc_db_run(step->db, ORG_SQL(SAVE_ACCOUNT), &rows, error,
                                  dc_p_int64(tenant_id), dc_p_text(account), dc_p_int64(person_id),
                                  dc_p_text(hash), dc_p_time(good_until), dc_p_time(step->now));
    if (code == DC_ALREADY_EXISTS) {
        return dc_fail_field(error, code, "account", "another person has this account");
    }
    DC_TRY(code);
    *ret_account = org_keep(step, rows, 0, 0);
    return DC_OK;
}

enum dc_code
org_store_seed_accounts(struct dc_step *step, int64_t tenant_id, dc_time good_until,
                        const char *const *accounts, const int64_t *people,
                        const char *const *hashes, size_t count, struct org_codes *made,
                        struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(SAVE_ACCOUNTS), &rows, error, dc_p_int64(tenant_id),
                     dc_p_time(good_until), dc_p_time(step->now), dc_p_texts(accounts, count),
                     dc_p_int64s(people, count), dc_p_texts(hashes, count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        org_codes_add(made, org_keep(step, rows, i, 0), 1);
    }
    return DC_OK;
}

enum dc_code
org_store_accounts_known(struct dc_step *step, int64_t tenant_id, const char *const *accounts,
                         const int64_t *people, size_t count, struct org_codes *found,
                         struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(ACCOUNTS_KNOWN), &rows, error, dc_p_int64(tenant_id),
                     dc_p_texts(accounts, count), dc_p_int64s(people, count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        org_codes_add(found, org_keep(step, rows, i, 0), dc_rows_int64(rows, i, 1));
    }
    return DC_OK;
}

enum dc_code
org_store_set_password(struct dc_step *step, int64_t tenant_id, const char *account,
                       const char *hash, const char *old_hash, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(SET_PASSWORD), &rows, error, dc_p_int64(tenant_id),
                     dc_p_text(account), dc_p_text(hash), dc_p_time(step->now),
                     dc_p_text(old_hash)));
    if (dc_rows_affected(rows) == 0) {
        return dc_fail(error, DC_ABORTED, "the password was changed meanwhile");
    }
    return DC_OK;
}

enum dc_code
org_store_rehash(struct dc_step *step, int64_t tenant_id, const char *account, const char *hash,
                 const char *old_hash, struct dc_error *error)
{
    return dc_db_run(step->db, ORG_SQL(REHASH_PASSWORD), NULL, error, dc_p_int64(tenant_id),
                     dc_p_text(account), dc_p_text(hash), dc_p_text(old_hash));
}

/* --- sessions ------------------------------------------------------------------------------ */
enum dc_code
org_store_create_session(struct dc_step *step, const struct org_session *session,
                         const uint8_t token_hash[ORG_TOKEN_HASH], struct dc_error *error)
{
    return dc_db_run(step->db, ORG_SQL(CREATE_SESSION), NULL, error, dc_p_int64(session->tenant_id),
                     dc_p_text(session->id), dc_p_bytes(token_hash, ORG_TOKEN_HASH),
                     dc_p_text(session->account), dc_p_int64(session->person_id),
                     dc_p_bool(session->bearer), dc_p_text(session->name),
                     dc_p_text(session->address), dc_p_time(step->now),
                     dc_p_time(session->expires_at), dc_p_time(session->absolute));
}

enum dc_code
org_store_resolve(struct dc_step *step, const uint8_t token_hash[ORG_TOKEN_HASH],
                  struct org_session *ret_session, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(RESOLVE_SESSION), &rows, error,
                     dc_p_bytes(token_hash, ORG_TOKEN_HASH), dc_p_time(step->now)));
    if (dc_rows_count(rows) == 0) {
        return dc_fail(error, DC_UNAUTHENTICATED, "the session has ended; please log in");
    }
    const int64_t *roles, *scopes, *units;
    size_t count = dc_rows_int64s(rows, 0, 9, step->arena, &roles);
    size_t scope_count = dc_rows_int64s(rows, 0, 10, step->arena, &scopes);
    size_t unit_count = dc_rows_int64s(rows, 0, 11, step->arena, &units);
    DC_ASSERT(count == scope_count && count == unit_count);
    struct org_grant *grants = DC_NEW_ARRAY(step->arena, struct org_grant, count);
    for (size_t i = 0; i < count; i++) {
        grants[i] = (struct org_grant){roles[i], scopes[i], units[i]};
    }
    *ret_session = (struct org_session){
        .tenant_id = dc_rows_int64(rows, 0, 0),
        .id = org_keep(step, rows, 0, 1),
        .person_id = dc_rows_int64(rows, 0, 2),
        .account = org_keep(step, rows, 0, 3),
        .language = org_keep(step, rows, 0, 4),
        .expires_at = dc_rows_time(rows, 0, 5),
        .must_change = dc_rows_bool(rows, 0, 6),
        .seen_at = dc_rows_time(rows, 0, 7),
        .bearer = dc_rows_bool(rows, 0, 8),
        .grants = grants,
        .grant_count = count,
    };
    return DC_OK;
}

enum dc_code
org_store_touch_session(struct dc_step *step, struct org_session *session, int64_t idle_seconds,
                        struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(TOUCH_SESSION), &rows, error, dc_p_int64(session->tenant_id),
                     dc_p_text(session->id), dc_p_time(step->now), dc_p_int64(idle_seconds)));
    if (dc_rows_count(rows) > 0) {
        session->expires_at = dc_rows_time(rows, 0, 0);
    }
    return DC_OK;
}

enum dc_code
org_store_end_session(struct dc_step *step, int64_t tenant_id, const char *id, int64_t person_id,
                      const char *reason, bool *ret_ended, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(END_SESSION), &rows, error, dc_p_int64(tenant_id),
                     dc_p_text(id), dc_p_int64(person_id), dc_p_time(step->now),
                     dc_p_text(reason)));
    *ret_ended = dc_rows_count(rows) > 0;
    return DC_OK;
}

static struct org_ended *
read_ended(struct dc_step *step, const struct dc_rows *rows, const char *reason)
{
    size_t count = dc_rows_count(rows);
    struct org_ended *ended = DC_NEW_ARRAY(step->arena, struct org_ended, count);
    for (size_t i = 0; i < count; i++) {
        ended[i] = (struct org_ended){
            .id = org_keep(step, rows, i, 0),
            .person_id = dc_rows_int64(rows, i, 1),
            .reason = reason ? reason : org_keep(step, rows, i, 2),
        };
    }
    return ended;
}

enum dc_code
org_store_end_sessions_of(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                          const char *but_id, bool bearers, const char *reason,
                          struct org_ended **ret_ended, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(END_SESSIONS_OF), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64(person_id), dc_p_text(but_id), dc_p_time(step->now),
                     dc_p_text(reason), dc_p_bool(bearers)));
    *ret_ended = read_ended(step, rows, reason);
    *ret_count = dc_rows_count(rows);
    return DC_OK;
}

enum dc_code
org_store_end_expired(struct dc_step *step, const struct org_tenant *tenant, int64_t limit,
                      struct org_ended **ret_ended, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(END_EXPIRED_SESSIONS), &rows, error, dc_p_int64(tenant->id),
                     dc_p_time(step->now), dc_p_int64(limit), dc_p_date(tenant->today)));
    *ret_ended = read_ended(step, rows, NULL);
    *ret_count = dc_rows_count(rows);
    return DC_OK;
}

enum dc_code
org_store_forget_sessions(struct dc_step *step, int64_t tenant_id, dc_time before, int64_t limit,
                          int64_t *ret_forgotten, struct dc_error *error)
{
    return forget(step, ORG_SQL(FORGET_OLD_SESSIONS), tenant_id, before, limit, ret_forgotten,
                  error);
}
