/* store_moves.h - moves that want a decision, and what was decided. */
#ifndef DC_GOALS_STORE_MOVES_H
#define DC_GOALS_STORE_MOVES_H

#include "store.h"

#include <dacheng/goals/v1/move.pb-c.h>

struct store_move {
    Goals__MoveItem *item; /* without choices */
    dc_date moved_on;
    bool additive, counted;
};
struct store_moves_wanted {
    const char *period; /* "" = all that are not over */
    const int64_t *target_ids; /* NULL: all */
    size_t target_count;
    int64_t limit, offset;
};
enum dc_code store_moves(struct dc_step *step, dc_date today,
                         const struct store_moves_wanted *wanted,
                         const struct dc_access_reach *reach, struct store_move **ret_moves,
                         size_t *ret_count, int64_t *ret_total,
                         struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_save_stays(struct dc_step *step, const int64_t *target_ids,
                              const int64_t *unit_ids, size_t count, const char *reason,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_move_usual(struct dc_step *step, Goals__MoveChoice *ret_usual,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_save_move_usual(struct dc_step *step, Goals__MoveChoice usual,
                                   struct dc_error *error) DC_MUST_CHECK;

#endif
