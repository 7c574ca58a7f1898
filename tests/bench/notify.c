/* notify.c - messages a second from the database to a local SMTP sink: claims, letters, several
 * connections, outcomes and events committed; beside the same sink fed with the same bytes by one
 * plain libcurl loop that has nothing to remember. See tests/bench/run for the lines it prints. */
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "figures.h"
#include "services/notify/channel.h"
#include "services/notify/compose.h"
#include "services/notify/handlers.h"
#include "tests/lib/service.h"

enum { MAILS = 20000, RUNS = 3, TENANT = 1 };

/* --- the sink: a mail server that takes everything and keeps nothing
 * ------------------------------ */
static int sink_port;
static _Atomic int64_t sink_mails;

struct connection {
    int fd;
    bool data;    /* between DATA and the final dot */
    char tail[5]; /* the last bytes of the data: "\r\n.\r\n" ends it, wherever it is cut */
    char line[1024];
    size_t length;
};

static void
reply(struct connection *connection, const char *text)
{
    if (write(connection->fd, text, strlen(text)) < 0) {
        connection->length = 0; /* it is gone; epoll will say so */
    }
}

static void
take_line(struct connection *connection)
{
    const char *line = connection->line;
    if (strncasecmp(line, "DATA", 4) == 0) {
        connection->data = true;
        memcpy(connection->tail, "\0\0\0\r\n", 5);
        reply(connection, "354 go on\r\n");
    } else if (strncasecmp(line, "EHLO", 4) == 0) {
        reply(connection, "250-sink\r\n250 8BITMIME\r\n");
    } else if (strncasecmp(line, "QUIT", 4) == 0) {
        reply(connection, "221 bye\r\n");
    } else {
        reply(connection, "250 OK\r\n");
    }
}

static void
take_byte(struct connection *connection, char byte)
{
    if (connection->data) {
        memmove(connection->tail, connection->tail + 1, 4);
        connection->tail[4] = byte;
        if (byte == '\n' && memcmp(connection->tail, "\r\n.\r\n", 5) == 0) {
            connection->data = false;
            atomic_fetch_add(&sink_mails, 1);
            reply(connection, "250 accepted\r\n");
        }
    } else if (byte == '\n') {
        connection->line[connection->length] = '\0';
        connection->length = 0;
        take_line(connection);
    } else if (connection->length < sizeof(connection->line) - 1) {
        connection->line[connection->length++] = byte;
    }
}

static void
accept_one(int epoll, int listener)
{
    struct connection *connection = calloc(1, sizeof(*connection));
    int one = 1;
    connection->fd = accept(listener, NULL, NULL);
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event);
    reply(connection, "220 sink\r\n");
}

static void *
sink(void *argument)
{
    int listener = *(int *)argument, epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[64];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            char buffer[65536];
            if (!connection) {
                accept_one(epoll, listener);
                continue;
            }
            ssize_t size = read(connection->fd, buffer, sizeof(buffer));
            for (ssize_t k = 0; k < size; k++) {
                take_byte(connection, buffer[k]);
            }
            if (size <= 0) {
                close(connection->fd);
                free(connection);
            }
        }
    }
    return NULL;
}

static void
start_sink(void)
{
    static int listener;
    pthread_t thread;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0 ||
        pthread_create(&thread, NULL, sink, &listener) != 0) {
        dc_test_die("the sink does not start");
    }
    sink_port = ntohs(address.sin_port);
}

/* --- the peer: one plain libcurl loop
 * --------------------------------------------------------------- */
struct upload {
    const char *data;
    size_t left;
};

static size_t
give(char *buffer, size_t size, size_t count, void *context)
{
    struct upload *upload = context;
    size_t bytes = upload->left < size * count ? upload->left : size * count;
    memcpy(buffer, upload->data, bytes);
    upload->data += bytes;
    upload->left -= bytes;
    return bytes;
}

/* The letter that the service writes. */
static const struct dc_sender_request *
letter(struct dc_arena *arena)
{
    static const char *names[] = {"task", "stage", "subject", "cycle", "due"};
    static const char *values[] = {"17", "目标确认", "华东一组", "2026年11月销售考核",
                                   "11-25 18:00"};
    struct notify_told told = {NOTIFY_TASKS_REMINDED, {names, values, 5}, dc_now()};
    struct notify_occasion occasion = {"张三", "zh-CN", "https://perf.example", false, 1};
    struct notify_settings settings = {
        .smtp = {
            .url = "", .from_address = "a@b.example", .from_name = "达成", .domain = "b.example"}};
    struct notify_message message = {.id = "dacheng.1.123456", .email = "zhang@b.example"};
    struct dc_sender_request *request = DC_NEW(arena, struct dc_sender_request);
    struct dc_error error;
    if (notify_compose(arena, &occasion, &told, 1, &message, &error) != DC_OK) {
        dc_test_die("%s", error.message);
    }
    message.html = notify_html(arena, message.text, occasion.base_url, "zh-CN");
    if (notify_channel_mail.prepare(arena, &settings, &message, request, &error) != DC_OK) {
        dc_test_die("%s", error.message);
    }
    return request;
}

static double
plain_loop(const struct dc_sender_request *request)
{
    char url[64];
    CURL *curl = curl_easy_init();
    snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", sink_port);
    struct curl_slist *to = curl_slist_append(NULL, request->mail_to);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, request->mail_from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    int64_t began = dc_monotonic();
    for (int i = 0; i < MAILS; i++) {
        struct upload upload = {request->body, request->body_size};
        curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
        if (curl_easy_perform(curl) != CURLE_OK) {
            dc_test_die("the sink refuses");
        }
    }
    double rate = (double)MAILS * DC_SECOND / (double)(dc_monotonic() - began);
    curl_slist_free_all(to);
    curl_easy_cleanup(curl);
    return rate;
}

/* --- ours
 * ------------------------------------------------------------------------------------------------
 */
static void
fill(struct dc_test_pg *pg, int run)
{
    char sql[1600];
    snprintf(
        sql, sizeof(sql),
        "INSERT INTO notify.org_person SELECT %d, g, 'P' || g, '张三', 'p' || g || '@b.example', "
        "'', "
        "'zh-CN', NULL, '2020-01-01', 'infinity', 1 FROM generate_series(1, %d) g ON CONFLICT DO "
        "NOTHING;"
        "WITH made AS (INSERT INTO notify.notice (tenant_id, person_id, cause, template, params, "
        "at) SELECT %d, g, 'bench/%d', 'tasks_reminded', '{\"task\":\"17\",\"stage\":\"目标确认\","
        "\"subject\":\"华东一组\",\"cycle\":\"2026年11月销售考核\",\"due\":\"11-25 18:00\"}', "
        "now() FROM "
        "generate_series(1, %d) g RETURNING id, person_id) INSERT INTO notify.delivery (tenant_id, "
        "person_id, channel, template, state, due_at, at, notices) SELECT %d, person_id, 2, "
        "'tasks_reminded', 'gathering', now() + interval '1 hour', now(), ARRAY[id] FROM made;"
        "ANALYZE notify.delivery",
        TENANT, MAILS, TENANT, run, MAILS, TENANT);
    dc_test_pg_exec(pg, sql);
}

static bool
have_arrived(void *wanted)
{
    return atomic_load(&sink_mails) >= *(int64_t *)wanted;
}

static bool
are_written(void *pg)
{
    DC_AUTO_FREE char *left =
        dc_test_pg_value(pg, "SELECT count(*) FROM notify.delivery WHERE state <> 'sent'");
    return strcmp(left, "0") == 0;
}

/* Until the last outcome is committed. */
static double
ours(struct dc_test_pg *pg, int run)
{
    fill(pg, run);
    int64_t wanted = atomic_load(&sink_mails) + MAILS;
    int64_t began = dc_monotonic();
    dc_test_pg_exec(pg, "UPDATE notify.delivery SET due_at = now() WHERE state = 'gathering'");
    if (!dc_test_wait_until(have_arrived, &wanted, 120000) ||
        !dc_test_wait_until(are_written, pg, 20000)) {
        dc_test_die("%lld of %d mails have arrived",
                    (long long)(MAILS - wanted + atomic_load(&sink_mails)), MAILS);
    }
    return (double)MAILS * DC_SECOND / (double)(dc_monotonic() - began);
}

int
main(int argc, char **argv)
{
    static const struct dc_service_spec *const specs[] = {&notify_spec, NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct dc_test_pg *pg;
    char url[64], noon[40];
    double mine[RUNS], theirs[RUNS];
    curl_global_init(CURL_GLOBAL_DEFAULT);
    start_sink();
    dc_test_pg_start(&pg);
    struct dc_test_bus *bus = dc_test_bus_new();
    dc_test_bus_peer(bus, "notify",
                     "call: [\">\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]");
    dc_test_bus_start(bus);
    struct dc_test_service *notify = dc_test_service_new("notify", pg, bus);
    snprintf(url, sizeof(url), "smtp.url=smtp://127.0.0.1:%d", sink_port);
    snprintf(noon, sizeof(noon), "utc_offset_s=%d",
             (12 * 60 - (int)(dc_now() / DC_SECOND / 60 % (24 * 60))) * 60);
    dc_test_service_set(notify, url);
    dc_test_service_set(notify, noon); /* no quiet hours */
    dc_test_service_set(notify, "mail.base_url=https://perf.example");
    dc_test_service_start(notify);
    const struct dc_sender_request *request = letter(arena);
    for (int run = 0; run < RUNS; run++) {
        theirs[run] = plain_loop(request);
        mine[run] = ours(pg, run);
    }
    bench_report("notify", mine, theirs, RUNS, "/s", true,
                 "(claimed, sent, committed, told / one plain libcurl loop)");
    dc_test_service_stop(notify);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return EXIT_SUCCESS;
}
