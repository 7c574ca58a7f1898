/*
 * store.h - what org keeps, and the only door to its database. Functions run in the step's
 * transaction; what they answer lives in the step's arena.
 */
#ifndef DC_ORG_STORE_H
#define DC_ORG_STORE_H

#include <dacheng/org/v1/org.pb-c.h>

#include "grants.h"
#include "password.h"
#include "roster.h"
#include "service/access.h"
#include "service/service.h"
#include "tree.h"

/* --- tenants ------------------------------------------------------------------------------- */
struct org_tenant {
    int64_t id;
    const char *name;
    const char *time_zone;
    int64_t root_unit_id;
    dc_date today;    /* where the tenant is */
    dc_date told_day; /* unit states that begin by then have been told */
};
/* By code, before any tenant is set; `today` is not filled. NOT_FOUND. */
enum dc_code org_store_find_tenant(struct dc_step *step, const char *code,
                                   struct org_tenant *ret_tenant,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_load_tenant(struct dc_step *step, int64_t tenant_id,
                                   struct org_tenant *ret_tenant,
                                   struct dc_error *error) DC_MUST_CHECK;
/* The same, and holds the tenant's organisation until the end of the transaction. */
enum dc_code org_store_lock_tenant(struct dc_step *step, int64_t tenant_id,
                                   struct org_tenant *ret_tenant,
                                   struct dc_error *error) DC_MUST_CHECK;
/* The row and its root unit; keeps two set-ups of one code apart. Sets the tenant of the step. */
enum dc_code org_store_create_tenant(struct dc_step *step, const char *code, const char *name,
                                     const char *time_zone, struct org_tenant *ret_tenant,
                                     struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_lock_code(struct dc_step *step, const char *code,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_list_tenants(struct dc_step *step, const int64_t **ret_ids,
                                    size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_tell_day(struct dc_step *step, const struct org_tenant *tenant,
                                struct dc_error *error) DC_MUST_CHECK;

/* --- units --------------------------------------------------------------------------------- */
enum dc_code org_store_unit_ids(struct dc_step *step, size_t count, int64_t *ret_ids,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_load_tree(struct dc_step *step, struct org_tree *ret_tree,
                                 struct dc_error *error) DC_MUST_CHECK;
/* Writes the units that org_tree_put changed. FAILED_PRECONDITION when a post would lie outside
 * its unit's days. */
enum dc_code org_store_save_tree(struct dc_step *step, const struct org_tree *tree,
                                 struct dc_error *error) DC_MUST_CHECK;
/* The tree of a day within the caller's reach. */
enum dc_code org_store_get_tree(struct dc_step *step, dc_date day,
                                const struct dc_access_reach *reach, Org__GetTreeResponse *response,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_units_beginning(struct dc_step *step, const struct org_tenant *tenant,
                                       Org__Unit ***ret_units, size_t *ret_count,
                                       struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_spans(struct dc_step *step, const int64_t *unit_ids, size_t count,
                             struct org_span **ret_spans, size_t *ret_count,
                             struct dc_error *error) DC_MUST_CHECK;
/* Code -> id of the units named, and kinds of units today (0: no such unit). */
enum dc_code org_store_units_of_codes(struct dc_step *step, const char *const *codes, size_t count,
                                      struct org_codes *found,
                                      struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_unit_kind(struct dc_step *step, int64_t unit_id, dc_date day, int *ret_kind,
                                 struct dc_error *error) DC_MUST_CHECK;

/* --- people -------------------------------------------------------------------------------- */
enum dc_code org_store_person_ids(struct dc_step *step, size_t count, int64_t *ret_ids,
                                  struct dc_error *error) DC_MUST_CHECK;
/* By code. Unknown ids are left out. */
enum dc_code org_store_load_people(struct dc_step *step, const int64_t *ids, size_t count,
                                   struct org_person **ret_people, size_t *ret_count,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_people_of_codes(struct dc_step *step, const char *const *codes, size_t count,
                                       struct org_codes *found,
                                       struct dc_error *error) DC_MUST_CHECK;
/* Everybody's manager, by id. */
enum dc_code org_store_load_managers(struct dc_step *step, const int64_t **ret_ids,
                                     int64_t **ret_managers, size_t *ret_count,
                                     struct dc_error *error) DC_MUST_CHECK;
/* Makes or replaces people and their posts. */
enum dc_code org_store_save_people(struct dc_step *step, const struct org_person *people,
                                   size_t count, struct dc_error *error) DC_MUST_CHECK;

struct org_people_filter {
    dc_date day;
    int64_t unit_id; /* 0 = any */
    bool tree;
    const char *like;  /* pattern; "" = any */
    const char *after; /* code */
    int64_t limit;
};
enum dc_code org_store_list_people(struct dc_step *step, const struct dc_access_reach *reach,
                                   const struct org_people_filter *filter, const int64_t **ret_ids,
                                   size_t *ret_count, int64_t *ret_total,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_reaches_person(struct dc_step *step, const struct dc_access_reach *reach,
                                      dc_date day, int64_t person_id, bool *ret_reaches,
                                      struct dc_error *error) DC_MUST_CHECK;
/* Who is employed that day, in the whole tenant: at most `most`, those that begin with the text
 * ("" = any) first. */
enum dc_code org_store_find_colleagues(struct dc_step *step, dc_date day, const char *search,
                                       int64_t unit_id, int64_t most,
                                       Org__FindColleaguesResponse *response,
                                       struct dc_error *error) DC_MUST_CHECK;
/* Me without grants, and the tenant's root unit. */
enum dc_code org_store_find_me(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                               Org__Me *me, int64_t *ret_root_unit_id,
                               struct dc_error *error) DC_MUST_CHECK;

/* --- grants -------------------------------------------------------------------------------- */
enum dc_code org_store_load_grants(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                                   struct org_grant **ret_grants, size_t *ret_count,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_list_grants(struct dc_step *step, int64_t person_id,
                                   Org__ListGrantsResponse *response,
                                   struct dc_error *error) DC_MUST_CHECK;
/* Replaces a person's grants. */
enum dc_code org_store_save_grants(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                                   const struct org_grant *grants, size_t count,
                                   struct dc_error *error) DC_MUST_CHECK;
/* Holds a person; NOT_FOUND. The code names an account by default. */
enum dc_code org_store_lock_person(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                                   const char **ret_code, struct dc_error *error) DC_MUST_CHECK;

/* --- accounts ------------------------------------------------------------------------------ */
struct org_attempt_rule {
    int64_t failures;       /* allowed before the first lock */
    int64_t first_delay;    /* seconds */
    int64_t longest_delay;  /* seconds */
    int64_t forget_seconds; /* without an attempt for so long: counting begins anew */
};
/* Counts an attempt until it succeeds. *ret_locked_until: 0, or until when nobody gets in (then
 * this attempt was not let in if *ret_admitted is false). */
enum dc_code org_store_begin_attempt(struct dc_step *step, int64_t tenant_id, const char *account,
                                     const struct org_attempt_rule *rule, bool *ret_admitted,
                                     int64_t *ret_failures, dc_time *ret_locked_until,
                                     struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_forget_attempt(struct dc_step *step, int64_t tenant_id, const char *account,
                                      struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_forget_attempts(struct dc_step *step, int64_t tenant_id, dc_time before,
                                       int64_t limit, int64_t *ret_forgotten,
                                       struct dc_error *error) DC_MUST_CHECK;

struct org_account {
    int64_t person_id; /* 0: no account that may log in today */
    const char *hash;
    bool must_change;
    dc_time one_time_until;
};
enum dc_code org_store_load_account(struct dc_step *step, int64_t tenant_id, const char *account,
                                    struct org_account *ret_account,
                                    struct dc_error *error) DC_MUST_CHECK;
/* "" when the person has none. */
enum dc_code org_store_account_of(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                                  const char **ret_account, struct dc_error *error) DC_MUST_CHECK;
/* Makes or resets; answers the account's name. ALREADY_EXISTS when another person has it. */
enum dc_code org_store_save_account(struct dc_step *step, int64_t tenant_id, const char *account,
                                    int64_t person_id, const char *hash, dc_time good_until,
                                    const char **ret_account, struct dc_error *error) DC_MUST_CHECK;
/* Makes accounts where neither name nor person has one; `made` gets the names that were made. */
enum dc_code org_store_seed_accounts(struct dc_step *step, int64_t tenant_id, dc_time good_until,
                                     const char *const *accounts, const int64_t *people,
                                     const char *const *hashes, size_t count,
                                     struct org_codes *made, struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_accounts_known(struct dc_step *step, int64_t tenant_id,
                                      const char *const *accounts, const int64_t *people,
                                      size_t count, struct org_codes *found,
                                      struct dc_error *error) DC_MUST_CHECK;
/* ABORTED when the password was changed meanwhile. */
enum dc_code org_store_set_password(struct dc_step *step, int64_t tenant_id, const char *account,
                                    const char *hash, const char *old_hash,
                                    struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_rehash(struct dc_step *step, int64_t tenant_id, const char *account,
                              const char *hash, const char *old_hash,
                              struct dc_error *error) DC_MUST_CHECK;

/* --- sessions ------------------------------------------------------------------------------ */
struct org_session {
    int64_t tenant_id;
    const char *id;
    int64_t person_id;
    const char *account;
    const char *language;
    dc_time expires_at;
    dc_time absolute;
    dc_time seen_at;
    bool bearer;
    bool must_change;
    const char *name;         /* of a bearer token */
    const char *address;      /* where it began */
    struct org_grant *grants; /* as stored */
    size_t grant_count;
};
enum dc_code org_store_create_session(struct dc_step *step, const struct org_session *session,
                                      const uint8_t token_hash[ORG_TOKEN_HASH],
                                      struct dc_error *error) DC_MUST_CHECK;
/* UNAUTHENTICATED when there is none that is good now. */
enum dc_code org_store_resolve(struct dc_step *step, const uint8_t token_hash[ORG_TOKEN_HASH],
                               struct org_session *ret_session,
                               struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_touch_session(struct dc_step *step, struct org_session *session,
                                     int64_t idle_seconds, struct dc_error *error) DC_MUST_CHECK;

struct org_ended {
    const char *id;
    int64_t person_id;
    const char *reason;
};
enum dc_code org_store_end_session(struct dc_step *step, int64_t tenant_id, const char *id,
                                   int64_t person_id, const char *reason, bool *ret_ended,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_end_sessions_of(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                                       const char *but_id, bool bearers, const char *reason,
                                       struct org_ended **ret_ended, size_t *ret_count,
                                       struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_end_expired(struct dc_step *step, const struct org_tenant *tenant,
                                   int64_t limit, struct org_ended **ret_ended, size_t *ret_count,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code org_store_forget_sessions(struct dc_step *step, int64_t tenant_id, dc_time before,
                                       int64_t limit, int64_t *ret_forgotten,
                                       struct dc_error *error) DC_MUST_CHECK;

/* A text of a result, kept in the step's arena. */
const char *org_keep(struct dc_step *step, const struct dc_rows *rows, size_t row, int column);
#define ORG_SQL(name) (&org_statements[ORG_##name])

#endif
