/*
 * distribution_test.c - seats by rows of text, and what must hold of any pools and totals.
 */
#include "distribution.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

enum { POOLS_MAX = 60, PEOPLE_MAX = 600 };

static uint64_t state_of_chance;

/* xorshift64*, so that a failure can be run again. */
static int64_t
chance(int64_t below)
{
    state_of_chance ^= state_of_chance >> 12;
    state_of_chance ^= state_of_chance << 25;
    state_of_chance ^= state_of_chance >> 27;
    return (int64_t)((state_of_chance * 0x2545f4914f6cdd1du >> 33) % (uint64_t)below);
}

static size_t
numbers(char *text, int64_t *ret_numbers)
{
    size_t count = 0;
    char *rest = text;
    for (char *word; (word = strtok_r(rest, " ", &rest));) {
        ret_numbers[count++] = strtoll(word, NULL, 10);
    }
    return count;
}

/* people of each pool | shares in hundredths of a percent | seats of each pool, "/" between pools
 */
static void
seats_row(const char *where, char **column, size_t count, void *context)
{
    (void)context;
    int64_t sizes[POOLS_MAX], shares[GRADE_ROWS_MAX], wanted[POOLS_MAX * GRADE_ROWS_MAX];
    int64_t seats[POOLS_MAX * GRADE_ROWS_MAX];
    if (count != 3) {
        dc_test_die("%s: %zu columns", where, count);
    }
    for (char *at = column[2]; *at; at++) {
        *at = *at == '/' ? ' ' : *at;
    }
    size_t pools = numbers(column[0], sizes), grades = numbers(column[1], shares);
    assert_int_equal(numbers(column[2], wanted), pools * grades);
    distribution_pools(sizes, pools, shares, grades, seats);
    for (size_t i = 0; i < pools * grades; i++) {
        if (seats[i] != wanted[i]) {
            fail_msg("%s: pool %zu, grade %zu: %lld seats, not %lld", where, i / grades + 1,
                     i % grades + 1, (long long)seats[i], (long long)wanted[i]);
        }
    }
}

static void
seats_by_rows(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/distribution.txt", seats_row, NULL) >= 10);
}

static size_t
any_shares(int64_t *shares)
{
    size_t grades = 2 + (size_t)chance(6);
    int64_t left = DISTRIBUTION_WHOLE;
    for (size_t g = 0; g + 1 < grades; g++) {
        shares[g] = chance(left + 1);
        left -= shares[g];
    }
    shares[grades - 1] = left;
    return grades;
}

/* Whatever the pools: nothing below 0, each pool its people, all together the whole's seats, and
 * those are its shares to less than one seat. */
static void
pools_add_up_to_the_group(void **state)
{
    (void)state;
    state_of_chance = 20261126;
    for (int round = 0; round < 3000; round++) {
        int64_t shares[GRADE_ROWS_MAX], sizes[POOLS_MAX], whole[GRADE_ROWS_MAX], people = 0;
        int64_t seats[POOLS_MAX * GRADE_ROWS_MAX], sums[GRADE_ROWS_MAX] = {0};
        size_t grades = any_shares(shares), pools = 1 + (size_t)chance(POOLS_MAX);
        for (size_t p = 0; p < pools; p++) {
            sizes[p] = chance(round % 3 == 0 ? 4 : 80);
            people += sizes[p];
        }
        distribution_pools(sizes, pools, shares, grades, seats);
        distribution_seats(people, shares, grades, whole);
        for (size_t p = 0; p < pools; p++) {
            int64_t sum = 0;
            for (size_t g = 0; g < grades; g++) {
                int64_t n = seats[p * grades + g];
                assert_true(n >= 0);
                sum += n;
                sums[g] += n;
                if (pools == 1) {
                    assert_int_equal(n, whole[g]);
                }
            }
            assert_int_equal(sum, sizes[p]);
        }
        for (size_t g = 0; g < grades; g++) {
            assert_int_equal(sums[g], whole[g]);
            assert_true(llabs(whole[g] * DISTRIBUTION_WHOLE - people * shares[g]) <
                        DISTRIBUTION_WHOLE);
        }
    }
}

/* Within a pool nobody with a better total has a worse grade, and equal ones of two grades are
 * marked; without vetoes the seats are all taken. */
static void
better_totals_have_better_grades(void **state)
{
    (void)state;
    state_of_chance = 7;
    static struct distribution_person people[PEOPLE_MAX];
    for (int round = 0; round < 500; round++) {
        int64_t shares[GRADE_ROWS_MAX], sizes[POOLS_MAX] = {0};
        int64_t seats[POOLS_MAX * GRADE_ROWS_MAX], taken[POOLS_MAX * GRADE_ROWS_MAX] = {0};
        size_t grades = any_shares(shares), pools = 1 + (size_t)chance(6);
        size_t count = 1 + (size_t)chance(PEOPLE_MAX);
        bool vetoes = round % 2 == 1;
        for (size_t i = 0; i < count; i++) {
            people[i] = (struct distribution_person){
                .id = (int64_t)i + 1,
                .total = DC_DECIMAL_INT(chance(60)),
                .pool = (int32_t)chance((int64_t)pools),
                .held = vetoes && chance(5) == 0 ? 1 + (int)chance((int64_t)grades) : 0};
            sizes[people[i].pool]++;
        }
        distribution_pools(sizes, pools, shares, grades, seats);
        distribution_assign(people, count, seats, pools, grades);
        for (size_t i = 0; i < count; i++) {
            assert_in_range(people[i].grade, 1, (int)grades);
            assert_true(people[i].grade >= people[i].held);
            taken[(size_t)people[i].pool * grades + (size_t)people[i].grade - 1]++;
            for (size_t j = i + 1; j < count && people[j].pool == people[i].pool; j++) {
                assert_true(dc_decimal_cmp(people[i].total, people[j].total) >= 0);
                if (!people[i].held && !people[j].held) {
                    assert_true(people[i].grade <= people[j].grade);
                }
                if (dc_decimal_cmp(people[i].total, people[j].total) == 0 &&
                    people[i].grade != people[j].grade) {
                    assert_true(people[i].tied && people[j].tied);
                }
            }
        }
        for (size_t i = 0; !vetoes && i < pools * grades; i++) {
            assert_int_equal(taken[i], seats[i]);
        }
    }
}

/* Root 1 with 2 and 3; 2 has 4 and 5, 3 has 6. */
static void
small_pools_go_upward(void **state)
{
    (void)state;
    static const struct tree_place places[] = {{.unit_id = 1},
                                               {.unit_id = 2, .parent_id = 1},
                                               {.unit_id = 3, .parent_id = 1},
                                               {.unit_id = 4, .parent_id = 2},
                                               {.unit_id = 5, .parent_id = 2},
                                               {.unit_id = 6, .parent_id = 3}};
    struct dc_arena *arena = dc_arena_new(0);
    struct tree tree;
    tree_build(&tree, arena, places, 6, 100);
    int32_t units[20], pools[20], *of;
    size_t people = 0, count;
    const int sizes[] = {1, 0, 0, 3, 2, 5}; /* of units 1..6 */
    for (int64_t id = 1; id <= 6; id++) {
        for (int n = 0; n < sizes[id - 1]; n++) {
            units[people++] = tree_find(&tree, id);
        }
    }
    /* Two levels down, at least 5: 4 and 5 are one pool of 5 at unit 2; 1 alone stays at the root.
     */
    distribution_form_pools(arena, &tree, tree_find(&tree, 1), 2, 5, NULL, 0, units, people, pools,
                            &of, &count);
    assert_int_equal(count, 3);
    assert_int_equal(of[pools[0]], tree_find(&tree, 1));
    assert_int_equal(of[pools[1]], tree_find(&tree, 2));
    assert_int_equal(pools[1], pools[5]);
    assert_int_equal(of[pools[6]], tree_find(&tree, 6));
    /* At least 6: all of them at the root, since neither 2 nor 3 gets so many. */
    distribution_form_pools(arena, &tree, tree_find(&tree, 1), 2, 6, NULL, 0, units, people, pools,
                            &of, &count);
    assert_int_equal(count, 1);
    /* One level down, and unit 4 as a pool with a name. */
    int32_t four = tree_find(&tree, 4);
    struct distribution_named named = {&four, 1};
    distribution_form_pools(arena, &tree, tree_find(&tree, 1), 1, 2, &named, 1, units, people,
                            pools, &of, &count);
    assert_int_equal(count, 4);
    assert_int_equal(of[pools[1]], -1);
    assert_int_equal(of[pools[4]], tree_find(&tree, 2));
    assert_int_equal(of[pools[6]], tree_find(&tree, 3));
    /* Level 0: one pool. */
    distribution_form_pools(arena, &tree, tree_find(&tree, 1), 0, 2, NULL, 0, units, people, pools,
                            &of, &count);
    assert_int_equal(count, 1);
    dc_arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seats_by_rows),
        cmocka_unit_test(pools_add_up_to_the_group),
        cmocka_unit_test(better_totals_have_better_grades),
        cmocka_unit_test(small_pools_go_upward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
