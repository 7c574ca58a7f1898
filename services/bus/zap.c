/* zap.c - see zap.h. */
#include "zap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/assert.h"
#include "base/time.h"
#include "edge/bus.h"
#include "edge/bus_internal.h"

enum { FRAMES_MAX = 7, FRAME_BYTES = 256, SELF_TEST_MS = 5000 };
enum { VERSION_FRAME, ID_FRAME, DOMAIN_FRAME, ADDRESS_FRAME, ROUTING_FRAME, MECHANISM_FRAME, KEY };

struct zap {
    void *socket;
    zap_known_fn *known;
    void *context;
    uint64_t refused;
};

enum dc_code
zap_open(struct zap **ret_zap, zap_known_fn *known, void *context, struct dc_error *error)
{
    DC_AUTO(zap) struct zap *zap = calloc(1, sizeof(*zap));
    DC_ASSERT(zap);
    zap->known = known;
    zap->context = context;
    zap->socket = zmq_socket(dc_bus_context(), ZMQ_REP);
    if (!zap->socket || zmq_bind(zap->socket, "inproc://zeromq.zap.01") != 0) {
        return dc_fail(error, DC_INTERNAL, "cannot start the ZAP handler: %s", zmq_strerror(errno));
    }
    *ret_zap = DC_TAKE(zap);
    return DC_OK;
}

void
zap_free(struct zap *zap)
{
    if (zap) {
        if (zap->socket) {
            zmq_close(zap->socket);
        }
        free(zap);
    }
}

void *
zap_socket(struct zap *zap)
{
    return zap->socket;
}

uint64_t
zap_refused(const struct zap *zap)
{
    return zap->refused;
}

struct frame {
    size_t size;
    uint8_t data[FRAME_BYTES + 1]; /* with a NUL behind */
};

/* One question; the number of frames, 0 when there is none. Frames beyond the last are dropped. */
static int
read_question(void *socket, struct frame frames[FRAMES_MAX])
{
    int count = 0;
    int more = 1;
    while (more) {
        struct frame beyond;
        struct frame *frame = count < FRAMES_MAX ? &frames[count] : &beyond;
        int size = zmq_recv(socket, frame->data, FRAME_BYTES, count ? 0 : ZMQ_DONTWAIT);
        if (size < 0) {
            return 0;
        }
        frame->size = size > FRAME_BYTES ? 0 : (size_t)size;
        frame->data[frame->size] = '\0';
        count++;
        size_t option_size = sizeof(more);
        zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &option_size);
    }
    return count;
}

static bool
is_text(const struct frame *frame, const char *text)
{
    return frame->size == strlen(text) && memcmp(frame->data, text, frame->size) == 0;
}

static void
answer(struct zap *zap, const struct frame *id, const char *key /* NULL: refused */)
{
    const char *status = key ? "200" : "400";
    const char *sentence = key ? "" : "the key is not in the peers file";
    zmq_send(zap->socket, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(zap->socket, id->data, id->size, ZMQ_SNDMORE);
    zmq_send(zap->socket, status, strlen(status), ZMQ_SNDMORE);
    zmq_send(zap->socket, sentence, strlen(sentence), ZMQ_SNDMORE);
    zmq_send(zap->socket, key ? key : "", key ? strlen(key) : 0, ZMQ_SNDMORE);
    zmq_send(zap->socket, "", 0, 0);
}

void
zap_serve(struct zap *zap)
{
    struct frame frames[FRAMES_MAX];
    int count;
    while ((count = read_question(zap->socket, frames)) > 0) {
        char key[DC_BUS_KEY_TEXT];
        bool good = count == FRAMES_MAX && is_text(&frames[VERSION_FRAME], "1.0") &&
                    is_text(&frames[DOMAIN_FRAME], ZAP_DOMAIN) &&
                    is_text(&frames[MECHANISM_FRAME], "CURVE") && frames[KEY].size == 32 &&
                    zmq_z85_encode(key, frames[KEY].data, 32) && zap->known(zap->context, key);
        zap->refused += !good;
        answer(zap, &frames[count > ID_FRAME ? ID_FRAME : 0], good ? key : NULL);
    }
}

/* --- the self-test ---------------------------------------------------------------------------- */
struct trial {
    void *server, *monitor, *stranger;
};

static void
trial_release(struct trial *trial)
{
    void *sockets[] = {trial->stranger, trial->monitor, trial->server};
    int none = 0;
    if (trial->server) {
        zmq_socket_monitor(trial->server, NULL, 0);
    }
    for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++) {
        if (sockets[i]) {
            zmq_setsockopt(sockets[i], ZMQ_LINGER, &none, sizeof(none));
            zmq_close(sockets[i]);
        }
    }
}

static bool
open_server(struct trial *trial, const char *secret)
{
    int yes = 1;
    trial->server = zmq_socket(dc_bus_context(), ZMQ_ROUTER);
    trial->monitor = zmq_socket(dc_bus_context(), ZMQ_PAIR);
    return trial->server && trial->monitor &&
           zmq_setsockopt(trial->server, ZMQ_CURVE_SERVER, &yes, sizeof(yes)) == 0 &&
           zmq_setsockopt(trial->server, ZMQ_CURVE_SECRETKEY, secret, DC_BUS_KEY_TEXT) == 0 &&
           zmq_setsockopt(trial->server, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN, strlen(ZAP_DOMAIN)) == 0 &&
           zmq_socket_monitor(trial->server, "inproc://zap-self-test",
                              ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_SUCCEEDED) ==
               0 &&
           zmq_connect(trial->monitor, "inproc://zap-self-test") == 0 &&
           zmq_bind(trial->server, "tcp://127.0.0.1:*") == 0;
}

static bool
open_stranger(struct trial *trial, const char *server_secret)
{
    char public_key[DC_BUS_KEY_TEXT], secret_key[DC_BUS_KEY_TEXT], server_key[DC_BUS_KEY_TEXT];
    char endpoint[256];
    size_t size = sizeof(endpoint);
    dc_bus_key_pair(public_key, secret_key);
    trial->stranger = zmq_socket(dc_bus_context(), ZMQ_DEALER);
    return trial->stranger && zmq_curve_public(server_key, server_secret) == 0 &&
           zmq_setsockopt(trial->stranger, ZMQ_CURVE_SERVERKEY, server_key, DC_BUS_KEY_TEXT) == 0 &&
           zmq_setsockopt(trial->stranger, ZMQ_CURVE_PUBLICKEY, public_key, DC_BUS_KEY_TEXT) == 0 &&
           zmq_setsockopt(trial->stranger, ZMQ_CURVE_SECRETKEY, secret_key, DC_BUS_KEY_TEXT) == 0 &&
           zmq_getsockopt(trial->server, ZMQ_LAST_ENDPOINT, endpoint, &size) == 0 &&
           zmq_connect(trial->stranger, endpoint) == 0 &&
           zmq_send(trial->stranger, "let me in", 9, ZMQ_DONTWAIT) == 9;
}

static enum dc_code
watch(struct zap *zap, struct trial *trial, struct dc_error *error)
{
    int64_t end = dc_monotonic() + SELF_TEST_MS * DC_MILLISECOND;
    while (dc_monotonic() < end) {
        zmq_pollitem_t items[] = {{zap->socket, 0, ZMQ_POLLIN, 0},
                                  {trial->monitor, 0, ZMQ_POLLIN, 0},
                                  {trial->server, 0, ZMQ_POLLIN, 0}};
        zmq_poll(items, 3, 50);
        zap_serve(zap);
        uint16_t event[3] = {0}; /* event, then 32 bits of value: the ZAP status */
        if (items[2].revents) {
            return dc_fail(error, DC_FAILED_PRECONDITION, "a stranger's message came through");
        }
        if (items[1].revents && zmq_recv(trial->monitor, event, sizeof(event), 0) == 6) {
            return event[0] == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH && event[1] == 400
                       ? DC_OK
                       : dc_fail(error, DC_FAILED_PRECONDITION, "a stranger's key was accepted");
        }
    }
    return dc_fail(error, DC_FAILED_PRECONDITION, "nobody decided about a stranger's key");
}

enum dc_code
zap_self_test(struct zap *zap, const char *server_secret, struct dc_error *error)
{
    __attribute__((cleanup(trial_release))) struct trial trial = {0};
    if (!open_server(&trial, server_secret) || !open_stranger(&trial, server_secret)) {
        return dc_fail(error, DC_INTERNAL, "cannot make the sockets of the self-test: %s",
                       zmq_strerror(errno));
    }
    uint64_t refused = zap->refused;
    DC_TRY(watch(zap, &trial, error));
    if (zap->refused == refused) {
        return dc_fail(error, DC_FAILED_PRECONDITION, "the stranger was refused by chance");
    }
    zap->refused = refused; /* it is not one that came from outside */
    return DC_OK;
}
