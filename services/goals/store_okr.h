/*
 * store_okr.h - the database of objectives with their check-ins (store_okr.c), of key results that
 * measures feed (store_fed.c), and of values that people enter by hand (store_hand.c). As store.h: inside the step's transaction and tenant; results
 * live in the step's arena.
 */
#ifndef DC_GOALS_STORE_OKR_H
#define DC_GOALS_STORE_OKR_H

#include "reminder.h"
#include "store.h"

#include <dacheng/goals/v1/okr.pb-c.h>

/* --- objectives (store_okr.c) --------------------------------------------------------------------
 */

struct okr_unit;
struct okr_reaches;
enum dc_code store_okr_units(struct dc_step *step, dc_date day, const struct okr_reaches *reaches,
                             const struct okr_unit **ret_units, size_t *ret_count,
                             struct dc_error *error) DC_MUST_CHECK;

/* An objective as it is kept and checked in on, without scores, with where its owner stands. */
struct store_objective {
    Goals__Objective *objective;
    struct store_place owner;
    const char *unit_name;
    int64_t unit_id;             /* that the owner is or is in; 0 = none */
    struct store_place up;       /* the owner of what it is aligned to; id 0 = nothing */
    const char *up_title;
};
struct store_objectives {
    struct store_objective *items;
    size_t count;
};
/* Which ones: see okr_wanted.sql. kind 0: of the person and of the units. */
struct store_okr_wanted {
    const char *period;
    Goals__OwnerKind kind;
    int64_t owner_id;
    const int64_t *units;
    size_t unit_count;
    bool tree;
    int64_t limit;
};
enum dc_code store_okr_wanted(struct dc_step *step, const struct store_okr_wanted *wanted,
                              const int64_t **ret_ids, size_t *ret_count,
                              struct dc_error *error) DC_MUST_CHECK;
/* Whose objectives come to one result: an owner in a period. */
struct store_okr_owner {
    Goals__OwnerKind kind;
    int64_t id;
    const char *period;
};
struct store_okr_owner *store_read_okr_owners(struct dc_arena *arena, const struct dc_rows *rows,
                                              size_t *ret_count);
/* Everybody with confirmed ones, by owner and period. */
enum dc_code store_okr_owners(struct dc_step *step, struct store_okr_owner **ret_owners,
                              size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
/* Confirmed ones, owner after owner; `ret_counts` parallel to the owners: how many of each. */
enum dc_code store_okr_confirmed(struct dc_step *step, const struct store_okr_owner *owners,
                                 size_t count, const int64_t **ret_ids, size_t **ret_counts,
                                 struct dc_error *error) DC_MUST_CHECK;
/* Those that are aligned to one. */
enum dc_code store_okr_aligned(struct dc_step *step, int64_t id, const int64_t **ret_ids,
                               size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
/* A key result among objectives; NULL: taken away later. `at` is where the last one was found: what
 * is looked up comes nearly in their order. */
Goals__KeyResult *store_find_key_result(const struct store_objectives *objectives, size_t *at,
                                        int64_t objective_id, int64_t key_result_id);
/* In the order of the ids; those that are not there are left out. */
enum dc_code store_objectives(struct dc_step *step, const int64_t *ids, size_t count,
                              struct store_objectives *ret_objectives,
                              struct dc_error *error) DC_MUST_CHECK;
/* Sets id, version, author and time, and the ids of new key results. */
enum dc_code store_save_objective(struct dc_step *step, Goals__Objective *objective,
                                  struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_okr_lock_links(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_okr_save_links(struct dc_step *step, const Goals__Objective *objective,
                                  struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_okr_circle(struct dc_step *step, int64_t id, const int64_t *to, size_t count,
                              bool *ret_circle, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_okr_is_above(struct dc_step *step, int64_t upper, int64_t lower, bool *ret_above,
                                struct dc_error *error) DC_MUST_CHECK;
/* Locks what the owner's objectives come to. ret_count: those not cancelled. */
enum dc_code store_okr_lock_owner(struct dc_step *step, Goals__OwnerKind kind, int64_t owner_id,
                                  const char *period, int64_t *ret_count,
                                  struct dc_error *error) DC_MUST_CHECK;
/* Of several, in one order for everybody. */
enum dc_code store_okr_lock_owners(struct dc_step *step, const struct store_okr_owner *owners,
                                   size_t count, struct dc_error *error) DC_MUST_CHECK;
/* The next versions of what is told of owners who are locked; parallel to them. */
enum dc_code store_okr_count_results(struct dc_step *step, const struct store_okr_owner *owners,
                                     size_t count, int64_t **ret_versions,
                                     struct dc_error *error) DC_MUST_CHECK;
/* `values` and `scores` parallel to the request's check-ins; a value "" is none. */
enum dc_code store_add_check_ins(struct dc_step *step, const Goals__CheckInRequest *request,
                                 const char *const *values, const char *const *scores,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_check_ins(struct dc_step *step, int64_t objective_id,
                             Goals__CheckIn ***ret_check_ins, size_t *ret_count,
                             struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_objective_versions(struct dc_step *step, const Goals__Objective *objective,
                                      Goals__Objective ***ret_versions, size_t *ret_count,
                                      struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_okr_settings(struct dc_step *step, Goals__OkrSettings **ret_settings,
                                struct dc_error *error) DC_MUST_CHECK;
/* ABORTED: somebody else saved this version. Sets author and time. */
enum dc_code store_save_okr_settings(struct dc_step *step, Goals__OkrSettings *settings,
                                     struct dc_error *error) DC_MUST_CHECK;
/* 0: none. */
enum dc_code store_measure_of(struct dc_step *step, Goals__MeasureOf of, int64_t *ret_measure_id,
                              struct dc_error *error) DC_MUST_CHECK;

/* --- key results that measures feed (store_fed.c) ------------------------------------------------
 */

/* Until the commit: a save with a feed waits for whoever stores totals, and they for it; so a new
 * feed misses no total. Before an owner is locked. */
enum dc_code store_okr_lock_feeds(struct dc_step *step, bool totals,
                                  struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_okr_save_feeds(struct dc_step *step, const Goals__Objective *objective,
                                  struct dc_error *error) DC_MUST_CHECK;
/* Puts what is fed into the key results: name of the measure, fraction, value. */
enum dc_code store_okr_read_fed(struct dc_step *step, const int64_t *ids, size_t count,
                                struct store_objectives *objectives,
                                struct dc_error *error) DC_MUST_CHECK;
/* Keeps the fed values of objectives with scores, as they are on this day. */
enum dc_code store_okr_keep_fed(struct dc_step *step, const struct store_objectives *objectives,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_okr_fed_history(struct dc_step *step, int64_t objective_id,
                                   Goals__FedValue ***ret_values, size_t *ret_count,
                                   struct dc_error *error) DC_MUST_CHECK;

/* --- when to look at objectives for reminders (store_check_ins.c) ---------------------------------
 */

struct store_check_in {
    int64_t objective_id;
    struct reminder_told told;
    bool over; /* is not looked at any more */
    dc_time look_at;
};
/* Asked by a task, of no tenant. */
enum dc_code store_check_in_tenants(struct dc_step *step, int64_t **ret_tenants, size_t *ret_count,
                                    struct dc_error *error) DC_MUST_CHECK;
/* Locks what is due, and nobody else looks at. */
enum dc_code store_check_in_look(struct dc_step *step, int64_t limit,
                                 struct store_check_in **ret_rows, size_t *ret_count,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_check_in_next(struct dc_step *step, const struct store_check_in *checked,
                                 size_t count, struct dc_error *error) DC_MUST_CHECK;
/* As soon as possible: one objective, or all, since the rhythm has changed. */
enum dc_code store_check_in_plan(struct dc_step *step, int64_t objective_id,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_check_in_plan_all(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
/* Parallel to the objectives: the owner's manager, 0 = none, or a unit. */
enum dc_code store_check_in_managers(struct dc_step *step,
                                     const struct store_objectives *objectives,
                                     int64_t **ret_managers, struct dc_error *error) DC_MUST_CHECK;

/* --- entered values (store_hand.c) ---------------------------------------------------------------
 */

/* An owner that a value is entered for, and his newest value. */
struct store_hand {
    struct store_place owner; /* found false: there is no such owner today */
    int64_t version;          /* 0 = never entered */
    bool known;               /* false: never entered, or taken back */
    struct dc_decimal value;
    const char *note;
};
struct store_hand_sheet {
    int64_t measure_id;
    const char *period;
};
/* Parallel to the values of a request. */
enum dc_code store_hand_owners(struct dc_step *step, const struct store_hand_sheet *sheet,
                               Goals__HandValue *const *values, size_t count,
                               struct store_hand **ret_owners, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_lock_measure(struct dc_step *step, int64_t measure_id,
                                struct dc_error *error) DC_MUST_CHECK;
/* Writes new versions as they are given. */
enum dc_code store_hand_add(struct dc_step *step, const struct store_hand_sheet *sheet,
                            const struct store_hand *values, size_t count,
                            struct dc_error *error) DC_MUST_CHECK;
struct store_hand_wanted {
    struct store_hand_sheet sheet;
    int64_t unit_id;
    Goals__OwnerKind kind;
    bool entered_only, everything;
    const int64_t *units; /* within reach, unless everything is */
    size_t unit_count;
    int64_t limit, offset;
};
/* `owners` parallel to the rows. */
enum dc_code store_hand_rows(struct dc_step *step, const struct store_hand_wanted *wanted,
                             Goals__ListHandValuesResponse *response,
                             struct store_place **ret_owners, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_hand_history(struct dc_step *step, const struct store_hand_sheet *sheet,
                                Goals__OwnerKind kind, int64_t owner_id,
                                Goals__HandRow ***ret_rows, size_t *ret_count,
                                struct dc_error *error) DC_MUST_CHECK;

#endif
