/*
 * bus_peer.h - the barest router: one process with one ROUTER socket that hands an event to
 * everybody who subscribed, and a request to the worker and its answer back. It keeps no credits,
 * knows no permissions and no deadlines.
 *
 * A message is one frame; its first byte says what it is: S subscribes, W works, E is an event, R a
 * request, A an answer (behind the caller's identity, as the request came), X forgets who
 * subscribed.
 */
#ifndef DC_BENCH_BUS_PEER_H
#define DC_BENCH_BUS_PEER_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

enum { BUS_PEER_BYTES = 300, BUS_PEER_SUBSCRIBERS = 128 };

struct bus_peer {
    pid_t pid;
    bool curve;
    char endpoint[64];
    char public_key[41], secret_key[41]; /* of the router */
    void *context;                       /* of the clients in this process */
};

static inline void
bus_peer_route(const struct bus_peer *peer)
{
    void *router = zmq_socket(zmq_ctx_new(), ZMQ_ROUTER);
    int unbounded = 0, yes = 1;
    zmq_setsockopt(router, ZMQ_SNDHWM, &unbounded, sizeof(unbounded));
    zmq_setsockopt(router, ZMQ_RCVHWM, &unbounded, sizeof(unbounded));
    if (peer->curve) {
        zmq_setsockopt(router, ZMQ_CURVE_SERVER, &yes, sizeof(yes));
        zmq_setsockopt(router, ZMQ_CURVE_SECRETKEY, peer->secret_key, 41);
    }
    if (zmq_bind(router, peer->endpoint)) {
        _exit(1);
    }
    zmq_msg_t subscribers[BUS_PEER_SUBSCRIBERS], worker, from, second, body;
    size_t count = 0;
    zmq_msg_init(&worker);
    for (;;) {
        zmq_msg_init(&from);
        zmq_msg_init(&body);
        zmq_msg_recv(&from, router, 0);
        zmq_msg_recv(&body, router, 0);
        const char kind = *(const char *)zmq_msg_data(&body);
        if (zmq_msg_more(&body)) { /* an answer: caller, body */
            zmq_msg_init(&second);
            zmq_msg_recv(&second, router, 0);
            zmq_msg_send(&body, router, ZMQ_SNDMORE);
            zmq_msg_send(&second, router, 0);
        } else if (kind == 'E') {
            for (size_t i = 0; i < count; i++) {
                zmq_msg_t to, copy;
                zmq_msg_init(&to);
                zmq_msg_init(&copy);
                zmq_msg_copy(&to, &subscribers[i]);
                zmq_msg_copy(&copy, &body);
                zmq_msg_send(&to, router, ZMQ_SNDMORE);
                zmq_msg_send(&copy, router, 0);
            }
        } else if (kind == 'R') {
            zmq_msg_init(&second);
            zmq_msg_copy(&second, &worker);
            zmq_msg_send(&second, router, ZMQ_SNDMORE);
            zmq_msg_send(&from, router, ZMQ_SNDMORE);
            zmq_msg_send(&body, router, 0);
        } else {
            if (kind == 'W') {
                zmq_msg_copy(&worker, &from);
            } else if (kind == 'S') {
                zmq_msg_init(&subscribers[count % BUS_PEER_SUBSCRIBERS]);
                zmq_msg_copy(&subscribers[count++ % BUS_PEER_SUBSCRIBERS], &from);
            } else {
                count = 0;
            }
            zmq_msg_send(&from, router, ZMQ_SNDMORE);
            zmq_msg_send(&body, router, 0); /* it is known */
        }
        zmq_msg_close(&from);
        zmq_msg_close(&body);
    }
}

/* Before this process has threads. */
static inline void
bus_peer_start(struct bus_peer *peer, bool curve)
{
    *peer = (struct bus_peer){.curve = curve};
    snprintf(peer->endpoint, sizeof(peer->endpoint), "ipc:///tmp/dc-bench-%d-%d", (int)getpid(),
             curve);
    zmq_curve_keypair(peer->public_key, peer->secret_key);
    peer->pid = fork();
    if (peer->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        bus_peer_route(peer);
    }
}

/* A socket of one thread. */
static inline void *
bus_peer_connect(struct bus_peer *peer)
{
    static _Atomic(void *) context;
    if (!context) {
        context = zmq_ctx_new();
    }
    void *socket = zmq_socket(context, ZMQ_DEALER);
    int unbounded = 0, none = 0;
    zmq_setsockopt(socket, ZMQ_SNDHWM, &unbounded, sizeof(unbounded));
    zmq_setsockopt(socket, ZMQ_RCVHWM, &unbounded, sizeof(unbounded));
    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof(none));
    if (peer->curve) {
        char public_key[41], secret_key[41];
        zmq_curve_keypair(public_key, secret_key);
        zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public_key, 41);
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret_key, 41);
        zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, peer->public_key, 41);
    }
    zmq_connect(socket, peer->endpoint);
    return socket;
}

/* Who subscribed has left. */
static inline void
bus_peer_forget(struct bus_peer *peer)
{
    char answer[1];
    void *socket = bus_peer_connect(peer);
    zmq_send(socket, "X", 1, 0);
    zmq_recv(socket, answer, sizeof(answer), 0);
    zmq_close(socket);
}

static inline void
bus_peer_stop(struct bus_peer *peer)
{
    kill(peer->pid, SIGKILL);
    waitpid(peer->pid, NULL, 0);
    unlink(peer->endpoint + strlen("ipc://"));
}

#endif
