/*
 * tell.h - the events of a pass: ScoresChanged and UnitsChanged, of what was really written.
 */
#ifndef SCORING_TELL_H
#define SCORING_TELL_H

#include "pass.h"

/* At most 1,000 people an event, by bucket (person id modulo 16), so that a person's key is always
 * the same. */
void tell_scores(struct pass *pass);
/* At most 1,000 units an event. */
void tell_units(struct pass *pass);

/* Texts for messages, in the arena; "" of what is not known. */
const char *tell_amount(struct dc_arena *arena, struct maybe amount);
const char *tell_fixed(struct dc_arena *arena, struct maybe amount, int places);

#endif
