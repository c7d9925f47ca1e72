#define _GNU_SOURCE
#include "CSignals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int destination = -1;
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a handler may not wait for a lock");

static void note(int signal) {
    int code = errno;
    unsigned char number = (unsigned char)signal;
    // A full pipe has thousands of signals that nobody takes: one more makes no difference.
    ssize_t count = write(atomic_load(&destination), &number, 1);
    (void)count;
    errno = code;
}

int sextant_signal_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    // A new pipe has no other flags.
    if (fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0) {
        int code = errno;
        close(ends[0]);
        close(ends[1]);
        errno = code;
        return -1;
    }
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

int sextant_signal_catch(int signal, int writing) {
    atomic_store(&destination, writing);
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    return sigaction(signal, &action, NULL);
}
