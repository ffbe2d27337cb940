/*
 * A Modbus TCP device that answers as fast as the machine can, for measurements: one process, epoll, no allocation.
 * Register n holds n, modulo 65536, or, with a second argument, n and the requests answered so far, modulo 1024, so that
 * every register has another value at each read. Bit n is on when n is odd. Function codes 1 to 4. Units from 200 on never answer,
 * and keep no other unit waiting; all others answer.
 * Listens on the address that it is given, 127.0.0.1 by default, and prints the port. For each byte that comes on its
 * standard input it prints how many requests it has answered; it serves until that closes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FDS = 65536, REQUEST_BYTES = 12, MAX_EVENTS = 256, FIRST_SILENT_UNIT = 200 };

static unsigned long long answered;
static int is_changing;

static struct {
    uint8_t pending[REQUEST_BYTES];
    size_t count;
} clients[MAX_FDS];

static void die(const char *what) {
    perror(what);
    exit(1);
}

static unsigned u16(const uint8_t *bytes) { return (unsigned)bytes[0] << 8 | bytes[1]; }

static void put16(uint8_t *bytes, unsigned value) {
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static size_t answer(const uint8_t *request, uint8_t *reply) {
    unsigned function = request[7], address = u16(request + 8), quantity = u16(request + 10);
    int is_bits = function == 1 || function == 2;
    size_t data_bytes = is_bits ? (quantity + 7) / 8 : quantity * 2;
    memcpy(reply, request, 8);
    if (function < 1 || function > 4 || data_bytes > 250) {
        put16(reply + 4, 3);
        reply[7] = (uint8_t)(function | 0x80);
        reply[8] = function < 1 || function > 4 ? 1 : 3;
        return 9;
    }
    put16(reply + 4, (unsigned)data_bytes + 3);
    reply[8] = (uint8_t)data_bytes;
    if (is_bits) {
        memset(reply + 9, address % 2 ? 0x55 : 0xaa, data_bytes);
    } else {
        unsigned first = address + (is_changing ? answered % 1024 : 0);
        for (unsigned i = 0; i < quantity; i++) put16(reply + 9 + i * 2, first + i);
    }
    return 9 + data_bytes;
}

/* Returns 0 when the client is gone. */
static int serve(int fd) {
    uint8_t reply[264];
    for (;;) {
        size_t have = clients[fd].count;
        ssize_t n = read(fd, clients[fd].pending + have, REQUEST_BYTES - have);
        if (n == 0) return 0;
        if (n < 0) return errno == EAGAIN;
        clients[fd].count = have + (size_t)n;
        if (clients[fd].count < REQUEST_BYTES) continue;
        clients[fd].count = 0;
        if (clients[fd].pending[6] >= FIRST_SILENT_UNIT) return 1;
        size_t length = answer(clients[fd].pending, reply);
        if (write(fd, reply, length) != (ssize_t)length) return 0;
        answered++;
        /* A client that waits for its reply has sent nothing more: the next event saves a read that finds nothing. */
        return 1;
    }
}

/* Returns 0 when standard input is closed. */
static int report(void) {
    char questions[64];
    ssize_t n = read(STDIN_FILENO, questions, sizeof questions);
    for (ssize_t i = 0; i < n; i++) printf("%llu\n", answered);
    fflush(stdout);
    return n > 0;
}

int main(int argc, char **argv) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    is_changing = argc > 2;
    if (argc > 1 && inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) die("address");
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096)) die("listen");
    if (getsockname(listener, (struct sockaddr *)&address, &size)) die("getsockname");
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event)) die("epoll");
    event.data.fd = STDIN_FILENO;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event)) die("stdin");
    printf("%u\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[MAX_EVENTS];
        int count = epoll_wait(epoll, events, MAX_EVENTS, -1);
        if (count < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == STDIN_FILENO) {
                if (!report()) return 0;
                continue;
            }
            if (fd != listener) {
                if (!serve(fd)) close(fd);
                continue;
            }
            int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            if (client < 0) continue;
            if (client >= MAX_FDS) {
                close(client);
                continue;
            }
            int on = 1;
            setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            clients[client].count = 0;
            event.data.fd = client;
            if (epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event)) close(client);
        }
    }
}
