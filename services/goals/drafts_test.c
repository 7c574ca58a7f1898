/* Tests drafts on the stage: kept, refused, and made real in one act or not at all. */
#include "stage_test.h"

static int64_t sales, collected, a, a1, zhang; /* targets: group 100,000,000 -> A -> A1 -> 张三 */
static Goals__Plan *plan;

static Goals__Plan *
save_plan(void)
{
    Goals__SavePlanRequest request = GOALS__SAVE_PLAN_REQUEST__INIT;
    Goals__SavePlanResponse response = GOALS__SAVE_PLAN_RESPONSE__INIT;
    static Goals__Plan made;
    static Goals__PlanItem items[2], *list[2];
    static Goals__RatioRule rule;
    goals__plan__init(&made);
    goals__ratio_rule__init(&rule);
    rule.full_marks = "100";
    rule.lower = "0";
    rule.cap = "1.2";
    rule.decimals = 2;
    for (int i = 0; i < 2; i++) {
        goals__plan_item__init(&items[i]);
        items[i].indicator_id = i ? collected : sales;
        items[i].weight = i ? "30.00" : "70.00";
        items[i].ratio = &rule;
        list[i] = &items[i];
    }
    made.code = "all";
    made.name = "全员";
    made.items = list;
    made.n_items = 2;
    made.missing_policy = GOALS__MISSING_POLICY__MISSING_POLICY_DROP;
    made.total_decimals = 2;
    made.effective_from = "2026-01-01";
    request.plan = &made;
    request.reason = "新方案";
    MUST(CALL(supervisor, goals_save_plan, &request, &response));
    made.id = response.plan->id;
    made.version = response.plan->version;
    return &made;
}

static int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    sales = in_library("sales_amount")->id;
    collected = in_library("collected_amount")->id;
    set_target(UNIT, GROUP, sales, "100000000");
    a = set_target(UNIT, A, sales, "20000000");
    a1 = set_target(UNIT, A1, sales, "5000000");
    zhang = set_target(PERSON, 4, sales, "500000");
    plan = save_plan();
    stage_deaf();
    return 0;
}

/* --- short forms --------------------------------------------------------------------------------
 */

/* A draft of one weight and some targets; lives in statics, one at a time. */
static Goals__Draft *
draft_of(const char *weight, const int64_t *targets, const char *const *values, size_t count)
{
    static Goals__Draft draft;
    static Goals__PlanChange change, *changes[] = {&change};
    static Goals__Plan which;
    static Goals__WeightChange weights[1], *weight_list[] = {&weights[0]};
    static Goals__TargetChange target[3], *target_list[3];
    goals__draft__init(&draft);
    goals__plan_change__init(&change);
    goals__plan__init(&which);
    goals__weight_change__init(&weights[0]);
    draft.name = "冲刺方案";
    draft.period = "2026Q4";
    draft.reason = "四季度冲刺";
    which.id = plan->id;
    which.effective_from = "2026-10-01";
    weights[0].indicator_id = sales;
    weights[0].weight = (char *)weight;
    change.plan = &which;
    change.weights = weight_list;
    change.n_weights = 1;
    draft.plans = changes;
    draft.n_plans = weight != NULL;
    for (size_t i = 0; i < count; i++) {
        goals__target_change__init(&target[i]);
        target[i].target_id = targets[i];
        target[i].value = (char *)values[i];
        target_list[i] = &target[i];
    }
    draft.targets = target_list;
    draft.n_targets = count;
    return &draft;
}

static enum dc_code
save(const struct who *who, Goals__Draft *draft, Goals__Draft **ret_draft)
{
    Goals__SaveDraftRequest request = GOALS__SAVE_DRAFT_REQUEST__INIT;
    Goals__SaveDraftResponse response = GOALS__SAVE_DRAFT_RESPONSE__INIT;
    request.draft = draft;
    enum dc_code code = CALL(*who, goals_save_draft, &request, &response);
    *ret_draft = response.draft;
    return code;
}

static enum dc_code
carry_out(const struct who *who, int64_t id, int64_t version,
          Goals__CarryOutDraftResponse *ret_response)
{
    Goals__CarryOutDraftRequest request = GOALS__CARRY_OUT_DRAFT_REQUEST__INIT;
    goals__carry_out_draft_response__init(ret_response);
    request.id = id;
    request.expected_version = version;
    return CALL(*who, goals_carry_out_draft, &request, ret_response);
}

static size_t
listed(const struct who *who)
{
    Goals__ListDraftsRequest request = GOALS__LIST_DRAFTS_REQUEST__INIT;
    Goals__ListDraftsResponse response = GOALS__LIST_DRAFTS_RESPONSE__INIT;
    MUST(CALL(*who, goals_list_drafts, &request, &response));
    return response.n_drafts;
}

static enum dc_code
get(const struct who *who, int64_t id)
{
    Goals__GetDraftRequest request = GOALS__GET_DRAFT_REQUEST__INIT;
    Goals__GetDraftResponse response = GOALS__GET_DRAFT_RESPONSE__INIT;
    request.id = id;
    return CALL(*who, goals_get_draft, &request, &response);
}

/* --- keeping ------------------------------------------------------------------------------------
 */

static void
test_a_draft_is_kept_whole(void **state)
{
    (void)state;
    Goals__Draft *kept;
    MUST(save(&supervisor, draft_of("80.00", &a, (const char *[]){"25000000"}, 1), &kept));
    assert_int_equal(kept->version, 1);
    assert_int_equal(kept->state, GOALS__DRAFT_STATE__DRAFT_STATE_OPEN);
    assert_string_equal(kept->author, "person-1");
    /* The weights became the plan that would be saved, beside the one in force. */
    assert_int_equal(kept->plans[0]->n_weights, 0);
    assert_string_equal(kept->plans[0]->plan->items[0]->weight, "80.00");
    assert_string_equal(kept->plans[0]->plan->items[1]->weight, "20.00");
    assert_string_equal(kept->plans[0]->plan->effective_from, "2026-10-01");
    assert_int_equal(kept->plans[0]->plan->version, plan->version);
    assert_string_equal(kept->plans[0]->before->items[0]->weight, "70.00");
    assert_string_equal(kept->targets[0]->value, "25000000.00");
    assert_string_equal(kept->targets[0]->old_value, "20000000.00");
    assert_int_equal(kept->targets[0]->owner_id, A);
    assert_int_equal(kept->targets[0]->indicator_id, sales);
    assert_true(kept->targets[0]->expected_version > 0);
    /* Nothing happened by that. */
    assert_int_equal(value_of_target(a), 20000000);
    const char *key;
    assert_null(stage_hear_keyed(&goals__plan_changed__descriptor, &key));

    int64_t id = kept->id;
    Goals__Draft *again = draft_of(NULL, &a1, (const char *[]){"6000000"}, 1);
    again->id = id;
    again->version = 1;
    MUST(save(&supervisor, again, &kept));
    assert_int_equal(kept->id, id);
    assert_int_equal(kept->version, 2);
    assert_int_equal(kept->n_plans, 0);
    again->version = 1;
    REFUSED(save(&supervisor, again, &kept), DC_ABORTED, "expected_version");
    Goals__DiscardDraftRequest discard = GOALS__DISCARD_DRAFT_REQUEST__INIT;
    Goals__DiscardDraftResponse nothing = GOALS__DISCARD_DRAFT_RESPONSE__INIT;
    discard.id = id;
    REFUSED(CALL(director_a, goals_discard_draft, &discard, &nothing), DC_PERMISSION_DENIED, "id");
    MUST(CALL(supervisor, goals_discard_draft, &discard, &nothing));
    REFUSED(get(&supervisor, id), DC_NOT_FOUND, "id");
}

static void
test_what_is_refused_when_it_is_saved(void **state)
{
    (void)state;
    Goals__Draft *kept, *draft = draft_of("80.00", &a, (const char *[]){"25000000.001"}, 1);
    REFUSED(save(&supervisor, draft, &kept), DC_INVALID_ARGUMENT, "draft.targets[0].value");
    draft = draft_of("100.00", NULL, NULL, 0);
    REFUSED(save(&supervisor, draft, &kept), DC_INVALID_ARGUMENT, "draft.plans[0].weights");
    draft = draft_of("80.00", NULL, NULL, 0);
    draft->plans[0]->plan->version = plan->version + 1;
    REFUSED(save(&supervisor, draft, &kept), DC_ABORTED, "draft.plans[0].expected_version");
    draft = draft_of(NULL, &a, (const char *[]){"1"}, 1);
    draft->period = "2026-11";
    REFUSED(save(&supervisor, draft, &kept), DC_INVALID_ARGUMENT, "draft.targets[0].target_id");
    draft->period = "someday";
    REFUSED(save(&supervisor, draft, &kept), DC_INVALID_ARGUMENT, "draft.period");
    draft->period = "2026Q4";
    draft->name = "";
    REFUSED(save(&supervisor, draft, &kept), DC_INVALID_ARGUMENT, "draft.name");
    assert_int_equal(stage_number("SELECT count(*) FROM goals.draft"), 0);
}

static void
test_who_keeps_and_sees_drafts(void **state)
{
    (void)state;
    Goals__Draft *kept;
    /* Plans are the supervisor's of the group; a target also his who may propose its change. */
    REFUSED(save(&director_a, draft_of("80.00", NULL, NULL, 0), &kept), DC_PERMISSION_DENIED,
            "draft.plans[0]");
    REFUSED(save(&director_b, draft_of(NULL, &a1, (const char *[]){"1"}, 1), &kept),
            DC_PERMISSION_DENIED, "draft.targets[0]");
    REFUSED(save(&zhang_san, draft_of(NULL, &zhang, (const char *[]){"1"}, 1), &kept),
            DC_PERMISSION_DENIED, "draft.targets[0]");
    REFUSED(save(&auditor, draft_of(NULL, NULL, NULL, 0), &kept), DC_PERMISSION_DENIED, "");
    MUST(save(&director_a, draft_of(NULL, &a1, (const char *[]){"6000000"}, 1), &kept));
    assert_int_equal(listed(&director_a), 1);
    assert_int_equal(listed(&supervisor), 1);
    assert_int_equal(listed(&director_b), 0);
    assert_int_equal(listed(&stranger), 0);
    MUST(get(&supervisor, kept->id));
    REFUSED(get(&director_b, kept->id), DC_PERMISSION_DENIED, "");
    assert_int_not_equal(get(&stranger, kept->id), DC_OK);
    Goals__CarryOutDraftResponse done;
    REFUSED(carry_out(&supervisor, kept->id, 0, &done), DC_PERMISSION_DENIED, "id");
    MUST(carry_out(&director_a, kept->id, 0, &done));
    assert_int_equal(value_of_target(a1), 6000000);
    /* His own department's target he may try, but only propose to change. */
    MUST(save(&director_a, draft_of(NULL, &a, (const char *[]){"25000000"}, 1), &kept));
    REFUSED(carry_out(&director_a, kept->id, 0, &done), DC_PERMISSION_DENIED, "draft.targets[0]");
}

/* --- making it real -----------------------------------------------------------------------------
 */

static void
test_all_of_it_becomes_real(void **state)
{
    (void)state;
    Goals__Draft *kept;
    Goals__CarryOutDraftResponse done;
    const char *key;
    /* The second target starts from what the first one made of it. */
    MUST(save(&supervisor,
              draft_of("80.00", (int64_t[]){a, zhang}, (const char *[]){"40000000", "2000000"}, 2),
              &kept));
    MUST(carry_out(&supervisor, kept->id, 1, &done));
    assert_int_equal(value_of_target(a), 40000000);
    assert_int_equal(value_of_target(a1), 10000000);
    assert_int_equal(value_of_target(zhang), 2000000);
    assert_int_equal(done.changed_targets, 4);
    assert_int_equal(done.plans[0]->version, plan->version + 1);
    assert_int_equal(done.draft->state, GOALS__DRAFT_STATE__DRAFT_STATE_CARRIED_OUT);
    assert_int_equal(done.draft->n_adjustment_ids, 2);
    assert_true(done.draft->carried_out_at_us > 0);
    Goals__PlanChanged *told = (void *)stage_hear_keyed(&goals__plan_changed__descriptor, &key);
    assert_string_equal(told->plan->reason, "四季度冲刺");
    assert_string_equal(told->plan->items[0]->weight, "80.00");
    Goals__TargetsAdjusted *adjusted =
        (void *)stage_hear_keyed(&goals__targets_adjusted__descriptor, &key);
    assert_string_equal(adjusted->reason, "四季度冲刺");
    assert_string_equal(adjusted->author, "person-1");
    REFUSED(carry_out(&supervisor, kept->id, 0, &done), DC_FAILED_PRECONDITION, "id");
    Goals__Draft *again = draft_of(NULL, NULL, NULL, 0);
    again->id = kept->id;
    REFUSED(save(&supervisor, again, &kept), DC_FAILED_PRECONDITION, "draft.id");
}

/* Of a draft whose last change is refused, the first ones have not happened either. */
static void
test_all_or_nothing(void **state)
{
    (void)state;
    Goals__Draft *kept;
    Goals__CarryOutDraftResponse done;
    MUST(save(&supervisor,
              draft_of("80.00", (int64_t[]){a1, zhang}, (const char *[]){"6000000", "60000000"}, 2),
              &kept));
    REFUSED(carry_out(&supervisor, kept->id, 0, &done), DC_FAILED_PRECONDITION,
            "draft.targets[1].allow_over_assignment");
    assert_int_equal(value_of_target(a1), 5000000);
    assert_int_equal(stage_number("SELECT max(version) FROM goals.plan_version"), plan->version);
    const char *key;
    assert_null(stage_hear_keyed(&goals__plan_changed__descriptor, &key));
}

static void
test_the_world_moved_on(void **state)
{
    (void)state;
    Goals__Draft *kept, *other;
    Goals__CarryOutDraftResponse done;
    MUST(save(&supervisor, draft_of("80.00", &a1, (const char *[]){"6000000"}, 1), &kept));
    MUST(save(&supervisor, draft_of("60.00", NULL, NULL, 0), &other));
    MUST(carry_out(&supervisor, other->id, 0, &done));
    REFUSED(carry_out(&supervisor, kept->id, 0, &done), DC_ABORTED,
            "draft.plans[0].expected_version");
    MUST(save(&supervisor, draft_of(NULL, &a1, (const char *[]){"6000000"}, 1), &kept));
    set_target(UNIT, A1, sales, "5500000");
    REFUSED(carry_out(&supervisor, kept->id, 0, &done), DC_ABORTED,
            "draft.targets[0].expected_version");
    assert_int_equal(value_of_target(a1), 5500000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_draft_is_kept_whole, prepare),
        cmocka_unit_test_setup(test_what_is_refused_when_it_is_saved, prepare),
        cmocka_unit_test_setup(test_who_keeps_and_sees_drafts, prepare),
        cmocka_unit_test_setup(test_all_of_it_becomes_real, prepare),
        cmocka_unit_test_setup(test_all_or_nothing, prepare),
        cmocka_unit_test_setup(test_the_world_moved_on, prepare),
    };
    return cmocka_run_group_tests(tests, stage_open, stage_down);
}
