// swift-tools-version: 6.2
import PackageDescription

// Every Swift target is compiled with these settings, tests and tools included.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),  // `@_lifetime`: views that borrow a message's bytes
]

let package = Package(
    name: "sextant",
    targets: [
        // Shared: each library may import only those above it.
        .systemLibrary(
            name: "CProtobufC",
            path: "Shared/C/CProtobufC",
            pkgConfig: "libprotobuf-c",
            providers: [.apt(["libprotobuf-c-dev"])]
        ),
        .target(name: "Wire", path: "Shared/Wire", swiftSettings: strict),
    ]
)
