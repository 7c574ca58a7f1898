/* tally.c - answers into cells, cells into means, means into a total. */
#include "tally.h"

#include <gmp.h>
#include <string.h>

#include "base/assert.h"

#define R(name) REVIEWS__RELATION__RELATION_##name

/* From below upward. */
static const Reviews__Relation upward[] = {R(CUSTOMER), R(SUBORDINATE), R(PEER)};
enum { ANONYMOUS = sizeof upward / sizeof *upward };

/* --- who stands together -------------------------------------------------------------------------
 */

int
tally_minimum(const struct tally_form *form, unsigned relations)
{
    int minimum = 1;
    for (int r = 1; r < TALLY_RELATIONS; r++) {
        if (relations & (1u << r) && form->rules[r].minimum > minimum) {
            minimum = form->rules[r].minimum;
        }
    }
    return minimum;
}

static int
raters_of(const int counts[TALLY_RELATIONS], unsigned relations)
{
    int raters = 0;
    for (int r = 1; r < TALLY_RELATIONS; r++) {
        raters += relations & (1u << r) ? counts[r] : 0;
    }
    return raters;
}

static bool
is_enough(const struct tally_form *form, const int counts[TALLY_RELATIONS], unsigned relations)
{
    return raters_of(counts, relations) >= tally_minimum(form, relations);
}

static size_t
group_anonymous(const struct tally_form *form, const int counts[TALLY_RELATIONS],
                unsigned *ret_groups, unsigned *ret_hidden)
{
    size_t count = 0;
    unsigned carried = 0;
    for (size_t i = 0; i < ANONYMOUS; i++) {
        unsigned one = 1u << upward[i];
        if (counts[upward[i]] == 0) {
            continue;
        }
        bool stands = is_enough(form, counts, one);
        if (!stands && !form->rules[upward[i]].merge) {
            *ret_hidden |= one;
        } else if (is_enough(form, counts, carried | one)) {
            ret_groups[count++] = carried | one;
            carried = 0;
        } else if (stands) { /* what is carried has a higher minimum */
            ret_groups[count++] = one;
        } else {
            carried |= one;
        }
    }
    if (carried && count > 0 && is_enough(form, counts, ret_groups[count - 1] | carried)) {
        ret_groups[count - 1] |= carried;
        carried = 0;
    }
    *ret_hidden |= carried;
    return count;
}

size_t
tally_groups(const struct tally_form *form, const int counts[TALLY_RELATIONS],
             unsigned *ret_groups, unsigned *ret_hidden)
{
    static const Reviews__Relation named[] = {R(SUPERIOR), R(SELF)};
    size_t count = 0;
    *ret_hidden = 0;
    for (size_t i = 0; i < 2; i++) {
        unsigned one = 1u << named[i];
        if (counts[named[i]] > 0 && is_enough(form, counts, one)) {
            ret_groups[count++] = one;
        } else if (counts[named[i]] > 0) {
            *ret_hidden |= one;
        }
    }
    return count + group_anonymous(form, counts, ret_groups + count, ret_hidden);
}

/* --- cells ---------------------------------------------------------------------------------------
 */

static bool
has_judged(const struct tally_form *form, const struct tally_rating *rating)
{
    for (size_t q = 0; q < form->questions; q++) {
        if (rating->levels[q] > 0) {
            return true;
        }
    }
    return false;
}

/* False: no question has enough answers. */
static bool
fill_cells(const struct tally_form *form, const struct tally_rating *ratings, size_t count,
           struct tally_group *group)
{
    int minimum = tally_minimum(form, group->relations);
    bool any = false;
    for (size_t q = 0; q < form->questions; q++) {
        struct tally_cell cell = {0};
        for (size_t i = 0; i < count; i++) {
            if (group->relations & (1u << ratings[i].relation) && ratings[i].levels[q] > 0) {
                cell.sum += ratings[i].levels[q];
                cell.count++;
            }
        }
        if (cell.count >= minimum) {
            group->cells[q] = cell;
            any = true;
        }
    }
    return any;
}

/* --- exact means ---------------------------------------------------------------------------------
 */

static struct dc_decimal
decimal_of(const mpz_t integer)
{
    struct dc_decimal value = DC_DECIMAL_ZERO;
    char digits[DC_DECIMAL_TEXT];
    DC_ASSERT(mpz_sizeinbase(integer, 10) < 26);
    mpz_get_str(digits, 10, integer);
    DC_ASSERT(dc_decimal_parse(digits, &value, NULL) == DC_OK); /* bounds of tally.h */
    return value;
}

static struct dc_ratio
ratio_of(mpq_t value)
{
    return (struct dc_ratio){decimal_of(mpq_numref(value)), decimal_of(mpq_denref(value))};
}

/* sum(weights * values) / sum(weights), kept by the two. */
struct mean {
    mpq_t sum;
    unsigned long weights;
};

static void
mean_add(struct mean *mean, unsigned long weight, mpq_t value)
{
    mpq_t weighted;
    mpq_init(weighted);
    mpq_set_ui(weighted, weight, 1);
    mpq_mul(weighted, weighted, value);
    mpq_add(mean->sum, mean->sum, weighted);
    mean->weights += weight;
    mpq_clear(weighted);
}

/* False: nothing has a weight. */
static bool
mean_end(struct mean *mean)
{
    if (mean->weights == 0) {
        return false;
    }
    mpq_t weights;
    mpq_init(weights);
    mpq_set_ui(weights, mean->weights, 1);
    mpq_div(mean->sum, mean->sum, weights);
    mpq_clear(weights);
    return true;
}

/* A group whose answered questions all weigh nothing has the denominator 0, "no data". */
static bool
group_mean(const struct tally_form *form, struct tally_group *group, mpq_t ret_mean)
{
    struct mean mean = {.weights = 0};
    mpq_t value;
    mpq_inits(mean.sum, value, NULL);
    for (size_t q = 0; q < form->questions; q++) {
        if (group->cells[q].count > 0) {
            mpq_set_ui(value, (unsigned long)group->cells[q].sum,
                       (unsigned long)group->cells[q].count);
            mpq_canonicalize(value);
            mean_add(&mean, (unsigned long)form->weights[q], value);
        }
    }
    bool known = mean_end(&mean);
    mpq_set(ret_mean, mean.sum);
    group->mean = known ? ratio_of(mean.sum) : (struct dc_ratio){DC_DECIMAL_ZERO, DC_DECIMAL_ZERO};
    mpq_clears(mean.sum, value, NULL);
    return known;
}

void
tally_from_cells(const struct tally_form *form, struct tally_result *result)
{
    struct mean total = {.weights = 0};
    mpq_t mean;
    mpq_inits(total.sum, mean, NULL);
    for (size_t g = 0; g < result->count; g++) {
        struct tally_group *group = &result->groups[g];
        group->weight = 0;
        for (int r = 1; r < TALLY_RELATIONS; r++) {
            group->weight += group->relations & (1u << r) ? form->rules[r].weight : 0;
        }
        if (group_mean(form, group, mean)) {
            mean_add(&total, (unsigned long)group->weight, mean);
        }
    }
    result->known = mean_end(&total);
    if (result->known) {
        result->total = ratio_of(total.sum);
    }
    mpq_clears(total.sum, mean, NULL);
}

void
tally(const struct tally_form *form, const struct tally_rating *ratings, size_t count,
      struct dc_arena *arena, struct tally_result *ret_result)
{
    int counts[TALLY_RELATIONS] = {0};
    unsigned groups[TALLY_RELATIONS];
    struct tally_result result = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        counts[ratings[i].relation] += has_judged(form, &ratings[i]);
    }
    size_t group_count = tally_groups(form, counts, groups, &result.hidden);
    for (size_t g = 0; g < group_count; g++) {
        struct tally_group group = {.relations = groups[g],
                                    .raters = raters_of(counts, groups[g]),
                                    .cells =
                                        DC_NEW_ARRAY(arena, struct tally_cell, form->questions)};
        if (fill_cells(form, ratings, count, &group)) {
            result.groups[result.count++] = group;
        } else {
            result.hidden |= groups[g];
        }
    }
    tally_from_cells(form, &result);
    *ret_result = result;
}
