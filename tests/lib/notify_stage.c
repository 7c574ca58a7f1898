/* notify_stage.c - notify between receivers of mail, SMS and chats. */
#include "tests/lib/notify_stage.h"

#include <dacheng/org/v1/events.pb-c.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "tests/lib/ask.h"
#include "tests/lib/cmocka.h"

#define NOTIFY &notify__notify_service__descriptor
enum { HOUR = 3600 };

static const struct dc_statement *const none[] = {NULL};
const struct dc_service_spec stage_org = {
    .name = "org", .sentence = "its log", .statements = none, .publishes = true};
const struct dc_service_spec stage_workflow = {
    .name = "workflow", .sentence = "its log", .statements = none, .publishes = true};

struct dc_test_pg *stage_pg;
struct dc_bus *stage_edge;
struct dc_test_service *stage_notify;
struct dc_test_receiver *stage_http;
static struct dc_test_bus *bus;
static struct dc_test_service *org, *workflow;
static struct dc_test_receiver *mail_server;

/* --- looking ------------------------------------------------------------------------------- */
static bool
is_true(void *sql)
{
    if (stage_edge) {
        dc_bus_poll(stage_edge, 0); /* who says nothing for long is taken for dead */
    }
    DC_AUTO_FREE char *value = dc_test_pg_value(stage_pg, sql);
    return strcmp(value, "t") == 0;
}

void
stage_wait_for(const char *format, ...)
{
    char sql[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sql, sizeof(sql), format, arguments);
    va_end(arguments);
    if (!dc_test_wait_until(is_true, sql, 40000)) {
        DC_AUTO_FREE char *rows = dc_test_pg_value(
            stage_pg,
            "SELECT string_agg(format('%s channel %s %s %s attempts %s due %s: %s', person_id, "
            "channel, template, state, attempts, due_at, last_answer), E'\\n') FROM (SELECT * "
            "FROM notify.delivery ORDER BY id DESC LIMIT 20) d");
        fail_msg("did not come true: %s\n%s", sql, rows);
    }
}

static Kernel__Grant admin_grants[] = {KERNEL__GRANT__INIT, KERNEL__GRANT__INIT};
static Kernel__Grant *admin_grant_list[] = {&admin_grants[0], &admin_grants[1]};

Kernel__Context
stage_person(int64_t id)
{
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = TENANT;
    context.person_id = id;
    context.account = "somebody";
    context.language = "zh-CN";
    if (id == ADMIN) {
        admin_grants[0].role = KERNEL__ROLE__ROLE_OPERATIONS;
        admin_grants[1].role = KERNEL__ROLE__ROLE_SYSTEM_ADMIN;
        admin_grants[0].scope = admin_grants[1].scope = KERNEL__SCOPE__SCOPE_GROUP;
        context.grants = admin_grant_list;
        context.n_grants = 2;
    }
    return context;
}

json_t *
stage_ask(int64_t id, const char *method, const char *request)
{
    Kernel__Context context = stage_person(id);
    return dc_test_ask(stage_edge, NOTIFY, method, &context, "%s", request);
}

/* Where it is `hour` o'clock now (the half of it), in minutes east of Greenwich. */
static int
offset_at(int hour)
{
    int minute = hour * 60 + 30 - (int)(dc_now() / DC_SECOND / 60 % (24 * 60));
    return minute > 14 * 60 ? minute - 24 * 60 : minute < -14 * 60 ? minute + 24 * 60 : minute;
}

/* What the tenant allows, from here on. `more`: fields of the settings. */
void
stage_allow(int hour, const char *more)
{
    Kernel__Context admin = stage_person(ADMIN);
    json_t *now = stage_ask(ADMIN, "GetTenantSettings", "{}");
    dc_test_ask(stage_edge, NOTIFY, "SetTenantSettings", &admin,
                "{\"settings\":{\"version\":\"%lld\",\"digestAt\":\"08:30\",\"quiet\":{\"from\":"
                "\"22:00\",\"until\":\"08:00\"},\"utcOffsetMinutes\":%d%s}}",
                (long long)dc_test_number(now, "settings.version"), offset_at(hour), more);
}

/* Everything that waits is due now. */
void
stage_turn_clock(void)
{
    dc_test_pg_exec(stage_pg,
                    "UPDATE notify.delivery SET due_at = now() - interval '1 second' WHERE "
                    "state IN ('gathering', 'queued')");
}

static void
write_file(const char *name, const char *text)
{
    char path[600];
    snprintf(path, sizeof(path), "%s/%s", dc_test_receiver_directory(stage_http), name);
    dc_test_write_file(path, text, strlen(text));
}

void
stage_set_mode(const char *provider, const char *mode)
{
    char name[32];
    snprintf(name, sizeof(name), "mode.%s", provider);
    write_file(name, mode);
}

/* How many requests a provider got; the last of them. */
size_t
stage_requests(const char *provider, json_t **ret_last)
{
    json_t *list = dc_test_receiver_records(stage_http, "requests"), *record;
    size_t i, count = 0;
    json_array_foreach(list, i, record)
    {
        if (strcmp(dc_test_text(record, "provider"), provider) == 0) {
            count++;
            if (ret_last) {
                json_decref(*ret_last);
                *ret_last = json_incref(record);
            }
        }
    }
    json_decref(list);
    return count;
}

json_t *
stage_mail_to(const char *address, size_t *ret_count)
{
    json_t *list = dc_test_receiver_records(mail_server, "mails"), *mail, *last = NULL;
    size_t i;
    *ret_count = 0;
    json_array_foreach(list, i, mail)
    {
        if (strcmp(dc_test_text(mail, "to"), address) == 0) {
            last = mail;
            (*ret_count)++;
        }
    }
    json_incref(last);
    json_decref(list);
    return last;
}

/* --- telling ------------------------------------------------------------------------------- */
void
stage_tell_person(int64_t id, const char *name, const char *email, const char *mobile)
{
    Org__Person one = ORG__PERSON__INIT;
    Org__Person *people[] = {&one};
    Org__PeopleChanged event = ORG__PEOPLE_CHANGED__INIT;
    char code[32], key[32];
    snprintf(code, sizeof(code), "P%lld", (long long)id);
    snprintf(key, sizeof(key), "people/%lld", (long long)(id % 16));
    one.id = id;
    one.code = code;
    one.name = (char *)name;
    one.email = (char *)email;
    one.mobile = (char *)mobile;
    one.language = "zh-CN";
    one.employed_from = "2020-01-01";
    one.version = 1;
    event.people = people;
    event.n_people = 1;
    dc_test_tell(stage_pg, "org", TENANT, key, &event.base);
}

Workflow__Task stage_tasks[STAGE_TASKS_MAX];
Workflow__Seat stage_seats[STAGE_TASKS_MAX];
Workflow__Task *stage_task_list[STAGE_TASKS_MAX];
static Workflow__Seat *seat_list[STAGE_TASKS_MAX];

/* Tasks from an id on, of one holder. Due in an hour unless said otherwise. */
void
stage_make_tasks(int64_t first, size_t count, int64_t owner, int64_t holder)
{
    for (size_t i = 0; i < count; i++) {
        workflow__task__init(&stage_tasks[i]);
        workflow__seat__init(&stage_seats[i]);
        stage_seats[i].number = 1;
        stage_seats[i].owner_id = owner;
        stage_seats[i].owner_name = owner == DIRECTOR ? "总监" : "张三";
        stage_seats[i].holder_id = holder;
        stage_seats[i].holder_name = holder == VICE ? "副总" : "张三";
        stage_seats[i].held_by = owner == holder ? WORKFLOW__HELD_BY__HELD_BY_OWNER
                                                 : WORKFLOW__HELD_BY__HELD_BY_ESCALATION;
        stage_seats[i].state = WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN;
        seat_list[i] = &stage_seats[i];
        stage_tasks[i].id = first + (int64_t)i;
        stage_tasks[i].cycle_id = 3;
        stage_tasks[i].cycle_name = "2026年11月销售考核";
        stage_tasks[i].stage = "confirm";
        stage_tasks[i].stage_name = "目标确认";
        stage_tasks[i].stage_name_en = "Goal confirmation";
        stage_tasks[i].subject_name = "华东一组";
        stage_tasks[i].period = "2026-11";
        stage_tasks[i].state = WORKFLOW__TASK_STATE__TASK_STATE_OPEN;
        stage_tasks[i].mode = WORKFLOW__SEAT_MODE__SEAT_MODE_ONE;
        stage_tasks[i].seats = &seat_list[i];
        stage_tasks[i].n_seats = 1;
        stage_tasks[i].due_at_us = dc_now() + 48 * HOUR * (dc_time)DC_SECOND;
        stage_tasks[i].version = 1;
        stage_task_list[i] = &stage_tasks[i];
    }
}

char *
stage_task_key(int64_t first)
{
    static char key[32];
    snprintf(key, sizeof(key), "tasks/%lld", (long long)(first % 16));
    return key;
}

void
stage_tell_opened(int64_t first, size_t count, int64_t holder, Workflow__Channel channel)
{
    Workflow__TasksOpened event = WORKFLOW__TASKS_OPENED__INIT;
    stage_make_tasks(first, count, holder, holder);
    event.tasks = stage_task_list;
    event.n_tasks = count;
    event.channels = &channel;
    event.n_channels = 1;
    dc_test_tell(stage_pg, "workflow", TENANT, stage_task_key(first), &event.base);
}

void
stage_tell_reminded(int64_t first, size_t count, Workflow__Channel channel, const char *cause)
{
    Workflow__TasksReminded event = WORKFLOW__TASKS_REMINDED__INIT;
    event.tasks = stage_task_list;
    event.n_tasks = count;
    event.channels = &channel;
    event.n_channels = 1;
    event.step = 1;
    event.cause = (char *)cause;
    dc_test_tell(stage_pg, "workflow", TENANT, stage_task_key(first), &event.base);
}

void
stage_remind(int64_t first, size_t count, int64_t holder, Workflow__Channel channel,
             const char *cause)
{
    stage_make_tasks(first, count, holder, holder);
    stage_tell_reminded(first, count, channel, cause);
}

/* --- the stage ------------------------------------------------------------------------------ */
static const char config[] =
    "smtp: {url: 'smtp://127.0.0.1:%d', from: dacheng@mail.demo.example, timeout_s: 2,\n"
    "       lease_s: 5, first_delay_s: 1, longest_delay_s: 1, attempts: 6}\n"
    "mail: {base_url: 'https://perf.demo.example'}\n"
    "gather_s: 3600\n"
    "breaker: {faults: 3, first_pause_s: 1, longest_pause_s: 1, throttle_pause_s: 1}\n"
    "sms:\n"
    "  provider: aliyun\n"
    "  templates: [tasks_reminded SMS_1 name stage due, digest SMS_2 number=count, '* SMS_3 "
    "name']\n"
    "aliyun: {url: 'http://127.0.0.1:%d/aliyun', access_key_id: id, sign_name: 达成,\n"
    "         access_key_secret_file: %s/secret}\n"
    "dingtalk: {url: 'http://127.0.0.1:%d/dingtalk', token_file: %s/secret,\n"
    "           secret_file: %s/ding}\n"
    "wecom: {url: 'http://127.0.0.1:%d/wecom', key_file: %s/secret}\n"
    "feishu: {url: 'http://127.0.0.1:%d/feishu', token_file: %s/secret, secret_file: %s/fei}\n";

/* The robots' secrets are those that http_receiver.py checks signatures with. */
struct dc_test_service *
stage_replica(void)
{
    static char path[600];
    struct dc_test_service *made = dc_test_service_new("notify", stage_pg, bus);
    const char *directory = dc_test_receiver_directory(stage_http);
    int port = dc_test_receiver_port(stage_http);
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_printf(&text, config, dc_test_receiver_port(mail_server), port, directory, port,
                   directory, directory, port, directory, port, directory, directory);
    write_file("notify.yaml", text.data);
    write_file("secret", "a-secret\n");
    write_file("ding", "SEC-ding-secret\n");
    write_file("fei", "feishu-secret\n");
    snprintf(path, sizeof(path), "%s/notify.yaml", directory);
    dc_test_service_config(made, path);
    return made;
}

static struct dc_test_service *
publisher(const char *name)
{
    struct dc_test_service *made = dc_test_service_new(name, stage_pg, bus);
    dc_test_service_start(made);
    return made;
}

int
stage_set_up(void **state)
{
    (void)state;
    static const char peer[] = "call: [\"*.log\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]";
    mail_server = dc_test_receiver_start("smtp_server.py", NULL);
    stage_http = dc_test_receiver_start("http_receiver.py", NULL);
    dc_test_pg_start(&stage_pg);
    bus = dc_test_bus_new();
    dc_test_bus_peer(bus, "notify", peer);
    dc_test_bus_peer(bus, "org", peer);
    dc_test_bus_peer(bus, "workflow", peer);
    dc_test_bus_peer(bus, "edge", "call: [\">\"]\nspeaks_for_people: true");
    dc_test_bus_start(bus);
    org = publisher("org");
    workflow = publisher("workflow");
    stage_notify = stage_replica();
    dc_test_service_start(stage_notify);
    stage_edge = dc_test_bus_open(bus, "edge");
    stage_tell_person(ZHANG, "张三", "zhangsan@demo.example", "138 0013 8000");
    stage_tell_person(DIRECTOR, "总监", "director@demo.example", "13900139000");
    stage_tell_person(VICE, "副总", "vice@demo.example", "13700137000");
    stage_tell_person(STARTER, "主管", "starter@demo.example", "");
    stage_tell_person(MUTE, "静", "mute@demo.example", "13600136000");
    stage_wait_for("SELECT count(*) = 5 FROM notify.org_person");
    stage_allow(12, "");
    return 0;
}

int
stage_tear_down(void **state)
{
    (void)state;
    dc_test_ask_forget();
    dc_bus_free(stage_edge);
    assert_int_equal(dc_test_service_stop(stage_notify), 0);
    dc_test_service_stop(org);
    dc_test_service_stop(workflow);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(stage_pg);
    return 0;
}
