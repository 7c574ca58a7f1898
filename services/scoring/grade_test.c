/*
 * grade_test.c - grades by rows of text.
 */
#include "grade.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"
#include "tests/lib/rule_words.h"

static struct dc_decimal
number(const char *text)
{
    struct dc_decimal value;
    if (dc_decimal_parse(text, &value, NULL) != DC_OK) {
        dc_test_die("%s is no number", text);
    }
    return value;
}

/* total | table | highest by a veto or "-" | grade | coefficient */
static void
grade_row(const char *where, char **column, size_t count, void *context)
{
    (void)context;
    if (count != 5) {
        dc_test_die("%s: %zu columns", where, count);
    }
    Goals__Plan plan = GOALS__PLAN__INIT;
    struct dc_arena *arena = dc_arena_new(0);
    struct grade_table table;
    struct dc_error error;
    grade_words(arena, column[1], &plan);
    assert_int_equal(grade_table_read(&plan, arena, &table, &error), DC_OK);
    int grade = grade_of(&table, number(column[0]));
    if (strcmp(column[2], "-") != 0) {
        grade = grade_held(&table, grade, column[2]);
    }
    if (strcmp(table.rows[grade - 1].code, column[3]) != 0) {
        fail_msg("%s: %s, not %s", where, table.rows[grade - 1].code, column[3]);
    }
    char text[DC_DECIMAL_TEXT];
    assert_string_equal(dc_decimal_format(table.rows[grade - 1].coefficient, text), column[4]);
    dc_arena_free(arena);
}

static void
grades_by_rows(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/grades.txt", grade_row, NULL) >= 10);
}

static void
no_table_no_grade(void **state)
{
    (void)state;
    struct grade_table none = {0};
    assert_int_equal(grade_of(&none, number("90")), 0);
    assert_int_equal(grade_held(&none, 0, "C"), 0);
}

static void
a_table_that_is_none_is_refused(void **state)
{
    (void)state;
    struct dc_arena *arena = dc_arena_new(0);
    struct grade_table table;
    struct dc_error error;
    Goals__GradeRow a = GOALS__GRADE_ROW__INIT, b = GOALS__GRADE_ROW__INIT,
                    c = GOALS__GRADE_ROW__INIT, *list[] = {&a, &b, &c};
    Goals__Plan plan = GOALS__PLAN__INIT;
    plan.grades = list;
    plan.n_grades = 3;
    a.grade = "A";
    b.grade = "B";
    c.grade = "C";
    a.coefficient = b.coefficient = c.coefficient = "1";
    a.from = b.from = "90";
    assert_int_equal(grade_table_read(&plan, arena, &table, &error), DC_INVALID_ARGUMENT);
    b.from = "x";
    assert_int_equal(grade_table_read(&plan, arena, &table, &error), DC_INVALID_ARGUMENT);
    b.from = "80";
    c.coefficient = "";
    assert_int_equal(grade_table_read(&plan, arena, &table, &error), DC_INVALID_ARGUMENT);
    c.coefficient = "0.5";
    assert_int_equal(grade_table_read(&plan, arena, &table, &error), DC_OK);
    dc_arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grades_by_rows),
        cmocka_unit_test(no_table_no_grade),
        cmocka_unit_test(a_table_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
