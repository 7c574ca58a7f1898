/* sessions_test.c - what is kept of a session, for how long, and what drops it. */
#include "sessions.h"

#include <pthread.h>
#include <stdio.h>

#include "routes.h"
#include "tests/lib/cmocka.h"

enum { SECOND = DC_SECOND, TIME_TO_LIVE = 10 * SECOND };

static Org__ResolveResponse
answer_of(Kernel__Context *context, int64_t person_id, const char *session_id)
{
    kernel__context__init(context);
    context->tenant_id = 1;
    context->person_id = person_id;
    context->session_id = (char *)(uintptr_t)session_id;
    Org__ResolveResponse answer = ORG__RESOLVE_RESPONSE__INIT;
    answer.context = context;
    return answer;
}

static bool
knows(struct sessions *sessions, const char *token, dc_time now)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    return sessions_find(sessions, token, now, arena) != NULL;
}

static void
kept_for_a_while(void **state)
{
    (void)state;
    DC_AUTO(sessions) struct sessions *sessions = sessions_new(TIME_TO_LIVE);
    Kernel__Context context;
    Org__ResolveResponse answer = answer_of(&context, 17, "s1");
    sessions_keep(sessions, "token", &answer, sessions_generation(sessions), 0, 0);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Kernel__Context *found = sessions_find(sessions, "token", SECOND, arena);
    assert_non_null(found);
    assert_int_equal(found->person_id, 17);
    assert_string_equal(found->session_id, "s1");
    assert_false(knows(sessions, "other", SECOND));
    assert_true(knows(sessions, "token", TIME_TO_LIVE - 1));
    assert_false(knows(sessions, "token", TIME_TO_LIVE));
    sessions_sweep(sessions, TIME_TO_LIVE);
    assert_int_equal(sessions_count(sessions), 0);
    /* Not past its own end, and not at all while a password is to be changed. */
    answer.expires_at_us = 1000 * SECOND;
    sessions_keep(sessions, "token", &answer, sessions_generation(sessions), 0,
                  998 * (dc_time)SECOND);
    assert_true(knows(sessions, "token", SECOND));
    assert_false(knows(sessions, "token", 2 * SECOND));
    sessions_clear(sessions);
    answer.must_change_password = true;
    sessions_keep(sessions, "token", &answer, sessions_generation(sessions), 0, 0);
    assert_false(knows(sessions, "token", 0));
}

static void
dropped_at_once(void **state)
{
    (void)state;
    DC_AUTO(sessions) struct sessions *sessions = sessions_new(TIME_TO_LIVE);
    Kernel__Context contexts[3];
    static const char *const tokens[] = {"t0", "t1", "t2"};
    static const char *const ids[] = {"s0", "s1", "s2"};
    static const int64_t people[] = {17, 17, 18};
    for (int i = 0; i < 3; i++) {
        Org__ResolveResponse answer = answer_of(&contexts[i], people[i], ids[i]);
        sessions_keep(sessions, tokens[i], &answer, sessions_generation(sessions), 0, 0);
    }
    uint64_t before = sessions_generation(sessions);
    sessions_end(sessions, "s2");
    assert_false(knows(sessions, "t2", 0));
    assert_true(knows(sessions, "t0", 0) && knows(sessions, "t1", 0));
    /* An answer that org gave before the event is not kept after it. */
    Org__ResolveResponse late = answer_of(&contexts[2], 18, "s2");
    sessions_keep(sessions, "t2", &late, before, 0, 0);
    assert_false(knows(sessions, "t2", 0));
    sessions_forget_person(sessions, 2, 17); /* of another tenant */
    assert_true(knows(sessions, "t0", 0));
    sessions_forget_token(sessions, "t0");
    assert_false(knows(sessions, "t0", 0));
    sessions_forget_person(sessions, 1, 17);
    assert_false(knows(sessions, "t1", 0));
    assert_int_equal(sessions_count(sessions), 0);
}

static void *
use(void *context)
{
    struct sessions *sessions = context;
    for (int i = 0; i < 3000; i++) {
        char token[16], id[16];
        snprintf(token, sizeof token, "t%d", i % 50);
        snprintf(id, sizeof id, "s%d", i % 50);
        Kernel__Context who;
        Org__ResolveResponse answer = answer_of(&who, i % 50, id);
        sessions_keep(sessions, token, &answer, sessions_generation(sessions), 0, 0);
        knows(sessions, token, 0);
        if (i % 7 == 0) {
            sessions_end(sessions, id);
        }
    }
    return NULL;
}

static void
from_many_threads(void **state)
{
    (void)state;
    DC_AUTO(sessions) struct sessions *sessions = sessions_new(TIME_TO_LIVE);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, use, sessions), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_true(sessions_count(sessions) <= 50);
}

static void
routes_leave_the_inside_out(void **state)
{
    (void)state;
    DC_AUTO(routes) struct routes *routes = routes_new();
    const struct route *route = routes_find(routes, "/dacheng.org.v1.SessionService/Login");
    assert_non_null(route);
    assert_int_equal(route->part, ROUTE_LOGIN);
    assert_string_equal(route->service, "org");
    assert_string_equal(route->method, "dacheng.org.v1.SessionService/Login");
    assert_int_equal(routes_find(routes, "/dacheng.gateway.v1.LiveService/Watch")->part,
                     ROUTE_LIVE);
    assert_non_null(routes_find(routes, "/dacheng.goals.v1.GoalService/AdjustTarget"));
    static const char *const inside[] = {
        "/dacheng.org.v1.OrgInternalService/Resolve",
        "/dacheng.org.v1.OrgInternalService/SeedAccounts",
        "/dacheng.kernel.v1.LogService/Read",
        "/dacheng.kernel.v1.AdminService/Redrive",
        "/dacheng.bus.v1.BusService/GetStatus",
        "/dacheng.org.v1.SessionService/Nothing",
        "/dacheng.org.v1.SessionService",
        "dacheng.org.v1.SessionService/Login",
        "/",
        "",
    };
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
        assert_null(routes_find(routes, inside[i]));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_for_a_while),
        cmocka_unit_test(dropped_at_once),
        cmocka_unit_test(from_many_threads),
        cmocka_unit_test(routes_leave_the_inside_out),
    };
    return cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
}
