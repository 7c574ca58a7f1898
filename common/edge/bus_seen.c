/*
 * bus_seen.c - drops events that two instances of the bus carried. Per stream and partition the
 * highest number seen and a bit for each of the WINDOW numbers before it, so that an event that
 * one instance dropped and the other brings late is still taken; what is older counts as seen.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "edge/bus_internal.h"

enum { PARTITIONS = 16, STREAMS_MAX = 64, WINDOW_WORDS = 16, WINDOW = WINDOW_WORDS * 64 };

struct partition {
    int64_t highest;
    uint64_t bits[WINDOW_WORDS]; /* bit n % WINDOW: number n was seen, for the last WINDOW ones */
};

struct stream {
    char *name;
    int64_t epoch;
    struct partition partitions[PARTITIONS];
};

struct dc_bus_seen {
    struct stream *streams[STREAMS_MAX];
    size_t count;
};

struct dc_bus_seen *
dc_bus_seen_new(void)
{
    struct dc_bus_seen *seen = calloc(1, sizeof(*seen));
    DC_ASSERT(seen);
    return seen;
}

static void
stream_free(struct stream *stream)
{
    free(stream->name);
    free(stream);
}

void
dc_bus_seen_free(struct dc_bus_seen *seen)
{
    if (!seen) {
        return;
    }
    for (size_t i = 0; i < seen->count; i++) {
        stream_free(seen->streams[i]);
    }
    free(seen);
}

static struct stream *
find_stream(struct dc_bus_seen *seen, const char *name)
{
    for (size_t i = 0; i < seen->count; i++) {
        if (strcmp(seen->streams[i]->name, name) == 0) {
            return seen->streams[i];
        }
    }
    if (seen->count == STREAMS_MAX) { /* the oldest makes room: at worst it is had twice */
        stream_free(seen->streams[0]);
        memmove(seen->streams, seen->streams + 1, (STREAMS_MAX - 1) * sizeof(seen->streams[0]));
        seen->count--;
    }
    struct stream *stream = calloc(1, sizeof(*stream));
    DC_ASSERT(stream);
    stream->name = strdup(name);
    DC_ASSERT(stream->name);
    seen->streams[seen->count++] = stream;
    return stream;
}

static void
set_bit(struct partition *partition, int64_t number, bool value)
{
    uint64_t bit = 1ull << (number % 64);
    uint64_t *word = &partition->bits[number % WINDOW / 64];
    *word = value ? *word | bit : *word & ~bit;
}

static void
move_up(struct partition *partition, int64_t number)
{
    if (number - partition->highest >= WINDOW) {
        memset(partition->bits, 0, sizeof(partition->bits));
    } else {
        for (int64_t n = partition->highest + 1; n < number; n++) {
            set_bit(partition, n, false);
        }
    }
    partition->highest = number;
    set_bit(partition, number, true);
}

bool
dc_bus_seen_is_new(struct dc_bus_seen *seen, const Kernel__Event *event)
{
    if (event->partition < 0 || event->partition >= PARTITIONS || event->number < 1) {
        return false;
    }
    struct stream *stream = find_stream(seen, event->stream);
    if (event->epoch < stream->epoch) {
        return false;
    }
    if (event->epoch > stream->epoch) {
        memset(stream->partitions, 0, sizeof(stream->partitions));
        stream->epoch = event->epoch;
    }
    struct partition *partition = &stream->partitions[event->partition];
    if (event->number > partition->highest) {
        move_up(partition, event->number);
        return true;
    }
    if (partition->highest - event->number >= WINDOW) {
        return false;
    }
    bool had = partition->bits[event->number % WINDOW / 64] & (1ull << (event->number % 64));
    set_bit(partition, event->number, true);
    return !had;
}
