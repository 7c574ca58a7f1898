/* events_nats.c - the peer of events.c: JetStream, file storage, each publisher waiting for the
 * acknowledgement of its event. BENCH_ADDRESS is the server. Built on Debian's libnats. */
#include "events_load.h"

#include <nats/nats.h>

static struct events_heard heard;

static void
check(natsStatus status, const char *what)
{
    if (status != NATS_OK) {
        fprintf(stderr, "%s: %s: %s\n", what, natsStatus_GetText(status), nats_GetLastError(NULL));
        exit(EXIT_FAILURE);
    }
}

static natsConnection *
connect_to_server(jsCtx **ret_stream)
{
    natsConnection *connection;
    check(natsConnection_ConnectTo(&connection, getenv("BENCH_ADDRESS")), "connect");
    check(natsConnection_JetStream(ret_stream, connection, NULL), "jetstream");
    return connection;
}

static void *
write_events(void *argument)
{
    jsCtx *stream;
    natsConnection *connection = connect_to_server(&stream);
    int64_t next = 0;
    char subject[32], body[EVENTS_BODY] = {0};
    snprintf(subject, sizeof(subject), "bench.%d", (int)(intptr_t)argument);
    while (!atomic_load(&events_stop)) {
        int64_t now = events_clock(CLOCK_REALTIME);
        memcpy(body, &now, sizeof(now));
        check(js_Publish(NULL, stream, subject, body, sizeof(body), NULL, NULL), "publish");
        atomic_fetch_add(&events_acknowledged, 1);
        events_pace(&next);
    }
    jsCtx_Destroy(stream);
    natsConnection_Destroy(connection);
    return NULL;
}

static void
on_message(natsConnection *connection, natsSubscription *subscription, natsMsg *message,
           void *closure)
{
    (void)connection, (void)subscription, (void)closure;
    int64_t sent_at;
    memcpy(&sent_at, natsMsg_GetData(message), sizeof(sent_at));
    if (atomic_load(&events_listen)) {
        events_hear(&heard, sent_at);
    }
    natsMsg_Destroy(message);
}

int
main(void)
{
    jsCtx *stream;
    natsConnection *connection = connect_to_server(&stream);
    const char *subjects[] = {"bench.>"};
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = "BENCH";
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    config.Storage = js_FileStorage;
    (void)js_DeleteStream(stream, "BENCH", NULL, NULL);
    check(js_AddStream(NULL, stream, &config, NULL, NULL), "add stream");

    heard.samples = malloc(EVENTS_SAMPLES * sizeof(int64_t));
    natsSubscription *subscription;
    jsSubOptions options;
    jsSubOptions_Init(&options);
    options.Config.AckPolicy = js_AckNone;
    options.Config.DeliverPolicy = js_DeliverNew;
    check(js_Subscribe(&subscription, stream, "bench.>", on_message, NULL, NULL, &options, NULL),
          "subscribe");
    (void)natsSubscription_SetPendingLimits(subscription, -1, -1);

    double rate = events_measure(write_events);
    events_print(rate, &heard);
    natsSubscription_Destroy(subscription);
    jsCtx_Destroy(stream);
    natsConnection_Destroy(connection);
    free(heard.samples);
    return EXIT_SUCCESS;
}
