/*
 * targets_test.h - targets as tests of goals set, adjust and split them: the example that everyone
 * knows, and what must hold whatever was done to it.
 */
#ifndef DC_GOALS_TARGETS_TEST_H
#define DC_GOALS_TARGETS_TEST_H

#include "stage_test.h"

static int64_t sales, rate; /* indicators: additive with cents, and a ratio with four decimals */

static __attribute__((unused)) int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    sales = in_library("sales_amount")->id;
    rate = in_library("collection_rate")->id;
    stage_deaf();
    return 0;
}

static __attribute__((unused)) Goals__SetTargetRequest
set_request(Goals__OwnerKind kind, int64_t owner, const char *value)
{
    Goals__SetTargetRequest request = GOALS__SET_TARGET_REQUEST__INIT;
    request.owner_kind = kind;
    request.owner_id = owner;
    request.indicator_id = sales;
    request.period = "2026Q4";
    request.value = (char *)value;
    request.reason = "年度目标";
    return request;
}

static __attribute__((unused)) Goals__TargetNode *
set(Goals__OwnerKind kind, int64_t owner, const char *value)
{
    Goals__SetTargetRequest request = set_request(kind, owner, value);
    Goals__SetTargetResponse response = GOALS__SET_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_set_target, &request, &response));
    return response.node;
}

static __attribute__((unused)) Goals__AdjustTargetRequest
adjust_request(int64_t target_id, const char *value)
{
    Goals__AdjustTargetRequest request = GOALS__ADJUST_TARGET_REQUEST__INIT;
    request.target_id = target_id;
    request.value = (char *)value;
    request.reason = "下季度上调";
    request.effective_on = "2026-10-01";
    request.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    return request;
}

struct part {
    Goals__OwnerKind kind;
    int64_t owner;
    const char *value, *share;
    bool pinned;
};

static __attribute__((unused)) Goals__SplitTargetRequest
split_request(int64_t target_id, Goals__SplitMethod method, const struct part *parts, size_t count)
{
    struct dc_arena *arena = stage.thread.arena;
    Goals__SplitTargetRequest request = GOALS__SPLIT_TARGET_REQUEST__INIT;
    request.target_id = target_id;
    request.method = method;
    request.reason = "分解";
    request.parts = DC_NEW_ARRAY(arena, Goals__SplitPart *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Goals__SplitPart *part = DC_NEW_MESSAGE(arena, Goals__SplitPart, goals__split_part__init);
        part->owner_kind = parts[i].kind;
        part->owner_id = parts[i].owner;
        part->value = (char *)(parts[i].value ? parts[i].value : "");
        part->share = (char *)(parts[i].share ? parts[i].share : "");
        part->pinned = parts[i].pinned;
        request.parts[request.n_parts++] = part;
    }
    return request;
}

#define BY_VALUE GOALS__SPLIT_METHOD__SPLIT_METHOD_VALUE
#define BY_SHARE GOALS__SPLIT_METHOD__SPLIT_METHOD_SHARE
#define EVENLY GOALS__SPLIT_METHOD__SPLIT_METHOD_EVEN
#define SPLIT(target, method, ...)                                                                 \
    split_request((target), (method), (const struct part[]){__VA_ARGS__},                          \
                  sizeof((const struct part[]){__VA_ARGS__}) / sizeof(struct part))

static __attribute__((unused)) Goals__SplitTargetResponse
split(Goals__SplitTargetRequest request)
{
    Goals__SplitTargetResponse response = GOALS__SPLIT_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_split_target, &request, &response));
    return response;
}

/* The target of an owner, as it is shown to the supervisor; NULL when there is none. */
static __attribute__((unused)) Goals__TargetNode *
look(Goals__OwnerKind kind, int64_t owner)
{
    Goals__ListTargetsRequest request = GOALS__LIST_TARGETS_REQUEST__INIT;
    Goals__ListTargetsResponse response = GOALS__LIST_TARGETS_RESPONSE__INIT;
    request.owner_kind = kind;
    request.owner_id = owner;
    request.period = "2026Q4";
    MUST(CALL(supervisor, goals_list_targets, &request, &response));
    assert_true(response.n_targets <= 1);
    return response.n_targets ? response.targets[0] : NULL;
}

static __attribute__((unused)) int64_t
id_of(Goals__OwnerKind kind, int64_t owner)
{
    Goals__TargetNode *node = look(kind, owner);
    assert_non_null(node);
    return node->target->id;
}

#define assert_target(kind, owner, wanted)                                                         \
    assert_string_equal(look(kind, owner)->target->value, wanted)

/* 100,000,000 -> A 20,000,000, B 30,000,000, C 50,000,000; A1 5,000,000, A2 15,000,000; and so on
 * to every person. */
static __attribute__((unused)) void
set_example(void)
{
    int64_t company = set(UNIT, GROUP, "100000000")->target->id;
    split(SPLIT(company, BY_VALUE, {UNIT, A, "20000000", NULL, false},
                {UNIT, B, "30000000", NULL, false}, {UNIT, C, "50000000", NULL, false}));
    split(SPLIT(id_of(UNIT, A), BY_SHARE, {UNIT, A1, NULL, "1", false},
                {UNIT, A2, NULL, "3", false}));
    split(SPLIT(id_of(UNIT, A1), BY_VALUE, {PERSON, 4, "500000", NULL, false},
                {PERSON, 5, "1500000.01", NULL, false}, {PERSON, 3, "2999999.99", NULL, false}));
    split(SPLIT(id_of(UNIT, A2), EVENLY, {PERSON, 6, NULL, NULL, false}));
    split(SPLIT(id_of(UNIT, B), EVENLY, {UNIT, B1, NULL, NULL, false}));
    split(SPLIT(id_of(UNIT, B1), EVENLY, {PERSON, 8, NULL, NULL, false}));
}

/* Every projection of the store that must hold whatever was done. */
static __attribute__((unused)) void
check_whole(void)
{
    assert_int_equal(
        stage_number("SELECT count(*) FROM goals.target t LEFT JOIN goals.target_version v USING "
                     "(tenant_id, target_id, version) LEFT JOIN goals.adjustment a USING "
                     "(tenant_id, adjustment_id) WHERE v.value IS DISTINCT FROM t.value OR "
                     "v.parent_id IS DISTINCT FROM t.parent_id OR v.pinned <> t.pinned OR "
                     "a.adjustment_id IS NULL"),
        0);
    assert_int_equal(
        stage_number("SELECT count(*) FROM (SELECT count(*) AS n, max(version) AS newest FROM "
                     "goals.target_version GROUP BY tenant_id, target_id) v WHERE n <> newest"),
        0);
    assert_int_equal(
        stage_number("SELECT count(*) FROM goals.adjustment a WHERE changed <> (SELECT count(*) "
                     "FROM goals.target_version v WHERE v.tenant_id = a.tenant_id AND "
                     "v.adjustment_id = a.adjustment_id)"),
        0);
    assert_int_equal(
        stage_number("SELECT count(*) FROM goals.target t WHERE parent_id IS NOT NULL AND NOT "
                     "EXISTS (SELECT FROM goals.target p WHERE p.tenant_id = t.tenant_id AND "
                     "p.target_id = t.parent_id AND p.indicator_id = t.indicator_id AND p.period = "
                     "t.period)"),
        0);
}

#endif
