/* sender_test.c - what a mail server sees when requests are given up in the middle. */
#include "sender.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tests/lib/cmocka.h"

enum { BODY = 8 * 1024 * 1024, DEADLINE_S = 20 };

/* A server that answers one line at a time, in the test's own thread. */
struct server {
    int listener, connection;
    char url[64];
    bool answers_data; /* 354 to DATA; else it lets one wait */
    bool in_data;
    char line[512];
    size_t length;
    size_t taken; /* bytes after DATA */
    char tail[3]; /* the last of them */
};

static void
server_open(struct server *server, bool answers_data)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int room = 4096; /* so that much of a mail is still to come */
    *server = (struct server){.connection = -1, .answers_data = answers_data};
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->listener >= 0);
    setsockopt(server->listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server->listener, 1), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    snprintf(server->url, sizeof(server->url), "smtp://127.0.0.1:%d", ntohs(address.sin_port));
}

static void
server_close(struct server *server)
{
    close(server->connection);
    close(server->listener);
}

static void
say(struct server *server, const char *reply)
{
    assert_int_equal(send(server->connection, reply, strlen(reply), MSG_NOSIGNAL),
                     (ssize_t)strlen(reply));
}

static void
hear_byte(struct server *server, char byte)
{
    if (server->in_data) {
        server->taken++;
        memmove(server->tail, server->tail + 1, sizeof(server->tail) - 1);
        server->tail[sizeof(server->tail) - 1] = byte;
        return;
    }
    assert_true(server->length < sizeof(server->line) - 1);
    server->line[server->length++] = byte;
    if (byte == '\n') {
        server->in_data = strncmp(server->line, "DATA", 4) == 0;
        server->length = 0;
        if (!server->in_data || server->answers_data) {
            say(server, server->in_data ? "354 go on\r\n" : "250 ok\r\n");
        }
    }
}

/* Takes what has come; `flags` MSG_DONTWAIT: without waiting. False: the sender has hung up. */
static bool
server_take(struct server *server, int flags)
{
    char bytes[4096];
    if (server->connection < 0) {
        server->connection = accept(server->listener, NULL, NULL);
        assert_true(server->connection >= 0);
        say(server, "220 here\r\n");
    }
    ssize_t count = recv(server->connection, bytes, sizeof(bytes), flags);
    for (ssize_t i = 0; i < count; i++) {
        hear_byte(server, bytes[i]);
    }
    return count > 0 || (count < 0 && (flags & MSG_DONTWAIT));
}

static void
a_mail_that_is_given_up_is_not_ended(bool answers_data)
{
    struct server server;
    struct dc_error error;
    struct notify_done done;
    struct notify_settings settings = {.smtp = {.user = "", .tls = "none", .ca_file = ""},
                                       .timeout_s = DEADLINE_S,
                                       .connections = 1};
    struct notify_sender *sender = NULL;
    DC_AUTO_FREE char *body = malloc(BODY);
    server_open(&server, answers_data);
    assert_non_null(body);
    for (size_t i = 0; i < BODY; i++) {
        body[i] = "a line\r\n"[i % 8];
    }
    struct dc_sender_request request = {.url = server.url,
                                     .body = body,
                                     .body_size = BODY,
                                     .mail_from = "<from@example.com>",
                                     .mail_to = "<to@example.com>"};
    assert_int_equal(notify_sender_new(&sender, &notify_channel_mail, &settings, &error), DC_OK);
    notify_sender_start(sender, &request, 0);
    dc_time deadline = dc_monotonic() + DEADLINE_S * DC_SECOND;
    while (answers_data ? server.taken == 0 : !server.in_data) {
        assert_true(dc_monotonic() < deadline);
        assert_int_equal(notify_sender_wait(sender, 10, &done, 1), 0);
        assert_true(server_take(&server, MSG_DONTWAIT));
    }
    assert_int_equal(notify_sender_under_way(sender), 1);
    notify_sender_free(sender);
    while (server_take(&server, 0)) {
    }
    /* A line with a dot alone would be the mail's end. */
    assert_memory_not_equal(server.tail, ".\r\n", 3);
    assert_true(server.taken < BODY);
    server_close(&server);
}

static void
a_mail_that_is_given_up_in_its_middle_is_not_ended(void **state)
{
    (void)state;
    a_mail_that_is_given_up_is_not_ended(true);
}

static void
a_mail_that_is_given_up_before_its_data_is_not_ended(void **state)
{
    (void)state;
    a_mail_that_is_given_up_is_not_ended(false);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_that_is_given_up_in_its_middle_is_not_ended),
        cmocka_unit_test(a_mail_that_is_given_up_before_its_data_is_not_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
