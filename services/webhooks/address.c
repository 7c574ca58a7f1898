/* address.c - see address.h. */
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/text.h"

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

/* What is not of the world outside (IANA's special-purpose registries, RFC 6890). */
static const char *const inside[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",    "::/128",
    "::1/128",       "100::/64",        "2001::/23",      "2001:db8::/32",  "fc00::/7",
    "fe80::/10",     "fec0::/10",       "ff00::/8",
};

static bool
is_in_net(const uint8_t bytes[16], const struct address_net *net)
{
    int whole = net->bits / 8, rest = net->bits % 8;
    uint8_t mask = (uint8_t)(0xff00 >> rest);
    return memcmp(bytes, net->bytes, (size_t)whole) == 0 &&
           (rest == 0 || ((bytes[whole] ^ net->bytes[whole]) & mask) == 0);
}

/* False: neither IPv4 nor IPv6. */
static bool
bytes_of(const struct sockaddr *address, uint8_t ret_bytes[16])
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const void *)address;
        memcpy(ret_bytes, mapped, sizeof(mapped));
        memcpy(ret_bytes + 12, &four->sin_addr, 4);
        return true;
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const void *)address;
        memcpy(ret_bytes, &six->sin6_addr, 16);
        return true;
    }
    return false;
}

enum dc_code
address_net_parse(const char *text, struct address_net *ret_net, struct dc_error *error)
{
    char name[64] = "";
    struct address_net net = {.bits = 128};
    size_t length = strcspn(text, "/");
    int64_t bits = -1;
    bool good = length < sizeof(name);
    memcpy(name, text, good ? length : 0);
    bool six = strchr(name, ':') != NULL;
    int most = six ? 128 : 32;
    if (good && six) {
        good = inet_pton(AF_INET6, name, net.bytes) == 1;
    } else if (good) {
        memcpy(net.bytes, mapped, sizeof(mapped));
        good = inet_pton(AF_INET, name, net.bytes + 12) == 1;
    }
    if (good && text[length] == '/') {
        good = dc_parse_int64(text + length + 1, &bits, NULL) == DC_OK && bits >= 0 && bits <= most;
        net.bits = (int)bits + (six ? 0 : 96);
    }
    if (!good) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "\"%.60s\" is not a network such as 10.1.0.0/16 or 2001:db8::/32", text);
    }
    *ret_net = net;
    return DC_OK;
}

bool
address_is_in(const struct sockaddr *address, const struct address_net *nets, size_t count)
{
    uint8_t bytes[16];
    for (size_t i = 0; bytes_of(address, bytes) && i < count; i++) {
        if (is_in_net(bytes, &nets[i])) {
            return true;
        }
    }
    return false;
}

static bool
bytes_are_outside(const uint8_t bytes[16])
{
    for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
        struct address_net net;
        if (address_net_parse(inside[i], &net, NULL) != DC_OK || is_in_net(bytes, &net)) {
            return false;
        }
    }
    return true;
}

bool
address_is_outside(const struct sockaddr *address)
{
    static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b}, compatible[12] = {0};
    uint8_t bytes[16], four[16];
    if (!bytes_of(address, bytes) || !bytes_are_outside(bytes)) {
        return false;
    }
    memcpy(four, mapped, sizeof(mapped));
    if (memcmp(bytes, nat64, 12) == 0 || memcmp(bytes, compatible, 12) == 0) {
        memcpy(four + 12, bytes + 12, 4);
    } else if (bytes[0] == 0x20 && bytes[1] == 0x02) { /* 6to4 */
        memcpy(four + 12, bytes + 2, 4);
    } else {
        return true;
    }
    return bytes_are_outside(four);
}
