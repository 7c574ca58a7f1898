/* Tests deliveries by mail: whatever the server says, and whoever is killed meanwhile, each notice
 * is delivered, or given up with a reason. */
#include "stage_test.h"

static void
servers_say_no_in_many_ways(void **state)
{
    (void)state;
    struct dc_error error;
    Kernel__Context quiet = person(26);
    dc_test_ask(edge, NOTIFY, "SetPreferences", &quiet,
                "{\"preferences\":{\"mail\":false,\"language\":\"en\"}}");
    json_t *wishes = dc_test_ask(edge, NOTIFY, "GetPreferences", &quiet, "{}");
    assert_string_equal(dc_test_text(wishes, "preferences.language"), "en");
    for (int64_t id = 21; id <= 27; id++) {
        tell_one(200, id);
    }
    wait_for("SELECT count(*) = 7 FROM notify.notice WHERE cause = 'adjustment/200'");
    /* Refused for good: not tried to the end; a slow machine may have timed out once before. */
    wait_for("SELECT count(*) = 4 FROM notify.delivery WHERE state = 'failed'");
    wait_for("SELECT state = 'failed' AND attempts < 5 AND last_answer LIKE '550%' FROM "
             "notify.delivery WHERE person_id = 21");
    wait_for("SELECT state = 'sent' AND attempts >= 3 FROM notify.delivery WHERE person_id = 22");
    wait_for("SELECT state = 'failed' AND attempts = 5 FROM notify.delivery WHERE person_id = 23");
    wait_for("SELECT state = 'failed' AND attempts = 5 FROM notify.delivery WHERE person_id = 24");
    wait_for("SELECT state = 'failed' AND attempts < 5 AND last_answer LIKE '554%' FROM "
             "notify.delivery WHERE person_id = 25");
    wait_for("SELECT count(*) = 0 FROM notify.delivery WHERE person_id IN (26, 27)");
    /* Operations sees that, and may try again; nobody else. */
    Kernel__Grant grant = KERNEL__GRANT__INIT;
    Kernel__Context operations = person(90);
    grant.role = KERNEL__ROLE__ROLE_OPERATIONS;
    grant.scope = KERNEL__SCOPE__SCOPE_GROUP;
    operations.grants = (Kernel__Grant *[]){&grant};
    operations.n_grants = 1;
    json_t *failed =
        dc_test_ask(edge, NOTIFY, "ListDeliveries", &operations, "{\"state\":\"failed\"}");
    assert_int_equal(dc_test_number(failed, "total"), 4);
    assert_int_equal(dc_test_refused(edge, NOTIFY, "ListDeliveries", &quiet, &error, "{}"),
                     DC_PERMISSION_DENIED);
    DC_AUTO_FREE char *id =
        dc_test_pg_value(pg, "SELECT id FROM notify.delivery WHERE person_id = 21");
    json_t *queued =
        dc_test_ask(edge, NOTIFY, "RetryDeliveries", &operations, "{\"ids\":[\"%s\"]}", id);
    assert_int_equal(dc_test_number(queued, "queued"), 1);
    wait_for("SELECT count(*) = 2 FROM notify.outbox WHERE type = 'MessageFailed' AND key = "
             "(SELECT 'delivery/' || id FROM notify.delivery WHERE person_id = 21)");
}

/* Mails of the adjustment that were accepted: how many, to how many, under how many ids. */
static void
count_mails(const char *host, size_t *ret_mails, size_t *ret_ids)
{
    json_t *list = mails(), *mail, *ids = json_object();
    size_t i;
    *ret_mails = 0;
    json_array_foreach(list, i, mail)
    {
        if (strstr(dc_test_text(mail, "to"), host)) {
            (*ret_mails)++;
            json_object_set_new(ids, dc_test_text(mail, "id"), json_true());
        }
    }
    *ret_ids = json_object_size(ids);
    json_decref(ids);
    json_decref(list);
}

static void
tell_crowd(int64_t adjustment, int64_t first, int count, const char *host)
{
    for (int i = 0; i < count; i++) {
        char address[64];
        snprintf(address, sizeof(address), "p%d@%s", i, host);
        tell_person(first + i, "众", address, "zh-CN", 1);
    }
    for (int i = 0; i < count; i++) {
        tell_one(adjustment, first + i);
    }
}

static bool
some_mails(void *host)
{
    size_t sent, ids;
    dc_bus_poll(edge, 0);
    count_mails(host, &sent, &ids);
    return sent >= 5;
}

static bool
more_mails(void *limit)
{
    size_t sent, ids;
    dc_bus_poll(edge, 0);
    count_mails("kill.example", &sent, &ids);
    return sent >= *(size_t *)limit;
}

static void
killed_in_the_middle_nothing_is_lost_and_little_repeated(void **state)
{
    (void)state;
    enum { CROWD = 60, KILLS = 3 };
    size_t sent, ids;
    tell_crowd(300, 1000, CROWD, "kill.example");
    assert_true(dc_test_wait_until(some_mails, "kill.example", 30000));
    for (size_t i = 0; i < KILLS; i++) {
        size_t limit = 5 + 15 * i;
        assert_true(dc_test_wait_until(more_mails, &limit, 60000));
        dc_test_service_kill(notify);
        dc_test_service_start(notify);
    }
    wait_for("SELECT count(*) = 60 FROM notify.delivery WHERE state = 'sent' AND person_id "
             "BETWEEN 1000 AND 1999");
    count_mails("kill.example", &sent, &ids);
    assert_int_equal(ids, CROWD);
    assert_true(sent >= CROWD &&
                sent <= CROWD + KILLS * 2 * (64 + 4)); /* what was not written yet */
    printf("%zu mails, %zu of them again after %d kills\n", sent, sent - ids, (int)KILLS);
    wait_for("SELECT count(*) = 60 AND count(DISTINCT person_id) = 60 FROM notify.notice WHERE "
             "cause = 'adjustment/300'");
}

static void
two_replicas_send_each_mail_once(void **state)
{
    (void)state;
    size_t sent, ids;
    struct dc_test_service *second = replica();
    dc_test_service_start(second);
    tell_crowd(400, 2000, 60, "twice.example");
    wait_for("SELECT count(*) = 60 FROM notify.delivery WHERE state = 'sent' AND person_id "
             "BETWEEN 2000 AND 2999");
    count_mails("twice.example", &sent, &ids);
    assert_int_equal(sent, 60);
    assert_int_equal(ids, 60);
    assert_int_equal(dc_test_service_stop(second), 0);
}

int
main(int argc, char **argv)
{
    int status;
    if (dc_test_service_plays(argc, argv, stage_specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_say_no_in_many_ways),
        cmocka_unit_test(killed_in_the_middle_nothing_is_lost_and_little_repeated),
        cmocka_unit_test(two_replicas_send_each_mail_once),
    };
    return cmocka_run_group_tests_name("deliveries", tests, set_up, tear_down);
}
