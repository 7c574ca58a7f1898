/*
 * distribution.c - forced distribution: seats per pool and grade, and who takes them.
 */
#include "distribution.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

/* --- seats --------------------------------------------------------------------------------------
 * `wanted` are seats times DISTRIBUTION_WHOLE.
 */

/* Whole seats that come closest to what is wanted, none below 0, `people` in all. */
static void
apportion(int64_t people, const int64_t *wanted, size_t grades, int64_t *seats)
{
    int64_t given = 0;
    for (size_t g = 0; g < grades; g++) {
        seats[g] = wanted[g] > 0 ? wanted[g] / DISTRIBUTION_WHOLE : 0;
        given += seats[g];
    }
    for (; given < people; given++) {
        size_t best = 0;
        for (size_t g = 1; g < grades; g++) {
            if (wanted[g] - seats[g] * DISTRIBUTION_WHOLE >
                wanted[best] - seats[best] * DISTRIBUTION_WHOLE) {
                best = g;
            }
        }
        seats[best]++;
    }
    for (; given > people; given--) {
        size_t worst = grades;
        for (size_t g = grades; g > 0; g--) {
            bool less = worst == grades || wanted[g - 1] - seats[g - 1] * DISTRIBUTION_WHOLE <
                                               wanted[worst] - seats[worst] * DISTRIBUTION_WHOLE;
            worst = seats[g - 1] > 0 && less ? g - 1 : worst;
        }
        seats[worst]--;
    }
}

void
distribution_seats(int64_t people, const int64_t *shares, size_t grades, int64_t *ret_seats)
{
    int64_t wanted[GRADE_ROWS_MAX];
    DC_ASSERT(grades > 0 && grades <= GRADE_ROWS_MAX);
    for (size_t g = 0; g < grades; g++) {
        wanted[g] = people * shares[g];
    }
    apportion(people, wanted, grades, ret_seats);
}

/* What it costs, in squares of the distance from the pool's shares, to move a seat of the pool. */
static int64_t
cost_of(int64_t size, const int64_t *shares, const int64_t *seats, size_t from, size_t to)
{
    return (seats[to] * DISTRIBUTION_WHOLE - size * shares[to]) -
           (seats[from] * DISTRIBUTION_WHOLE - size * shares[from]);
}

/* Moves one seat from a grade that has too many in all to one that has too few. */
static void
move_one(const int64_t *sizes, size_t pools, const int64_t *shares, size_t grades,
         const int64_t *over, int64_t *seats, size_t *ret_from, size_t *ret_to)
{
    bool found = false;
    int64_t least = 0;
    size_t pool = 0;
    for (size_t from = 0; from < grades; from++) {
        for (size_t to = 0; over[from] > 0 && to < grades; to++) {
            for (size_t p = 0; over[to] < 0 && p < pools; p++) {
                int64_t cost = cost_of(sizes[p], shares, &seats[p * grades], from, to);
                if (seats[p * grades + from] > 0 && (!found || cost < least)) {
                    found = true;
                    least = cost;
                    pool = p;
                    *ret_from = from;
                    *ret_to = to;
                }
            }
        }
    }
    DC_ASSERT(found);
    seats[pool * grades + *ret_from]--;
    seats[pool * grades + *ret_to]++;
}

void
distribution_pools(const int64_t *sizes, size_t pools, const int64_t *shares, size_t grades,
                   int64_t *ret_seats)
{
    int64_t carried[GRADE_ROWS_MAX] = {0}, wanted[GRADE_ROWS_MAX], whole[GRADE_ROWS_MAX];
    int64_t over[GRADE_ROWS_MAX] = {0}, people = 0;
    DC_ASSERT(grades > 0 && grades <= GRADE_ROWS_MAX);
    for (size_t p = 0; p < pools; p++) {
        int64_t *seats = &ret_seats[p * grades];
        for (size_t g = 0; g < grades; g++) {
            wanted[g] = sizes[p] * shares[g] + carried[g];
        }
        apportion(sizes[p], wanted, grades, seats);
        for (size_t g = 0; g < grades; g++) {
            carried[g] = wanted[g] - seats[g] * DISTRIBUTION_WHOLE;
            over[g] += seats[g];
        }
        people += sizes[p];
    }
    distribution_seats(people, shares, grades, whole);
    int64_t left = 0;
    for (size_t g = 0; g < grades; g++) {
        over[g] -= whole[g];
        left += over[g] > 0 ? over[g] : 0;
    }
    for (; left > 0; left--) {
        size_t from = 0, to = 0;
        move_one(sizes, pools, shares, grades, over, ret_seats, &from, &to);
        over[from]--;
        over[to]++;
    }
}

/* --- who ----------------------------------------------------------------------------------------
 */

static int
best_first(const void *a, const void *b)
{
    const struct distribution_person *left = a, *right = b;
    if (left->pool != right->pool) {
        return left->pool < right->pool ? -1 : 1;
    }
    int order = dc_decimal_cmp(right->total, left->total);
    return order != 0 ? order : left->id < right->id ? -1 : left->id > right->id;
}

/* The people of one pool, best first. */
static void
assign_pool(struct distribution_person *people, size_t count, const int64_t *seats, size_t grades)
{
    int64_t free = 0;
    for (size_t g = 0; g < grades; g++) {
        bool last = g + 1 == grades;
        free += seats[g];
        for (size_t i = 0; i < count && (free > 0 || last); i++) {
            if (people[i].grade == 0 && people[i].held <= (int)g + 1) {
                people[i].grade = (int)g + 1;
                free--;
            }
        }
    }
    for (size_t i = 1; i < count; i++) {
        bool equal = dc_decimal_cmp(people[i].total, people[i - 1].total) == 0;
        if (equal && people[i].grade != people[i - 1].grade) {
            people[i].tied = people[i - 1].tied = true;
        }
    }
    /* Everybody with the total of a boundary, not the two beside it alone. */
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t n = 1; n < count; n++) {
            size_t i = pass == 0 ? n : count - n;
            size_t from = pass == 0 ? i - 1 : i, to = pass == 0 ? i : i - 1;
            people[to].tied |=
                people[from].tied && dc_decimal_cmp(people[i].total, people[i - 1].total) == 0;
        }
    }
}

void
distribution_assign(struct distribution_person *people, size_t count, const int64_t *seats,
                    size_t pools, size_t grades)
{
    if (count > 0) {
        qsort(people, count, sizeof(*people), best_first);
    }
    for (size_t start = 0, end; start < count; start = end) {
        int32_t pool = people[start].pool;
        DC_ASSERT(pool >= 0 && (size_t)pool < pools);
        for (end = start; end < count && people[end].pool == pool; end++) {
            people[end].grade = 0;
            people[end].tied = false;
        }
        assign_pool(&people[start], end - start, &seats[(size_t)pool * grades], grades);
    }
}

/* --- pools --------------------------------------------------------------------------------------
 */

/* The unit that a person's pool is of, before small ones go together. */
static int32_t
pool_unit(const struct tree *tree, int32_t root, int level, int32_t unit)
{
    while (unit != root && tree->depths[unit] > tree->depths[root] + level) {
        unit = tree->parents[unit];
    }
    return unit;
}

static bool
within_any(const struct tree *tree, int32_t unit, const struct distribution_named *named)
{
    for (size_t i = 0; i < named->count; i++) {
        if (named->units[i] >= 0 && tree_is_within(tree, unit, named->units[i])) {
            return true;
        }
    }
    return false;
}

/* Deepest first: a pool that is too small goes to the unit above it. */
static void
pool_upward(const struct tree *tree, int32_t root, int64_t minimum, int64_t *sizes, int32_t *into)
{
    for (size_t i = tree->count; i > 0; i--) {
        int32_t unit = tree->by_depth[i - 1];
        into[unit] = unit;
        if (unit != root && sizes[unit] > 0 && sizes[unit] < minimum) {
            into[unit] = tree->parents[unit];
            sizes[tree->parents[unit]] += sizes[unit];
            sizes[unit] = 0;
        }
    }
}

void
distribution_form_pools(struct dc_arena *arena, const struct tree *tree, int32_t root, int level,
                        int64_t minimum, const struct distribution_named *named, size_t named_count,
                        const int32_t *units, size_t people, int32_t *ret_pools,
                        int32_t **ret_units, size_t *ret_count)
{
    int64_t *sizes = DC_NEW_ARRAY(arena, int64_t, tree->count + 1);
    int32_t *into = DC_NEW_ARRAY(arena, int32_t, tree->count + 1);
    int32_t *number = DC_NEW_ARRAY(arena, int32_t, tree->count + named_count + 1);
    int32_t *keys = DC_NEW_ARRAY(arena, int32_t, people + 1); /* unit, or -1 - n */
    for (size_t i = 0; i < people; i++) {
        size_t n = 0;
        while (n < named_count && !within_any(tree, units[i], &named[n])) {
            n++;
        }
        keys[i] = n < named_count ? -1 - (int32_t)n : pool_unit(tree, root, level, units[i]);
        if (keys[i] >= 0) {
            sizes[keys[i]]++;
        }
    }
    pool_upward(tree, root, minimum, sizes, into);
    int32_t *found = DC_NEW_ARRAY(arena, int32_t, people + 1);
    size_t count = 0;
    for (size_t i = 0; i < people; i++) {
        int32_t key = keys[i];
        while (key >= 0 && into[key] != key) {
            key = into[key];
        }
        int32_t *slot = &number[key >= 0 ? (size_t)key : tree->count + (size_t)(-1 - key)];
        if (*slot == 0) {
            found[count++] = key;
            *slot = (int32_t)count;
        }
        ret_pools[i] = *slot - 1;
    }
    *ret_units = found;
    *ret_count = count;
}
