/*
 * tally.h - what the ratings of one person come to. Pure: no clock, no database, nobody's name.
 *
 * The rule that keeps raters anonymous (docs/reviews.md): everything in a result is computed from
 * its cells. A cell is (group of relations, question): the sum and the number of the answers to one
 * question from one group. A group of anonymous raters has at least its minimum of them, and so has
 * each of its cells of answers; no answer stands in two cells, and no answer that stands in no cell
 * has any effect. So no difference of two figures is about fewer answers than the minimum.
 *
 * Superior and self are named relations: the rated person knows who answered. They are never put
 * together with anonymous ones, since whoever knows his own answer could take it out again.
 *
 * All arithmetic is exact. A mean is sum(weight * mean of the cell) / sum(weight) over the cells
 * there are, the total sum(weight * mean) / sum(weight) over the groups there are.
 */
#ifndef DC_REVIEWS_TALLY_H
#define DC_REVIEWS_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/decimal.h"

#include <dacheng/reviews/v1/events.pb-c.h>

/* With these bounds every fraction fits numerator and denominator of a dc_ratio: its denominator
 * divides lcm(1..25) * 100^5 * 100 < 10^24. */
enum {
    TALLY_RELATIONS = 6, /* by Reviews__Relation; 0 is none */
    TALLY_QUESTIONS_MAX = 60,
    TALLY_RATERS_MAX = 15,  /* of one relation of one person */
    TALLY_MINIMUM_MAX = 5,  /* so a merged group has at most 15 + 4 + 4 raters */
    TALLY_MINIMUM_LEAST = 2, /* of an anonymous relation; 3 is usual */
    TALLY_LEVELS_MAX = 10,
    TALLY_PERCENT = 100,
};

struct tally_rule {
    bool asked; /* the form knows the relation */
    int weight; /* percent */
    int minimum;
    bool merge; /* below the minimum: merged; else dropped */
};
struct tally_form {
    struct tally_rule rules[TALLY_RELATIONS];
    const int *weights; /* of the questions with a scale, percent */
    size_t questions;
};
struct tally_rating {
    Reviews__Relation relation;
    const int *levels; /* by question; 0 = not answered, or cannot judge */
};

struct tally_cell {
    int sum, count; /* count 0: not shown */
};
struct tally_group {
    unsigned relations; /* bit per Reviews__Relation */
    int raters, weight;
    struct dc_ratio mean;
    struct tally_cell *cells; /* by question */
};
struct tally_result {
    struct tally_group groups[TALLY_RELATIONS];
    size_t count;
    unsigned hidden; /* relations that somebody rated in, and that are not shown */
    bool known;      /* false: nobody whose relation has a weight could judge */
    struct dc_ratio total;
};

#define TALLY_BIT(relation) (1u << REVIEWS__RELATION__RELATION_##relation)
#define TALLY_NAMED (TALLY_BIT(SUPERIOR) | TALLY_BIT(SELF))

/*
 * Which relations stand together, by their numbers of raters; ret_groups has room for
 * TALLY_RELATIONS masks. Anonymous relations from below upward: customer, subordinate, peer. One
 * that has its minimum stands, with what was carried up to it; one that has not is dropped, or
 * carried up to the next that somebody rated in. What is carried past peer goes to the nearest
 * group below. A group that is put together has the highest minimum of its members.
 */
size_t tally_groups(const struct tally_form *form, const int counts[TALLY_RELATIONS],
                    unsigned *ret_groups, unsigned *ret_hidden);
/* The minimum of a group. */
int tally_minimum(const struct tally_form *form, unsigned relations);

void tally(const struct tally_form *form, const struct tally_rating *ratings, size_t count,
           struct dc_arena *arena, struct tally_result *ret_result);

/* The means and the total out of the cells alone: what `tally` ends with, and what proves a result
 * after its answers are gone. */
void tally_from_cells(const struct tally_form *form, struct tally_result *result);

#endif
