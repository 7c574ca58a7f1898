/* health.c - `dacheng health`: asks a program's /readyz. */
#include <curl/curl.h>
#include <stdio.h>

#include "session.h"

enum { HEALTH_TIMEOUT_MS = 2500 };

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
    CURLcode result = curl_easy_perform(curl); /* the reasons go to standard output */
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    if (result != CURLE_OK) {
        fprintf(stderr, "dacheng: %s: %s\n", address, curl_easy_strerror(result));
        return CTL_UNREACHABLE;
    }
    return status == 200 ? CTL_DONE : CTL_REFUSED;
}
