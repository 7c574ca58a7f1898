/*
 * schemes.h - the schemes met in one pass: each resolved once per unit and position, and kept once
 * per content.
 */
#ifndef SCORING_SCHEMES_H
#define SCORING_SCHEMES_H

#include "plan.h"

struct schemes {
    struct dc_arena *arena;
    const struct definitions *definitions;
    const struct tree *tree;
    const struct plans_in_force *plans;
    struct scheme **all; /* distinct contents */
    size_t count;
    size_t room;
    struct schemes_slot *by_place;   /* (unit, position) -> scheme */
    struct schemes_slot *by_content; /* hash of the content -> scheme */
    size_t place_slots, place_used;
    size_t content_slots;
    const char **positions; /* interned */
    size_t position_count, position_room;
};

void schemes_init(struct schemes *schemes, struct dc_arena *arena,
                  const struct definitions *definitions, const struct tree *tree,
                  const struct plans_in_force *plans);
/* A number for a position's code, the same for the same code. 0 is "". */
int32_t schemes_position(struct schemes *schemes, const char *position);
/* Never NULL; without any plan a scheme of no items. */
const struct scheme *schemes_get(struct schemes *schemes, int64_t person_id, int32_t unit,
                                 int32_t position);
/* The id under which a content is stored. */
void schemes_set_id(struct schemes *schemes, const char *content, int64_t id);

#endif
