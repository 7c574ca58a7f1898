/*
 * follow.c - prints what happens in Dacheng, and goes on where it was when it is started again.
 *
 *     cc -o follow follow.c $(pkg-config --cflags --libs dacheng)
 *     ./follow ENDPOINTS KEY_FILE SERVER_KEY_FILE POSITION_FILE PATTERN...
 *     ./follow tcp://bus:7100 subscriber.key bus.pub position 'scoring.>'
 */
#include <dacheng.h>
#include <stdio.h>

static int
handle(const struct dacheng_event *event, void *context)
{
    struct dacheng_error error;
    char *json;
    (void)context;
    if (dacheng_event_json(event, &json, &error) != DACHENG_OK) {
        fprintf(stderr, "%s\n", error.message); /* newer than this library: nothing to print */
        return 0;
    }
    printf("%s.%s %lld %s %s\n", event->stream, event->type, (long long)event->overall, event->key,
           json);
    dacheng_free(json);
    return fflush(stdout); /* whoever read us has gone: stop, and this event comes again */
}

int
main(int argc, char **argv)
{
    if (argc < 6) {
        fprintf(stderr, "usage: follow ENDPOINTS KEY SERVER_KEY POSITION_FILE PATTERN...\n");
        return 2;
    }
    struct dacheng_options options = {sizeof(options), .endpoints = argv[1], .key_file = argv[2],
                                      .server_key_file = argv[3], .name = "follow"};
    struct dacheng_subscribe_options wanted = {sizeof(wanted), .position_file = argv[4],
                                               .patterns = (const char *const *)argv + 5,
                                               .from = DACHENG_FROM_NUMBER, .number = 1};
    struct dacheng *dacheng = NULL;
    struct dacheng_subscription *subscription;
    struct dacheng_error error;
    int answer = 0;
    int code = dacheng_open(&dacheng, &options, &error);
    if (code == DACHENG_OK) {
        code = dacheng_subscribe(dacheng, &wanted, &subscription, &error);
    }
    if (code == DACHENG_OK) {
        code = dacheng_run(subscription, handle, NULL, &answer, &error);
    }
    if (code != DACHENG_OK) {
        fprintf(stderr, "%s: %s\n", dacheng_code_name(code), error.message);
    }
    dacheng_close(dacheng);
    return code != DACHENG_OK;
}
