/*
 * position_file.c - where a subscription is in each stream, in a file of lines: "stream epoch
 * number". It is written beside, flushed and renamed, so a crash leaves the old one or the new one.
 * FILE.lock, which is never removed, is locked as long as the file is open.
 */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

#include "base/assert.h"

enum { LINES_MAX = 256, STREAM_TEXT = 64 };

struct line {
    char stream[STREAM_TEXT];
    struct dc_place place;
};

struct position_file {
    char path[CLIENT_TEXT];
    int lock;
    struct line lines[LINES_MAX];
    size_t count;
};

static enum dc_code
fail(const char *path, struct dc_error *error)
{
    return dc_fail_field(error, DC_UNAVAILABLE, "position_file", "%s: %s", path, strerror(errno));
}

static enum dc_code
take_lock(struct position_file *file, struct dc_error *error)
{
    char path[CLIENT_TEXT + 8];
    snprintf(path, sizeof(path), "%s.lock", file->path);
    file->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file->lock < 0) {
        return fail(path, error);
    }
    if (flock(file->lock, LOCK_EX | LOCK_NB) != 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "position_file",
                             "%s is used by another subscription", file->path);
    }
    return DC_OK;
}

static enum dc_code
read_lines(struct position_file *file, struct dc_error *error)
{
    DC_AUTO_FCLOSE FILE *stream = fopen(file->path, "re");
    if (!stream) {
        return errno == ENOENT ? DC_OK : fail(file->path, error);
    }
    char text[256];
    for (size_t n = 1; fgets(text, sizeof(text), stream); n++) {
        struct line line;
        char more;
        if (sscanf(text, "%63[A-Za-z0-9_-] %" SCNd64 " %" SCNd64 " %c", line.stream,
                   &line.place.epoch, &line.place.number, &more) != 3 ||
            line.place.epoch < 0 || line.place.number < 0 || file->count == LINES_MAX) {
            return dc_fail_field(error, DC_DATA_LOSS, "position_file",
                                 "%s:%zu: \"stream epoch number\" is expected", file->path, n);
        }
        file->lines[file->count++] = line;
    }
    return DC_OK;
}

enum dc_code
position_file_open(struct position_file **ret_file, const char *path, struct dc_error *error)
{
    DC_AUTO(position_file) struct position_file *file = calloc(1, sizeof(*file));
    DC_ASSERT(file);
    file->lock = -1;
    if (strlen(path) >= sizeof(file->path)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "position_file", "its name is too long");
    }
    snprintf(file->path, sizeof(file->path), "%s", path);
    DC_TRY(take_lock(file, error));
    DC_TRY(read_lines(file, error));
    *ret_file = DC_TAKE(file);
    return DC_OK;
}

void
position_file_free(struct position_file *file)
{
    if (file && file->lock >= 0) {
        close(file->lock);
    }
    free(file);
}

static struct line *
find_line(const struct position_file *file, const char *stream)
{
    for (size_t i = 0; i < file->count; i++) {
        if (strcmp(file->lines[i].stream, stream) == 0) {
            return (struct line *)&file->lines[i];
        }
    }
    return NULL;
}

bool
position_file_find(const struct position_file *file, const char *stream, struct dc_place *ret_place)
{
    const struct line *line = find_line(file, stream);
    if (line) {
        *ret_place = line->place;
    }
    return line != NULL;
}

/* A rename that the directory has not on disk may be undone by a crash of the machine. */
static void
flush_directory(const char *path)
{
    char copy[CLIENT_TEXT];
    snprintf(copy, sizeof(copy), "%s", path);
    DC_AUTO_CLOSE int directory = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        (void)fsync(directory);
    }
}

static enum dc_code
write_lines(const struct position_file *file, struct dc_error *error)
{
    char beside[CLIENT_TEXT + 8];
    snprintf(beside, sizeof(beside), "%s.new", file->path);
    DC_AUTO_FCLOSE FILE *stream = fopen(beside, "we");
    if (!stream) {
        return fail(beside, error);
    }
    for (size_t i = 0; i < file->count; i++) {
        fprintf(stream, "%s %" PRId64 " %" PRId64 "\n", file->lines[i].stream,
                file->lines[i].place.epoch, file->lines[i].place.number);
    }
    if (fflush(stream) != 0 || fsync(fileno(stream)) != 0 || rename(beside, file->path) != 0) {
        return fail(beside, error);
    }
    flush_directory(file->path);
    return DC_OK;
}

enum dc_code
position_file_save(struct position_file *file, const struct dc_follow *follow,
                   struct dc_error *error)
{
    for (size_t i = 0; i < dc_follow_count(follow); i++) {
        struct dc_place place;
        const char *stream = dc_follow_stream(follow, i);
        struct line *line = find_line(file, stream);
        if (!dc_follow_place(follow, i, &place)) {
            continue;
        }
        if (!line && file->count == LINES_MAX) {
            return dc_fail_field(error, DC_RESOURCE_EXHAUSTED, "position_file",
                                 "%s has %d streams already", file->path, LINES_MAX);
        }
        if (!line) {
            line = &file->lines[file->count++];
            snprintf(line->stream, sizeof(line->stream), "%s", stream);
        }
        line->place = place;
    }
    return write_lines(file, error);
}
