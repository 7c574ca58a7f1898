/* Tests whom a plan reaches, by rows of cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "specificity.h"
#include "tests/lib/harness.h"

static void
run_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    static const int64_t units[] = {4, 3, 2, 1};
    const struct specificity_place place = {
        .person_id = 7, .position = "sales_rep", .units = units, .unit_count = 4};
    assert_int_equal(count, 4);
    const struct specificity_scope scope = {
        .position = columns[0], .unit_id = atoll(columns[1]), .person_id = atoll(columns[2])};
    int64_t wanted = strcmp(columns[3], "-") == 0 ? SPECIFICITY_NONE : atoll(columns[3]);
    int64_t got = specificity_rank(&scope, &place);
    if (got != wanted) {
        fail_msg("%s: rank %lld, not %lld", where, (long long)got, (long long)wanted);
    }
}

static void
test_cases(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/specificity.txt", run_case, NULL) > 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
    };
    return cmocka_run_group_tests_name("goals specificity", tests, NULL, NULL);
}
