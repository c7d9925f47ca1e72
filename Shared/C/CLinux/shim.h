// What Swift's Glibc module leaves out: epoll, eventfd, and the calls that only _GNU_SOURCE declares.
#pragma once
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// Declared here, as _GNU_SOURCE would define the types of the system differently from Glibc's module.
extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int pthread_setname_np(unsigned long thread, const char *name);
