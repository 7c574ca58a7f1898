/*
 * words_test.h - for this service's tests: what other services would tell, said in one line each,
 * and the company of DOMAIN.md section 2.
 */
#ifndef SCORING_WORDS_TEST_H
#define SCORING_WORDS_TEST_H

#include <stdio.h>

#include "fixture.h"
#include "tests/lib/rule_words.h"

enum { SALES = 1, COLLECTED = 2, RATE = 3, RETURNS = 4 }; /* indicators */
enum { UNIT = 1, PERSON = 2 };                            /* owners */

static struct dc_test_pg *pg;
static struct fixture f;
static struct dc_arena *words; /* of the test program */

static inline void
words_up(void)
{
    dc_test_pg_start(&pg);
    fixture_open(&f, pg);
    words = dc_arena_new(0);
}

/* For cmocka. */
static inline int
words_down(void **state)
{
    (void)state;
    fixture_close(&f);
    dc_arena_free(words);
    dc_test_pg_stop(pg);
    return 0;
}

/* A query (fixture_call) or command (fixture_command) of somebody. */
typedef enum dc_code call_fn(struct fixture *fixture, int64_t tenant_id, int64_t person_id,
                             Kernel__Grant *const *grants, size_t grant_count, dc_handler *handler,
                             const ProtobufCMessage *request,
                             const ProtobufCMessageDescriptor *answer,
                             ProtobufCMessage **ret_response);

static inline enum dc_code
ask_as(call_fn *call, const struct who *who, dc_handler *handler, const ProtobufCMessage *request,
       const ProtobufCMessageDescriptor *answer, ProtobufCMessage **ret_response)
{
    Kernel__Grant grant = KERNEL__GRANT__INIT, *grants[] = {&grant};
    grant.role = who->role;
    grant.scope = who->scope;
    grant.unit_id = who->unit;
    return call(&f, who->tenant, who->person, grants, 1, handler, request, answer, ret_response);
}

static inline const char *
text(const char *format, ...)
{
    char line[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    return dc_arena_strdup(words, line);
}

static inline void
tell_unit_at(int64_t tenant, int64_t id, int64_t parent, const char *from, int64_t version)
{
    Org__Unit unit = ORG__UNIT__INIT, *list[] = {&unit};
    Org__UnitsChanged event = ORG__UNITS_CHANGED__INIT;
    unit.id = id;
    unit.code = unit.name = (char *)text("U%lld", (long long)id);
    unit.kind = ORG__UNIT_KIND__UNIT_KIND_DEPARTMENT;
    unit.parent_id = parent;
    unit.valid_from = (char *)from;
    unit.version = version;
    event.units = list;
    event.n_units = 1;
    fixture_deliver(&f, tenant, scoring_on_units_changed, &event.base);
}

static inline void
tell_person_at(int64_t tenant, int64_t id, int64_t unit, const char *position, const char *from,
               int64_t version)
{
    Org__Person person = ORG__PERSON__INIT, *list[] = {&person};
    Org__Post post = ORG__POST__INIT, *posts[] = {&post};
    Org__PeopleChanged event = ORG__PEOPLE_CHANGED__INIT;
    person.id = id;
    person.code = person.name = (char *)text("P%lld", (long long)id);
    person.employed_from = (char *)"2020-01-01";
    person.language = (char *)"zh-CN";
    person.version = version;
    post.unit_id = unit;
    post.position = (char *)position;
    post.share = (char *)"1";
    post.main = true;
    post.valid_from = (char *)from;
    person.posts = posts;
    person.n_posts = unit ? 1 : 0;
    event.people = list;
    event.n_people = 1;
    fixture_deliver(&f, tenant, scoring_on_people_changed, &event.base);
}

static inline void
tell_definitions(int64_t tenant, int64_t version)
{
    Goals__Measure measures[4], *measure_list[4];
    for (int i = 0; i < 4; i++) {
        goals__measure__init(&measures[i]);
        measures[i].id = 10 + i + 1;
        measures[i].code = measures[i].name = (char *)text("m%d", i + 1);
        measures[i].kind = i == 2 ? GOALS__MEASURE_KIND__MEASURE_KIND_RATIO
                                  : GOALS__MEASURE_KIND__MEASURE_KIND_SUM;
        measures[i].version = version;
        measure_list[i] = &measures[i];
    }
    Goals__MeasuresDefined measured = GOALS__MEASURES_DEFINED__INIT;
    measured.measures = measure_list;
    measured.n_measures = 4;
    fixture_deliver(&f, tenant, scoring_on_measures_defined, &measured.base);

    static const char *const names[] = {"销售额", "回款额", "回款率", "退货"};
    Goals__Indicator indicators[4], *indicator_list[4];
    for (int i = 0; i < 4; i++) {
        goals__indicator__init(&indicators[i]);
        indicators[i].id = i + 1;
        indicators[i].name = (char *)names[i];
        indicators[i].name_en = (char *)text("I%d", i + 1);
        indicators[i].unit_of_measure = (char *)"CNY";
        indicators[i].direction =
            i == 3 ? GOALS__DIRECTION__DIRECTION_LOWER : GOALS__DIRECTION__DIRECTION_HIGHER;
        indicators[i].measure_id = 10 + i + 1;
        indicators[i].primary = i == 0;
        indicators[i].additive = i != 2;
        indicators[i].version = version;
        indicator_list[i] = &indicators[i];
    }
    Goals__IndicatorsDefined defined = GOALS__INDICATORS_DEFINED__INIT;
    defined.indicators = indicator_list;
    defined.n_indicators = 4;
    fixture_deliver(&f, tenant, scoring_on_indicators_defined, &defined.base);
}

struct plan_words {
    int64_t id, version;
    const char *from, *position;
    int64_t unit_id, person_id;
    const char *weights[4]; /* by indicator; NULL = not in the plan */
    bool zero, retired, quotient;
    const char *threshold;
    int places;
    const char *grades;       /* "S>=110:1.5 A>=90:1.2 B:1"; NULL = none */
    const char *distribution; /* "A=20 B=80 level=0 min=5"; NULL = none */
};

/* A plan in ratios, as goals would tell it. */
struct plan_made {
    Goals__Plan plan;
    Goals__PlanScope scope;
    Goals__PlanItem items[4], *list[4];
    Goals__RatioRule rules[4];
};

static inline Goals__Plan *
make_plan(struct plan_made *made, const struct plan_words *words_of)
{
    Goals__Plan *plan = &made->plan;
    goals__plan__init(plan);
    goals__plan_scope__init(&made->scope);
    made->scope.position = (char *)words_of->position;
    made->scope.unit_id = words_of->unit_id;
    made->scope.person_id = words_of->person_id;
    plan->id = words_of->id;
    plan->version = words_of->version;
    plan->name = plan->code = (char *)text("plan%lld", (long long)plan->id);
    plan->scope = &made->scope;
    plan->effective_from = (char *)words_of->from;
    plan->missing_policy = words_of->zero ? GOALS__MISSING_POLICY__MISSING_POLICY_ZERO
                                          : GOALS__MISSING_POLICY__MISSING_POLICY_DROP;
    plan->total_decimals = words_of->places;
    plan->author = (char *)"wang";
    plan->reason = (char *)"because";
    plan->changed_at_us = f.now;
    plan->retired = words_of->retired;
    plan->items = made->list;
    for (int i = 0; i < 4; i++) {
        if (words_of->weights[i]) {
            Goals__PlanItem *item = &made->items[i];
            Goals__RatioRule *rule = &made->rules[i];
            goals__plan_item__init(item);
            goals__ratio_rule__init(rule);
            item->indicator_id = i + 1;
            item->weight = (char *)words_of->weights[i];
            item->ratio = rule;
            rule->full_marks = (char *)"100";
            rule->lower = (char *)"0";
            rule->cap = (char *)"1.2";
            rule->threshold = (char *)words_of->threshold;
            rule->lower_is_better = words_of->quotient
                                        ? GOALS__LOWER_IS_BETTER__LOWER_IS_BETTER_QUOTIENT
                                        : GOALS__LOWER_IS_BETTER__LOWER_IS_BETTER_DIFFERENCE;
            rule->decimals = 2;
            made->list[plan->n_items++] = item;
        }
    }
    if (words_of->grades) {
        grade_words(words, words_of->grades, plan);
    }
    if (words_of->distribution) {
        distribution_words(words, words_of->distribution, plan);
    }
    return plan;
}

static inline void
tell_plan(int64_t tenant, const struct plan_words *words_of)
{
    struct plan_made made;
    Goals__PlanChanged event = GOALS__PLAN_CHANGED__INIT;
    event.plan = make_plan(&made, words_of);
    fixture_deliver(&f, tenant, scoring_on_plan_changed, &event.base);
}

static inline void
tell_target(int64_t tenant, int kind, int64_t owner, int64_t indicator, const char *period,
            const char *value, int64_t version)
{
    Goals__Target target = GOALS__TARGET__INIT, *list[] = {&target};
    Goals__TargetsAdjusted event = GOALS__TARGETS_ADJUSTED__INIT;
    target.id = owner * 100 + indicator * 10 + kind;
    target.owner_kind = (Goals__OwnerKind)kind;
    target.owner_id = owner;
    target.indicator_id = indicator;
    target.period = (char *)period;
    target.removed = value == NULL;
    target.value = (char *)(value ? value : "0");
    target.version = version;
    event.adjustment_id = version;
    event.author = (char *)"wang";
    event.reason = (char *)"new year";
    event.effective_on = (char *)"2026-01-01";
    event.period = (char *)period;
    event.indicator_id = indicator;
    event.targets = list;
    event.n_targets = 1;
    event.at_us = f.now;
    fixture_deliver(&f, tenant, scoring_on_targets_adjusted, &event.base);
}

static inline void
tell_total(int64_t tenant, int kind, int64_t owner, int64_t measure, const char *period,
           const char *numerator, const char *denominator, int64_t version)
{
    Ingest__Total total = INGEST__TOTAL__INIT, *list[] = {&total};
    Ingest__MeasuresChanged event = INGEST__MEASURES_CHANGED__INIT;
    total.measure_id = measure;
    total.owner_kind = (Goals__OwnerKind)kind;
    total.owner_id = owner;
    total.period = (char *)period;
    total.numerator = (char *)numerator;
    total.denominator = (char *)denominator;
    total.records = 3;
    total.version = version;
    event.totals = list;
    event.n_totals = 1;
    fixture_deliver(&f, tenant, scoring_on_measures_changed, &event.base);
}

static const struct plan_words everybody __attribute__((unused)) = {.id = 1,
                                                                    .version = 1,
                                                                    .from = "2026-01-01",
                                                                    .position = "",
                                                                    .weights = {"70.00", "30.00"},
                                                                    .threshold = "",
                                                                    .places = 2};

/* Company 1; departments A = 2 and B = 3; team A1 = 4 with Zhang San = 100 and Li Si = 101. */
static inline void
tell_company(int64_t tenant)
{
    tell_unit_at(tenant, 1, 0, "2020-01-01", 1);
    tell_unit_at(tenant, 2, 1, "2020-01-01", 1);
    tell_unit_at(tenant, 3, 1, "2020-01-01", 1);
    tell_unit_at(tenant, 4, 2, "2020-01-01", 1);
    tell_person_at(tenant, 100, 4, "sales_rep", "2020-01-01", 1);
    tell_person_at(tenant, 101, 4, "sales_rep", "2020-01-01", 1);
    tell_person_at(tenant, 102, 3, "sales_rep", "2020-01-01", 1);
    tell_definitions(tenant, 1);
    tell_plan(tenant, &everybody);
    tell_target(tenant, UNIT, 1, SALES, "2026Q4", "100000000", 1);
    tell_target(tenant, UNIT, 2, SALES, "2026Q4", "20000000", 1);
    tell_target(tenant, UNIT, 3, SALES, "2026Q4", "30000000", 1);
    tell_target(tenant, UNIT, 4, SALES, "2026Q4", "5000000", 1);
    tell_target(tenant, PERSON, 100, SALES, "2026Q4", "500000", 1);
    tell_target(tenant, PERSON, 101, SALES, "2026Q4", "500000", 1);
    tell_target(tenant, PERSON, 102, SALES, "2026Q4", "500000", 1);
    tell_total(tenant, UNIT, 2, 11, "2026Q4", "24000000", "1", 1);
    tell_total(tenant, UNIT, 3, 11, "2026Q4", "24000000", "1", 1);
    tell_total(tenant, PERSON, 100, 11, "2026Q4", "400000", "1", 1);
    tell_total(tenant, PERSON, 101, 11, "2026Q4", "450000", "1", 1);
}

#endif
