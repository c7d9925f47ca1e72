import Foundation
import Generator
import TestKit
import Testing
import Wire

/// What protoc shows and what the plugin writes for a `.proto`, by running protoc for real.
struct Generation {
    /// The plugin's answer, decoded by hand: `error = 1`, `file = 15 { name = 1, content = 15 }`.
    let error: String?
    let files: [String: String]

    /// Generates one file, `test.proto`.
    ///
    /// - Parameters:
    ///   - proto: the file's text after its `syntax` line.
    ///   - parameter: the plugin's options.
    /// - Throws: what running protoc throws, or its message if it refuses the file.
    init(_ proto: String, parameter: String = "") throws {
        try self.init(files: ["test.proto": proto], parameter: parameter)
    }

    /// Runs protoc to get the request for some files, and the plugin on that request.
    ///
    /// - Parameters:
    ///   - protos: the files' texts after their `syntax` lines, by path.
    ///   - parameter: the plugin's options.
    /// - Throws: what running protoc throws, or its message if it refuses a file.
    init(files protos: [String: String], parameter: String = "") throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("generator-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (path, proto) in protos {
            let text = proto.hasPrefix("syntax") ? proto : "syntax = \"proto3\";\n" + proto
            let file = folder.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        let request = try Self.request(for: protos.keys.sorted(), in: folder, parameter)
        (error, files) = Self.decode(Plugin.respond(to: request))
    }

    /// The request as protoc makes it: the plugin it runs only keeps what it is sent.
    private static func request(
        for paths: [String],
        in folder: URL,
        _ parameter: String
    ) throws -> [UInt8] {
        let plugin = folder.appendingPathComponent("keep.sh")
        // It answers no more than that it knows `optional`: supported_features = 2, value 1.
        let script = "#!/bin/sh\ncat >\"$(dirname \"$0\")/request\"\nprintf '\\020\\001'\n"
        try Data(script.utf8).write(to: plugin)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: plugin.path)
        let (status, message) = try Process.runToEnd(joinsErrors: true) { process in
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments =
                [
                    "protoc", "-I\(folder.path)", "-I\(root.path)/Proto",
                    "--plugin=protoc-gen-keep=\(plugin.path)", "--keep_out=\(folder.path)",
                    "--keep_opt=\(parameter)",
                ] + paths
        }
        try #require(status == 0, "\(String(decoding: message, as: UTF8.self))")
        return Array(try Data(contentsOf: folder.appendingPathComponent("request")))
    }

    /// The repository's folder.
    static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    private static func text(_ bytes: RawSpan) -> String {
        String(decoding: Array(copying: bytes), as: UTF8.self)
    }

    private static func decode(_ response: [UInt8]) -> (String?, [String: String]) {
        var error: String?
        var files: [String: String] = [:]
        let bytes = response.rawBytes
        var reader = WireReader(bytes)
        while let tag = reader.nextTag() {
            switch tag {
            case 10: error = text(reader.slice().bytes(in: bytes))
            case 122:
                let inner = reader.slice().bytes(in: bytes)
                var fields = WireReader(inner)
                var parts: [UInt32: String] = [:]
                while let tag = fields.nextTag() {
                    parts[tag] = text(fields.slice().bytes(in: inner))
                }
                files[parts[10] ?? ""] = parts[122]
            default: reader.skip(tag)
            }
        }
        return (error, files)
    }
}
