// A client of the Traffic service by gRPC C++: asynchronous calls on one completion queue that one thread takes from,
// on channels that each have a connection of their own.
//   traffic-client-c++ HOST:PORT CONNECTIONS STREAMS (echo BYTES | download PARCELS BYTES)
// For each line of its standard input, a number, it makes so many calls, each of which must be answered as it should;
// then it prints the nanoseconds that its threads spent on cores, and those that went by.
#include <grpcpp/grpcpp.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sextant/testing/v1/traffic.grpc.pb.h"

using sextant::testing::v1::DownloadRequest;
using sextant::testing::v1::Parcel;
using sextant::testing::v1::Traffic;

namespace {

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "traffic-client-c++: %s\n", why.c_str());
  std::exit(2);
}

void expect(size_t count, size_t wanted, const char* unit) {
  if (count == wanted) return;
  fail("an answer has " + std::to_string(count) + " " + unit + " instead of " + std::to_string(wanted));
}

void expect(const grpc::Status& status) {
  if (!status.ok()) fail("a call failed: " + status.error_message());
}

// One call after the other.
class Caller {
 public:
  virtual ~Caller() = default;
  virtual void begin() = 0;
  // What a tag of the completion queue says; whether the call has ended.
  virtual bool proceed(bool isOK) = 0;
};

class EchoCaller final : public Caller {
 public:
  EchoCaller(Traffic::Stub& stub, grpc::CompletionQueue& queue, size_t bytes) : stub_(stub), queue_(queue) {
    request_.set_contents(std::string(bytes, 'x'));
  }

  void begin() override {
    reader_.reset();
    context_.emplace();
    reader_ = stub_.AsyncEcho(&*context_, request_, &queue_);
    reader_->Finish(&answer_, &status_, this);
  }

  bool proceed(bool) override {
    expect(status_);
    expect(answer_.contents().size(), request_.contents().size(), "bytes");
    return true;
  }

 private:
  Traffic::Stub& stub_;
  grpc::CompletionQueue& queue_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<Parcel>> reader_;
  Parcel request_, answer_;
  grpc::Status status_;
};

class DownloadCaller final : public Caller {
 public:
  DownloadCaller(Traffic::Stub& stub, grpc::CompletionQueue& queue, int parcels, int bytes)
      : stub_(stub), queue_(queue) {
    request_.set_parcels(parcels);
    request_.set_size(bytes);
  }

  void begin() override {
    state_ = State::beginning;
    count_ = 0;
    reader_.reset();
    context_.emplace();
    reader_ = stub_.AsyncDownload(&*context_, request_, &queue_, this);
  }

  bool proceed(bool isOK) override {
    switch (state_) {
      case State::beginning:
        state_ = State::reading;
        reader_->Read(&parcel_, this);
        return false;
      case State::reading:
        if (isOK) {
          count_ += 1;
          expect(parcel_.contents().size(), request_.size(), "bytes");
          reader_->Read(&parcel_, this);
        } else {
          state_ = State::ending;
          reader_->Finish(&status_, this);
        }
        return false;
      case State::ending:
        expect(status_);
        expect(count_, request_.parcels(), "parcels");
        return true;
    }
    return true;
  }

 private:
  enum class State { beginning, reading, ending };

  Traffic::Stub& stub_;
  grpc::CompletionQueue& queue_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientAsyncReader<Parcel>> reader_;
  DownloadRequest request_;
  Parcel parcel_;
  grpc::Status status_;
  int count_ = 0;
  State state_ = State::beginning;
};

long now(clockid_t clock) {
  timespec time;
  if (clock_gettime(clock, &time) != 0) fail("the system has no such clock");
  return time.tv_sec * 1'000'000'000L + time.tv_nsec;
}

void run(std::vector<std::unique_ptr<Caller>>& callers, grpc::CompletionQueue& queue, long calls) {
  long begun = 0, ended = 0;
  for (auto& caller : callers) {
    if (begun == calls) break;
    begun += 1;
    caller->begin();
  }
  void* tag;
  bool isOK;
  while (ended < calls && queue.Next(&tag, &isOK)) {
    auto caller = static_cast<Caller*>(tag);
    if (!caller->proceed(isOK)) continue;
    ended += 1;
    if (begun == calls) continue;
    begun += 1;
    caller->begin();
  }
}

}  // namespace

int main(int count, char** arguments) {
  bool isEcho = count == 6 && std::strcmp(arguments[4], "echo") == 0;
  bool isDownload = count == 7 && std::strcmp(arguments[4], "download") == 0;
  if (!isEcho && !isDownload) fail("wants HOST:PORT CONNECTIONS STREAMS (echo BYTES | download PARCELS BYTES)");
  int connections = std::atoi(arguments[2]), streams = std::atoi(arguments[3]);
  grpc::ChannelArguments options;
  options.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // otherwise channels share a connection
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<Traffic::Stub>> stubs;
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < connections; i++) {
    auto channel = grpc::CreateCustomChannel(arguments[1], grpc::InsecureChannelCredentials(), options);
    stubs.push_back(Traffic::NewStub(channel));
    for (int j = 0; j < streams; j++) {
      if (isEcho) {
        callers.push_back(std::make_unique<EchoCaller>(*stubs.back(), queue, std::atoi(arguments[5])));
      } else {
        callers.push_back(std::make_unique<DownloadCaller>(*stubs.back(), queue, std::atoi(arguments[5]),
                                                           std::atoi(arguments[6])));
      }
    }
  }
  char line[64];
  while (std::fgets(line, sizeof line, stdin)) {
    long calls = std::atol(line);
    if (calls <= 0) fail("that is not a number of calls");
    long began = now(CLOCK_MONOTONIC), used = now(CLOCK_PROCESS_CPUTIME_ID);
    run(callers, queue, calls);
    std::printf("%ld %ld\n", now(CLOCK_PROCESS_CPUTIME_ID) - used, now(CLOCK_MONOTONIC) - began);
    std::fflush(stdout);
  }
  return 0;
}
