/*
 * zap.h - who may connect: the handler that libzmq asks about every CURVE key (ZAP,
 * https://rfc.zeromq.org/spec/27/). It answers from memory, in the bus's own thread, and gives an
 * accepted connection its public key as "User-Id"; the key is looked up anew for each message, so
 * that a key that is taken out of the peers file is out at once.
 *
 * libzmq lets every key in when no handler is there, which is why the bus proves that a stranger
 * is refused before it opens its port.
 */
#ifndef DC_BUS_ZAP_H
#define DC_BUS_ZAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

struct zap;

typedef bool zap_known_fn(void *context, const char *public_key);

#define ZAP_DOMAIN "dacheng"

enum dc_code zap_open(struct zap **ret_zap, zap_known_fn *known, void *context,
                      struct dc_error *error) DC_MUST_CHECK;
void zap_free(struct zap *zap);
DC_DEFINE_AUTO(zap)
void *zap_socket(struct zap *zap); /* readable: call zap_serve */
void zap_serve(struct zap *zap);
uint64_t zap_refused(const struct zap *zap);

/* Tries to connect with a random key, on a loopback port of its own: FAILED_PRECONDITION unless it
 * was refused. */
enum dc_code zap_self_test(struct zap *zap, const char *server_secret,
                           struct dc_error *error) DC_MUST_CHECK;

#endif
