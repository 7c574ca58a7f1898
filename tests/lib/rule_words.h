/*
 * rule_words.h - scoring rules in a line of text, for rows of cases: "F=100 floor=0.6 places=2",
 * rows of steps "0.6..1:60" or "1..:x100" (a slope), points of terms "-5", conditions "> 0".
 */
#ifndef TESTS_RULE_WORDS_H
#define TESTS_RULE_WORDS_H

#include "base/arena.h"

#include <dacheng/goals/v1/events.pb-c.h>

/* An item with the rule of that field of PlanItem: "linear", "three_point", ... `text` is cut up.
 */
Goals__PlanItem *rule_words(struct dc_arena *arena, const char *family, char *text);
/* Puts a grade table into a plan: "S>=110:1.5 A>=90:1.2 B:1", the last row without a bound. */
void grade_words(struct dc_arena *arena, const char *text, Goals__Plan *plan);

#endif
