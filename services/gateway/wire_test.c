/* Tests what no client says: requests written by hand, byte for byte. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "stage_test.h"

/* Sends the bytes, returns what comes until the other side closes or `size` is there. */
static size_t
raw(const char *text, char *answer_text, size_t room)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char host[64];
    snprintf(host, sizeof host, "%.*s", (int)strcspn(stage.address, ":"), stage.address);
    inet_pton(AF_INET, host, &address.sin_addr);
    address.sin_port = htons((uint16_t)atoi(strchr(stage.address, ':') + 1));
    DC_AUTO_CLOSE int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    struct timeval limit = {.tv_sec = 5};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    size_t size = 0;
    ssize_t got;
    while (size + 1 < room && (got = recv(fd, answer_text + size, room - 1 - size, 0)) > 0) {
        size += (size_t)got;
    }
    answer_text[size] = '\0';
    return size;
}

static void
smuggled_requests_are_refused(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "Host: a\r\nContent-Length: 2\r\nContent-Length: 20\r\n",
        "Host: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Host: a\r\nHost: b\r\nContent-Length: 2\r\n",
        "Host: a\r\nTransfer-Encoding: xchunked\r\n",
        "Host: a\r\nContent-Length: 0x2\r\n",
        "Host: a\r\nContent-Length: -2\r\n",
        "Content-Length: 2\r\n",
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        char text[1000], reply[8000];
        snprintf(text, sizeof text,
                 "POST /dacheng.org.v1.OrgService/ListPeople HTTP/1.1\r\n"
                 "Cookie: dacheng_session=alice\r\nContent-Type: application/json\r\n%s\r\n{}"
                 "GET /assets/app-1a2b.js HTTP/1.1\r\nHost: a\r\n\r\n",
                 heads[i]);
        raw(text, reply, sizeof reply);
        if (!strstr(reply, " 400 ") || strstr(reply, "let x")) {
            fail_msg("%s\n-> %s", heads[i], reply); /* nothing behind it was answered */
        }
    }
}

static void
connections_are_kept(void **state)
{
    (void)state;
    char text[2000], reply[20000];
    snprintf(text, sizeof text,
             "GET /assets/app-1a2b.js HTTP/1.1\r\nHost: a\r\n\r\n"
             "POST /dacheng.org.v1.OrgService/ListPeople HTTP/1.1\r\nHost: a\r\n"
             "Cookie: dacheng_session=bob\r\nContent-Type: application/json\r\n"
             "Content-Length: 2\r\n\r\n{}"
             "POST /dacheng.org.v1.OrgService/ListPeople HTTP/1.1\r\nHost: a\r\n"
             "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
             "GET /assets/app-1a2b.js HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    raw(text, reply, sizeof reply);
    int files = 0;
    for (const char *at = reply; (at = strstr(at, "let x")); at++) {
        files++;
    }
    assert_int_equal(files, 2);
    assert_non_null(strstr(reply, "9007199254740993"));
    assert_non_null(strstr(reply, " 401 "));
}

static void
nonsense_leaves_it_alive(void **state)
{
    (void)state;
    static const char *const nonsense[] = {
        "\r\n\r\n\r\n",
        "GET",
        "GET / HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\x02",
        "POST / HTTP/1.1\r\nHost: a\r\n",
        "GET /%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"};
    char reply[4000];
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        /* Not read to its end: the other side may wait for more. */
        struct sockaddr_in address = {.sin_family = AF_INET};
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        address.sin_port = htons((uint16_t)atoi(strchr(stage.address, ':') + 1));
        DC_AUTO_CLOSE int fd = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
        send(fd, nonsense[i], strlen(nonsense[i]), MSG_NOSIGNAL);
    }
    DC_AUTO_TEXT struct dc_text heads = DC_TEXT_INIT;
    dc_text_add(&heads, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
    for (int i = 0; i < 150; i++) {
        dc_text_printf(&heads, "X-%d: y\r\n", i);
    }
    dc_text_add(&heads, "\r\n");
    raw(heads.data, reply, sizeof reply);
    assert_non_null(strstr(reply, " 400 "));
    assert_int_equal(call("org.v1.OrgService/ListPeople", "{}")->status, 200);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smuggled_requests_are_refused),
        cmocka_unit_test(connections_are_kept),
        cmocka_unit_test(nonsense_leaves_it_alive),
    };
    return cmocka_run_group_tests_name("wire", tests, set_up, tear_down);
}
