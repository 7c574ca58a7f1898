/* Tests moves on the stage: what is in the list and what not, what each choice makes of the targets above,
 * bulk, refusals, and who may decide. */
#include "targets_test.h"

#include <dacheng/goals/v1/move.pb-c.h>

#define STAY GOALS__MOVE_CHOICE__MOVE_CHOICE_STAY
#define GO GOALS__MOVE_CHOICE__MOVE_CHOICE_GO
#define SPLIT_DAYS GOALS__MOVE_CHOICE__MOVE_CHOICE_SPLIT

/* The person's main post is in another unit from a day on. */
static void
move_person(int64_t person, int64_t unit, const char *day)
{
    char sql[400];
    snprintf(sql, sizeof sql,
             "SET search_path = goals; UPDATE org_post SET valid_to = '%s' WHERE tenant_id = 1 AND "
             "person_id = %lld AND valid_to = 'infinity'; INSERT INTO org_post SELECT tenant_id, "
             "person_id, ordinal + 1, %lld, position, share, true, '%s', 'infinity' FROM org_post "
             "WHERE tenant_id = 1 AND person_id = %lld ORDER BY ordinal DESC LIMIT 1",
             day, (long long)person, (long long)unit, day, (long long)person);
    dc_test_pg_exec(stage.pg, sql);
}

static Goals__ListMovesResponse
moves_of(const struct who *who, const char *period)
{
    Goals__ListMovesRequest request = GOALS__LIST_MOVES_REQUEST__INIT;
    Goals__ListMovesResponse response = GOALS__LIST_MOVES_RESPONSE__INIT;
    request.period = (char *)period;
    MUST(CALL(*who, goals_list_moves, &request, &response));
    assert_int_equal(response.total, response.n_items);
    return response;
}

static enum dc_code
decide(const struct who *who, Goals__MoveChoice choice, bool preview,
       Goals__DecideMovesResponse *response)
{
    Goals__ListMovesResponse open = moves_of(&supervisor, "");
    Goals__DecideMovesRequest request = GOALS__DECIDE_MOVES_REQUEST__INIT;
    struct dc_arena *arena = stage.thread.arena;
    request.choice = choice;
    request.reason = "随组织调整";
    request.decisions = DC_NEW_ARRAY(arena, Goals__MoveDecision *, open.n_items + 1);
    for (size_t i = 0; i < open.n_items; i++) {
        Goals__MoveDecision *decision =
            DC_NEW_MESSAGE(arena, Goals__MoveDecision, goals__move_decision__init);
        decision->target_id = open.items[i]->target->id;
        decision->to_unit_id = open.items[i]->to_unit_id;
        decision->expected_version = open.items[i]->target->version;
        request.decisions[request.n_decisions++] = decision;
    }
    goals__decide_moves_response__init(response);
    return preview ? CALL(*who, goals_preview_moves, &request, response)
                   : CALL(*who, goals_decide_moves, &request, response);
}

static Goals__DecideMovesResponse
decided(Goals__MoveChoice choice)
{
    Goals__DecideMovesResponse response;
    MUST(decide(&supervisor, choice, false, &response));
    if (response.n_problems > 0) {
        fail_msg("%s", response.problems[0]->text_en);
    }
    return response;
}

/* "A1 5000000.00>4500000.00 ..." */
static void
assert_figures(const Goals__DecideMovesResponse *response, const char *wanted)
{
    DC_AUTO_TEXT struct dc_text got = DC_TEXT_INIT;
    for (size_t i = 0; i < response->n_figures; i++) {
        const Goals__MoveFigure *f = response->figures[i];
        dc_text_printf(&got, "%s%s %s>%s%s%s", i > 0 ? ", " : "", f->owner_name, f->old_value,
                       f->new_value, f->from[0] ? " from " : "", f->from);
    }
    assert_string_equal(dc_text_cstr(&got), wanted);
}

/* Of every unit's target the children come to as much less than it as before. */
static int64_t
left_over(Goals__OwnerKind kind, int64_t owner)
{
    const Goals__TargetNode *node = look(kind, owner);
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT (100 * (t.value - (SELECT coalesce(sum(c.value), 0) FROM goals.target c WHERE "
             "c.parent_id = t.target_id)))::bigint FROM goals.target t WHERE target_id = %lld",
             (long long)node->target->id);
    return stage_number(sql);
}

static int64_t
parent_owner(int64_t person)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "SELECT p.owner_id FROM goals.target t JOIN goals.target p ON p.target_id = t.parent_id "
             "WHERE t.owner_kind = 2 AND t.owner_id = %lld AND t.indicator_id = %lld",
             (long long)person, (long long)sales);
    return stage_number(sql);
}

static void
test_a_move_is_a_question_until_it_is_decided(void **state)
{
    (void)state;
    set_example();
    assert_int_equal(moves_of(&supervisor, "").n_items, 0);
    move_person(4, B1, "2026-11-16");
    Goals__ListMovesResponse open = moves_of(&supervisor, "2026Q4");
    assert_int_equal(open.n_items, 1);
    const Goals__MoveItem *item = open.items[0];
    assert_string_equal(item->owner_name, "张三");
    assert_string_equal(item->from_unit_name, "A1");
    assert_string_equal(item->to_unit_name, "B1");
    assert_string_equal(item->moved_on, "2026-11-16");
    assert_string_equal(item->target->value, "500000.00");
    assert_int_equal(item->n_choices, 3);
    assert_int_equal(moves_of(&supervisor, "2026Q3").n_items, 0);
    /* He goes back: no question any more. */
    move_person(4, A1, "2026-11-20");
    assert_int_equal(moves_of(&supervisor, "").n_items, 0);
}

static void
test_staying_changes_nothing_and_is_kept(void **state)
{
    (void)state;
    set_example();
    move_person(4, B1, "2026-11-16");
    stage_deaf();
    Goals__DecideMovesResponse response = decided(STAY);
    assert_int_equal(response.decided, 1);
    assert_int_equal(response.n_figures, 0);
    assert_int_equal(parent_owner(4), A1);
    assert_int_equal(moves_of(&supervisor, "").n_items, 0);
    Goals__MovesDecided *told = (void *)stage_hear(&goals__moves_decided__descriptor);
    assert_non_null(told);
    assert_int_equal(told->choice, STAY);
    assert_string_equal(told->reason, "随组织调整");
    /* Moved on to a third unit: asked again. */
    move_person(4, A2, "2026-11-20");
    assert_int_equal(moves_of(&supervisor, "").n_items, 1);
}

static void
test_going_along_takes_it_out_of_every_sum_above(void **state)
{
    (void)state;
    set_example();
    int64_t before[] = {left_over(UNIT, A1), left_over(UNIT, A), left_over(UNIT, B1),
                        left_over(UNIT, B), left_over(UNIT, GROUP)};
    move_person(4, B1, "2026-11-16");
    Goals__DecideMovesResponse response;
    MUST(decide(&supervisor, GO, true, &response));
    assert_figures(&response, "A 20000000.00>19500000.00, A1 5000000.00>4500000.00, "
                              "B 30000000.00>30500000.00, B1 30000000.00>30500000.00");
    assert_int_equal(parent_owner(4), A1); /* only tried */
    response = decided(GO);
    assert_int_equal(response.changed, 5);
    assert_int_equal(parent_owner(4), B1);
    assert_target(UNIT, A, "19500000.00");
    assert_target(UNIT, A1, "4500000.00");
    assert_target(UNIT, B1, "30500000.00");
    assert_target(UNIT, GROUP, "100000000.00");
    assert_target(PERSON, 4, "500000.00");
    assert_target(PERSON, 5, "1500000.01"); /* who did not move keeps what he has */
    int64_t after[] = {left_over(UNIT, A1), left_over(UNIT, A), left_over(UNIT, B1),
                       left_over(UNIT, B), left_over(UNIT, GROUP)};
    assert_memory_equal(before, after, sizeof before);
    assert_int_equal(moves_of(&supervisor, "").n_items, 0);
    assert_int_equal(look(UNIT, A)->target->n_segments, 0);
    check_whole();
}

static void
test_splitting_cuts_what_is_above_at_the_day(void **state)
{
    (void)state;
    set_example();
    move_person(4, B1, "2026-11-16");
    Goals__DecideMovesResponse response = decided(SPLIT_DAYS);
    assert_figures(&response, "A 20000000.00>19500000.00 from 2026-11-16, "
                              "A1 5000000.00>4500000.00 from 2026-11-16, "
                              "B 30000000.00>30500000.00 from 2026-11-16, "
                              "B1 30000000.00>30500000.00 from 2026-11-16");
    const Goals__Target *a1 = look(UNIT, A1)->target, *zhang = look(PERSON, 4)->target;
    assert_int_equal(a1->n_segments, 2);
    assert_string_equal(a1->segments[0]->value, "5000000.00");
    assert_string_equal(a1->segments[0]->to, "2026-11-15");
    assert_string_equal(a1->segments[1]->value, "4500000.00");
    assert_int_equal(zhang->n_segments, 0); /* his own is what it was */
    assert_int_equal(parent_owner(4), B1);
    check_whole();
}

static void
test_many_at_once_add_up(void **state)
{
    (void)state;
    set_example();
    move_person(4, B1, "2026-11-16");
    move_person(5, B1, "2026-11-17");
    Goals__DecideMovesResponse tried, done;
    MUST(decide(&supervisor, GO, true, &tried));
    done = decided(GO);
    assert_int_equal(done.decided, 2);
    assert_figures(&tried, "A 20000000.00>17999999.99, A1 5000000.00>2999999.99, "
                           "B 30000000.00>32000000.01, B1 30000000.00>32000000.01");
    assert_figures(&done, "A 20000000.00>17999999.99, A1 5000000.00>2999999.99, "
                          "B 30000000.00>32000000.01, B1 30000000.00>32000000.01");
    assert_target(UNIT, A1, "2999999.99");
    assert_target(UNIT, B, "32000000.01");
    check_whole();
}

static void
test_a_unit_moves_with_everybody(void **state)
{
    (void)state;
    set_example();
    dc_test_pg_exec(stage.pg, "UPDATE goals.org_unit SET parent_id = 11, valid_from = '2026-11-01' "
                              "WHERE tenant_id = 1 AND unit_id = 102; DELETE FROM "
                              "goals.org_unit_tree WHERE tenant_id = 1 AND unit_id = 102 AND "
                              "ancestor_id = 10; INSERT INTO goals.org_unit_tree VALUES (1, 11, "
                              "102, 1)");
    Goals__ListMovesResponse open = moves_of(&supervisor, "");
    assert_int_equal(open.n_items, 1);
    assert_string_equal(open.items[0]->owner_name, "A2");
    decided(GO);
    assert_target(UNIT, A, "5000000.00");
    assert_target(UNIT, B, "45000000.00");
    assert_target(UNIT, A2, "15000000.00");
    assert_target(PERSON, 6, "15000000.00");
    check_whole();
    dc_test_pg_exec(stage.pg, "DELETE FROM goals.org_unit_tree WHERE tenant_id = 1 AND unit_id = 102 "
                              "AND ancestor_id = 11; INSERT INTO goals.org_unit_tree VALUES (1, 10, "
                              "102, 1)");
}

/* To the unit above: only the one in between becomes less. */
static void
test_up_and_down_the_same_way(void **state)
{
    (void)state;
    set_example();
    move_person(4, A, "2026-11-16");
    Goals__DecideMovesResponse response = decided(GO);
    assert_figures(&response, "A1 5000000.00>4500000.00");
    assert_int_equal(parent_owner(4), A);
    assert_int_equal(left_over(UNIT, A), 0);
    move_person(4, A1, "2026-11-20");
    response = decided(GO);
    assert_figures(&response, "A1 4500000.00>5000000.00");
    assert_int_equal(left_over(UNIT, A), 0);
    check_whole();
}

static void
test_a_rate_goes_without_figures(void **state)
{
    (void)state;
    set_target(UNIT, A1, rate, "0.95");
    set_target(UNIT, B1, rate, "0.90");
    set_target(PERSON, 4, rate, "0.95");
    move_person(4, B1, "2026-11-16");
    Goals__ListMovesResponse open = moves_of(&supervisor, "");
    assert_int_equal(open.n_items, 1);
    assert_int_equal(open.items[0]->n_choices, 2); /* a rate cannot be split */
    Goals__DecideMovesResponse response;
    MUST(decide(&supervisor, SPLIT_DAYS, false, &response));
    assert_int_equal(response.n_problems, 1);
    response = decided(GO);
    assert_int_equal(response.n_figures, 0);
    assert_int_equal(response.changed, 1);
    assert_int_equal(moves_of(&supervisor, "").n_items, 0);
}

static void
test_what_is_refused(void **state)
{
    (void)state;
    Goals__DecideMovesResponse response;
    Goals__ListMovesRequest list = GOALS__LIST_MOVES_REQUEST__INIT;
    Goals__ListMovesResponse listed = GOALS__LIST_MOVES_RESPONSE__INIT;
    set_example();
    move_person(4, C, "2026-11-16"); /* C has a target */
    move_person(6, A1, "2026-11-16");
    REFUSED(CALL(boss, goals_list_moves, &list, &listed), DC_PERMISSION_DENIED, "");
    REFUSED(decide(&director_a, GO, false, &response), DC_PERMISSION_DENIED, "");
    REFUSED(decide(&supervisor, 0, false, &response), DC_INVALID_ARGUMENT, "choice");
    /* A's supervisor sees both, and may not raise C's target: then nothing is done of either. */
    assert_int_equal(moves_of(&supervisor_of_a, "").n_items, 2);
    MUST(decide(&supervisor_of_a, GO, false, &response));
    assert_int_equal(response.n_problems, 1);
    assert_string_equal(response.problems[0]->code, "permission_denied");
    assert_true(response.problems[0]->text_zh[0] != '\0');
    assert_int_equal(response.decided, 0);
    assert_int_equal(parent_owner(6), A2);
    /* Seen before it moved on. */
    Goals__MoveDecision old = GOALS__MOVE_DECISION__INIT, *decisions[] = {&old};
    Goals__DecideMovesRequest request = GOALS__DECIDE_MOVES_REQUEST__INIT;
    old.target_id = id_of(PERSON, 6);
    old.to_unit_id = B1;
    request.decisions = decisions;
    request.n_decisions = 1;
    request.choice = GO;
    request.reason = "调动";
    goals__decide_moves_response__init(&response);
    MUST(CALL(supervisor, goals_decide_moves, &request, &response));
    assert_string_equal(response.problems[0]->code, "aborted");
    assert_int_equal(moves_of(&stranger, "").n_items, 0);
}

static void
test_the_new_place_must_have_a_target(void **state)
{
    (void)state;
    int64_t group = set(UNIT, GROUP, "100")->target->id;
    split(SPLIT(group, BY_VALUE, {UNIT, A, "60", NULL, false}));
    split(SPLIT(id_of(UNIT, A), BY_VALUE, {UNIT, A1, "60", NULL, false}));
    split(SPLIT(id_of(UNIT, A1), BY_VALUE, {PERSON, 4, "10", NULL, false}));
    move_person(4, B1, "2026-11-16");
    Goals__DecideMovesResponse response;
    MUST(decide(&supervisor, GO, false, &response));
    assert_int_equal(response.n_problems, 1);
    assert_non_null(strstr(response.problems[0]->text_en, "B1 has no target"));
    decided(STAY);
}

static void
test_what_is_usual(void **state)
{
    (void)state;
    Goals__SaveMoveSettingsRequest request = GOALS__SAVE_MOVE_SETTINGS_REQUEST__INIT;
    Goals__SaveMoveSettingsResponse response = GOALS__SAVE_MOVE_SETTINGS_RESPONSE__INIT;
    request.usual = SPLIT_DAYS;
    REFUSED(CALL(supervisor_of_a, goals_save_move_settings, &request, &response),
            DC_PERMISSION_DENIED, "");
    MUST(CALL(supervisor, goals_save_move_settings, &request, &response));
    assert_int_equal(moves_of(&supervisor, "").usual, SPLIT_DAYS);
    request.usual = 9;
    REFUSED(CALL(supervisor, goals_save_move_settings, &request, &response), DC_INVALID_ARGUMENT,
            "usual");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_move_is_a_question_until_it_is_decided, prepare),
        cmocka_unit_test_setup(test_staying_changes_nothing_and_is_kept, prepare),
        cmocka_unit_test_setup(test_going_along_takes_it_out_of_every_sum_above, prepare),
        cmocka_unit_test_setup(test_splitting_cuts_what_is_above_at_the_day, prepare),
        cmocka_unit_test_setup(test_many_at_once_add_up, prepare),
        cmocka_unit_test_setup(test_a_unit_moves_with_everybody, prepare),
        cmocka_unit_test_setup(test_up_and_down_the_same_way, prepare),
        cmocka_unit_test_setup(test_a_rate_goes_without_figures, prepare),
        cmocka_unit_test_setup(test_what_is_refused, prepare),
        cmocka_unit_test_setup(test_the_new_place_must_have_a_target, prepare),
        cmocka_unit_test_setup(test_what_is_usual, prepare),
    };
    return cmocka_run_group_tests(tests, stage_open, stage_down);
}
