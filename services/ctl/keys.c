/* keys.c - `dacheng keys init`: CURVE key pairs, files of one line; those that exist are kept. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "base/cleanup.h"
#include "session.h"

/* Whole or not at all: written beside, flushed, and renamed. */
static bool
write_line(const char *directory, const char *name, const char *kind, const char *line, mode_t mode)
{
    char path[4096], beside[4200];
    snprintf(path, sizeof(path), "%s/%s.%s", directory, name, kind);
    snprintf(beside, sizeof(beside), "%s.new", path);
    DC_AUTO_CLOSE int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    char text[DC_BUS_KEY_TEXT + 2];
    int length = snprintf(text, sizeof(text), "%s\n", line);
    bool written = fd >= 0 && fchmod(fd, mode) == 0 && write(fd, text, (size_t)length) == length &&
                   fsync(fd) == 0 && rename(beside, path) == 0;
    if (!written) {
        fprintf(stderr, "dacheng: %s: %s\n", path, strerror(errno));
    }
    return written;
}

static bool
read_line(const char *directory, const char *name, char ret_line[DC_BUS_KEY_TEXT])
{
    char path[4096], line[128] = "";
    snprintf(path, sizeof(path), "%s/%s.key", directory, name);
    DC_AUTO_FCLOSE FILE *file = fopen(path, "re");
    if (!file || !fgets(line, sizeof(line), file)) {
        return false;
    }
    line[strcspn(line, "\r\n")] = '\0';
    if (strlen(line) != DC_BUS_KEY_TEXT - 1) {
        return false;
    }
    memcpy(ret_line, line, DC_BUS_KEY_TEXT);
    return true;
}

static bool
make_pair(const char *directory, const char *name)
{
    char public_key[DC_BUS_KEY_TEXT], secret_key[DC_BUS_KEY_TEXT];
    if (read_line(directory, name, secret_key) &&
        dc_bus_public_of(secret_key, public_key, NULL) == DC_OK) {
        return write_line(directory, name, "pub", public_key, 0644);
    }
    dc_bus_key_pair(public_key, secret_key);
    printf("%s: new key\n", name);
    return write_line(directory, name, "key", secret_key, 0600) &&
           write_line(directory, name, "pub", public_key, 0644);
}

static bool
name_is_good(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length <= 60 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
               length;
}

/* The names under "peers:"; the bus itself checks the rest of the file. */
static int
pairs_of_file(const char *directory, const char *path)
{
    DC_AUTO_FCLOSE FILE *file = fopen(path, "re");
    if (!file) {
        fprintf(stderr, "dacheng: %s: %s\n", path, strerror(errno));
        return CTL_USAGE;
    }
    yaml_parser_t parser;
    yaml_document_t document;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_file(&parser, file);
    if (!yaml_parser_load(&parser, &document)) {
        fprintf(stderr, "dacheng: %s:%zu:%zu: %s\n", path, parser.problem_mark.line + 1,
                parser.problem_mark.column + 1, parser.problem);
        yaml_parser_delete(&parser);
        return CTL_USAGE;
    }
    int code = CTL_USAGE;
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    const yaml_node_t *peers = NULL;
    if (root && root->type == YAML_MAPPING_NODE) {
        for (yaml_node_pair_t *pair = root->data.mapping.pairs.start;
             pair < root->data.mapping.pairs.top; pair++) {
            const yaml_node_t *key = yaml_document_get_node(&document, pair->key);
            if (key->type == YAML_SCALAR_NODE &&
                strcmp((const char *)key->data.scalar.value, "peers") == 0) {
                peers = yaml_document_get_node(&document, pair->value);
            }
        }
    }
    if (!peers || peers->type != YAML_MAPPING_NODE) {
        fprintf(stderr, "dacheng: %s: one mapping \"peers:\" is expected\n", path);
    } else {
        code = CTL_DONE;
        for (yaml_node_pair_t *pair = peers->data.mapping.pairs.start;
             pair < peers->data.mapping.pairs.top && code == CTL_DONE; pair++) {
            const yaml_node_t *key = yaml_document_get_node(&document, pair->key);
            const char *name = (const char *)key->data.scalar.value;
            if (key->type != YAML_SCALAR_NODE || !name_is_good(name)) {
                fprintf(stderr,
                        "dacheng: %s:%zu: a peer's name has 1 to 60 letters, digits, - and _\n",
                        path, key->start_mark.line + 1);
                code = CTL_USAGE;
            } else if (!make_pair(directory, name)) {
                code = CTL_REFUSED;
            }
        }
    }
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    return code;
}

int
ctl_keys(struct ctl *ctl)
{
    if (ctl->argc != 2 || strcmp(ctl->argv[0], "init") != 0 || !ctl->peers) {
        fprintf(stderr, "usage: dacheng keys init DIR --peers FILE\n");
        return CTL_USAGE;
    }
    const char *directory = ctl->argv[1];
    if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
        fprintf(stderr, "dacheng: %s: %s\n", directory, strerror(errno));
        return CTL_REFUSED;
    }
    if (!make_pair(directory, "bus")) {
        return CTL_REFUSED;
    }
    return pairs_of_file(directory, ctl->peers);
}
