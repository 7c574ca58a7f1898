/*
 * bus.c - what the bus carries, beside the barest router there can be (bus_peer.h): events to 1, 10
 * and 100 subscribers, each with a thread of its own, and requests of one caller with 32 under way.
 * Ours always encrypts and asks who it is; the peer does so too, or (plain) not.
 *
 * BENCH_RUNS (3) and BENCH_SECONDS (2) say how often and how long. Of `bus_events_…` the figure is
 * events a second that every subscriber has got; none may be lost, so nobody is ever ahead of the
 * slowest by more than WINDOW.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "bus_peer.h"
#include "figures.h"
#include "tests/lib/bus.h"
#include "tests/lib/harness.h"

enum { WINDOW = 2000, SUBSCRIBERS_MOST = 100, AT_ONCE = 32, SAMPLES = 2000000, RUNS_MOST = 15 };

static struct dc_test_bus *ours;
static struct bus_peer *peer; /* NULL: ours is measured */

/* --- events --------------------------------------------------------------------------------------
 */
static _Atomic int64_t taken[SUBSCRIBERS_MOST]; /* by each subscriber */
static atomic_int ready;
static atomic_bool over;

static void
subscribe_to_ours(size_t number)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct dc_bus *bus = dc_test_bus_open(ours, "hearer");
    dc_bus_subscribe(bus, (const char *const[]){"maker.>", NULL}, 2 * WINDOW);
    dc_bus_poll(bus, 50);
    atomic_fetch_add(&ready, 1);
    while (!atomic_load_explicit(&over, memory_order_relaxed)) {
        struct dc_bus_message message;
        dc_bus_poll(bus, 100);
        while (dc_bus_next(bus, arena, &message)) {
            if (message.kind == DC_BUS_BEHIND) {
                dc_test_die("a subscriber fell behind");
            }
            atomic_fetch_add_explicit(&taken[number], message.kind == DC_BUS_EVENT,
                                      memory_order_relaxed);
            dc_arena_reset(arena, 0);
        }
    }
    dc_bus_free(bus);
}

static void
subscribe_to_peer(size_t number)
{
    void *socket = bus_peer_connect(peer);
    char body[BUS_PEER_BYTES];
    int wait_ms = 100;
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait_ms, sizeof(wait_ms));
    zmq_send(socket, "S", 1, 0);
    zmq_recv(socket, body, sizeof(body), 0); /* it is known there */
    atomic_fetch_add(&ready, 1);
    while (!atomic_load_explicit(&over, memory_order_relaxed)) {
        if (zmq_recv(socket, body, sizeof(body), 0) >= 0) {
            atomic_fetch_add_explicit(&taken[number], 1, memory_order_relaxed);
        }
    }
    zmq_close(socket);
}

static void *
subscriber(void *number)
{
    (peer ? subscribe_to_peer : subscribe_to_ours)((size_t)number);
    return NULL;
}

static int64_t
slowest(size_t subscribers)
{
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < subscribers; i++) {
        int64_t count = atomic_load_explicit(&taken[i], memory_order_relaxed);
        least = count < least ? count : least;
    }
    return least;
}

static void
publish_to_ours(struct dc_bus *bus, int64_t number)
{
    static uint8_t bytes[200]; /* 300 with what is around it */
    Kernel__Event event = KERNEL__EVENT__INIT;
    event.stream = "maker";
    event.type = "Made";
    event.epoch = 1;
    event.number = event.overall = number;
    event.tenant_id = 1;
    event.key = "thing/1234567890";
    event.at_us = dc_now();
    event.body = (ProtobufCBinaryData){sizeof(bytes), bytes};
    dc_bus_publish(bus, "maker.Made", &event, NULL, 0);
    if (number % 100 == 0) {
        dc_bus_poll(bus, 0);
    }
}

/* Events a second that all subscribers have got. */
static double
carry_events(size_t subscribers)
{
    static int64_t number; /* goes on: an event twice would be dropped */
    pthread_t threads[SUBSCRIBERS_MOST];
    if (peer) {
        bus_peer_forget(peer);
    }
    atomic_store(&over, false);
    atomic_store(&ready, 0);
    for (size_t i = 0; i < subscribers; i++) {
        atomic_store(&taken[i], 0);
        pthread_create(&threads[i], NULL, subscriber, (void *)i);
    }
    struct dc_bus *bus = peer ? NULL : dc_test_bus_open(ours, "maker");
    void *socket = peer ? bus_peer_connect(peer) : NULL;
    while (atomic_load(&ready) < (int)subscribers) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    char body[BUS_PEER_BYTES] = "E";
    int64_t began = dc_monotonic();
    int64_t end = began + (int64_t)(bench_setting("BENCH_SECONDS", 2) * DC_SECOND);
    int64_t sent = 0;
    for (; dc_monotonic() < end; sent++) {
        while (sent - slowest(subscribers) >= WINDOW) {
            nanosleep(&(struct timespec){0, 20000}, NULL);
        }
        if (peer) {
            zmq_send(socket, body, sizeof(body), 0);
        } else {
            publish_to_ours(bus, ++number);
        }
    }
    int64_t patience = dc_monotonic() + 20 * DC_SECOND;
    while (slowest(subscribers) < sent) {
        if (dc_monotonic() > patience) {
            dc_test_die("%lld of %lld events came", (long long)slowest(subscribers),
                        (long long)sent);
        }
        if (bus) {
            dc_bus_poll(bus, 1);
        }
    }
    double rate = (double)sent * DC_SECOND / (double)(dc_monotonic() - began);
    atomic_store(&over, true);
    for (size_t i = 0; i < subscribers; i++) {
        pthread_join(threads[i], NULL);
    }
    dc_bus_free(bus);
    if (socket) {
        zmq_close(socket);
    }
    return rate;
}

/* --- requests ------------------------------------------------------------------------------------
 */
static int64_t samples[SAMPLES];
static size_t sample_count;
static double p99_ms;

static void
work_for_ours(void)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct dc_bus *bus = dc_test_bus_open(ours, "maker");
    dc_bus_ready(bus, "maker", 2 * AT_ONCE);
    dc_bus_poll(bus, 50);
    atomic_fetch_add(&ready, 1);
    while (!atomic_load_explicit(&over, memory_order_relaxed)) {
        struct dc_bus_message message;
        dc_bus_poll(bus, 100);
        while (dc_bus_next(bus, arena, &message)) {
            dc_bus_reply(bus, message.id, message.body, message.body_size);
            dc_arena_reset(arena, 0);
        }
    }
    dc_bus_free(bus);
}

static void
work_for_peer(void)
{
    void *socket = bus_peer_connect(peer);
    char body[BUS_PEER_BYTES];
    int wait_ms = 100;
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait_ms, sizeof(wait_ms));
    zmq_send(socket, "W", 1, 0);
    zmq_recv(socket, body, sizeof(body), 0);
    atomic_fetch_add(&ready, 1);
    while (!atomic_load_explicit(&over, memory_order_relaxed)) {
        zmq_msg_t caller;
        zmq_msg_init(&caller);
        if (zmq_msg_recv(&caller, socket, 0) >= 0) {
            int size = zmq_recv(socket, body, sizeof(body), 0);
            body[0] = 'A';
            zmq_msg_send(&caller, socket, ZMQ_SNDMORE);
            zmq_send(socket, body, (size_t)size, 0);
        }
        zmq_msg_close(&caller);
    }
    zmq_close(socket);
}

static void *
worker(void *unused)
{
    (void)unused;
    (peer ? work_for_peer : work_for_ours)();
    return NULL;
}

/* The moment at which a request was sent travels in its body. */
static void
sample(const void *body)
{
    int64_t sent_at;
    memcpy(&sent_at, (const char *)body + 1, sizeof(sent_at));
    if (sample_count < SAMPLES) {
        samples[sample_count++] = dc_monotonic() - sent_at;
    }
}

static void
stamp(void *body)
{
    int64_t now = dc_monotonic();
    memcpy((char *)body + 1, &now, sizeof(now));
}

static void
call_ours(struct dc_bus *bus, struct dc_arena *arena, int64_t end)
{
    static uint8_t body[200];
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = 1;
    for (int under_way = 0; dc_monotonic() < end || under_way > 0;) {
        for (; under_way < AT_ONCE && dc_monotonic() < end; under_way++) {
            stamp(body);
            dc_bus_send(bus,
                        &(struct dc_bus_request){.service = "maker",
                                                 .method = "dacheng.maker.v1.MakerService/Make",
                                                 .body = body,
                                                 .body_size = sizeof(body),
                                                 .context = &context,
                                                 .timeout_ms = 20000});
        }
        struct dc_bus_message message;
        dc_bus_poll(bus, 100);
        while (dc_bus_next(bus, arena, &message)) {
            if (message.code != DC_OK) {
                dc_test_die("%s", message.error_message);
            }
            sample(message.body);
            under_way--;
        }
        dc_arena_reset(arena, 0);
    }
}

static void
call_peer(void *socket, int64_t end)
{
    char body[BUS_PEER_BYTES] = "R";
    for (int under_way = 0; dc_monotonic() < end || under_way > 0;) {
        for (; under_way < AT_ONCE && dc_monotonic() < end; under_way++) {
            body[0] = 'R';
            stamp(body);
            zmq_send(socket, body, sizeof(body), 0);
        }
        int flags = 0;
        while (zmq_recv(socket, body, sizeof(body), flags) >= 0) {
            sample(body);
            under_way--;
            flags = ZMQ_DONTWAIT;
        }
    }
}

/* Requests a second; p99_ms is set. */
static double
carry_requests(size_t unused)
{
    (void)unused;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    pthread_t thread;
    atomic_store(&over, false);
    atomic_store(&ready, 0);
    pthread_create(&thread, NULL, worker, NULL);
    while (atomic_load(&ready) < 1) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    sample_count = 0;
    int64_t began = dc_monotonic();
    int64_t end = began + (int64_t)(bench_setting("BENCH_SECONDS", 2) * DC_SECOND);
    if (peer) {
        void *socket = bus_peer_connect(peer);
        call_peer(socket, end);
        zmq_close(socket);
    } else {
        struct dc_bus *bus = dc_test_bus_open(ours, "caller");
        call_ours(bus, arena, end);
        dc_bus_free(bus);
    }
    double rate = (double)sample_count * DC_SECOND / (double)(dc_monotonic() - began);
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    qsort(samples, sample_count, sizeof(samples[0]), bench_ascending_int64);
    p99_ms = (double)samples[sample_count * 99 / 100] / 1000;
    return rate;
}

/* --- side by side --------------------------------------------------------------------------------
 */
static void
side_by_side(const char *what, struct bus_peer *other, const char *how,
             double (*carry)(size_t subscribers), size_t subscribers)
{
    double rates[2][RUNS_MOST], latencies[2][RUNS_MOST];
    size_t runs = (size_t)bench_setting("BENCH_RUNS", 3);
    runs = runs < 1 ? 1 : runs > RUNS_MOST ? RUNS_MOST : runs;
    for (size_t run = 0; run < runs; run++) {
        for (int which = 0; which < 2; which++) {
            peer = which == 0 ? NULL : other;
            rates[which][run] = carry(subscribers);
            latencies[which][run] = p99_ms;
        }
    }
    char name[64];
    snprintf(name, sizeof(name), "bus_%s_beside_%s", what, how);
    bench_report(name, rates[0], rates[1], runs, "/s", true, "");
    if (carry == carry_requests) {
        snprintf(name, sizeof(name), "bus_%s_p99_beside_%s", what, how);
        bench_report(name, latencies[0], latencies[1], runs, "ms", false, "");
    }
}

int
main(void)
{
    struct bus_peer peers[2];
    static const char *const how[] = {"plain", "curve"};
    for (int i = 0; i < 2; i++) { /* before there are threads here */
        bus_peer_start(&peers[i], i == 1);
    }
    ours = dc_test_bus_new();
    dc_test_bus_peer(ours, "maker", "offer: [maker]\npublish: [\"maker.>\"]");
    dc_test_bus_peer(ours, "hearer", "hear: [\">\"]");
    dc_test_bus_peer(ours, "caller", "call: [\">\"]\nspeaks_for_people: true");
    dc_test_bus_start(ours);
    for (int i = 0; i < 2; i++) {
        side_by_side("events_1", &peers[i], how[i], carry_events, 1);
        side_by_side("events_10", &peers[i], how[i], carry_events, 10);
        side_by_side("events_100", &peers[i], how[i], carry_events, 100);
        side_by_side("requests", &peers[i], how[i], carry_requests, 0);
    }
    for (int i = 0; i < 2; i++) {
        bus_peer_stop(&peers[i]);
    }
    dc_test_bus_stop(ours);
    dc_bus_terminate();
    return EXIT_SUCCESS;
}
