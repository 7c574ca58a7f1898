/*
 * split_basis.h - what a split by actuals goes by: what the owners directly below did in an earlier
 * period. Whoever did nothing that a proportion could be made of is never passed over in silence.
 */
#ifndef DC_GOALS_SPLIT_BASIS_H
#define DC_GOALS_SPLIT_BASIS_H

#include "store.h"

/* The period wanted ("": the one before `period`, of its kind). INVALID_ARGUMENT at actuals_period
 * when it is none, or does not begin before `period`. */
enum dc_code split_basis_period(const char *wanted, const char *period,
                                char ret_period[DC_PERIOD_TEXT],
                                struct dc_error *error) DC_MUST_CHECK;

struct split_owner {
    Goals__OwnerKind kind;
    int64_t id;
    bool given; /* in and out: gets a part */
    struct dc_decimal weight;
};
/*
 * Weights of the given owners by their actuals. Those without one above 0 follow `without`;
 * FAILED_PRECONDITION at without_actuals with their names when it does not say, and at
 * actuals_period when nobody has one.
 */
enum dc_code split_basis_weigh(struct dc_step *step, int64_t indicator_id, const char *period,
                               Goals__WithoutActuals without, struct split_owner *owners,
                               size_t count, struct dc_error *error) DC_MUST_CHECK;

#endif
