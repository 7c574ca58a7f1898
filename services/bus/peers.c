/* peers.c - reads the peers file; see peers.h, and deploy/config/peers.yaml for a sample. */
#include "peers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>
#include <zmq.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/words.h"
#include "edge/bus_wire.h"

enum { PATH_BYTES_MAX = 4096, PEERS_MAX = 10000 };

struct stamp { /* what a file looked like when it was read */
    char *path;
    struct timespec changed;
    off_t size;
    ino_t inode;
};

struct peers {
    struct peer *items;
    size_t count;
    struct peer **by_key; /* sorted */
    struct stamp *stamps;
    size_t stamp_count;
};

/* --- pure ------------------------------------------------------------------------------------- */
/* The token at `at`, its length; moves on past the dot. */
static size_t
next_token(const char **at, const char **ret_token)
{
    *ret_token = *at;
    size_t length = strcspn(*at, ".");
    *at += length + ((*at)[length] == '.');
    return length;
}

bool
pattern_covers(const char *wide, const char *narrow)
{
    while (*wide && *narrow) {
        const char *w, *n;
        size_t w_length = next_token(&wide, &w);
        size_t n_length = next_token(&narrow, &n);
        if (w_length == 1 && *w == '>') {
            return true;
        }
        if (n_length == 1 && *n == '>') {
            return false;
        }
        if (w_length == 1 && *w == '*') {
            continue;
        }
        if (w_length != n_length || memcmp(w, n, w_length) != 0) {
            return false;
        }
    }
    return !*wide && !*narrow;
}

bool
rules_cover(const struct peer_rules *rules, const char *pattern)
{
    for (size_t i = 0; i < rules->count; i++) {
        if (pattern_covers(rules->patterns[i], pattern)) {
            return true;
        }
    }
    return false;
}

size_t
peers_count(const struct peers *peers)
{
    return peers->count;
}

const struct peer *
peers_at(const struct peers *peers, size_t index)
{
    DC_ASSERT(index < peers->count);
    return &peers->items[index];
}

static int
compare_key(const void *key, const void *item)
{
    return strcmp(key, (*(struct peer *const *)item)->key);
}

static int
compare_peers(const void *a, const void *b)
{
    return strcmp((*(struct peer *const *)a)->key, (*(struct peer *const *)b)->key);
}

const struct peer *
peers_find(const struct peers *peers, const char *key)
{
    struct peer **found =
        bsearch(key, peers->by_key, peers->count, sizeof(peers->by_key[0]), compare_key);
    return found ? *found : NULL;
}

/* --- memory ----------------------------------------------------------------------------------- */
static void
rules_release(struct peer_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        free(rules->patterns[i]);
    }
    free(rules->patterns);
}

void
peers_free(struct peers *peers)
{
    if (!peers) {
        return;
    }
    for (size_t i = 0; i < peers->count; i++) {
        struct peer *peer = &peers->items[i];
        free(peer->name);
        rules_release(&peer->call);
        rules_release(&peer->offer);
        rules_release(&peer->publish);
        rules_release(&peer->hear);
    }
    for (size_t i = 0; i < peers->stamp_count; i++) {
        free(peers->stamps[i].path);
    }
    free(peers->items);
    free(peers->by_key);
    free(peers->stamps);
    free(peers);
}

/* --- the files -------------------------------------------------------------------------------- */
static void
stamp_of(const char *path, struct stamp *ret_stamp)
{
    struct stat facts;
    memset(ret_stamp, 0, sizeof(*ret_stamp));
    if (stat(path, &facts) == 0) {
        ret_stamp->changed = facts.st_mtim;
        ret_stamp->size = facts.st_size;
        ret_stamp->inode = facts.st_ino;
    }
}

static void
remember(struct peers *peers, const char *path)
{
    peers->stamps = realloc(peers->stamps, (peers->stamp_count + 1) * sizeof(peers->stamps[0]));
    DC_ASSERT(peers->stamps);
    struct stamp *stamp = &peers->stamps[peers->stamp_count++];
    stamp_of(path, stamp);
    stamp->path = strdup(path);
    DC_ASSERT(stamp->path);
}

bool
peers_have_changed(const struct peers *peers)
{
    for (size_t i = 0; i < peers->stamp_count; i++) {
        const struct stamp *then = &peers->stamps[i];
        struct stamp now;
        stamp_of(then->path, &now);
        if (now.inode != then->inode || now.size != then->size ||
            now.changed.tv_sec != then->changed.tv_sec ||
            now.changed.tv_nsec != then->changed.tv_nsec) {
            return true;
        }
    }
    return false;
}

/* Where in the file we are, for errors. */
struct reading {
    const char *path;
    yaml_document_t document;
    struct peers *peers;
    struct dc_error *error;
};

__attribute__((format(printf, 3, 4))) static enum dc_code
fail_at(struct reading *reading, const yaml_node_t *node, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)dc_failv(reading->error, DC_INVALID_ARGUMENT, NULL, format, arguments);
    va_end(arguments);
    return dc_fail_context(reading->error, "%s:%zu:%zu", reading->path, node->start_mark.line + 1,
                           node->start_mark.column + 1);
}

static const char *
scalar(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static enum dc_code
read_bool(struct reading *reading, const yaml_node_t *node, bool *ret_value)
{
    const char *text = scalar(node);
    if (text && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
        *ret_value = text[0] == 't';
        return DC_OK;
    }
    return fail_at(reading, node, "true or false is expected");
}

static enum dc_code
read_rules(struct reading *reading, const yaml_node_t *node, struct peer_rules *rules)
{
    if (node->type != YAML_SEQUENCE_NODE) {
        return fail_at(reading, node, "a list of patterns is expected, such as [goals, \"*.log\"]");
    }
    if (rules->patterns) {
        return fail_at(reading, node, "is given twice");
    }
    size_t count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    rules->patterns = calloc(count + 1, sizeof(rules->patterns[0]));
    DC_ASSERT(rules->patterns);
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *item =
            yaml_document_get_node(&reading->document, node->data.sequence.items.start[i]);
        const char *text = scalar(item);
        if (!text || !dc_subject_is_valid(text, true)) {
            return fail_at(reading, item,
                           "\"%.100s\" is not a pattern: names separated by dots, * for one name, "
                           "> for the rest",
                           text ? text : "");
        }
        rules->patterns[rules->count++] = strdup(text);
    }
    return DC_OK;
}

static enum dc_code
take_key(struct reading *reading, const yaml_node_t *node, const char *text, struct peer *peer)
{
    uint8_t raw[32];
    if (peer->key[0]) {
        return fail_at(reading, node, "%s has a key already", peer->name);
    }
    if (strlen(text) != DC_BUS_KEY_TEXT - 1 || !zmq_z85_decode(raw, text)) {
        return fail_at(reading, node, "not a CURVE public key: 40 characters of Z85 are expected");
    }
    memcpy(peer->key, text, DC_BUS_KEY_TEXT);
    return DC_OK;
}

static enum dc_code
read_key_file(struct reading *reading, const yaml_node_t *node, struct peer *peer)
{
    const char *text = scalar(node);
    if (!text || !*text) {
        return fail_at(reading, node, "the path of a key file is expected");
    }
    const char *slash = strrchr(reading->path, '/');
    char path[PATH_BYTES_MAX];
    int length = snprintf(path, sizeof(path), "%.*s%s",
                          *text == '/' || !slash ? 0 : (int)(slash + 1 - reading->path),
                          reading->path, text);
    if (length < 0 || (size_t)length >= sizeof(path)) {
        return fail_at(reading, node, "the path is too long");
    }
    remember(reading->peers, path);
    DC_AUTO_FCLOSE FILE *file = fopen(path, "re");
    char line[128];
    if (!file || !fgets(line, sizeof(line), file)) {
        return fail_at(reading, node, "cannot read %s: %s", path,
                       file && !ferror(file) ? DC_WORDS("it is empty") : strerror(errno));
    }
    line[strcspn(line, "\r\n")] = '\0';
    return take_key(reading, node, line, peer);
}

static enum dc_code
read_permission(struct reading *reading, struct peer *peer, const yaml_node_t *key,
                const yaml_node_t *value)
{
    const char *name = scalar(key);
    if (name && strcmp(name, "call") == 0) {
        return read_rules(reading, value, &peer->call);
    }
    if (name && strcmp(name, "offer") == 0) {
        return read_rules(reading, value, &peer->offer);
    }
    if (name && strcmp(name, "publish") == 0) {
        return read_rules(reading, value, &peer->publish);
    }
    if (name && strcmp(name, "hear") == 0) {
        return read_rules(reading, value, &peer->hear);
    }
    if (name && strcmp(name, "speaks_for_people") == 0) {
        return read_bool(reading, value, &peer->speaks_for_people);
    }
    if (name && strcmp(name, "admin") == 0) {
        return read_bool(reading, value, &peer->admin);
    }
    if (name && strcmp(name, "key_file") == 0) {
        return read_key_file(reading, value, peer);
    }
    if (name && strcmp(name, "key") == 0) {
        return take_key(reading, value, scalar(value) ? scalar(value) : "", peer);
    }
    return fail_at(reading, key,
                   "unknown key \"%.60s\"; known are key, key_file, call, offer, publish, hear, "
                   "speaks_for_people, admin",
                   name ? name : "");
}

static enum dc_code
read_peer(struct reading *reading, const yaml_node_t *name_node, const yaml_node_t *node)
{
    struct peers *peers = reading->peers;
    const char *name = scalar(name_node);
    if (!name || !dc_subject_is_valid(name, false) || strlen(name) > DC_BUS_INSTANCE_MAX) {
        return fail_at(reading, name_node, "a peer's name is letters, digits, - and _");
    }
    if (node->type != YAML_MAPPING_NODE) {
        return fail_at(reading, node, "%s: key_file and permissions are expected", name);
    }
    for (size_t i = 0; i < peers->count; i++) {
        if (strcmp(peers->items[i].name, name) == 0) {
            return fail_at(reading, name_node, "%s is there twice", name);
        }
    }
    struct peer *peer = &peers->items[peers->count++];
    peer->name = strdup(name);
    DC_ASSERT(peer->name);
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        DC_TRY(read_permission(reading, peer, yaml_document_get_node(&reading->document, pair->key),
                               yaml_document_get_node(&reading->document, pair->value)));
    }
    if (!peer->key[0]) {
        return fail_at(reading, node, "%s has no key: key or key_file is needed", name);
    }
    for (size_t i = 0; i + 1 < peers->count; i++) {
        if (strcmp(peers->items[i].key, peer->key) == 0) {
            return fail_at(reading, node, "%s has the same key as %s", name, peers->items[i].name);
        }
    }
    return DC_OK;
}

/* The top of the file: one mapping "peers" of names to permissions. */
static enum dc_code
read_top(struct reading *reading)
{
    const yaml_node_t *root = yaml_document_get_root_node(&reading->document);
    if (!root || root->type != YAML_MAPPING_NODE ||
        root->data.mapping.pairs.top - root->data.mapping.pairs.start != 1) {
        return dc_fail(reading->error, DC_INVALID_ARGUMENT,
                       "%s:1:1: one mapping \"peers:\" is expected", reading->path);
    }
    const yaml_node_pair_t *only = root->data.mapping.pairs.start;
    const yaml_node_t *key = yaml_document_get_node(&reading->document, only->key);
    const yaml_node_t *all = yaml_document_get_node(&reading->document, only->value);
    if (!scalar(key) || strcmp(scalar(key), "peers") != 0) {
        return fail_at(reading, key, "\"peers:\" is expected");
    }
    if (all->type != YAML_MAPPING_NODE) {
        return fail_at(reading, all, "names of peers with their permissions are expected");
    }
    size_t count = (size_t)(all->data.mapping.pairs.top - all->data.mapping.pairs.start);
    if (count > PEERS_MAX) {
        return fail_at(reading, all, "%zu peers; %d are allowed", count, PEERS_MAX);
    }
    reading->peers->items = calloc(count + 1, sizeof(struct peer));
    DC_ASSERT(reading->peers->items);
    for (const yaml_node_pair_t *pair = all->data.mapping.pairs.start;
         pair < all->data.mapping.pairs.top; pair++) {
        DC_TRY(read_peer(reading, yaml_document_get_node(&reading->document, pair->key),
                         yaml_document_get_node(&reading->document, pair->value)));
    }
    return DC_OK;
}

static void
sort_by_key(struct peers *peers)
{
    peers->by_key = calloc(peers->count + 1, sizeof(peers->by_key[0]));
    DC_ASSERT(peers->by_key);
    for (size_t i = 0; i < peers->count; i++) {
        peers->by_key[i] = &peers->items[i];
    }
    qsort(peers->by_key, peers->count, sizeof(peers->by_key[0]), compare_peers);
}

enum dc_code
peers_load(struct peers **ret_peers, const char *path, struct dc_error *error)
{
    DC_AUTO(peers) struct peers *peers = calloc(1, sizeof(*peers));
    DC_ASSERT(peers);
    remember(peers, path);
    DC_AUTO_FCLOSE FILE *file = fopen(path, "re");
    if (!file) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "cannot read %s: %s", path, strerror(errno));
    }
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED, "no memory for reading %s", path);
    }
    yaml_parser_set_input_file(&parser, file);
    struct reading reading = {.path = path, .peers = peers, .error = error};
    enum dc_code code;
    if (!yaml_parser_load(&parser, &reading.document)) {
        code = dc_fail(error, DC_INVALID_ARGUMENT, "%s:%zu:%zu: %s", path,
                       parser.problem_mark.line + 1, parser.problem_mark.column + 1,
                       parser.problem ? parser.problem : DC_WORDS("not YAML"));
    } else {
        code = read_top(&reading);
        yaml_document_delete(&reading.document);
    }
    yaml_parser_delete(&parser);
    DC_TRY(code);
    sort_by_key(peers);
    *ret_peers = DC_TAKE(peers);
    return DC_OK;
}
