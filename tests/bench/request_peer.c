/*
 * request_peer.c - the peer of the benchmark `request`: a bare libmicrohttpd handler that answers
 * every request with the one-row SELECT that ingest's GetThresholds makes.
 *
 *     request_peer DSN TENANT PERSON      prints its address, then serves until it is ended
 *
 * Four connections to the database, as the service has; libmicrohttpd's own thread pool.
 */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 4 };

static const char *dsn, *tenant;
static __thread PGconn *connection;

static PGconn *
connected(void)
{
    if (!connection) {
        char sql[512];
        connection = PQconnectdb(dsn);
        snprintf(sql, sizeof sql, "SET dacheng.tenant = '%s'", tenant);
        PQclear(PQexec(connection, sql));
        PQclear(PQprepare(connection, "get",
                          "SELECT day_factor, period_factor, least_amount, every_day, every_person "
                          "FROM threshold WHERE tenant_id = $1::bigint",
                          1, NULL));
    }
    return connection;
}

static enum MHD_Result
answer(void *context, struct MHD_Connection *http, const char *url, const char *method,
       const char *version, const char *upload, size_t *upload_size, void **state)
{
    (void)context, (void)url, (void)method, (void)version, (void)upload;
    static int seen;
    if (!*state) {
        *state = &seen;
        return MHD_YES;
    }
    if (*upload_size) {
        *upload_size = 0;
        return MHD_YES;
    }
    const char *values[] = {tenant};
    static const char *const columns[] = {"dayFactor", "periodFactor", "leastAmount"};
    PGresult *rows = PQexecPrepared(connected(), "get", 1, values, NULL, NULL, 0);
    bool found = PQntuples(rows) == 1;
    char body[512];
    size_t length = 0;
    for (int i = 0; found && i < 3; i++) {
        length += (size_t)snprintf(body + length, sizeof body - length, "%s\"%s\":\"%s\"",
                                   i == 0 ? "{\"thresholds\":{" : ",", columns[i],
                                   PQgetvalue(rows, 0, i));
    }
    length += (size_t)snprintf(body + length, sizeof body - length, "}}");
    unsigned status = found ? MHD_HTTP_OK : MHD_HTTP_INTERNAL_SERVER_ERROR;
    PQclear(rows);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, body, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result result = MHD_queue_response(http, status, response);
    MHD_destroy_response(response);
    return result;
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "request_peer DSN TENANT\n");
        return 2;
    }
    dsn = argv[1], tenant = argv[2];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, NULL, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)THREADS, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_END);
    if (!daemon) {
        return 1;
    }
    printf("127.0.0.1:%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    pause();
    return 0;
}
