/* Tests objectives on a real database: whose they are, confirming, checking in, alignment, what is
 * told; and that nobody reads or writes past his reach. */
#include "stage_test.h"

#include <dacheng/goals/v1/okr.pb-c.h>

#define STATE(name) GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_##name

WHO(li_si, 1, 5, EMPLOYEE, SELF, 0);
WHO(zhao_liu, 1, 8, EMPLOYEE, SELF, 0);

static Goals__KeyResult *
metric(const char *title, const char *start, const char *target, const char *stretch)
{
    Goals__KeyResult *kr =
        DC_NEW_MESSAGE(stage.thread.arena, Goals__KeyResult, goals__key_result__init);
    kr->title = (char *)title;
    kr->kind = GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_METRIC;
    kr->weight = "50";
    kr->start = (char *)start;
    kr->target = (char *)target;
    kr->stretch = (char *)stretch;
    return kr;
}

/* Of two key results: a metric 0 to 50 with a stretch of 60, and one to be done. */
static Goals__Objective *
draft(Goals__OwnerKind kind, int64_t owner_id)
{
    struct dc_arena *arena = stage.thread.arena;
    Goals__Objective *o = DC_NEW_MESSAGE(arena, Goals__Objective, goals__objective__init);
    o->owner_kind = kind;
    o->owner_id = owner_id;
    o->period = "2026Q4";
    o->title = "把新客户做起来";
    o->description = "第一行\n第二行";
    o->weight = "1";
    o->key_results = DC_NEW_ARRAY(arena, Goals__KeyResult *, 3);
    o->n_key_results = 2;
    o->key_results[0] = metric("新客户 50 家", "0", "50", "60");
    o->key_results[1] = metric("客户手册上线", "", "", "");
    o->key_results[1]->kind = GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_DONE;
    return o;
}

static enum dc_code
save_as(const struct who *who, Goals__Objective *o, const char *reason,
        Goals__Objective **ret_saved)
{
    Goals__SaveObjectiveRequest request = GOALS__SAVE_OBJECTIVE_REQUEST__INIT;
    Goals__SaveObjectiveResponse response = GOALS__SAVE_OBJECTIVE_RESPONSE__INIT;
    request.objective = o;
    request.reason = (char *)reason;
    DC_TRY(CALL(*who, goals_save_objective, &request, &response));
    *ret_saved = response.objective;
    return DC_OK;
}

static enum dc_code
confirm_as(const struct who *who, int64_t id, Goals__Objective **ret_confirmed)
{
    Goals__ConfirmObjectivesRequest request = GOALS__CONFIRM_OBJECTIVES_REQUEST__INIT;
    Goals__ConfirmObjectivesResponse response = GOALS__CONFIRM_OBJECTIVES_RESPONSE__INIT;
    request.ids = &id;
    request.n_ids = 1;
    DC_TRY(CALL(*who, goals_confirm_objectives, &request, &response));
    *ret_confirmed = response.objectives[0];
    return DC_OK;
}

static enum dc_code
cancel_as(const struct who *who, int64_t id, const char *reason)
{
    Goals__CancelObjectiveRequest request = GOALS__CANCEL_OBJECTIVE_REQUEST__INIT;
    Goals__CancelObjectiveResponse response = GOALS__CANCEL_OBJECTIVE_RESPONSE__INIT;
    request.id = id;
    request.reason = (char *)reason;
    return CALL(*who, goals_cancel_objective, &request, &response);
}

static enum dc_code
check_in_as(const struct who *who, const Goals__Objective *o, size_t which, const char *value,
            Goals__Objective **ret_objective)
{
    Goals__CheckInRequest request = GOALS__CHECK_IN_REQUEST__INIT;
    Goals__CheckInResponse response = GOALS__CHECK_IN_RESPONSE__INIT;
    Goals__KeyResultCheckIn entry = GOALS__KEY_RESULT_CHECK_IN__INIT, *entries[] = {&entry};
    entry.key_result_id = o->key_results[which]->id;
    entry.value = (char *)value;
    entry.health = GOALS__HEALTH__HEALTH_AT_RISK;
    entry.confidence = "0.6";
    entry.note = "两家在谈";
    request.objective_id = o->id;
    request.check_ins = entries;
    request.n_check_ins = 1;
    DC_TRY(CALL(*who, goals_check_in, &request, &response));
    *ret_objective = response.objective;
    return DC_OK;
}

static enum dc_code
get_as(const struct who *who, int64_t id, Goals__GetObjectiveResponse *ret)
{
    Goals__GetObjectiveRequest request = GOALS__GET_OBJECTIVE_REQUEST__INIT;
    goals__get_objective_response__init(ret);
    request.id = id;
    return CALL(*who, goals_get_objective, &request, ret);
}

static enum dc_code
list_as(const struct who *who, Goals__OwnerKind kind, int64_t owner_id, bool tree,
        Goals__ListObjectivesResponse *ret)
{
    Goals__ListObjectivesRequest request = GOALS__LIST_OBJECTIVES_REQUEST__INIT;
    goals__list_objectives_response__init(ret);
    request.owner_kind = kind;
    request.owner_id = owner_id;
    request.tree = tree;
    return CALL(*who, goals_list_objectives, &request, ret);
}

static Goals__Objective *
confirmed(const struct who *writer, const struct who *head, Goals__OwnerKind kind, int64_t owner_id)
{
    Goals__Objective *o;
    MUST(save_as(writer, draft(kind, owner_id), "", &o));
    MUST(confirm_as(head, o->id, &o));
    return o;
}

static Goals__ActualTold *
hear_told(void)
{
    const char *key;
    Goals__ActualsTold *told = (void *)stage_hear_keyed(&goals__actuals_told__descriptor, &key);
    assert_non_null(told);
    assert_int_equal(told->n_actuals, 1);
    char wanted[32];
    snprintf(wanted, sizeof wanted, "told/%d", (int)(told->actuals[0]->owner_id % 16));
    assert_string_equal(key, wanted);
    return told->actuals[0];
}

static int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    stage_deaf();
    return 0;
}

/* --- from the draft to the result ---------------------------------------------------------------
 */

static void
test_from_draft_to_result(void **state)
{
    (void)state;
    Goals__Objective *o;
    const char *key;
    MUST(save_as(&zhang_san, draft(PERSON, 4), "", &o));
    assert_int_equal(o->state, STATE(DRAFT));
    assert_true(o->may_write && !o->may_confirm && !o->may_check_in);
    assert_string_equal(o->owner_name, "张三");
    assert_string_equal(o->description, "第一行\n第二行");
    assert_string_equal(o->key_results[0]->target_score, "0.7");
    Goals__ObjectiveChanged *changed =
        (void *)stage_hear_keyed(&goals__objective_changed__descriptor, &key);
    assert_string_equal(changed->objective->title, "把新客户做起来");
    REFUSED(check_in_as(&zhang_san, o, 0, "10", &o), DC_FAILED_PRECONDITION, "id");
    REFUSED(confirm_as(&zhang_san, o->id, &o), DC_PERMISSION_DENIED, "");
    MUST(confirm_as(&lead_a1, o->id, &o));
    assert_int_equal(o->version, 2);
    /* Confirmed and not checked in is 0, not nothing. */
    Goals__ActualTold *told = hear_told();
    assert_string_equal(told->numerator, "0");
    assert_string_equal(told->denominator, "1");
    assert_int_equal(told->version, 1);
    MUST(check_in_as(&zhang_san, o, 0, "25", &o));
    assert_string_equal(o->key_results[0]->score, "0.35");
    assert_string_equal(o->score, "0.175");
    assert_string_equal(o->key_results[0]->checked_in_by, "张三");
    told = hear_told();
    assert_string_equal(told->numerator, "0.175");
    assert_int_equal(told->version, 2);
    assert_int_equal(told->entries, 2);
    assert_string_equal(told->okr->objectives[0]->key_results[0]->value, "25");
    assert_string_equal(told->okr->objectives[0]->key_results[0]->note, "两家在谈");
    /* His head checks in, too; a correction is a further check-in. */
    MUST(check_in_as(&lead_a1, o, 1, "1", &o));
    MUST(check_in_as(&zhang_san, o, 0, "20", &o));
    Goals__GetObjectiveResponse all;
    MUST(get_as(&zhang_san, o->id, &all));
    assert_int_equal(all.n_check_ins, 3);
    assert_string_equal(all.check_ins[0]->value, "20");
    assert_string_equal(all.check_ins[0]->score, "0.28");
    assert_string_equal(all.check_ins[0]->confidence, "0.6");
    assert_string_equal(all.check_ins[2]->value, "25");
    assert_int_equal(all.n_versions, 2);
    assert_string_equal(all.objective->score, "0.64");
}

static void
test_confirmed_ones_change_with_a_reason(void **state)
{
    (void)state;
    Goals__Objective *saved, *o = confirmed(&zhang_san, &lead_a1, PERSON, 4);
    MUST(check_in_as(&zhang_san, o, 0, "30", &o));
    stage_deaf();
    o->key_results[0]->target = "100";
    o->key_results[0]->stretch = "";
    REFUSED(save_as(&zhang_san, o, "加码", &saved), DC_PERMISSION_DENIED, "");
    REFUSED(save_as(&lead_a1, o, "", &saved), DC_INVALID_ARGUMENT, "reason");
    o->version = 1;
    REFUSED(save_as(&lead_a1, o, "加码", &saved), DC_ABORTED, "version");
    o->version = 2;
    MUST(save_as(&lead_a1, o, "市场变好，目标加码", &saved));
    assert_int_equal(saved->state, STATE(CONFIRMED));
    assert_string_equal(saved->key_results[0]->value, "30");
    assert_string_equal(saved->key_results[0]->score, "0.3");
    assert_string_equal(hear_told()->numerator, "0.15");
    Goals__GetObjectiveResponse all;
    MUST(get_as(&supervisor, o->id, &all));
    assert_string_equal(all.versions[0]->reason, "市场变好，目标加码");
    assert_string_equal(all.versions[0]->author_name, "队长");
    assert_string_equal(all.versions[1]->key_results[0]->target, "50");
    /* What has check-ins keeps its kind; owner and period stay. */
    saved->key_results[0]->kind = GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_DONE;
    saved->key_results[0]->start = saved->key_results[0]->target = "";
    REFUSED(save_as(&lead_a1, saved, "换", &o), DC_INVALID_ARGUMENT,
            "objective.key_results[0].kind");
    MUST(get_as(&lead_a1, saved->id, &all));
    all.objective->period = "2026";
    REFUSED(save_as(&lead_a1, all.objective, "换", &o), DC_INVALID_ARGUMENT, "objective.period");
    all.objective->period = "2026Q4";
    all.objective->key_results[1]->id = 999999;
    REFUSED(save_as(&lead_a1, all.objective, "换", &o), DC_INVALID_ARGUMENT,
            "objective.key_results[1].id");
    REFUSED(cancel_as(&zhang_san, saved->id, "不做"), DC_PERMISSION_DENIED, "");
    REFUSED(cancel_as(&lead_a1, saved->id, ""), DC_INVALID_ARGUMENT, "reason");
    stage_deaf();
    MUST(cancel_as(&lead_a1, saved->id, "并入他人"));
    Goals__ActualTold *told = hear_told();
    assert_string_equal(told->denominator, "0");
    REFUSED(cancel_as(&lead_a1, saved->id, "再来"), DC_FAILED_PRECONDITION, "id");
}

/* --- who ----------------------------------------------------------------------------------------
 */

static void
test_who_writes_and_confirms(void **state)
{
    (void)state;
    static const struct {
        const struct who *who;
        Goals__OwnerKind kind;
        int64_t owner;
        bool writes, confirms;
    } rows[] = {
        {&zhang_san, PERSON, 4, true, false},      {&zhang_san, PERSON, 5, false, false},
        {&zhang_san, UNIT, A1, false, false},      {&lead_a1, PERSON, 4, true, true},
        {&lead_a1, PERSON, 3, true, false},        {&lead_a1, UNIT, A1, true, false},
        {&lead_a1, UNIT, A, false, false},         {&lead_a1, PERSON, 6, false, false},
        {&director_a, UNIT, A, true, false},       {&director_a, UNIT, A1, true, true},
        {&director_a, PERSON, 4, true, true},      {&director_a, PERSON, 2, true, false},
        {&director_b, PERSON, 4, false, false},    {&supervisor, UNIT, GROUP, true, true},
        {&supervisor, PERSON, 1, true, true},      {&supervisor_of_a, UNIT, A, true, true},
        {&supervisor_of_a, UNIT, B, false, false}, {&boss, PERSON, 4, false, false},
        {&auditor, PERSON, 9, false, false},       {&integrator, PERSON, 4, false, false},
        {&system_admin, UNIT, A, false, false},    {&stranger, PERSON, 4, false, false},
    };
    Goals__Objective *o, *saved;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum dc_code code = save_as(rows[i].who, draft(rows[i].kind, rows[i].owner), "", &o);
        if (code != (rows[i].writes             ? DC_OK
                     : rows[i].who == &stranger ? DC_NOT_FOUND
                                                : DC_PERMISSION_DENIED)) {
            fail_msg("row %zu: writing: %s %s", i, dc_code_wire_name(code), stage.error.message);
        }
        MUST(save_as(&supervisor, draft(rows[i].kind, rows[i].owner), "", &o));
        code = confirm_as(rows[i].who, o->id, &saved);
        if ((code == DC_OK) != rows[i].confirms) {
            fail_msg("row %zu: confirming: %s %s", i, dc_code_wire_name(code), stage.error.message);
        }
        MUST(cancel_as(&supervisor, o->id, "x"));
        dc_test_pg_exec(stage.pg, "SET search_path = goals; UPDATE objective SET state = 3");
    }
}

static void
test_who_reads(void **state)
{
    (void)state;
    const int64_t of_group = confirmed(&supervisor, &supervisor, UNIT, GROUP)->id;
    const int64_t of_a = confirmed(&director_a, &supervisor, UNIT, A)->id;
    const int64_t of_a1 = confirmed(&lead_a1, &director_a, UNIT, A1)->id;
    const int64_t of_a2 = confirmed(&director_a, &director_a, UNIT, A2)->id;
    const int64_t of_zhang = confirmed(&zhang_san, &lead_a1, PERSON, 4)->id;
    const struct {
        const struct who *who;
        bool group, a, a1, a2, zhang;
    } rows[] = {
        {&zhang_san, true, true, true, false, true},
        {&li_si, true, true, true, false, false},
        {&zhao_liu, true, false, false, false, false},
        {&lead_a1, true, true, true, false, true},
        {&director_a, true, true, true, true, true},
        {&director_b, true, false, false, false, false},
        {&boss, true, true, true, true, true},
        {&vice_president, true, true, true, true, true},
        {&auditor, false, false, false, false, false},
        {&stranger, false, false, false, false, false},
    };
    Goals__GetObjectiveResponse all;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int64_t ids[] = {of_group, of_a, of_a1, of_a2, of_zhang};
        const bool may[] = {rows[i].group, rows[i].a, rows[i].a1, rows[i].a2, rows[i].zhang};
        for (size_t k = 0; k < 5; k++) {
            enum dc_code code = get_as(rows[i].who, ids[k], &all);
            if ((code == DC_OK) != may[k]) {
                fail_msg("row %zu, objective %zu: %s", i, k, dc_code_wire_name(code));
            }
        }
    }
    REFUSED(get_as(&zhang_san, 999999, &all), DC_PERMISSION_DENIED, "");
    REFUSED(get_as(&supervisor, 999999, &all), DC_NOT_FOUND, "id");
    /* Mine: my own, and of my units up to the root. */
    Goals__ListObjectivesResponse list;
    MUST(list_as(&zhang_san, 0, 0, false, &list));
    assert_int_equal(list.n_objectives, 4);
    assert_int_equal(list.objectives[0]->owner_id, GROUP);
    assert_int_equal(list.objectives[3]->id, of_zhang);
    assert_true(list.may_write);
    MUST(list_as(&zhao_liu, 0, 0, false, &list));
    assert_int_equal(list.n_objectives, 1);
    REFUSED(list_as(&zhang_san, PERSON, 5, false, &list), DC_PERMISSION_DENIED, "");
    REFUSED(list_as(&auditor, 0, 0, false, &list), DC_PERMISSION_DENIED, "");
    /* A member sees his unit's own, not those of its people, though he asks for the tree. */
    MUST(list_as(&li_si, UNIT, A, true, &list));
    for (size_t i = 0; i < list.n_objectives; i++) {
        assert_int_equal(list.objectives[i]->owner_kind, UNIT);
        assert_int_not_equal(list.objectives[i]->owner_id, A2);
    }
}

/* --- alignment ----------------------------------------------------------------------------------
 */

static void
test_alignment_up_and_across(void **state)
{
    (void)state;
    Goals__Objective *saved, *of_a = confirmed(&director_a, &supervisor, UNIT, A);
    Goals__Objective *of_b = confirmed(&director_b, &supervisor, UNIT, B);
    Goals__Objective *of_b1 = confirmed(&director_b, &supervisor, UNIT, B1);
    Goals__Objective *mine = draft(PERSON, 4);
    mine->parent_id = of_a->id;
    MUST(save_as(&zhang_san, mine, "", &saved));
    assert_string_equal(saved->parent_title, "把新客户做起来");
    assert_string_equal(saved->parent_owner_name, "A");
    mine->parent_id = of_b->id;
    REFUSED(save_as(&zhang_san, mine, "", &saved), DC_INVALID_ARGUMENT, "objective.parent_id");
    REFUSED(save_as(&supervisor, mine, "", &saved), DC_INVALID_ARGUMENT, "objective.parent_id");
    mine->parent_id = saved->id; /* a person's is not one of a unit above */
    REFUSED(save_as(&zhang_san, mine, "", &saved), DC_INVALID_ARGUMENT, "objective.parent_id");
    mine->parent_id = 0;
    mine->contributes_to = &of_b->id;
    mine->n_contributes_to = 1;
    REFUSED(save_as(&zhang_san, mine, "", &saved), DC_INVALID_ARGUMENT, "objective.contributes_to");
    MUST(save_as(&supervisor, mine, "", &saved));
    /* A longer period holds this one, a shorter one does not. */
    Goals__Objective *year = draft(UNIT, GROUP);
    year->period = "2026";
    MUST(save_as(&supervisor, year, "", &year));
    of_a->parent_id = year->id;
    MUST(save_as(&supervisor, of_a, "对齐", &of_a));
    assert_int_equal(of_a->parent_id, year->id);
    year->n_contributes_to = 1;
    year->contributes_to = &of_b->id;
    REFUSED(save_as(&supervisor, year, "", &saved), DC_INVALID_ARGUMENT,
            "objective.contributes_to");
    /* Round: B contributes to A, A may not lead back; over two steps neither. */
    of_b->contributes_to = &of_a->id;
    of_b->n_contributes_to = 1;
    MUST(save_as(&supervisor, of_b, "协同", &of_b));
    of_b1->parent_id = of_b->id;
    MUST(save_as(&supervisor, of_b1, "对齐", &of_b1));
    of_a->contributes_to = &of_b1->id;
    of_a->n_contributes_to = 1;
    REFUSED(save_as(&supervisor, of_a, "协同", &saved), DC_INVALID_ARGUMENT,
            "objective.contributes_to");
    Goals__GetObjectiveResponse all;
    MUST(get_as(&supervisor, of_a->id, &all));
    assert_int_equal(all.n_below, 2); /* 张三's and B's */
    /* Across units, who may not see the other one does not learn its title. */
    MUST(get_as(&director_b, of_b->id, &all));
    assert_int_equal(all.objective->n_contributes_to, 1);
    assert_int_equal(all.n_contributes_to, 0);
}

/* --- lists, settings, measure -------------------------------------------------------------------
 */

static void
test_what_a_unit_comes_to(void **state)
{
    (void)state;
    Goals__Objective *o, *of_zhang = confirmed(&zhang_san, &lead_a1, PERSON, 4);
    Goals__Objective *of_li = confirmed(&li_si, &lead_a1, PERSON, 5);
    MUST(save_as(&lead_a1, draft(UNIT, A1), "", &o));
    MUST(check_in_as(&zhang_san, of_zhang, 0, "60", &o));
    MUST(check_in_as(&zhang_san, of_zhang, 1, "1", &o));
    MUST(check_in_as(&li_si, of_li, 1, "1", &o));
    Goals__ListObjectivesResponse list;
    MUST(list_as(&director_a, UNIT, A, true, &list));
    assert_int_equal(list.n_objectives, 3);
    assert_int_equal(list.n_owners, 3);
    assert_int_equal(list.people, 2);
    assert_string_equal(list.mean_score, "0.7500");
    assert_int_equal(list.owners[0]->owner_kind, UNIT);
    assert_int_equal(list.owners[0]->drafts, 1);
    assert_string_equal(list.owners[0]->score, "");
    assert_string_equal(list.owners[1]->score, "1");
    assert_int_equal(list.owners[1]->at_risk, 2);
    assert_string_equal(list.owners[1]->unit_name, "A1");
    /* 2026-11-23 is the day of all of this: nothing is overdue; ten days later it would be. */
    assert_int_equal(list.owners[1]->overdue, 0);
    dc_test_pg_exec(
        stage.pg,
        "SET search_path = goals; UPDATE objective_version SET changed_at = "
        "changed_at - interval '10 days'; UPDATE check_in SET at = at - interval '10 days'");
    MUST(list_as(&director_a, UNIT, A, true, &list));
    assert_int_equal(list.owners[1]->overdue, 0); /* at its end */
    assert_int_equal(list.owners[2]->overdue, 1);
    assert_true(list.objectives[2]->overdue);
}

static void
test_zones_of_the_tenant(void **state)
{
    (void)state;
    Goals__SaveOkrSettingsRequest request = GOALS__SAVE_OKR_SETTINGS_REQUEST__INIT;
    Goals__SaveOkrSettingsResponse response = GOALS__SAVE_OKR_SETTINGS_RESPONSE__INIT;
    Goals__GetOkrSettingsRequest get = GOALS__GET_OKR_SETTINGS_REQUEST__INIT;
    Goals__GetOkrSettingsResponse got = GOALS__GET_OKR_SETTINGS_RESPONSE__INIT;
    Goals__OkrSettings settings = GOALS__OKR_SETTINGS__INIT;
    Goals__Objective *o = confirmed(&zhang_san, &lead_a1, PERSON, 4), *again;
    MUST(CALL(zhang_san, goals_get_okr_settings, &get, &got));
    assert_string_equal(got.settings->target_score, "0.7");
    assert_false(got.may_save);
    settings.commit_score = "0.4";
    settings.target_score = "0.8";
    settings.check_in_days = 14;
    request.settings = &settings;
    REFUSED(CALL(director_a, goals_save_okr_settings, &request, &response), DC_PERMISSION_DENIED,
            "");
    REFUSED(CALL(supervisor_of_a, goals_save_okr_settings, &request, &response),
            DC_PERMISSION_DENIED, "");
    MUST(CALL(supervisor, goals_save_okr_settings, &request, &response));
    settings.version = 7;
    REFUSED(CALL(supervisor, goals_save_okr_settings, &request, &response), DC_ABORTED,
            "settings.version");
    /* A key result keeps its zones until it is saved again. */
    MUST(check_in_as(&zhang_san, o, 0, "50", &o));
    assert_string_equal(o->key_results[0]->score, "0.7");
    MUST(save_as(&lead_a1, o, "按新分档", &again));
    assert_string_equal(again->key_results[0]->score, "0.8");
}

/* Objectives older than the measure are told when it comes; a second measure is refused. */
static void
test_the_measure_comes_later(void **state)
{
    (void)state;
    dc_test_pg_exec(
        stage.pg,
        "SET search_path = goals; DELETE FROM indicator; DELETE FROM measure WHERE made_of = 2");
    Goals__Objective *o = confirmed(&zhang_san, &lead_a1, PERSON, 4);
    confirmed(&lead_a1, &director_a, UNIT, A1);
    MUST(check_in_as(&zhang_san, o, 1, "1", &o));
    const char *key;
    assert_null(stage_hear_keyed(&goals__actuals_told__descriptor, &key));
    Goals__SaveMeasureRequest request = GOALS__SAVE_MEASURE_REQUEST__INIT;
    Goals__SaveMeasureResponse response = GOALS__SAVE_MEASURE_RESPONSE__INIT;
    Goals__Measure m = GOALS__MEASURE__INIT;
    m.code = "okr";
    m.name = "OKR";
    m.kind = GOALS__MEASURE_KIND__MEASURE_KIND_AVERAGE;
    m.of = GOALS__MEASURE_OF__MEASURE_OF_OKR;
    request.measure = &m;
    stage_deaf();
    MUST(CALL(supervisor, goals_save_measure, &request, &response));
    Goals__ActualTold *of_a1 = hear_told(), *of_zhang;
    if (of_a1->owner_kind == PERSON) {
        of_zhang = of_a1;
        of_a1 = hear_told();
    } else {
        of_zhang = hear_told();
    }
    assert_int_equal(of_a1->owner_id, A1);
    assert_string_equal(of_zhang->numerator, "0.5");
    m.code = "okr2";
    REFUSED(CALL(supervisor, goals_save_measure, &request, &response), DC_ALREADY_EXISTS,
            "measure.of");
    m.kind = GOALS__MEASURE_KIND__MEASURE_KIND_SUM;
    m.of = GOALS__MEASURE_OF__MEASURE_OF_HAND;
    REFUSED(CALL(supervisor, goals_save_measure, &request, &response), DC_INVALID_ARGUMENT,
            "measure.kind");
}

/* --- fed by records -----------------------------------------------------------------------------
 */

/* Totals of a measure, in one batch. */
static void
feed(int64_t measure_id, Goals__OwnerKind kind, int64_t owner, const char *numerator,
     const char *denominator, int64_t version)
{
    struct dc_arena *arena = stage.thread.arena;
    struct dc_step step;
    dc_step_init(&step, &stage.thread, "test", stage.now);
    step.context = stage_context(arena, &supervisor);
    stage_must(dc_step_begin(&step, 1, &stage.error));
    Ingest__MeasuresChanged event = INGEST__MEASURES_CHANGED__INIT;
    Ingest__Total total = INGEST__TOTAL__INIT, *totals[] = {&total};
    Kernel__Event outer = KERNEL__EVENT__INIT;
    total.measure_id = measure_id;
    total.owner_kind = kind;
    total.owner_id = owner;
    total.period = "2026Q4";
    total.numerator = (char *)numerator;
    total.denominator = (char *)denominator;
    total.version = version;
    event.totals = totals;
    event.n_totals = 1;
    outer.tenant_id = 1;
    const struct dc_delivery delivery = {.event = &outer, .body = &event.base};
    stage_must(goals_on_measures_changed(&step, &delivery, &stage.error));
    stage_must(goals_store_heard(&step, &stage.error));
    stage_must(dc_step_commit(&step, &stage.error));
}

/* 回款率 0 to 1 by its records, and one to be done. */
static Goals__Objective *
fed_draft(Goals__OwnerKind kind, int64_t owner)
{
    Goals__Objective *o = draft(kind, owner);
    o->key_results[0]->target = "1";
    o->key_results[0]->stretch = "";
    o->key_results[0]->measure_id = in_library("collection_rate")->measure_id;
    return o;
}

static void
test_a_measure_feeds_a_key_result(void **state)
{
    (void)state;
    const int64_t rate = in_library("collection_rate")->measure_id;
    Goals__Objective *o, *again;
    feed(rate, PERSON, 4, "1", "4", 1); /* before there is an objective */
    MUST(save_as(&zhang_san, fed_draft(PERSON, 4), "", &o));
    assert_string_equal(o->key_results[0]->value, "0.25");
    assert_string_equal(o->key_results[0]->measure_name, "回款率");
    MUST(confirm_as(&lead_a1, o->id, &o));
    assert_string_equal(hear_told()->numerator, "0.125");
    stage_deaf();
    /* A third stays one, though it is shown with six places. */
    feed(rate, PERSON, 4, "1", "3", 2);
    Goals__ActualTold *told = hear_told();
    assert_string_equal(told->numerator, "1");
    assert_string_equal(told->denominator, "6");
    assert_int_equal(told->version, 2);
    assert_string_equal(told->okr->objectives[0]->key_results[0]->value, "0.333333");
    feed(rate, PERSON, 4, "9", "1", 1); /* older */
    feed(rate, PERSON, 5, "9", "1", 1); /* somebody else's */
    feed(rate, UNIT, 4, "9", "1", 1);   /* a unit of the same id */
    feed(in_library("sales_amount")->measure_id, PERSON, 4, "9", "1", 1);
    const char *key;
    assert_null(stage_hear_keyed(&goals__actuals_told__descriptor, &key));
    /* The page of whoever looks hears of it. */
    feed(rate, PERSON, 4, "1", "2", 3);
    Goals__ObjectiveChanged *changed =
        (void *)stage_hear_keyed(&goals__objective_changed__descriptor, &key);
    assert_string_equal(changed->objective->key_results[0]->score, "0.5");
    assert_string_equal(changed->objective->description, "第一行\n第二行");
    /* 0 of 0 is no data: it stands at its start. */
    feed(rate, PERSON, 4, "0", "0", 4);
    Goals__GetObjectiveResponse all;
    MUST(get_as(&zhang_san, o->id, &all));
    assert_string_equal(all.objective->key_results[0]->value, "");
    assert_string_equal(all.objective->key_results[0]->score, "0");
    assert_int_equal(all.n_fed, 1); /* one a day */
    assert_string_equal(all.fed[0]->value, "");
    assert_string_equal(all.fed[0]->day, "2026-11-23");
    feed(rate, PERSON, 4, "3", "4", 5);
    MUST(get_as(&zhang_san, o->id, &all));
    assert_int_equal(all.n_fed, 1);
    assert_string_equal(all.fed[0]->value, "0.75");
    /* Fed no more, it is what is checked in. */
    all.objective->key_results[0]->measure_id = 0;
    MUST(save_as(&lead_a1, all.objective, "改为填报", &again));
    assert_string_equal(again->key_results[0]->value, "");
    stage_deaf();
    feed(rate, PERSON, 4, "4", "4", 6);
    assert_null(stage_hear_keyed(&goals__actuals_told__descriptor, &key));
}

static void
test_what_is_fed_is_not_checked_in(void **state)
{
    (void)state;
    Goals__Objective *o, *checked;
    MUST(save_as(&zhang_san, fed_draft(PERSON, 4), "", &o));
    MUST(confirm_as(&lead_a1, o->id, &o));
    feed(in_library("collection_rate")->measure_id, PERSON, 4, "4", "5", 1);
    REFUSED(check_in_as(&zhang_san, o, 0, "1", &checked), DC_INVALID_ARGUMENT,
            "check_ins[0].value");
    MUST(check_in_as(&zhang_san, o, 0, "", &checked));
    assert_string_equal(checked->key_results[0]->value, "0.8");
    assert_string_equal(checked->key_results[0]->confidence, "0.6");
    assert_int_not_equal(checked->key_results[0]->checked_in_at_us, 0);
    Goals__GetObjectiveResponse all;
    MUST(get_as(&zhang_san, o->id, &all));
    assert_string_equal(all.check_ins[0]->value, "0.8"); /* as it was then */
    REFUSED(check_in_as(&zhang_san, o, 1, "", &checked), DC_INVALID_ARGUMENT,
            "check_ins[0].value");
}

static void
test_what_may_feed(void **state)
{
    (void)state;
    Goals__Objective *saved, *o = fed_draft(PERSON, 4);
    const int64_t wrong[] = {999999, in_library("okr")->measure_id,
                             in_library("review_360")->measure_id};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        o->key_results[0]->measure_id = wrong[i];
        REFUSED(save_as(&zhang_san, o, "", &saved), DC_INVALID_ARGUMENT,
                "objective.key_results[0].measure_id");
    }
    o = draft(PERSON, 4);
    o->key_results[1]->measure_id = in_library("collection_rate")->measure_id;
    REFUSED(save_as(&zhang_san, o, "", &saved), DC_INVALID_ARGUMENT,
            "objective.key_results[1].measure_id");
    /* Nothing was told of a sum: 0, and of a unit likewise; more than 64 bits hold in millionths. */
    o = fed_draft(UNIT, A1);
    o->key_results[0]->measure_id = in_library("sales_amount")->measure_id;
    o->key_results[0]->target = "999999999999";
    MUST(save_as(&lead_a1, o, "", &saved));
    assert_string_equal(saved->key_results[0]->value, "0");
    feed(in_library("sales_amount")->measure_id, UNIT, A1, "20000000000000.01", "1", 1);
    Goals__GetObjectiveResponse all;
    MUST(get_as(&lead_a1, saved->id, &all));
    assert_string_equal(all.objective->key_results[0]->value, "20000000000000.01");
    assert_string_equal(all.objective->key_results[0]->score, "1");
    feed(in_library("sales_amount")->measure_id, UNIT, A1, "-5", "1", 2);
    MUST(get_as(&lead_a1, saved->id, &all));
    assert_string_equal(all.objective->key_results[0]->score, "0");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(test_from_draft_to_result),    TEST(test_confirmed_ones_change_with_a_reason),
        TEST(test_who_writes_and_confirms), TEST(test_who_reads),
        TEST(test_alignment_up_and_across), TEST(test_what_a_unit_comes_to),
        TEST(test_zones_of_the_tenant),     TEST(test_the_measure_comes_later),
        TEST(test_a_measure_feeds_a_key_result), TEST(test_what_is_fed_is_not_checked_in),
        TEST(test_what_may_feed),
    };
    return cmocka_run_group_tests_name("okr", tests, stage_open, stage_down);
}
