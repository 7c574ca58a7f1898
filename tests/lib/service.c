/* service.c - see service.h. */
#include "service.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

enum { SETS_MAX = 16, ARGUMENTS_MAX = 64, UP_MS = 20000, STOP_MS = 20000 };

struct dc_test_service {
    struct dc_test_service *next;
    const char *name;
    struct dc_test_pg *pg;
    struct dc_test_bus *bus;
    const char *config_path;
    const char *sets[SETS_MAX];
    size_t set_count;
    char log_path[512];
    size_t log_from; /* where this run's lines begin */
    pid_t pid;
    bool migrated;
};

extern char **environ;
static struct dc_test_service *services;
static pid_t owner;

static void
kill_all(void)
{
    for (struct dc_test_service *service = services; getpid() == owner && service;
         service = service->next) {
        if (service->pid) {
            kill(service->pid, SIGKILL);
            waitpid(service->pid, NULL, 0);
        }
    }
}

bool
dc_test_service_plays(int argc, char **argv, const struct dc_service_spec *const *specs,
                      int *ret_status)
{
    if (argc < 3 || strcmp(argv[1], "play") != 0) {
        return false;
    }
    for (; *specs; specs++) {
        if (strcmp((*specs)->name, argv[2]) == 0) {
            *ret_status = dc_service_main(argc - 2, argv + 2, *specs);
            return true;
        }
    }
    dc_test_die("there is no service %s to be played here", argv[2]);
}

struct dc_test_service *
dc_test_service_new(const char *name, struct dc_test_pg *pg, struct dc_test_bus *bus)
{
    static int count;
    struct dc_test_service *service = calloc(1, sizeof(*service));
    if (!service) {
        dc_test_die("out of memory");
    }
    if (!services) {
        owner = getpid();
        atexit(kill_all);
    }
    service->name = name;
    service->pg = pg;
    service->bus = bus;
    static const char *directory;
    directory = directory ? directory : dc_test_tmpdir();
    snprintf(service->log_path, sizeof(service->log_path), "%s/%s-%d.log", directory, name,
             count++);
    dc_test_pg_schema(pg, name);
    service->next = services;
    services = service;
    return service;
}

void
dc_test_service_set(struct dc_test_service *service, const char *setting)
{
    if (service->set_count == SETS_MAX) {
        dc_test_die("too many settings");
    }
    service->sets[service->set_count++] = setting;
}

void
dc_test_service_config(struct dc_test_service *service, const char *path)
{
    service->config_path = path;
}

void
dc_test_service_signal(struct dc_test_service *service, int signal)
{
    dc_test_signal(service->pid, signal);
}

static pid_t
spawn(struct dc_test_service *service, const char *action)
{
    struct dc_text sets[7] = {{0}};
    char owner_role[128];
    snprintf(owner_role, sizeof(owner_role), "%s_owner", service->name);
    dc_text_printf(&sets[0], "db.dsn=%s", dc_test_pg_dsn(service->pg, service->name, "postgres"));
    dc_text_printf(&sets[1], "migrate.dsn=%s", dc_test_pg_dsn(service->pg, owner_role, "postgres"));
    dc_text_printf(&sets[2], "bus.endpoints=%s", dc_test_bus_endpoint(service->bus));
    dc_text_printf(&sets[3], "bus.key_file=%s", dc_test_bus_key_file(service->bus, service->name));
    dc_text_printf(&sets[4], "bus.server_key_file=%s", dc_test_bus_server_key_file(service->bus));
    dc_text_printf(&sets[5], "metrics.address=127.0.0.1:0");
    dc_text_printf(&sets[6], "log.format=json");
    char *arguments[ARGUMENTS_MAX] = {"test", "play", (char *)service->name};
    size_t n = 3;
    for (size_t i = 0; i < 7; i++) {
        arguments[n++] = "--set";
        arguments[n++] = sets[i].data;
    }
    for (size_t i = 0; i < service->set_count; i++) {
        arguments[n++] = "--set";
        arguments[n++] = (char *)service->sets[i];
    }
    if (service->config_path) {
        arguments[n++] = "--config";
        arguments[n++] = (char *)service->config_path;
    }
    if (action) {
        arguments[n++] = (char *)action;
    }
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 2, service->log_path, O_WRONLY | O_CREAT | O_APPEND,
                                     0644);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    pid_t pid;
    int failed = posix_spawn(&pid, "/proc/self/exe", &files, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    for (size_t i = 0; i < 7; i++) {
        dc_text_release(&sets[i]);
    }
    if (failed) {
        dc_test_die("%s cannot be started: %s", service->name, strerror(failed));
    }
    return pid;
}

static int
wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

char *
dc_test_service_log(struct dc_test_service *service)
{
    return dc_test_read_file(service->log_path, NULL);
}

void
dc_test_service_migrate(struct dc_test_service *service)
{
    if (!service->migrated && wait_for(spawn(service, "--migrate")) != 0) {
        dc_test_die("%s cannot be migrated:\n%s", service->name, dc_test_service_log(service));
    }
    service->migrated = true;
}

void
dc_test_service_launch(struct dc_test_service *service)
{
    dc_test_service_migrate(service);
    DC_AUTO_FREE char *before = dc_test_service_log(service);
    service->log_from = strlen(before);
    service->pid = spawn(service, NULL);
}

/* GET over HTTP/1.0 of the service's listener; NULL when it does not answer. From malloc. */
static char *
get(struct dc_test_service *service, const char *path)
{
    DC_AUTO_FREE char *log = dc_test_service_log(service);
    const char *port = strstr(log + service->log_from, "\"metrics_port\":\"");
    if (!port) {
        return NULL;
    }
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(port + 16))};
    DC_AUTO_CLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char request[128];
    int length = snprintf(request, sizeof(request),
                          "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        write(fd, request, (size_t)length) != length) {
        return NULL;
    }
    struct dc_text answer = DC_TEXT_INIT;
    char piece[4096];
    ssize_t n;
    while ((n = read(fd, piece, sizeof(piece))) > 0) {
        dc_text_append(&answer, piece, (size_t)n);
    }
    return answer.data;
}

static bool
is_ready(void *context)
{
    DC_AUTO_FREE char *answer = get(context, "/readyz");
    return answer && strncmp(answer, "HTTP/1.1 200", 12) == 0;
}

bool
dc_test_service_wait_ready(struct dc_test_service *service, int deadline_ms)
{
    return dc_test_wait_until(is_ready, service, deadline_ms);
}

void
dc_test_service_start(struct dc_test_service *service)
{
    dc_test_service_launch(service);
    if (!dc_test_service_wait_ready(service, UP_MS)) {
        DC_AUTO_FREE char *why = get(service, "/readyz");
        dc_test_die("%s is not ready: %s\n%s", service->name, why ? why : "",
                    dc_test_service_log(service));
    }
}

double
dc_test_service_metric(struct dc_test_service *service, const char *line)
{
    DC_AUTO_FREE char *metrics = get(service, "/metrics");
    const char *at = metrics ? strstr(metrics, line) : NULL;
    return at ? atof(at + strlen(line)) : -1;
}

void
dc_test_service_kill(struct dc_test_service *service)
{
    dc_test_signal(service->pid, SIGKILL);
    wait_for(service->pid);
    service->pid = 0;
}

void
dc_test_service_pause(struct dc_test_service *service)
{
    dc_test_signal(service->pid, SIGSTOP);
}

void
dc_test_service_resume(struct dc_test_service *service)
{
    dc_test_signal(service->pid, SIGCONT);
}

void
dc_test_service_tell_to_stop(struct dc_test_service *service)
{
    dc_test_signal(service->pid, SIGTERM);
}

int
dc_test_service_wait(struct dc_test_service *service)
{
    int status = wait_for(service->pid);
    service->pid = 0;
    return status;
}

static bool
has_ended(void *context)
{
    siginfo_t info = {0};
    struct dc_test_service *service = context;
    return waitid(P_PID, (id_t)service->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == service->pid;
}

int
dc_test_service_stop(struct dc_test_service *service)
{
    dc_test_signal(service->pid, SIGTERM);
    if (!dc_test_wait_until(has_ended, service, STOP_MS)) {
        dc_test_signal(service->pid, SIGABRT);
        dc_test_die("%s does not stop:\n%s", service->name, dc_test_service_log(service));
    }
    return dc_test_service_wait(service);
}
