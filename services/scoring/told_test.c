/*
 * told_test.c - values that goals tells itself, OKR results and entered values: the newest is
 * scored, in whatever order and how often they come, and opened down to check-ins.
 */
#include "words_test.h"

#include <string.h>

#include "tests/lib/cmocka.h"

enum { TENANT = 7, OKR = 8, HAND = 9, OKR_MEASURE = 20, HAND_MEASURE = 21 };

static void
define(int64_t measure_id, Goals__MeasureOf of, int64_t indicator_id, const char *name)
{
    Goals__Measure measure = GOALS__MEASURE__INIT, *measures[] = {&measure};
    Goals__MeasuresDefined measured = GOALS__MEASURES_DEFINED__INIT;
    measure.id = measure_id;
    measure.code = measure.name = (char *)name;
    measure.kind = GOALS__MEASURE_KIND__MEASURE_KIND_AVERAGE;
    measure.of = of;
    measure.version = 1;
    measured.measures = measures;
    measured.n_measures = 1;
    fixture_deliver(&f, TENANT, scoring_on_measures_defined, &measured.base);
    Goals__Indicator indicator = GOALS__INDICATOR__INIT, *indicators[] = {&indicator};
    Goals__IndicatorsDefined defined = GOALS__INDICATORS_DEFINED__INIT;
    indicator.id = indicator_id;
    indicator.name = indicator.name_en = (char *)name;
    indicator.direction = GOALS__DIRECTION__DIRECTION_HIGHER;
    indicator.measure_id = measure_id;
    indicator.version = 1;
    defined.indicators = indicators;
    defined.n_indicators = 1;
    fixture_deliver(&f, TENANT, scoring_on_indicators_defined, &defined.base);
}

/* KPI 70 (sales), OKR 20, what is entered 10 points down for each 1. */
static void
tell_mixed_plan(bool zero, int64_t version)
{
    Goals__Plan plan = GOALS__PLAN__INIT;
    Goals__PlanItem items[3], *list[] = {&items[0], &items[1], &items[2]};
    Goals__RatioRule ratio = GOALS__RATIO_RULE__INIT;
    Goals__OkrRule okr = GOALS__OKR_RULE__INIT;
    Goals__AddDeductRule deduct = GOALS__ADD_DEDUCT_RULE__INIT;
    Goals__AddDeductTerm term = GOALS__ADD_DEDUCT_TERM__INIT, *terms[] = {&term};
    Goals__PlanChanged event = GOALS__PLAN_CHANGED__INIT;
    static const int64_t indicators[] = {SALES, OKR, HAND};
    static const char *const weights[] = {"70.00", "20.00", "10.00"};
    for (int i = 0; i < 3; i++) {
        goals__plan_item__init(&items[i]);
        items[i].indicator_id = indicators[i];
        items[i].weight = (char *)weights[i];
    }
    ratio.full_marks = okr.full_marks = deduct.start = deduct.highest = (char *)"100";
    ratio.lower = deduct.lowest = (char *)"0";
    ratio.cap = okr.cap = (char *)"1.2";
    ratio.decimals = okr.decimals = deduct.decimals = 2;
    okr.full_at = (char *)"0.7";
    term.points = (char *)"-10";
    deduct.terms = terms;
    deduct.n_terms = 1;
    items[0].ratio = &ratio;
    items[1].okr = &okr;
    items[2].add_deduct = &deduct;
    plan.id = 2;
    plan.version = version;
    plan.code = plan.name = (char *)"mixed";
    plan.scope = &(Goals__PlanScope)GOALS__PLAN_SCOPE__INIT;
    plan.scope->position = (char *)"sales_rep";
    plan.effective_from = (char *)"2026-01-01";
    plan.missing_policy = zero ? GOALS__MISSING_POLICY__MISSING_POLICY_ZERO
                               : GOALS__MISSING_POLICY__MISSING_POLICY_DROP;
    plan.total_decimals = 2;
    plan.author = plan.reason = (char *)"";
    plan.items = list;
    plan.n_items = 3;
    event.plan = &plan;
    fixture_deliver(&f, TENANT, scoring_on_plan_changed, &event.base);
}

static void
tell_okr(const char *numerator, const char *denominator, int64_t version)
{
    Goals__ActualsTold event = GOALS__ACTUALS_TOLD__INIT;
    Goals__ActualTold actual = GOALS__ACTUAL_TOLD__INIT, *actuals[] = {&actual};
    Goals__OkrDetail detail = GOALS__OKR_DETAIL__INIT;
    Goals__Objective o = GOALS__OBJECTIVE__INIT, *objectives[] = {&o};
    Goals__KeyResult kr = GOALS__KEY_RESULT__INIT, *key_results[] = {&kr};
    actual.measure_id = OKR_MEASURE;
    actual.owner_kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
    actual.owner_id = 100;
    actual.period = (char *)"2026Q4";
    actual.numerator = (char *)numerator;
    actual.denominator = (char *)denominator;
    actual.version = version;
    kr.title = (char *)"新客户 50 家";
    kr.kind = GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_METRIC;
    kr.weight = o.weight = (char *)"1";
    kr.start = (char *)"0";
    kr.commit = (char *)"30";
    kr.commit_score = (char *)"0.3";
    kr.target = (char *)"50";
    kr.target_score = (char *)"0.7";
    kr.stretch = (char *)"60";
    kr.value = (char *)text("%d", (int)version * 10);
    kr.score = o.score = (char *)numerator;
    kr.checked_in_at_us = f.now;
    kr.checked_in_by = (char *)"张三";
    o.title = (char *)"把新客户做起来";
    o.key_results = key_results;
    o.n_key_results = 1;
    detail.objectives = objectives;
    detail.n_objectives = strcmp(denominator, "0") != 0;
    actual.okr = &detail;
    event.actuals = actuals;
    event.n_actuals = 1;
    fixture_deliver(&f, TENANT, scoring_on_actuals_told, &event.base);
}

static void
tell_hand(const char *value, int64_t version)
{
    Goals__ActualsTold event = GOALS__ACTUALS_TOLD__INIT;
    Goals__ActualTold actual = GOALS__ACTUAL_TOLD__INIT, *actuals[] = {&actual};
    Goals__HandDetail detail = GOALS__HAND_DETAIL__INIT;
    actual.measure_id = HAND_MEASURE;
    actual.owner_kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
    actual.owner_id = 100;
    actual.period = (char *)"2026Q4";
    actual.numerator = (char *)(value ? value : "0");
    actual.denominator = (char *)(value ? "1" : "0");
    actual.version = version;
    detail.value = (char *)(value ? value : "");
    detail.note = (char *)"安监通报";
    detail.author_name = (char *)"李四";
    detail.at_us = f.now;
    actual.hand = &detail;
    event.actuals = actuals;
    event.n_actuals = 1;
    fixture_deliver(&f, TENANT, scoring_on_actuals_told, &event.base);
}

static ProtobufCMessage *
ask(dc_handler *handler, const ProtobufCMessage *request, const ProtobufCMessageDescriptor *answer)
{
    Kernel__Grant grant = KERNEL__GRANT__INIT, *grants[] = {&grant};
    ProtobufCMessage *response;
    grant.role = KERNEL__ROLE__ROLE_EMPLOYEE;
    grant.scope = KERNEL__SCOPE__SCOPE_SELF;
    FIXTURE_OK(&f, fixture_call(&f, TENANT, 100, grants, 1, handler, request, answer, &response));
    return response;
}

/* "80.00 70.00 no_data| 75.00": the items' scores or remarks, and the total. */
static const char *
scores(void)
{
    Scoring__GetPersonRequest request = SCORING__GET_PERSON_REQUEST__INIT;
    fixture_work(&f);
    request.period = (char *)"2026Q4";
    const Scoring__GetPersonResponse *answer = (const Scoring__GetPersonResponse *)ask(
        scoring_get_person, &request.base, &scoring__get_person_response__descriptor);
    char line[200] = "";
    for (size_t i = 0; i < answer->n_items; i++) {
        const Scoring__Item *item = answer->items[i];
        strcat(strcat(line, item->score[0] ? item->score : item->remark), " ");
    }
    return text("%s= %s", line, answer->total);
}

static const Scoring__ExplainResponse *
explain(int64_t indicator_id)
{
    Scoring__ExplainRequest request = SCORING__EXPLAIN_REQUEST__INIT;
    request.owner_kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
    request.period = (char *)"2026Q4";
    request.indicator_id = indicator_id;
    return (const Scoring__ExplainResponse *)ask(scoring_explain, &request.base,
                                                 &scoring__explain_response__descriptor);
}

static bool
has_line(char *const *lines, size_t count, const char *part)
{
    for (size_t i = 0; i < count; i++) {
        if (strstr(lines[i], part)) {
            return true;
        }
    }
    return false;
}

static void
kpi_okr_and_hand_mix_by_weight(void **state)
{
    (void)state;
    /* Sales 400,000 of 500,000; the others are missing, and what is missing is dropped. */
    assert_string_equal(scores(), "80.00 no_data no_data = 80.00");
    tell_okr("0.35", "1", 2);
    assert_string_equal(scores(), "80.00 50.00 no_data = 73.33");
    tell_hand("2", 1);
    assert_string_equal(scores(), "80.00 50.00 80.00 = 74.00");
    /* An older one, or the same again, changes nothing. */
    tell_okr("0.7", "1", 1);
    tell_okr("0.35", "1", 2);
    assert_string_equal(scores(), "80.00 50.00 80.00 = 74.00");
    /* A fraction stays one: 5/9 / 0.7 = 0.79365... */
    tell_okr("5", "9", 3);
    assert_string_equal(scores(), "80.00 79.37 80.00 = 79.87");
    tell_hand(NULL, 2);
    assert_string_equal(scores(), "80.00 79.37 no_data = 79.86");
    tell_mixed_plan(true, 2);
    assert_string_equal(scores(), "80.00 79.37 0.00 = 71.87");
    tell_okr("0", "0", 4); /* every objective was cancelled */
    assert_string_equal(scores(), "80.00 0.00 0.00 = 56.00");
    tell_mixed_plan(false, 3);
}

static void
lineage_goes_down_to_check_ins(void **state)
{
    (void)state;
    tell_okr("0.5", "1", 5);
    tell_hand("1", 3);
    fixture_work(&f);
    const Scoring__ExplainResponse *why = explain(OKR);
    assert_string_equal(why->item->score, "71.43");
    assert_int_equal(why->n_steps, why->n_steps_zh);
    assert_true(has_line(why->steps_zh, why->n_steps_zh,
                         "关键结果“新客户 50 家”：现值 50（起点 0 = 0，承诺 30 = 0.3，目标 50 = "
                         "0.7，挑战 60 = 1）"));
    assert_true(has_line(why->steps_zh, why->n_steps_zh, "2026-11-23 张三 填报"));
    assert_true(has_line(why->steps, why->n_steps, "checked in 2026-11-23 张三"));
    assert_true(has_line(why->steps, why->n_steps, "0.5 / 0.7 = 0.714286"));
    assert_true(has_line(why->steps, why->n_steps, "100 × 0.714286 = 71.43"));
    assert_int_equal(why->measure->of, GOALS__MEASURE_OF__MEASURE_OF_OKR);
    why = explain(HAND);
    assert_true(
        has_line(why->steps_zh, why->n_steps_zh, "手工录入 1：2026-11-23 李四，依据：安监通报"));
    assert_true(has_line(why->steps, why->n_steps, "entered by hand 1: 2026-11-23 李四"));
}

static int
set_up(void **state)
{
    (void)state;
    words_up();
    tell_company(TENANT);
    define(OKR_MEASURE, GOALS__MEASURE_OF__MEASURE_OF_OKR, OKR, "OKR");
    define(HAND_MEASURE, GOALS__MEASURE_OF__MEASURE_OF_HAND, HAND, "事故");
    tell_mixed_plan(false, 1);
    /* The plan for everybody has collected amounts, too. */
    static const struct plan_words none = {.id = 1,
                                           .version = 2,
                                           .from = "2026-01-01",
                                           .position = "",
                                           .weights = {"100.00"},
                                           .threshold = "",
                                           .retired = true,
                                           .places = 2};
    tell_plan(TENANT, &none);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kpi_okr_and_hand_mix_by_weight),
        cmocka_unit_test(lineage_goes_down_to_check_ins),
    };
    return cmocka_run_group_tests_name("told", tests, set_up, words_down);
}
