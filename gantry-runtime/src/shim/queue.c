#include "queue.h"

#include <stdlib.h>
#include <string.h>

#define SMALLEST 512

size_t queue_size(const struct queue *queue)
{
    return queue->tail - queue->head;
}

const unsigned char *queue_front(const struct queue *queue)
{
    return queue->bytes + queue->head;
}

static bool make_room(struct queue *queue, size_t size)
{
    size_t used = queue_size(queue);
    if (queue->capacity - queue->tail >= size)
        return true;
    /* Moving is for free when at least half is empty: each byte then moves once per half a turn. */
    if (queue->head >= queue->capacity / 2 && queue->capacity - used >= size) {
        memmove(queue->bytes, queue->bytes + queue->head, used);
    } else {
        size_t capacity = queue->capacity == 0 ? SMALLEST : queue->capacity;
        while (capacity - used < size)
            capacity *= 2;
        unsigned char *bytes = malloc(capacity);
        if (bytes == NULL)
            return false;
        if (used > 0)
            memcpy(bytes, queue->bytes + queue->head, used);
        free(queue->bytes);
        queue->bytes = bytes;
        queue->capacity = capacity;
    }
    queue->head = 0;
    queue->tail = used;
    return true;
}

bool queue_append(struct queue *queue, const void *bytes, size_t size)
{
    if (size == 0)
        return true;
    if (!make_room(queue, size))
        return false;
    memcpy(queue->bytes + queue->tail, bytes, size);
    queue->tail += size;
    return true;
}

void queue_consume(struct queue *queue, size_t size)
{
    queue->head += size;
    if (queue->head == queue->tail)
        queue->head = queue->tail = 0;
}

void queue_trim(struct queue *queue)
{
    if (queue_size(queue) == 0)
        queue_free(queue);
}

void queue_free(struct queue *queue)
{
    free(queue->bytes);
    *queue = (struct queue){0};
}
