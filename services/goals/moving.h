/*
 * moving.h - what a decided move makes of targets: the target hangs below the one of the unit where its
 * owner stands; those above it in the old place become less by it, those in the new place more, up to
 * where both meet. So every sum is what it was, and what was left over or overdrawn stays so.
 */
#ifndef DC_GOALS_MOVING_H
#define DC_GOALS_MOVING_H

#include "act.h"
#include "store_moves.h"

/* The choices that there are: SPLIT only where the period can be cut on the day of the move. */
void moving_choices(struct dc_step *step, const struct store_move *move);
/*
 * Decides GO or SPLIT; nothing is written. `lock`: takes the sheet first. The nodes of the act that have
 * another value are those above; the last node is the target itself. Errors: FAILED_PRECONDITION at
 * `choice`, ABORTED at `decisions`, and those of the rights to all that changes.
 */
enum dc_code moving_decide(struct dc_step *step, const struct store_move *move,
                           Goals__MoveChoice choice, const char *reason, bool lock,
                           struct act *ret_act, struct dc_error *error) DC_MUST_CHECK;

#endif
