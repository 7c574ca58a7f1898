/*
 * okr_page.h - objectives as they are shown: found within reach, with scores, what is overdue, and
 * what the reader may do.
 */
#ifndef DC_GOALS_OKR_PAGE_H
#define DC_GOALS_OKR_PAGE_H

#include "okr_rights.h"

/* An objective that the caller may read. NOT_FOUND only to those who may see the whole group. */
enum dc_code okr_find(struct dc_step *step, const struct okr_rights *rights, int64_t id,
                      struct store_objective *ret_found, struct dc_error *error) DC_MUST_CHECK;
void okr_present(struct dc_step *step, const struct okr_rights *rights,
                 const Goals__OkrSettings *settings, struct store_objective *found);

#endif
