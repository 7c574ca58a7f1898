/*
 * stage_test.h - reviews on a stage of its own: a real PostgreSQL with the service's role and
 * row-level security, a small group of people, and requests made by them.
 *
 *     group (1)          supervisor 1, boss 9
 *     ├─ A (10)          director 2 (reports to 9); 3, 4, 5, 6, 7 report to 2
 *     └─ B (11)          8 and 12 report to 9; nobody else
 *
 * Tenant 2 has a group (201) and a person (20) of its own. It is 2026-11-23 in China.
 */
#ifndef DC_REVIEWS_STAGE_TEST_H
#define DC_REVIEWS_STAGE_TEST_H

#include "handlers.h"
#include "reviews_sql.h"
#include "tests/lib/stage.h"

enum { GROUP = 1, A = 10, B = 11, MEASURE = 70 };

WHO(supervisor, 1, 1, SUPERVISOR, GROUP, 0);
WHO(supervisor_of_b, 1, 1, SUPERVISOR, UNIT_TREE, B);
WHO(director, 1, 2, DIRECTOR, UNIT_TREE, A);
WHO(three, 1, 3, EMPLOYEE, SELF, 0);
WHO(eight, 1, 8, EMPLOYEE, SELF, 0);
WHO(boss, 1, 9, BOSS, GROUP, 0);
WHO(auditor, 1, 9, AUDITOR, GROUP, 0);
WHO(system_admin, 1, 12, SYSTEM_ADMIN, GROUP, 0);
WHO(security_admin, 1, 12, SECURITY_ADMIN, GROUP, 0);
WHO(integrator, 1, 12, INTEGRATOR, GROUP, 0);
WHO(stranger, 2, 20, SUPERVISOR, GROUP, 0);

static inline struct who
employee(int64_t person)
{
    return (struct who){1, person, KERNEL__ROLE__ROLE_EMPLOYEE, KERNEL__SCOPE__SCOPE_SELF, 0};
}

static void
stage_people(void)
{
    dc_test_pg_exec(
        stage.pg,
        "SET search_path = reviews;"
        "INSERT INTO org_unit SELECT t, u, nullif(p, 0), k, 'u' || u, n, '2020-01-01', 'infinity', "
        "1"
        " FROM (VALUES (1, 1, 0, 1, '集团'), (1, 10, 1, 3, 'A'), (1, 11, 1, 3, 'B'),"
        "  (2, 201, 0, 1, '别人')) AS x (t, u, p, k, n);"
        "INSERT INTO org_person SELECT t, p, 'p' || p, 'person' || p, '', '', 'zh-CN', nullif(m, "
        "0),"
        "  '2020-01-01', 'infinity', 1 FROM (VALUES (1, 1, 9), (1, 2, 9), (1, 3, 2), (1, 4, 2),"
        "  (1, 5, 2), (1, 6, 2), (1, 7, 2), (1, 8, 9), (1, 9, 0), (1, 12, 9), (2, 20, 0)) AS x (t, "
        "p, m);"
        "INSERT INTO org_post SELECT t, p, 1, u, 'rep', 1, true, '2020-01-01', 'infinity'"
        " FROM (VALUES (1, 1, 1), (1, 2, 10), (1, 3, 10), (1, 4, 10), (1, 5, 10), (1, 6, 10),"
        "  (1, 7, 10), (1, 8, 11), (1, 9, 1), (1, 12, 11), (2, 20, 201)) AS x (t, p, u)");
    stage_tree();
}

static int
stage_open(void **state)
{
    (void)state;
    stage_up(&reviews_spec, stage_people);
    stage_clock("2026-11-23 18:00:00");
    return 0;
}

#endif
