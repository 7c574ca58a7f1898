/*
 * bus.h - a real bus process for tests, with keys and permissions of the test's own.
 *
 *     struct dc_test_bus *bus = dc_test_bus_new();
 *     dc_test_bus_peer(bus, "goals", "offer: [goals]");
 *     dc_test_bus_peer(bus, "caller", "call: [\">\"]");
 *     dc_test_bus_start(bus);
 *     struct dc_bus *goals = dc_test_bus_open(bus, "goals");
 *
 * It listens on a Unix socket in a directory of its own; another instance of the same bus (the
 * same keys and peers) is dc_test_bus_twin(). The program is bin/dacheng-bus beside the test's
 * directory test/ ($DC_TEST_BIN overrides it). Processes end with the test program.
 */
#ifndef DC_TESTS_BUS_H
#define DC_TESTS_BUS_H

#include "edge/bus.h"

struct dc_test_bus;

struct dc_test_bus *dc_test_bus_new(void);
/* Another instance; its peers are those of `bus`, also the ones added later. */
struct dc_test_bus *dc_test_bus_twin(struct dc_test_bus *bus);
/* Adds a peer, or replaces its permissions: lines of YAML, or NULL for none. While the bus runs,
 * it takes the file over within about a second. */
void dc_test_bus_peer(struct dc_test_bus *bus, const char *name, const char *permissions);
/* Takes the peer out of the file; its keys stay known here. */
void dc_test_bus_forget_peer(struct dc_test_bus *bus, const char *name);
/* A setting for the next start: "bus.queue_per_service=3". */
void dc_test_bus_set(struct dc_test_bus *bus, const char *setting);
/* Returns when it is up; again after kill or stop. */
void dc_test_bus_start(struct dc_test_bus *bus);
void dc_test_bus_kill(struct dc_test_bus *bus); /* kill -9 */
int dc_test_bus_stop(struct dc_test_bus *bus);  /* SIGTERM; the exit status */
void dc_test_bus_signal(struct dc_test_bus *bus, int signal);
bool dc_test_bus_is_running(struct dc_test_bus *bus);
long dc_test_bus_resident_kib(struct dc_test_bus *bus);

const char *dc_test_bus_endpoint(const struct dc_test_bus *bus);
/* Files as a program's configuration wants them. */
const char *dc_test_bus_key_file(struct dc_test_bus *bus, const char *peer);
const char *dc_test_bus_server_key_file(struct dc_test_bus *bus);
const char *dc_test_bus_log(struct dc_test_bus *bus); /* what it wrote; from malloc */

/* A client of one instance, or (twin not NULL) of both; waits until it is welcomed everywhere. */
struct dc_bus *dc_test_bus_open(struct dc_test_bus *bus, const char *peer);
struct dc_bus *dc_test_bus_open_both(struct dc_test_bus *bus, struct dc_test_bus *twin,
                                     const char *peer);
/* Keys for tests that speak the wire format themselves. */
void dc_test_bus_keys(struct dc_test_bus *bus, const char *peer, char ret_public[DC_BUS_KEY_TEXT],
                      char ret_secret[DC_BUS_KEY_TEXT], char ret_server[DC_BUS_KEY_TEXT]);

#endif
