/* files.c - the console's files: a table sorted by path, each with its answer made beforehand. */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "answer.h"
#include "base/assert.h"
#include "base/text.h"

enum { FILES_MAX = 10000, BYTES_MAX = 128 << 20, DEPTH_MAX = 8, ETAG_TEXT = 36 };

struct file {
    char *path; /* "/assets/index-1a2b.js" */
    char etag[ETAG_TEXT];
    struct MHD_Response *whole;     /* 200 */
    struct MHD_Response *unchanged; /* 304 */
};

struct files {
    struct file *items;
    size_t count;
    size_t bytes;
};

static const struct {
    const char *ending;
    const char *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".txt", "text/plain; charset=utf-8"},
    {".csv", "text/csv; charset=utf-8"},
};

static const char *
type_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(dot, types[i].ending) == 0) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

/* Names below /assets/ hold a checksum of the content, so they never change. Everything else is
 * asked for again each time, and mostly answered with 304. */
static void
add_headers(struct MHD_Response *response, const struct file *file)
{
    answer_add_security(response);
    answer_add_page_security(response);
    bool immutable = dc_text_starts_with(file->path, "/assets/");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
                            immutable ? "public, max-age=31536000, immutable" : "no-cache");
    MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, file->etag);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type_of(file->path));
}

static enum dc_code
read_whole(const char *name, size_t room, char **ret_data, size_t *ret_size, struct dc_error *error)
{
    DC_AUTO_FCLOSE FILE *file = fopen(name, "rbe");
    struct stat info;
    if (!file || fstat(fileno(file), &info) != 0) {
        return dc_fail(error, DC_UNAVAILABLE, "%s: %s", name, strerror(errno));
    }
    if (info.st_size < 0 || (size_t)info.st_size > room) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED, "the console is larger than %d MiB",
                       BYTES_MAX >> 20);
    }
    size_t size = (size_t)info.st_size;
    DC_AUTO_FREE char *data = malloc(size + 1);
    DC_ASSERT(data);
    if (fread(data, 1, size, file) != size) {
        return dc_fail(error, DC_UNAVAILABLE, "%s cannot be read whole", name);
    }
    *ret_data = DC_TAKE(data);
    *ret_size = size;
    return DC_OK;
}

static enum dc_code
add_file(struct files *files, const char *name, const char *path, struct dc_error *error)
{
    if (files->count == FILES_MAX) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED, "the console has more than %d files",
                       FILES_MAX);
    }
    char *data = NULL;
    size_t size = 0;
    DC_TRY(read_whole(name, BYTES_MAX - files->bytes, &data, &size, error));
    struct file *items = realloc(files->items, (files->count + 1) * sizeof *items);
    DC_ASSERT(items);
    files->items = items;
    struct file *file = &files->items[files->count++];
    uint8_t hash[16];
    char hex[2 * sizeof hash + 1];
    crypto_generichash(hash, sizeof hash, (const uint8_t *)data, size, NULL, 0);
    dc_hex_encode(hash, sizeof hash, hex);
    *file = (struct file){.path = strdup(path)};
    DC_ASSERT(file->path);
    snprintf(file->etag, sizeof file->etag, "\"%s\"", hex);
    file->whole = MHD_create_response_from_buffer(size, data, MHD_RESPMEM_MUST_FREE);
    file->unchanged = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
    DC_ASSERT(file->whole && file->unchanged);
    add_headers(file->whole, file);
    add_headers(file->unchanged, file);
    files->bytes += size;
    return DC_OK;
}

static enum dc_code
add_directory(struct files *files, const char *name, const char *path, int depth,
              struct dc_error *error)
{
    DIR *listing = opendir(name);
    if (!listing) {
        return dc_fail(error, DC_UNAVAILABLE, "%s: %s", name, strerror(errno));
    }
    enum dc_code code = DC_OK;
    struct dirent *entry;
    while (code == DC_OK && (entry = readdir(listing))) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        DC_AUTO_TEXT struct dc_text inner_name = DC_TEXT_INIT, inner_path = DC_TEXT_INIT;
        dc_text_printf(&inner_name, "%s/%s", name, entry->d_name);
        dc_text_printf(&inner_path, "%s/%s", path, entry->d_name);
        struct stat info;
        if (stat(inner_name.data, &info) != 0) {
            continue;
        }
        if (S_ISREG(info.st_mode)) {
            code = add_file(files, inner_name.data, inner_path.data, error);
        } else if (S_ISDIR(info.st_mode) && depth < DEPTH_MAX) {
            code = add_directory(files, inner_name.data, inner_path.data, depth + 1, error);
        }
    }
    closedir(listing);
    return code;
}

static int
by_path(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

enum dc_code
files_load(struct files **ret_files, const char *directory, struct dc_error *error)
{
    DC_ASSERT(ret_files && directory);
    DC_AUTO(files) struct files *files = calloc(1, sizeof *files);
    DC_ASSERT(files);
    if (*directory) {
        DC_TRY(add_directory(files, directory, "", 0, error));
        qsort(files->items, files->count, sizeof *files->items, by_path);
    }
    *ret_files = DC_TAKE(files);
    return DC_OK;
}

void
files_free(struct files *files)
{
    if (!files) {
        return;
    }
    for (size_t i = 0; i < files->count; i++) {
        free(files->items[i].path);
        MHD_destroy_response(files->items[i].whole);
        MHD_destroy_response(files->items[i].unchanged);
    }
    free(files->items);
    free(files);
}

size_t
files_count(const struct files *files)
{
    return files->count;
}

static const struct file *
find(const struct files *files, const char *path)
{
    struct file wanted = {.path = (char *)(uintptr_t)path};
    return files->count ? bsearch(&wanted, files->items, files->count, sizeof wanted, by_path)
                        : NULL;
}

/* If-None-Match: one or several tags, or "*". */
static bool
is_known(const char *tags, const char *etag)
{
    return tags && (strcmp(tags, "*") == 0 || strstr(tags, etag) != NULL);
}

enum MHD_Result
files_answer(const struct files *files, struct MHD_Connection *connection, const char *path)
{
    const struct file *file = find(files, path);
    const char *last = strrchr(path, '/');
    if (!file && (!last || !strchr(last, '.'))) {
        file = find(files, "/index.html");
    }
    if (!file) {
        struct dc_error error;
        dc_fail(&error, DC_NOT_FOUND, "there is nothing at this address");
        return answer_error(connection, MHD_HTTP_NOT_FOUND, &error, false);
    }
    const char *tags =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (is_known(tags, file->etag)) {
        return MHD_queue_response(connection, MHD_HTTP_NOT_MODIFIED, file->unchanged);
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, file->whole);
}
