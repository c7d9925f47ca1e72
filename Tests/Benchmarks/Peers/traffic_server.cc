// The Traffic service by gRPC C++: its typed asynchronous service, with one completion queue that one thread takes from,
// and calls that are used again.
//   traffic-server-c++ [CERTIFICATE KEY]
// Prints where it listens, and stops when its standard input ends.
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sextant/testing/v1/traffic.grpc.pb.h"

using sextant::testing::v1::DownloadRequest;
using sextant::testing::v1::Parcel;
using sextant::testing::v1::Traffic;

namespace {

// How many calls of each method can be open at a time.
constexpr int callsOpen = 512;

// What a tag of the completion queue stands for.
class Call {
 public:
  virtual ~Call() = default;
  virtual void proceed(bool isOK) = 0;
};

class EchoCall final : public Call {
 public:
  EchoCall(Traffic::AsyncService& service, grpc::ServerCompletionQueue& queue) : service_(service), queue_(queue) { wait(); }

  void proceed(bool isOK) override {
    if (isWaiting_ && !isOK) return;  // the server stops
    if (!isWaiting_) return wait();
    isWaiting_ = false;
    answer_.mutable_contents()->swap(*request_.mutable_contents());
    responder_->Finish(answer_, grpc::Status::OK, this);
  }

 private:
  void wait() {
    isWaiting_ = true;
    responder_.reset();
    context_.emplace();
    responder_.emplace(&*context_);
    service_.RequestEcho(&*context_, &request_, &*responder_, &queue_, &queue_, this);
  }

  Traffic::AsyncService& service_;
  grpc::ServerCompletionQueue& queue_;
  std::optional<grpc::ServerContext> context_;
  std::optional<grpc::ServerAsyncResponseWriter<Parcel>> responder_;
  Parcel request_, answer_;
  bool isWaiting_ = true;
};

class DownloadCall final : public Call {
 public:
  DownloadCall(Traffic::AsyncService& service, grpc::ServerCompletionQueue& queue) : service_(service), queue_(queue) { wait(); }

  void proceed(bool isOK) override {
    switch (state_) {
      case State::waiting:
        if (!isOK) return;  // the server stops
        parcel_.set_contents(std::string(request_.size(), 'x'));
        left_ = request_.parcels();
        state_ = State::sending;
        return send();
      case State::sending:
        if (!isOK) left_ = 0;
        return send();
      case State::ending:
        return wait();
    }
  }

 private:
  enum class State { waiting, sending, ending };

  void wait() {
    state_ = State::waiting;
    writer_.reset();
    context_.emplace();
    writer_.emplace(&*context_);
    service_.RequestDownload(&*context_, &request_, &*writer_, &queue_, &queue_, this);
  }

  void send() {
    if (left_ == 0) {
      state_ = State::ending;
      return writer_->Finish(grpc::Status::OK, this);
    }
    // The hint lets the transport gather messages into fewer writes to the socket, which costs it less than half. With the
    // first message it must not come: header fields would wait for more, and the tag with them.
    grpc::WriteOptions options;
    if (left_ > 1 && left_ < request_.parcels()) options.set_buffer_hint();
    left_ -= 1;
    writer_->Write(parcel_, options, this);
  }

  Traffic::AsyncService& service_;
  grpc::ServerCompletionQueue& queue_;
  std::optional<grpc::ServerContext> context_;
  std::optional<grpc::ServerAsyncWriter<Parcel>> writer_;
  DownloadRequest request_;
  Parcel parcel_;
  int left_ = 0;
  State state_ = State::waiting;
};

std::string contents(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

std::shared_ptr<grpc::ServerCredentials> credentials(const char* certificate, const char* key) {
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({contents(key), contents(certificate)});
  return grpc::SslServerCredentials(options);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 1 && count != 3) {
    std::fprintf(stderr, "usage: traffic-server-c++ [CERTIFICATE KEY]\n");
    return 2;
  }
  Traffic::AsyncService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0",
                           count == 3 ? credentials(arguments[1], arguments[2]) : grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&service);
  auto queue = builder.AddCompletionQueue();
  auto server = builder.BuildAndStart();
  if (!server || port == 0) {
    std::fprintf(stderr, "traffic-server-c++: cannot listen\n");
    return 1;
  }
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < callsOpen; i++) {
    calls.push_back(std::make_unique<EchoCall>(service, *queue));
    calls.push_back(std::make_unique<DownloadCall>(service, *queue));
  }
  std::printf("listening on 127.0.0.1:%d\n", port);
  std::fflush(stdout);

  std::thread stopper([&] {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5));
    queue->Shutdown();
  });
  void* tag;
  bool isOK;
  while (queue->Next(&tag, &isOK)) static_cast<Call*>(tag)->proceed(isOK);
  stopper.join();
  return 0;
}
