// What Swift's Glibc module leaves out: epoll, eventfd, and the calls that only _GNU_SOURCE declares.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// The header's own declaration is hidden if another module read it first without _GNU_SOURCE.
extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
