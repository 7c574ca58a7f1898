/* metrics_process.c - what /metrics says of the process itself, under the names that Prometheus'
 * own clients use. */
#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "edge/metrics.h"

static int64_t
resident_bytes(void)
{
    long long size, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file) {
        return 0;
    }
    if (fscanf(file, "%lld %lld", &size, &resident) != 2) {
        resident = 0;
    }
    fclose(file);
    return resident * sysconf(_SC_PAGESIZE);
}

static int64_t
open_descriptors(void)
{
    int64_t count = -3; /* ".", "..", and the directory's own */
    DIR *directory = opendir("/proc/self/fd");
    while (directory && readdir(directory)) {
        count++;
    }
    if (directory) {
        closedir(directory);
    }
    return count > 0 ? count : 0;
}

static int64_t
processor_microseconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * DC_SECOND + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

/* In the time of the wall clock, out of the field of /proc that counts ticks since the boot. */
static int64_t
started_at(void)
{
    char line[1024];
    long long ticks = 0;
    FILE *file = fopen("/proc/self/stat", "re");
    size_t length = file ? fread(line, 1, sizeof(line) - 1, file) : 0;
    if (file) {
        fclose(file);
    }
    line[length] = '\0';
    const char *at = line;
    for (const char *c = line; *c; c++) { /* the program's name may hold spaces and brackets */
        at = *c == ')' ? c + 1 : at;
    }
    for (int field = 2; field < 22 && *at; at++) {
        field += *at == ' ';
    }
    if (sscanf(at, "%lld", &ticks) != 1) {
        return 0;
    }
    struct timespec boot;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    int64_t since_boot = boot.tv_sec * DC_SECOND + boot.tv_nsec / 1000;
    return dc_now() - since_boot + ticks * (DC_SECOND / sysconf(_SC_CLK_TCK));
}

void
dc_metrics_of_process(void)
{
    struct dc_gauge *started = dc_gauge_seconds("process_start_time_seconds", "",
                                                "When the process began, since 1970.");
    if (dc_gauge_value(started) == 0) {
        dc_gauge_set(started, started_at());
    }
    dc_gauge_set(dc_gauge("dacheng_build_info", "version=\"" DC_VERSION "\"", "Always 1."), 1);
    dc_gauge_set(dc_gauge("process_resident_memory_bytes", "", "Memory in use."), resident_bytes());
    dc_gauge_set(dc_gauge("process_open_fds", "", "Open descriptors."), open_descriptors());
    struct dc_counter *used =
        dc_counter_seconds("process_cpu_seconds_total", "", "Processor time used.");
    uint64_t now = (uint64_t)processor_microseconds(), before = dc_counter_value(used);
    dc_counter_add(used, now > before ? now - before : 0);
    dc_gauge_set(dc_gauge("dacheng_ready", "", "1 when /readyz answers ready."),
                 dc_ready_all(NULL));
}
