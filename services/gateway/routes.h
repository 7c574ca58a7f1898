/*
 * routes.h - which methods may be called from outside, and where they are answered. Made from the
 * descriptors of proto/: a new method needs nothing here.
 *
 * Not to be called from outside, as if they did not exist: the kernel's own services (log reading,
 * administration), the bus's, and every ...InternalService.
 */
#ifndef GATEWAY_ROUTES_H
#define GATEWAY_ROUTES_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "edge/metrics.h"

/* Methods that the edge has a part in. */
enum route_part {
    ROUTE_PLAIN,
    ROUTE_LOGIN,  /* open to everyone; its token becomes a cookie */
    ROUTE_LOGOUT, /* ends the cookie */
    ROUTE_LIVE,   /* answered here: the one stream */
    ROUTE_HEALTH, /* answered here */
};

struct route {
    const char *path;    /* "/dacheng.goals.v1.GoalService/AdjustTarget" */
    const char *method;  /* the same without the slash */
    const char *service; /* on the bus: "goals" */
    const ProtobufCMessageDescriptor *input;
    const ProtobufCMessageDescriptor *output;
    enum route_part part;
    bool session; /* of SessionService: allowed while a one-time password is to be changed */
    struct dc_counter *answers[DC_CODE_COUNT];
    struct dc_histogram *seconds;
};

struct routes;
struct routes *routes_new(void);
void routes_free(struct routes *routes);
DC_DEFINE_AUTO(routes)
/* NULL: there is no such method. */
const struct route *routes_find(const struct routes *routes, const char *path);

#endif
