/* bus.c - see bus.h. */
#include "bus.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "harness.h"

enum { PEERS_MAX = 128, SETS_MAX = 16, PATH_BYTES = 512, UP_MS = 15000, WELCOME_MS = 10000 };

struct test_peer {
    char *name, *permissions;
    char public_key[DC_BUS_KEY_TEXT], secret_key[DC_BUS_KEY_TEXT];
    bool listed;
};

/* What instances share. */
struct house {
    const char *directory;
    struct test_peer peers[PEERS_MAX];
    size_t peer_count;
    char server_public[DC_BUS_KEY_TEXT], server_secret[DC_BUS_KEY_TEXT];
    int instances;
};

struct dc_test_bus {
    struct dc_test_bus *next;
    struct house *house;
    char endpoint[PATH_BYTES], log_path[PATH_BYTES], name[32];
    const char *sets[SETS_MAX];
    size_t set_count;
    pid_t pid; /* 0: not running */
};

extern char **environ;
static struct dc_test_bus *buses;
static pid_t owner;

static void
kill_all(void)
{
    if (getpid() != owner) {
        return;
    }
    for (struct dc_test_bus *bus = buses; bus; bus = bus->next) {
        if (bus->pid) {
            kill(bus->pid, SIGKILL);
            waitpid(bus->pid, NULL, 0);
        }
    }
}

static const char *
program(void)
{
    static char path[PATH_BYTES];
    const char *bin = getenv("DC_TEST_BIN");
    if (bin) {
        snprintf(path, sizeof(path), "%s/dacheng-bus", bin);
        return path;
    }
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 32);
    path[length > 0 ? length : 0] = '\0';
    char *test = strstr(path, "/test/");
    test = test ? test : strstr(path, "/bench/");
    if (!test) {
        dc_test_die("%s does not lie below a directory test/ or bench/", path);
    }
    strcpy(test, "/bin/dacheng-bus");
    return path;
}

static void
write_key(const struct house *house, const char *name, const char *kind, const char *key)
{
    char path[PATH_BYTES], line[DC_BUS_KEY_TEXT + 1];
    snprintf(path, sizeof(path), "%s/%s.%s", house->directory, name, kind);
    int length = snprintf(line, sizeof(line), "%s\n", key);
    dc_test_write_file(path, line, (size_t)length);
    chmod(path, 0600);
}

/* Writes the peers file anew, by renaming: the bus never reads half of it. */
static void
write_peers(const struct house *house)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_add(&text, "peers:\n  nobody:\n    key: rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\n");
    for (size_t i = 0; i < house->peer_count; i++) {
        const struct test_peer *peer = &house->peers[i];
        if (!peer->listed) {
            continue;
        }
        dc_text_printf(&text, "  %s:\n    key_file: %s.pub\n", peer->name, peer->name);
        for (const char *line = peer->permissions; line && *line;) {
            size_t length = strcspn(line, "\n");
            dc_text_printf(&text, "    %.*s\n", (int)length, line);
            line += length + (line[length] == '\n');
        }
    }
    char path[PATH_BYTES], draft[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/peers.yaml", house->directory);
    snprintf(draft, sizeof(draft), "%s/peers.new", house->directory);
    dc_test_write_file(draft, text.data, text.length);
    if (rename(draft, path) != 0) {
        dc_test_die("rename %s: %s", draft, strerror(errno));
    }
}

static struct dc_test_bus *
new_instance(struct house *house)
{
    struct dc_test_bus *bus = calloc(1, sizeof(*bus));
    if (!buses) {
        owner = getpid();
        atexit(kill_all);
    }
    bus->house = house;
    snprintf(bus->name, sizeof(bus->name), "bus%d", house->instances++);
    snprintf(bus->endpoint, sizeof(bus->endpoint), "ipc://%s/%s", house->directory, bus->name);
    snprintf(bus->log_path, sizeof(bus->log_path), "%s/%s.log", house->directory, bus->name);
    bus->next = buses;
    buses = bus;
    return bus;
}

struct dc_test_bus *
dc_test_bus_new(void)
{
    struct house *house = calloc(1, sizeof(*house));
    house->directory = dc_test_tmpdir();
    dc_bus_key_pair(house->server_public, house->server_secret);
    write_key(house, "bus", "key", house->server_secret);
    write_key(house, "bus", "pub", house->server_public);
    return new_instance(house);
}

struct dc_test_bus *
dc_test_bus_twin(struct dc_test_bus *bus)
{
    return new_instance(bus->house);
}

static struct test_peer *
find_peer(struct house *house, const char *name)
{
    for (size_t i = 0; i < house->peer_count; i++) {
        if (strcmp(house->peers[i].name, name) == 0) {
            return &house->peers[i];
        }
    }
    return NULL;
}

void
dc_test_bus_peer(struct dc_test_bus *bus, const char *name, const char *permissions)
{
    struct house *house = bus->house;
    struct test_peer *peer = find_peer(house, name);
    if (!peer) {
        if (house->peer_count == PEERS_MAX) {
            dc_test_die("more than %d peers", PEERS_MAX);
        }
        peer = &house->peers[house->peer_count++];
        peer->name = strdup(name);
        dc_bus_key_pair(peer->public_key, peer->secret_key);
        write_key(house, name, "key", peer->secret_key);
        write_key(house, name, "pub", peer->public_key);
    }
    free(peer->permissions);
    peer->permissions = permissions ? strdup(permissions) : NULL;
    peer->listed = true;
    write_peers(house);
}

void
dc_test_bus_forget_peer(struct dc_test_bus *bus, const char *name)
{
    find_peer(bus->house, name)->listed = false;
    write_peers(bus->house);
}

void
dc_test_bus_set(struct dc_test_bus *bus, const char *setting)
{
    if (bus->set_count == SETS_MAX) {
        dc_test_die("more than %d settings", SETS_MAX);
    }
    bus->sets[bus->set_count++] = strdup(setting);
}

const char *
dc_test_bus_log(struct dc_test_bus *bus)
{
    return dc_test_read_file(bus->log_path, NULL);
}

static bool
is_up(void *context)
{
    struct dc_test_bus *bus = context;
    char *log = (char *)dc_test_bus_log(bus);
    bool up = strstr(log, "\"up\"") != NULL;
    if (!up && waitpid(bus->pid, NULL, WNOHANG) == bus->pid) {
        bus->pid = 0;
        dc_test_die("the bus did not start: %s", log);
    }
    free(log);
    return up;
}

void
dc_test_bus_start(struct dc_test_bus *bus)
{
    char listen[PATH_BYTES + 16], key[PATH_BYTES + 16], peers[PATH_BYTES + 24], name[48];
    snprintf(listen, sizeof(listen), "bus.listen=%s", bus->endpoint);
    snprintf(key, sizeof(key), "bus.key_file=%s/bus.key", bus->house->directory);
    snprintf(peers, sizeof(peers), "bus.peers_file=%s/peers.yaml", bus->house->directory);
    snprintf(name, sizeof(name), "bus.name=%s", bus->name);
    const char *fixed[] = {listen,           key, peers, name, "metrics.address=127.0.0.1:0",
                           "log.format=json"};
    const char *arguments[2 * (SETS_MAX + 6) + 2] = {program()};
    size_t count = 1;
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]) + bus->set_count; i++) {
        arguments[count++] = "--set";
        arguments[count++] = i < sizeof(fixed) / sizeof(fixed[0])
                                 ? fixed[i]
                                 : bus->sets[i - sizeof(fixed) / sizeof(fixed[0])];
    }
    dc_test_write_file(bus->log_path, "", 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, bus->log_path, O_WRONLY | O_APPEND,
                                     0600);
    int failed = posix_spawn(&bus->pid, program(), &actions, NULL, (char **)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed) {
        dc_test_die("%s: %s", program(), strerror(failed));
    }
    if (!dc_test_wait_until(is_up, bus, UP_MS)) {
        dc_test_die("the bus is not up after %d ms: %s", UP_MS, dc_test_bus_log(bus));
    }
}

void
dc_test_bus_kill(struct dc_test_bus *bus)
{
    dc_test_signal(bus->pid, SIGKILL);
    waitpid(bus->pid, NULL, 0);
    bus->pid = 0;
}

int
dc_test_bus_stop(struct dc_test_bus *bus)
{
    int status = 0;
    dc_test_signal(bus->pid, SIGTERM);
    waitpid(bus->pid, &status, 0);
    bus->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void
dc_test_bus_signal(struct dc_test_bus *bus, int signal)
{
    dc_test_signal(bus->pid, signal);
}

bool
dc_test_bus_is_running(struct dc_test_bus *bus)
{
    if (bus->pid && waitpid(bus->pid, NULL, WNOHANG) == bus->pid) {
        bus->pid = 0;
    }
    return bus->pid != 0;
}

long
dc_test_bus_resident_kib(struct dc_test_bus *bus)
{
    char path[64];
    long kib = -1;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)bus->pid);
    DC_AUTO_FCLOSE FILE *file = fopen(path, "r");
    char line[256];
    while (file && fgets(line, sizeof(line), file)) {
        sscanf(line, "VmRSS: %ld", &kib);
    }
    return kib;
}

const char *
dc_test_bus_endpoint(const struct dc_test_bus *bus)
{
    return bus->endpoint;
}

static const char *
file_of(struct dc_test_bus *bus, const char *name, const char *kind)
{
    static char paths[4][PATH_BYTES]; /* a few at a time */
    static size_t turn;
    char *path = paths[turn++ % 4];
    snprintf(path, PATH_BYTES, "%s/%s.%s", bus->house->directory, name, kind);
    return path;
}

const char *
dc_test_bus_key_file(struct dc_test_bus *bus, const char *peer)
{
    return file_of(bus, peer, "key");
}

const char *
dc_test_bus_server_key_file(struct dc_test_bus *bus)
{
    return file_of(bus, "bus", "pub");
}

void
dc_test_bus_keys(struct dc_test_bus *bus, const char *name, char ret_public[DC_BUS_KEY_TEXT],
                 char ret_secret[DC_BUS_KEY_TEXT], char ret_server[DC_BUS_KEY_TEXT])
{
    const struct test_peer *peer = find_peer(bus->house, name);
    if (!peer) {
        dc_test_die("no peer %s", name);
    }
    memcpy(ret_public, peer->public_key, DC_BUS_KEY_TEXT);
    memcpy(ret_secret, peer->secret_key, DC_BUS_KEY_TEXT);
    memcpy(ret_server, bus->house->server_public, DC_BUS_KEY_TEXT);
}

struct dc_bus *
dc_test_bus_open_both(struct dc_test_bus *bus, struct dc_test_bus *twin, const char *name)
{
    char public_key[DC_BUS_KEY_TEXT], secret_key[DC_BUS_KEY_TEXT], server_key[DC_BUS_KEY_TEXT];
    dc_test_bus_keys(bus, name, public_key, secret_key, server_key);
    const char *endpoints[] = {bus->endpoint, twin ? twin->endpoint : NULL, NULL};
    struct dc_bus *client;
    struct dc_error error;
    if (dc_bus_open(&client,
                    &(struct dc_bus_options){.endpoints = endpoints,
                                             .public_key = public_key,
                                             .secret_key = secret_key,
                                             .server_key = server_key,
                                             .instance = name},
                    &error) != DC_OK) {
        dc_test_die("dc_bus_open: %s", error.message);
    }
    int64_t end = dc_monotonic() + WELCOME_MS * DC_MILLISECOND;
    size_t wanted = twin ? 2 : 1;
    while (dc_bus_connections(client) < wanted) {
        const struct dc_error *trouble = dc_bus_trouble(client);
        if (dc_monotonic() > end) {
            dc_test_die("%s is not welcome: %s", name, trouble ? trouble->message : "silence");
        }
        dc_bus_poll(client, 5);
    }
    return client;
}

struct dc_bus *
dc_test_bus_open(struct dc_test_bus *bus, const char *peer)
{
    return dc_test_bus_open_both(bus, NULL, peer);
}
