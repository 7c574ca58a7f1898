/* events_rabbit.c - the peer of events.c: a quorum queue of RabbitMQ, each publisher waiting for
 * the confirm of its event. BENCH_PORT is the broker's, on 127.0.0.1. Built on Debian's
 * librabbitmq. */
#include "events_load.h"

#include <amqp.h>
#include <amqp_tcp_socket.h>

#define QUEUE "bench"

static struct events_heard heard;

static void
check(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "%s failed\n", what);
        exit(EXIT_FAILURE);
    }
}

static amqp_connection_state_t
connect_to_broker(void)
{
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    check(amqp_socket_open(socket, "127.0.0.1", atoi(getenv("BENCH_PORT"))) == 0, "connect");
    check(amqp_login(connection, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest")
                  .reply_type == AMQP_RESPONSE_NORMAL,
          "login");
    amqp_channel_open(connection, 1);
    check(amqp_get_rpc_reply(connection).reply_type == AMQP_RESPONSE_NORMAL, "channel");
    return connection;
}

static void
close_connection(amqp_connection_state_t connection)
{
    (void)amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    (void)amqp_destroy_connection(connection);
}

static void
await_confirm(amqp_connection_state_t connection)
{
    amqp_frame_t frame;
    do {
        check(amqp_simple_wait_frame(connection, &frame) == AMQP_STATUS_OK, "confirm");
    } while (frame.frame_type != AMQP_FRAME_METHOD);
    check(frame.payload.method.id == AMQP_BASIC_ACK_METHOD, "confirm");
    amqp_maybe_release_buffers(connection);
}

static void *
write_events(void *argument)
{
    (void)argument;
    amqp_connection_state_t connection = connect_to_broker();
    amqp_confirm_select(connection, 1);
    check(amqp_get_rpc_reply(connection).reply_type == AMQP_RESPONSE_NORMAL, "confirm.select");
    amqp_basic_properties_t properties = {._flags = AMQP_BASIC_DELIVERY_MODE_FLAG,
                                          .delivery_mode = 2};
    char body[EVENTS_BODY] = {0};
    int64_t next = 0;
    while (!atomic_load(&events_stop)) {
        int64_t now = events_clock(CLOCK_REALTIME);
        memcpy(body, &now, sizeof(now));
        check(amqp_basic_publish(connection, 1, amqp_empty_bytes, amqp_cstring_bytes(QUEUE), 0, 0,
                                 &properties, (amqp_bytes_t){sizeof(body), body}) == AMQP_STATUS_OK,
              "publish");
        await_confirm(connection);
        atomic_fetch_add(&events_acknowledged, 1);
        events_pace(&next);
    }
    close_connection(connection);
    return NULL;
}

static void *
hear_events(void *argument)
{
    amqp_connection_state_t connection = *(amqp_connection_state_t *)argument;
    while (!atomic_load(&events_stop)) {
        amqp_envelope_t envelope;
        struct timeval patience = {0, 200000};
        amqp_maybe_release_buffers(connection);
        if (amqp_consume_message(connection, &envelope, &patience, 0).reply_type !=
            AMQP_RESPONSE_NORMAL) {
            continue;
        }
        int64_t sent_at;
        memcpy(&sent_at, envelope.message.body.bytes, sizeof(sent_at));
        if (atomic_load(&events_listen)) {
            events_hear(&heard, sent_at);
        }
        amqp_destroy_envelope(&envelope);
    }
    return NULL;
}

static void
declare_and_consume(amqp_connection_state_t connection)
{
    amqp_table_entry_t entry = {
        .key = amqp_cstring_bytes("x-queue-type"),
        .value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes("quorum")}};
    amqp_queue_delete(connection, 1, amqp_cstring_bytes(QUEUE), 0, 0);
    amqp_queue_declare(connection, 1, amqp_cstring_bytes(QUEUE), 0, 1, 0, 0,
                       (amqp_table_t){1, &entry});
    check(amqp_get_rpc_reply(connection).reply_type == AMQP_RESPONSE_NORMAL, "queue.declare");
    amqp_basic_consume(connection, 1, amqp_cstring_bytes(QUEUE), amqp_empty_bytes, 0, 1, 0,
                       amqp_empty_table);
    check(amqp_get_rpc_reply(connection).reply_type == AMQP_RESPONSE_NORMAL, "consume");
}

int
main(void)
{
    heard.samples = malloc(EVENTS_SAMPLES * sizeof(int64_t));
    amqp_connection_state_t hearing = connect_to_broker();
    declare_and_consume(hearing);
    pthread_t hearer;
    pthread_create(&hearer, NULL, hear_events, &hearing);
    double rate = events_measure(write_events);
    pthread_join(hearer, NULL);
    events_print(rate, &heard);
    close_connection(hearing);
    free(heard.samples);
    return EXIT_SUCCESS;
}
