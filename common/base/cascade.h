/*
 * cascade.h - how a changed target goes down its tree. Pure: values in, values out.
 *
 * The tree is an array in which parents stand before their children; children of one parent are
 * served in the order of the array (that decides which of them gets a cent that is left over, so
 * the caller orders them by owner). Only additive indicators have sums:
 *
 * - A node whose value goes from V to V' takes its children along: those that are neither pinned
 *   nor given nor joining, together u, become u * V'/V, rounded half-up once at the indicator's
 *   decimals and shared out in proportion by largest remainder. So a fully handed out target stays
 *   so to the cent, a buffer of 110 % stays 110 %, and what pinned children did not take part in
 *   shows as left over or overdrawn.
 * - There is no proportion to 0: when V or u is 0 the children keep what they have.
 * - Children outside the array (the caller knows that they keep their value) count in the sums.
 * - A child that kept its value keeps its whole tree.
 *
 * Of an indicator that does not add up (a ratio, an average) a child simply takes the new value of
 * its parent, unless it is pinned, given or joining.
 */
#ifndef DC_BASE_CASCADE_H
#define DC_BASE_CASCADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/error.h"

enum { CASCADE_TOP = -1 };

struct cascade_node {
    int64_t parent;              /* index of an earlier node, or CASCADE_TOP */
    int64_t people;              /* for filling: people in its tree; 1 for a person */
    struct dc_decimal old_value; /* 0 when it had none */
    struct dc_decimal value;     /* in: of given nodes; out: of all */
    struct dc_decimal outside;   /* what children that are not in the array have; they keep it */
    bool pinned;                 /* keeps its value when its parent changes */
    bool given;                  /* its new value is the caller's */
    bool fresh;                  /* had no value before; must be given */
    bool joining;                /* had another parent before, or none: in no old sum */
    bool absent;                 /* has no target; filling may give it one (then it is fresh) */
};

/* What the children of a node come to, those outside included. Only for additive indicators; zero
 * otherwise. */
struct cascade_sum {
    struct dc_decimal old_sum;
    struct dc_decimal new_sum;
    int32_t children; /* of the array, that have a value now */
    bool over;        /* more than the node's value */
    bool grown;       /* over, by more than going along in proportion explains: must be said */
};

/* Largest value that a target may have: 10^15. */
extern const struct dc_decimal CASCADE_VALUE_MAX;

/*
 * Re-splits. `ret_sums` has `count` elements. Errors: OUT_OF_RANGE when a value passes the
 * largest one (the values are then not to be used).
 */
enum dc_code cascade_resplit(struct cascade_node *nodes, size_t count, bool additive, int decimals,
                             struct dc_arena *arena, struct cascade_sum *ret_sums,
                             struct dc_error *error) DC_MUST_CHECK;

/*
 * Re-splits, and hands out what is left over, down to every person: of each node, to its absent
 * children by the number of their people (everybody alike); when there are none, to those that are
 * not pinned, in proportion to what they have (or by people when they all have 0). Absent children
 * without people stay absent; so does everything below a node where nothing is left.
 */
enum dc_code cascade_fill(struct cascade_node *nodes, size_t count, bool additive, int decimals,
                          struct dc_arena *arena, struct cascade_sum *ret_sums,
                          struct dc_error *error) DC_MUST_CHECK;

/* floor or stretch of a target whose value goes from old_value to value: in proportion, so that
 * they stay on their side of it; old_value 0: not below (above = true) or not above the value. */
enum dc_code cascade_bound(struct dc_decimal bound, struct dc_decimal old_value,
                           struct dc_decimal value, bool above, int decimals,
                           struct dc_decimal *ret_bound, struct dc_error *error) DC_MUST_CHECK;

#endif
