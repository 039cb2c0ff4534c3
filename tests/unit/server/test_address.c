// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#include "base/status.h"
#include "server/address.h"
#include "server/counts.h"

Test(server_address, a_url_comes_back_as_it_was)
{
    static const struct {
        const char *url;
        bool is_loopback;
    } rows[] = {
        {"unix:/run/vardsok.sock", true}, {"tcp://127.0.0.1:4180", true},
        {"tcp://127.255.0.9:1", true},    {"tcp://128.0.0.1:1", false},
        {"tcp://0.0.0.0:0", false},       {"tcp://[::1]:4180", true},
        {"tcp://[2001:db8::1]:1", false}, {"tcp://[::]:65535", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct server_address address;
        char url[SERVER_URL_MAX];
        const char *what = "";
        cr_assert_eq(server_address_parse(rows[i].url, &address, &what), 0, "%s: %s",
                     rows[i].url, what);
        cr_expect_eq(address.is_loopback, rows[i].is_loopback, "%s", rows[i].url);
        server_address_format(&address, url);
        cr_expect_str_eq(url, rows[i].url);
    }
}

Test(server_address, localhost_is_the_only_name)
{
    struct server_address address;
    char url[SERVER_URL_MAX];
    cr_assert_eq(server_address_parse("tcp://localhost:7", &address, NULL), 0);
    server_address_format(&address, url);
    cr_expect_str_eq(url, "tcp://127.0.0.1:7");
    cr_expect_eq(server_address_parse("tcp://example.org:7", &address, NULL),
                 STATUS_INVALID_ARGUMENT);
}

Test(server_address, what_is_no_address_is_refused_with_a_reason)
{
    static const char *const wrong[] = {
        "",
        "unix:",
        "tcp://",
        "tcp://:1",
        "tcp://[]:1",
        "tcp://[::1:1",
        "tcp://::1:1",
        "tcp://127.0.0.1",
        "tcp://1:",
        "tcp://127.0.0.1:x",
        "tcp://127.0.0.1:1x",
        "tcp://127.0.0.1:65536",
        "tcp://127.0.0.1:-1",
        "tcp://127.0.0.1:999999",
        "tcp://127.1:1",
        "udp://127.0.0.1:1",
        "tcp:127.0.0.1:1",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct server_address address;
        const char *what = NULL;
        cr_expect_eq(server_address_parse(wrong[i], &address, &what),
                     STATUS_INVALID_ARGUMENT, "%s", wrong[i]);
        cr_expect_not_null(what, "%s", wrong[i]);
    }
}

Test(server_address, a_unix_path_has_at_most_107_bytes)
{
    struct server_address address;
    char url[128] = "unix:";
    memset(url + 5, 'x', 107);
    cr_expect_eq(server_address_parse(url, &address, NULL), 0);
    url[5 + 107] = 'x';
    cr_expect_eq(server_address_parse(url, &address, NULL), STATUS_INVALID_ARGUMENT);
}

Test(server_address, what_is_not_built_yet_is_told_apart)
{
    static const char *const later[] = {"grpc://127.0.0.1:1", "http://127.0.0.1:1",
                                        "tcps://127.0.0.1:1", "grpcs://127.0.0.1:1",
                                        "https://127.0.0.1:1"};
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        struct server_address address;
        cr_expect_eq(server_address_parse(later[i], &address, NULL),
                     STATUS_UNIMPLEMENTED);
    }
}

static struct server_peer_address peer_of(uint32_t n)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr = {htonl(n)}};
    return server_peer_address((const struct sockaddr *)&v4);
}

Test(server_counts, each_address_is_counted_by_itself)
{
    struct server_counts counts = {0};
    for (uint32_t n = 0; n < 5000; n++) {
        struct server_peer_address peer = peer_of(n);
        for (uint32_t i = 0; i <= n % 3; i++)
            server_counts_add(&counts, &peer);
    }
    for (uint32_t n = 0; n < 5000; n++) {
        struct server_peer_address peer = peer_of(n);
        cr_assert_eq(server_counts_get(&counts, &peer), n % 3 + 1);
        for (uint32_t i = 0; i <= n % 3; i++)
            server_counts_remove(&counts, &peer);
        cr_assert_eq(server_counts_get(&counts, &peer), 0);
    }
    for (int i = 0; i < SERVER_COUNT_BUCKETS; i++)
        cr_assert_null(counts.buckets[i]);
}

Test(server_counts, an_ipv4_address_is_the_same_when_it_comes_mapped)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct server_peer_address plain = peer_of(0x7f000001), mapped;
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6.sin6_addr);
    mapped = server_peer_address((const struct sockaddr *)&v6);
    cr_expect(memcmp(&plain, &mapped, sizeof plain) == 0);
}
