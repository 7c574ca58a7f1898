/*
 * explain_rule.h - the arithmetic of one item written out, in Chinese and in English.
 *
 * Lines are for reading: a quotient that does not end is shown with six places behind "≈", while
 * the score beside it was computed from the exact one.
 */
#ifndef SCORING_EXPLAIN_RULE_H
#define SCORING_EXPLAIN_RULE_H

#include "plan.h"

#include "base/arena.h"
#include "base/text.h"

#include <dacheng/scoring/v1/scoring.pb-c.h>

/* Lines and the sentence above them; everything lives in the arena. */
struct explanation {
    struct dc_arena *arena;
    char **zh, **en;
    size_t count;
    const char *sentence_zh, *sentence_en;
};
/* Both formats take the same arguments in the same order. */
void explanation_step(struct explanation *explanation, const char *zh, const char *en, ...);
/* The lines as they are, however long. */
void explanation_line(struct explanation *explanation, const char *zh, const char *en);
/* 400000 -> "400,000". */
const char *explanation_grouped(struct dc_arena *arena, const char *amount);

/* The actual of a ratio measure, and the quotient of actual and target, as far as there are any. */
void explain_quotient(struct explanation *explanation, const Scoring__Item *item,
                      const struct rule_input *input, enum quotient_form form);
/* What the rule of an item made of it. */
void explain_item(struct explanation *explanation, const Scoring__Item *item,
                  const struct rule *rule, const struct rule_input *input,
                  const struct definitions *definitions);

#endif
