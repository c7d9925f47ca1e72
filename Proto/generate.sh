#!/usr/bin/env bash
# Generates all code that comes from .proto files. Needs the swift toolchain and Debian's
# protobuf-compiler, protobuf-c-compiler, libprotoc-dev and libprotobuf-c-dev.
#   Proto/generate.sh            writes it into the tree
#   Proto/generate.sh --check    writes nothing; fails with a diff where the tree is not fresh
# SEXTANT_SCRATCH names the build folder (default .build).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
mode=${1:---write}
[[ $mode == --write || $mode == --check ]] || { echo "usage: Proto/generate.sh [--check]" >&2; exit 2; }
includes=$(pkg-config --variable=includedir protobuf)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# C structs come from a descriptor set without source positions, so that no comment of another
# project's files comes along. A target's module map is written by hand.
generate_c() { # target folder, folder of the files, files
  local target=$1 source=$2 set=$work/descriptors made=$work/c
  shift 2
  rm -rf "$made"
  mkdir -p "$made" "$work/out/$target/include"
  protoc -I"$source" -I"$includes" --include_imports --descriptor_set_out="$set" "$@"
  protoc --descriptor_set_in="$set" --c_out="$made" "$@"
  cp "$root/$target/include/module.modulemap" "$work/out/$target/include/"
  (cd "$made" && find . -name '*.h' -exec cp --parents {} "$work/out/$target/include/" \; \
    && find . -name '*.c' -exec cp --parents {} "$work/out/$target/" \;)
  if [[ $mode == --write ]]; then replace "$target"; fi
}

# Puts what was made for a folder in its place: nothing else may lie there, so that this repairs
# whatever --check finds.
replace() { # target folder
  rm -rf "${root:?}/$1"
  mkdir -p "$(dirname "$root/$1")"
  cp -r "$work/out/$1" "$root/$1"
}

well_known=()
for name in any duration empty field_mask struct timestamp wrappers; do
  well_known+=("google/protobuf/$name.proto")
done
# What statuses may say for programs.
status_files=(google/rpc/{error_details,status}.proto)
# What the runtime serves by itself.
runtime_files=(grpc/health/v1/health.proto grpc/reflection/{v1,v1alpha}/reflection.proto)
# What collectors of traces serve, and what is theirs in it.
collector_files=(opentelemetry/proto/collector/trace/v1/trace_service.proto)
trace_files=(opentelemetry/proto/{common/v1/common,resource/v1/resource,trace/v1/trace}.proto)
# What our services offer, an area a folder.
mapfile -t product_files < <(cd "$root/Proto" && find sextant -path 'sextant/*/v*/*.proto' | sort)
mapfile -t test_files < <(cd "$root/Tests/TestKit/Proto" && find . -name '*.proto' -printf '%P\n' | sort)

# What the generator reads descriptors with.
generate_c Proto/Generator/CDescriptors "$root/Proto" \
  google/protobuf/descriptor.proto google/protobuf/compiler/plugin.proto sextant/api/http.proto

# What the codec's tests compare it with, of our own messages only. protoc-c 1.4.1 knows no `optional` of proto3, which is a
# oneof of one member on the wire, and needs neither services nor their options.
compared=()
for file in "${test_files[@]}"; do
  [[ $file == sextant/* ]] || continue
  compared+=("$file")
  mkdir -p "$work/plain/$(dirname "$file")"
  sed -e '/^import "sextant\/api\//d' -e '/^service /,/^}/d' \
    -e 's/^\( *\)optional \(\S*\) \(\S*\) = \(.*\);$/\1oneof \3_presence { \2 \3 = \4; }/' \
    "$root/Tests/TestKit/Proto/$file" > "$work/plain/$file"
done
generate_c Tests/TestKit/CMessages "$work/plain" "${well_known[@]}" "${compared[@]}"

# The Swift, by the generator just built.
scratch=${SEXTANT_SCRATCH:-$root/.build}
swift build --quiet --package-path "$root" --scratch-path "$scratch" --product protoc-gen-sextant
plugin=$(swift build --package-path "$root" --scratch-path "$scratch" --show-bin-path)/protoc-gen-sextant

generated=()
generate() { # output folder, plugin options, folder of the files, files
  generated+=("$1")
  mkdir -p "$work/out/$1"
  protoc -I"$root/Proto" -I"$3" -I"$includes" --plugin=protoc-gen-sextant="$plugin" \
    --sextant_out="$work/out/$1" --sextant_opt="$2" "${@:4}"
}
# Of the files that only options need, reflection serves the descriptors.
generate Shared/Messages parts=messages,proto2=descriptors "$root/Proto" "${well_known[@]}" \
  google/protobuf/descriptor.proto sextant/api/{annotations,http}.proto "${status_files[@]}" "${runtime_files[@]}" \
  "${trace_files[@]}" "${collector_files[@]}" "${product_files[@]}"
generate Shared/Contracts parts=services+calls,import=Messages,import=RPC "$root/Proto" "${product_files[@]}"
generate Services/gateway/Gateway/OpenAPI/Generated parts=openapi "$root/Proto" "${product_files[@]}"
generate Shared/RPC/Generated parts=services+calls,import=Messages "$root/Proto" "${runtime_files[@]}"
generate Shared/Observe/Generated parts=services+calls,import=Messages,import=RPC \
  "$root/Proto" "${collector_files[@]}"
generate Tests/TestKit/Messages import=Messages "$root/Tests/TestKit/Proto" "${test_files[@]}"
generate Tests/TestKit/Contracts parts=calls,import=Messages:google,import=RPC,import=TestMessages \
  "$root/Tests/TestKit/Proto" "${test_files[@]}"
generate Tests/GatewayTests/OpenAPI/Generated parts=openapi "$root/Tests/TestKit/Proto" sextant/testing/v1/example.proto
generate Tests/GreetingServer/Generated parts=messages+services+calls,import=RPC \
  "$root/Tests/GreetingServer" greeting.proto

if [[ $mode == --check ]]; then
  fresh=0
  for folder in Proto/Generator/CDescriptors Tests/TestKit/CMessages "${generated[@]}"; do
    diff --recursive --brief "$work/out/$folder" "$root/$folder" || fresh=1
  done
  [[ $fresh == 0 ]] || { echo "generated code is not fresh: run Proto/generate.sh" >&2; exit 1; }
  echo "generated code is fresh"
else
  for folder in "${generated[@]}"; do replace "$folder"; done
fi
