/* health.c - `dacheng health`: asks a program's /readyz. */
#include <curl/curl.h>
#include <stdio.h>

#include "session.h"

enum { HEALTH_TIMEOUT_MS = 2500 };

static size_t
keep(char *data, size_t size, size_t count, void *text)
{
    dc_text_append(text, data, size * count);
    return size * count;
}

int
ctl_health(struct ctl *ctl)
{
    char url[256];
    const char *address = ctl->argc > 0 ? ctl->argv[0] : "127.0.0.1:9100";
    if (ctl->argc > 1 ||
        snprintf(url, sizeof(url), "http://%s/readyz", address) >= (int)sizeof(url)) {
        fprintf(stderr, "usage: dacheng health [ADDRESS]\n");
        return CTL_USAGE;
    }
    CURL *curl = curl_easy_init();
    long status = 0;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)HEALTH_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    DC_AUTO_TEXT struct dc_text reasons = DC_TEXT_INIT;
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reasons);
    CURLcode result = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    if (result != CURLE_OK) {
        fprintf(stderr, "dacheng: %s: %s\n", address, curl_easy_strerror(result));
        return CTL_UNREACHABLE;
    }
    if (ctl->json) {
        DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
        dc_text_add_json_string(&text, dc_text_cstr(&reasons), reasons.length);
        printf("{\"address\":\"%s\",\"ready\":%s,\"said\":%s}\n", address,
               status == 200 ? "true" : "false", dc_text_cstr(&text));
    } else {
        fputs(dc_text_cstr(&reasons), stdout);
    }
    return status == 200 ? CTL_DONE : CTL_REFUSED;
}
