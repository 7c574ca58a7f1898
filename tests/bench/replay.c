/*
 * replay.c - a log of a million events: how fast a backlog is numbered (`bench stamp`), and how
 * fast a subscriber reads it all from the start over the bus (`bench replay`), beside `COPY (SELECT
 * …) TO STDOUT` of the same rows to a client of the database itself. BENCH_ROWS, BENCH_RUNS.
 */
#include <libpq-fe.h>
#include <string.h>

#include "base/assert.h"
#include "edge/wire_check.h"
#include "figures.h"
#include "tests/lib/kernel_services.h"
#include "tests/lib/service.h"

enum { AT_ONCE = 2, STRETCH = 5000, RUNS_MOST = 15 };

static struct dc_test_pg *pg;
static int64_t rows;

static bool
is_stamped(void *unused)
{
    (void)unused;
    DC_AUTO_FREE char *value = dc_test_pg_value(
        pg, "SELECT (SELECT overall FROM maker.log_head ORDER BY batch DESC LIMIT 1) = (SELECT "
            "count(*) FROM maker.outbox)");
    return strcmp(value, "t") == 0;
}

static void
make_backlog(void)
{
    char sql[600];
    snprintf(sql, sizeof(sql),
             "INSERT INTO maker.outbox (partition, tenant_id, key, type, at, body, traceparent, "
             "actor_person_id, actor_account, cause) SELECT g %% 16, 1, 'bulk ' || g %% 1000, "
             "'Parked', now(), decode(repeat('00', 200), 'hex'), '', 0, '', '' FROM "
             "generate_series(1, %lld) g",
             (long long)rows);
    dc_test_pg_exec(pg, sql);
    dc_test_pg_exec(pg, "VACUUM ANALYZE");
}

/* Asks for the next stretch before the last one has been taken apart, as consumers do. */
static double
replay(struct dc_bus *bus)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    int64_t began = dc_monotonic(), next = 1, events = 0;
    for (int under_way = 0; next <= rows || under_way > 0;) {
        for (; under_way < AT_ONCE && next <= rows; under_way++, next += STRETCH) {
            Kernel__ReadRequest request = KERNEL__READ_REQUEST__INIT;
            request.partition = -1;
            request.from = next;
            request.limit = STRETCH;
            uint8_t body[64];
            size_t size = kernel__read_request__pack(&request, body);
            dc_bus_send(bus, &(struct dc_bus_request){.service = "maker.log",
                                                      .method = "dacheng.kernel.v1.LogService/Read",
                                                      .body = body,
                                                      .body_size = size,
                                                      .timeout_ms = 60000});
        }
        struct dc_bus_message message;
        dc_bus_poll(bus, 1000);
        while (dc_bus_next(bus, arena, &message)) {
            if (message.kind != DC_BUS_REPLY) {
                continue;
            }
            ProtobufCMessage *response;
            struct dc_error error = {0};
            if (message.code != DC_OK ||
                dc_wire_unpack(&kernel__read_response__descriptor, message.body, message.body_size,
                               arena, &response, &error) != DC_OK) {
                dc_test_die("%s%s", message.error_message, error.message);
            }
            events += (int64_t)((Kernel__ReadResponse *)response)->n_events;
            under_way--;
        }
        dc_arena_reset(arena, 0);
    }
    if (events != rows) {
        dc_test_die("%lld of %lld events came", (long long)events, (long long)rows);
    }
    return (double)rows * DC_SECOND / (double)(dc_monotonic() - began);
}

static double
copy_out(void)
{
    PGconn *connection = PQconnectdb(dc_test_pg_dsn(pg, "maker", "postgres"));
    int64_t began = dc_monotonic(), lines = 0;
    PGresult *result =
        PQexec(connection, "COPY (SELECT number, overall, s.partition, type, tenant_id, key, "
                           "o.at, body, traceparent, actor_person_id, actor_account, cause FROM "
                           "maker.stamp s JOIN maker.outbox o ON o.id = s.outbox_id ORDER BY "
                           "overall) TO STDOUT");
    if (PQresultStatus(result) != PGRES_COPY_OUT) {
        dc_test_die("%s", PQerrorMessage(connection));
    }
    PQclear(result);
    for (char *line; PQgetCopyData(connection, &line, 0) > 0; lines++) {
        PQfreemem(line);
    }
    double rate = (double)lines * DC_SECOND / (double)(dc_monotonic() - began);
    PQfinish(connection);
    if (lines != rows) {
        dc_test_die("%lld of %lld rows came", (long long)lines, (long long)rows);
    }
    return rate;
}

int
main(int argc, char **argv)
{
    static const struct dc_service_spec *const specs[] = {&dc_test_maker, NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    rows = (int64_t)bench_setting("BENCH_ROWS", 1000000);
    size_t runs = (size_t)bench_setting("BENCH_RUNS", 3);
    DC_ASSERT(rows > 0 && runs > 0 && runs <= RUNS_MOST);
    dc_test_pg_start(&pg);
    struct dc_test_bus *bus = dc_test_bus_new();
    dc_test_bus_peer(bus, "maker",
                     "call: [\">\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]");
    dc_test_bus_peer(bus, "reader", "call: [\">\"]\nhear: [\">\"]");
    dc_test_bus_start(bus);
    struct dc_test_service *maker = dc_test_service_new("maker", pg, bus);
    dc_test_service_set(maker, "log.reads_per_second=0");
    dc_test_service_migrate(maker);
    make_backlog();
    dc_test_service_launch(maker);
    int64_t began = dc_monotonic();
    if (!dc_test_wait_until(is_stamped, NULL, 300000)) {
        dc_test_die("the backlog is not being numbered");
    }
    printf("bench stamp ours=%.0f/s events=%lld\n",
           (double)rows * DC_SECOND / (double)(dc_monotonic() - began), (long long)rows);
    fflush(stdout);
    dc_test_pg_exec(pg, "VACUUM ANALYZE");
    struct dc_bus *reader = dc_test_bus_open(bus, "reader");
    double ours[RUNS_MOST], peer[RUNS_MOST];
    for (size_t run = 0; run < runs; run++) {
        ours[run] = replay(reader);
        peer[run] = copy_out();
    }
    bench_report("replay", ours, peer, runs, "/s", true,
                 "(log.Read over the bus / COPY TO STDOUT)");
    dc_bus_free(reader);
    dc_test_service_stop(maker);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return EXIT_SUCCESS;
}
