// The codec benchmark's operations by protobuf C++, with arenas as its documentation advises.
//   codec-c++ BATCH JSON SECONDS
// BATCH holds a serialized sextant.testing.v1.EventBatch, JSON the same as text. Prints one line an
// operation: its name, then the fastest pass in nanoseconds.
#include <google/protobuf/arena.h>
#include <google/protobuf/util/json_util.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "sextant/testing/v1/batch.pb.h"

using sextant::testing::v1::EventBatch;

namespace {

double checksum(const EventBatch& batch) {
  double total = 0;
  for (const auto& event : batch.events()) {
    size_t n = event.event_id().size() + event.anonymous_id().size() + event.name().size() +
               event.channel().size() + event.currency().size() + event.kind();
    n += event.occurred_at().seconds() + event.occurred_at().nanos();
    n += event.received_at().seconds() + event.received_at().nanos();
    for (const auto& attribute : event.attributes()) {
      n += attribute.first.size() + attribute.second.size();
    }
    total += event.value() + static_cast<double>(n);
  }
  return total;
}

std::string contents(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

volatile double sink;

void measure(const char* name, double seconds, const std::function<double()>& pass) {
  using Clock = std::chrono::steady_clock;
  auto end = Clock::now() + std::chrono::duration<double>(seconds);
  double fastest = 1e18;
  do {
    auto start = Clock::now();
    sink = pass();
    double took = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
    if (took < fastest) fastest = took;
  } while (Clock::now() < end);
  std::printf("%s %.0f\n", name, fastest);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: codec-c++ BATCH JSON SECONDS\n");
    return 2;
  }
  std::string bytes = contents(argv[1]);
  std::string json = contents(argv[2]);
  double seconds = std::atof(argv[3]);
  EventBatch batch;
  if (bytes.empty() || !batch.ParseFromString(bytes)) {
    std::fprintf(stderr, "codec: %s is not an EventBatch\n", argv[1]);
    return 1;
  }
  // One arena whose first block is large enough is reset for each pass, as a server would.
  google::protobuf::ArenaOptions options;
  std::string block(16 * bytes.size(), '\0');
  options.initial_block = &block[0];
  options.initial_block_size = block.size();

  measure("decode", seconds, [&] {
    google::protobuf::Arena arena(options);
    auto* decoded = google::protobuf::Arena::CreateMessage<EventBatch>(&arena);
    if (!decoded->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) std::abort();
    return checksum(*decoded);
  });
  std::string output(bytes.size() + 16, '\0');
  measure("encode", seconds, [&] {
    size_t size = batch.ByteSizeLong();
    if (!batch.SerializeToArray(&output[0], static_cast<int>(size))) std::abort();
    return static_cast<double>(size);
  });
  measure("json-decode", seconds, [&] {
    google::protobuf::Arena arena(options);
    auto* decoded = google::protobuf::Arena::CreateMessage<EventBatch>(&arena);
    if (!google::protobuf::util::JsonStringToMessage(json, decoded).ok()) std::abort();
    return checksum(*decoded);
  });
  measure("json-encode", seconds, [&] {
    std::string text;
    if (!google::protobuf::util::MessageToJsonString(batch, &text).ok()) std::abort();
    return static_cast<double>(text.size());
  });
  return 0;
}
