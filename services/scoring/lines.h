/*
 * lines.h - lines of answers, made from what the store read: items, people, units.
 */
#ifndef SCORING_LINES_H
#define SCORING_LINES_H

#include "plan.h"
#include "rollup.h"
#include "score.h"
#include "views.h"

#include <dacheng/scoring/v1/scoring.pb-c.h>

/* Fills what an item shows of an indicator's figures. `rule` NULL: of a unit, without a plan. */
void line_figures(Scoring__Item *item, struct dc_arena *arena, const struct indicator *indicator,
                  const struct rule_input *input, const struct rule *rule);
/* Adds what the plan made of it. `remark` is a letter of rule.h. */
void line_score(Scoring__Item *item, struct dc_arena *arena, const struct plan *plan,
                const struct plan_item *plan_item, bool scored, struct dc_decimal score,
                char remark);
/* target - actual while still to go, "0" when reached, "" without either. */
const char *line_gap(struct dc_arena *arena, struct maybe actual, struct maybe target,
                     bool lower_is_better);
/* Percent with two decimals; "" of nothing. */
const char *line_share(struct dc_arena *arena, struct maybe part, struct maybe whole);

/* A person in a ranking; rank 0 = the one in his own unit. */
Scoring__PersonRow *line_person(struct dc_arena *arena, const struct person_line *line,
                                int32_t rank, bool lower_is_better);
/* A person as he was read. */
Scoring__PersonRow *line_person_of(struct dc_arena *arena, int64_t person_id,
                                   const struct person_view *view,
                                   const struct definitions *definitions);
/* How a unit's people stand in grades, in the order of the tables. */
void line_grades(Scoring__UnitRow *row, struct dc_arena *arena, const struct rollup *rollup,
                 const struct definitions *definitions);
/* A unit. `whole`: the parent's actual where the caller may see the parent. */
Scoring__UnitRow *line_unit(struct dc_arena *arena, const struct unit_view *view,
                            struct maybe whole, const struct definitions *definitions);
/* "vetoed" while a veto of the person's items holds; else "". */
const char *line_total_remark(const struct person_view *view);
/* The items of a person's stored score. */
void line_items(struct dc_arena *arena, const struct person_view *view,
                const struct definitions *definitions, Scoring__Item ***ret_items,
                size_t *ret_count);

#endif
