/*
 * store.h - everything that goals keeps, and the only place that speaks to the database.
 *
 * All of it runs inside the step's transaction and tenant; results live in the step's arena.
 * store_definitions.c has measures and indicators, store_plans.c plans, store_targets.c targets and
 * their versions, store_segments.c their cuts, store_nodes.c targets as they are shown and the places of the organisation,
 * store_sheet.c the sheet, store_seasons.c profiles and divisions, store_compare.c what was,
 * store_actuals.c what owners did, store_proposals.c proposals, store_drafts.c drafts. Objectives and
 * entered values have a header of their own, store_okr.h.
 */
#ifndef DC_GOALS_STORE_H
#define DC_GOALS_STORE_H

#include "base/cascade.h"
#include "base/segment.h"
#include "definition.h"
#include "service/access.h"
#include "service/service.h"

#include <dacheng/goals/v1/draft.pb-c.h>
#include <dacheng/goals/v1/goals.pb-c.h>
#include <dacheng/goals/v1/sheet.pb-c.h>
#include <dacheng/ingest/v1/events.pb-c.h>

/* Who is written down as the author: the account, or the program that asked. */
const char *store_author(const struct dc_step *step);

/* --- definitions --------------------------------------------------------------------------------
 */

/* Until the commit nobody else changes a definition of this tenant. */
enum dc_code store_lock_definitions(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_measures(struct dc_step *step, struct definition_measures *ret_measures,
                            struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_indicators(struct dc_step *step, struct definition_indicators *ret_indicators,
                              struct dc_error *error) DC_MUST_CHECK;
/* id 0 is a new one. Both set id and version. */
enum dc_code store_save_measure(struct dc_step *step, Goals__Measure *measure,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_save_indicator(struct dc_step *step, Goals__Indicator *indicator,
                                  struct dc_error *error) DC_MUST_CHECK;
/* Whoever was primary is no longer, except `id`. */
enum dc_code store_clear_primary(struct dc_step *step, int64_t id,
                                 struct dc_error *error) DC_MUST_CHECK;

/* --- plans --------------------------------------------------------------------------------------
 */

struct store_plans {
    Goals__Plan **items;
    size_t count;
};

/* ret_version 0: there is no such plan. The row is locked. */
enum dc_code store_lock_plan(struct dc_step *step, int64_t plan_id, int64_t *ret_version,
                             struct dc_error *error) DC_MUST_CHECK;
/* 0: nobody. */
enum dc_code store_plan_by_code(struct dc_step *step, const char *code, int64_t *ret_plan_id,
                                struct dc_error *error) DC_MUST_CHECK;
/* Versions that are within reach: of one plan all, newest first; plan_id 0: of every plan the one
 * in force on the day and the coming ones. */
enum dc_code store_plans(struct dc_step *step, int64_t plan_id, dc_date day,
                         const struct dc_access_reach *reach, struct store_plans *ret_plans,
                         struct dc_error *error) DC_MUST_CHECK;
/* Of the versions of a plan the one in force on a day; 0: none. */
enum dc_code store_plan_on(struct dc_step *step, int64_t plan_id, dc_date day, int64_t *ret_version,
                           struct dc_error *error) DC_MUST_CHECK;
/* FAILED_PRECONDITION when another plan of the same scope holds one of the indicators at a time
 * when this version would. */
enum dc_code store_check_rivals(struct dc_step *step, const Goals__Plan *plan,
                                dc_date effective_from, struct dc_error *error) DC_MUST_CHECK;
/* Writes a version; sets id, version, author and time of the plan. */
enum dc_code store_save_plan(struct dc_step *step, Goals__Plan *plan,
                             const struct definition_items *items, dc_date effective_from,
                             struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_plan_reach(struct dc_step *step, int64_t plan_id, dc_date day,
                              int64_t *ret_people, struct dc_error *error) DC_MUST_CHECK;

/* --- places -------------------------------------------------------------------------------------
 */

/* Where an owner stands: the unit above a unit (0: it is the root), the unit of a person's main
 * post. */
struct store_place {
    Goals__OwnerKind kind;
    int64_t id;
    int64_t above;
    const char *name;
    bool found; /* false: no such owner today */
};

/* Fills above, name and found of the places by kind and id. */
enum dc_code store_find_places(struct dc_step *step, dc_date day, struct store_place *places,
                               size_t count, struct dc_error *error) DC_MUST_CHECK;
/* Ids of the places by kind and code; 0: there is no such owner. */
enum dc_code store_find_codes(struct dc_step *step, struct store_place *places,
                              const char *const *codes, size_t count,
                              struct dc_error *error) DC_MUST_CHECK;
/* Which of the places' targets a supervisor of `supervised` or a head of `headed` may change. */
enum dc_code store_changeable(struct dc_step *step, const struct store_place *places, size_t count,
                              const struct dc_access_reach *supervised,
                              const struct dc_access_reach *headed, bool *ret_may,
                              struct dc_error *error) DC_MUST_CHECK;
/* The highest unit within reach; 0: none. */
enum dc_code store_highest_unit(struct dc_step *step, dc_date day,
                                const struct dc_access_reach *reach, int64_t *ret_unit_id,
                                struct dc_error *error) DC_MUST_CHECK;

/* --- targets ------------------------------------------------------------------------------------
 */

/* What a target must know of its indicator. */
struct store_indicator {
    int64_t id;
    const char *name;
    int direction;
    int decimals;
    bool additive;
    bool retired;
    bool counted; /* over records, so that its period can be cut */
    bool found;
};
enum dc_code store_find_indicator(struct dc_step *step, int64_t id,
                                  struct store_indicator *ret_indicator,
                                  struct dc_error *error) DC_MUST_CHECK;

/* A target without its value: that is in the cascade's node beside it. */
struct store_target {
    int64_t id; /* 0: none yet */
    int64_t owner_id;
    int64_t indicator_id;
    int64_t parent_id; /* 0: a root */
    int64_t version;
    Goals__OwnerKind owner_kind;
    bool over_allowed;
    bool has_floor;
    bool has_stretch;
    bool bounds_given; /* floor and stretch are the caller's, not to be taken along */
    bool touched;      /* something else than the value changed: a new version in any case */
    struct dc_decimal floor;
    struct dc_decimal stretch;
    int64_t above; /* only of places: the unit that the owner is directly below */
    char period[DC_PERIOD_TEXT];
    const struct segment *segments; /* only by cutting.h; none: one figure for the whole period */
    size_t segment_count;
    bool was_cut; /* there are segments in the store */
};

/* A tree: targets and the cascade's nodes are parallel, parents before children. nodes[i].parent
 * is by target of the tree; of a target whose parent is outside it is CASCADE_TOP. */
struct store_tree {
    struct store_target *targets;
    struct cascade_node *nodes;
    size_t count;
};

/* Nobody else changes targets of this indicator and period until the commit. */
enum dc_code store_lock_sheet(struct dc_step *step, int64_t indicator_id, const char *period,
                              struct dc_error *error) DC_MUST_CHECK;
/* Without one: an empty tree. */
enum dc_code store_find_target(struct dc_step *step, int64_t target_id, struct store_tree *ret_tree,
                               struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_targets_of(struct dc_step *step, int64_t indicator_id, const char *period,
                              const struct store_place *owners, size_t count,
                              struct store_tree *ret_tree, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_targets_below(struct dc_step *step, int64_t target_id,
                                 struct store_tree *ret_tree, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_targets_above(struct dc_step *step, int64_t target_id,
                                 struct store_tree *ret_tree, struct dc_error *error) DC_MUST_CHECK;
/* The targets with everything below them. */
enum dc_code store_target_trees(struct dc_step *step, const int64_t *target_ids, size_t count,
                                struct store_tree *ret_tree, struct dc_error *error) DC_MUST_CHECK;
/* The places of a unit's tree, with their targets (id 0 where there is none, and then absent);
 * nodes' parents by place, and `outside` what children have whose place is not in the tree; the
 * unit itself comes first. levels 1: only those directly below. */
enum dc_code store_places_below(struct dc_step *step, dc_date day, int64_t unit_id,
                                int64_t indicator_id, const char *period, int levels,
                                struct store_tree *ret_tree, struct dc_error *error) DC_MUST_CHECK;
/* What the children of a target come to. */
enum dc_code store_sum_below(struct dc_step *step, int64_t target_id, int64_t *ret_count,
                             struct dc_decimal *ret_sum, struct dc_error *error) DC_MUST_CHECK;

/* Targets with everything below them (`roots`), others alone, and the parents of both; in the order of
 * owners, and unlinked: no node has a parent. `outside` of each is what all its children have. */
enum dc_code store_sheet_tree(struct dc_step *step, const int64_t *roots, size_t root_count,
                              const int64_t *alone, size_t alone_count,
                              struct store_tree *ret_tree, struct dc_error *error) DC_MUST_CHECK;
/* Targets without a parent whose owners stand directly below the units; `above` says which. */
enum dc_code store_orphans_below(struct dc_step *step, dc_date day, int64_t indicator_id,
                                 const char *period, const int64_t *unit_ids, size_t count,
                                 struct store_tree *ret_tree, struct dc_error *error) DC_MUST_CHECK;

enum dc_code store_new_target_ids(struct dc_step *step, size_t count, const int64_t **ret_ids,
                                  struct dc_error *error) DC_MUST_CHECK;

/* Who, why, from when. */
struct store_adjustment {
    int64_t id;      /* set by store_save_adjustment */
    const char *act; /* set, split, cascade, adjust */
    int64_t indicator_id;
    const char *period;
    const char *reason;
    dc_date effective_on;
    Goals__AdjustPolicy policy;
    int64_t changed;
};
enum dc_code store_save_adjustment(struct dc_step *step, struct store_adjustment *adjustment,
                                   struct dc_error *error) DC_MUST_CHECK;
/* Writes targets and versions: all those whose index is in `at`. New ones have version 1, of the
 * others `version` is the new one already. */
enum dc_code store_add_targets(struct dc_step *step, const struct store_adjustment *adjustment,
                               const struct store_tree *tree, const size_t *at, size_t count,
                               struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_change_targets(struct dc_step *step, const struct store_adjustment *adjustment,
                                  const struct store_tree *tree, const size_t *at, size_t count,
                                  struct dc_error *error) DC_MUST_CHECK;
/* Segments of targets, in the order of targets and days. */
struct store_segments {
    int64_t *target_ids;
    struct segment *items;
    size_t count;
};
enum dc_code store_segments(struct dc_step *step, const int64_t *target_ids, size_t count,
                            struct store_segments *ret_segments,
                            struct dc_error *error) DC_MUST_CHECK;
const struct segment *store_segments_of(const struct store_segments *segments, int64_t target_id,
                                        size_t *ret_count);
/* Those of the targets whose index is in `at` take the place of what was there. */
enum dc_code store_save_segments(struct dc_step *step, const struct store_tree *tree,
                                 const size_t *at, size_t count,
                                 struct dc_error *error) DC_MUST_CHECK;
/* Keeps, for each target, whether its children were let come to more than itself. */
enum dc_code store_allow_over_assignment(struct dc_step *step, const int64_t *target_ids,
                                         const bool *allowed, size_t count,
                                         struct dc_error *error) DC_MUST_CHECK;

/* --- what is shown ------------------------------------------------------------------------------
 */

struct store_nodes {
    Goals__TargetNode **items;
    size_t count;
};

/* The first of target_ids comes first, then the others by owner. */
enum dc_code store_target_nodes(struct dc_step *step, dc_date day, const int64_t *target_ids,
                                size_t count, struct store_nodes *ret_nodes,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_owner_nodes(struct dc_step *step, dc_date day, Goals__OwnerKind kind,
                               int64_t owner_id, const char *period, struct store_nodes *ret_nodes,
                               struct dc_error *error) DC_MUST_CHECK;
/* unit_id 0: the caller's person alone. At most `limit` nodes. */
enum dc_code store_tree_nodes(struct dc_step *step, dc_date day, int64_t indicator_id,
                              const char *period, int64_t unit_id, int levels,
                              const struct dc_access_reach *reach, size_t limit,
                              struct store_nodes *ret_nodes, struct dc_error *error) DC_MUST_CHECK;

struct store_versions {
    Goals__TargetVersion **items;
    size_t count;
};
/* Values with `decimals` decimals. */
enum dc_code store_versions(struct dc_step *step, int64_t target_id, int decimals,
                            struct store_versions *ret_versions,
                            struct dc_error *error) DC_MUST_CHECK;

/* --- the sheet ----------------------------------------------------------------------------------
 */

struct store_sheet {
    Goals__SheetRow **items;
    int64_t *aboves; /* parallel */
    size_t count;
};
/* unit_id 0: the caller's person alone. Without cells; parents before children. */
enum dc_code store_sheet_rows(struct dc_step *step, dc_date day, int64_t unit_id, int levels,
                              const struct dc_access_reach *reach, size_t limit,
                              struct store_sheet *ret_sheet, struct dc_error *error) DC_MUST_CHECK;
/* Fills each row's cells; `indicators` are parallel to the columns. */
enum dc_code store_sheet_cells(struct dc_step *step, struct store_sheet *sheet,
                               Goals__SheetColumn *const *columns,
                               const struct store_indicator *indicators, size_t column_count,
                               struct dc_error *error) DC_MUST_CHECK;

/* --- comparison ---------------------------------------------------------------------------------
 */

struct store_comparison {
    dc_date day; /* whose tree */
    int64_t indicator_id;
    int decimals;
    const char *period;
    int64_t unit_id; /* 0: the caller's person alone */
    dc_time from;    /* 0 = before everything */
    dc_time to;
    int64_t limit, offset;
};
/* Fills differences, total and unchanged. */
enum dc_code store_compare(struct dc_step *step, const struct store_comparison *wanted,
                           const struct dc_access_reach *reach,
                           Goals__CompareTargetsResponse *response,
                           struct dc_error *error) DC_MUST_CHECK;
/* Newest first; before 0: from the newest. */
enum dc_code store_acts(struct dc_step *step, int64_t indicator_id, const char *period,
                        int64_t before, int64_t limit, Goals__TargetAct ***ret_acts,
                        size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;

/* --- seasons ------------------------------------------------------------------------------------
 */

/* Periods of a divided target, and what they have. */
struct store_division_part {
    int64_t target_id; /* the divided one */
    const char *period;
    struct dc_decimal weight;
    struct dc_decimal value;
    bool pinned;
    bool exists;
};
/* Ids of the divided targets of an indicator and a period, ascending. */
enum dc_code store_divided(struct dc_step *step, int64_t indicator_id, const char *period,
                           const int64_t **ret_ids, size_t *ret_count,
                           struct dc_error *error) DC_MUST_CHECK;
/* In the order of targets and periods; ret_parts are the arena's. */
enum dc_code store_divisions(struct dc_step *step, const int64_t *target_ids, size_t count,
                             struct store_division_part **ret_parts, size_t *ret_count,
                             struct dc_error *error) DC_MUST_CHECK;
/* The same of one target for periods that it may be divided into. */
enum dc_code store_period_parts(struct dc_step *step, int64_t target_id,
                                const char *const *periods, const struct dc_decimal *weights,
                                size_t count, struct store_division_part **ret_parts,
                                struct dc_error *error) DC_MUST_CHECK;
/* profile_id 0: all, by name. */
enum dc_code store_profiles(struct dc_step *step, int64_t profile_id,
                            Goals__SeasonProfile ***ret_profiles, size_t *ret_count,
                            struct dc_error *error) DC_MUST_CHECK;
/* Sets id, version, author and time. ret_saved false: it has been changed since, or another one has the
 * name. */
enum dc_code store_save_profile(struct dc_step *step, Goals__SeasonProfile *profile,
                                const struct dc_decimal *weights, bool *ret_saved,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_save_division(struct dc_step *step, int64_t target_id, int64_t profile_id,
                                 const char *const *periods, const struct dc_decimal *weights,
                                 size_t count, struct dc_error *error) DC_MUST_CHECK;

/* --- actuals ------------------------------------------------------------------------------------
 */

/* Totals of the step's tenant; newer ones win. `ret_fed`: owners with key results that a changed one
 * feeds. */
struct store_okr_owner;
enum dc_code store_actuals(struct dc_step *step, Ingest__Total *const *totals, size_t count,
                           struct store_okr_owner **ret_fed, size_t *ret_count,
                           struct dc_error *error) DC_MUST_CHECK;

/* What an owner did in a period. */
struct store_actual {
    Goals__OwnerKind owner_kind;
    int64_t owner_id;
    const char *period;
    bool known; /* out: false: nothing was told, or 0/0 */
    struct dc_decimal value;
};
/* By the measure that the indicator has today; at six decimals. */
enum dc_code store_actuals_of(struct dc_step *step, int64_t indicator_id,
                              struct store_actual *actuals, size_t count,
                              struct dc_error *error) DC_MUST_CHECK;

/* --- proposals ----------------------------------------------------------------------------------
 */

struct store_proposal {
    const struct store_target *target;
    int64_t unit_id; /* 0 = none */
    struct dc_decimal old_value, new_value, raise_percent;
    const char *reason;
    dc_date effective_on;
    Goals__AdjustPolicy policy;
    bool lift_parent, allow_over_assignment;
};
/* 0: one of this target is open already. */
enum dc_code store_add_proposal(struct dc_step *step, const struct store_proposal *proposal,
                                int64_t *ret_id, struct dc_error *error) DC_MUST_CHECK;
/* NULL: there is none. */
enum dc_code store_proposal(struct dc_step *step, int64_t id, Goals__Proposal **ret_proposal,
                            struct dc_error *error) DC_MUST_CHECK;
struct store_proposals_wanted {
    Goals__ProposalState state; /* 0 = all */
    int64_t target_id;          /* 0 = all */
    int64_t before;             /* ids below this one */
    int64_t limit;
};
enum dc_code store_proposals(struct dc_step *step, const struct store_proposals_wanted *wanted,
                             dc_date day, const struct dc_access_reach *reach,
                             Goals__Proposal ***ret_proposals, size_t *ret_count,
                             struct dc_error *error) DC_MUST_CHECK;
/* Until the commit nobody else settles it. 0: there is none. */
enum dc_code store_lock_proposal(struct dc_step *step, int64_t id, Goals__ProposalState *ret_state,
                                 struct dc_error *error) DC_MUST_CHECK;
struct store_settlement {
    Goals__ProposalState state;
    int64_t decided_by; /* 0 = nobody */
    const char *reason;
    int64_t adjustment_id;
    const char *problem_zh, *problem_en;
};
enum dc_code store_settle_proposal(struct dc_step *step, int64_t id,
                                   const struct store_settlement *settlement,
                                   struct dc_error *error) DC_MUST_CHECK;
/* --- drafts -------------------------------------------------------------------------------------
 */

/* What is kept of a draft beside its changes. */
struct store_draft_row {
    bool found;
    Goals__DraftState state;
    int64_t version;
    int64_t author_person_id;
    const char *author;
};
/* Until the commit nobody else changes it. */
enum dc_code store_lock_draft(struct dc_step *step, int64_t id, struct store_draft_row *ret_row,
                              struct dc_error *error) DC_MUST_CHECK;
/* id 0 is a new one; sets id, version and author. */
enum dc_code store_save_draft(struct dc_step *step, Goals__Draft *draft,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_discard_draft(struct dc_step *step, int64_t id,
                                 struct dc_error *error) DC_MUST_CHECK;
/* `adjustments`: of the targets that it changed. */
enum dc_code store_settle_draft(struct dc_step *step, int64_t id, const int64_t *adjustments,
                                size_t count, struct dc_error *error) DC_MUST_CHECK;
/* The one with this id, or (id 0) those below `before`, newest first; only those that an account
 * wrote, or everybody's (author NULL). */
enum dc_code store_drafts(struct dc_step *step, int64_t id, int64_t before, const char *author,
                          int64_t limit, Goals__Draft ***ret_drafts, size_t *ret_count,
                          struct dc_error *error) DC_MUST_CHECK;

/* "": nobody that is known. */
enum dc_code store_person_name(struct dc_step *step, int64_t person_id, const char **ret_name,
                               struct dc_error *error) DC_MUST_CHECK;

#endif
