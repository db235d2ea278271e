#!/usr/bin/env bash
# Makes Sources/ShortlistMessages/Generated from the .proto files beside it. Only after a change of those:
# what it makes is committed, so that nobody needs protoc to build.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

need_swift
need protobuf-compiler "reads the .proto files"
need libprotobuf-dev "the .proto files of protobuf's own types"

# The plugin comes from the package whose runtime the project builds with.
plugin=.build-messages
mkdir -p "$plugin/Sources/Nothing"
cat >"$plugin/Package.swift" <<'MANIFEST'
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "messages",
  dependencies: [
    .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0", traits: [])
  ],
  targets: [
    .executableTarget(
      name: "Nothing", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")])
  ])
MANIFEST
echo >"$plugin/Sources/Nothing/main.swift"
swift build --package-path "$plugin" --product protoc-gen-swift

rm -rf Sources/ShortlistMessages/Generated
mkdir Sources/ShortlistMessages/Generated
protoc --plugin="$plugin/.build/debug/protoc-gen-swift" \
  --proto_path=Sources/ShortlistMessages/Protos \
  --swift_out=Sources/ShortlistMessages/Generated \
  --swift_opt=Visibility=Package --swift_opt=UseAccessLevelOnImports=true \
  Sources/ShortlistMessages/Protos/*.proto
