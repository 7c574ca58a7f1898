/* Tests what ratings come to by rows of cases, and that nobody can be made out, on random ratings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tally.h"
#include "tests/lib/harness.h"

enum { RATERS_MAX = 60, QUESTIONS_MAX = 8 };

static const char letters[] = " UPSCI"; /* by Reviews__Relation */

static int
relation_of(const char *where, char letter)
{
    const char *at = strchr(letters + 1, letter);
    if (!at) {
        fail_msg("%s: %c is no relation", where, letter);
    }
    return (int)(at - letters);
}

/* --- cases ---------------------------------------------------------------------------------------
 */

struct play {
    struct tally_form form;
    int weights[QUESTIONS_MAX];
    struct tally_rating ratings[RATERS_MAX];
    int levels[RATERS_MAX][QUESTIONS_MAX];
    size_t count;
};

static void
read_rules(const char *where, char *text, struct play *play)
{
    char *save, *weights = strchr(text, '/');
    assert_non_null(weights);
    *weights++ = '\0';
    play->form = (struct tally_form){.weights = play->weights};
    for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char letter, below = 'd';
        struct tally_rule rule = {.asked = true};
        assert_true(sscanf(word, "%c:%d:%d:%c", &letter, &rule.weight, &rule.minimum, &below) >= 3);
        rule.merge = below == 'm';
        play->form.rules[relation_of(where, letter)] = rule;
    }
    for (char *word = strtok_r(weights, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        play->weights[play->form.questions++] = atoi(word);
    }
}

static void
read_ratings(const char *where, char *text, struct play *play)
{
    char *save;
    play->count = 0;
    for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        assert_int_equal(strlen(word), 2 + play->form.questions);
        for (size_t q = 0; q < play->form.questions; q++) {
            play->levels[play->count][q] = word[2 + q] - '0';
        }
        play->ratings[play->count] = (struct tally_rating){
            (Reviews__Relation)relation_of(where, word[0]), play->levels[play->count]};
        play->count++;
    }
}

static void
add_relations(struct dc_text *text, unsigned relations)
{
    for (int r = 1; r < TALLY_RELATIONS; r++) {
        if (relations & (1u << r)) {
            dc_text_printf(text, "%c", letters[r]);
        }
    }
}

static void
add_ratio(struct dc_text *text, struct dc_ratio ratio, const char *none)
{
    char numerator[DC_DECIMAL_TEXT], denominator[DC_DECIMAL_TEXT];
    if (ratio.denominator.units == 0) {
        dc_text_printf(text, "%s", none);
        return;
    }
    dc_text_printf(text, "%s", dc_decimal_format(ratio.numerator, numerator));
    if (strcmp(dc_decimal_format(ratio.denominator, denominator), "1") != 0) {
        dc_text_printf(text, "/%s", denominator);
    }
}

/* As the columns of a case write it: groups | hidden | total. */
static void
write_result(const struct tally_form *form, const struct tally_result *result,
             struct dc_text *text)
{
    static const struct dc_ratio nothing;
    for (size_t g = 0; g < result->count; g++) {
        const struct tally_group *group = &result->groups[g];
        dc_text_printf(text, "%s", g ? ", " : "");
        add_relations(text, group->relations);
        dc_text_printf(text, "x%d: ", group->raters);
        add_ratio(text, group->mean, "-");
        for (size_t q = 0; q < form->questions; q++) {
            dc_text_printf(text, q ? " " : " [");
            if (group->cells[q].count > 0) {
                dc_text_printf(text, "%d/%d", group->cells[q].sum, group->cells[q].count);
            } else {
                dc_text_printf(text, "-");
            }
        }
        dc_text_printf(text, "]");
    }
    dc_text_printf(text, result->count ? " | " : "- | ");
    add_relations(text, result->hidden);
    dc_text_printf(text, result->hidden ? " | " : "- | ");
    add_ratio(text, result->known ? result->total : nothing, "none");
}

static void
run_case(const char *where, char **columns, size_t column_count, void *context)
{
    struct dc_arena *arena = context;
    struct play play;
    struct tally_result result;
    DC_AUTO_TEXT struct dc_text got = DC_TEXT_INIT;
    assert_int_equal(column_count, 6);
    read_rules(where, columns[1], &play);
    read_ratings(where, columns[2], &play);
    tally(&play.form, play.ratings, play.count, arena, &result);
    write_result(&play.form, &result, &got);
    const char *wanted =
        dc_arena_printf(arena, "%s | %s | %s", columns[3], columns[4], columns[5]);
    if (strcmp(dc_text_cstr(&got), wanted) != 0) {
        fail_msg("%s: %s\n  got    %s\n  wanted %s", where, columns[0], dc_text_cstr(&got), wanted);
    }
}

static void
test_cases(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    dc_test_cases("tests/cases/tally.txt", run_case, arena);
}

/* --- nobody can be made out ----------------------------------------------------------------------
 */

enum { ROUNDS = 3000 };

static int
some(unsigned *random, int below)
{
    return rand_r(random) % below;
}

static void
make_play(unsigned *random, struct play *play)
{
    int left = TALLY_PERCENT;
    *play = (struct play){.form = {.weights = play->weights}};
    play->form.questions = 1 + (size_t)some(random, QUESTIONS_MAX);
    for (size_t q = 0; q < play->form.questions; q++) {
        play->weights[q] = q + 1 == play->form.questions ? left : some(random, left + 1);
        left -= play->weights[q];
    }
    for (int r = 1; r < TALLY_RELATIONS; r++) {
        bool named = TALLY_NAMED & (1u << r);
        play->form.rules[r] = (struct tally_rule){
            true, some(random, 40),
            named ? 1 : TALLY_MINIMUM_LEAST + some(random, TALLY_MINIMUM_MAX - 1), some(random, 2)};
        for (int n = some(random, named ? 2 : 7); n > 0; n--) {
            for (size_t q = 0; q < play->form.questions; q++) {
                play->levels[play->count][q] = some(random, 5) ? 1 + some(random, 5) : 0;
            }
            play->ratings[play->count] =
                (struct tally_rating){(Reviews__Relation)r, play->levels[play->count]};
            play->count++;
        }
    }
}

static const struct tally_group *
group_of(const struct tally_result *result, Reviews__Relation relation)
{
    for (size_t g = 0; g < result->count; g++) {
        if (result->groups[g].relations & (1u << relation)) {
            return &result->groups[g];
        }
    }
    return NULL;
}

/* Every group and cell has its minimum; named relations stand alone; no relation stands twice. */
static void
check_minimums(const struct play *play, const struct tally_result *result)
{
    unsigned seen = result->hidden;
    for (size_t g = 0; g < result->count; g++) {
        const struct tally_group *group = &result->groups[g];
        int minimum = tally_minimum(&play->form, group->relations);
        assert_true(group->raters >= minimum);
        assert_int_equal(seen & group->relations, 0);
        seen |= group->relations;
        assert_true(!(group->relations & TALLY_NAMED) ||
                    (group->relations & (group->relations - 1)) == 0);
        for (int r = 1; r < TALLY_RELATIONS; r++) { /* in any group that it stands in */
            assert_true(!(group->relations & (1u << r)) ||
                        group->raters >= play->form.rules[r].minimum);
        }
        for (size_t q = 0; q < play->form.questions; q++) {
            assert_true(group->cells[q].count == 0 || group->cells[q].count >= minimum);
        }
    }
}

static void
expect_same(struct play *play, const char *before, struct dc_arena *arena, const char *what)
{
    struct tally_result result;
    DC_AUTO_TEXT struct dc_text now = DC_TEXT_INIT;
    tally(&play->form, play->ratings, play->count, arena, &result);
    write_result(&play->form, &result, &now);
    if (strcmp(before, dc_text_cstr(&now)) != 0) {
        fail_msg("%s can be seen\n  before %s\n  after  %s", what, before, dc_text_cstr(&now));
    }
}

/* Two raters of one group change places in one question: nothing links a rater's answers. */
static void
swap_answers(unsigned *random, struct play *play, const struct tally_result *result)
{
    for (int tries = 0; tries < 20 && play->count > 1; tries++) {
        int a = some(random, (int)play->count), b = some(random, (int)play->count);
        size_t q = (size_t)some(random, (int)play->form.questions);
        const struct tally_group *group = group_of(result, play->ratings[a].relation);
        bool both = group && group == group_of(result, play->ratings[b].relation);
        if (both && play->levels[a][q] > 0 && play->levels[b][q] > 0) {
            int level = play->levels[a][q];
            play->levels[a][q] = play->levels[b][q];
            play->levels[b][q] = level;
        }
    }
}

/* Answers that are in no cell become any others: they have no effect whatever. */
static void
change_hidden(unsigned *random, struct play *play, const struct tally_result *result)
{
    for (size_t i = 0; i < play->count; i++) {
        const struct tally_group *group = group_of(result, play->ratings[i].relation);
        for (size_t q = 0; q < play->form.questions; q++) {
            bool shown = group && group->cells[q].count > 0;
            if (!shown && play->levels[i][q] > 0) {
                play->levels[i][q] = 1 + some(random, 5);
            }
        }
    }
}

/* What one gives more another of the same cell gives less: only the sum shows, whoever looks with
 * whatever differences. */
static void
move_points(unsigned *random, struct play *play, const struct tally_result *result)
{
    for (size_t i = 1; i < play->count; i++) {
        size_t q = (size_t)some(random, (int)play->form.questions);
        const struct tally_group *group = group_of(result, play->ratings[i].relation);
        bool both = group && group == group_of(result, play->ratings[i - 1].relation);
        if (both && play->levels[i][q] > 1 && play->levels[i - 1][q] > 0 &&
            play->levels[i - 1][q] < 5) {
            play->levels[i][q]--;
            play->levels[i - 1][q]++;
        }
    }
}

static void
test_nobody_is_made_out(void **state)
{
    (void)state;
    unsigned random = 360;
    int shown = 0, hidden = 0;
    for (int round = 0; round < ROUNDS; round++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        DC_AUTO_TEXT struct dc_text before = DC_TEXT_INIT;
        struct play play;
        struct tally_result result;
        make_play(&random, &play);
        tally(&play.form, play.ratings, play.count, arena, &result);
        write_result(&play.form, &result, &before);
        check_minimums(&play, &result);
        swap_answers(&random, &play, &result);
        expect_same(&play, dc_text_cstr(&before), arena, "who answered");
        change_hidden(&random, &play, &result);
        expect_same(&play, dc_text_cstr(&before), arena, "a hidden answer");
        move_points(&random, &play, &result);
        expect_same(&play, dc_text_cstr(&before), arena, "more than a sum");
        shown += result.count > 0;
        hidden += result.hidden != 0;
    }
    assert_true(shown > ROUNDS / 2 && hidden > ROUNDS / 10); /* both were tried */
}

/* A result is proved by its cells, and lies between the lowest and the highest level. */
static void
test_cells_are_all(void **state)
{
    (void)state;
    unsigned random = 7;
    for (int round = 0; round < ROUNDS; round++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        DC_AUTO_TEXT struct dc_text before = DC_TEXT_INIT;
        DC_AUTO_TEXT struct dc_text after = DC_TEXT_INIT;
        struct play play;
        struct tally_result result, again = {.count = 0};
        make_play(&random, &play);
        tally(&play.form, play.ratings, play.count, arena, &result);
        write_result(&play.form, &result, &before);
        again.count = result.count;
        again.hidden = result.hidden;
        for (size_t g = 0; g < result.count; g++) {
            again.groups[g] = (struct tally_group){.relations = result.groups[g].relations,
                                                   .raters = result.groups[g].raters,
                                                   .cells = result.groups[g].cells};
        }
        tally_from_cells(&play.form, &again);
        write_result(&play.form, &again, &after);
        assert_string_equal(dc_text_cstr(&before), dc_text_cstr(&after));
        if (result.known) {
            struct dc_ratio low = {DC_DECIMAL_INT(1), DC_DECIMAL_INT(1)};
            struct dc_ratio high = {DC_DECIMAL_INT(5), DC_DECIMAL_INT(1)};
            assert_true(dc_ratio_cmp(result.total, low) >= 0);
            assert_true(dc_ratio_cmp(result.total, high) <= 0);
        }
    }
}

/* The widest fractions there can be fit. */
static void
test_bounds(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    static const int weights[23] = {3, 5, 7, 11, 13, 17, 19, 1, 1, 2, 1, 1, 2, 1, 2, 1, 2, 2, 1, 2,
                                    2, 2, 2};
    struct tally_form form = {.weights = weights, .questions = 23};
    static const int of_relation[TALLY_RELATIONS] = {0, 15, 15, 4, 4, 1};
    static struct tally_rating ratings[RATERS_MAX];
    static int levels[RATERS_MAX][23];
    struct tally_result result;
    size_t count = 0;
    for (int r = 1; r < TALLY_RELATIONS; r++) {
        form.rules[r] = (struct tally_rule){true, 20, TALLY_NAMED & (1u << r) ? 1 : 5, true};
        for (int n = 0; n < of_relation[r]; n++, count++) {
            for (int q = 0; q < 23; q++) { /* each question by another number of raters */
                bool passes = r != REVIEWS__RELATION__RELATION_SELF && (int)count % 23 < q - 8;
                levels[count][q] = passes ? 0 : 1 + (n * 7 + q * 3) % 10;
            }
            ratings[count] = (struct tally_rating){(Reviews__Relation)r, levels[count]};
        }
    }
    tally(&form, ratings, count, arena, &result);
    assert_true(result.known);
    assert_int_equal(result.count, 4); /* subordinates and customers together */
    assert_true(dc_ratio_cmp(result.total,
                             (struct dc_ratio){DC_DECIMAL_INT(10), DC_DECIMAL_INT(1)}) <= 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_nobody_is_made_out),
        cmocka_unit_test(test_cells_are_all),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
