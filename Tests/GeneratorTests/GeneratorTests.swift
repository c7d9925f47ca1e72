import Foundation
import Generator
import Testing
import Wire

/// What protoc shows and what the plugin writes for a `.proto`, by running protoc for real.
struct Generation {
    /// The plugin's answer, decoded by hand: `error = 1`, `file = 15 { name = 1, content = 15 }`.
    let error: String?
    let files: [String: String]

    /// Runs protoc to get the request for one file, and the plugin on that request.
    ///
    /// - Parameters:
    ///   - proto: the file's text after its `syntax` line.
    ///   - parameter: the plugin's options.
    /// - Throws: what running protoc throws, or its message if it refuses the file.
    init(_ proto: String, parameter: String = "") throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("generator-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = proto.hasPrefix("syntax") ? proto : "syntax = \"proto3\";\n" + proto
        try Data(text.utf8).write(to: folder.appendingPathComponent("test.proto"))
        let request = try Self.request(in: folder, parameter)
        (error, files) = Self.decode(Plugin.respond(to: request))
    }

    /// The request as protoc makes it: the plugin it runs only keeps what it is sent.
    private static func request(in folder: URL, _ parameter: String) throws -> [UInt8] {
        let plugin = folder.appendingPathComponent("keep.sh")
        try Data("#!/bin/sh\ncat >\"$(dirname \"$0\")/request\"\n".utf8).write(to: plugin)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: plugin.path)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        process.arguments = [
            "protoc", "-I\(folder.path)", "-I\(root.path)/Proto",
            "--plugin=protoc-gen-keep=\(plugin.path)", "--keep_out=\(folder.path)",
            "--keep_opt=\(parameter)", "test.proto",
        ]
        let output = Pipe()
        process.standardError = output
        try process.run()
        let message = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(String(decoding: message, as: UTF8.self))")
        return Array(try Data(contentsOf: folder.appendingPathComponent("request")))
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

@Suite("The generator refuses what could not work, and says where")
struct GeneratorRefusalTests {
    /// A service with one method, whose options are given.
    private func service(_ options: String) -> String {
        """
        package sextant.trial.v1;
        import "sextant/api/annotations.proto";
        message Request {
          string name = 1; repeated string tags = 2; Request inner = 3; string body = 4;
        }
        service Trial { rpc Go(Request) returns (Request) { \(options) } }
        """
    }

    private let anonymous = "option (sextant.api.access) = { anonymous: true };"

    @Test("A method of ours that does not say who may call it")
    func noAccess() throws {
        let generation = try Generation(service(""))
        #expect(
            generation.error
                == "sextant.trial.v1.Trial.Go: say who may call it, "
                + "with option (sextant.api.access)"
        )
        #expect(generation.files.isEmpty)
    }

    @Test(
        "Access that is both anonymous and scoped, or neither",
        arguments: ["anonymous: true scopes: \"a:b\"", "anonymous: false"]
    )
    func contradiction(_ access: String) throws {
        let generation = try Generation(service("option (sextant.api.access) = { \(access) };"))
        #expect(generation.error == "Go: access is either anonymous or a list of scopes")
    }

    @Test(
        "Routes that could never be served",
        arguments: [
            ("get: \"v1\"", "expected '/' at character 0 of 'v1'"),
            ("get: \"/{nome}\"", "sextant.trial.v1.Request has no field 'nome'"),
            ("get: \"/{tags}\"", "'tags' in the path goes through a repeated field"),
            ("get: \"/{inner}\"", "'inner' in the path is a message"),
            ("get: \"/{name.x}\"", "'name.x' in the path goes through a scalar"),
            ("get: \"/a\" body: \"*\"", "GET has no body"),
            ("post: \"/a\" body: \"nobody\"", "sextant.trial.v1.Request has no field 'nobody'"),
            ("post: \"/{body}\" body: \"body\"", "'body' is bound by both path and body"),
            ("get: \"/a\" response_body: \"x\"", "sextant.trial.v1.Request has no field 'x'"),
            ("body: \"*\"", "an http rule needs a verb, in upper case"),
            ("custom { kind: \"head\" path: \"/a\" }", "an http rule needs a verb, in upper case"),
            (
                "get: \"/{name}\" additional_bindings { get: \"/{body}\" }",
                "'GET /*' is a route of sextant.trial.v1.Trial.Go already"
            ),
        ]
    )
    func routes(_ pair: (rule: String, message: String)) throws {
        let options = "\(anonymous) option (sextant.api.http) = { \(pair.rule) };"
        let generation = try Generation(service(options))
        #expect(generation.error == "sextant.trial.v1.Trial.Go: \(pair.message)")
    }

    @Test("Bindings inside an additional binding")
    func nestedBindings() throws {
        let rule =
            "get: \"/a\" additional_bindings { get: \"/b\" additional_bindings { get: \"/c\" } }"
        let generation = try Generation(
            service("\(anonymous) option (sextant.api.http) = { \(rule) };")
        )
        #expect(generation.error == "Go: an additional binding may not have further ones")
    }

    @Test("A file that is not proto3")
    func proto2() throws {
        let generation = try Generation("syntax = \"proto2\";\nmessage A { optional int32 x = 1; }")
        #expect(generation.error == "test.proto: only proto3 is generated")
    }

    @Test("An option it does not know")
    func option() throws {
        let generation = try Generation("message A {}", parameter: "colour=red")
        #expect(generation.error?.hasPrefix("unknown option 'colour=red'") == true)
    }

    @Test("Input that is no request")
    func noRequest() {
        let response = Plugin.respond(to: [0xFF, 0xFF])
        #expect(String(decoding: response, as: UTF8.self).contains("CodeGeneratorRequest"))
    }
}

@Suite("The generator writes names as Swift spells them")
struct GeneratorNameTests {
    @Test("Fields, enum values, keywords and clashes")
    func names() throws {
        let generation = try Generation(
            """
            package sextant.trial.v1;
            message Order {
              string order_id = 1; string default = 2; int32 schema = 3; int32 kind_ = 5;
              oneof kind { string type = 6; }
              Kind state = 7;
              enum Kind { KIND_UNSPECIFIED = 0; KIND_IN = 1; OTHER_THING = 2; }
              message View {}
            }
            """
        )
        let code = try #require(generation.files["test.swift"])
        #expect(generation.error == nil)
        for line in [
            "extension TrialV1 {", "public var orderID: String = \"\"",
            "public var `default`: String = \"\"", "public var schemaField: Int32 = 0",
            "public var kind2: Int32 = 0",
            "public var kind: KindChoice?", "public static let unspecified = Kind(rawValue: 0)",
            "public static let `in` = Kind(rawValue: 1)",
            "public static let otherThing = Kind(rawValue: 2)",
            "public struct ViewMessage: MessageValue {",
        ] {
            #expect(code.contains(line), "\(line)")
        }
        #expect(generation.files["Namespaces.swift"]?.contains("public enum TrialV1 {}") == true)
    }

    @Test("Comments become documentation; without one the field is named")
    func comments() throws {
        let generation = try Generation(
            """
            // Not this one.

            // An order.
            //
            // It has lines.
            message Order {
              // What it costs.
              double price = 1;
              int32 plain = 2;
            }
            """
        )
        let code = try #require(generation.files["test.swift"])
        #expect(
            code.contains(
                "    /// An order.\n    ///\n    /// It has lines.\n    public struct Order"
            )
        )
        #expect(code.contains("/// What it costs.\n        public var price"))
        #expect(code.contains("/// Field 2, `plain`.\n        public var plain"))
        #expect(!code.contains("Not this one"))
    }

    @Test("Options of a method that are set field by field")
    func mergedOptions() throws {
        let generation = try Generation(
            """
            package sextant.trial.v1;
            import "sextant/api/annotations.proto";
            message Request {}
            service Trial {
              rpc Go(Request) returns (Request) {
                option (sextant.api.access).scopes = "a:b";
                option (sextant.api.access).scopes = "c:d";
                option (sextant.api.http).post = "/v1/x";
                option (sextant.api.http).body = "*";
              }
            }
            """
        )
        let code = try #require(generation.files["test.swift"])
        #expect(code.contains("access: .scopes([\"a:b\", \"c:d\"])"))
        #expect(code.contains("HTTPRoute(\"POST\", PathTemplate("))
        #expect(code.contains("body: .everything)]"))
    }

    @Test("Messages or services alone, and imports only where they are used")
    func parts() throws {
        let proto = """
            package other.v1;
            message A {}
            service S { rpc Go(A) returns (A); }
            """
        let messages = try Generation(proto, parameter: "parts=messages,import=Elsewhere")
        #expect(messages.files.keys.sorted() == ["Namespaces.swift", "test.swift"])
        #expect(messages.files["test.swift"]?.contains("import Elsewhere") == false)
        #expect(messages.files["test.swift"]?.contains("ServiceSchema") == false)
        let services = try Generation(proto, parameter: "parts=services,import=Elsewhere")
        #expect(services.files.keys.sorted() == ["test.services.swift"])
        #expect(services.files["test.services.swift"]?.contains("import Elsewhere") == true)
    }
}
