/*
 * act.h - one act of a person on targets: what came out of the cascade is checked, stored with new
 * versions, and told.
 */
#ifndef DC_GOALS_ACT_H
#define DC_GOALS_ACT_H

#include "store.h"

struct act {
    struct store_adjustment adjustment; /* act, indicator, period, reason, ... */
    struct store_indicator indicator;
    struct store_tree tree;
    bool allow_over_assignment;
    size_t capacity;          /* of the tree */
    struct cascade_sum *sums; /* by act_decide, parallel to the tree */
    struct cells *following;  /* by act_decide: shorter periods of divided targets; NULL: none */
};

/* Loads the target that an act is about (one node), and fills the act's indicator and period. The
 * owner, the indicator and the period of a target never change, so the rights can be checked now.
 * Errors: that of rights_missing. */
enum dc_code act_load(struct dc_step *step, struct act *act, int64_t target_id,
                      struct store_tree *ret_tree, struct dc_error *error) DC_MUST_CHECK;
/* Takes the sheet and loads the target again, as it is now that nobody else can change it. Errors:
 * FAILED_PRECONDITION when the indicator is retired. */
enum dc_code act_lock(struct dc_step *step, struct act *act, struct store_tree *tree,
                      struct dc_error *error) DC_MUST_CHECK;
/* Whose target is handed out must be a unit that the caller may hand out for. ret_self: as in
 * rights_hand_out. */
enum dc_code act_check_hand_out(struct dc_step *step, const struct store_target *target,
                                int64_t *ret_self, struct dc_error *error) DC_MUST_CHECK;
/* ABORTED when the target has another version than the caller saw (0: whatever it is). */
enum dc_code act_check_version(const struct store_target *target, int64_t expected_version,
                               struct dc_error *error) DC_MUST_CHECK;

/* Appends the nodes of `more` to the act's tree; their parents are shifted, and those at the top
 * of it get `parent` (an index of the act's tree, or CASCADE_TOP). */
void act_append(struct dc_step *step, struct act *act, const struct store_tree *more,
                int64_t parent);
/* Appends the parent of a target, so that the sum of its children is checked: those that are not in
 * the tree are its outside. ret_at: its index; CASCADE_TOP for a root (parent_id 0). */
enum dc_code act_append_parent(struct dc_step *step, struct act *act, int64_t parent_id,
                               struct dc_decimal old_value, int64_t *ret_at,
                               struct dc_error *error) DC_MUST_CHECK;
/* Appends one node and returns its index. */
size_t act_append_one(struct dc_step *step, struct act *act, const struct store_target *target,
                      const struct cascade_node *node);

/* A value of a target: 0 or more, with the indicator's decimals. */
enum dc_code act_parse_value(const char *text, const char *field,
                             const struct store_indicator *indicator, struct dc_decimal *ret_value,
                             struct dc_error *error) DC_MUST_CHECK;

/*
 * Re-splits the tree from its given nodes (filling: also hands out what is left over), and writes
 * nothing yet. An over-assignment that grows and was not allowed is FAILED_PRECONDITION. So is what
 * would come of the shorter periods of divided targets (cells.h).
 */
enum dc_code act_decide(struct dc_step *step, struct act *act, bool filling,
                        struct dc_error *error) DC_MUST_CHECK;
/*
 * Writes what has changed and tells it. Targets of fresh nodes get their ids, and nodes whose
 * parent in the tree has a target become its children. adjustment.changed is the number of targets;
 * 0: nothing was to be done and nothing is written.
 */
enum dc_code act_write(struct dc_step *step, struct act *act, struct dc_error *error) DC_MUST_CHECK;
/* Both. */
enum dc_code act_finish(struct dc_step *step, struct act *act, bool filling,
                        struct dc_error *error) DC_MUST_CHECK;

#endif
