/*
 * A Modbus device that is not ours, for tests of Holdfast: libmodbus serves known values as unit 9.
 *
 *   modbus-device tcp           prints {"port": ..., "unit_id": 9, "has_float_orders": ...}
 *   modbus-device tcp-closing   the same; it closes the connection after each reply
 *   modbus-device serial PATH   at 115200 baud 8N1; prints the same with port 0
 *
 * Holding register n holds 3n + 1 and input register n holds 7n + 2, modulo 65536; coil n is on when n is a multiple of
 * 3, discrete input n when it is one of 5. There are 2000 of each. A line "holding_register 4 2" (or coil) on its
 * standard input is answered with what lies there now, as a JSON list. It serves until its standard input closes.
 *
 * From input register 2000 on, values that libmodbus itself has put there: -123.456, 50.02 and 3.4028234e38 as floats in
 * the orders ABCD, CDAB, BADC and DCBA (24 registers), then -1234567890123456789 as a 64-bit integer. Before version 3.1.11 libmodbus had the four orders
 * of floats confused with each other: then has_float_orders is false.
 */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

enum { UNIT_ID = 9, SIZE = 2000, CONVERTED = 28 };

static modbus_mapping_t *memory;

static void die(const char *what) {
    fprintf(stderr, "%s: %s\n", what, modbus_strerror(errno));
    exit(1);
}

static void convert(uint16_t *to) {
    static void (*const orders[])(float, uint16_t *) = {
        modbus_set_float_abcd, modbus_set_float_cdab, modbus_set_float_badc, modbus_set_float_dcba};
    static const float values[] = {-123.456f, 50.02f, 3.4028234e38f};
    for (int order = 0; order < 4; order++) {
        for (int value = 0; value < 3; value++, to += 2) orders[order](values[value], to);
    }
    MODBUS_SET_INT64_TO_INT16(to, 0, -1234567890123456789LL);
}

static void fill(void) {
    memory = modbus_mapping_new(SIZE, SIZE, SIZE, SIZE + CONVERTED);
    if (!memory) die("memory");
    for (int n = 0; n < SIZE; n++) {
        memory->tab_registers[n] = (uint16_t)(3 * n + 1);
        memory->tab_input_registers[n] = (uint16_t)(7 * n + 2);
        memory->tab_bits[n] = n % 3 == 0;
        memory->tab_input_bits[n] = n % 5 == 0;
    }
    convert(memory->tab_input_registers + SIZE);
}

/* Returns 0 when standard input is closed. */
static int answer_question(void) {
    char line[128], table[64];
    int address, count;
    if (!fgets(line, sizeof line, stdin)) return 0;
    if (sscanf(line, "%63s %d %d", table, &address, &count) != 3 || address < 0 || count < 1 || address + count > SIZE) {
        printf("null\n");
    } else {
        for (int i = 0; i < count; i++) {
            int is_coil = strcmp(table, "coil") == 0;
            printf("%s%d", i ? ", " : "[", is_coil ? memory->tab_bits[address + i] : memory->tab_registers[address + i]);
        }
        printf("]\n");
    }
    fflush(stdout);
    return 1;
}

/* Returns 0 when whoever asked is gone. */
static int answer_request(modbus_t *context) {
    uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
    int length = modbus_receive(context, request);
    if (length > 0) modbus_reply(context, request, length, memory);
    return length >= 0;
}

int main(int argc, char **argv) {
    int is_closing = argc == 2 && strcmp(argv[1], "tcp-closing") == 0;
    int is_tcp = is_closing || (argc == 2 && strcmp(argv[1], "tcp") == 0);
    if (!is_tcp && !(argc == 3 && strcmp(argv[1], "serial") == 0)) {
        fprintf(stderr, "usage: modbus-device tcp | tcp-closing | serial PATH\n");
        return 2;
    }
    modbus_t *context = is_tcp ? modbus_new_tcp("127.0.0.1", 0) : modbus_new_rtu(argv[2], 115200, 'N', 8, 1);
    if (!context) die("context");
    fill();
    modbus_set_slave(context, UNIT_ID);
    /* Without it what is left of a broken frame is read as the beginning of the next one. */
    modbus_set_error_recovery(context, MODBUS_ERROR_RECOVERY_PROTOCOL);
    int listener = -1, port = 0;
    if (is_tcp) {
        struct sockaddr_in address;
        socklen_t size = sizeof address;
        listener = modbus_tcp_listen(context, 16);
        if (listener < 0 || getsockname(listener, (struct sockaddr *)&address, &size)) die("listen");
        port = ntohs(address.sin_port);
    } else if (modbus_connect(context)) {
        die("open");
    }
    printf("{\"port\": %d, \"unit_id\": %d, \"has_float_orders\": %s}\n", port, UNIT_ID,
           LIBMODBUS_VERSION_CHECK(3, 1, 11) ? "true" : "false");
    fflush(stdout);

    fd_set open_files;
    FD_ZERO(&open_files);
    FD_SET(STDIN_FILENO, &open_files);
    FD_SET(is_tcp ? listener : modbus_get_socket(context), &open_files);
    for (;;) {
        fd_set ready = open_files;
        if (select(FD_SETSIZE, &ready, NULL, NULL, NULL) < 0) die("select");
        for (int fd = 0; fd < FD_SETSIZE; fd++) {
            if (!FD_ISSET(fd, &ready)) continue;
            if (fd == STDIN_FILENO) {
                if (!answer_question()) return 0;
            } else if (fd == listener) {
                int client = accept(listener, NULL, NULL);
                if (client >= 0) FD_SET(client, &open_files);
            } else {
                if (is_tcp) modbus_set_socket(context, fd);
                int is_over = !answer_request(context) || is_closing;
                if (is_over && is_tcp) {
                    close(fd);
                    FD_CLR(fd, &open_files);
                }
            }
        }
    }
}
