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

# The C structs the generator reads descriptors with. From a descriptor set without source
# positions, so that no comment of another project's files comes along.
c_files=(google/protobuf/descriptor.proto google/protobuf/compiler/plugin.proto sextant/api/http.proto)
mkdir -p "$work/c"
protoc -I"$root/Proto" -I"$includes" --include_imports --descriptor_set_out="$work/set" "${c_files[@]}"
protoc --descriptor_set_in="$work/set" --c_out="$work/c" "${c_files[@]}"
target=$work/out/Proto/Generator/CDescriptors
mkdir -p "$target/include"
cp "$root/Proto/Generator/CDescriptors/include/module.modulemap" "$target/include/"
(cd "$work/c" && find . -name '*.h' -exec cp --parents {} "$target/include/" \; \
  && find . -name '*.c' -exec cp {} "$target/" \;)
if [[ $mode == --write ]]; then cp -r "$target/." "$root/Proto/Generator/CDescriptors/"; fi

# The Swift, by the generator just built.
scratch=${SEXTANT_SCRATCH:-$root/.build}
swift build --quiet --package-path "$root" --scratch-path "$scratch" --product protoc-gen-sextant
plugin=$(swift build --package-path "$root" --scratch-path "$scratch" --show-bin-path)/protoc-gen-sextant

generate() { # output folder, plugin options, folder of the files, files
  mkdir -p "$work/out/$1"
  protoc -I"$root/Proto" -I"$3" -I"$includes" --plugin=protoc-gen-sextant="$plugin" \
    --sextant_out="$work/out/$1" --sextant_opt="$2" "${@:4}"
}
well_known=()
for name in any duration empty field_mask struct timestamp wrappers; do
  well_known+=("google/protobuf/$name.proto")
done
generate Shared/Messages parts=messages "$root/Proto" "${well_known[@]}"
mapfile -t test_files < <(cd "$root/Tests/TestKit/Proto" && find . -name '*.proto' -printf '%P\n' | sort)
generate Tests/TestKit/Messages import=Messages "$root/Tests/TestKit/Proto" "${test_files[@]}"

if [[ $mode == --check ]]; then
  fresh=0
  for folder in Proto/Generator/CDescriptors Shared/Messages Tests/TestKit/Messages; do
    diff --recursive --brief "$work/out/$folder" "$root/$folder" || fresh=1
  done
  [[ $fresh == 0 ]] || { echo "generated code is not fresh: run Proto/generate.sh" >&2; exit 1; }
  echo "generated code is fresh"
else
  for folder in Shared/Messages Tests/TestKit/Messages; do
    rm -rf "${root:?}/$folder"
    mkdir -p "$(dirname "$root/$folder")"
    cp -r "$work/out/$folder" "$root/$folder"
  done
fi
