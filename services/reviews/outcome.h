/*
 * outcome.h - the result of one person as it is kept and shown, out of his ratings. Pure but for the
 * lot that comments are shuffled by.
 */
#ifndef DC_REVIEWS_OUTCOME_H
#define DC_REVIEWS_OUTCOME_H

#include "form.h"

struct outcome_rating {
    Reviews__Relation relation;
    const Reviews__SaveRatingRequest *answers;
};

/* `lot(n)`: one of 0 to n - 1. ret_total has the denominator 0 when nobody could judge; ret_raters
 * are those of the groups that are shown. */
const Reviews__Result *outcome(const Reviews__Form *form, const struct form_scale *scale,
                               const struct outcome_rating *ratings, size_t count,
                               uint32_t (*lot)(uint32_t), struct dc_arena *arena,
                               struct dc_ratio *ret_total, int64_t *ret_raters);

#endif
