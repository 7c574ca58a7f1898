/*
 * stage_test.h - a stage for the tests of the edge: a real bus, the real program, services whose
 * answers the test decides (services_test.h), and a client.
 */
#ifndef GATEWAY_STAGE_TEST_H
#define GATEWAY_STAGE_TEST_H

#include <curl/curl.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "services_test.h"

/* --- the program -------------------------------------------------------------------------------
 */

static inline void
kill_gateway(void)
{
    if (stage.gateway > 0) {
        kill(stage.gateway, SIGKILL);
        waitpid(stage.gateway, NULL, 0);
        stage.gateway = 0;
    }
}

static inline bool
address_is_there(void *path)
{
    return access(path, R_OK) == 0;
}

static inline void
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

static inline int
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

static inline size_t
keep(char *data, size_t size, size_t count, void *text)
{
    dc_text_append(text, data, size * count);
    return size * count;
}

/* `headers`: NULL-ended; the reply lives until the next request. */
static inline struct reply *
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
static inline struct reply *
call_as(const char *token, const char *method, const char *json)
{
    char path[200], cookie[200];
    snprintf(path, sizeof path, "/dacheng.%s", method);
    snprintf(cookie, sizeof cookie, "Cookie: dacheng_session=%s", token);
    const char *headers[] = {"Content-Type: application/json", *token ? cookie : NULL, NULL};
    return request("POST", path, headers, json, strlen(json));
}

static inline struct reply *
call(const char *method, const char *json)
{
    return call_as("alice", method, json);
}

static inline void
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

/* --- up and down -------------------------------------------------------------------------------
 */

static inline int
set_up(void **state)
{
    (void)state;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    pthread_mutex_init(&stage.mutex, NULL);
    stage.upload = malloc(UPLOAD_ROOM);
    stage.bus = dc_test_bus_new();
    dc_test_bus_peer(stage.bus, "gateway", "call: [\">\"]\nhear: [\">\"]\nspeaks_for_people: true");
    dc_test_bus_peer(stage.bus, "services",
                     "offer: [org, scoring, ingest]\npublish: [\"org.>\", \"scoring.>\"]");
    dc_test_bus_start(stage.bus);
    atexit(kill_gateway);
    char path[600];
    const char *directory = dc_test_tmpdir();
    static char console[500];
    snprintf(path, sizeof path, "%s/secret.txt", directory);
    dc_test_write_file(path, "secret words", 12);
    snprintf(console, sizeof console, "%s/console", directory);
    stage.console = console;
    mkdir(console, 0755);
    snprintf(path, sizeof path, "%s/index.html", console);
    dc_test_write_file(path, "<html>达成</html>", strlen("<html>达成</html>"));
    snprintf(path, sizeof path, "%s/.hidden.txt", console);
    dc_test_write_file(path, "secret words", 12);
    snprintf(path, sizeof path, "%s/assets", console);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/assets/app-1a2b.js", console);
    dc_test_write_file(path, "let x", 5);
    assert_int_equal(pthread_create(&stage.services, NULL, run_services, NULL), 0);
    const char *sets[] = {"http.body_max_kib=4096", "session.cache_ms=600000", "log.level=debug",
                          NULL};
    start_gateway(sets);
    bool up = false;
    for (dc_time end = dc_monotonic() + DEADLINE_MS * (dc_time)DC_MILLISECOND;
         !up && dc_monotonic() < end;) {
        up = call("org.v1.OrgService/ListPeople", "{}")->status == 200;
    }
    return up ? 0 : -1;
}

static inline int
tear_down(void **state)
{
    (void)state;
    atomic_store(&stage.leave, true);
    pthread_join(stage.services, NULL);
    kill_gateway();
    dc_bus_terminate();
    free(stage.upload);
    curl_global_cleanup();
    return 0;
}

#endif
