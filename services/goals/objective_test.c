/* Tests objectives: what key results come to and must be, by rows of text; means, fractions, life.
 */
#include "objective.h"
#include "objective_score.h"

#include <gmp.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

#define KIND(name) GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_##name

static Goals__KeyResultKind
kind_of(const char *name)
{
    return strcmp(name, "metric") == 0       ? KIND(METRIC)
           : strcmp(name, "milestones") == 0 ? KIND(MILESTONES)
           : strcmp(name, "done") == 0       ? KIND(DONE)
                                             : KIND(UNSPECIFIED);
}

static char *
none(char *word)
{
    return strcmp(word, "-") == 0 ? (char *)"" : word;
}

static void
add_milestone(struct dc_arena *arena, Goals__KeyResult *kr, char *title, char *score)
{
    Goals__Milestone *m = DC_NEW_MESSAGE(arena, Goals__Milestone, goals__milestone__init);
    m->title = title;
    m->score = score;
    if (!kr->milestones) {
        kr->milestones = DC_NEW_ARRAY(arena, Goals__Milestone *, 20);
    }
    kr->milestones[kr->n_milestones++] = m;
}

static Goals__KeyResult *
new_key_result(struct dc_arena *arena, Goals__KeyResultKind kind)
{
    Goals__KeyResult *kr = DC_NEW_MESSAGE(arena, Goals__KeyResult, goals__key_result__init);
    kr->title = "关键结果";
    kr->weight = "1";
    kr->kind = kind;
    return kr;
}

/* --- what they come to --------------------------------------------------------------------------
 */

static void
score_row(const char *where, char **column, size_t count, void *context)
{
    (void)context;
    if (count != 4) {
        dc_test_die("%s: %zu columns", where, count);
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Goals__KeyResult *kr = new_key_result(arena, kind_of(column[0]));
    char *words[8] = {0};
    size_t n = 0;
    for (char *word = strtok(column[1], " "); word && n < 8; word = strtok(NULL, " ")) {
        words[n++] = word;
    }
    if (kr->kind == KIND(METRIC)) {
        assert_int_equal(n, 6);
        kr->start = words[0];
        kr->commit = none(words[1]);
        kr->target = words[2];
        kr->stretch = none(words[3]);
        kr->commit_score = words[4];
        kr->target_score = words[5];
    }
    for (size_t i = 0; kr->kind == KIND(MILESTONES) && i < n; i++) {
        add_milestone(arena, kr, (char *)"m", words[i]);
    }
    const char *score = objective_score_at(arena, kr, none(column[2]));
    if (strcmp(score, column[3]) != 0) {
        dc_test_die("%s: got %s, wanted %s", where, score, column[3]);
    }
}

static void
key_results_by_rows(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/okr_key_results.txt", score_row, NULL) >= 40);
}

/* start 0, target 3, so that thirds come about. */
static Goals__Objective *
objective_of(struct dc_arena *arena, const char *weight, Goals__ObjectiveState state, size_t count,
             const char *const values[], const char *const weights[])
{
    Goals__Objective *o = DC_NEW_MESSAGE(arena, Goals__Objective, goals__objective__init);
    o->owner_kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
    o->period = "2026Q4";
    o->title = "目标";
    o->weight = (char *)weight;
    o->state = state;
    o->key_results = DC_NEW_ARRAY(arena, Goals__KeyResult *, count);
    o->n_key_results = count;
    for (size_t i = 0; i < count; i++) {
        Goals__KeyResult *kr = o->key_results[i] = new_key_result(arena, KIND(METRIC));
        kr->start = "0";
        kr->target = "3";
        kr->value = (char *)values[i];
        kr->weight = (char *)weights[i];
    }
    return o;
}

#define CONFIRMED GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_CONFIRMED
#define DRAFT GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_DRAFT
#define CANCELLED GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_CANCELLED

static void
means_are_exact(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const char *const values[] = {"1", "3"}, *const weights[] = {"30", "10"};
    Goals__Objective *o[] = {objective_of(arena, "2", CONFIRMED, 2, values, weights),
                             objective_of(arena, "1", CONFIRMED, 1, &(const char *){"3"}, weights),
                             objective_of(arena, "9", DRAFT, 1, &(const char *){"3"}, weights),
                             objective_of(arena, "9", CANCELLED, 1, &(const char *){"3"}, weights)};
    /* (1/3 * 30 + 1 * 10) / 40 = 1/2 */
    objective_score_show(arena, o[0]);
    assert_string_equal(o[0]->score, "0.5");
    assert_string_equal(o[0]->key_results[0]->score, "0.333333");
    /* (1/2 * 2 + 1 * 1) / 3 = 2/3; drafts and cancelled ones do not count */
    struct dc_ratio told = objective_score_owner(o, 4);
    assert_true(told.numerator.units == DC_DECIMAL_INT(2).units);
    assert_true(told.denominator.units == DC_DECIMAL_INT(3).units);
    assert_string_equal(objective_score_owner_shown(arena, o, 4), "0.666667");
    /* in six places: one number */
    told = objective_score_owner(o, 1);
    assert_true(told.numerator.units == 500000);
    assert_true(told.denominator.units == DC_DECIMAL_ONE_UNITS);
    /* nothing confirmed is no data, nothing checked in is 0 */
    told = objective_score_owner(&o[2], 2);
    assert_true(told.numerator.units == 0 && told.denominator.units == 0);
    assert_string_equal(objective_score_owner_shown(arena, &o[2], 2), "");
    o[1]->key_results[0]->value = "";
    told = objective_score_owner(&o[1], 1);
    assert_true(told.numerator.units == 0 && told.denominator.units == DC_DECIMAL_ONE_UNITS);
}

/* A told fraction against what it stands for: the same side of every fraction with up to 23 digits
 * below the line; here of the neighbours of many scores. */
static void
long_fractions_are_on_the_same_side(void **state)
{
    (void)state;
    gmp_randstate_t random;
    mpz_t n, d, tn, td, a, b;
    mpz_inits(n, d, tn, td, a, b, NULL);
    gmp_randinit_mt(random);
    gmp_randseed_ui(random, dc_test_seed());
    for (int round = 0; round < 300; round++) {
        char top[120], bottom[120];
        mpz_urandomb(d, random, 150);
        mpz_setbit(d, 140);
        mpz_urandomm(n, random, d);
        struct dc_ratio told =
            objective_score_fit(mpz_get_str(top, 10, n), mpz_get_str(bottom, 10, d));
        assert_true(told.denominator.units > 0 &&
                    told.denominator.units < (__int128)1000000000000 * 1000000000000);
        char text[DC_DECIMAL_TEXT];
        struct dc_decimal whole;
        /* as whole numbers of millionths, through text: 128 bits do not fit a long */
        for (int part = 0; part < 2; part++) {
            whole = part ? told.denominator : told.numerator;
            dc_decimal_format_fixed(whole, 6, text);
            char *dot = strchr(text, '.');
            memmove(dot, dot + 1, strlen(dot));
            mpz_set_str(part ? td : tn, text, 10);
        }
        /* The nearest fractions k / 10^23 below and above n/d are not passed. */
        mpz_t k, ten;
        mpz_inits(k, ten, NULL);
        mpz_ui_pow_ui(ten, 10, 23);
        mpz_mul(k, n, ten);
        mpz_fdiv_q(k, k, d);
        for (int above = 0; above < 2; above++) {
            mpz_mul(a, k, td);
            mpz_mul(b, tn, ten);
            int told_side = mpz_cmp(b, a);
            mpz_mul(a, k, d);
            mpz_mul(b, n, ten);
            int true_side = mpz_cmp(b, a);
            assert_int_equal((told_side > 0) - (told_side < 0), (true_side > 0) - (true_side < 0));
            mpz_add_ui(k, k, 1);
        }
        mpz_clears(k, ten, NULL);
    }
    mpz_clears(n, d, tn, td, a, b, NULL);
    gmp_randclear(random);
    /* What fits is told as it is. */
    struct dc_ratio told = objective_score_fit("1", "3");
    assert_true(told.denominator.units == DC_DECIMAL_INT(3).units);
    told = objective_score_fit("999999999999999999999998", "999999999999999999999999");
    assert_true(told.denominator.units - told.numerator.units == 1);
    assert_true(told.numerator.units == (__int128)1000000000000 * 1000000000000 - 2);
}

/* --- what they must be --------------------------------------------------------------------------
 */

static char *
word(char *text, const char *key)
{
    size_t length = strlen(key);
    for (char *at = text; (at = strstr(at, key)); at++) {
        if ((at == text || at[-1] == ' ') && at[length] == '=') {
            return at + length + 1;
        }
    }
    return NULL;
}

static char *
value(struct dc_arena *arena, char *text, const char *key, const char *usual)
{
    char *at = word(text, key);
    return at ? dc_arena_strndup(arena, at, strcspn(at, " ")) : (char *)usual;
}

static void
rule_row(const char *where, char **column, size_t count, void *context)
{
    (void)context;
    if (count < 3 || count > 4) {
        dc_test_die("%s: %zu columns", where, count);
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const char *const one[] = {"1"};
    Goals__Objective *o = objective_of(arena, "1", DRAFT, 1, one, one);
    Goals__KeyResult *kr = o->key_results[0] = new_key_result(arena, kind_of(column[0]));
    struct dc_period period;
    struct dc_error error = {0};
    kr->title = value(arena, column[1], "title", "关键结果");
    kr->weight = value(arena, column[1], "weight", "50");
    kr->start = value(arena, column[1], "start", "");
    kr->commit = value(arena, column[1], "commit", "");
    kr->target = value(arena, column[1], "target", "");
    kr->stretch = value(arena, column[1], "stretch", "");
    char *list = value(arena, column[1], "milestones", "");
    for (char *part = strtok(dc_arena_strdup(arena, list), ","); part; part = strtok(NULL, ",")) {
        char *colon = strchr(part, ':');
        *colon = '\0';
        add_milestone(arena, kr, part, colon + 1);
    }
    enum dc_code code = objective_check(o, &period, &error);
    char field[DC_ERROR_FIELD_MAX];
    snprintf(field, sizeof field, "objective.key_results[0].%.40s", column[2]);
    bool taken = strcmp(column[2], "-") == 0;
    if (taken ? code != DC_OK
              : code != DC_INVALID_ARGUMENT || strcmp(error.field, field) != 0 ||
                    !strstr(error.message, count > 3 ? column[3] : "")) {
        dc_test_die("%s: got %s: %s", where, error.field, error.message);
    }
}

static void
rules_by_rows(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/objective_rules.txt", rule_row, NULL) >= 30);
}

static void
zones_are_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *commit, *target, *field;
        int days;
    } rows[] = {{"0.3", "0.7", NULL, 7},
                {"0.01", "0.99", NULL, 92},
                {"0", "0.7", "settings.target_score", 7},
                {"0.7", "0.7", "settings.commit_score", 7},
                {"0.3", "1", "settings.target_score", 7},
                {"0.305", "0.7", "settings.target_score", 7},
                {"0.3", "0.7", "settings.check_in_days", 0},
                {"0.3", "0.7", "settings.check_in_days", 93}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Goals__OkrSettings s = GOALS__OKR_SETTINGS__INIT;
        struct dc_error error = {0};
        s.commit_score = (char *)rows[i].commit;
        s.target_score = (char *)rows[i].target;
        s.check_in_days = rows[i].days;
        enum dc_code code = objective_check_settings(&s, &error);
        assert_int_equal(code, rows[i].field ? DC_INVALID_ARGUMENT : DC_OK);
        assert_string_equal(error.field, rows[i].field ? rows[i].field : "");
    }
}

static void
periods_hold_each_other(void **state)
{
    (void)state;
    assert_true(objective_period_fits("2026Q4", "2026Q4"));
    assert_true(objective_period_fits("2026Q4", "2026"));
    assert_true(objective_period_fits("2026-11", "2026Q4"));
    assert_false(objective_period_fits("2026", "2026Q4"));
    assert_false(objective_period_fits("2026Q3", "2026Q4"));
    assert_false(objective_period_fits("2026Q4", "2025"));
}

/* Overdue one day after the days allowed, since the last check-in, the confirmation, the period's
 * first day; not before the period, not after it, not a draft, not what is at its end. */
static void
overdue_by_days(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const char *const one[] = {"1"};
    Goals__Objective *o = objective_of(arena, "1", CONFIRMED, 1, one, one);
    Goals__KeyResult *kr = o->key_results[0];
    kr->score = "0.333333";
    const dc_date first = dc_date_from_civil(2026, 10, 1), tenth = first + 9;
    o->changed_at_us = dc_time_of_date(first - 30, 0);
    objective_mark_overdue(o, first + 7, 7, 0);
    assert_false(kr->overdue);
    objective_mark_overdue(o, first + 8, 7, 0);
    assert_true(kr->overdue && o->overdue);
    kr->checked_in_at_us = dc_time_of_date(tenth, 0);
    objective_mark_overdue(o, tenth + 7, 7, 0);
    assert_false(kr->overdue || o->overdue);
    objective_mark_overdue(o, tenth + 8, 7, 0);
    assert_true(kr->overdue);
    kr->score = "1";
    objective_mark_overdue(o, tenth + 8, 7, 0);
    assert_false(kr->overdue);
    kr->score = "0";
    objective_mark_overdue(o, dc_date_from_civil(2027, 1, 1), 7, 0);
    assert_false(kr->overdue);
    o->state = DRAFT;
    objective_mark_overdue(o, tenth + 8, 7, 0);
    assert_false(kr->overdue);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_results_by_rows),
        cmocka_unit_test(means_are_exact),
        cmocka_unit_test(long_fractions_are_on_the_same_side),
        cmocka_unit_test(rules_by_rows),
        cmocka_unit_test(zones_are_in_order),
        cmocka_unit_test(periods_hold_each_other),
        cmocka_unit_test(overdue_by_days),
    };
    return cmocka_run_group_tests_name("objective", tests, NULL, NULL);
}
