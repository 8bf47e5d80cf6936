/* A queue of bytes that grows on demand, and gives its memory back when it is told to. */
#ifndef GANTRY_QUEUE_H
#define GANTRY_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue {
    unsigned char *bytes;
    size_t capacity, head, tail;
};

size_t queue_size(const struct queue *queue);
const unsigned char *queue_front(const struct queue *queue);
/* False when there is no memory; the queue is then as before. */
bool queue_append(struct queue *queue, const void *bytes, size_t size);
void queue_consume(struct queue *queue, size_t size);
/* Frees the memory of an empty queue. */
void queue_trim(struct queue *queue);
void queue_free(struct queue *queue);

#endif
