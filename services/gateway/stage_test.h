/*
 * stage_test.h - a stage for the tests of the edge: a real bus, the real program, and services
 * whose answers the test decides. Used by one test program, so everything is static here.
 */
#ifndef GATEWAY_STAGE_TEST_H
#define GATEWAY_STAGE_TEST_H

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dacheng/ingest/v1/ingest.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/org/v1/org.pb-c.h>
#include <dacheng/scoring/v1/events.pb-c.h>
#include <dacheng/scoring/v1/scoring.pb-c.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/time.h"
#include "edge/bus.h"
#include "edge/wire_check.h"
#include "tests/lib/bus.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

enum { UPLOAD_ROOM = 16 << 20, DEADLINE_MS = 15000 };

/* What the services do, set by the test; and what they saw. */
static struct {
    struct dc_test_bus *bus;
    pthread_t services;
    atomic_bool leave;
    pid_t gateway;
    char address[80];
    const char *console;
    atomic_int resolves;
    atomic_int queries;       /* of GetUnit */
    atomic_int actual;        /* what GetUnit answers */
    atomic_bool alice_is_out; /* her session is over */
    atomic_int end_session;   /* publish SessionEnded of alice */
    atomic_int change_grants; /* publish GrantsChanged of alice */
    atomic_int change_scores; /* publish ScoresChanged of this unit */
    pthread_mutex_t mutex;
    char last_context[512];
    char last_key[256];
    uint8_t *upload;
    size_t uploaded;
} stage;

/* "sender tenant/person account address language length-of-trace" of the newest request. */
static const char *
last_context(void)
{
    static char text[sizeof stage.last_context];
    pthread_mutex_lock(&stage.mutex);
    memcpy(text, stage.last_context, sizeof text);
    pthread_mutex_unlock(&stage.mutex);
    return text;
}

static const char *
last_key(void)
{
    static char text[sizeof stage.last_key];
    pthread_mutex_lock(&stage.mutex);
    memcpy(text, stage.last_key, sizeof text);
    pthread_mutex_unlock(&stage.mutex);
    return text;
}

/* --- services ----------------------------------------------------------------------------------
 */

static void
answer(struct dc_bus *bus, uint64_t id, const ProtobufCMessage *message)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    uint8_t *body;
    size_t size;
    dc_wire_pack(message, arena, &body, &size);
    dc_bus_reply(bus, id, body, size);
}

static void
refuse(struct dc_bus *bus, uint64_t id, enum dc_code code, const char *field, const char *text)
{
    struct dc_error error;
    dc_fail_with(&error, code, field, text, "被拒绝");
    dc_bus_reply_error(bus, id, &error);
}

static ProtobufCMessage *
body_of(const struct dc_bus_message *request, const ProtobufCMessageDescriptor *descriptor,
        struct dc_arena *arena)
{
    ProtobufCMessage *message = NULL;
    if (dc_wire_unpack(descriptor, request->body, request->body_size, arena, &message, NULL) !=
        DC_OK) {
        dc_test_die("a request that is none: %s", request->method);
    }
    return message;
}

/* Tokens: alice, bob, onetime; everything else is nobody. */
static void
resolve(struct dc_bus *bus, const struct dc_bus_message *request, struct dc_arena *arena)
{
    const Org__ResolveRequest *asked =
        (const Org__ResolveRequest *)body_of(request, &org__resolve_request__descriptor, arena);
    bool alice = strcmp(asked->token, "alice") == 0, bob = strcmp(asked->token, "bob") == 0;
    bool once = strcmp(asked->token, "onetime") == 0;
    atomic_fetch_add(&stage.resolves, 1);
    if ((!alice && !bob && !once) || (alice && atomic_load(&stage.alice_is_out))) {
        refuse(bus, request->id, DC_UNAUTHENTICATED, "", "the session has ended; please log in");
        return;
    }
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = 1;
    context.person_id = alice ? 17 : bob ? 18 : 19;
    context.account = asked->token;
    context.session_id = alice ? (char *)"s-alice" : bob ? (char *)"s-bob" : (char *)"s-once";
    context.language = alice ? (char *)"zh-CN" : (char *)"";
    Org__ResolveResponse response = ORG__RESOLVE_RESPONSE__INIT;
    response.context = &context;
    response.expires_at_us = dc_now() + 3600 * (dc_time)DC_SECOND;
    response.must_change_password = once;
    answer(bus, request->id, &response.base);
}

static void
login(struct dc_bus *bus, const struct dc_bus_message *request, struct dc_arena *arena)
{
    const Org__LoginRequest *asked =
        (const Org__LoginRequest *)body_of(request, &org__login_request__descriptor, arena);
    if (strcmp(asked->password, "right") != 0) {
        refuse(bus, request->id, DC_UNAUTHENTICATED, "", "the account or the password is wrong");
        return;
    }
    Org__Me me = ORG__ME__INIT;
    me.person_id = 17;
    me.name = (char *)"艾丽丝";
    Org__LoginResponse response = ORG__LOGIN_RESPONSE__INIT;
    response.me = &me;
    response.token = (char *)"alice";
    answer(bus, request->id, &response.base);
}

/* A search "fail:not_found" fails so, "slow" is never answered, "large" answers much. */
static void
list_people(struct dc_bus *bus, const struct dc_bus_message *request, struct dc_arena *arena)
{
    const Org__ListPeopleRequest *asked = (const Org__ListPeopleRequest *)body_of(
        request, &org__list_people_request__descriptor, arena);
    if (dc_text_starts_with(asked->search, "fail:")) {
        refuse(bus, request->id, dc_code_from_wire(asked->search + 5), "search", "as was asked");
    } else if (strcmp(asked->search, "slow") != 0) {
        Org__Person person = ORG__PERSON__INIT;
        person.id = 9007199254740993;
        person.name = asked->search;
        Org__Person *people[] = {&person};
        Org__ListPeopleResponse response = ORG__LIST_PEOPLE_RESPONSE__INIT;
        response.people = people;
        response.n_people = 1;
        answer(bus, request->id, &response.base);
    }
}

static void
get_unit(struct dc_bus *bus, const struct dc_bus_message *request)
{
    char actual[24];
    atomic_fetch_add(&stage.queries, 1);
    snprintf(actual, sizeof actual, "%d", atomic_load(&stage.actual));
    Scoring__GetUnitResponse response = SCORING__GET_UNIT_RESPONSE__INIT;
    response.period = actual;
    answer(bus, request->id, &response.base);
}

static void
put_piece(struct dc_bus *bus, const struct dc_bus_message *request, struct dc_arena *arena)
{
    const Ingest__PutPieceRequest *piece = (const Ingest__PutPieceRequest *)body_of(
        request, &ingest__put_piece_request__descriptor, arena);
    Ingest__PutPieceResponse response = INGEST__PUT_PIECE_RESPONSE__INIT;
    pthread_mutex_lock(&stage.mutex);
    bool fits = piece->run_id == 7 && piece->offset == (int64_t)stage.uploaded &&
                piece->data.len >= 1 && piece->data.len <= 1 << 20 &&
                stage.uploaded + piece->data.len <= UPLOAD_ROOM;
    if (fits) {
        memcpy(stage.upload + stage.uploaded, piece->data.data, piece->data.len);
        stage.uploaded += piece->data.len;
    }
    response.offset = (int64_t)stage.uploaded;
    pthread_mutex_unlock(&stage.mutex);
    if (fits) {
        answer(bus, request->id, &response.base);
    } else {
        char text[80];
        snprintf(text, sizeof text, "the run has %lld bytes", (long long)response.offset);
        refuse(bus, request->id, DC_FAILED_PRECONDITION, "offset", text);
    }
}

static void
serve(struct dc_bus *bus, const struct dc_bus_message *request, struct dc_arena *arena)
{
    const Kernel__Context *who = request->context;
    const char *name = strchr(request->method, '/') + 1;
    pthread_mutex_lock(&stage.mutex);
    snprintf(stage.last_context, sizeof stage.last_context, "%s %lld/%lld %s %s %s %zu",
             request->sender, (long long)who->tenant_id, (long long)who->person_id, who->account,
             who->address, who->language, strlen(who->traceparent));
    snprintf(stage.last_key, sizeof stage.last_key, "%s", request->idempotency_key);
    pthread_mutex_unlock(&stage.mutex);
    if (strcmp(name, "Resolve") == 0) {
        resolve(bus, request, arena);
    } else if (strcmp(name, "Login") == 0) {
        login(bus, request, arena);
    } else if (strcmp(name, "Logout") == 0) {
        Org__LogoutResponse response = ORG__LOGOUT_RESPONSE__INIT;
        answer(bus, request->id, &response.base);
    } else if (strcmp(name, "GetMe") == 0) {
        Org__GetMeResponse response = ORG__GET_ME_RESPONSE__INIT;
        answer(bus, request->id, &response.base);
    } else if (strcmp(name, "ListPeople") == 0) {
        list_people(bus, request, arena);
    } else if (strcmp(name, "GetUnit") == 0) {
        get_unit(bus, request);
    } else if (strcmp(name, "PutPiece") == 0) {
        put_piece(bus, request, arena);
    } else {
        refuse(bus, request->id, DC_UNIMPLEMENTED, "", "not on this stage");
    }
}

static void
publish(struct dc_bus *bus, const char *stream, const char *type, const ProtobufCMessage *body)
{
    static int64_t number;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    char subject[80];
    snprintf(subject, sizeof subject, "%s.%s", stream, type);
    Kernel__Event event = KERNEL__EVENT__INIT;
    event.stream = (char *)(uintptr_t)stream;
    event.type = (char *)(uintptr_t)type;
    event.epoch = 1;
    event.number = ++number;
    event.overall = number;
    event.tenant_id = 1;
    event.at_us = dc_now();
    uint8_t *data;
    size_t size;
    dc_wire_pack(body, arena, &data, &size);
    event.body = (ProtobufCBinaryData){size, data};
    dc_bus_publish(bus, subject, &event, NULL, 0);
}

static void
publish_what_is_wanted(struct dc_bus *bus)
{
    if (atomic_exchange(&stage.end_session, 0)) {
        Org__SessionEnded event = ORG__SESSION_ENDED__INIT;
        event.session_id = (char *)"s-alice";
        publish(bus, "org", "SessionEnded", &event.base);
    }
    if (atomic_exchange(&stage.change_grants, 0)) {
        Org__GrantsChanged event = ORG__GRANTS_CHANGED__INIT;
        event.person_id = 17;
        publish(bus, "org", "GrantsChanged", &event.base);
    }
    int unit = atomic_exchange(&stage.change_scores, 0);
    if (unit) {
        Scoring__ScoresChanged event = SCORING__SCORES_CHANGED__INIT;
        int64_t ids[] = {unit};
        event.unit_ids = ids;
        event.n_unit_ids = 1;
        publish(bus, "scoring", "ScoresChanged", &event.base);
    }
}

static void *
run_services(void *context)
{
    (void)context;
    struct dc_bus *bus = dc_test_bus_open(stage.bus, "services");
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    static const char *const names[] = {"org", "scoring", "ingest"};
    for (size_t i = 0; i < 3; i++) {
        dc_bus_ready(bus, names[i], 50);
    }
    while (!atomic_load(&stage.leave)) {
        dc_bus_poll(bus, 5);
        struct dc_bus_message message;
        while (dc_bus_next(bus, arena, &message)) {
            if (message.kind == DC_BUS_REQUEST) {
                serve(bus, &message, arena);
            }
            dc_arena_reset(arena, 0);
        }
        publish_what_is_wanted(bus);
    }
    dc_bus_free(bus);
    return NULL;
}

/* --- the program -------------------------------------------------------------------------------
 */

static void
kill_gateway(void)
{
    if (stage.gateway > 0) {
        kill(stage.gateway, SIGKILL);
        waitpid(stage.gateway, NULL, 0);
        stage.gateway = 0;
    }
}

static bool
address_is_there(void *path)
{
    return access(path, R_OK) == 0;
}

static void
start_gateway(const char *const *sets)
{
    static char program[512], address_file[512];
    const char *directory = dc_test_tmpdir();
    snprintf(address_file, sizeof address_file, "%s/address", directory);
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 32);
    program[length > 0 ? length : 0] = '\0';
    strcpy(strstr(program, "/test/"), "/bin/dacheng-gateway");
    char values[8][600];
    snprintf(values[0], 600, "bus.endpoints=%s", dc_test_bus_endpoint(stage.bus));
    snprintf(values[1], 600, "bus.key_file=%s", dc_test_bus_key_file(stage.bus, "gateway"));
    snprintf(values[2], 600, "bus.server_key_file=%s", dc_test_bus_server_key_file(stage.bus));
    snprintf(values[3], 600, "http.address_file=%s", address_file);
    snprintf(values[4], 600, "console.dir=%s", stage.console);
    const char *arguments[64] = {program, "--set", "http.address=127.0.0.1:0", "--set",
                                 "metrics.address=127.0.0.1:0"};
    size_t count = 5;
    for (size_t i = 0; i < 5; i++) {
        arguments[count++] = "--set";
        arguments[count++] = values[i];
    }
    for (; *sets; sets++) {
        arguments[count++] = "--set";
        arguments[count++] = *sets;
    }
    stage.gateway = fork();
    if (stage.gateway == 0) {
        char log[600];
        snprintf(log, sizeof log, "%s/log", directory);
        int file = open(log, O_WRONLY | O_CREAT, 0600);
        dup2(file, STDERR_FILENO);
        execv(program, (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    if (!dc_test_wait_until(address_is_there, address_file, DEADLINE_MS)) {
        char log[600];
        snprintf(log, sizeof log, "%s/log", directory);
        dc_test_die("%s does not come up:\n%s", program, dc_test_read_file(log, NULL));
    }
    char *address = dc_test_read_file(address_file, NULL);
    snprintf(stage.address, sizeof stage.address, "%.*s", (int)strcspn(address, "\n"), address);
    free(address);
}

static int
stop_gateway(void)
{
    int status = 0;
    kill(stage.gateway, SIGTERM);
    waitpid(stage.gateway, &status, 0);
    stage.gateway = 0;
    return status;
}

/* --- requests ----------------------------------------------------------------------------------
 */

struct reply {
    long status;
    struct dc_text headers;
    struct dc_text body;
};

static size_t
keep(char *data, size_t size, size_t count, void *text)
{
    dc_text_append(text, data, size * count);
    return size * count;
}

/* `headers`: NULL-ended; the reply lives until the next request. */
static struct reply *
request(const char *method, const char *path, const char *const *headers, const void *body,
        size_t size)
{
    static struct reply reply;
    dc_text_clear(&reply.headers);
    dc_text_clear(&reply.body);
    dc_text_append(&reply.headers, "", 0);
    dc_text_append(&reply.body, "", 0);
    char url[600];
    snprintf(url, sizeof url, "http://%s%s", stage.address, path);
    struct curl_slist *list = NULL;
    for (; headers && *headers; headers++) {
        list = curl_slist_append(list, *headers);
    }
    list = curl_slist_append(list, "Expect:");
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    if (strcmp(method, "HEAD") == 0) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    } else if (body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, strcmp(method, "HEAD") == 0 ? NULL : method);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply.headers);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)DEADLINE_MS);
    reply.status = 0;
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK || reply.headers.length > 0) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(list);
    return &reply;
}

/* JSON to a method, as alice unless another cookie is given. */
static struct reply *
call_as(const char *token, const char *method, const char *json)
{
    char path[200], cookie[200];
    snprintf(path, sizeof path, "/dacheng.%s", method);
    snprintf(cookie, sizeof cookie, "Cookie: dacheng_session=%s", token);
    const char *headers[] = {"Content-Type: application/json", *token ? cookie : NULL, NULL};
    return request("POST", path, headers, json, strlen(json));
}

static struct reply *
call(const char *method, const char *json)
{
    return call_as("alice", method, json);
}

static void
expect_error(const struct reply *reply, long status, const char *code, const char *says)
{
    json_t *json = json_loads(dc_text_cstr(&reply->body), 0, NULL);
    const char *got = json_string_value(json_object_get(json, "code"));
    const char *message = json_string_value(json_object_get(json, "message"));
    if (reply->status != status || !got || strcmp(got, code) != 0 || !message ||
        !strstr(message, says)) {
        fail_msg("%ld %s, wanted %ld %s \"%s\"", reply->status, dc_text_cstr(&reply->body), status,
                 code, says);
    }
    json_decref(json);
}

#endif
