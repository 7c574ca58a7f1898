/* bus_keys.c - CURVE keys, and the one libzmq context of a process. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <zmq.h>

#include "base/assert.h"
#include "edge/bus.h"
#include "edge/bus_internal.h"

static pthread_mutex_t context_lock = PTHREAD_MUTEX_INITIALIZER;
static void *the_context;

void *
dc_bus_context(void)
{
    pthread_mutex_lock(&context_lock);
    if (!the_context) {
        the_context = zmq_ctx_new();
        DC_ASSERT(the_context);
        zmq_ctx_set(the_context, ZMQ_MAX_SOCKETS, 4096);
    }
    void *context = the_context;
    pthread_mutex_unlock(&context_lock);
    return context;
}

void
dc_bus_terminate(void)
{
    dc_bus_resolve_stop();
    pthread_mutex_lock(&context_lock);
    void *context = the_context;
    the_context = NULL;
    pthread_mutex_unlock(&context_lock);
    while (context && zmq_ctx_term(context) == -1 && errno == EINTR) {
    }
}

void
dc_bus_key_pair(char ret_public[DC_BUS_KEY_TEXT], char ret_secret[DC_BUS_KEY_TEXT])
{
    int failed = zmq_curve_keypair(ret_public, ret_secret);
    DC_ASSERT(!failed); /* libzmq was built with CURVE, or nothing of this works */
}

enum dc_code
dc_bus_public_of(const char *secret_key, char ret_public[DC_BUS_KEY_TEXT], struct dc_error *error)
{
    uint8_t raw[32];
    if (strlen(secret_key) != DC_BUS_KEY_TEXT - 1 || !zmq_z85_decode(raw, secret_key)) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "not a CURVE key: 40 characters of Z85 are expected");
    }
    if (zmq_curve_public(ret_public, secret_key) != 0) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "not a CURVE secret key");
    }
    return DC_OK;
}
