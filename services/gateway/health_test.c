/* health_test.c - what is kept of what programs tell: the newest of each, for who may see it. */
#include "health.h"

#include <string.h>

#include "edge/wire_check.h"
#include "tests/lib/cmocka.h"

static void
tell(struct health *health, const char *service, const char *instance, bool leaving, int64_t parked,
     dc_time now)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Kernel__Health told = KERNEL__HEALTH__INIT;
    told.service = (char *)service;
    told.instance = (char *)instance;
    told.leaving = leaving;
    told.parked = parked;
    uint8_t *body;
    size_t size;
    char subject[60];
    dc_wire_pack(&told.base, arena, &body, &size);
    snprintf(subject, sizeof subject, "_health.%s", service);
    health_hear(health, subject, body, size, now);
}

static enum dc_code
ask(struct health *health, Kernel__Role role, Kernel__Scope scope, dc_time now,
    struct dc_arena *arena, Gateway__GetHealthResponse **ret_response)
{
    Kernel__Grant grant = KERNEL__GRANT__INIT;
    Kernel__Grant *grants[] = {&grant};
    Kernel__Context who = KERNEL__CONTEXT__INIT;
    struct dc_error error;
    grant.role = role;
    grant.scope = scope;
    who.grants = grants;
    who.n_grants = 1;
    return health_answer(health, &who, now, arena, ret_response, &error);
}

static void
the_newest_of_each_is_kept(void **state)
{
    (void)state;
    DC_AUTO(health) struct health *health = health_new();
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Gateway__GetHealthResponse *response;
    tell(health, "scoring", "scoring-2", false, 1, 1 * DC_SECOND);
    tell(health, "audit", "audit-1", false, 0, 1 * DC_SECOND);
    tell(health, "scoring", "scoring-1", false, 2, 1 * DC_SECOND);
    tell(health, "scoring", "scoring-2", false, 5, 4 * DC_SECOND);
    health_hear(health, "_health.goals", (const uint8_t *)"\xff\xff", 2, 4 * DC_SECOND);
    assert_int_equal(ask(health, KERNEL__ROLE__ROLE_OPERATIONS, KERNEL__SCOPE__SCOPE_GROUP,
                         6 * DC_SECOND, arena, &response),
                     DC_OK);
    static const char *const order[] = {"audit-1", "scoring-1", "scoring-2"};
    assert_int_equal(response->n_replicas, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(response->replicas[i]->health->instance, order[i]);
    }
    assert_int_equal(response->replicas[2]->health->parked, 5);
    assert_int_equal(response->replicas[2]->silent_ms, 2000);
    assert_int_equal(response->replicas[0]->silent_ms, 5000);
}

static void
who_leaves_or_is_silent_for_long_is_forgotten(void **state)
{
    (void)state;
    DC_AUTO(health) struct health *health = health_new();
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Gateway__GetHealthResponse *response;
    tell(health, "goals", "goals-1", false, 0, 1 * DC_SECOND);
    tell(health, "goals", "goals-2", false, 0, 1 * DC_SECOND);
    tell(health, "goals", "goals-1", true, 0, 2 * DC_SECOND);
    const dc_time hour = 3600 * (dc_time)DC_SECOND;
    assert_int_equal(ask(health, KERNEL__ROLE__ROLE_OPERATIONS, KERNEL__SCOPE__SCOPE_GROUP, hour,
                         arena, &response),
                     DC_OK);
    assert_int_equal(response->n_replicas, 1);
    assert_string_equal(response->replicas[0]->health->instance, "goals-2");
    assert_int_equal(ask(health, KERNEL__ROLE__ROLE_OPERATIONS, KERNEL__SCOPE__SCOPE_GROUP,
                         hour + 2 * DC_SECOND, arena, &response),
                     DC_OK);
    assert_int_equal(response->n_replicas, 0);
}

static void
it_is_for_operations_of_the_group_alone(void **state)
{
    (void)state;
    DC_AUTO(health) struct health *health = health_new();
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Gateway__GetHealthResponse *response;
    for (int role = 1; role <= KERNEL__ROLE__ROLE_AUDITOR; role++) {
        enum dc_code wanted = role == KERNEL__ROLE__ROLE_OPERATIONS ? DC_OK : DC_PERMISSION_DENIED;
        assert_int_equal(
            ask(health, (Kernel__Role)role, KERNEL__SCOPE__SCOPE_GROUP, 0, arena, &response),
            wanted);
    }
    assert_int_equal(
        ask(health, KERNEL__ROLE__ROLE_OPERATIONS, KERNEL__SCOPE__SCOPE_UNIT, 0, arena, &response),
        DC_PERMISSION_DENIED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_of_each_is_kept),
        cmocka_unit_test(who_leaves_or_is_silent_for_long_is_forgotten),
        cmocka_unit_test(it_is_for_operations_of_the_group_alone),
    };
    return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
