/* Tests the policy SEGMENT on the stage: who is cut and into what, what takes cuts away again, what is
 * told and shown of them, and what is refused. */
#include "targets_test.h"

#include "base/segment.h"

#define SEGMENT GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT

static Goals__AdjustTargetRequest
cut_request(int64_t target, const char *value, const char *day)
{
    Goals__AdjustTargetRequest request = adjust_request(target, value);
    request.policy = SEGMENT;
    request.effective_on = (char *)day;
    request.allow_over_assignment = true;
    return request;
}

static Goals__AdjustTargetResponse
cut(int64_t target, const char *value, const char *day)
{
    Goals__AdjustTargetRequest request = cut_request(target, value, day);
    Goals__AdjustTargetResponse response = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_adjust_target, &request, &response));
    return response;
}

static void
restate(int64_t target, const char *value)
{
    Goals__AdjustTargetRequest request = adjust_request(target, value);
    Goals__AdjustTargetResponse response = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    request.allow_over_assignment = true;
    MUST(CALL(supervisor, goals_adjust_target, &request, &response));
}

/* "10-01..10-31=500000 11-01..12-31=700000" of the owner's target; "" = not cut. */
static void
assert_segments(Goals__OwnerKind kind, int64_t owner, const char *wanted)
{
    DC_AUTO_TEXT struct dc_text got = DC_TEXT_INIT;
    const Goals__Target *target = look(kind, owner)->target;
    for (size_t i = 0; i < target->n_segments; i++) {
        const Goals__TargetSegment *s = target->segments[i];
        dc_text_printf(&got, "%s%s..%s=%s", i > 0 ? " " : "", s->from + 5, s->to + 5, s->value);
    }
    assert_string_equal(dc_text_cstr(&got), wanted);
    if (target->n_segments > 0) { /* the last one is the target as it stands */
        assert_string_equal(target->segments[target->n_segments - 1]->value, target->value);
    }
}

static void
test_everybody_below_is_cut(void **state)
{
    (void)state;
    set_example();
    stage_deaf();
    cut(id_of(UNIT, A), "25000000", "2026-11-16");
    assert_segments(UNIT, A, "10-01..11-15=20000000.00 11-16..12-31=25000000.00");
    assert_segments(UNIT, A1, "10-01..11-15=5000000.00 11-16..12-31=6250000.00");
    assert_segments(PERSON, 4, "10-01..11-15=500000.00 11-16..12-31=625000.00");
    assert_segments(UNIT, B, ""); /* did not change */
    assert_segments(UNIT, GROUP, "");
    check_whole();
    Goals__TargetsAdjusted *told;
    size_t cut_targets = 0;
    while ((told = (void *)stage_hear(&goals__targets_adjusted__descriptor))) {
        assert_int_equal(told->policy, SEGMENT);
        assert_string_equal(told->effective_on, "2026-11-16");
        for (size_t i = 0; i < told->n_targets; i++) {
            assert_int_equal(told->targets[i]->n_segments, 2);
            assert_string_equal(told->targets[i]->segments[0]->to, "2026-11-15");
            cut_targets++;
        }
    }
    assert_int_equal(cut_targets, 7); /* A, A1, A2, 3, 4, 5, 6 */
    Goals__ListVersionsRequest request = GOALS__LIST_VERSIONS_REQUEST__INIT;
    Goals__ListVersionsResponse versions = GOALS__LIST_VERSIONS_RESPONSE__INIT;
    request.target_id = id_of(PERSON, 4);
    MUST(CALL(supervisor, goals_list_versions, &request, &versions));
    assert_int_equal(versions.versions[0]->policy, SEGMENT);
    assert_string_equal(versions.versions[0]->effective_on, "2026-11-16");
}

static void
test_several_cuts_and_what_takes_them_away(void **state)
{
    (void)state;
    set_example();
    int64_t zhang = id_of(PERSON, 4);
    cut(zhang, "400000", "2026-11-01");
    cut(zhang, "450000", "2026-12-01");
    assert_segments(PERSON, 4,
                    "10-01..10-31=500000.00 11-01..11-30=400000.00 12-01..12-31=450000.00");
    cut(zhang, "420000", "2026-11-16"); /* the later cut is gone */
    assert_segments(PERSON, 4,
                    "10-01..10-31=500000.00 11-01..11-15=400000.00 11-16..12-31=420000.00");
    cut(zhang, "410000", "2026-10-01"); /* from the first day: the whole period */
    assert_segments(PERSON, 4, "");
    cut(zhang, "390000", "2026-11-01");
    restate(zhang, "380000");
    assert_segments(PERSON, 4, "");
    assert_int_equal(stage_number("SELECT count(*) FROM goals.target_segment"), 0);
    assert_int_equal(cut(zhang, "380000", "2026-11-01").changed, 0); /* the same value: nothing */
    check_whole();
}

static void
test_restating_above_takes_cuts_below_away(void **state)
{
    (void)state;
    set_example();
    cut(id_of(PERSON, 4), "400000", "2026-11-01");
    restate(id_of(UNIT, A), "22000000");
    assert_segments(PERSON, 4, "");
    /* Another department's change leaves them alone. */
    cut(id_of(PERSON, 4), "400000", "2026-11-01");
    restate(id_of(UNIT, B), "29000000");
    assert_segments(PERSON, 4, "10-01..10-31=440000.00 11-01..12-31=400000.00");
}

static void
test_a_new_target_of_a_sheet_begins_at_the_day(void **state)
{
    (void)state;
    set_example();
    Goals__SaveCellsRequest request = GOALS__SAVE_CELLS_REQUEST__INIT;
    Goals__SaveCellsResponse response = GOALS__SAVE_CELLS_RESPONSE__INIT;
    Goals__CellChange cells[2] = {GOALS__CELL_CHANGE__INIT, GOALS__CELL_CHANGE__INIT};
    Goals__CellChange *list[] = {&cells[0], &cells[1]};
    for (int i = 0; i < 2; i++) {
        cells[i].row = i;
        cells[i].owner_kind = PERSON;
        cells[i].owner_id = i == 0 ? 9 : 4; /* 9 has none so far */
        cells[i].indicator_id = sales;
        cells[i].period = "2026Q4";
        cells[i].value = i == 0 ? "1000" : "450000";
    }
    request.cells = list;
    request.n_cells = 2;
    request.reason = "分段";
    request.effective_on = "2026-11-02";
    request.policy = SEGMENT;
    request.allow_over_assignment = true;
    MUST(CALL(supervisor, goals_save_cells, &request, &response));
    assert_true(response.saved);
    assert_segments(PERSON, 9, "10-01..11-01=0.00 11-02..12-31=1000.00");
    assert_segments(PERSON, 4, "10-01..11-01=500000.00 11-02..12-31=450000.00");
    request.effective_on = "2026-09-30";
    cells[1].value = "460000";
    goals__save_cells_response__init(&response);
    MUST(CALL(supervisor, goals_save_cells, &request, &response));
    assert_false(response.saved);
    assert_string_equal(response.refused[0]->code, "invalid_argument");
    assert_non_null(strstr(response.refused[0]->text_en, "before 2026Q4 begins"));
}

static void
test_what_is_refused(void **state)
{
    (void)state;
    Goals__AdjustTargetResponse response = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    set_example();
    int64_t zhang = id_of(PERSON, 4);
    static const char *const outside[] = {"2026-09-30", "2027-01-01", "2025-11-01"};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        Goals__AdjustTargetRequest request = cut_request(zhang, "400000", outside[i]);
        REFUSED(CALL(supervisor, goals_adjust_target, &request, &response), DC_INVALID_ARGUMENT,
                "effective_on");
    }
    Goals__AdjustTargetRequest unknown = cut_request(zhang, "400000", "2026-11-01");
    unknown.policy = 7;
    REFUSED(CALL(supervisor, goals_adjust_target, &unknown, &response), DC_INVALID_ARGUMENT,
            "policy");
    /* What is made of no records has no actual of some days. */
    int64_t okr = set_target(PERSON, 5, in_library("okr")->id, "1");
    Goals__AdjustTargetRequest request = cut_request(okr, "0.5", "2026-11-01");
    REFUSED(CALL(supervisor, goals_adjust_target, &request, &response), DC_FAILED_PRECONDITION,
            "policy");
    /* Often enough is enough. */
    char value[20], day[12];
    for (int i = 1; i < SEGMENTS_MAX; i++) {
        snprintf(value, sizeof value, "%d", 1000 + i);
        snprintf(day, sizeof day, "2026-11-%02d", i + 1);
        cut(zhang, value, day);
    }
    request = cut_request(zhang, "5", "2026-12-31");
    REFUSED(CALL(supervisor, goals_adjust_target, &request, &response), DC_FAILED_PRECONDITION,
            "policy");
}

static void
test_a_divided_target_is_not_cut(void **state)
{
    (void)state;
    set_example();
    Goals__DivideTargetRequest divide = GOALS__DIVIDE_TARGET_REQUEST__INIT;
    Goals__DivideTargetResponse divided = GOALS__DIVIDE_TARGET_RESPONSE__INIT;
    Goals__AdjustTargetResponse response = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    divide.target_id = id_of(UNIT, A1);
    divide.by = GOALS__DIVIDE_BY__DIVIDE_BY_MONTHS;
    divide.reason = "分月";
    MUST(CALL(supervisor, goals_divide_target, &divide, &divided));
    Goals__AdjustTargetRequest request =
        cut_request(id_of(UNIT, A), "25000000", "2026-11-16"); /* A1 is below */
    REFUSED(CALL(supervisor, goals_adjust_target, &request, &response), DC_FAILED_PRECONDITION,
            "policy");
    assert_segments(UNIT, A, "");
}

static void
test_a_rate_is_cut_with_its_value(void **state)
{
    (void)state;
    int64_t group = set_target(UNIT, GROUP, rate, "0.95");
    cut(group, "0.97", "2026-12-01");
    assert_segments(UNIT, GROUP, "10-01..11-30=0.9500 12-01..12-31=0.9700");
}

static void
test_a_draft_cuts_when_it_is_carried_out(void **state)
{
    (void)state;
    set_example();
    Goals__TargetChange change = GOALS__TARGET_CHANGE__INIT, *changes[] = {&change};
    Goals__Draft draft = GOALS__DRAFT__INIT;
    Goals__SaveDraftRequest save = GOALS__SAVE_DRAFT_REQUEST__INIT;
    Goals__SaveDraftResponse saved = GOALS__SAVE_DRAFT_RESPONSE__INIT;
    change.target_id = id_of(UNIT, A);
    change.value = "25000000";
    change.policy = SEGMENT;
    change.allow_over_assignment = true;
    change.effective_on = "2027-01-01";
    draft.name = "分段";
    draft.period = "2026Q4";
    draft.reason = "冲刺";
    draft.targets = changes;
    draft.n_targets = 1;
    save.draft = &draft;
    REFUSED(CALL(supervisor, goals_save_draft, &save, &saved), DC_INVALID_ARGUMENT,
            "draft.targets[0].effective_on");
    change.effective_on = "2026-12-01";
    MUST(CALL(supervisor, goals_save_draft, &save, &saved));
    assert_string_equal(saved.draft->targets[0]->effective_on, "2026-12-01");
    Goals__CarryOutDraftRequest carry = GOALS__CARRY_OUT_DRAFT_REQUEST__INIT;
    Goals__CarryOutDraftResponse carried = GOALS__CARRY_OUT_DRAFT_RESPONSE__INIT;
    carry.id = saved.draft->id;
    MUST(CALL(supervisor, goals_carry_out_draft, &carry, &carried));
    assert_segments(UNIT, A1, "10-01..11-30=5000000.00 12-01..12-31=6250000.00");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_everybody_below_is_cut, prepare),
        cmocka_unit_test_setup(test_several_cuts_and_what_takes_them_away, prepare),
        cmocka_unit_test_setup(test_restating_above_takes_cuts_below_away, prepare),
        cmocka_unit_test_setup(test_a_new_target_of_a_sheet_begins_at_the_day, prepare),
        cmocka_unit_test_setup(test_what_is_refused, prepare),
        cmocka_unit_test_setup(test_a_divided_target_is_not_cut, prepare),
        cmocka_unit_test_setup(test_a_rate_is_cut_with_its_value, prepare),
        cmocka_unit_test_setup(test_a_draft_cuts_when_it_is_carried_out, prepare),
    };
    return cmocka_run_group_tests(tests, stage_open, stage_down);
}
