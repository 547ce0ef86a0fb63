/* Answers every event with itself: the floor under what a sandbox costs. Speaks the frame protocol of FrameWire.java on the
   descriptor that its argument names. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned char frame[8 << 20];

static void need(unsigned char *to, size_t count) {
    while (count > 0) {
        ssize_t got = read(3, to, count);
        if (got <= 0) exit(0);
        to += got;
        count -= got;
    }
}

static void put(const unsigned char *from, size_t count) {
    while (count > 0) {
        ssize_t done = write(3, from, count);
        if (done <= 0) exit(0);
        from += done;
        count -= done;
    }
}

static uint32_t u32(const unsigned char *at) {
    return (uint32_t) at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

static void put_u32(unsigned char *at, uint32_t value) {
    for (int i = 0; i < 4; i++) at[i] = value >> (24 - 8 * i);
}

int main(int argc, char **argv) {
    static const unsigned char ready[] = {0, 0, 0, 0, 2};
    if (argc != 2 || dup2(atoi(argv[1]), 3) < 0) return 1;
    put(ready, sizeof ready);
    for (;;) {
        need(frame, 5);
        uint32_t length = u32(frame);
        if (length > sizeof frame - 16) return 1;
        need(frame + 5, length);
        /* behind the number and the deadline stand five texts, then the event */
        size_t at = 5 + 4 + 8;
        for (int text = 0; text < 5; text++) at += 2 + (frame[at] << 8 | frame[at + 1]);
        size_t event = 5 + length - at;
        unsigned char number[4];
        memcpy(number, frame + 5, 4);
        unsigned char *answer = frame + at - 9;
        put_u32(answer, 4 + event);
        answer[4] = 3;
        memcpy(answer + 5, number, 4);
        put(answer, 9 + event);
    }
}
