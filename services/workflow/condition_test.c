/* Tests conditions by rows of cases, their bounds, and that reading ends whatever it is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "condition.h"
#include "tests/lib/harness.h"

enum { FACTS_MAX = 8 };

/* "a=1; b=x" */
static size_t
read_facts(char *text, struct wf_fact *facts)
{
    size_t count = 0;
    if (strcmp(text, "-") == 0) {
        return 0;
    }
    for (char *save, *token = strtok_r(text, ";", &save); token;
         token = strtok_r(NULL, ";", &save)) {
        char *value = strchr(token, '=');
        assert_non_null(value);
        *value++ = '\0';
        facts[count++] = (struct wf_fact){token + strspn(token, " "), value};
    }
    return count;
}

static void
run_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 3);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct wf_condition *condition;
    struct wf_fact facts[FACTS_MAX];
    struct wf_condition_problem problem = {.column = -1};
    size_t fact_count = read_facts(columns[1], facts);
    enum dc_code code = wf_condition_parse(arena, columns[0], &condition, &problem);
    if (dc_text_starts_with(columns[2], "wrong ")) {
        int wanted = 0, length = 0;
        sscanf(columns[2], "wrong %d %n", &wanted, &length);
        if (code != DC_INVALID_ARGUMENT || problem.column != wanted ||
            !strstr(problem.message.en, columns[2] + length) ||
            !strstr(problem.message.zh, "条件第")) {
            fail_msg("%s: column %d: %s %s", where, problem.column, problem.message.en,
                     problem.message.zh);
        }
        return;
    }
    if (code != DC_OK) {
        fail_msg("%s: %s", where, problem.message.en);
    }
    const char *culprit = "";
    enum wf_truth truth = wf_condition_holds(condition, facts, fact_count, &culprit);
    char got[80];
    snprintf(got, sizeof got, "%s%s",
             truth == WF_TRUE    ? "true"
             : truth == WF_FALSE ? "false"
                                 : "unknown ",
             truth == WF_UNKNOWN ? culprit : "");
    if (strcmp(got, columns[2]) != 0 || (truth != WF_UNKNOWN && culprit)) {
        fail_msg("%s: %s, not %s", where, got, columns[2]);
    }
}

static void
test_cases(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/conditions.txt", run_case, NULL) > 70);
}

static void
test_bounds(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct wf_condition *condition;
    struct wf_condition_problem problem = {.column = -1};
    char text[WF_CONDITION_MAX + 2];
    memset(text, ' ', sizeof text);
    memcpy(text, "a > 1", 5);
    text[WF_CONDITION_MAX] = '\0';
    assert_int_equal(wf_condition_parse(arena, text, &condition, &problem), DC_OK);
    text[WF_CONDITION_MAX] = ' ';
    text[WF_CONDITION_MAX + 1] = '\0';
    assert_int_equal(wf_condition_parse(arena, text, &condition, &problem), DC_INVALID_ARGUMENT);
    assert_int_equal(problem.column, 0);
    assert_int_equal(wf_condition_parse(arena, "a > \xff", &condition, &problem),
                     DC_INVALID_ARGUMENT);
    assert_int_equal(wf_condition_parse(arena, "a = \"\x07\"", &condition, &problem),
                     DC_INVALID_ARGUMENT);

    /* 31 names. */
    DC_AUTO_TEXT struct dc_text many = DC_TEXT_INIT;
    for (int i = 0; i <= WF_CONDITION_FACTS_MAX; i++) {
        dc_text_printf(&many, "%sn%d>1", i > 0 ? " or " : "", i);
    }
    assert_int_equal(wf_condition_parse(arena, many.data, &condition, &problem),
                     DC_INVALID_ARGUMENT);
    assert_non_null(strstr(problem.message.en, "more than 30 facts"));
}

static void
test_names_of_facts(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct wf_condition *condition;
    assert_int_equal(wf_condition_parse(arena, "b > 1 and (a > b or b = \"x\")", &condition, NULL),
                     DC_OK);
    assert_int_equal(wf_condition_fact_count(condition), 2);
    assert_string_equal(wf_condition_fact(condition, 0), "b");
    assert_string_equal(wf_condition_fact(condition, 1), "a");
}

static void
test_facts_from_outside(void **state)
{
    (void)state;
    struct dc_error error = {0};
    struct wf_fact good[] = {{"old_value", "20000000"}, {"title", "目标 上调"}, {"empty", ""}};
    assert_int_equal(wf_facts_check(good, 3, &error), DC_OK);
    static const struct {
        struct wf_fact facts[2];
        const char *field;
    } bad[] = {
        {{{"a", "1"}, {"a", "2"}}, "facts[1].name"},
        {{{"A", "1"}, {"b", "2"}}, "facts[0].name"},
        {{{"", "1"}, {"b", "2"}}, "facts[0].name"},
        {{{"and", "1"}, {"b", "2"}}, "facts[0].name"},
        {{{"a", "1"}, {"b", "x\ny"}}, "facts[1].value"},
        {{{"a", "1"}, {"b", "\xff"}}, "facts[1].value"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(wf_facts_check(bad[i].facts, 2, &error), DC_INVALID_ARGUMENT);
        assert_string_equal(error.field, bad[i].field);
    }
    struct wf_fact many[WF_CONDITION_FACTS_MAX + 1] = {{"a", "1"}};
    assert_int_equal(wf_facts_check(many, WF_CONDITION_FACTS_MAX + 1, &error), DC_INVALID_ARGUMENT);
}

/* Three-valued logic by its tables: a fact is told as larger, as smaller, or not at all. */
static void
test_unknown_by_its_tables(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct wf_condition *both, *either, *none;
    assert_int_equal(wf_condition_parse(arena, "a > 1 and b > 1", &both, NULL), DC_OK);
    assert_int_equal(wf_condition_parse(arena, "a > 1 or b > 1", &either, NULL), DC_OK);
    assert_int_equal(wf_condition_parse(arena, "not (a > 1 and b > 1)", &none, NULL), DC_OK);
    static const char *const values[] = {[WF_FALSE] = "0", [WF_TRUE] = "2", [WF_UNKNOWN] = "?"};
    for (enum wf_truth a = WF_FALSE; a <= WF_UNKNOWN; a++) {
        for (enum wf_truth b = WF_FALSE; b <= WF_UNKNOWN; b++) {
            struct wf_fact facts[] = {{"a", values[a]}, {"b", values[b]}};
            enum wf_truth meet = a == WF_FALSE || b == WF_FALSE ? WF_FALSE
                                 : a == WF_TRUE && b == WF_TRUE ? WF_TRUE
                                                                : WF_UNKNOWN;
            enum wf_truth join = a == WF_TRUE || b == WF_TRUE     ? WF_TRUE
                                 : a == WF_FALSE && b == WF_FALSE ? WF_FALSE
                                                                  : WF_UNKNOWN;
            assert_int_equal(wf_condition_holds(both, facts, 2, NULL), meet);
            assert_int_equal(wf_condition_holds(either, facts, 2, NULL), join);
            assert_int_equal(wf_condition_holds(none, facts, 2, NULL), meet == WF_UNKNOWN
                                                                           ? WF_UNKNOWN
                                                                       : meet == WF_TRUE ? WF_FALSE
                                                                                         : WF_TRUE);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_names_of_facts),
        cmocka_unit_test(test_facts_from_outside),
        cmocka_unit_test(test_unknown_by_its_tables),
    };
    return cmocka_run_group_tests_name("workflow condition", tests, NULL, NULL);
}
