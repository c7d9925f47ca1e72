// The least that a server can do which sends large messages back, on the same nghttp2 and the same kernel: what no server
// on them can be much better than. It copies each message once, out of the memory that it reads into, sends it from where
// it lies, and knows neither methods, nor deadlines, nor whose memory is spent.
//   traffic-limit
// Prints where it listens, and stops when its standard input ends.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { prefixBytes = 5, headBytes = 9, window = 65536, connectionWindow = 1 << 20 };
enum { readBytes = 64 << 10, readBytesPerTurn = 256 << 10, sendBytes = 256 << 10, smallBytes = 64 << 10, mostPieces = 256 };

// A message that comes, and goes back.
typedef struct Message {
  uint8_t *bytes;
  size_t length, come, gone;
  struct Message *next;  // of those that are closed, whose bytes may wait to be sent
} Message;

typedef struct {
  int socket, isWaiting;
  nghttp2_session *session;
  uint8_t small[smallBytes];  // heads of frames, and other frames
  size_t smallCount, count;
  struct iovec pieces[mostPieces];
  int pieceCount;
  Message *closed;
} Connection;

static uint8_t input[readBytes];

static void append(Connection *connection, const void *bytes, size_t count) {
  connection->pieces[connection->pieceCount++] = (struct iovec){(void *)bytes, count};
  connection->count += count;
}

static void appendCopy(Connection *connection, const void *bytes, size_t count) {
  uint8_t *place = connection->small + connection->smallCount;
  memcpy(place, bytes, count);
  connection->smallCount += count;
  append(connection, place, count);
}

static int isFull(const Connection *connection) {
  return connection->count >= sendBytes || connection->pieceCount > mostPieces - 3 ||
         connection->smallCount > smallBytes - 32768;
}

static Message *messageOf(nghttp2_session *session, int32_t stream) {
  return nghttp2_session_get_stream_user_data(session, stream);
}

// What comes.

static int headersBegan(nghttp2_session *session, const nghttp2_frame *frame, void *user) {
  (void)user;
  if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  return nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, calloc(1, sizeof(Message)));
}

static int bytesCame(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *bytes, size_t count, void *user) {
  (void)flags, (void)user;
  Message *message = messageOf(session, stream);
  if (message->bytes == NULL) {
    if (count < prefixBytes) return NGHTTP2_ERR_CALLBACK_FAILURE;
    uint32_t length;
    memcpy(&length, bytes + 1, sizeof length);
    message->length = prefixBytes + ntohl(length);
    message->bytes = malloc(message->length);
    if (message->length > window) nghttp2_session_set_local_window_size(session, 0, stream, (int32_t)message->length);
  }
  if (count > message->length - message->come) return NGHTTP2_ERR_CALLBACK_FAILURE;
  memcpy(message->bytes + message->come, bytes, count);
  message->come += count;
  return nghttp2_session_consume(session, stream, count);
}

static ssize_t nextPart(nghttp2_session *session, int32_t stream, uint8_t *unused, size_t limit, uint32_t *flags,
                        nghttp2_data_source *source, void *user) {
  (void)unused, (void)user;
  Message *message = source->ptr;
  size_t left = message->come - message->gone, count = left < limit ? left : limit;
  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (count == left) {
    nghttp2_nv status = {(uint8_t *)"grpc-status", (uint8_t *)"0", 11, 1, 0};
    *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    if (nghttp2_submit_trailer(session, stream, &status, 1)) return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  return (ssize_t)count;
}

static int frameCame(nghttp2_session *session, const nghttp2_frame *frame, void *user) {
  (void)user;
  if (frame->hd.type > NGHTTP2_HEADERS || !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM)) return 0;
  nghttp2_nv fields[] = {{(uint8_t *)":status", (uint8_t *)"200", 7, 3, 0},
                         {(uint8_t *)"content-type", (uint8_t *)"application/grpc", 12, 16, 0}};
  nghttp2_data_provider body = {{.ptr = messageOf(session, frame->hd.stream_id)}, nextPart};
  return nghttp2_submit_response(session, frame->hd.stream_id, fields, 2, &body);
}

// What goes.

static int sendPart(nghttp2_session *session, nghttp2_frame *frame, const uint8_t *head, size_t count,
                    nghttp2_data_source *source, void *user) {
  (void)session, (void)frame;
  Connection *connection = user;
  Message *message = source->ptr;
  if (isFull(connection)) return NGHTTP2_ERR_WOULDBLOCK;
  appendCopy(connection, head, headBytes);
  append(connection, message->bytes + message->gone, count);
  message->gone += count;
  return 0;
}

static int streamClosed(nghttp2_session *session, int32_t stream, uint32_t code, void *user) {
  (void)code;
  Connection *connection = user;
  Message *message = messageOf(session, stream);
  message->next = connection->closed;
  connection->closed = message;
  return 0;
}

static void forget(Connection *connection) {
  connection->smallCount = connection->count = connection->pieceCount = 0;
  while (connection->closed) {
    Message *message = connection->closed;
    connection->closed = message->next;
    free(message->bytes);
    free(message);
  }
}

// Sends what the kernel takes: 0 if all of it, 1 if not, -1 if the peer is gone.
static int flush(Connection *connection) {
  int first = 0;
  while (connection->count > 0) {
    struct msghdr message = {.msg_iov = connection->pieces + first, .msg_iovlen = connection->pieceCount - first};
    ssize_t sent = sendmsg(connection->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno != EAGAIN) return -1;
      connection->pieceCount -= first;
      memmove(connection->pieces, connection->pieces + first, connection->pieceCount * sizeof(struct iovec));
      return 1;
    }
    connection->count -= sent;
    while (sent > 0) {
      struct iovec *piece = &connection->pieces[first];
      size_t part = (size_t)sent < piece->iov_len ? (size_t)sent : piece->iov_len;
      piece->iov_base = (uint8_t *)piece->iov_base + part;
      piece->iov_len -= part;
      sent -= part;
      if (piece->iov_len == 0) first++;
    }
  }
  forget(connection);
  return 0;
}

static int sendAll(Connection *connection) {
  while (1) {
    int state = flush(connection);
    if (state != 0) return state;
    while (!isFull(connection)) {
      const uint8_t *frame;
      ssize_t count = nghttp2_session_mem_send(connection->session, &frame);
      if (count < 0) return -1;
      if (count == 0) break;
      appendCopy(connection, frame, count);
    }
    if (connection->count == 0) return 0;
  }
}

// 0 if the peer is there, -1 if not.
static int receive(Connection *connection) {
  for (int left = readBytesPerTurn; left > 0;) {
    ssize_t count = recv(connection->socket, input, readBytes, MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN ? 0 : -1;
    if (count == 0 || nghttp2_session_mem_recv(connection->session, input, count) < 0) return -1;
    if (count < readBytes) return 0;
    left -= count;
  }
  return 0;
}

static void watch(int poll, int operation, int descriptor, uint32_t events, void *who) {
  struct epoll_event event = {.events = events, .data = {.ptr = who}};
  if (epoll_ctl(poll, operation, descriptor, &event)) abort();
}

static void serve(int poll, Connection *connection, uint32_t events) {
  int state = events & EPOLLIN ? receive(connection) : 0;
  if (state == 0) state = sendAll(connection);
  if (state < 0) {
    close(connection->socket);
    nghttp2_session_del(connection->session);
    forget(connection);
    free(connection);
  } else if (state != connection->isWaiting) {
    connection->isWaiting = state;
    watch(poll, EPOLL_CTL_MOD, connection->socket, state ? EPOLLIN | EPOLLOUT : EPOLLIN, connection);
  }
}

static void accept1(int poll, int listening, nghttp2_session_callbacks *callbacks, nghttp2_option *options) {
  int on = 1;
  Connection *connection = calloc(1, sizeof *connection);
  connection->socket = accept(listening, NULL, NULL);
  setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (nghttp2_session_server_new2(&connection->session, callbacks, connection, options)) abort();
  nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 100},
                                       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window}};
  nghttp2_submit_settings(connection->session, 0, settings, 2);
  nghttp2_session_set_local_window_size(connection->session, 0, 0, connectionWindow);
  watch(poll, EPOLL_CTL_ADD, connection->socket, EPOLLIN, connection);
  serve(poll, connection, 0);
}

int main(void) {
  nghttp2_session_callbacks *callbacks;
  nghttp2_option *options;
  if (nghttp2_session_callbacks_new(&callbacks) || nghttp2_option_new(&options)) abort();
  nghttp2_option_set_no_auto_window_update(options, 1);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, headersBegan);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, bytesCame);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frameCame);
  nghttp2_session_callbacks_set_send_data_callback(callbacks, sendPart);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, streamClosed);

  int listening = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  if (bind(listening, (struct sockaddr *)&address, length) || listen(listening, 64) ||
      getsockname(listening, (struct sockaddr *)&address, &length)) {
    fprintf(stderr, "traffic-limit: cannot listen\n");
    return 1;
  }
  watch(poll, EPOLL_CTL_ADD, listening, EPOLLIN, &listening);
  watch(poll, EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN, NULL);
  printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  while (1) {
    struct epoll_event events[64];
    int count = epoll_wait(poll, events, 64, -1);
    for (int i = 0; i < count; i++) {
      void *who = events[i].data.ptr;
      if (who == NULL) return 0;
      if (who == &listening) accept1(poll, listening, callbacks, options);
      else serve(poll, who, events[i].events);
    }
  }
}
