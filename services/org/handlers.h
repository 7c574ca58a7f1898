/*
 * handlers.h - what org answers, and what its handlers share.
 */
#ifndef DC_ORG_HANDLERS_H
#define DC_ORG_HANDLERS_H

#include "store.h"

/* What org is: spec.c. */
extern const struct dc_service_spec org_spec;

/* Shared by all threads of the process; read-only after the start. */
struct org_shared {
    struct org_hashing hashing;
    struct org_attempt_rule attempts;
    int64_t idle_seconds;
    int64_t absolute_seconds;
    int64_t touch_seconds;
    int64_t one_time_hours;
};
const struct org_shared *org_shared_of(const struct dc_step *step);

/* sessions.c */
dc_handler org_login, org_logout, org_get_me, org_change_password;
/* internal.c */
dc_handler org_resolve, org_create_tenant, org_seed_accounts, org_find_context;
/* units.c */
dc_handler org_get_tree, org_save_units;
/* people.c */
dc_handler org_list_people, org_get_person, org_save_people;
/* colleagues.c */
dc_handler org_find_colleagues;
/* import.c */
dc_handler org_import;
/* privileges.c */
dc_handler org_list_grants, org_set_grants, org_reset_password, org_create_token;

/* Tasks, tasks.c */
enum dc_code org_task_sessions(struct dc_step *step, bool *ret_more, struct dc_error *error);
enum dc_code org_task_days(struct dc_step *step, bool *ret_more, struct dc_error *error);

/* --- shared steps -------------------------------------------------------------------------- */
/* The caller's tenant is there, and is a tenant's. */
enum dc_code org_need_tenant(const struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
/* Somebody is logged in. */
enum dc_code org_need_person(const struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
/* What the caller may see of the organisation. A program without a person sees all of the tenant
 * that it names. */
void org_reach(struct dc_step *step, struct dc_access_reach *ret_reach);
/* The text anywhere, with LIKE's own characters taken literally; "" stays "". */
const char *org_like_pattern(struct dc_arena *arena, const char *search);
/* Stored grants as a context carries them. */
void org_context_grants(struct dc_step *step, const struct org_grant *grants, size_t count,
                        Kernel__Grant ***ret_grants, size_t *ret_count);
/* Tells of changes, at most 1,000 an event, people in their buckets. */
void org_emit_units(struct dc_step *step, int64_t tenant_id, Org__Unit **units, size_t count,
                    const char *reason);
void org_emit_people(struct dc_step *step, const struct org_person *people, size_t count,
                     const char *reason);
void org_emit_grants(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                     const struct org_grant *grants, size_t count, const char *reason);
void org_emit_ended(struct dc_step *step, int64_t tenant_id, const struct org_ended *ended,
                    size_t count);
/* Stores the changed units of a judged tree and tells of what holds today. */
enum dc_code org_tree_store(struct dc_step *step, const struct org_tree *tree, dc_date today,
                            const char *reason, struct dc_error *error) DC_MUST_CHECK;
/* A unit as it is on a day, as a message; NULL when it does not exist then. */
Org__Unit *org_unit_write(struct dc_arena *arena, const struct org_unit *unit, dc_date day);
/* `reason` of a change: at most 500 characters. */
enum dc_code org_check_reason(const char *reason, struct dc_error *error) DC_MUST_CHECK;

/* Judges people that are to be stored as a set (units, managers, codes), and stores them.
 * Versions in `people` are the stored ones (0: new); they are raised here. With `problems` every
 * fault is listed there and nothing is stored if there are any; without, the first is the error.
 * The tenant is locked. */
enum dc_code org_people_put(struct dc_step *step, struct org_person *people, size_t count,
                            struct org_problems *problems, bool write,
                            struct dc_error *error) DC_MUST_CHECK;

#endif
