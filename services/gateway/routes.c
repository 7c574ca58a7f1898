/* routes.c - which methods may be called from outside. */
#include "routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "edge/registry.h"

struct routes {
    struct route *items; /* by path */
    size_t count;
};

static bool
ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), width = strlen(end);
    return length >= width && strcmp(text + length - width, end) == 0;
}

static bool
is_for_outside(const ProtobufCServiceDescriptor *service)
{
    return !dc_text_starts_with(service->name, "dacheng.kernel.") &&
           !dc_text_starts_with(service->name, "dacheng.bus.") &&
           !ends_with(service->name, "InternalService");
}

static char *
formatted(const char *format, const char *a, const char *b)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_printf(&text, format, a, b);
    return DC_TAKE(text.data);
}

/* "dacheng.goals.v1.GoalService" -> "goals" */
static char *
bus_service_of(const ProtobufCServiceDescriptor *service)
{
    const char *start = service->name + strlen("dacheng.");
    char *name = strndup(start, strcspn(start, "."));
    DC_ASSERT(name);
    return name;
}

static void
add_metrics(struct route *route)
{
    for (int code = 0; code < DC_CODE_COUNT; code++) {
        DC_AUTO_FREE char *labels = formatted("method=\"%s\",code=\"%s\"", route->method,
                                              dc_code_wire_name((enum dc_code)code));
        route->answers[code] =
            dc_counter("dacheng_gateway_requests_total", labels, "Requests answered at the edge.");
    }
    DC_AUTO_FREE char *labels = formatted("method=\"%s\"%s", route->method, "");
    route->seconds = dc_histogram("dacheng_gateway_request_seconds", labels,
                                  "From the end of a request to its answer.");
}

static void
add_service(struct routes *routes, const ProtobufCServiceDescriptor *service)
{
    bool session = strcmp(service->name, "dacheng.org.v1.SessionService") == 0;
    for (unsigned i = 0; i < service->n_methods; i++) {
        const ProtobufCMethodDescriptor *method = &service->methods[i];
        struct route *route = &routes->items[routes->count++];
        *route = (struct route){
            .path = formatted("/%s/%s", service->name, method->name),
            .service = bus_service_of(service),
            .input = method->input,
            .output = method->output,
            .session = session,
        };
        route->method = route->path + 1;
        if (strcmp(service->name, "dacheng.gateway.v1.LiveService") == 0) {
            route->part = ROUTE_LIVE;
        } else if (strcmp(service->name, "dacheng.gateway.v1.OperationsService") == 0) {
            route->part = ROUTE_HEALTH;
        } else if (session && strcmp(method->name, "Login") == 0) {
            route->part = ROUTE_LOGIN;
        } else if (session && strcmp(method->name, "Logout") == 0) {
            route->part = ROUTE_LOGOUT;
        }
        add_metrics(route);
    }
}

static int
by_path(const void *a, const void *b)
{
    return strcmp(((const struct route *)a)->path, ((const struct route *)b)->path);
}

struct routes *
routes_new(void)
{
    struct routes *routes = calloc(1, sizeof *routes);
    DC_ASSERT(routes);
    size_t room = 1;
    for (size_t i = 0; dc_registry_services[i]; i++) {
        room += dc_registry_services[i]->n_methods;
    }
    routes->items = calloc(room, sizeof *routes->items);
    DC_ASSERT(routes->items);
    for (size_t i = 0; dc_registry_services[i]; i++) {
        if (is_for_outside(dc_registry_services[i])) {
            add_service(routes, dc_registry_services[i]);
        }
    }
    qsort(routes->items, routes->count, sizeof *routes->items, by_path);
    return routes;
}

void
routes_free(struct routes *routes)
{
    if (!routes) {
        return;
    }
    for (size_t i = 0; i < routes->count; i++) {
        free((char *)(uintptr_t)routes->items[i].path);
        free((char *)(uintptr_t)routes->items[i].service);
    }
    free(routes->items);
    free(routes);
}

const struct route *
routes_find(const struct routes *routes, const char *path)
{
    struct route wanted = {.path = path};
    return bsearch(&wanted, routes->items, routes->count, sizeof *routes->items, by_path);
}
