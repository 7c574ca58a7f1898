/* tell.c - events for a service under test, and servers for it to talk to. */
#include "tests/lib/tell.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/cleanup.h"
#include "base/text.h"

static int
partition_of(struct dc_test_pg *pg, const char *key)
{
    char sql[256];
    snprintf(sql, sizeof(sql), "SELECT get_byte(sha256('%s'::bytea), 7) %% 16", key);
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    return atoi(value);
}

void
dc_test_tell(struct dc_test_pg *pg, const char *stream, int64_t tenant_id, const char *key,
             const ProtobufCMessage *event)
{
    DC_AUTO_TEXT struct dc_text sql = DC_TEXT_INIT;
    size_t size = protobuf_c_message_get_packed_size(event);
    DC_AUTO_FREE uint8_t *body = malloc(size + 1);
    DC_AUTO_FREE char *hex = malloc(2 * size + 1);
    protobuf_c_message_pack(event, body);
    dc_hex_encode(body, size, hex);
    dc_text_printf(&sql,
                   "INSERT INTO %s.outbox (partition, tenant_id, key, type, at, body, traceparent, "
                   "actor_person_id, actor_account, cause) VALUES (%d, %lld, '%s', '%s', now(), "
                   "'\\x%s', '', 0, '', '')",
                   stream, partition_of(pg, key), (long long)tenant_id, key,
                   event->descriptor->short_name, hex);
    dc_test_pg_exec(pg, sql.data);
}

/* --- servers ---------------------------------------------------------------------------------- */
enum { RECEIVERS_MAX = 8 };
struct dc_test_receiver {
    const char *directory;
    char script[512];
    char variable[64]; /* "HOLD=0.02", or "" */
    int port;
    pid_t pid;
};
static struct dc_test_receiver receivers[RECEIVERS_MAX];
static size_t receiver_count;

static void
end_receivers(void)
{
    for (size_t i = 0; i < receiver_count; i++) {
        dc_test_receiver_kill(&receivers[i]);
    }
}

static bool
file_is_there(void *path)
{
    return access(path, R_OK) == 0;
}

static void
launch(struct dc_test_receiver *receiver)
{
    char port_file[600], port[16];
    snprintf(port_file, sizeof(port_file), "%s/port", receiver->directory);
    snprintf(port, sizeof(port), "%d", receiver->port);
    unlink(port_file);
    char *arguments[] = {receiver->script, (char *)receiver->directory,
                         receiver->port ? port : NULL, NULL};
    char *variables[] = {"PATH=/usr/bin:/bin", receiver->variable, NULL};
    if (posix_spawn(&receiver->pid, receiver->script, NULL, NULL, arguments, variables) != 0 ||
        !dc_test_wait_until(file_is_there, port_file, 20000)) {
        dc_test_die("%s does not start", receiver->script);
    }
    DC_AUTO_FREE char *text = dc_test_read_file(port_file, NULL);
    receiver->port = atoi(text);
}

struct dc_test_receiver *
dc_test_receiver_start(const char *script, const char *variable)
{
    DC_ASSERT(receiver_count < RECEIVERS_MAX);
    struct dc_test_receiver *receiver = &receivers[receiver_count++];
    if (receiver_count == 1) {
        atexit(end_receivers);
    }
    receiver->directory = dc_test_tmpdir();
    snprintf(receiver->script, sizeof(receiver->script), "%s/tests/lib/%s", dc_test_root(), script);
    snprintf(receiver->variable, sizeof(receiver->variable), "%s", variable ? variable : "X=");
    launch(receiver);
    return receiver;
}

void
dc_test_receiver_restart(struct dc_test_receiver *receiver)
{
    dc_test_receiver_kill(receiver);
    launch(receiver);
}

void
dc_test_receiver_kill(struct dc_test_receiver *receiver)
{
    if (receiver->pid) {
        kill(receiver->pid, SIGKILL);
        waitpid(receiver->pid, NULL, 0);
        receiver->pid = 0;
    }
}

int
dc_test_receiver_port(const struct dc_test_receiver *receiver)
{
    return receiver->port;
}

const char *
dc_test_receiver_directory(const struct dc_test_receiver *receiver)
{
    return receiver->directory;
}

json_t *
dc_test_receiver_records(const struct dc_test_receiver *receiver, const char *file)
{
    char path[600];
    json_t *list = json_array();
    snprintf(path, sizeof(path), "%s/%s", receiver->directory, file);
    if (access(path, R_OK) == 0) {
        DC_AUTO_FREE char *text = dc_test_read_file(path, NULL);
        char *rest = text;
        for (char *line; (line = strsep(&rest, "\n")) && *line;) {
            json_t *record = json_loads(line, 0, NULL); /* NULL: the last is being written */
            if (record) {
                json_array_append_new(list, record);
            }
        }
    }
    return list;
}
