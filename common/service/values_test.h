/*
 * values_test.h - for the tests of the skeleton: what stands in the database, looked at by SQL.
 */
#ifndef DC_SERVICE_VALUES_TEST_H
#define DC_SERVICE_VALUES_TEST_H

#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/service.h"

static struct dc_test_pg *pg;
/* Whose log is shown when a wait was in vain; NULL: nobody's. */
static struct dc_test_service *witness;

static inline void
assert_value(const char *sql, const char *expected)
{
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    if (strcmp(value, expected) != 0) {
        fail_msg("%s is %s, not %s", sql, value, expected);
    }
}

static inline bool
is_true(void *context)
{
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, context);
    return strcmp(value, "t") == 0;
}

static inline void
wait_for_value(const char *sql, int deadline_ms)
{
    if (!dc_test_wait_until(is_true, (void *)sql, deadline_ms)) {
        fail_msg("never true: %s\n%s", sql, witness ? dc_test_service_log(witness) : "");
    }
}

#endif
