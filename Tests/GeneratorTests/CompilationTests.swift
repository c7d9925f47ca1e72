import Foundation
import TestKit
import Testing

@Suite("Generated code compiles, whatever a `.proto` calls its things")
struct CompilationTests {
    /// Names of types that generated code mentions, and of some that it may come to mention.
    private static let typeNames = [
        "Any", "Array", "Bool", "Copyable", "Double", "EnumSchema", "Equatable", "Error",
        "Escapable", "Failure", "FieldRun", "FieldSchema", "FieldSlice", "FileSchema", "Float",
        "Foundation", "HTTPRoute", "Hashable", "Indirect", "Int", "Int32", "Int64", "MapField",
        "MemoryLayout", "Message", "MessageSchema", "MessageValue", "MessageView",
        "MessageWriter", "Messages", "MethodSchema", "Never", "OpenEnum", "Optional",
        "OutputBuffer", "PathTemplate", "Protocol", "RawSpan", "RawValue", "RepeatedMessages",
        "RepeatedScalars", "RepeatedSlices", "RepeatedText", "Result", "Scalar",
        "ScalarKeyedEntry", "Self", "Sendable", "ServiceSchema", "SharedBytes", "Span", "String",
        "Swift", "Text", "TextKeyedEntry", "Type", "UInt32", "UInt64", "UInt8",
        "UnknownFields", "Value", "View", "Void", "Wire", "WireReader", "Writer",
    ]

    /// Messages, enums, oneofs and services of those names, outermost and nested.
    private static var names: [String: String] {
        let fields = typeNames.enumerated().map { "\($1) field\($0) = \($0 + 1);" }.joined()
        let body = "{ string a = 1; optional bytes b = 2; repeated int32 c = 3; }"
        let messages = typeNames.map { "message \($0) \(body)" }.joined(separator: "\n")
        let enums = typeNames.enumerated().map { "enum \($1) { Z\($0) = 0; }" }
        let oneofs = typeNames.enumerated().map { index, name in
            "oneof \(name.lowercased())_ { string a\(index) = \(index * 2 + 1);"
                + " Oneofs b\(index) = \(index * 2 + 2); }"
        }
        let exactOneofs = typeNames.enumerated().map { index, name in
            "oneof \(name) { string s\(index) = \(index + 1); }"
        }
        let services = typeNames.map { "service \($0) { rpc \($0)(M) returns (stream M); }" }
        return [
            "names/messages.proto": "package names.messages;\n\(messages)\nmessage All {\(fields)}",
            "names/nested.proto": "package names.nested;\nmessage All {\(messages)\n\(fields)}",
            "names/enums.proto":
                "package names.enums;\n\(enums.joined())\nmessage All {\(fields)}",
            "names/oneofs.proto":
                "package names.oneofs;\nmessage Oneofs {\(oneofs.joined())}"
                + "message Exact {\(exactOneofs.joined())}",
            "names/services.proto":
                "package names.services;\nmessage M {}\n\(services.joined(separator: "\n"))",
        ]
    }

    /// Types that are called like a package, and packages like a module or type.
    private static let packages = [
        "shop/my-file.proto": """
        package shop;
        import "wire/wire.proto";
        message Shop {
          Item item = 1; repeated Item items = 2; map<string, Item> by_name = 3; wire.Thing x = 4;
          message Inner {
            message shop { Item item = 1; Shop outer = 2; }
            enum WirePackage { NONE = 0; SOME = 1; }
            oneof Shop { Item a = 1; shop b = 2; }
          }
        }
        message Item { string name = 1; oneof shop { Shop a = 2; } }
        service SHOP { rpc Get(Item) returns (Shop.Inner.shop); }
        """,
        "wire/wire.proto": "package wire;\nmessage Thing { Thing thing = 1; }",
        "other/wire.proto": "package string;\nmessage Thing { string text = 1; }",
        "1.proto": "package _1;\nmessage _1 { enum _2 { _3 = 0; _ = 1; } _2 x = 1; }",
    ]

    /// Names of fields, oneofs and methods.
    private static let members = [
        "members/v1/my-file.proto": """
        package members.v1;\r
        // A comment of two lines:\r
        // let x = broken(\r
        message M {
          oneof choice { string some = 1; int32 none = 2; M self = 3; }
          oneof unknown_fields { int32 x = 4; }
          oneof kind { string y = 5; }
          oneof value { string z = 6; M where = 7; }
          oneof bytes { bytes view = 8; }
          string has_unknown = 10; string kind_tag = 11;
          string _1 = 13; int32 _ = 14; string a_tag = 15; string schema = 16;
          string schema_field = 17; repeated int32 write = 18; map<string, M> for = 19;
          string buffer = 20; bytes reader = 21; string tag = 22; repeated string start = 23;
          M in = 24; string unsafe = 25; string Any = 26; optional string foo = 27;
          string foo2 = 28; string foo22 = 29; string get = 30; string set = 31;
          optional bool is = 32; string choice_ = 34; string init = 35;
        }
        enum E { E_UNSPECIFIED = 0; _1 = 1; self = 2; init = 3; none = 4; some = 5; schema = 6; }
        message Uses { optional E e = 1; oneof one { E f = 2; } repeated E g = 3; }
        service S {
          rpc Schema(M) returns (M); rpc init(M) returns (M); rpc default(M) returns (M);
          rpc _1(M) returns (M);
        }
        """
    ]

    @Test("Names that mean something in Swift, in Wire or in the generated code itself")
    func namesCompile() throws {
        var protos = Self.names
        protos.merge(Self.packages) { first, _ in first }
        protos.merge(Self.members) { first, _ in first }
        let generation = try Generation(files: protos)
        #expect(generation.error == nil)
        #expect(generation.files.count == protos.count + 1)
        #expect(try typeCheck(generation.files) == "")
    }

    @Test("Every type that generated code mentions without a namespace is a reserved name")
    func reservedNames() throws {
        let folder = Generation.root.appendingPathComponent("Tests/TestKit/Messages")
        var mentioned: Set<String> = []
        var declared: Set<String> = ["TestingV1", "GoogleProtobuf"]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let file = folder.appendingPathComponent(name)
            let text = try String(contentsOf: file, encoding: .utf8)
            let code = text.replacing(/\/\/.*/, with: "").replacing(/"[^"]*"/, with: "")
            mentioned.formUnion(code.matches(of: /(?:^|[^.\w])([A-Z]\w*)/).map { String($0.1) })
            let declarations = code.matches(of: /(?:struct|enum|extension) (\w+)/)
            declared.formUnion(declarations.map { String($0.1) })
        }
        // What is declared inside every message counts all the same.
        let names = mentioned.subtracting(declared).union(["View", "Writer"])
        #expect(names.isSuperset(of: ["Error", "Int", "MapField", "MessageSchema", "Wire"]))
        // Choices only: inside a view, the name of the value's type.
        let types = names.subtracting(["Value"])
        let protos = types.sorted().map { "message \($0) {}" }.joined(separator: "\n")
        let generation = try Generation("package p;\n" + protos)
        let code = try #require(generation.files["test.swift"])
        for name in types { #expect(code.contains("struct \(name)Message:"), "\(name)") }
    }

    /// What the compiler says to Swift files, with the settings of the package's targets.
    private func typeCheck(_ files: [String: String]) throws -> String {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("compilation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        // The modules lie beside the program that runs these tests.
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let products = URL(fileURLWithPath: program).deletingLastPathComponent()
        let (_, message) = try Process.runToEnd(joinsErrors: true) { process in
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.currentDirectoryURL = folder
            process.arguments =
                [
                    "swiftc", "-typecheck", "-parse-as-library", "-module-name", "Trial",
                    "-I\(products.path)/Modules", "-swift-version", "6", "-warnings-as-errors",
                    "-strict-memory-safety", "-enable-experimental-feature", "Lifetimes",
                ]
                + [
                    "ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility",
                    "NonisolatedNonsendingByDefault",
                ].flatMap { ["-enable-upcoming-feature", $0] } + files.keys.sorted()
        }
        return String(decoding: message, as: UTF8.self)
    }
}
