/*
 * definition_rating.h - what a measure of ratings must be, and that a plan scores it by its own scale.
 * Pure.
 */
#ifndef DC_GOALS_DEFINITION_RATING_H
#define DC_GOALS_DEFINITION_RATING_H

#include "definition.h"

bool definition_is_rating(const Goals__Measure *measure);
/* Of a measure of ratings: an average with a scale and nothing else; the scale never changes. Of any
 * other: no scale. */
enum dc_code definition_check_scale(const Goals__Measure *measure,
                                    const struct definition_measures *known,
                                    struct dc_error *error) DC_MUST_CHECK;
/* The rating rule is for measures of ratings, with their scale. */
enum dc_code definition_check_ratings(const Goals__Plan *plan,
                                      const struct definition_indicators *indicators,
                                      const struct definition_measures *measures,
                                      struct dc_error *error) DC_MUST_CHECK;

#endif
