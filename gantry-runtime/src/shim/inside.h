/* The parts of inside: what it asks of outside, and what gantryd asks of it. */
#ifndef GANTRY_INSIDE_H
#define GANTRY_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "relay.h"
#include "rootless.h"

/* Every connection waits while outside is asked and while gantryd is answered: neither may take for ever. */

/* The socket to outside. */
void wishes_go_to(int fd);
/* Asks, and waits for the answer and perhaps a descriptor. Answers come in the order of wishes. -1 and errno. */
int wishes_ask(const void *wish, size_t size, struct granted *granted, int *fd);
/* A port that was bound too late is free again. True when no answer is missing. */
bool wishes_drop_late(int flags);
/* Nobody needs outside any more. */
void wishes_end(void);

#define DOOR_LINE 256

/* Who called: a connection of gantryd's or of a command's, with the beginning of its next line. */
struct door_client {
    struct watched watched;
    size_t have;
    char line[DOOR_LINE];
};

extern struct door {
    enum net net;
    int state; /* the directory in which the socket is */
    struct relay *relays;
} door;

/* A new caller; of this user, or it is sent away. */
void door_greet(struct watched *, uint32_t events);
/* A caller said something: `struct door_client`. Buried when it ends or says what is no line. */
void door_hear(struct watched *, uint32_t events);
/* Now and then: ends sessions in which nothing moves. */
void door_sweep(void);
/* All that is published is published no more. */
void door_close_ports(void);

#endif
