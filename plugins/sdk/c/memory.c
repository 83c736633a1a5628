/* Memory and strings, for a plugin that is built without a C library. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A block is a power of two, so that one that is freed fits the next of its kind: a rule reads millions of rows in the memory of one batch. */
enum { SMALLEST = 4, LARGEST = 30, PAGE = 65536 };

typedef struct block {
    uint32_t power;
    /* Only while it is free; else the memory begins here. It is aligned to 8 bytes. */
    struct block *next __attribute__((aligned(8)));
} block;

enum { HEADER = offsetof(block, next) };

extern uint8_t __heap_base;

static block *unused[LARGEST + 1];
static uintptr_t top, end;

_Noreturn void abort(void)
{
    __builtin_trap();
}

static block *carve(uint32_t power)
{
    if (top == 0) {
        top = ((uintptr_t)&__heap_base + 7) & ~(uintptr_t)7;
        end = (uintptr_t)__builtin_wasm_memory_size(0) * PAGE;
    }
    size_t size = (size_t)1 << power;
    if (end - top < size) {
        size_t pages = (size - (end - top) + PAGE - 1) / PAGE;
        if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1)
            abort();
        end += pages * PAGE;
    }
    block *made = (block *)top;
    top += size;
    made->power = power;
    return made;
}

void *malloc(size_t size)
{
    uint32_t power = SMALLEST;
    while (power <= LARGEST && ((size_t)1 << power) - HEADER < size)
        power++;
    if (power > LARGEST)
        abort();
    block *taken = unused[power];
    if (taken != NULL)
        unused[power] = taken->next;
    else
        taken = carve(power);
    return (uint8_t *)taken + HEADER;
}

void free(void *memory)
{
    /* The bindings free all of an answer. What is constant lies below the heap, and stays. */
    if ((uintptr_t)memory <= (uintptr_t)&__heap_base)
        return;
    block *freed = (block *)((uint8_t *)memory - HEADER);
    freed->next = unused[freed->power];
    unused[freed->power] = freed;
}

void *realloc(void *old, size_t size)
{
    if (old == NULL)
        return malloc(size);
    size_t room = ((size_t)1 << ((block *)((uint8_t *)old - HEADER))->power) - HEADER;
    if (size <= room)
        return old;
    void *moved = malloc(size);
    memcpy(moved, old, room);
    free(old);
    return moved;
}

/* One instruction each: WebAssembly's bulk memory. */
void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    return __builtin_memcpy(to, from, size);
}

void *memmove(void *to, const void *from, size_t size)
{
    return __builtin_memmove(to, from, size);
}

void *memset(void *to, int byte, size_t size)
{
    return __builtin_memset(to, byte, size);
}

int memcmp(const void *left, const void *right, size_t size)
{
    const uint8_t *a = left, *b = right;
    for (; size > 0; size--, a++, b++)
        if (*a != *b)
            return *a - *b;
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0')
        length++;
    return length;
}
