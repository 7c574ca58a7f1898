/*
 * specificity.h - whom a plan reaches, and which of several plans wins. Pure.
 *
 * A scope names a person, or a unit tree, a position, or both, or nothing (everybody). It reaches
 * a person by his main post on the day that is asked about (of a period: its last day). Of the
 * plans in force that reach a person and hold an indicator, the one with the highest rank gives
 * that indicator's weight and rule:
 *
 *     person                       above everything
 *     unit tree, with position     by the depth of the unit (the root has 0): 2 * depth + 3
 *     unit tree                    2 * depth + 2
 *     position                     1
 *     everybody                    0
 *
 * Two plans of one scope that hold the same indicator at the same time are refused when they are
 * saved; should there be a tie all the same, the lower plan id wins.
 */
#ifndef DC_GOALS_SPECIFICITY_H
#define DC_GOALS_SPECIFICITY_H

#include <stddef.h>
#include <stdint.h>

enum { SPECIFICITY_NONE = -1, SPECIFICITY_PERSON = 1000000 };

struct specificity_scope {
    const char *position; /* "" = any */
    int64_t unit_id;      /* 0 = any */
    int64_t person_id;    /* 0 = any */
};

/* A person's main post: its unit, and the way up from it. */
struct specificity_place {
    int64_t person_id;
    const char *position;
    const int64_t *units; /* the post's own unit first, the root last */
    size_t unit_count;
};

/* SPECIFICITY_NONE when the scope does not reach the person. */
int64_t specificity_rank(const struct specificity_scope *scope,
                         const struct specificity_place *place);

#endif
