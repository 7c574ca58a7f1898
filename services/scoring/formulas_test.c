/*
 * formulas_test.c - measures that are formulas, of people and of units, and the request that tries
 * one.
 */
#include "words_test.h"

#include <string.h>

#include <dacheng/scoring/v1/formula.pb-c.h>

#include "tests/lib/cmocka.h"

enum { TENANT = 7 };

/* The measure behind 回款率, told anew as (m1 - m2) / m1. */
static void
tell_formula_measure(const char *formula, int64_t version)
{
    Goals__Measure measure = GOALS__MEASURE__INIT, *measures[] = {&measure};
    Goals__MeasuresDefined event = GOALS__MEASURES_DEFINED__INIT;
    measure.id = 13;
    measure.code = measure.name = (char *)"margin";
    measure.kind = GOALS__MEASURE_KIND__MEASURE_KIND_AVERAGE;
    measure.of = GOALS__MEASURE_OF__MEASURE_OF_FORMULA;
    measure.formula = (char *)formula;
    measure.version = version;
    event.measures = measures;
    event.n_measures = 1;
    fixture_deliver(&f, TENANT, scoring_on_measures_defined, &event.base);
    fixture_work(&f);
}

static Scoring__TryFormulaResponse *
try_it(const char *formula, int kind, int64_t owner_id)
{
    static Kernel__Grant grant = KERNEL__GRANT__INIT, *grants[] = {&grant};
    Scoring__TryFormulaRequest request = SCORING__TRY_FORMULA_REQUEST__INIT;
    Scoring__FormulaOwner owner = SCORING__FORMULA_OWNER__INIT, *owners[] = {&owner};
    ProtobufCMessage *response;
    grant.role = KERNEL__ROLE__ROLE_SUPERVISOR;
    grant.scope = KERNEL__SCOPE__SCOPE_GROUP;
    owner.owner_kind = (Goals__OwnerKind)kind;
    owner.owner_id = owner_id;
    request.formula = (char *)formula;
    request.period = (char *)"2026Q4";
    request.owners = owners;
    request.n_owners = 1;
    FIXTURE_OK(&f, fixture_call(&f, TENANT, 100, grants, 1, scoring_try_formula, &request.base,
                                &scoring__try_formula_response__descriptor, &response));
    return (Scoring__TryFormulaResponse *)response;
}

#define assert_tried(formula, kind, owner, wanted)                                                 \
    assert_string_equal(try_it(formula, kind, owner)->trials[0]->value, wanted)

static void
a_formula_is_tried_on_owners(void **state)
{
    (void)state;
    assert_tried("m1 / 8", PERSON, 100, "50000");
    assert_tried("m1 / headcount()", PERSON, 100, "400000");
    /* Department A: its own total over its two people, not the mean of theirs. */
    assert_tried("m1 / headcount()", UNIT, 2, "12000000");
    assert_tried("headcount()", UNIT, 1, "3");
    assert_tried("m1 - previous(m1)", PERSON, 100, "100000");
    assert_tried("m1 / last_year(m1)", PERSON, 100, "");
    Scoring__TryFormulaResponse *response = try_it("m1 - previous(m1)", PERSON, 100);
    assert_int_equal(response->trials[0]->n_inputs, 2);
    assert_string_equal(response->trials[0]->inputs[1]->source, "previous(m1)");
    assert_string_equal(response->trials[0]->inputs[1]->period, "2026Q3");
    assert_int_equal(response->trials[0]->inputs[1]->records, 3);
    assert_string_equal(response->trials[0]->steps_en[0],
                        "m1 - previous(m1) = 400000 - 300000 = 100000");
    response = try_it("m1 / unheard_of", PERSON, 100);
    assert_int_equal(response->n_trials, 0);
    assert_int_equal(response->problem->column, 6);
    assert_int_equal(response->problem->length, 10);
}

static void
a_changed_formula_rescores(void **state)
{
    (void)state;
    struct plan_words plan = everybody;
    plan.id = 2;
    plan.position = "sales_rep";
    plan.weights[0] = NULL;
    plan.weights[1] = NULL;
    plan.weights[2] = "100.00";
    tell_plan(TENANT, &plan);
    tell_target(TENANT, PERSON, 100, RATE, "2026Q4", "0.5", 1);
    tell_total(TENANT, PERSON, 100, 12, "2026Q4", "300000", "1", 1);
    tell_formula_measure("(m1 - m2) / m1", 2);
    char *score = dc_test_pg_value(
        f.pg, "SELECT s.scores[array_position(c.indicator_ids, 3)] FROM scoring.score s "
              "JOIN scoring.scheme c USING (tenant_id, scheme_id) "
              "WHERE s.tenant_id = 7 AND s.person_id = 100 AND s.period = '2026Q4'");
    assert_string_equal(score, "50"); /* (400000 - 300000) / 400000 = 0.25 of 0.5 */
    free(score);
    tell_formula_measure("m2 / m1 - 0.25", 3);
    score = dc_test_pg_value(
        f.pg, "SELECT s.scores[array_position(c.indicator_ids, 3)] FROM scoring.score s "
              "JOIN scoring.scheme c USING (tenant_id, scheme_id) "
              "WHERE s.tenant_id = 7 AND s.person_id = 100 AND s.period = '2026Q4'");
    assert_string_equal(score, "100");
    free(score);
}

static int
set_up(void **state)
{
    (void)state;
    words_up();
    tell_company(TENANT);
    tell_total(TENANT, PERSON, 100, 11, "2026Q3", "300000", "1", 1);
    fixture_work(&f);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_formula_is_tried_on_owners),
        cmocka_unit_test(a_changed_formula_rescores),
    };
    return cmocka_run_group_tests_name("formulas", tests, set_up, words_down);
}
