#include <microhttpd.h>

// What takes a variable number of arguments is not imported.
static inline struct MHD_Daemon *sextant_microhttpd_start(
    int listener, MHD_AccessHandlerCallback handler, void *context, unsigned int connections,
    size_t connection_bytes, unsigned int timeout_seconds) {
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, handler, context,
        MHD_OPTION_LISTEN_SOCKET, listener,
        MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_bytes,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
}
