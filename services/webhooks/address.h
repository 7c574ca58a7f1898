/*
 * address.h - which addresses may be connected to: those of the world outside. A receiver's name
 * may resolve to anything, also to something else at the next look, so the address that is
 * connected to is what counts. Pure.
 */
#ifndef DC_WEBHOOKS_ADDRESS_H
#define DC_WEBHOOKS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"

struct address_net {
    uint8_t bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
    int bits;          /* of these */
};

/* "10.1.0.0/16", "2001:db8:1::/48", "192.0.2.7" */
enum dc_code address_net_parse(const char *text, struct address_net *ret_net,
                               struct dc_error *error) DC_MUST_CHECK;
bool address_is_in(const struct sockaddr *address, const struct address_net *nets, size_t count);
/* Neither this machine, nor a private, link-local, shared, multicast or documentation network, also
 * not one that is written into an IPv6 address (mapped, NAT64, 6to4). */
bool address_is_outside(const struct sockaddr *address);

#endif
