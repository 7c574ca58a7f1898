/* rules_test.c - the pure parts: which addresses, what of an event, how it is signed, what an
 * answer means. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <string.h>

#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/scoring/v1/events.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>

#include "handlers.h"
#include "judge.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

/* --- addresses ---------------------------------------------------------------------------------
 */
static void
one_address(const char *where, char **columns, size_t count, void *context)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    const struct sockaddr *address = NULL;
    (void)context;
    assert_int_equal(count, 2);
    if (inet_pton(AF_INET, columns[0], &four.sin_addr) == 1) {
        address = (const void *)&four;
    } else if (inet_pton(AF_INET6, columns[0], &six.sin6_addr) == 1) {
        address = (const void *)&six;
    } else {
        fail_msg("%s: %s is no address", where, columns[0]);
    }
    if (address_is_outside(address) != (strcmp(columns[1], "outside") == 0)) {
        fail_msg("%s: %s is not %s", where, columns[0], columns[1]);
    }
}

static void
addresses(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/webhook_addresses.txt", one_address, NULL) > 30);
    struct address_net net;
    struct sockaddr_in four = {.sin_family = AF_INET};
    inet_pton(AF_INET, "10.1.2.3", &four.sin_addr);
    assert_int_equal(address_net_parse("10.1.0.0/16", &net, NULL), DC_OK);
    assert_true(address_is_in((const void *)&four, &net, 1));
    assert_int_equal(address_net_parse("10.1.2.4/31", &net, NULL), DC_OK);
    assert_false(address_is_in((const void *)&four, &net, 1));
    assert_int_equal(address_net_parse("10.1.2.3", &net, NULL), DC_OK);
    assert_true(address_is_in((const void *)&four, &net, 1));
    static const char *const wrong[] = {"",       "10.1", "10.0.0.0/33", "10.0.0.0/",
                                        "::/129", "x/8",  "10.0.0.0/-1"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(address_net_parse(wrong[i], &net, NULL), DC_INVALID_ARGUMENT);
    }
    const struct sockaddr local = {.sa_family = AF_UNIX};
    assert_false(address_is_outside(&local));
}

/* --- what may be seen --------------------------------------------------------------------------
 */
static const int64_t units[] = {10, 11}, people[] = {1, 2};
static const struct prune_reach reach = {{units, 2}, {people, 2}};

static void
people_of_others_are_left_out(void **state)
{
    (void)state;
    Scoring__PersonScore scores[3];
    Scoring__PersonScore *list[3];
    static const int64_t owners[] = {1, 3, 2}, where[] = {10, 10, 12};
    for (int i = 0; i < 3; i++) {
        scoring__person_score__init(&scores[i]);
        scores[i].person_id = owners[i];
        scores[i].unit_id = where[i];
        list[i] = &scores[i];
    }
    int64_t told[] = {9, 11, 12};
    Scoring__ScoresChanged event = SCORING__SCORES_CHANGED__INIT;
    event.people = list;
    event.n_people = 3;
    event.unit_ids = told;
    event.n_unit_ids = 3;
    assert_true(prune(&event.base, &reach));
    assert_int_equal(event.n_people, 1); /* 3 is somebody else, 2 is in a unit elsewhere */
    assert_int_equal(event.people[0]->person_id, 1);
    assert_int_equal(event.n_unit_ids, 1);
    assert_int_equal(event.unit_ids[0], 11);
    /* Nothing is left: it is not for him. */
    scores[0].person_id = 7;
    told[0] = 99;
    event.n_unit_ids = 1;
    assert_false(prune(&event.base, &reach));
}

static void
whoever_names_nobody_is_for_the_whole_group(void **state)
{
    (void)state;
    Workflow__CalendarChanged calendar = WORKFLOW__CALENDAR_CHANGED__INIT;
    assert_false(prune(&calendar.base, &reach));
    Org__Unit unit = ORG__UNIT__INIT, other = ORG__UNIT__INIT;
    Org__Unit *list[] = {&other, &unit};
    Org__UnitsChanged changed = ORG__UNITS_CHANGED__INIT;
    unit.id = 11;
    unit.parent_id = 5; /* whose it is, is not what it is about */
    other.id = 5;
    changed.units = list;
    changed.n_units = 2;
    assert_true(prune(&changed.base, &reach));
    assert_int_equal(changed.n_units, 1);
    assert_int_equal(changed.units[0]->id, 11);
}

static void
kinds_say_whose_an_id_is(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct prune_named named = {.arena = arena};
    Workflow__Task task = WORKFLOW__TASK__INIT;
    Workflow__Task *list[] = {&task};
    Workflow__TasksOpened opened = WORKFLOW__TASKS_OPENED__INIT;
    opened.tasks = list;
    opened.n_tasks = 1;
    task.subject_kind = WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON;
    task.subject_id = 2;
    task.unit_id = 10;
    prune_collect(&opened.base, &named);
    assert_int_equal(named.person_count, 1);
    assert_int_equal(named.people[0], 2);
    assert_int_equal(named.units[0], 10);
    assert_true(prune(&opened.base, &reach));
    task.subject_id = 10; /* a person of that number, not the unit */
    assert_false(prune(&opened.base, &reach));
    opened.n_tasks = 1;
    task.subject_kind = WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_UNIT;
    assert_true(prune(&opened.base, &reach));
}

static void
what_may_be_heard(void **state)
{
    (void)state;
    static const char *const good[] = {"scoring.>", "goals.PlanChanged", "workflow.*",
                                       "org.UnitsChanged"};
    static const char *const bad[] = {">",        "*.PlanChanged", "org.>",   "org.LoggedIn",
                                      "notify.>", "audit.>",       "scoring", "scorings.>",
                                      "scoring.", "webhooks.>"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(webhooks_may_hear(good[i]));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(webhooks_may_hear(bad[i]));
    }
}

/* --- requests and answers ----------------------------------------------------------------------
 */
static const char *
header(const struct dc_sender_request *request, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < request->header_count; i++) {
        if (strncmp(request->headers[i], name, length) == 0 && request->headers[i][length] == ':') {
            return request->headers[i] + length + 2;
        }
    }
    return "";
}

/* The signatures were computed by Python's hmac. */
static void
a_delivery_is_signed(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Kernel__Event event = KERNEL__EVENT__INIT;
    struct dc_sender_request request;
    const struct cloudevent_receiver receiver = {"https://example.com/hook",
                                                 true,
                                                 {(const uint8_t *)"secret", 6},
                                                 {(const uint8_t *)"old", 3}};
    event.stream = "scoring";
    event.type = "ScoresChanged";
    event.epoch = 1;
    event.partition = 3;
    event.number = 17;
    event.overall = 4711;
    event.tenant_id = 7;
    event.key = "scores/\xe5\x8d\x8e \"1\"%";
    event.at_us = 1700000000000000;
    cloudevent_request(arena, &event, &receiver, 1700000001000000, &request);
    assert_string_equal(header(&request, "ce-id"), "scoring.1.3.17");
    assert_string_equal(header(&request, "ce-type"), "dacheng.scoring.v1.ScoresChanged");
    assert_string_equal(header(&request, "ce-source"), "/dacheng/7/scoring");
    assert_string_equal(header(&request, "ce-subject"), "scores/%E5%8D%8E%20%221%22%25");
    assert_string_equal(header(&request, "ce-sequence"), "00000000000000004711");
    assert_string_equal(header(&request, "Content-Type"), "application/json");
    assert_string_equal(header(&request, "webhook-id"), "scoring.1.3.17");
    assert_string_equal(header(&request, "webhook-timestamp"), "1700000001");
    assert_int_equal(request.body_size, 2);
    assert_string_equal(header(&request, "webhook-signature"),
                        "v1,ZgA0RBwkxWx15VuVfj0kBPO80gJXF52mMRbr7UKcZ7o= "
                        "v1,jwj1rCVOnGAqMbo0euSNz6l9yKxa7HSjo28l/YJfZQM=");
}

static void
answers(void **state)
{
    (void)state;
    static const struct {
        struct dc_sender_reply reply;
        enum judge_outcome outcome;
        const char *answer;
    } rows[] = {
        {{.status = 200, .body = "", .problem = ""}, JUDGE_ACCEPTED, "HTTP 200"},
        {{.status = 204, .body = "", .problem = ""}, JUDGE_ACCEPTED, "HTTP 204"},
        {{.status = 302, .body = "", .problem = ""}, JUDGE_AGAIN, "HTTP 302"},
        {{.status = 400, .body = "no\n\xff", .body_size = 4, .problem = ""},
         JUDGE_AGAIN,
         "HTTP 400: no  "},
        {{.status = 410, .body = "", .problem = ""}, JUDGE_GONE, "HTTP 410"},
        {{.status = 429, .body = "", .problem = ""}, JUDGE_THROTTLED, "HTTP 429"},
        {{.status = 503, .body = "", .problem = ""}, JUDGE_THROTTLED, "HTTP 503"},
        {{.status = 500, .body = "", .problem = ""}, JUDGE_FAULT, "HTTP 500"},
        {{.error = 28, .body = "", .problem = "timed out"}, JUDGE_FAULT, "no answer: timed out"},
        {{.error = 7, .refused = true, .body = "", .problem = "x"},
         JUDGE_FORBIDDEN,
         "its address is of a network that nothing is sent into"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char answer[JUDGE_ANSWER_MAX];
        assert_int_equal(judge(&rows[i].reply, answer), rows[i].outcome);
        assert_string_equal(answer, rows[i].answer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(people_of_others_are_left_out),
        cmocka_unit_test(whoever_names_nobody_is_for_the_whole_group),
        cmocka_unit_test(kinds_say_whose_an_id_is),
        cmocka_unit_test(what_may_be_heard),
        cmocka_unit_test(a_delivery_is_signed),
        cmocka_unit_test(answers),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("webhooks rules", tests, NULL, NULL);
}
