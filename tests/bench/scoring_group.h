/*
 * scoring_group.h - the group that benchmarks of scoring compute: 100,000 people (BENCH_PEOPLE,
 * in steps of 2,000) with 5 indicators each, their targets and actuals, and one plan for everybody
 * that comes in versions.
 */
#ifndef BENCH_SCORING_GROUP_H
#define BENCH_SCORING_GROUP_H

#include "figures.h"
#include "services/scoring/fixture.h"

enum { TENANT = 1 };

static struct fixture f;
static int people, last_company, last_department; /* the units' ids */

/* 1 group, a company for 2,000 people, a department for 200, a team for 20; as arguments: people,
 * the last unit that is a company, a department, a team. */
static const char tenant_sql[] =
    "SET search_path = scoring;"
    "INSERT INTO edition VALUES (1, 1);"
    "INSERT INTO measure SELECT 1, m, 1, 1, '' FROM generate_series(1, 5) m;"
    "INSERT INTO indicator SELECT 1, m, 1, 'i' || m, 'i' || m, 'CNY', 1, 2, m, m = 1, false "
    "FROM generate_series(1, 5) m;"
    "INSERT INTO place SELECT 1, u, '-infinity', '2020-01-01', CASE WHEN u = 1 THEN 0 "
    "WHEN u <= %2$d THEN 1 WHEN u <= %3$d THEN 2 + (u - %2$d - 1) / 10 ELSE %2$d + 1 + (u - %3$d - "
    "1) / 10 END, NULL, 1 FROM generate_series(1, %4$d) u;"
    "INSERT INTO org_post SELECT 1, p, 0, %3$d + 1 + (p - 1) / 20, 'sales_rep', 1, true, "
    "'2020-01-01', "
    "'infinity' FROM generate_series(1, %1$d) p;"
    "SELECT setseed(0.5);"
    "INSERT INTO actual SELECT 1, '2026Q4', CASE WHEN p > %1$d THEN 1 ELSE 2 END, "
    "CASE WHEN p > %1$d THEN p - %1$d ELSE p END, '{1,2,3,4,5}', "
    "ARRAY[(random() * 600000)::numeric(12, 2), (random() * 300000)::numeric(12, 2), "
    "(random() * 90000)::numeric(12, 2), (random() * 100)::int, (random() * 100)::int], "
    "'{1,1,1,1,1}', '{50,20,10,20,20}', '{7,7,7,7,7}' FROM generate_series(1, %1$d + %4$d) p;"
    "INSERT INTO target SELECT tenant_id, period, owner_kind, owner_id, '{1,2,3,4,5}', "
    "'{500000.00,250000.00,80000.00,80,70}', ARRAY[1, 2, 3, 4, 5], '{1,1,1,1,1}', "
    "'{NULL,NULL,NULL,NULL,NULL}', '{NULL,NULL,NULL,NULL,NULL}', '{0,0,0,0,0}', '{f,f,f,f,f}', "
    "'{1,1,1,1,1}' FROM actual;"
    "INSERT INTO period VALUES (1, '2026Q4', '2026-10-01', '2026-12-31');"
    "INSERT INTO org_unit SELECT 1, unit_id, nullif(parent_id, 0), 3, 'U' || unit_id, 'unit ' || "
    "unit_id, '2020-01-01', 'infinity', 1 FROM place;"
    "WITH RECURSIVE above (unit_id, ancestor_id, depth) AS (SELECT unit_id, unit_id, 0 FROM "
    "org_unit UNION ALL SELECT a.unit_id, u.parent_id, a.depth + 1 FROM above a JOIN org_unit u ON "
    "u.unit_id = a.ancestor_id WHERE u.parent_id IS NOT NULL) "
    "INSERT INTO org_unit_tree SELECT 1, ancestor_id, unit_id, depth FROM above;"
    "INSERT INTO org_person SELECT 1, p, 'E' || p, 'person ' || p, '', '', 'en', NULL, "
    "'2020-01-01', 'infinity', 1 FROM generate_series(1, %1$d) p;"
    "ANALYZE;";

/* Carries out SQL that has the sizes of the group as its arguments, as tenant_sql has. */
static void
exec_sized(struct dc_test_pg *pg, const char *format)
{
    DC_AUTO_TEXT struct dc_text sql = DC_TEXT_INIT;
    dc_text_printf(&sql, format, people, last_company, last_department,
                   last_department + people / 20);
    dc_test_pg_exec(pg, dc_text_cstr(&sql));
}

static void
make_group(struct dc_test_pg *pg)
{
    people = (int)bench_setting("BENCH_PEOPLE", 100000) / 2000 * 2000;
    people = people < 2000 ? 2000 : people;
    last_company = 1 + people / 2000;
    last_department = last_company + people / 200;
    exec_sized(pg, tenant_sql);
}

/* A version of the plan of everybody: five ratios, the first two trade weight with the version. */
struct group_plan {
    Goals__Plan plan;
    Goals__PlanScope scope;
    Goals__PlanItem items[5], *list[5];
    Goals__RatioRule rules[5];
    char weights[5][16];
};

static void
make_plan(struct group_plan *made, int64_t version)
{
    goals__plan__init(&made->plan);
    goals__plan_scope__init(&made->scope);
    for (int i = 0; i < 5; i++) {
        Goals__PlanItem *item = &made->items[i];
        Goals__RatioRule *rule = &made->rules[i];
        goals__plan_item__init(item);
        goals__ratio_rule__init(rule);
        int percent = i == 0 ? 30 + (int)version : i == 1 ? 30 - (int)version : i == 4 ? 10 : 15;
        snprintf(made->weights[i], sizeof(made->weights[i]), "%d.00", percent);
        item->indicator_id = i + 1;
        item->weight = made->weights[i];
        item->ratio = rule;
        rule->full_marks = (char *)"100";
        rule->lower = (char *)"0";
        rule->cap = (char *)"1.2";
        rule->decimals = 2;
        made->list[i] = item;
    }
    made->plan.id = 1;
    made->plan.version = version;
    made->plan.scope = &made->scope;
    made->plan.items = made->list;
    made->plan.n_items = 5;
    made->plan.missing_policy = GOALS__MISSING_POLICY__MISSING_POLICY_DROP;
    made->plan.total_decimals = 2;
    made->plan.effective_from = (char *)"2026-01-01";
}

static void
tell_made(struct group_plan *made)
{
    Goals__PlanChanged event = GOALS__PLAN_CHANGED__INIT;
    event.plan = &made->plan;
    fixture_deliver(&f, TENANT, scoring_on_plan_changed, &event.base);
}

static void
tell_plan(int64_t version)
{
    struct group_plan made;
    make_plan(&made, version);
    tell_made(&made);
}

static int
by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

#endif
